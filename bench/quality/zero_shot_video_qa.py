"""Zero-shot video question answering as InstructBLIP's authors measured it, on the data sets' own files.

Dai et al. 2023 (arXiv:2305.06500), sections 2.6 and 3.1: four frames spread evenly, each read by the Q-Former under the
whole prompt, their queries side by side before it; beam search with five beams and length penalty -1; the answer must
equal the annotated one word for word. The agent takes no part.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.media.decode import MediaError, open_media
from prompts import render
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.models.blip.instructblip import InstructBlip

FRAMES, BEAMS, MAX_NEW_TOKENS, LENGTH_PENALTY = 4, 5, 10, -1.0
SUFFIXES = (".mp4", ".avi", ".webm", ".mkv")
PUBLISHED: dict[str, dict[str, float]] = {
    # Table 1 (zero-shot) of Dai et al. 2023, as quoted in notes on the paper.
    "instructblip-flan-t5-xl": {"msvd": 0.434, "msrvtt": 0.250, "ivqa": 0.531},
    "instructblip-flan-t5-xxl": {"msvd": 0.443, "msrvtt": 0.256, "ivqa": 0.538},
    "instructblip-vicuna-7b": {"msvd": 0.418, "msrvtt": 0.221, "ivqa": 0.522},
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a data set."""

    video: str  # file name without its suffix
    text: str
    answers: tuple[str, ...]  # the annotated one; iVQA: those of five people


def evaluate(name: str, blip: InstructBlip, media: Path, *, size: int) -> dict[str, Any]:
    """Figures `<name>.*`: the accuracy with its 95 % interval, the published accuracy of the same core, how many
    questions were asked and how many had no readable video.

    Args:
        name: msvd, msrvtt or ivqa.
        blip: the core that answers.
        media: folder with the data set as published: `test_qa.json` (MSVD-QA, MSRVTT-QA; for MSVD also
            `youtube_mapping.txt` with the names of its videos) or `test.csv` (iVQA), and the videos anywhere below.
        size: the largest number of questions to ask.

    Raises:
        VideoAssistantError: the folder has another layout, or holds no readable video of the data set.
    """
    questions = read_questions(name, media)
    files = {path.stem: path for path in sorted(media.rglob("*")) if path.suffix.lower() in SUFFIXES}
    with_video = [q for q in questions if q.video in files]
    if not with_video:
        raise VideoAssistantError(
            f"{media} has none of the {len({q.video for q in questions})} videos of {name}, such as "
            f"{questions[0].video if questions else '?'}.mp4"
        )
    scores: list[float] = []
    unreadable = 0
    for video, group in groupby(sorted(with_video[:size], key=lambda q: q.video), key=lambda q: q.video):
        video_questions = list(group)
        try:
            features = blip.features(four_frames(files[video]))
        except MediaError:
            unreadable += len(video_questions)
            continue
        scores += [score(name, answer(blip, q.text, features), q.answers) for q in video_questions]
    if not scores:
        raise VideoAssistantError(f"none of the videos of {name} in {media} decodes")
    accuracy = float(np.mean(scores))
    margin = 1.96 * math.sqrt(max(accuracy * (1 - accuracy), 1e-9) / len(scores))
    figures = {
        f"{name}.accuracy": accuracy,
        f"{name}.accuracy.low": max(0.0, accuracy - margin),
        f"{name}.accuracy.high": min(1.0, accuracy + margin),
        f"{name}.questions": len(scores),
        f"{name}.without_video": len(questions) - len(with_video) + unreadable,
    }
    core = Path(blip.checkpoint).name
    if core in PUBLISHED:
        figures[f"{name}.published"] = PUBLISHED[core][name]
    return {"figures": figures, "settings": {"core": core, "frames": FRAMES, "beams": BEAMS, "media": str(media)}}


def read_questions(name: str, media: Path) -> list[Question]:
    """Every question of the test split.

    Raises:
        VideoAssistantError: the file of questions is missing, or has another layout than the published one.
    """
    file_name = "test.csv" if name == "ivqa" else "test_qa.json"
    path = next(iter(sorted(media.rglob(file_name))), None)
    if path is None:
        raise VideoAssistantError(f"{media} is no folder of {name}: it has no {file_name}; give --media the data set")
    try:
        if name == "ivqa":
            with path.open(encoding="utf-8", newline="") as file:
                return [
                    Question(row["video_id"], row["question"], tuple(row[f"answer{i}"] for i in range(1, 6)))
                    for row in csv.DictReader(file)
                ]
        rows = json.loads(path.read_text(encoding="utf-8"))
        names = _msvd_names(media)
        return [Question(_video(name, row["video_id"], names), row["question"], (row["answer"],)) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise VideoAssistantError(f"{path} has another layout than {name} as published ({error!r})") from None


def _msvd_names(media: Path) -> dict[str, str]:
    """MSVD: maps `vid` and a video's number to the name of its file; empty without the file of names."""
    path = next(iter(media.rglob("youtube_mapping.txt")), None)
    if path is None:
        return {}
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {number: file for file, number in pairs}


def _video(name: str, number: int, names: dict[str, str]) -> str:
    return f"video{number}" if name == "msrvtt" else names.get(f"vid{number}", f"vid{number}")


def four_frames(path: Path) -> list[NDArray[np.uint8]]:
    """Frames 0, n/4, n/2 and 3n/4 of the n that decode, HWC uint8 RGB, as LAVIS samples uniformly.

    Raises:
        MediaError: the video cannot be decoded.
    """
    with open_media(path) as media:
        count = sum(1 for _ in media.frames(with_cues=False))
    indexes = [int(i * count / FRAMES) for i in range(FRAMES)]  # with repetitions if the video has fewer frames
    with open_media(path) as media:
        images = {f.index: f.image() for f in media.frames(with_cues=False) if f.index in indexes}
    return [images[index] for index in indexes]


def answer(blip: InstructBlip, question: str, features: NDArray[np.float16]) -> str:
    """A short answer from the features of frames in the order of time, `(frames, tokens, width)`."""
    import torch

    prompt = blip.clean(render("video_qa/answer", question=question))
    language = blip.loaded.language
    with torch.inference_mode():
        visual = blip.queries(features, prompt)
        embedded = language.embed_prompt(prompt, visual.reshape(1, -1, visual.shape[-1]))
        ids = language.search_beams(embedded, beams=BEAMS, length_penalty=LENGTH_PENALTY, max_new_tokens=MAX_NEW_TOKENS)
    written: str = language.tokenizer.decode(ids[0], skip_special_tokens=True)
    return written


def score(name: str, written: str, answers: Sequence[str]) -> float:
    """1 for the annotated answer, else 0. iVQA, as its authors do: 0.5 for each person who gave it, at most 1."""
    agreeing = sum(_normalised(written) == _normalised(answer) for answer in answers)
    return min(agreeing / 2, 1.0) if name == "ivqa" else float(agreeing > 0)


def _normalised(text: str) -> str:
    return " ".join(text.lower().strip().strip(".").split())
