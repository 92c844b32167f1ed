"""An imagined library: it shows and says whatever a question supposes, so that only the reading of it is measured."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from bench.quality.understanding.matching import DURATION_SECONDS
from tools.ports import Answer, Background, Calibration, Peaks, Similarities
from tools.types import Detection, FrameHit, Keyframe, Line, Video
from tools.words import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from tools.events.timing import Timing
    from tools.ports import Choice, Feedback, Planner, Turn
    from tools.types import Source

FRAMES_PER_SECOND = 25
SHOT_SECONDS = 10
SHOWN, NOT_SHOWN = 0.9, 0.1
"""Scores and probabilities of what a keyframe shows, and of what it does not."""
LINE_SECONDS = 4.0
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):([0-5]\d)(?!\d|:\d)")
_CITATION = re.compile(
    r"""(?:^\s*\d+\.\s*)?          # the number of a result
        (?:,?\s*(?:and|và)\s+)?(?:,\s*)?(?:at|in|ở|lúc|vào|tại)?\s*(?<![\d:])\d{1,2}:[0-5]\d(?!\d|:\d)(?:\s+in\s+\S+\.\w+)?""",
    re.VERBOSE | re.IGNORECASE,
)
_RESULT_NUMBER = re.compile(r"(?<!\w)\d+\.(?=\s|$)")
_CAPITALS = re.compile(r"(?<!\w)[A-Z]{3,}(?!\w)")
_QUOTED = re.compile(r"[\"“](.+?)[\"”]")


@dataclass(frozen=True, slots=True)
class Scene:
    """What an imagined library shows and says."""

    words: str = "a person"
    seconds: tuple[float, ...] = (DURATION_SECONDS / 2,)  # when it shows it, in the order in which a search returns it
    boxes: int = 1  # how many things of a kind a picture shows
    is_said: bool = False  # the words are said or written there, and not what is seen

    @classmethod
    def of(cls, question: str, answer: str) -> Scene:
        """The scene of which `answer` is the answer to `question`.

        Its times are the clock times of the answer, else of the question; its words those of the answer without the
        times, only the quoted ones if there are any; its number of things the number with which the answer begins. What
        is quoted or in capitals is said or written there.
        """
        clocks = _CLOCK.findall(answer) or _CLOCK.findall(question)
        seconds = tuple(float(minutes) * 60 + float(rest) for minutes, rest in clocks) or cls().seconds
        quoted = _QUOTED.findall(answer)
        words = "; ".join(quoted) if quoted else _RESULT_NUMBER.sub(" ", _CITATION.sub(" ", answer))
        first = re.match(r"\w+", answer.casefold())
        number = int(NUMBERS.get(first[0], 1)) if first else 1
        is_said = bool(quoted) or _CAPITALS.search(answer) is not None
        return cls(" ".join(words.split()).strip(" .,;:") or cls().words, seconds, max(1, number), is_said)


class ImaginedLibrary:
    """Videos of 1,200 s with a keyframe each second. Implements the `Frames` and `Lines` of the assistant.

    Args:
        scene: what is shown and said in each video; a search finds it, whatever it looks for.
        video_ids: of its videos.
    """

    calibration = Calibration(midpoint=0.5, slope=8.0, measured=True)  # the scene is what the pictures show

    def __init__(self, scene: Scene, video_ids: Sequence[str]) -> None:
        self.scene, self._video_ids = scene, tuple(video_ids)

    def within(self, video_ids: Collection[str]) -> Self:
        return type(self)(self.scene, [video_id for video_id in self._video_ids if video_id in video_ids])

    def videos(self) -> list[Video]:
        count = int(DURATION_SECONDS)
        lines = len(self.scene.seconds) * 2
        return [Video(v, (f"/{v}.mp4",), DURATION_SECONDS, 1280, 720, count, lines) for v in self._video_ids]

    @cached_property
    def _keyframes(self) -> dict[str, list[Keyframe]]:
        return {
            v: [
                Keyframe(v, s * FRAMES_PER_SECOND, float(s), s // SHOT_SECONDS, s, f"{v}-{s}.jpg")
                for s in range(int(DURATION_SECONDS))
            ]
            for v in self._video_ids
        }

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        low, high = start_seconds or 0.0, DURATION_SECONDS if end_seconds is None else end_seconds
        return [keyframe for keyframe in self._keyframes[video_id] if low <= keyframe.seconds < high]

    def search(
        self,
        query: str,
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 16,
        feedback: Feedback | None = None,
    ) -> list[FrameHit]:
        """The keyframes of the scene, as the assistant should list them, then others of the range."""
        rejected = feedback.rejected if feedback else ()
        frames = [
            keyframe
            for v in self._video_ids
            if video_id in (None, v)
            for keyframe in self.keyframes(v, start_seconds, end_seconds)
            if keyframe not in rejected
        ]
        showing = sorted((k for k in frames if shows(self.scene, k)), key=lambda k: self.scene.seconds.index(k.seconds))
        others = [keyframe for keyframe in frames if not shows(self.scene, keyframe)]
        hits = [FrameHit(k, SHOWN - place / 1000, why=query) for place, k in enumerate(showing)]
        return (hits + [FrameHit(keyframe, NOT_SHOWN, why=query) for keyframe in others])[:limit]

    def similarities(self, queries: Sequence[str], *, video_id: str) -> Similarities:
        frames = self._keyframes[video_id]
        scores = np.array([SHOWN if shows(self.scene, keyframe) else NOT_SHOWN for keyframe in frames], np.float32)
        return Similarities(
            np.array([keyframe.frame_index for keyframe in frames]),
            np.array([keyframe.seconds for keyframe in frames]),
            np.tile(scores, (len(queries), 1)),
        )

    def vectors(self, video_id: str) -> tuple[list[Keyframe], NDArray[np.float32]]:
        """Two kinds of pictures: those of the scene, and all others."""
        frames = self._keyframes[video_id]
        return frames, np.eye(2, dtype=np.float32)[[int(shows(self.scene, keyframe)) for keyframe in frames]]

    def peaks(self, queries: Sequence[str]) -> Peaks:
        return Peaks(self._video_ids, np.full((len(queries), len(self._video_ids)), SHOWN, np.float32))

    def background(self, queries: Sequence[str]) -> Background:
        return Background(np.full((len(queries), 1), NOT_SHOWN, np.float32), 1)

    def search_lines(
        self,
        query: str,  # noqa: ARG002 - whatever is looked for is there
        *,
        video_id: str | None = None,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 20,
    ) -> list[Line]:
        lines = [
            line
            for v in self._video_ids
            if video_id in (None, v)
            for line in self.lines(v, source=source, start_seconds=start_seconds, end_seconds=end_seconds)
        ]
        return lines[:limit]

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:
        lines = self.search_lines(question, video_id=video_id, source="speech", limit=limit)
        return lines if self.scene.is_said else []

    def lines(
        self,
        video_id: str,
        *,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> list[Line]:
        low, high = start_seconds or 0.0, DURATION_SECONDS if end_seconds is None else end_seconds
        sources: tuple[Source, ...] = ("ocr", "speech")
        return [
            Line(video_id, seconds, seconds + LINE_SECONDS, kind, self.scene.words)
            for seconds in self.scene.seconds
            for kind in sources
            if source in (None, kind) and seconds < high and seconds + LINE_SECONDS > low
        ]


class ImaginedCore:
    """A core that sees the scene, and reads with a real or a broken planner.

    Args:
        scene: what it sees.
        planner: what it reads with, and translates questions with.
    """

    def __init__(self, scene: Scene, planner: Planner) -> None:
        self._scene, self._planner = scene, planner

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        return self._planner.choose(question, options)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        return self._planner.fill(question, tool, slots)

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        return self._planner.rewrite(question, history)

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates by the planner, but for what is seen, which is given in the language of the question."""
        if text.strip(" .").casefold() == self._scene.words.casefold():
            return text
        return self._planner.translate(text, source=source, target=target)

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        return [True] * len(frames)

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:  # noqa: ARG002 - it is there
        return [SHOWN if shows(self._scene, frame) else NOT_SHOWN for frame in frames]

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:  # noqa: ARG002
        return Answer(self._scene.words, SHOWN)

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        return self.answer(question, frames)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        return [max(self.verify(statement, window), default=0.0) for window in windows]

    def event_probability(self, words: str) -> None:  # noqa: ARG002 - it has no event timer
        return None

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:  # noqa: ARG002
        return None

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        return [Answer(self._scene.words, SHOWN)] * len(frames)


class ImaginedGrounder:
    """Finds as many boxes for every phrase as the scene shows things."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def ground(self, keyframe: Keyframe, phrases: str) -> list[Detection]:  # noqa: ARG002 - every picture shows it
        boxes = [(100.0 * i, 100.0, 100.0 * i + 80, 200.0) for i in range(self._scene.boxes)]
        return [Detection(phrase, SHOWN, box) for phrase in phrases.split(" . ") for box in boxes]


def shows(scene: Scene, keyframe: Keyframe) -> bool:
    """Whether a keyframe is one of those that show the scene."""
    return keyframe.seconds in scene.seconds
