"""The chat with the pictures withheld. What it still answers right needs no looking, so it is no proof of seeing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.agent import Assistant
from assistant.retrieval.search import LibrarySearch
from tools.ports import Answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.models.clip.embedder import ImageTextEmbedder
    from assistant.session import Session
    from tools.ports import Core
    from tools.types import Detection, Keyframe, Line


def blind_assistant(session: Session) -> Assistant:
    """The chat over the session's library, whose core, retrieval and grounding see no picture."""
    core, _ = session.reasoning()
    search = LibrarySearch(session.library, _BlindEncoder(session.clip), session.profile.calibration)
    return Assistant(search, search, _BlindCore(core), _BlindGrounder())


class _BlindCore:
    """The core without pictures: it answers from the question and the lines of text, and verifies nothing."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.choose, self.fill, self.rewrite, self.translate = core.choose, core.fill, core.rewrite, core.translate

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        return [True] * len(frames)

    def verify(self, _statement: str, frames: Sequence[Keyframe]) -> list[float]:
        return [0.5] * len(frames)

    def answer(self, question: str, _frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        return self._core.answer(question, (), lines)

    def answer_across(self, question: str, _frames: Sequence[Keyframe]) -> Answer:
        return self._core.answer(question, ())

    def verify_windows(self, _statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        return [0.5] * len(windows)

    def event_probability(self, _words: str) -> None:
        return None

    def locate_events(self, _events: Sequence[str], _frames: Sequence[Keyframe]) -> None:
        return None

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        return [Answer("", 0.0)] * len(frames)


class _BlindEncoder:
    """Retrieval without pictures: a text gets a random vector, which is near no picture in particular."""

    def __init__(self, encoder: ImageTextEmbedder[Any]) -> None:
        self._encoder = encoder
        self._rng = np.random.default_rng(0)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        random = self._rng.standard_normal(self._encoder.embed_texts(texts).shape)
        return np.asarray(random / np.linalg.norm(random, axis=-1, keepdims=True), np.float32)

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        return self.embed_texts([""] * len(images))


class _BlindGrounder:
    """Grounding without pictures: no boxes."""

    def ground(self, _keyframe: Keyframe, _phrases: str) -> list[Detection]:
        return []
