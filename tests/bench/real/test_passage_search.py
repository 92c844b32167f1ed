"""Passages by words, by meaning, and as the chat searches them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.quality.real.passage_search import search_passages
from tools.errors import VideoAssistantError
from tools.types import SOURCES, Line, Passage, PassageHit


def _lines(text: str) -> Any:
    return SimpleNamespace(
        passages=lambda question, limit: [Line("v", 1.0, 2.0, "subtitle", text, 0.7, shown=False)][:limit]
    )


class _Encoder:
    identity = "encoder"
    languages = ("en",)

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: list[str]) -> np.ndarray:
        self.embedded += texts
        return np.ones((len(texts), 1), np.float32)


def _session(encoder: _Encoder | None) -> Any:
    def search(identity: str, vector: np.ndarray, *, sources: object, limit: int) -> list[PassageHit]:
        assert (identity, vector.shape, sources) == ("encoder", (1,), SOURCES)
        return [PassageHit(Passage("v", 3.0, 28.0, "speech", "by meaning"), 0.4)][:limit]

    library = _lines("by words")
    library.passage_vectors = SimpleNamespace(search=search)
    return SimpleNamespace(
        library=library, search=_lines("by both"), meaning=encoder, in_english=lambda text: f"english of {text}"
    )


def test_each_way_ranks_for_itself() -> None:
    session = _session(_Encoder())
    both, words, meaning = (search_passages(session, "Why?", by, 1)[0] for by in ("both", "words", "meaning"))
    assert (both.text, words.text, meaning.text) == ("by both", "by words", "by meaning")
    assert (words.start_seconds, words.end_seconds, words.source, words.score) == (1.0, 2.0, "subtitle", 0.7)
    assert not both.is_shown
    assert (meaning.start_seconds, meaning.end_seconds, meaning.source, meaning.score) == (3.0, 28.0, "speech", 0.4)


def test_a_question_is_embedded_in_a_language_of_the_encoder() -> None:
    encoder = _Encoder()
    for question in ("Where is the wide hat?", "Chiếc mũ rộng ở đâu?"):
        search_passages(_session(encoder), question, "meaning", 5)
    assert encoder.embedded == ["Where is the wide hat?", "english of Chiếc mũ rộng ở đâu?"]


def test_meaning_needs_an_encoder() -> None:
    with pytest.raises(VideoAssistantError, match="no sentence encoder is installed"):
        search_passages(_session(None), "Why?", "meaning", 5)
