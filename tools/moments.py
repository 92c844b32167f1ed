"""Moments and shots out of keyframes: neighbours that show the same thing, or lie in one shot, belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tools.types import Evidence, KeyframeRef, Moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.types import Keyframe

Item = TypeVar("Item")
GAP_SECONDS = 1.5  # between keyframes of one moment at most: neighbours lie at most a second apart
TAIL_SECONDS = 1.0  # how long the last keyframe of a moment lasts: until the next one, which no longer belongs to it


@dataclass(frozen=True, slots=True)
class ScoredKeyframe:
    """A keyframe and the probability that it shows what was asked for."""

    keyframe: Keyframe
    score: float  # in [0, 1]


def group_by_gap(
    scored_frames: Sequence[ScoredKeyframe], gap_seconds: float = GAP_SECONDS
) -> list[list[ScoredKeyframe]]:
    """Groups keyframes by video, and where neighbours lie more than `gap_seconds` apart; all in time order."""
    groups: list[list[ScoredKeyframe]] = []
    for scored in sorted(scored_frames, key=lambda scored: (scored.keyframe.video_id, scored.keyframe.seconds)):
        previous = groups[-1][-1].keyframe if groups else None
        if (
            previous is not None
            and previous.video_id == scored.keyframe.video_id
            and scored.keyframe.seconds - previous.seconds <= gap_seconds
        ):
            groups[-1].append(scored)
        else:
            groups.append([scored])
    return groups


def merge_into_moments(
    scored_frames: Sequence[ScoredKeyframe],
    *,
    tool: str,
    gap_seconds: float = GAP_SECONDS,
    tail_seconds: float = TAIL_SECONDS,
) -> list[Evidence]:
    """Merges keyframes of a video that lie at most `gap_seconds` apart into one half-open moment; best moments first.

    A moment ends `tail_seconds` after its last keyframe. Its score, frame and picture are those of its best keyframe.
    """
    moments = []
    for group in group_by_gap(scored_frames, gap_seconds):
        best = max(group, key=lambda scored: scored.score)
        moments.append(
            Evidence(
                Moment(best.keyframe.video_id, group[0].keyframe.seconds, group[-1].keyframe.seconds + tail_seconds),
                tool=tool,
                score=best.score,
                keyframe=KeyframeRef.of(best.keyframe),
            )
        )
    return sorted(moments, key=lambda m: (-m.score, m.moment.video_id, m.moment.start_seconds))


def split_into_parts(keyframes: Sequence[Keyframe], max_seconds: float) -> list[list[Keyframe]]:
    """Splits the keyframes of one video, in time order, at every new shot, and a longer shot every `max_seconds`."""
    parts: list[list[Keyframe]] = []
    for keyframe in keyframes:
        first = parts[-1][0] if parts else None
        if first is not None and first.shot == keyframe.shot and keyframe.seconds - first.seconds < max_seconds:
            parts[-1].append(keyframe)
        else:
            parts.append([keyframe])
    return parts


def sample_evenly(items: Sequence[Item], max_items: int) -> list[Item]:
    """Returns at most `max_items` of `items`, spaced as evenly as possible, the first and the last among them."""
    count = min(max_items, len(items))
    return [items[round(i * (len(items) - 1) / max(1, count - 1))] for i in range(count)]
