import string

import pytest

from assistant.agent import sentences
from ui import strings, texts


@pytest.mark.parametrize("table", [texts.TEXTS, sentences._TEXTS], ids=["page", "answers"])
def test_every_text_exists_in_both_languages_with_the_same_values(table) -> None:
    for key, both in table.items():
        assert both.keys() == {"en", "vi"}, key
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in both.values()]
        assert names[0] == names[1], key


def test_the_browser_chooses_the_first_language() -> None:
    assert [strings.browser_language(locale) for locale in ("vi-VN", "VI", "en-GB", "fr", None)] == [
        "vi",
        "vi",
        "en",
        "en",
        "en",
    ]


def test_every_verdict_and_decider_has_a_text() -> None:
    for key in ("seen", "not seen", "cannot tell", "core", "rule", "default", "indexed", "unchanged", "failed"):
        assert strings.text(key, "vi", name="x", error="y")
