"""Moments and stretches out of keyframes: neighbours that were both seen, or lie in one shot, belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.types import Keyframe

Item = TypeVar("Item")
GAP_SECONDS = 1.5  # between keyframes that belong together: they lie at most a second apart


@dataclass(frozen=True, slots=True)
class ScoredKeyframe:
    """A keyframe and how surely it shows what was asked, in [0, 1]."""

    keyframe: Keyframe
    score: float


def windows(frames: Sequence[Keyframe], starts: Iterable[float], seconds: float) -> list[list[Keyframe]]:
    """The frames in `seconds` from each start on; where fewer than two lie there is no order, and no window."""
    found = ([one for one in frames if 0 <= one.seconds - start < seconds] for start in starts)
    return [window for window in found if len(window) > 1]


def grouped(seen: Sequence[ScoredKeyframe], gap_seconds: float = GAP_SECONDS) -> list[list[ScoredKeyframe]]:
    """Keyframes of a video at most `gap_seconds` apart together, all in time order."""
    groups: list[list[ScoredKeyframe]] = []
    for one in sorted(seen, key=lambda s: (s.keyframe.video_id, s.keyframe.seconds)):
        last = groups[-1][-1].keyframe if groups else None
        if (
            last is not None
            and last.video_id == one.keyframe.video_id
            and one.keyframe.seconds - last.seconds <= gap_seconds
        ):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def merge(
    seen: Sequence[ScoredKeyframe], *, tool: str, gap_seconds: float = GAP_SECONDS, tail_seconds: float = 1.0
) -> list[Evidence]:
    """Half-open moments, best first: keyframes of a video at most `gap_seconds` apart become one.

    Each moment ends `tail_seconds` after its last keyframe, because keyframes are at most a second apart: what the
    last one shows lasts until the next one that does not. Score, frame and picture are those of its best keyframe.
    """
    moments = []
    for group in grouped(seen, gap_seconds):
        best = max(group, key=lambda s: s.score)
        moments.append(
            Evidence(
                Moment(best.keyframe.video_id, group[0].keyframe.seconds, group[-1].keyframe.seconds + tail_seconds),
                tool=tool,
                score=best.score,
                keyframe=KeyframeRef.of(best.keyframe),
            )
        )
    return sorted(moments, key=lambda m: (-m.score, m.moment.video_id, m.moment.start_seconds))


def stretches(keyframes: Sequence[Keyframe], seconds: float) -> list[list[Keyframe]]:
    """Keyframes of one video in time order, cut at every change of shot and every `seconds` of one."""
    found: list[list[Keyframe]] = []
    for keyframe in keyframes:
        first = found[-1][0] if found else None
        if first is not None and first.shot == keyframe.shot and keyframe.seconds - first.seconds < seconds:
            found[-1].append(keyframe)
        else:
            found.append([keyframe])
    return found


def evenly(items: Sequence[Item], most: int) -> list[Item]:
    """At most `most` of `items`, the first and the last among them, as evenly as they allow."""
    many = min(most, len(items))
    return [items[round(i * (len(items) - 1) / max(1, many - 1))] for i in range(many)]
