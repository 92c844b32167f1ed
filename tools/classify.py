"""Zero-shot labels for the shots of a video: the label whose words lie nearest to what the keyframes show.

Radford et al. 2021, "Learning transferable visual models from natural language supervision", section 3.1: a softmax
over the cosines of all labels, each the mean over the keyframes of a part. An action shows only in several frames in
order; for such labels the core can be asked, which sees windows of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tools.errors import VideoAssistantError
from tools.events.options import DEFAULT_OPTIONS, VerificationOptions
from tools.events.windows import cut_windows
from tools.moments import TAIL_SECONDS, split_into_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.ports import FrameIndex, Looker
    from tools.types import Keyframe

MAX_LABELS = 100
MIN_PROBABILITY = 1e-6  # of the core for any label: its logarithm is taken


@dataclass(frozen=True, slots=True)
class Label:
    """One label of one part of a video."""

    text: str
    share: float  # in [0, 1]: of the softmax over all labels
    probability: float  # in [0, 1]: that the part's best keyframe shows it, whatever the other labels


@dataclass(frozen=True, slots=True)
class LabelledPart:
    """A shot, or a part of a long one, with its labels."""

    keyframe: Keyframe  # that shows the first label best
    start_seconds: float
    end_seconds: float
    labels: tuple[Label, ...]  # all of them, the highest share first


def classify(
    frames: FrameIndex,
    video_id: str,
    labels: Sequence[str],
    *,
    core: Looker | None = None,
    options: VerificationOptions = DEFAULT_OPTIONS,
) -> list[LabelledPart]:
    """Labels every shot of a video; the shots are in time order.

    Args:
        frames: holds the video, and knows what its cosines mean.
        video_id: the video.
        labels: two or more, in the retrieval model's language; English with a core.
        core: weighs each label by how likely it sees it in some frame or window; None: retrieval alone decides.
        options: the length of parts and of windows.

    Raises:
        VideoAssistantError: there are fewer than two labels, one is empty or given twice, or too many.
    """
    texts = [" ".join(label.split()) for label in labels]
    _check_labels(texts)
    cosines = frames.similarities(texts, video_id=video_id).scores
    labelled = []
    start = 0
    for part in split_into_parts(frames.keyframes(video_id), options.label_part_seconds):
        part_cosines = cosines[:, start : start + len(part)]  # (labels, keyframes of the part)
        start += len(part)
        if core is None:
            logits = frames.calibration.slope * part_cosines.mean(axis=1).astype(np.float64)
        else:
            verified = [
                _verify_label(core, text, part, int(row.argmax()), options)
                for text, row in zip(texts, part_cosines, strict=True)
            ]
            logits = frames.calibration.slope * part_cosines.max(axis=1) + np.log(np.maximum(verified, MIN_PROBABILITY))
        weights = np.exp(logits - logits.max())
        shares = weights / weights.sum()
        probabilities = frames.calibration(part_cosines.max(axis=1))
        order = np.argsort(-shares, kind="stable")
        ranked = tuple(Label(texts[i], float(shares[i]), float(probabilities[i])) for i in order)
        best = part[int(part_cosines[order[0]].argmax())]
        labelled.append(LabelledPart(best, part[0].seconds, part[-1].seconds + TAIL_SECONDS, ranked))
    return labelled


def _verify_label(core: Looker, label: str, part: Sequence[Keyframe], best: int, options: VerificationOptions) -> float:
    """How likely a label shows in the best keyframe of a part or in one of its windows, in [0, 1]."""
    length = options.label_window_seconds
    starts = np.arange(part[0].seconds - length / 2, part[-1].seconds, options.label_step_seconds)
    in_windows = core.verify_windows(label, cut_windows(part, starts, length))
    return max([*core.verify(label, [part[best]]), *in_windows])


def _check_labels(labels: Sequence[str]) -> None:
    if len(labels) < 2:
        raise VideoAssistantError(f"{len(labels)} label; give two or more to choose from, such as 'day' 'night'")
    if len(labels) > MAX_LABELS:
        raise VideoAssistantError(f"{len(labels)} labels; give up to {MAX_LABELS}")
    if not all(labels):
        raise VideoAssistantError("a label is empty; leave it out, or write what it stands for")
    repeated = next((label for label in labels if labels.count(label) > 1), None)
    if repeated is not None:
        raise VideoAssistantError(f"label {repeated!r} is given twice; each is chosen or not: leave one out")
