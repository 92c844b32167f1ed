"""The search's page without a browser: matches lie open, the nearest of the rest are folded."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

pytestmark = pytest.mark.slow

SCREEN = """
from ui.screens.search import show
show({language!r})
"""


@pytest.fixture(autouse=True)
def demo(demo_library: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VIDEO_ASSISTANT_LIBRARY", str(demo_library))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def _search(words: str, language: str = "en") -> AppTest:
    page = AppTest.from_string(SCREEN.format(language=language), default_timeout=120)
    page.query_params["q"] = words
    page.run()
    assert not page.exception
    return page


def test_matches_lie_open_and_the_rest_is_folded() -> None:
    page = _search("a red car")
    assert any("Keyframes:" in caption.value for caption in page.caption)
    assert [part.label for part in page.expander] in ([], ["Less like it: the nearest others"])


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Nothing like it. The nearest keyframes"), ("vi", "Không có gì giống vậy")]
)
def test_what_nothing_is_like_shows_only_folded_keyframes(language: str, label: str) -> None:
    page = _search("a walrus playing the trombone", language)
    (folded,) = page.expander
    assert folded.label.startswith(label)
    assert not folded.proto.expanded
    assert folded.subheader, "the nearest, by video"
    assert len(page.subheader) == len(folded.subheader), "none lies open"
