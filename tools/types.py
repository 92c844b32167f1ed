"""The records that tools exchange: videos, keyframes, lines, moments, events and evidence.

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
"""Where a line comes from: screen text, subtitles, speech, or a caption that the core wrote."""

SOURCES: tuple[Source, ...] = ("ocr", "subtitle", "speech", "caption")

PassageSource = Source | Literal["name"]
"""What a passage is made of: lines of one source, or what a classifier names on a keyframe."""

PASSAGE_SOURCES: tuple[PassageSource, ...] = (*SOURCES, "name")


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
    """A range of time in one video, half open; it may be empty.

    Raises:
        ValueError: it would end before it starts.
    """

    video_id: str
    start_seconds: float
    end_seconds: float

    @classmethod
    def at(cls, keyframe: Keyframe) -> Moment:
        """Returns the moment of a keyframe, which ends where it begins."""
        return cls(keyframe.video_id, keyframe.seconds, keyframe.seconds)

    def __post_init__(self) -> None:
        if self.end_seconds < self.start_seconds:
            raise ValueError(f"moment ends before it starts: [{self.start_seconds}, {self.end_seconds})")


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A frame that is stored for search."""

    video_id: str
    frame_index: int  # presentation order of decodable frames, from 0
    seconds: float
    shot: int  # index of the shot it belongs to, from 0
    group: int  # near-duplicates share a group within their video
    image: str  # path of its thumbnail, a JPEG


@dataclass(frozen=True, slots=True)
class Line:
    """A timed piece of text."""

    video_id: str
    start_seconds: float
    end_seconds: float
    source: Source
    text: str  # NFC
    score: float = 1.0  # in [0, 1]: how sure its reader was; for a line that a search returned, how well it matches
    box: Box | None = None
    language: str | None = None  # ISO 639-1; None: unknown
    marks: tuple[tuple[int, int], ...] = ()  # what a search matched: half-open ranges of characters of `text`
    word_starts: tuple[float, ...] = ()  # in seconds, one for each word between blanks of `text`; empty: unknown
    shown: bool = True  # of a line that a search returned: whether it matches, or is only the nearest of what does not
    why: str = ""  # of a line that a search returned: by its words, or by its meaning and how near that is


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one source that has a meaning of its own: joined lines, or a keyframe with its things' names."""

    video_id: str
    start_seconds: float
    end_seconds: float
    source: PassageSource
    text: str  # its lines, or the names of its things
    language: str | None = None  # ISO 639-1; None: unknown
    frame_index: int | None = None  # of the keyframe whose things are named; None for lines


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage that a search by meaning returned."""

    passage: Passage
    score: float  # cosine similarity, in [-1, 1]


@dataclass(frozen=True, slots=True)
class NamedPicture:
    """A keyframe whose things a classifier named; it stands for the near-duplicates after it."""

    keyframe: Keyframe
    end_seconds: float  # where the next named picture begins
    text: str  # the names, as the classifier wrote them; empty where nothing is sure


@dataclass(frozen=True, slots=True)
class Detection:
    """A box around a thing in a picture."""

    phrase: str  # that was looked for
    score: float  # in [0, 1]
    box: Box  # in pixels of the picture


@dataclass(frozen=True, slots=True)
class FrameHit:
    """A keyframe that a search returned."""

    keyframe: Keyframe
    score: float  # in its channel: cosine similarity in [-1, 1] of a picture, match in [0, 1] of a line
    channel: Literal["picture"] | PassageSource = "picture"  # in which it was found
    # The query in the model's language, or the line that matched; and the weights of the channels if there are several.
    why: str = ""
    line: Line | None = None  # what is written or said there, if that matched
    shown: bool = True  # whether it matches, or is only the nearest of what does not


@dataclass(frozen=True, slots=True)
class EventMoment:
    """One event of a sequence: placed at a moment, or missed, in which case its times and score are None."""

    event: str
    missed: bool
    start_seconds: float | None = None
    end_seconds: float | None = None
    seconds: float | None = None  # of its best frame, within [start_seconds, end_seconds]
    frame_index: int | None = None
    score: float | None = None  # in [0, 1]
    earliest_seconds: float = 0.0  # where it may lie according to the query
    latest_seconds: float | None = None  # None: until the video ends


@dataclass(frozen=True, slots=True)
class EventSequence:
    """Events placed in their order in one video."""

    video_id: str
    score: float  # in [0, 1]
    certified: bool  # it is proved that no video that was not looked at can rank above it
    moments: tuple[EventMoment, ...]  # one for each event of the query


@dataclass(frozen=True, slots=True)
class KeyframeRef:
    """A reference to the picture of some evidence: its time, its frame and its thumbnail."""

    seconds: float
    frame_index: int | None = None  # None: no keyframe is stored there
    image: str | None = None  # path of a thumbnail, a JPEG

    @classmethod
    def of(cls, keyframe: Keyframe) -> KeyframeRef:
        """Returns the reference to a stored keyframe."""
        return cls(keyframe.seconds, keyframe.frame_index, keyframe.image)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A moment, what was seen or read there, and by which tool."""

    moment: Moment
    tool: str
    score: float  # in [0, 1]
    keyframe: KeyframeRef | None = None  # the picture that shows it best
    text: str | None = None  # what is written or said there, or what the core says of it
    boxes: tuple[Box, ...] = field(default=())
    labels: tuple[str, ...] = field(default=())  # one for each box, for the screen

    @property
    def frame_index(self) -> int | None:
        """The frame index of its keyframe; None without a keyframe."""
        return self.keyframe.frame_index if self.keyframe else None

    @property
    def image(self) -> str | None:
        """The path of its keyframe's thumbnail; None without a keyframe."""
        return self.keyframe.image if self.keyframe else None

    @property
    def seconds(self) -> float:
        """Where a player starts, and the time that people are given for it: where its moment begins."""
        return self.moment.start_seconds
