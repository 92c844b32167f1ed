"""Phrases grounded in the library's videos: `tools.ports.Grounder` over decoded frames, and over a whole video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tools.errors import VideoAssistantError
from tools.tracking import link
from tools.types import Detection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from assistant.library import Library
    from tools.types import Keyframe, Video


class Detector(Protocol):
    """Boxes for phrases in a picture."""

    def detect(self, picture: NDArray[np.uint8], phrases: str) -> list[Detection]: ...


@dataclass(frozen=True, slots=True)
class KeyframeDetections:
    """What a keyframe shows."""

    keyframe: Keyframe
    detections: tuple[Detection, ...]  # best first
    tracks: tuple[int, ...]  # the track of each

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many of each name."""
        return {name: sum(one.phrase == name for one in self.detections) for name in names}


class LibraryGrounder:
    """Implements `tools.ports.Grounder`: the frame itself is decoded, since a thumbnail hides what is small.

    Where the file is gone or does not decode, the thumbnail serves; boxes are in pixels of the displayed frame anyway.
    """

    def __init__(self, library: Library, detector: Detector) -> None:
        self._library, self._detector = library, detector

    def ground(self, keyframe: Keyframe, phrases: str) -> list[Detection]:
        video = self._library.video(keyframe.video_id)
        return self._detect(video, _picture(video, keyframe), phrases)

    def frame(self, video_id: str, seconds: float) -> NDArray[np.uint8]:
        """The picture displayed at a moment, HWC uint8 RGB.

        Raises:
            VideoAssistantError: the video is unknown, ends before, or its file is gone.
        """
        from assistant.media.decode import open_media

        video = self._library.video(video_id)
        if not 0 <= seconds <= video.duration_seconds:
            end = video.duration_seconds
            raise VideoAssistantError(f"{video_id} lasts from 0 to {end:.2f} s; {seconds:g} s is outside it")
        with open_media(Path(video.paths[0])) as media:
            return media.picture_at(seconds)

    def detect_video(
        self, video_id: str, phrases: str, *, min_score: float, progress: Callable[[int, int], None] | None = None
    ) -> list[KeyframeDetections]:
        """Every keyframe of a video in one decode, detections linked into tracks.

        Args:
            progress: told how many keyframes are done, of how many.
        """
        video = self._library.video(video_id)
        keyframes = self._library.keyframes(video_id)
        found: list[tuple[Detection, ...]] = []
        for picture in _pictures(video, keyframes):
            every = self._detect(video, picture, phrases)
            found.append(tuple(one for one in every if one.score >= min_score))
            if progress is not None:
                progress(len(found), len(keyframes))
        shots = [keyframe.shot for keyframe in keyframes]
        cuts = [old != new for old, new in zip([None, *shots], shots, strict=False)]
        tracks = link(found, cuts)
        rows = zip(keyframes, found, tracks, strict=True)
        return [KeyframeDetections(keyframe, detections, tuple(track)) for keyframe, detections, track in rows]

    def _detect(self, video: Video, picture: NDArray[np.uint8], phrases: str) -> list[Detection]:
        height, width = picture.shape[:2]
        across, down = video.width / width, video.height / height
        return [
            Detection(one.phrase, one.score, (x1 * across, y1 * down, x2 * across, y2 * down))
            for one in self._detector.detect(picture, phrases)
            for x1, y1, x2, y2 in [one.box]
        ]


def _picture(video: Video, keyframe: Keyframe) -> NDArray[np.uint8]:
    """The keyframe itself; its thumbnail where the file is gone or does not decode."""
    from assistant.media.decode import MediaError, open_media
    from assistant.media.pictures import read_picture

    try:
        with open_media(Path(video.paths[0] if video.paths else "")) as media:
            return media.picture_at(keyframe.seconds)
    except MediaError:
        return read_picture(Path(keyframe.image))


def _pictures(video: Video, keyframes: Sequence[Keyframe]) -> Iterator[NDArray[np.uint8]]:
    """The keyframes' pictures in one decode; thumbnails from where the file is gone or stops decoding."""
    from assistant.media.decode import MediaError, open_media
    from assistant.media.pictures import read_picture

    done = 0
    try:
        with open_media(Path(video.paths[0] if video.paths else "")) as media:
            for frame in media.frames(with_cues=False):
                if done < len(keyframes) and frame.index == keyframes[done].frame_index:
                    yield frame.image()
                    done += 1
                if done == len(keyframes):
                    break
    except MediaError:
        pass  # told at ingest, and by the thumbnails' size
    for keyframe in keyframes[done:]:
        yield read_picture(Path(keyframe.image))
