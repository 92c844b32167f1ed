"""The records that tools exchange: videos, keyframes, lines, moments and evidence.

Times are presentation seconds relative to the first displayed frame; ranges are half open,
`[start_seconds, end_seconds)`.
Boxes are XYXY pixels of the displayed frame (after rotation and pixel aspect), exclusive end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Box = tuple[float, float, float, float]
"""XYXY pixels of the displayed frame, exclusive end."""

Spot = tuple[str, int]
"""Video and frame index of a keyframe."""

Source = Literal["ocr", "subtitle", "speech", "caption"]
"""Where a line comes from."""

SOURCES: tuple[Source, ...] = ("ocr", "subtitle", "speech", "caption")


@dataclass(frozen=True, slots=True)
class Video:
    """A video that the library holds."""

    video_id: str
    paths: tuple[str, ...]
    duration_seconds: float
    width: int  # pixels of the displayed frame
    height: int
    keyframes: int
    lines: int
    recorded_at: str | None = None  # ISO 8601 with its offset, to the second


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of one video, half open."""

    video_id: str
    start_seconds: float
    end_seconds: float

    @classmethod
    def at(cls, keyframe: Keyframe) -> Moment:
        """The instant of a keyframe: it ends where it begins."""
        return cls(keyframe.video_id, keyframe.seconds, keyframe.seconds)

    def __post_init__(self) -> None:
        if self.end_seconds < self.start_seconds:
            raise ValueError(f"moment ends before it starts: [{self.start_seconds}, {self.end_seconds})")


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A frame kept for search."""

    video_id: str
    frame_index: int  # presentation order of decodable frames, from 0
    seconds: float
    shot: int  # index of the shot it belongs to, from 0
    group: int  # near-duplicates share a group within their video
    image: str  # path of its thumbnail (JPEG)


@dataclass(frozen=True, slots=True)
class Line:
    """A timed piece of text."""

    video_id: str
    start_seconds: float
    end_seconds: float
    source: Source
    text: str  # NFC
    score: float = 1.0  # in [0, 1]; the reader's confidence, or the match when it comes from a search
    box: Box | None = None
    language: str | None = None  # ISO 639-1 where it is known
    marks: tuple[tuple[int, int], ...] = ()  # what a search matched: `(start, end)` in letters of `text`


@dataclass(frozen=True, slots=True)
class Detection:
    """A thing found in a picture."""

    phrase: str  # what was asked for
    score: float  # in [0, 1]
    box: Box  # XYXY pixels of the picture, exclusive end


@dataclass(frozen=True, slots=True)
class FrameHit:
    """A keyframe that a search brought back."""

    keyframe: Keyframe
    score: float  # in its channel: cosine similarity in [-1, 1] of a picture, match in [0, 1] of a line
    channel: Literal["picture"] | Source = "picture"  # what found it
    why: str = (
        ""  # the query in the model's language, or the line; and what the channels weighed, where there are several
    )
    line: Line | None = None  # what is written or said there, where that matched


@dataclass(frozen=True, slots=True)
class EventMoment:
    """One event of a sequence, aligned to a moment, or missed."""

    event: str
    missed: bool
    start_seconds: float | None = None
    end_seconds: float | None = None
    seconds: float | None = None  # of its best frame
    frame_index: int | None = None
    score: float | None = None
    earliest_seconds: float = 0.0  # where it may lie by what was asked
    latest_seconds: float | None = None  # None: until the video ends


@dataclass(frozen=True, slots=True)
class EventSequence:
    """An ordered sequence of events found in one video."""

    video_id: str
    score: float  # in [0, 1]
    certified: bool  # no video that was left out can rank above it
    moments: tuple[EventMoment, ...]


@dataclass(frozen=True, slots=True)
class KeyframeRef:
    """The picture of a piece of evidence: when it is shown, which frame it is, and where its thumbnail lies."""

    seconds: float
    frame_index: int | None = None  # None where no keyframe was stored there
    image: str | None = None  # path of a thumbnail (JPEG)

    @classmethod
    def of(cls, keyframe: Keyframe) -> KeyframeRef:
        """The reference to a stored keyframe."""
        return cls(keyframe.seconds, keyframe.frame_index, keyframe.image)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A moment plus what was seen there, and by which tool."""

    moment: Moment
    tool: str
    score: float  # in [0, 1]
    keyframe: KeyframeRef | None = None  # what shows it best
    text: str | None = None  # what is written, said or told of it
    boxes: tuple[Box, ...] = field(default=())
    labels: tuple[str, ...] = field(default=())  # what each box shows, for the screen

    @property
    def frame_index(self) -> int | None:
        """The index of its keyframe; None without one."""
        return self.keyframe.frame_index if self.keyframe else None

    @property
    def image(self) -> str | None:
        """The path of its keyframe's thumbnail; None without one."""
        return self.keyframe.image if self.keyframe else None

    @property
    def seconds(self) -> float:
        """Where a player shows it: at its keyframe, else where its moment begins."""
        return self.keyframe.seconds if self.keyframe else self.moment.start_seconds
