"""Names the things in pictures, and places the pictures among sentences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.models.naming.classifier import ThingClassifier
from assistant.models.naming.place import TextEncoder, place_kinds, place_pictures
from assistant.models.naming.sure_names import DEFAULT_OPTIONS, NamingOptions, name_picture


class PictureNamer:
    """A classifier of things and a sentence encoder, as ingest uses them.

    Args:
        classifier: gives the probabilities of the kinds.
        encoder: places the kinds' names.
        options: when a thing is named.
    """

    def __init__(
        self, classifier: ThingClassifier, encoder: TextEncoder, options: NamingOptions = DEFAULT_OPTIONS
    ) -> None:
        self.classifier = classifier
        self.encoder = encoder
        self.options = options
        self._kinds: NDArray[np.float32] | None = None

    def name(self, images: Sequence[NDArray[np.uint8]]) -> tuple[list[str], NDArray[np.float32]]:
        """Returns the names of what n pictures surely show, and their places, `(n, d)` float32, L2-normalised.

        The names of a picture are one text, as `assistant.text.things.write_names` writes it; empty for none.

        Args:
            images: HWC uint8 RGB, of any size.

        Raises:
            ModelNotFoundError: a package is missing, or its weights were altered.
        """
        probabilities = self.classifier.classify(images)
        if self._kinds is None:
            self._kinds = place_kinds(self.encoder)
        names = [name_picture(row, self.options) for row in probabilities]
        return names, place_pictures(probabilities, self._kinds)
