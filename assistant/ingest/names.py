"""Names what a video's keyframes show, each group of near-duplicates once, from their thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tools.types import Keyframe, Passage

if TYPE_CHECKING:
    from assistant.library import Library

BATCH = 32  # thumbnails in memory at once


class PictureNamer(Protocol):
    """Names the things in pictures, and places the pictures in the space of a sentence encoder."""

    def name(self, images: Sequence[NDArray[np.uint8]]) -> tuple[list[str], NDArray[np.float32]]:
        """Returns the names of what n pictures (HWC uint8 RGB) surely show, and their places, `(n, d)` float32.

        The names of a picture are one text (`assistant.text.things.write_names`); empty where nothing is sure.
        """
        ...


class KeyframeNamer:
    """Names the keyframes of a video that the core does not know.

    Args:
        namer: names pictures.
        is_known: says of keyframes whether the core knows such pictures, which then are not named; None: of none.
    """

    def __init__(
        self, namer: PictureNamer, is_known: Callable[[Sequence[Keyframe]], Sequence[bool]] | None = None
    ) -> None:
        self._namer, self._is_known = namer, is_known

    def has_unknown(self, library: Library, video_id: str) -> bool:
        """Whether a video has keyframes to be named."""
        return bool(self._runs(library, video_id))

    def name(self, library: Library, video_id: str) -> tuple[list[Passage], NDArray[np.float32]]:
        """Returns a passage for each run of near-duplicates, its names as text, and their places, `(n, d)` float32.

        A passage lasts until the next run begins. Keyframes without a readable thumbnail are passed over.
        """
        passages: list[Passage] = []
        places: list[NDArray[np.float32]] = []
        pictures = _pictures(self._runs(library, video_id))
        while batch := list(islice(pictures, BATCH)):
            names, batch_places = self._namer.name([image for _, _, image in batch])
            places.append(batch_places)
            passages += [
                Passage(video_id, first.seconds, end, "name", text, "en", first.frame_index)
                for (first, end, _), text in zip(batch, names, strict=True)
            ]
        return passages, np.concatenate(places) if places else np.empty((0, 0), np.float32)

    def _runs(self, library: Library, video_id: str) -> list[tuple[Keyframe, float]]:
        """The first keyframe of each run of near-duplicates that the core does not know, and where the run ends."""
        keyframes = library.keyframes(video_id)
        if not keyframes:
            return []
        firsts = [next(run) for _, run in groupby(keyframes, key=lambda keyframe: (keyframe.shot, keyframe.group))]
        duration_seconds = max(library.video(video_id).duration_seconds, keyframes[-1].seconds)
        ends = [*(first.seconds for first in firsts[1:]), duration_seconds]
        known = [False for _ in firsts] if self._is_known is None else self._is_known(firsts)
        return [run for run, is_known in zip(zip(firsts, ends, strict=True), known, strict=True) if not is_known]


def _pictures(runs: Sequence[tuple[Keyframe, float]]) -> Iterator[tuple[Keyframe, float, NDArray[np.uint8]]]:
    """Yields runs with their thumbnails."""
    from PIL import Image

    for first, end in runs:
        try:
            with Image.open(first.image) as file:
                image = np.asarray(file.convert("RGB"))
        except OSError:
            continue
        yield first, end, image
