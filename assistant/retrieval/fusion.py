"""One ranking out of several channels, each weighed by how much it has to say about this query.

Fixed weights halve the recall of queries about what is seen, since words always find something. So a channel's weight
comes from its own scores: pictures weigh by how far the best stands out from the rest, lines by how much of the query
the best one holds and by how few hold as much. Weighted reciprocal ranks (Cormack et al. 2009, "Reciprocal Rank
Fusion", section 2) are then summed by keyframe: what two channels agree on rises.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.types import FrameHit, Keyframe, Line

RANK_OFFSET = (
    1.0  # small: two channels of one weight take turns, and a weak one stays below the strong one's first five
)
USUAL_PEAK = 3.0  # standard deviations by which the best picture of a hundred stands out on most queries
SHARPNESS = 4  # a line with three of four words says a third of what one with all of them does
MOST_WORDS = 4  # more of them make no surer
AS_GOOD = 0.95  # of the best line's score: lines that answer the query as well


@dataclass(frozen=True, slots=True)
class ChannelHit:
    """What one channel found at one keyframe."""

    hit: FrameHit
    rank: int  # in its channel, from 0
    strength: float = 1.0  # of the channel's best, in [0, 1]


@dataclass(frozen=True, slots=True)
class Channel:
    """What one channel found, and how much that weighs."""

    name: str
    weight: float  # from 0 on
    found: Sequence[ChannelHit]


def picture_weight(scores: Sequence[float]) -> float:
    """In [0, 1), from the cosine similarities of the nearest keyframes, best first: one half where usual."""
    spread = statistics.pstdev(scores) if len(scores) > 1 else 0.0
    peak = (scores[0] - statistics.median(scores)) / spread if spread else USUAL_PEAK
    return peak / (peak + USUAL_PEAK) if peak > 0 else 0.0


def text_weight(scores: Sequence[float], *, words: int, quoted: bool) -> float:
    """From how well lines hold a query's words, best first: one where a single line holds all of two words.

    Args:
        words: of the query; the more of them one line holds, the less it can be chance.
        quoted: the query asks for words as they stand, which counts twice.
    """
    if not scores:
        return 0.0
    alike = sum(score >= AS_GOOD * scores[0] for score in scores)
    length = 0.5 + 0.25 * min(words, MOST_WORDS)
    return scores[0] ** SHARPNESS * length / (1 + math.log(alike) / 2) * (2 if quoted else 1)


def at_keyframes(lines: Sequence[tuple[Line, Sequence[Keyframe]]], pictures: Sequence[FrameHit]) -> list[ChannelHit]:
    """Lines as hits of keyframes.

    Args:
        lines: best first, with scores above 0, each with the keyframes of its time, of which the first stands for it.
        pictures: keyframes that pictures found; those within a line's time are the line's too.
    """
    found: dict[tuple[str, int], ChannelHit] = {}
    seen = {_key(hit.keyframe) for hit in pictures}
    for rank, (line, keyframes) in enumerate(lines):
        for place, keyframe in enumerate(keyframes):
            if place == 0 or _key(keyframe) in seen:
                hit = FrameHit(keyframe, line.score, channel=line.source, why=line.text, line=line)
                found.setdefault(_key(keyframe), ChannelHit(hit, rank, (line.score / lines[0][0].score) ** SHARPNESS))
    return list(found.values())


def fuse(channels: Sequence[Channel], limit: int) -> list[FrameHit]:
    """Keyframes, best first; each hit is that of the channel that weighs most in it, and says what each weighed."""
    total = sum(channel.weight for channel in channels if channel.found) or 1.0
    parts: dict[tuple[str, int], dict[str, float]] = {}
    hits: dict[tuple[str, int], dict[str, FrameHit]] = {}
    for channel in channels:
        for found in channel.found:
            key = _key(found.hit.keyframe)
            parts.setdefault(key, {})[channel.name] = (
                channel.weight / total * found.strength / (RANK_OFFSET + found.rank)
            )
            hits.setdefault(key, {})[channel.name] = found.hit
    weights = {channel.name: channel.weight / total for channel in channels if channel.found}
    order = sorted(parts, key=lambda key: -sum(parts[key].values()))
    return [_told(parts[key], hits[key], weights) for key in order[:limit]]


def _told(parts: dict[str, float], hits: dict[str, FrameHit], weights: dict[str, float]) -> FrameHit:
    """The winner's hit, with the line of any other."""
    best = max(parts, key=lambda name: parts[name])
    line = next((hit.line for hit in hits.values() if hit.line), None)
    if len(weights) == 1:
        return replace(hits[best], line=line)
    told = ", ".join(f"{name} {weight:.2f}" for name, weight in weights.items())
    return replace(hits[best], line=line, why=f"{hits[best].why} ({told})")


def _key(keyframe: Keyframe) -> tuple[str, int]:
    return keyframe.video_id, keyframe.frame_index
