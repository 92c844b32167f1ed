"""The settings of ingest, each with its unit and its effect."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ScreenTextOptions:
    """When text on screen is read, and when two readings are the same line.

    Cells are the values of the small copy of a frame (`Frame.small`), in [0, 255].
    """

    # Which frames are read, besides keyframes.
    changed_cell: int = 14  # of 255: text that appears changes some cell by more; lower reads more often, for nothing
    still_cell: int = 8  # of 255: noise and compression change a cell by at most this much
    still_seconds: float = 0.2  # what has just appeared must stand still for so long before it is read
    min_gap_seconds: float = 0.4  # between a reading and the next: less time brings no new text
    # A drawn film stands still many times a second, so at most every third reading is one between keyframes.
    min_gap_between_keyframes_seconds: float = 2.0  # from a reading between keyframes to the next such one
    remembered_frames: int = 90  # since the last reading, to find where a line began: 1.5 s at 60 frames a second

    # Which readings are lines.
    min_confidence: float = 0.6  # of the recogniser, in [0, 1]; readings below it are mostly texture
    min_letters: int = 2  # letters and digits of a line

    # When a reading goes on with a known line.
    min_text_similarity: float = 80.0  # of 100: two readings of a line differ by a letter or two
    min_iou: float = 0.3  # intersection over union of the two boxes, in [0, 1]
    max_gap_seconds: float = 2.0  # a line that was missed for at most so long is still the same line

    # When a known line is only watched, and not read again.
    min_covered_share: float = 0.5  # of a detected box, in [0, 1]: from it on, the box counts as a known line
    look_height: int = 16  # pixels of the small picture that stands for a line's look
    max_look_width: int = 768  # pixels of it; longer lines are squeezed
    letter_width: int = 8  # pixels of it that a letter takes, roughly
    changed_letter: float = 20.0  # of 255, mean over a letter: compression stays below it, another letter does not


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How densely a video is stored and read."""

    keyframe_seconds: float = 1.0  # two neighbouring keyframes are at most so far apart
    read_seconds: float = 1.0  # within a shot, text on the keyframes is read at most this often
    batch: int = 16  # frames that go through the models at once
    thumbnail_side: int = 480  # pixels of a thumbnail's longer side
    thumbnail_quality: int = 82  # of JPEG, in [0, 100]
    feature_bytes: int = 50_000_000_000  # of the stored image states of all videos; a ViT-g's take 0.7 MB a keyframe
    screen_text: ScreenTextOptions = field(default_factory=ScreenTextOptions)
