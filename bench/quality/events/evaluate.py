"""`video-assistant evaluate events`: sequences among near misses, single questions, shot labels, unusual moments."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.agent.cores.instructblip import InstructBlipCore
from assistant.agent.options import AgentOptions
from bench.libraries import index_stories, session_over
from bench.quality.events import single_questions as single
from bench.quality.events.labelled_clips import LABELS, sample_labelled_clip
from bench.quality.events.sequence_clips import SequenceCase, sample_sequence_case
from bench.quality.events.unusual_moments import sample_unusual_moment
from bench.quality.ranking import average_precision
from tools.classify import LabelledPart, classify
from tools.events.options import DEFAULT_OPTIONS
from tools.events.query import event_query
from tools.events.refinement import refine_by_retrieval, refine_by_time
from tools.events.search import FindEventsOptions, find_sequences
from tools.events.verified_search import find_verified_sequences, verify_sequences
from tools.find_unusual import find_unusual
from training.common.metrics import area_under_curve

if TYPE_CHECKING:
    from assistant.session import Session
    from tools.events.query import EventQuery
    from tools.ports import DenseFrames, FrameIndex, Looker
    from tools.types import EventSequence, Keyframe

REVERSAL_EVERY = 2  # one query in so many has a near miss that differs only in the direction of time
SLACK_SECONDS = 1.0  # that a best frame may lie outside its interval: keyframes are a second apart
TOP = 5  # sequences that a search returns

Search = Callable[[SequenceCase], list["EventSequence"]]
Refinement = Callable[["EventSequence", "EventQuery", "FrameIndex", "DenseFrames"], "EventSequence"]


class EventTimerCore(InstructBlipCore):
    """The core with its event timer as the only judge of whether an event happens, to measure that model by itself."""

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        frames = sorted({frame for window in windows for frame in window}, key=lambda frame: frame.seconds)
        timings = self.locate_events([statement], frames)
        if not timings:
            return [0.0] * len(windows)
        probabilities = dict(zip(frames, timings[0].ongoing.tolist(), strict=True))
        return [max(probabilities[frame] for frame in window) for window in windows]


@dataclass(frozen=True, slots=True)
class RankedCase:
    """The result of a search for one case."""

    case: SequenceCase
    sequences: tuple[EventSequence, ...]  # at most one of a video, best first
    rank: int | None  # of the right video, from 0; None: it is not among them
    wrong_order_above: bool  # the clip with the events in another order ranks higher
    in_interval: tuple[bool, ...]  # for each event: its best frame in the top sequence lies in its interval


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """Figures `events.*`.

    Args:
        session: whose models search; the clips are indexed into a temporary library.
        seed: of the clips and queries.
        size: how many queries; each has a right clip and two or three near misses. There are half as many clips with
            labelled shots, and as many with an unusual moment.
    """
    rng = random.Random(f"sequences {seed}")
    cases = [sample_sequence_case(rng, with_reversal=number % REVERSAL_EVERY == 0) for number in range(size)]
    labelled = [sample_labelled_clip(rng) for _ in range(max(1, size // 2))]
    unusual = [sample_unusual_moment(rng) for _ in range(max(1, size // 2))]
    case_stories = [story for case in cases for story in case.clips.values()]
    other_stories = [*(clip.story for clip in labelled), *(clip.story for clip in unusual)]
    with (
        tempfile.TemporaryDirectory() as folder,
        session_over(session, Path(folder) / "library") as clips_session,
    ):
        # No figure here is about text, and reading it takes most of the time where the camera moves.
        video_ids = index_stories(clips_session, case_stories, Path(folder) / "sought", rng, read_text=False)
        figures, settings = _sequence_figures(clips_session, cases, video_ids)
        figures |= _single_question_figures(clips_session, cases, video_ids)
        video_ids |= index_stories(clips_session, other_stories, Path(folder) / "others", rng, read_text=False)
        shots = [(clip.acts, video_ids[clip.story.name]) for clip in labelled]
        figures |= _label_figures(shots, clips_session)
        figures |= _label_figures(shots, clips_session, core=clips_session.core, name="events.classify.confirmed.")
        hits = [_finds_unusual(clips_session, video_ids[clip.story.name], clip.interval) for clip in unusual]
        figures["events.unusual_top3"] = float(np.mean(hits))
    return {"figures": figures, "settings": {"seed": seed, "queries": size, "videos": len(case_stories), **settings}}


def _sequence_figures(
    session: Session, cases: Sequence[SequenceCase], video_ids: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, Any]]:
    """Figures of four searches: confirmed by the core from several frames (`events.*`), as the chat does with fewer
    videos (`events.chat.*`), confirmed by the event timer alone (`events.gru.*`), by retrieval (`events.retrieved.*`).
    """
    options = FindEventsOptions(limit=TOP, per_video=1, min_score=0.0)

    def retrieve(case: SequenceCase) -> list[EventSequence]:
        return find_sequences(session.search, event_query(case.events), options=options)

    def confirm(case: SequenceCase, core: Looker = session.core) -> list[EventSequence]:
        return find_verified_sequences(session.search, core, event_query(case.events), search=options)

    def search_in_chat(case: SequenceCase) -> list[EventSequence]:
        return verify_sequences(
            session.search,
            session.core,
            event_query(case.events),
            retrieve(case),
            videos=AgentOptions().verified_videos,
        )

    retrieved = [_rank(retrieve, case, video_ids) for case in cases]
    confirmed = [_rank(confirm, case, video_ids) for case in cases]
    figures = _ranking_figures("events.", confirmed) | _ranking_figures("events.retrieved.", retrieved)
    figures |= _ranking_figures("events.chat.", [_rank(search_in_chat, case, video_ids) for case in cases])
    figures["events.multiframe_gain"] = figures["events.r1"] - figures["events.retrieved.r1"]
    if session.blip.has_event_timer:
        timer_core = EventTimerCore(session.blip, session.library)
        by_timer = [_rank(partial(confirm, core=timer_core), case, video_ids) for case in cases]
        figures |= _ranking_figures("events.gru.", by_timer)
        figures["events.gru_gain"] = figures["events.gru.r1"] - figures["events.retrieved.r1"]

    def boundary_error(ranked: Sequence[RankedCase], refinement: Refinement) -> float:
        refined = [
            (result.case, refinement(top, event_query(result.case.events), session.search, session.frames))
            for result in ranked
            for top in result.sequences[:1]
            if result.rank == 0
        ]
        return _boundary_error(refined)

    figures["events.boundary_mae_seconds"] = boundary_error(confirmed, refine_by_time)
    figures["events.keyframes.boundary_mae_seconds"] = boundary_error(confirmed, lambda sequence, *_: sequence)
    figures["events.retrieved.boundary_mae_seconds"] = boundary_error(retrieved, refine_by_retrieval)
    return figures, {"hinging": sum(case.has_reversal for case in cases)}


def _single_question_figures(
    session: Session, cases: Sequence[SequenceCase], video_ids: Mapping[str, str]
) -> dict[str, float]:
    """Figures of single questions in the chat: when an event happens (`events.asked.*`), when somebody is there
    (`events.there.*`), and the share of reversed acts that are believed to happen (`events.asked.reversed`).
    """
    assistant = session.assistant_with(calibration=None, remembers=False)
    events, presences, reversals = [], [], []
    for case in cases:
        story = case.clips["right"]
        video_id = video_ids[story.name]
        events += [single.ask(assistant, single.event_question(story, event), video_id) for event in case.events]
        presences += [single.ask(assistant, single.presence_question(story, event), video_id) for event in case.events]
        if case.has_reversal:
            reversals.append(single.ask(assistant, single.reversal_question(case), video_id))
    assistant.close()
    figures = single.figures("events.asked", events) | single.figures("events.there", presences)
    return figures | {"events.asked.reversed": float(np.mean([bool(answer.predicted) for answer in reversals]))}


def _rank(search: Search, case: SequenceCase, video_ids: Mapping[str, str]) -> RankedCase:
    sequences = search(case)
    right, wrong_order = (video_ids[case.clips[variant].name] for variant in ("right", "order"))
    ranking = [sequence.video_id for sequence in sequences]
    rank = ranking.index(right) if right in ranking else None
    above = wrong_order in ranking and (rank is None or ranking.index(wrong_order) < rank)
    in_interval = [False] * len(case.events)
    if rank == 0:
        in_interval = [
            moment.seconds is not None and start - SLACK_SECONDS <= moment.seconds <= end + SLACK_SECONDS
            for moment, (start, end) in zip(sequences[0].moments, case.intervals, strict=True)
        ]
    return RankedCase(case, tuple(sequences), rank, above, tuple(in_interval))


def _ranking_figures(name: str, ranked: Sequence[RankedCase]) -> dict[str, float]:
    with_reversal = [result for result in ranked if result.case.has_reversal]
    return {
        f"{name}r1": float(np.mean([result.rank == 0 for result in ranked])),
        f"{name}r5": float(np.mean([result.rank is not None for result in ranked])),
        f"{name}reversed.r1": float(np.mean([result.rank == 0 for result in with_reversal])),
        f"{name}in_window": float(np.mean([inside for result in ranked for inside in result.in_interval])),
        f"{name}wrong_order_above": float(np.mean([result.wrong_order_above for result in ranked])),
    }


def _boundary_error(sequences: Sequence[tuple[SequenceCase, EventSequence]]) -> float:
    """The mean distance in seconds of the starts and ends of events from the true ones; NaN without any."""
    errors = []
    for case, sequence in sequences:
        for moment, (start, end) in zip(sequence.moments, case.intervals, strict=True):
            if moment.start_seconds is not None and moment.end_seconds is not None:
                errors += [abs(moment.start_seconds - start), abs(moment.end_seconds - end)]
    return float(np.mean(errors)) if errors else float("nan")


def _label_figures(
    clips: Sequence[tuple[Sequence[str], str]],
    session: Session,
    *,
    core: Looker | None = None,
    name: str = "events.classify.",
) -> dict[str, float]:
    """`<name>*`: of shots that each show one act, in wordings that the trainings use and in others.

    `top1` and `top3` are shares of shots, `harmonic` is the harmonic mean of top1 over both wordings (as for seen and
    unseen classes: Xian et al. 2017, section 4), `auc` and `map` are means over labels of the area under the ROC curve
    and of the average precision, both in the first wording.
    """
    top1: list[float] = []
    figures: dict[str, float] = {}
    whole_shots = replace(DEFAULT_OPTIONS, label_part_seconds=1e9)
    for wording in range(2):
        names = {texts[wording]: act for act, texts in LABELS.items()}
        true_acts: list[str] = []
        rows: list[list[float]] = []
        for acts, video_id in clips:
            for stretch in classify(session.search, video_id, list(names), core=core, options=whole_shots):
                true_acts.append(acts[stretch.keyframe.shot])
                rows.append(_shares_by_act(stretch, names))
        shares = np.array(rows)
        truth = np.array([[act == true_act for act in LABELS] for true_act in true_acts])
        rank = (shares > shares[truth][:, None]).sum(axis=1)
        top1.append(float(np.mean(rank == 0)))
        if wording == 0:
            columns = zip(shares.T, truth.T, strict=True)
            present = [(scores, right) for scores, right in columns if right.any() and not right.all()]
            figures[f"{name}top1"] = top1[0]
            figures[f"{name}top3"] = float(np.mean(rank < 3))
            figures[f"{name}auc"] = float(
                np.mean([area_under_curve(scores[right], scores[~right]) for scores, right in present])
            )
            figures[f"{name}map"] = float(np.mean([average_precision(scores, right) for scores, right in present]))
    return figures | {f"{name}harmonic": 2 * top1[0] * top1[1] / max(sum(top1), 1e-9)}


def _shares_by_act(stretch: LabelledPart, acts: Mapping[str, str]) -> list[float]:
    """The shares of a stretch's labels in the order of `LABELS`; `acts` names the act of each label."""
    shares = {acts[label.text]: label.share for label in stretch.labels}
    return [shares[act] for act in LABELS]


def _finds_unusual(session: Session, video_id: str, interval: tuple[float, float]) -> bool:
    """Whether one of the three most unusual moments overlaps the interval."""
    hits = find_unusual(session.search, video_id, limit=3)
    return any(hit.moment.start_seconds < interval[1] and hit.moment.end_seconds > interval[0] for hit in hits)
