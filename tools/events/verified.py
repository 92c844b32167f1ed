"""Two witnesses for one statement: the core that looks at a picture, and retrieval that compares it with the words.

They were trained for different things and mostly err apart. Over a whole video the core alone finds some frame in which
it takes a bag for a cat; that retrieval takes the same frame for a cat is rarer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import Core, FrameIndex
    from tools.types import Keyframe


def verified(frames: FrameIndex, core: Core, statement: str, keyframes: Sequence[Keyframe]) -> list[float]:
    """How surely each keyframe shows what `statement` says, in [0, 1].

    The core's probability, times the odds that retrieval gives (`Calibration.odds`): where it holds a match as likely
    as not, or likelier, the core alone decides; and so it does where nobody measured what the cosines mean.
    """
    found = core.verify(statement, keyframes)
    if not frames.calibration.measured:
        return found
    for video_id in dict.fromkeys(keyframe.video_id for keyframe in keyframes):
        similar = frames.similarities([statement], video_id=video_id)
        each = frames.calibration.odds(similar.scores[0])
        odds = dict(zip(similar.frame_indexes.tolist(), each.tolist(), strict=True))
        for place, keyframe in enumerate(keyframes):
            if keyframe.video_id == video_id:
                found[place] *= odds.get(keyframe.frame_index, 1.0)
    return found
