"""Trains the event timer of a pocket core: it predicts when an event starts and ends.

As for the T5, no picture is rendered: the sums of word vectors to which the core's queries are aligned stand for the
frames, with the mistakes of the vision tower. Frames are a quarter of a second to a second apart, and the event asked
for happens in them, or its reverse, or another event. A description of a state ("a red car in the rain") is no event,
which the timer learns from its words; some events among its texts never happen in a story.

    python -m training.recipes.event_timer --t5 runs/t5 --out runs/event_timer --seconds 2400  # resumes, too
"""

from __future__ import annotations

import argparse
import logging
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from assistant.models.blip.event_timer import FILE, EventTimer
from training.common.hard_negatives import REVERSED, reverse_claim
from training.common.loop import Loop, Schedule, add_options, batches_of, launch
from training.common.models import QUERIES, WIDTH_OF_MODEL
from training.common.perception_noise import MEASURED_RATES, add_perception_noise
from training.common.slots import slot_ids, slot_vectors
from training.common.token_ids import text_ids
from training.language.names import sample_action
from training.world.captions import ACTIONS, sample_caption
from training.world.episodes import ALIKE, SHOT_SECONDS, Claim
from training.world.plots import sample_shot
from training.world.questions import article
from training.world.story import EventKind, Shot

KINDS: dict[EventKind, float] = {
    "boards": 1.5, "gets off": 1.5, "overtakes": 1.0, "picks up": 1.2, "puts down": 1.2, "enters": 0.4, "leaves": 0.4,
    "stops": 0.8, "crosses": 0.8, "turns around": 0.8,
}  # fmt: skip
"""How often a shot is drawn for each kind, relative to the others: rare kinds more often."""
CLAIMS = 6  # events asked for in each shot
STILLS = 2  # descriptions of a state for each shot
SPAN_SECONDS = (9.0, 21.5)  # least and greatest time from the first to the last frame
APART_SECONDS = (0.25, 0.25, 0.5, 1.0)
NEAR_SECONDS = 0.5  # frames this close to an event count as inside it, as frames may be a second apart
ALIKE_SECONDS = 1.5  # frames this close to an event that the same words may mean do not count
NOISE = 0.5  # greatest noise on the vectors, in standard deviations of the word table
OFFSETS_WEIGHT, EVENT_WEIGHT = 0.1, 0.3
EVALUATION_SEED = 6262

Row = NDArray[np.float32]  # one number for each frame

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Timed:
    """The frames of a shot with a text, and when the event that it names happens."""

    text: str
    seconds: NDArray[np.float64]  # (frames,)
    backdrop: Tensor  # (frames, 4), word ids
    columns: Tensor  # (frames, 10, 6), word ids
    going: Row  # (frames,), 1.0 inside the event
    starts: Row  # (frames,), seconds since its start
    ends: Row  # (frames,), seconds until its end
    counts: Row  # (frames,), 1.0 where the frame counts in the loss
    event: bool = True  # whether the text names an event


def sample_shot_of(rng: random.Random) -> tuple[EventKind, Shot]:
    """Draws a kind of event and a shot in which it happens."""
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    while True:
        shot = sample_shot(rng, SHOT_SECONDS)
        if any(event.kind == kind for event in shot.events):
            return kind, shot


def sample_claims(shot: Shot, kind: EventKind, rng: random.Random) -> list[Claim]:
    """Draws the claims about a shot: mostly events of `kind`, as they happen or reversed."""
    claims = []
    for number in range(CLAIMS):
        claimed = kind if number < 4 else rng.choice(sorted({event.kind for event in shot.events}))
        claim = Claim.of(rng.choice([event for event in shot.events if event.kind == claimed]), rng)
        if number in (2, 3) and claimed in REVERSED:
            claim = reverse_claim(claim)
        elif number >= 2 and rng.random() < 0.5:
            claim = claim.changed(rng)
        claims.append(claim)
    return claims


