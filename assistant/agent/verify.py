"""Decides what counts as seen: the conditions of a question in single frames, the events of a sequence in windows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from tools.events.options import DEFAULT_OPTIONS
from tools.events.verification import verify_frames
from tools.events.windows import cut_windows
from tools.types import EventSequence, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.agent.conditions import QueryPart
    from assistant.agent.options import AgentOptions
    from assistant.agent.records import Verdict
    from tools.moments import ScoredKeyframe
    from tools.ports import FrameIndex, Looker
    from tools.types import Keyframe, Spot

Finding = TypeVar("Finding", Evidence, EventSequence, Evidence | EventSequence)


class Verifier:
    """Asks the core whether frames show what a question names, and whether it knows such pictures at all."""

    def __init__(self, frames: FrameIndex, looker: Looker, options: AgentOptions) -> None:
        self._frames, self._looker, self._options = frames, looker, options

    def judge(self, probability: float) -> Verdict:
        """Returns the verdict on a probability in [0, 1]: neither verdict is sure between `1 - min_seen` and it."""
        sure = self._options.min_seen
        return "seen" if probability >= sure else "not seen" if probability <= 1 - sure else "cannot tell"

    def verify_parts(self, parts: Sequence[QueryPart], scored: Sequence[ScoredKeyframe]) -> list[Verdict]:
        """Judges each part of what was asked for in the likeliest of the frames; without a frame, none is seen."""
        if not scored:
            return ["not seen" for _ in parts]
        likeliest = max(scored, key=lambda s: s.score).keyframe
        return [self.judge(self._verify(part.statement, [likeliest])[0]) for part in parts]

    def filter_by_conditions(
        self, scored: Sequence[ScoredKeyframe], conditions: Sequence[QueryPart]
    ) -> list[ScoredKeyframe]:
        """Frames that satisfy every condition; if none does, the single closest, so the answer can say what is missing.

        Only the likeliest frames are looked at again.
        """
        likeliest = sorted(scored, key=lambda s: -s.score)[: self._options.condition_frames] if conditions else []
        if not likeliest:
            return list(scored)
        frames = [s.keyframe for s in likeliest]
        by_condition = [self._verify(part.statement, frames) for part in conditions]
        lowest = [min(column) for column in zip(*by_condition, strict=True)]
        satisfying = [s for s, p in zip(likeliest, lowest, strict=True) if p >= self._options.min_verified]
        return satisfying or [likeliest[lowest.index(max(lowest))]]

    def verify_event(self, sequence: EventSequence, number: int) -> float:
        """P(yes) that an event's picture, or a few around it in their order, show it; 0 if it was missed.

        No picture beyond the neighbouring events is looked at, nor any where the question rules the event out.
        """
        moment = sequence.moments[number]
        if moment.seconds is None:
            return 0.0
        still = self._looker.verify(moment.event, [self.nearest_frame(sequence.video_id, moment.seconds)])[0]
        others = [m.seconds for m in sequence.moments if m.seconds is not None and m is not moment]
        before = [moment.earliest_seconds, *(at for at in others if at < moment.seconds)]
        after = [moment.latest_seconds or math.inf, *(at for at in others if at > moment.seconds)]
        near = self._frames.keyframes(sequence.video_id, max(before), min(after))
        length = DEFAULT_OPTIONS.sequence_window_seconds
        starts = (moment.seconds + part * length for part in (-1.0, -0.5, 0.0, 0.5))
        return max([still, *self._looker.verify_windows(moment.event, cut_windows(near, starts, length))])

    def find_absent(self, things: Sequence[str], frames: Sequence[Keyframe]) -> list[str]:
        """The things that surely none of the frames shows, in their order."""
        highest = 1 - self._options.min_seen
        return [thing for thing in things if max(self._looker.verify(thing, frames)) <= highest]

    def in_domain(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings that rest on a stored picture of the kind that the core was trained on."""
        spots = [_spots(finding) for finding in findings]
        frames = self._frames_at(spot for finding_spots in spots for spot in finding_spots)
        known = dict(zip(frames, self._looker.in_domain(list(frames.values())), strict=True))
        return [
            finding
            for finding, finding_spots in zip(findings, spots, strict=True)
            if any(known.get(spot, True) for spot in finding_spots)
        ]

    def frames_of(self, evidence: Sequence[Evidence]) -> list[Keyframe]:
        """The keyframes of evidence, in its order."""
        spots: list[Spot] = [(e.moment.video_id, e.frame_index) for e in evidence if e.frame_index is not None]
        frames = self._frames_at(spots)
        return [frames[spot] for spot in spots]

    def count_pictures(self, video_id: str | None, start: float | None = None, end: float | None = None) -> int:
        """The number of keyframes of a stretch of a video, or of the same stretch of every video."""
        video_ids = [v.video_id for v in self._frames.videos() if video_id in (None, v.video_id)]
        return sum(len(self._frames.keyframes(each, start, end)) for each in video_ids)

    def nearest_frame(self, video_id: str, seconds: float) -> Keyframe:
        """The keyframe nearest to a time: a refined moment lies between two."""
        return min(self._frames.keyframes(video_id), key=lambda keyframe: abs(keyframe.seconds - seconds))

    def frame_of(self, evidence: Evidence) -> Keyframe:
        """The keyframe that shows some evidence best."""
        keyframe = evidence.keyframe
        seconds = evidence.moment.start_seconds if keyframe is None else keyframe.seconds
        return self.nearest_frame(evidence.moment.video_id, seconds)

    def frames_around(self, evidence: Evidence) -> list[Keyframe]:
        """The keyframes of a moment, with a little before and after."""
        moment = evidence.moment
        around = DEFAULT_OPTIONS.answer_around_seconds
        start, end = moment.start_seconds - around, moment.end_seconds + around
        return self._frames.keyframes(moment.video_id, max(0.0, start), end)

    def _verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """P(yes) of frames that were chosen for showing something else, too."""
        return verify_frames(self._frames, self._looker, statement, frames, are_best_matches=False)

    def _frames_at(self, spots: Iterable[Spot]) -> dict[Spot, Keyframe]:
        """Keyframes by video and frame index; a spot without a frame is left out."""
        wanted = set(spots)
        return {
            (video_id, k.frame_index): k
            for video_id in dict.fromkeys(video_id for video_id, _ in wanted)
            for k in self._frames.keyframes(video_id)
            if (video_id, k.frame_index) in wanted
        }


def video_of(finding: Evidence | EventSequence) -> str:
    """The video that a finding lies in."""
    return finding.video_id if isinstance(finding, EventSequence) else finding.moment.video_id


def _spots(finding: Evidence | EventSequence) -> list[Spot]:
    """The keyframes that a finding rests on; a missed event has none."""
    if isinstance(finding, EventSequence):
        return [(finding.video_id, m.frame_index) for m in finding.moments if m.frame_index is not None]
    return [] if finding.frame_index is None else [(finding.moment.video_id, finding.frame_index)]
