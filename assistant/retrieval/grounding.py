"""Grounds phrases in the library's videos: in single decoded frames, and in every keyframe of a video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tools.errors import VideoAssistantError
from tools.tracking import link_detections
from tools.types import Detection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from assistant.library import Library
    from tools.types import Keyframe, Video


class Detector(Protocol):
    """A model that finds boxes for phrases in a picture."""

    def detect(self, picture: NDArray[np.uint8], phrases: str) -> list[Detection]: ...


@dataclass(frozen=True, slots=True)
class KeyframeDetections:
    """The boxes found in a keyframe."""

    keyframe: Keyframe
    detections: tuple[Detection, ...]  # best first
    tracks: tuple[int, ...]  # the track number of each detection

    def counts(self, names: Iterable[str]) -> dict[str, int]:
        """The number of detections of each name."""
        return {name: sum(detection.phrase == name for detection in self.detections) for name in names}


class LibraryGrounder:
    """Implements `tools.ports.Grounder`; it decodes the frame itself, because a thumbnail hides small things.

    If the file is gone or does not decode, it uses the thumbnail; boxes are always in pixels of the displayed frame.
    """

    def __init__(self, library: Library, detector: Detector) -> None:
        self._library, self._detector = library, detector

    def ground(self, keyframe: Keyframe, phrases: str) -> list[Detection]:
        video = self._library.video(keyframe.video_id)
        return self._detect(video, _picture(video, keyframe), phrases)

    def frame(self, video_id: str, seconds: float) -> NDArray[np.uint8]:
        """The picture displayed at `seconds`, HWC uint8 RGB.

        Raises:
            VideoAssistantError: the video is unknown, ends earlier, or its file is gone.
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
        """Detects in every keyframe of a video, decoded once, and links the detections into tracks.

        Args:
            video_id: the video.
            phrases: `red car . person`, or a sentence.
            min_score: detections below it are left out.
            progress: called with the number of finished keyframes and of all keyframes.
        """
        video = self._library.video(video_id)
        keyframes = self._library.keyframes(video_id)
        detections: list[tuple[Detection, ...]] = []
        for picture in _pictures(video, keyframes):
            candidates = self._detect(video, picture, phrases)
            detections.append(tuple(candidate for candidate in candidates if candidate.score >= min_score))
            if progress is not None:
                progress(len(detections), len(keyframes))
        shots = [keyframe.shot for keyframe in keyframes]
        cuts = [before != shot for before, shot in zip([None, *shots], shots, strict=False)]
        tracks = link_detections(detections, cuts)
        return [
            KeyframeDetections(keyframe, keyframe_detections, tuple(keyframe_tracks))
            for keyframe, keyframe_detections, keyframe_tracks in zip(keyframes, detections, tracks, strict=True)
        ]

    def _detect(self, video: Video, picture: NDArray[np.uint8], phrases: str) -> list[Detection]:
        height, width = picture.shape[:2]
        across, down = video.width / width, video.height / height
        return [
            Detection(detection.phrase, detection.score, (x1 * across, y1 * down, x2 * across, y2 * down))
            for detection in self._detector.detect(picture, phrases)
            for x1, y1, x2, y2 in [detection.box]
        ]


def _picture(video: Video, keyframe: Keyframe) -> NDArray[np.uint8]:
    """The decoded keyframe; its thumbnail if the file is gone or does not decode."""
    from assistant.media.decode import MediaError, open_media
    from assistant.media.pictures import read_picture

    try:
        with open_media(Path(video.paths[0] if video.paths else "")) as media:
            return media.picture_at(keyframe.seconds)
    except MediaError:
        return read_picture(Path(keyframe.image))


def _pictures(video: Video, keyframes: Sequence[Keyframe]) -> Iterator[NDArray[np.uint8]]:
    """The pictures of the keyframes, decoded in one pass; thumbnails from the point where the file stops decoding."""
    from assistant.media.decode import MediaError, open_media
    from assistant.media.pictures import read_picture

    position = 0
    try:
        with open_media(Path(video.paths[0] if video.paths else "")) as media:
            for frame in media.frames(with_cues=False):
                if position < len(keyframes) and frame.index == keyframes[position].frame_index:
                    yield frame.image()
                    position += 1
                if position == len(keyframes):
                    break
    except MediaError:
        pass  # ingest reported it, and the size of the thumbnails shows it
    for keyframe in keyframes[position:]:
        yield read_picture(Path(keyframe.image))
