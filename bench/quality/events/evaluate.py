"""`video-assistant evaluate events`: sequences among their near misses, labels of shots, and what was planted."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.agent.cores.instructblip import InstructBlipCore
from assistant.agent.records import AgentOptions
from bench.quality.events import single_questions
from bench.quality.events.labelled_clips import LABELS, sample_labelled
from bench.quality.events.sequence_clips import Asked, sample_asked
from bench.quality.events.unusual_moments import sample_planted
from bench.quality.ranking import average_precision, roc_auc
from tools.classify import LabelledStretch, classify
from tools.events.confirmation import confirm_sequences, placed_in_order
from tools.events.query import event_query
from tools.events.refinement import refine, refine_by_time
from tools.events.search import FindEventsOptions, find_sequences
from tools.find_unusual import find_unusual

if TYPE_CHECKING:
    from assistant.session import Session
    from tools.events.query import EventQuery as Sought
    from tools.ports import Core, DenseFrames, FrameIndex
    from tools.types import EventSequence, Keyframe
    from training.world.story import Story

HINGES_EVERY = 2  # of so many queries one is told from a near miss by the order of frames alone
SLACK_SECONDS = 1.0  # that a best frame may lie beside its window: keyframes are a second apart
TOP = 5
QUALITIES = (24, 30)

Search = Callable[[Asked], list["EventSequence"]]
Refining = Callable[["EventSequence", "Sought", "FrameIndex", "DenseFrames"], "EventSequence"]


class Clocked(InstructBlipCore):
    """The core, of which the model of time alone says whether an event happens: what it is worth by itself."""

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        frames = sorted({frame for window in windows for frame in window}, key=lambda frame: frame.seconds)
        timings = self.locate_events([statement], frames)
        if not timings:
            return [0.0] * len(windows)
        going = dict(zip(frames, timings[0].going.tolist(), strict=True))
        return [max(going[frame] for frame in window) for window in windows]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a search made of one query."""

    asked: Asked
    found: tuple[EventSequence, ...]  # at most one of a video, best first
    place: int | None  # of the right video, from 0
    order_above: bool  # the clip with the events in another order ranks higher
    inside: tuple[bool, ...]  # of each event: its best frame of the top sequence lies in its window


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """Figures `events.*`.

    Args:
        session: whose models search; the clips get a library of their own.
        seed: of the clips and queries.
        size: how many queries; each has a right clip and two or three near misses, and there are half as many clips
            whose shots are labelled, and as many with something planted.
    """
    from assistant.session import Session as Opened

    rng = random.Random(f"sequences {seed}")
    asked = [sample_asked(rng, hinges=number % HINGES_EVERY == 0) for number in range(size)]
    labelled = [sample_labelled(rng) for _ in range(max(1, size // 2))]
    planted = [sample_planted(rng) for _ in range(max(1, size // 2))]
    with tempfile.TemporaryDirectory() as folder:
        own = Opened(session.settings.model_copy(update={"library": Path(folder) / "library"}))
        sought = [story for one in asked for story in one.clips.values()]
        others = [*(one.story for one in labelled), *(one.story for one in planted)]
        video_ids = _indexed(own, sought, Path(folder) / "sought", rng)
        figures, settings = _sequences(own, asked, video_ids)
        figures |= _singles(own, asked, video_ids)
        video_ids |= _indexed(own, others, Path(folder) / "others", rng)
        shots = [(one.acts, video_ids[one.story.name]) for one in labelled]
        figures |= _labels(shots, own) | _labels(shots, own, core=own.core, name="events.classify.confirmed.")
        windows = [(video_ids[one.story.name], one.window) for one in planted]
        figures["events.unusual_top3"] = float(np.mean([_finds(own, video_id, window) for video_id, window in windows]))
        own.close()
    return {"figures": figures, "settings": {"seed": seed, "queries": size, "videos": len(sought), **settings}}


def _indexed(session: Session, stories: Sequence[Story], folder: Path, rng: random.Random) -> dict[str, str]:
    """The video of each story, by its name."""
    from training.release.clips import render

    folder.mkdir()
    for story in stories:
        render(story, folder / f"{story.name}.mp4", quality=rng.choice(QUALITIES))
    # No figure here is about text, and reading it takes most of the time where the camera moves.
    return {Path(one.path).stem: one.video_id for one in session.index([folder], read_text=False) if one.video_id}


def _sequences(
    session: Session, asked: Sequence[Asked], video_ids: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, Any]]:
    """Figures of the search confirmed by several frames, of the chat, which looks at fewer, of the model of time in the
    place of several frames (`events.gru.*`), and of retrieval alone.
    """
    options = FindEventsOptions(limit=TOP, per_video=1, min_score=0.0)

    def plain(one: Asked) -> list[EventSequence]:
        return find_sequences(session.search, event_query(one.events), options=options)

    def confirmed(one: Asked, core: Core = session.core) -> list[EventSequence]:
        return confirm_sequences(session.search, core, event_query(one.events), search=options)

    def in_chat(one: Asked) -> list[EventSequence]:
        return placed_in_order(
            session.search, session.core, event_query(one.events), plain(one), videos=AgentOptions().placed
        )

    retrieved = [_ranked(plain, one, video_ids) for one in asked]
    decided = [_ranked(confirmed, one, video_ids) for one in asked]
    figures = _figures("events.", decided) | _figures("events.retrieved.", retrieved)
    figures |= _figures("events.chat.", [_ranked(in_chat, one, video_ids) for one in asked])
    figures["events.multiframe_gain"] = figures["events.r1"] - figures["events.retrieved.r1"]
    if session.blip.has_event_timer:
        clocked = Clocked(session.blip, session.library)
        by_time = [_ranked(partial(confirmed, core=clocked), one, video_ids) for one in asked]
        figures |= _figures("events.gru.", by_time)
        figures["events.gru_gain"] = figures["events.gru.r1"] - figures["events.retrieved.r1"]

    def exact(ranked: Sequence[Ranked], refining: Refining) -> list[tuple[Ranked, EventSequence]]:
        first = [(one, one.found[0], event_query(one.asked.events)) for one in ranked if one.place == 0]
        return [(one, refining(found, sought, session.search, session.frames)) for one, found, sought in first]

    figures["events.boundary_mae_seconds"] = _boundaries(exact(decided, refine_by_time))
    figures["events.keyframes.boundary_mae_seconds"] = _boundaries(exact(decided, lambda found, *_: found))
    figures["events.retrieved.boundary_mae_seconds"] = _boundaries(exact(retrieved, refine))
    return figures, {"hinging": sum(one.hinges for one in asked)}


def _singles(session: Session, asked: Sequence[Asked], video_ids: Mapping[str, str]) -> dict[str, float]:
    """Figures of single questions in the chat: when an event happens (`events.asked.*`), when somebody is there
    (`events.there.*`), and how many acts are believed that are the reverse of what happens (`events.asked.reversed`).
    """
    assistant = session.assistant_with(calibration=None, remembers=False)
    happens, there, turned = [], [], []
    for one in asked:
        story = one.clips["right"]
        video_id = video_ids[story.name]
        happens += [
            single_questions.ask(assistant, single_questions.event_asked(story, event), video_id)
            for event in one.events
        ]
        there += [
            single_questions.ask(assistant, single_questions.thing_asked(story, event), video_id)
            for event in one.events
        ]
        if one.hinges:
            turned.append(single_questions.ask(assistant, single_questions.reverse_asked(one), video_id))
    assistant.close()
    figures = single_questions.figures("events.asked", happens) | single_questions.figures("events.there", there)
    return figures | {"events.asked.reversed": float(np.mean([bool(one.found) for one in turned]))}


def _ranked(search: Search, one: Asked, video_ids: Mapping[str, str]) -> Ranked:
    found = search(one)
    right, order = (video_ids[one.clips[variant].name] for variant in ("right", "order"))
    places = [sequence.video_id for sequence in found]
    place = places.index(right) if right in places else None
    above = order in places and (place is None or places.index(order) < place)
    inside = [False] * len(one.events)
    if place == 0:
        inside = [
            moment.seconds is not None and start - SLACK_SECONDS <= moment.seconds <= end + SLACK_SECONDS
            for moment, (start, end) in zip(found[0].moments, one.windows, strict=True)
        ]
    return Ranked(one, tuple(found), place, above, tuple(inside))


def _figures(name: str, ranked: Sequence[Ranked]) -> dict[str, float]:
    hinging = [one for one in ranked if one.asked.hinges]
    return {
        f"{name}r1": float(np.mean([one.place == 0 for one in ranked])),
        f"{name}r5": float(np.mean([one.place is not None for one in ranked])),
        f"{name}reversed.r1": float(np.mean([one.place == 0 for one in hinging])),
        f"{name}in_window": float(np.mean([there for one in ranked for there in one.inside])),
        f"{name}wrong_order_above": float(np.mean([one.order_above for one in ranked])),
    }


def _boundaries(found: Sequence[tuple[Ranked, EventSequence]]) -> float:
    """The mean distance of starts and ends from the true ones, in seconds."""
    errors = []
    for one, sequence in found:
        for moment, (start, end) in zip(sequence.moments, one.asked.windows, strict=True):
            if moment.start_seconds is not None and moment.end_seconds is not None:
                errors += [abs(moment.start_seconds - start), abs(moment.end_seconds - end)]
    return float(np.mean(errors)) if errors else float("nan")


def _labels(
    clips: Sequence[tuple[Sequence[str], str]],
    session: Session,
    *,
    core: Core | None = None,
    name: str = "events.classify.",
) -> dict[str, float]:
    """`<name>*`: of shots that each show one act, in wordings that the trainings use and in others.

    `top1` and `top3` are shares of shots, `harmonic` is the harmonic mean of top1 over both wordings (as for seen and
    unseen classes: Xian et al. 2017, section 4), `auc` and `map` are means over labels of the area under the ROC curve
    and of the average precision, both in the first wording.
    """
    firsts: list[list[bool]] = []
    figures: dict[str, float] = {}
    for wording in range(2):
        names = {texts[wording]: act for act, texts in LABELS.items()}
        shown: list[str] = []
        shares: list[list[float]] = []
        for acts, video_id in clips:
            for found in classify(session.search, video_id, list(names), stretch_seconds=1e9, core=core):
                shown.append(acts[found.keyframe.shot])
                shares.append(_by_name(found, names))
        table, order = np.array(shares), list(LABELS)
        truth = np.array([[one == act for act in order] for one in shown])
        rank = (table > table[truth][:, None]).sum(axis=1)
        firsts.append(list(rank == 0))
        if wording == 0:
            present = [i for i in range(len(order)) if truth[:, i].any() and not truth[:, i].all()]
            figures[f"{name}top1"] = float(np.mean(rank == 0))
            figures[f"{name}top3"] = float(np.mean(rank < 3))
            figures[f"{name}auc"] = float(np.mean([roc_auc(table[:, i], truth[:, i]) for i in present]))
            figures[f"{name}map"] = float(np.mean([average_precision(table[:, i], truth[:, i]) for i in present]))
    one, two = (float(np.mean(first)) for first in firsts)
    return figures | {f"{name}harmonic": 2 * one * two / max(one + two, 1e-9)}


def _by_name(found: LabelledStretch, names: Mapping[str, str]) -> list[float]:
    shares = {names[label.text]: label.share for label in found.labels}
    return [shares[name] for name in LABELS]


def _finds(session: Session, video_id: str, window: tuple[float, float]) -> bool:
    """Whether one of the first three unusual moments touches what was planted."""
    found = find_unusual(session.search, video_id, limit=3)
    return any(one.moment.start_seconds < window[1] and one.moment.end_seconds > window[0] for one in found)
