"""Out-of-distribution pictures: how often the core answers about real pictures, and about pictures of its world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import prompts
from training.common.models import IMAGE_SIZE
from training.evaluation.protocol import Core, Figures, Split
from training.world.questions import QUESTION_KINDS, sample_question
from training.world.render import model_frame
from training.world.scene import sample_scene

FRAMES_PER_FILE = 20
SECONDS_APART = 1.0
UNANSWERED = "none"
KINDS = [kind for kind in QUESTION_KINDS if kind != "unanswerable"]


def limits(core: Core, split: Split, *, media: Path | None, min_confidence: float) -> Figures:
    """Measures on which pictures the core answers.

    Args:
        core: the core to measure.
        split: source of the samples.
        media: folder of real videos and pictures, on which the core should not answer.
        min_confidence: least confidence with which the product gives an answer.

    Returns:
        `limits.coverage`, the share of answerable questions about the world that get an answer; with `media` also
        `limits.confident_real`, the share of real frames that get one, `limits.real_frames`, their number, and
        `limits.worst_file`, the largest share in one file.

    Raises:
        ValueError: `media` holds no picture that can be decoded.
    """
    rng = split.rng("limits")
    answered = 0
    for _ in range(split.size):
        while (question := sample_question(scene := sample_scene(rng), rng, rng.choice(KINDS))) is None:
            pass
        answered += _answers(core, model_frame(scene, IMAGE_SIZE, rng), question.text, min_confidence)
    figures = {"limits.coverage": answered / split.size}
    if media is None:
        return figures
    shares, total, frames_seen = [], 0, 0
    for path in sorted(path for path in media.rglob("*") if path.is_file()):
        frames = list(_frames(path))
        if not frames:
            continue
        wrong = 0
        for frame in frames:
            while (question := sample_question(sample_scene(rng), rng, rng.choice(KINDS))) is None:
                pass
            wrong += _answers(core, frame, question.text, min_confidence)
        shares.append(wrong / len(frames))
        total, frames_seen = total + wrong, frames_seen + len(frames)
    if not frames_seen:
        raise ValueError(f"{media} holds no picture that can be decoded; name a folder of videos or pictures")
    real = {"confident_real": total / frames_seen, "real_frames": float(frames_seen), "worst_file": max(shares)}
    return figures | {f"limits.{name}": value for name, value in real.items()}


def _answers(core: Core, image: NDArray[np.uint8], question: str, min_confidence: float) -> bool:
    features = core.features([image])
    if not core.in_domain(features)[0]:
        return False
    (written,) = core.write(prompts.render("pocket/answer", question=question), core.queries(features, question))
    return bool(written.text != UNANSWERED and written.confidence >= min_confidence)


def _frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Yields up to `FRAMES_PER_FILE` frames that are a second apart; none if the file holds no picture."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                return
            wanted, given = -1.0, 0
            for frame in container.decode(video=0):
                seconds = frame.time or 0.0
                if seconds >= wanted:
                    yield frame.to_ndarray(format="rgb24")
                    wanted, given = seconds + SECONDS_APART, given + 1
                if given == FRAMES_PER_FILE:
                    return
    except (av.FFmpegError, ValueError):
        return  # a damaged file: what was decoded before the damage counts
