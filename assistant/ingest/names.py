"""Names what a video's keyframes show, each group of near-duplicates once, from their thumbnails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def name_keyframes(library: Library, video_id: str, namer: PictureNamer) -> tuple[list[Passage], NDArray[np.float32]]:
    """Returns a passage for each run of near-duplicates, with its names as text, and their places, `(n, d)` float32.

    A passage lasts until the next run begins. Keyframes without a readable thumbnail are passed over.
    """
    passages: list[Passage] = []
    places: list[NDArray[np.float32]] = []
    pictures = _pictures(library, video_id)
    while batch := list(islice(pictures, BATCH)):
        names, batch_places = namer.name([image for _, _, image in batch])
        places.append(batch_places)
        passages += [
            Passage(video_id, first.seconds, end, "name", text, "en", first.frame_index)
            for (first, end, _), text in zip(batch, names, strict=True)
        ]
    return passages, np.concatenate(places) if places else np.empty((0, 0), np.float32)


def _pictures(library: Library, video_id: str) -> Iterator[tuple[Keyframe, float, NDArray[np.uint8]]]:
    """Yields the first keyframe of each run of near-duplicates, where the run ends in seconds, and its thumbnail."""
    from PIL import Image

    keyframes = library.keyframes(video_id)
    runs = [list(run) for _, run in groupby(keyframes, key=lambda keyframe: (keyframe.shot, keyframe.group))]
    duration_seconds = max(library.video(video_id).duration_seconds, keyframes[-1].seconds) if keyframes else 0.0
    ends = [*(run[0].seconds for run in runs[1:]), duration_seconds]
    for run, end in zip(runs, ends, strict=True):
        try:
            with Image.open(run[0].image) as file:
                image = np.asarray(file.convert("RGB"))
        except OSError:
            continue
        yield run[0], end, image
