"""Trains the model of time that goes with a pocket core: from when to when an event goes on.

As for the T5, no picture is drawn: the sums of word vectors to which the core's queries are aligned stand in for what
it sees, with the mistakes that it makes. Frames lie a quarter of a second to a second apart, and what is asked for is
there, or its reverse is, or something else. What only stands there ("a red car in the rain") never goes on, and is told
from events by its words; among those are some that the stories do not play.

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
"""How often a shot is drawn for each: the first ones come up seldom."""
CLAIMS = 6  # asked of each shot
STILLS = 2  # what only stands there, beside the claims
SPAN_SECONDS = (9.0, 21.5)  # of the frames, from the first to the last
APART_SECONDS = (0.25, 0.25, 0.5, 1.0)
NEAR_SECONDS = 0.5  # beside an event, from where it is timed too: frames may lie a second apart
ALIKE_SECONDS = 1.5  # around what may be called so, where nothing is learnt
NOISE = 0.5  # at most, in standard deviations of the word table
OFFSETS_WEIGHT, EVENT_WEIGHT = 0.1, 0.3
EVALUATION_SEED = 6262

Row = NDArray[np.float32]  # one number for each frame

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Timed:
    """Frames of a shot, and when an event goes on in it."""

    text: str
    seconds: NDArray[np.float64]  # (frames,)
    backdrop: Tensor  # (frames, 4), word ids
    columns: Tensor  # (frames, 10, 6)
    going: Row  # (frames,), 1.0 in or beside an event
    starts: Row  # (frames,), seconds since it began
    ends: Row  # (frames,), seconds until it ends
    counts: Row  # (frames,), 0.0 where neither is true
    event: bool = True  # whether the text names one


def sample_shot_of(rng: random.Random) -> tuple[EventKind, Shot]:
    """A shot in which something of the kind drawn happens."""
    (kind,) = rng.choices(list(KINDS), list(KINDS.values()))
    while True:
        shot = sample_shot(rng, SHOT_SECONDS)
        if any(event.kind == kind for event in shot.events):
            return kind, shot


def sample_claims(shot: Shot, kind: EventKind, rng: random.Random) -> list[Claim]:
    """What is asked of a shot: mostly about events of `kind`, as they are and with time running backwards."""
    claims = []
    for number in range(CLAIMS):
        asked = kind if number < 4 else rng.choice(sorted({event.kind for event in shot.events}))
        claim = Claim.of(rng.choice([event for event in shot.events if event.kind == asked]), rng)
        if number in (2, 3) and asked in REVERSED:
            claim = reverse_claim(claim)
        elif number >= 2 and rng.random() < 0.5:
            claim = claim.changed(rng)
        claims.append(claim)
    return claims


def sample_still(shot: Shot, rng: random.Random) -> str:
    """Words for somebody of a shot, or for what a frame of it shows, without anything that happens."""
    if rng.random() < 0.5:
        event = rng.choice(shot.events)
        return article(rng.choice((event.who, event.other or event.who)).split(" ", rng.random() < 0.3)[-1])
    while (caption := sample_caption(shot.truth(rng.uniform(0.0, SHOT_SECONDS)), rng)).text.endswith(ACTIONS):
        pass
    return caption.text


def sample_seconds(rng: random.Random) -> NDArray[np.float64]:
    """When the frames are: evenly, or nearly so."""
    span, apart = rng.uniform(*SPAN_SECONDS), rng.choice(APART_SECONDS)
    start = rng.uniform(0.0, SHOT_SECONDS - 0.05 - span)
    seconds = np.arange(start, start + span, apart)
    if rng.random() < 0.5:
        seconds = seconds + np.array([rng.uniform(-0.3, 0.3) * apart for _ in seconds])
    return np.asarray(seconds.clip(0.0, SHOT_SECONDS - 0.05), np.float64)


def sample_timed(rng: random.Random) -> list[Timed]:
    """What is learnt of one shot."""
    kind, shot = sample_shot_of(rng)
    seconds, rates = sample_seconds(rng), MEASURED_RATES.times(rng.uniform(0, 2))
    seen = slot_ids([add_perception_noise(shot.truth(float(at)), rng, rates) for at in seconds])
    timed = [
        Timed(claim.text(rng), seconds, *seen, *targets(shot, claim, seconds))
        for claim in sample_claims(shot, kind, rng)
    ]
    never, always = np.zeros(len(seconds), np.float32), np.ones(len(seconds), np.float32)
    stills = [Timed(sample_still(shot, rng), seconds, *seen, never, never, never, always, False) for _ in range(STILLS)]
    return [*timed, *stills, Timed(sample_action(rng).present, seconds, *seen, never, never, never, never)]


def targets(shot: Shot, claim: Claim, seconds: NDArray[np.float64]) -> tuple[Row, Row, Row, Row]:
    """`going`, `starts`, `ends` and `counts` of `Timed`."""
    found = np.zeros((4, len(seconds)), np.float32)
    found[3] = 1.0
    alike = replace(claim, kind=ALIKE[claim.kind], other=None, other_colour=None) if claim.kind in ALIKE else None
    for event in shot.events:
        since, left = seconds - event.start_seconds, event.end_seconds - seconds
        if claim.fits(event):
            near = (since >= -NEAR_SECONDS) & (left >= -NEAR_SECONDS)
            whole = since[0] <= NEAR_SECONDS and left[-1] <= NEAR_SECONDS
            found[0, near], found[1, near], found[2, near], found[3, near] = 1.0, since[near], left[near], whole
        elif alike is not None and alike.fits(event):
            found[3, (since >= -ALIKE_SECONDS) & (left >= -ALIKE_SECONDS)] = 0.0
    going, starts, ends, counts = found
    return going, starts, ends, counts


class Targets(NamedTuple):
    """What the model of time is to tell of rows."""

    frames: Tensor  # (n, frames, 3): going, starts, ends
    counts: Tensor  # (n, frames), which of them count
    events: Tensor  # (n,), 1.0 for an event


def collated(rows: list[Timed], table: Tensor) -> tuple[dict[str, Tensor], Targets]:
    """What `EventTimer` takes, and what it is to tell."""
    frames = nn.utils.rnn.pad_sequence([slot_vectors(one.backdrop, one.columns, table) for one in rows], True)
    words = [torch.tensor(text_ids(one.text, "t5")[:-1]) for one in rows]
    padded = nn.utils.rnn.pad_sequence(words, True)
    lengths = torch.tensor([len(one) for one in words])
    longest = frames.shape[1]
    seconds = torch.tensor(np.stack([np.pad(one.seconds, (0, longest - len(one.seconds)), "edge") for one in rows]))
    wanted = [np.stack([one.going, one.starts, one.ends], 1) for one in rows]
    inputs = {
        "seen": frames + torch.randn_like(frames) * table.std() * NOISE * torch.rand(len(rows), 1, 1, 1),
        "words": table[padded],
        "said": (torch.arange(padded.shape[1]) < lengths[:, None]).float(),
        "seconds": seconds.float(),
        "lengths": torch.tensor([len(one.seconds) for one in rows]),
    }
    events = torch.tensor([float(one.event) for one in rows])
    return inputs, Targets(_padded(wanted), _padded([one.counts for one in rows]), events)


def _padded(rows: list[NDArray[np.float32]]) -> Tensor:
    return nn.utils.rnn.pad_sequence([torch.from_numpy(one) for one in rows], True)


def losses(told: tuple[Tensor, Tensor], targets: Targets) -> dict[str, Tensor]:
    """Cross-entropies of whether it is an event and whether it goes on, and how many seconds starts and ends lie off
    where it does.
    """
    (frames, event), wanted, counts = told, targets.frames, targets.counts
    going = F.binary_cross_entropy_with_logits(frames[..., 0], wanted[..., 0], reduction="none")
    timed = wanted[..., 0] * counts
    off = (frames[..., 1:] - wanted[..., 1:]).abs().mean(-1)
    return {
        "going": (going * counts).sum() / counts.sum(),
        "off": (off * timed).sum() / timed.sum().clamp(min=1.0),
        "event": F.binary_cross_entropy_with_logits(event, targets.events),
    }


def worker(rank: int, processes: int, options: argparse.Namespace) -> None:
    """Trains, or goes on from the last checkpoint of `options.out`, as one process of several."""
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
        inputs, wanted = collated(next(batches), table)
        shown = losses(timer(**inputs), wanted)
        return shown["going"] + OFFSETS_WEIGHT * shown["off"] + EVENT_WEIGHT * shown["event"], shown

    @torch.no_grad()
    def report() -> dict[str, float]:
        rng = random.Random(f"{EVALUATION_SEED} held out")
        inputs, wanted = collated([one for _ in range(40) for one in sample_timed(rng)], table)
        shown = losses(timer(**inputs), wanted)
        return {f"held_out.{name}": round(value.item(), 4) for name, value in shown.items()}

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
    batches = batches_of(loop, lambda rng: [one for _ in range(options.batch) for one in sample_timed(rng)], options)
    loop.run()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--t5", type=Path, required=True, help="whose word table the core's queries are aligned to")
    parser.add_argument("--start", type=Path, help="folder of an earlier result to go on from")
    add_options(parser, seconds=2400, batch=5, report_every=120, seed=61)
    options = parser.parse_args()
    launch(worker, options.processes, options)


if __name__ == "__main__":
    main()
