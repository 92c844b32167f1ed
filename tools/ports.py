"""What the tools need from the world, as Protocols. `assistant/` implements them; a test fakes one in five lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tools.events.timing import Timing
from tools.types import Detection, FrameHit, Keyframe, Line, Source, Video


@dataclass(frozen=True, slots=True)
class Calibration:
    """From the cosines of one retrieval model to the probability that a frame shows a text: a logistic curve."""

    midpoint: float  # the cosine that is as likely a match as not
    slope: float  # how fast the probability rises there, for each 1.0 of cosine
    measured: bool = False  # a guess from usual cosines is good enough to put frames in order, but no witness

    def __call__(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Probabilities in [0, 1]; they rise with the cosines."""
        return 1.0 / (1.0 + np.exp(-self.slope * (np.asarray(cosines, np.float64) - self.midpoint)))

    def odds(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Odds of a match, at most even: how far another witness is to be believed.

        They are never above twice the probability.
        """
        return np.exp(np.minimum(0.0, self.slope * (np.asarray(cosines, np.float64) - self.midpoint)))


@dataclass(frozen=True, slots=True)
class Similarities:
    """How well frames of one video fit each query."""

    frame_indexes: NDArray[np.int64]  # (frames,)
    seconds: NDArray[np.float64]  # (frames,), strictly increasing
    scores: NDArray[np.float32]  # (queries, frames), cosine similarity in [-1, 1]

    def __post_init__(self) -> None:
        if self.scores.ndim != 2 or not self.scores.shape[1] == len(self.seconds) == len(self.frame_indexes):
            raise ValueError(f"scores {self.scores.shape} do not fit {len(self.seconds)} frames")


@dataclass(frozen=True, slots=True)
class Peaks:
    """How well any keyframe of a video can fit each query, at most."""

    video_ids: Sequence[str]
    scores: NDArray[np.float32]  # (queries, videos), upper bounds of cosine similarities

    def __post_init__(self) -> None:
        if self.scores.ndim != 2 or self.scores.shape[1] != len(self.video_ids):
            raise ValueError(f"bounds {self.scores.shape} do not fit {len(self.video_ids)} videos")


@dataclass(frozen=True, slots=True)
class Feedback:
    """Keyframes that somebody kept or turned down: a search leans to the former and away from the latter."""

    pinned: tuple[Keyframe, ...] = ()
    rejected: tuple[Keyframe, ...] = ()


class FrameIndex(Protocol):
    """Keyframes searched by meaning."""

    @property
    def calibration(self) -> Calibration:
        """What the index's cosines mean."""
        ...

    def videos(self) -> Sequence[Video]:
        """Every video of the library, in the order they were added."""
        ...

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
        """The keyframes nearest in meaning to `query`, best first; within one video or range where given, and without
        those that feedback turned down.
        """
        ...

    def similarities(self, queries: Sequence[str], *, video_id: str) -> Similarities:
        """Every keyframe of a video against every query, exactly."""
        ...

    def vectors(self, video_id: str) -> tuple[Sequence[Keyframe], NDArray[np.float32]]:
        """The keyframes of a video in time order, and their embeddings `(keyframes, d)`, L2-normalised."""
        ...

    def peaks(self, queries: Sequence[str]) -> Peaks:
        """Every video against every query, by a bound that no keyframe of it exceeds; quick, and never too low."""
        ...

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        """The keyframes of `[start_seconds, end_seconds)` in time order."""
        ...


class DenseFrames(Protocol):
    """Frames between the keyframes."""

    def between(
        self, queries: Sequence[str], *, video_id: str, start_seconds: float, end_seconds: float, most: int
    ) -> Similarities | None:
        """The frames displayed in `[start_seconds, end_seconds)`, decoded now; evenly thinned to at most `most`.

        `start_seconds` is the time of a keyframe, from which frames are counted. None where the file is gone or no
        longer decodes there.
        """
        ...

    def locate_event(
        self, event: str, *, video_id: str, start_seconds: float, end_seconds: float, most: int
    ) -> tuple[NDArray[np.int64], Timing] | None:
        """When an event goes on, by the same frames: their indexes, and what each tells.

        None where `between` gives none, and without a model of time.
        """
        ...


class TextIndex(Protocol):
    """Lines searched by their words."""

    def search_lines(
        self,
        query: str,
        *,
        video_id: str | None = None,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 20,
    ) -> list[Line]:
        """Lines that hold the words of `query` (accents and typos forgiven), best first, `score` in [0, 1]."""
        ...

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:
        """Lines that say most of what a question is about, best first, `score` in [0, 1]; none where none does."""
        ...

    def lines(
        self,
        video_id: str,
        *,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> list[Line]:
        """The lines of a video that touch `[start_seconds, end_seconds)`, in time order."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer, in the core's language."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the core chose among named options."""

    name: str
    probability: float  # of the chosen option, in [0, 1]
    margin: float  # over the next best, in [0, 1]


@dataclass(frozen=True, slots=True)
class Answer:
    """A short answer and how sure the core is of it."""

    text: str
    confidence: float  # geometric mean probability of its tokens, in [0, 1]


class Core(Protocol):
    """The reasoning model, as the agent uses it. It works in English."""

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """The option (name to description) that serves `question`; likelihood over the described options."""
        ...

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Free-text slots of a tool call; a slot that the question leaves open is absent."""
        ...

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """A follow-up as a standalone question."""
        ...

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Whether each frame is of the kind that the core was trained on; what it sees in others is worth nothing."""
        ...

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """P(yes) that each frame shows `statement`, in one batch."""
        ...

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """A short answer from frames in time order and lines."""
        ...

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """A short answer from what changes between frames of one video, in time order; empty if they do not tell."""
        ...

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """P(yes) that `statement` ("a person gets off the bus") happens in each window: some frames of one video, in
        time order.
        """
        ...

    def event_probability(self, words: str) -> float | None:
        """How surely `words` name something that happens ("a red car stops"), and not what only stands there, in
        [0, 1]; None from a core without a model of time.
        """
        ...

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """From when to when each event goes on, by frames of one video in time order; None from a core without a model
        of time.
        """
        ...

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """One sentence for each frame."""
        ...


class Translator(Protocol):
    """Vietnamese to English and back."""

    def translate(self, text: str, *, source: str, target: str) -> str:
        """`text` in the language `target`; both are ISO 639-1."""
        ...


class Grounder(Protocol):
    """Boxes for phrases."""

    def ground(self, keyframe: Keyframe, phrases: str) -> list[Detection]:
        """What the frame shows of `phrases` (`red car . person`, or a sentence), best first; weak finds too.

        Raises:
            ModelNotFoundError: there is no grounding model; says where it would go.
            VideoAssistantError: nothing in `phrases` can be sought; says why.
        """
        ...