def sample_still(shot: Shot, rng: random.Random) -> str:
    """Draws a description of a state: a player of the shot, or the caption of a frame without an action."""
    if rng.random() < 0.5:
        event = rng.choice(shot.events)
        return article(rng.choice((event.who, event.other or event.who)).split(" ", rng.random() < 0.3)[-1])
    while (caption := sample_caption(shot.truth(rng.uniform(0.0, SHOT_SECONDS)), rng)).text.endswith(ACTIONS):
        pass
    return caption.text


def sample_seconds(rng: random.Random) -> NDArray[np.float64]:
    """Draws the times of the frames, ascending, evenly or with some jitter."""
    span, apart = rng.uniform(*SPAN_SECONDS), rng.choice(APART_SECONDS)
    start = rng.uniform(0.0, SHOT_SECONDS - 0.05 - span)
    seconds = np.arange(start, start + span, apart)
    if rng.random() < 0.5:
        seconds = seconds + np.array([rng.uniform(-0.3, 0.3) * apart for _ in seconds])
    return np.asarray(seconds.clip(0.0, SHOT_SECONDS - 0.05), np.float64)


def sample_timed(rng: random.Random) -> list[Timed]:
    """Draws a shot with its frames and several texts: events, states, and an event that does not happen."""
    kind, shot = sample_shot_of(rng)
    seconds, rates = sample_seconds(rng), MEASURED_RATES.scaled(rng.uniform(0, 2))
    frames = slot_ids([add_perception_noise(shot.truth(float(at)), rng, rates) for at in seconds])
    timed = [
        Timed(claim.text(rng), seconds, *frames, *targets(shot, claim, seconds))
        for claim in sample_claims(shot, kind, rng)
    ]
    never, always = np.zeros(len(seconds), np.float32), np.ones(len(seconds), np.float32)
    stills = [
        Timed(sample_still(shot, rng), seconds, *frames, never, never, never, always, False) for _ in range(STILLS)
    ]
    return [*timed, *stills, Timed(sample_action(rng).present, seconds, *frames, never, never, never, never)]


def targets(shot: Shot, claim: Claim, seconds: NDArray[np.float64]) -> tuple[Row, Row, Row, Row]:
    """Returns `going`, `starts`, `ends` and `counts` of `Timed` for a claim."""
    rows = np.zeros((4, len(seconds)), np.float32)
    rows[3] = 1.0
    alike = replace(claim, kind=ALIKE[claim.kind], other=None, other_colour=None) if claim.kind in ALIKE else None
    for event in shot.events:
        since, left = seconds - event.start_seconds, event.end_seconds - seconds
        if claim.fits(event):
            near = (since >= -NEAR_SECONDS) & (left >= -NEAR_SECONDS)
            whole = since[0] <= NEAR_SECONDS and left[-1] <= NEAR_SECONDS
            rows[0, near], rows[1, near], rows[2, near], rows[3, near] = 1.0, since[near], left[near], whole
        elif alike is not None and alike.fits(event):
            rows[3, (since >= -ALIKE_SECONDS) & (left >= -ALIKE_SECONDS)] = 0.0
    going, starts, ends, counts = rows
    return going, starts, ends, counts


class Targets(NamedTuple):
    """What the event timer should predict for a batch of rows."""

    frames: Tensor  # (n, frames, 3): going, starts, ends
    counts: Tensor  # (n, frames), 1.0 where a frame counts
    events: Tensor  # (n,), 1.0 for an event


