"""Letters folded one for one, and words that only their accents keep apart."""

import unicodedata

import pytest

from assistant.agent.question.homographs import OTHER_WORD, fold_letters


@pytest.mark.parametrize(
    "text", ["Lúc １：２０ có gì?", "ở giây thứ 8…", "½ ß İ ﬁ 😀", "0′45″ – 1’20", "a\u0301\u0323", "\u3000\t\n"]
)
def test_offsets_hold_in_both_texts(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold_letters(composed)) == len(composed)


def test_signs_and_figures_become_plain() -> None:
    assert fold_letters("１：２０–1′30″") == "1:20-1'30\""


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("giây", "giay"),
        ("giay", "giay"),
        ("giấy", OTHER_WORD * 4),
        ("ở đâu", f"o {OTHER_WORD * 3}"),
        ("sáu", "SAU"),
        ("sau", "sau"),
        ("tối tới", "TOI toi"),
        ("tôi", OTHER_WORD * 3),
    ],
)
def test_accents_tell_a_word_of_time_from_another(text: str, folded: str) -> None:
    assert fold_letters(text) == folded
