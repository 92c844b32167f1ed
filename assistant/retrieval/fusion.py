"""Fuses the rankings of several channels, each weighted by how well it answers this query.

Fixed weights halve the recall of visual queries, because some line matches almost any query. A channel's weight is
therefore computed from its own scores: for pictures, how far the best one stands out from the rest; for lines, how much
of the query the best one contains and how few others contain as much. Weighted reciprocal ranks (Cormack et al. 2009,
"Reciprocal Rank Fusion", section 2) are then summed by keyframe, so keyframes that two channels agree on rise.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.types import FrameHit, Keyframe, Line

# Small: two channels of equal weight alternate, and a weak channel stays below the first five hits of a strong one.
RANK_OFFSET = 1.0
USUAL_PEAK = 3.0  # standard deviations by which the best of a hundred pictures exceeds their median on most queries
SHARPNESS = 4  # exponent of a line's score: a line with three of four words weighs a third of one with all four
MOST_WORDS = 4  # query words beyond this number add no certainty
EQUAL_SCORE = 0.95  # share of the best line's score from which a line answers the query equally well


@dataclass(frozen=True, slots=True)
class ChannelHit:
    """A hit of one channel at one keyframe."""

    hit: FrameHit
    rank: int  # within its channel, from 0
    strength: float = 1.0  # relative to the channel's best hit, in [0, 1]


@dataclass(frozen=True, slots=True)
class Channel:
    """The hits of one channel and their weight in the fusion."""

    name: str
    weight: float  # not negative; weights are normalised over the channels
    hits: Sequence[ChannelHit]


def picture_weight(scores: Sequence[float]) -> float:
    """The weight of the picture channel in [0, 1); 0.5 where the best picture stands out as usual.

    Args:
        scores: cosine similarities of the nearest keyframes, best first.
    """
    spread = statistics.pstdev(scores) if len(scores) > 1 else 0.0
    peak = (scores[0] - statistics.median(scores)) / spread if spread else USUAL_PEAK
    return peak / (peak + USUAL_PEAK) if peak > 0 else 0.0


def text_weight(scores: Sequence[float], *, words: int, quoted: bool) -> float:
    """The weight of a text channel; 1 where a single line contains both words of a two-word query.

    Args:
        scores: the share of the query that each line contains, in [0, 1], best first.
        words: number of words of the query; the more of them one line contains, the less it is chance.
        quoted: the query quotes words literally, which doubles the weight.
    """
    if not scores:
        return 0.0
    equal_lines = sum(score >= EQUAL_SCORE * scores[0] for score in scores)
    length = 0.5 + 0.25 * min(words, MOST_WORDS)
    return scores[0] ** SHARPNESS * length / (1 + math.log(equal_lines) / 2) * (2 if quoted else 1)


def hits_at_keyframes(
    lines: Sequence[tuple[Line, Sequence[Keyframe]]], pictures: Sequence[FrameHit]
) -> list[ChannelHit]:
    """Turns matching lines into hits at keyframes.

    Args:
        lines: matching lines, best first, with scores above 0, each with the keyframes displayed during it; the first
            keyframe represents the line.
        pictures: hits of the picture channel; a line is a hit at those of its keyframes that are among them, too.
    """
    hits: dict[tuple[str, int], ChannelHit] = {}
    picture_keys = {_key(hit.keyframe) for hit in pictures}
    for rank, (line, keyframes) in enumerate(lines):
        for number, keyframe in enumerate(keyframes):
            if number == 0 or _key(keyframe) in picture_keys:
                hit = FrameHit(keyframe, line.score, channel=line.source, why=line.text, line=line, shown=line.shown)
                hits.setdefault(_key(keyframe), ChannelHit(hit, rank, (line.score / lines[0][0].score) ** SHARPNESS))
    return list(hits.values())


def fuse(channels: Sequence[Channel], limit: int) -> list[FrameHit]:
    """The fused ranking, best first.

    Each keyframe is represented by the hit of the channel that contributes most to it, whose `why` names the weights.
    """
    total = sum(channel.weight for channel in channels if channel.hits) or 1.0
    parts: dict[tuple[str, int], dict[str, float]] = {}
    hits: dict[tuple[str, int], dict[str, FrameHit]] = {}
    for channel in channels:
        for channel_hit in channel.hits:
            key = _key(channel_hit.hit.keyframe)
            parts.setdefault(key, {})[channel.name] = (
                channel.weight / total * channel_hit.strength / (RANK_OFFSET + channel_hit.rank)
            )
            hits.setdefault(key, {})[channel.name] = channel_hit.hit
    weights = {channel.name: channel.weight / total for channel in channels if channel.hits}
    order = sorted(parts, key=lambda key: -sum(parts[key].values()))
    return [_combine(parts[key], hits[key], weights) for key in order[:limit]]


def _combine(parts: dict[str, float], hits: dict[str, FrameHit], weights: dict[str, float]) -> FrameHit:
    """The hit of the strongest channel, with the line of any other channel; it is shown if any channel shows it."""
    best = max(parts, key=lambda name: parts[name])
    line = next((hit.line for hit in hits.values() if hit.line), None)
    shown = any(hit.shown for hit in hits.values())
    if len(weights) == 1:
        return replace(hits[best], line=line, shown=shown)
    weights_text = ", ".join(f"{name} {weight:.2f}" for name, weight in weights.items())
    return replace(hits[best], line=line, shown=shown, why=f"{hits[best].why} ({weights_text})")


def _key(keyframe: Keyframe) -> tuple[str, int]:
    return keyframe.video_id, keyframe.frame_index
