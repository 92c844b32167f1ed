"""The interfaces behind which everything else lies for the tools, as Protocols, and the records that they exchange.

`assistant/` implements them on a library and on models; a test fakes one in five lines. Frames of one video are in time
order, seconds strictly increase, ranges are half open, `[start_seconds, end_seconds)`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.events.timing import Timing
from tools.types import Detection, FrameHit, Keyframe, Line, NamedPicture, Source, Video


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve from the cosines of one retrieval model to the probability that a frame shows a text."""

    midpoint: float  # the cosine at which a match is as likely as not
    slope: float  # how steeply the probability rises there, for each 1.0 of cosine
    measured: bool = False  # on labelled pictures: any other curve ranks frames, but is no second witness by itself
    trained: bool = False  # the model was trained with this curve, as SigLIP is; otherwise it is a guess
    MAX_ODDS_PER_PROBABILITY: ClassVar[float] = 2.0  # `odds` are at most so many times the probability

    def __call__(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns probabilities in [0, 1], of the shape of `cosines`; they rise with the cosines."""
        return 1.0 / (1.0 + np.exp(-self.slope * (np.asarray(cosines, np.float64) - self.midpoint)))

    def odds(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Returns the odds of a match in [0, 1], of the shape of `cosines`: those above even count as even.

        As factors they can lower what another witness says, and never raise it.
        """
        return np.exp(np.minimum(0.0, self.slope * (np.asarray(cosines, np.float64) - self.midpoint)))

    witness = odds
    """Odds by which another witness's probability is lowered: of a measured curve, its odds."""


@dataclass(frozen=True, slots=True)
class Similarities:
    """How well the frames of one video fit each query.

    Raises:
        ValueError: the shapes do not agree.
    """

    frame_indexes: NDArray[np.int64]  # (frames,)
    seconds: NDArray[np.float64]  # (frames,), strictly increasing
    scores: NDArray[np.float32]  # (queries, frames), cosine similarity in [-1, 1]

    def __post_init__(self) -> None:
        if self.scores.ndim != 2 or not self.scores.shape[1] == len(self.seconds) == len(self.frame_indexes):
            raise ValueError(f"scores {self.scores.shape} do not fit {len(self.seconds)} frames")


@dataclass(frozen=True, slots=True)
class Peaks:
    """How well any keyframe of each video can fit each query at most.

    Raises:
        ValueError: the shapes do not agree.
    """

    video_ids: Sequence[str]
    scores: NDArray[np.float32]  # (queries, videos), upper bounds of cosine similarities

    def __post_init__(self) -> None:
        if self.scores.ndim != 2 or self.scores.shape[1] != len(self.video_ids):
            raise ValueError(f"bounds {self.scores.shape} do not fit {len(self.video_ids)} videos")


@dataclass(frozen=True, slots=True)
class Background:
    """The cosines of some queries with what a library holds, from which it is read what chance gives.

    Raises:
        ValueError: the cosines have no row for each query.
    """

    cosines: NDArray[np.float32]  # (queries, n), of an even sample of the distinct pictures
    pictures: int  # distinct pictures of the library: near-duplicates count as one

    def __post_init__(self) -> None:
        if self.cosines.ndim != 2:
            raise ValueError(f"cosines {self.cosines.shape} must be (queries, n)")


@dataclass(frozen=True, slots=True)
class Feedback:
    """Keyframes that the user marked: a search leans towards the pinned ones and away from the rejected ones."""

    pinned: tuple[Keyframe, ...] = ()
    rejected: tuple[Keyframe, ...] = ()


class FrameIndex(Protocol):
    """The keyframes of a library, searched by meaning."""

    @property
    def calibration(self) -> Calibration:
        """What the cosines of its model mean in general; in this library: `tools.odds.calibrate_for`."""
        ...

    def videos(self) -> Sequence[Video]:
        """Returns every video of the library, in the order in which they were added."""
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
        """Returns the keyframes nearest in meaning to `query`, best first.

        Args:
            query: in the language of the retrieval model.
            video_id: the only video searched; None: all.
            start_seconds: the earliest keyframe; None: from the beginning.
            end_seconds: exclusive; None: to the end.
            limit: keyframes returned at most.
            feedback: keyframes that the user marked; rejected ones are left out.
        """
        ...

    def similarities(self, queries: Sequence[str], *, video_id: str) -> Similarities:
        """Compares every keyframe of a video with every query, exactly."""
        ...

    def vectors(self, video_id: str) -> tuple[Sequence[Keyframe], NDArray[np.float32]]:
        """Returns the keyframes of a video, and their embeddings `(keyframes, d)`, L2-normalised."""
        ...

    def peaks(self, queries: Sequence[str]) -> Peaks:
        """Bounds how well any keyframe of each video fits each query; fast, and never too low."""
        ...

    def background(self, queries: Sequence[str]) -> Background:
        """Compares an even sample of the library's distinct pictures with every query; fast."""
        ...

    def keyframes(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> list[Keyframe]:
        """Returns the keyframes of a video, or of a range of it."""
        ...


class DenseFrames(Protocol):
    """The frames between keyframes, decoded when they are asked for."""

    def similarities_between(
        self, queries: Sequence[str], *, video_id: str, start_seconds: float, end_seconds: float, max_frames: int
    ) -> Similarities | None:
        """Compares the frames displayed in a range with every query.

        Args:
            queries: in the language of the retrieval model.
            video_id: the video that is decoded.
            start_seconds: the time of a keyframe, from which frames are counted.
            end_seconds: exclusive.
            max_frames: if the range holds more, evenly spaced ones are taken.

        Returns:
            None if the file is gone or no longer decodes there.
        """
        ...

    def locate_event(
        self, event: str, *, video_id: str, start_seconds: float, end_seconds: float, max_frames: int
    ) -> tuple[NDArray[np.int64], Timing] | None:
        """Locates an event in the same frames as `similarities_between` would take.

        Returns:
            The frame indexes, (frames,), and what the event timer says at each; None without an event timer, and where
            `similarities_between` gives None.
        """
        ...


class NameIndex(Protocol):
    """What a classifier of a thousand kinds of things names in the keyframes of a library."""

    def named_pictures(
        self, video_id: str, start_seconds: float | None = None, end_seconds: float | None = None
    ) -> Sequence[NamedPicture]:
        """Returns the named pictures of a video that touch a range, in time order."""
        ...

    def nearest_named(
        self,
        query: str,
        *,
        video_id: str | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 8,
    ) -> Sequence[NamedPicture]:
        """Returns the pictures whose likely things' names are nearest in meaning to an English query, best first."""
        ...


class TextIndex(Protocol):
    """The lines of a library, searched by their words."""

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
        """Returns lines that hold the words of `query`, best first, `score` in [0, 1].

        Missing accents and typing errors are forgiven. Lines that touch the range count.
        """
        ...

    def passages(self, question: str, *, video_id: str | None = None, limit: int = 20) -> list[Line]:
        """Returns the lines that say most of what a question is about, best first, `score` in [0, 1]; maybe none."""
        ...

    def lines(
        self,
        video_id: str,
        *,
        source: Source | None = None,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
    ) -> list[Line]:
        """Returns the lines of a video that touch the range, in time order."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and its answer, in English."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What the planner chose among named options."""

    name: str
    probability: float  # of the chosen option, in [0, 1]
    margin: float  # of its probability over the next best, in [0, 1]


@dataclass(frozen=True, slots=True)
class Answer:
    """A short answer and how sure the looker is of it."""

    text: str
    confidence: float  # geometric mean probability of its tokens, in [0, 1]


class Looker(Protocol):
    """The model that looks at frames; what it reads and writes is English."""

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Says of each frame whether it is of the kind that the model was trained on; of others it knows nothing."""
        ...

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """Returns for each frame the probability, in [0, 1], that it shows `statement`; all in one batch."""
        ...

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """Answers a question by single frames, best first, and by lines."""
        ...

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """Answers a question by what changes between frames of one video, in time order.

        The text is empty if the frames leave the question open.
        """
        ...

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """Returns for each window the probability, in [0, 1], that an event happens in it.

        Args:
            statement: the event: "a person gets off the bus".
            windows: each some frames of one video, in time order.
        """
        ...

    def event_probability(self, words: str) -> float | None:
        """Returns how likely `words` name an event ("a red car stops") and not a thing that is there, in [0, 1].

        None from a model without an event timer.
        """
        ...

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """Locates each event in frames of one video, in time order; None from a model without an event timer."""
        ...

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """Describes each frame in one sentence."""
        ...


class Translator(Protocol):
    """Translates between Vietnamese and English."""

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates `text` from the language `source` to `target`; both are ISO 639-1 codes, "vi" or "en"."""
        ...


class Planner(Translator, Protocol):
    """The language model that reads questions; it sees no frame. But for translations, all its texts are English.

    Nothing that it returns is sure to make sense: whoever asks it checks the reply against the question.
    """

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Chooses the option that serves `question`; `options` maps names to descriptions."""
        ...

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Fills free-text slots of a call of `tool`; a slot that the question leaves open is absent."""
        ...

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Rewrites a follow-up question so that it can be understood without the history."""
        ...


class Core(Looker, Planner, Protocol):
    """One model in both roles, as InstructBLIP is: it looks, and its frozen language model plans."""


class Grounder(Protocol):
    """Finds boxes for phrases."""

    def ground(self, keyframe: Keyframe, phrases: str) -> list[Detection]:
        """Detects `phrases` in a frame, best first, including detections of low score.

        Args:
            keyframe: the frame that is decoded.
            phrases: joined by " . " ("red car . person"), or a sentence.

        Raises:
            ModelNotFoundError: there is no grounding model; the message says where it belongs.
            VideoAssistantError: nothing in `phrases` can be looked for; the message says why.
        """
        ...
