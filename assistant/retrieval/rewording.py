"""Gives a text encoder its texts in the words that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from assistant.retrieval.search import TextEncoder


class RewordedTexts:
    """A text encoder before which texts are put into other words.

    Args:
        encoder: whose vocabulary is small.
        reword: says a text in that vocabulary.
    """

    def __init__(self, encoder: TextEncoder, reword: Callable[[str], str]) -> None:
        self._encoder, self._reword = encoder, reword

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns embeddings `(texts, d)`, L2-normalised, of the reworded texts."""
        return self._encoder.embed_texts([self._reword(text) for text in texts])

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Returns embeddings `(images, d)`, L2-normalised."""
        return self._encoder.embed_images(images)
