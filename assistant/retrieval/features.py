"""Image states of keyframes: stored at ingest where they fit the model, else computed from the thumbnails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.types import Keyframe


class FeatureStore(Protocol):
    """Where image states are stored."""

    def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16] | None: ...


class VisionModel(Protocol):
    """The model that computes image states."""

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]: ...


class KeyframeFeatures:
    """Returns the image states `(n, tokens, width)` float16 of keyframes, in their order.

    Args:
        store: stored image states of the core.
        vision: the model that reads the image states.
        shared: whether `vision` has the ViT of the core, so that stored states can be used.
    """

    def __init__(self, store: FeatureStore, vision: VisionModel, *, shared: bool = True) -> None:
        self._store, self._vision, self._shared = store, vision, shared
        self._shape: tuple[int, ...] | None = None

    def __call__(self, keyframes: Sequence[Keyframe]) -> NDArray[np.float16]:
        rows: dict[tuple[str, int], NDArray[np.float16]] = {}
        for video_id in dict.fromkeys(k.video_id for k in keyframes):
            video_keyframes = [k for k in keyframes if k.video_id == video_id]
            states = None
            if self._shared:
                states = self._store.features(video_id, [k.frame_index for k in video_keyframes])
            # States that another core stored have another shape.
            if states is None or states.shape[1:] != self._state_shape():
                states = self._vision.features([_thumbnail(k) for k in video_keyframes])
            rows |= {(video_id, k.frame_index): row for k, row in zip(video_keyframes, states, strict=True)}
        return np.stack([rows[k.video_id, k.frame_index] for k in keyframes])

    def _state_shape(self) -> tuple[int, ...]:
        """Tokens and width of the states that the model computes."""
        if self._shape is None:
            self._shape = self._vision.features([]).shape[1:]
        return self._shape


def _thumbnail(keyframe: Keyframe) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(keyframe.image) as image:
        return np.array(image.convert("RGB"))
