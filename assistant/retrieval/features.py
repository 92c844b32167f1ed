"""Image states of keyframes: those stored at ingest where they serve, else made now from the thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.types import Keyframe


class Store(Protocol):
    """Where features are kept."""

    def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16] | None: ...


class Vision(Protocol):
    """What makes them."""

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]: ...


class KeyframeFeatures:
    """Features `(n, tokens, width)` of keyframes, in their order.

    Args:
        store: features of the core.
        vision: the model that reads them.
        shared: whether its ViT is the core's, so that the stored ones serve.
    """

    def __init__(self, store: Store, vision: Vision, *, shared: bool = True) -> None:
        self._store, self._vision, self._shared = store, vision, shared
        self._shape: tuple[int, ...] | None = None

    def __call__(self, keyframes: Sequence[Keyframe]) -> NDArray[np.float16]:
        rows: dict[tuple[str, int], NDArray[np.float16]] = {}
        for video_id in dict.fromkeys(k.video_id for k in keyframes):
            own = [k for k in keyframes if k.video_id == video_id]
            stored = self._store.features(video_id, [k.frame_index for k in own]) if self._shared else None
            # What another core left there is of another size.
            if stored is None or stored.shape[1:] != self._own_shape():
                stored = self._vision.features([_thumbnail(k) for k in own])
            rows |= {(video_id, k.frame_index): row for k, row in zip(own, stored, strict=True)}
        return np.stack([rows[k.video_id, k.frame_index] for k in keyframes])

    def _own_shape(self) -> tuple[int, ...]:
        """Tokens and width of what the model makes."""
        if self._shape is None:
            self._shape = self._vision.features([]).shape[1:]
        return self._shape


def _thumbnail(keyframe: Keyframe) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(keyframe.image) as image:
        return np.array(image.convert("RGB"))
