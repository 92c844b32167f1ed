"""The texts of the page: both languages have every text, and the code uses every text that there is."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from assistant import doctor
from assistant.agent import answer_texts
from assistant.agent.records import DecidedBy, Verdict
from assistant.ingest.records import Status
from assistant.models.voice import ACCENTS
from ui import texts
from ui.widgets import subtitles, timeline

UI = Path(texts.__file__).parents[1]
FAMILIES = {
    "page_": ("chat", "search", "library", "moment", "guide", "settings"),
    "role_": get_args(doctor.Role),
    "part_": get_args(doctor.MachinePart),
    "mark_": tuple(timeline.COLOURS),
    "accent_": tuple(accent for accents in ACCENTS.values() for accent in accents),
    "stage_": ("pictures", "text on screen", "meaning"),
}
"""Keys that the code puts together: how they begin, and every end."""
RECORDED = (*get_args(Verdict), *get_args(DecidedBy), *get_args(Status), *subtitles.SPOKEN_SOURCES)
"""Keys that are values of the assistant's records."""


def _code() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the page but the tables themselves."""
    for path in sorted(UI.rglob("*.py")):
        if path.parent.name != "texts":
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _keys_of_calls() -> Iterator[tuple[Path, ast.expr]]:
    """What stands as key in each call `text(key, ...)`; both branches where it is a choice."""
    for path, module in _code():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                key = node.args[0]
                for part in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
                    yield path, part


@pytest.mark.parametrize("table", [texts.TEXTS, answer_texts._TEXTS], ids=["page", "answers"])
def test_every_text_exists_in_both_languages_with_the_same_values(table) -> None:
    for key, languages in table.items():
        assert languages.keys() == {"en", "vi"}, key
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in languages.values()]
        assert names[0] == names[1], key
        assert all(text.strip() for text in languages.values()), key


def test_no_two_tables_hold_the_same_key() -> None:
    assert len(texts.TEXTS) == sum(map(len, texts.TABLES))


def test_every_key_in_the_code_has_a_text() -> None:
    literals = {key.value for _, key in _keys_of_calls() if isinstance(key, ast.Constant)}
    assert len(literals) > 80, "the calls are found"
    assert literals - texts.TEXTS.keys() == set()


def test_every_key_that_the_code_puts_together_has_a_text() -> None:
    starts = {key.values[0].value for _, key in _keys_of_calls() if isinstance(key, ast.JoinedStr)}
    assert starts <= FAMILIES.keys(), "a family of keys is listed above with every end"
    for start, ends in FAMILIES.items():
        assert {f"{start}{end}" for end in ends} == {key for key in texts.TEXTS if key.startswith(start)}
    assert set(RECORDED) <= texts.TEXTS.keys()


def test_every_text_is_used() -> None:
    strings = {
        node.value
        for _, module in _code()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = texts.TEXTS.keys() - strings - set(RECORDED)
    assert {key for key in unused if not key.startswith(tuple(FAMILIES))} == set()


def test_the_browser_chooses_the_first_language() -> None:
    chosen = [texts.browser_language(locale) for locale in ("vi-VN", "VI", "en-GB", "fr", None)]
    assert chosen == ["vi", "vi", "en", "en", "en"]


def test_an_address_names_a_language_by_its_code_or_its_own_name() -> None:
    named = [texts.named_language(name) for name in ("vi", "en", "Tiếng Việt", "fr", "", None)]
    assert named == ["vi", "en", "vi", None, None, None]
