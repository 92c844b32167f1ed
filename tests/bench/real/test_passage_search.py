"""Passages by words, by meaning, and as the chat searches them."""

from types import SimpleNamespace
from typing import Any

import pytest

from bench.quality.real.passage_search import search_passages
from tools.errors import VideoAssistantError
from tools.types import Line


def _lines(text: str) -> Any:
    return SimpleNamespace(
        passages=lambda question, limit: [Line("v", 1.0, 2.0, "subtitle", text, 0.7, shown=False)][:limit]
    )


def _session(*, has_encoder: bool = True) -> Any:
    def search(question: str, *, limit: int) -> list[Line]:
        return [Line("v", 3.0, 28.0, "speech", "by meaning", 0.4)][:limit]

    meaning_search = SimpleNamespace(search=search) if has_encoder else None
    return SimpleNamespace(library=_lines("by words"), search=_lines("by both"), meaning_search=meaning_search)


def test_each_way_ranks_for_itself() -> None:
    session = _session()
    both, words, meaning = (search_passages(session, "Why?", by, 1)[0] for by in ("both", "words", "meaning"))
    assert (both.text, words.text, meaning.text) == ("by both", "by words", "by meaning")
    assert (words.start_seconds, words.end_seconds, words.source, words.score) == (1.0, 2.0, "subtitle", 0.7)
    assert not both.is_shown
    assert (meaning.start_seconds, meaning.end_seconds, meaning.source, meaning.score) == (3.0, 28.0, "speech", 0.4)


def test_meaning_needs_an_encoder() -> None:
    with pytest.raises(VideoAssistantError, match="no sentence encoder is installed"):
        search_passages(_session(has_encoder=False), "Why?", "meaning", 5)
