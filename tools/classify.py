"""Zero-shot labels for the shots of a video: the label whose words lie nearest to what the keyframes show.

Radford et al. 2021, "Learning transferable visual models from natural language supervision", section 3.1: a softmax
over the cosines of all labels; those of a stretch are the mean over its keyframes. What somebody does shows in several
frames in order: the core can be asked for that, of the stretch's windows one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.errors import VideoAssistantError
from tools.moments import stretches, windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import Core, FrameIndex
    from tools.types import Keyframe

MOST_LABELS = 100
STRETCH_SECONDS = 10.0  # a longer shot is labelled in parts of this length
WINDOW_SECONDS, WINDOW_STEP_SECONDS = 6.0, 2.0  # of frames that the core reads in order
LEAST = 1e-6  # that the core is taken to be sure of anything
TAIL_SECONDS = 1.0  # how long what the last keyframe shows lasts


@dataclass(frozen=True, slots=True)
class Label:
    """A label of a stretch."""

    text: str
    share: float  # in [0, 1]: of the softmax over all labels
    probability: float  # in [0, 1]: that the stretch's best keyframe shows it, whatever the others


@dataclass(frozen=True, slots=True)
class LabelledStretch:
    """A shot, or a part of a long one, with its labels, the likeliest first."""

    keyframe: Keyframe  # that shows the first label best
    start_seconds: float
    end_seconds: float
    labels: tuple[Label, ...]


def classify(
    frames: FrameIndex,
    video_id: str,
    labels: Sequence[str],
    *,
    stretch_seconds: float = STRETCH_SECONDS,
    core: Core | None = None,
) -> list[LabelledStretch]:
    """Every shot of a video, in time order, with its labels.

    Args:
        frames: holds the video, and knows what its cosines mean.
        video_id: the video.
        labels: two or more, in the retrieval model's language; English with a core.
        stretch_seconds: a longer shot is labelled in parts of this length.
        core: weighs each label by how surely it sees it in some frame or window; None: retrieval alone decides.

    Raises:
        VideoAssistantError: there are fewer than two labels, one is empty or given twice, or too many.
    """
    texts = [" ".join(label.split()) for label in labels]
    _check(texts)
    scores = frames.similarities(texts, video_id=video_id).scores
    found = []
    start = 0
    for part in stretches(frames.keyframes(video_id), stretch_seconds):
        own = scores[:, start : start + len(part)]
        start += len(part)
        if core is None:
            logits = frames.calibration.slope * own.mean(axis=1).astype(np.float64)
        else:
            sure = [_seen(core, text, part, int(row.argmax())) for text, row in zip(texts, own, strict=True)]
            logits = frames.calibration.slope * own.max(axis=1) + np.log(np.maximum(sure, LEAST))
        weights = np.exp(logits - logits.max())
        shares = weights / weights.sum()
        likely = frames.calibration(own.max(axis=1))
        order = np.argsort(-shares, kind="stable")
        ranked = tuple(Label(texts[i], float(shares[i]), float(likely[i])) for i in order)
        best = part[int(own[order[0]].argmax())]
        found.append(LabelledStretch(best, part[0].seconds, part[-1].seconds + TAIL_SECONDS, ranked))
    return found


def _seen(core: Core, label: str, part: Sequence[Keyframe], best: int) -> float:
    """How surely a label shows in the stretch's best keyframe or in one of its windows."""
    starts = np.arange(part[0].seconds - WINDOW_SECONDS / 2, part[-1].seconds, WINDOW_STEP_SECONDS)
    found = core.verify_windows(label, windows(part, starts, WINDOW_SECONDS))
    return max([*core.verify(label, [part[best]]), *found])


def _check(labels: Sequence[str]) -> None:
    if len(labels) < 2:
        raise VideoAssistantError(f"{len(labels)} label; give two or more to choose from, such as 'day' 'night'")
    if len(labels) > MOST_LABELS:
        raise VideoAssistantError(f"{len(labels)} labels; give up to {MOST_LABELS}")
    if not all(labels):
        raise VideoAssistantError("a label is empty; leave it out, or write what it stands for")
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise VideoAssistantError(f"label {twice!r} is given twice; each is chosen or not: leave one out")