def collate(rows: list[Timed], table: Tensor) -> tuple[dict[str, Tensor], Targets]:
    """Returns the inputs of `EventTimer` for rows, padded, and its targets."""
    frames = nn.utils.rnn.pad_sequence([slot_vectors(row.backdrop, row.columns, table) for row in rows], True)
    words = [torch.tensor(text_ids(row.text, "t5")[:-1]) for row in rows]
    padded = nn.utils.rnn.pad_sequence(words, True)
    lengths = torch.tensor([len(ids) for ids in words])
    longest = frames.shape[1]
    seconds = torch.tensor(np.stack([np.pad(row.seconds, (0, longest - len(row.seconds)), "edge") for row in rows]))
    frame_targets = [np.stack([row.going, row.starts, row.ends], 1) for row in rows]
    inputs = {
        "visual": frames + torch.randn_like(frames) * table.std() * NOISE * torch.rand(len(rows), 1, 1, 1),
        "words": table[padded],
        "word_mask": (torch.arange(padded.shape[1]) < lengths[:, None]).float(),
        "seconds": seconds.float(),
        "lengths": torch.tensor([len(row.seconds) for row in rows]),
    }
    events = torch.tensor([float(row.event) for row in rows])
    return inputs, Targets(_pad_rows(frame_targets), _pad_rows([row.counts for row in rows]), events)


def _pad_rows(rows: list[NDArray[np.float32]]) -> Tensor:
    return nn.utils.rnn.pad_sequence([torch.from_numpy(row) for row in rows], True)


def losses(predictions: tuple[Tensor, Tensor], targets: Targets) -> dict[str, Tensor]:
    """Computes the losses of predictions: logits and offsets `(n, frames, 3)` and event logits `(n,)`.

    Returns:
        `going`, the cross-entropy of whether the event is going on in a frame; `off`, the mean error of its start and
        end in seconds, where it is; `event`, the cross-entropy of whether the text names an event.
    """
    (frames, event), true_frames, counts = predictions, targets.frames, targets.counts
    going = F.binary_cross_entropy_with_logits(frames[..., 0], true_frames[..., 0], reduction="none")
    timed = true_frames[..., 0] * counts
    off = (frames[..., 1:] - true_frames[..., 1:]).abs().mean(-1)
    return {
        "going": (going * counts).sum() / counts.sum(),
        "off": (off * timed).sum() / timed.sum().clamp(min=1.0),
        "event": F.binary_cross_entropy_with_logits(event, targets.events),
    }


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Trains, or resumes from the last checkpoint in `options.out`, as one process of several."""
    from transformers import T5ForConditionalGeneration

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    table = T5ForConditionalGeneration.from_pretrained(options.t5, dtype=torch.float32).shared.weight.detach()
    unit = float((table - table.mean(0)).norm(dim=1).mean())
    timer = EventTimer(QUERIES, WIDTH_OF_MODEL, unit)
    if options.start:
        started = EventTimer.load(options.start)
        if started is None:
            raise FileNotFoundError(
                f"--start {options.start}: no {FILE} is in it; give the folder of an earlier result"
            )
        timer.load_state_dict(started.state_dict())

    def loss(_progress: float) -> tuple[Tensor, dict[str, Tensor]]:
        inputs, targets = collate(next(batches), table)
        parts = losses(timer(**inputs), targets)
        return parts["going"] + OFFSETS_WEIGHT * parts["off"] + EVENT_WEIGHT * parts["event"], parts

    @torch.no_grad()
    def report() -> dict[str, float]:
        rng = random.Random(f"{EVALUATION_SEED} held out")
        inputs, targets = collate([timed for _ in range(40) for timed in sample_timed(rng)], table)
        parts = losses(timer(**inputs), targets)
        return {f"held_out.{name}": round(value.item(), 4) for name, value in parts.items()}

    schedule = Schedule(
        options.seconds,
        matrix_rate=options.rate,
        other_rate=options.rate / 5,
        hold=0.3,
        report_every=options.report_every,
    )
    loop = Loop(
        options.out,
        {"timer": timer},
        loss,
        schedule=schedule,
        save=lambda: timer.save(options.out),
        evaluate=report,
        rank=rank,
        processes=processes,
    )
    batches = batches_of(
        loop, lambda rng: [timed for _ in range(options.batch) for timed in sample_timed(rng)], options
    )
    loop.run()


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--t5", type=Path, required=True, help="whose word table the core's queries are aligned to")
    parser.add_argument("--start", type=Path, help="folder of an earlier result to go on from")
    add_options(parser, seconds=2400, batch=5, report_every=120, seed=61)
    options = parser.parse_args()
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
