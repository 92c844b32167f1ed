"""The tables of number words, units and ordinals that questions are read with."""

import re

import pytest

from tools.words import LAST, NUMBERS, ORDINALS, UNITS, any_of, index_of_ordinal, unit_seconds


@pytest.mark.parametrize(
    ("unit", "seconds"), [("s", 1), ("secs", 1), ("Minutes", 60), ("phút", 60), ("HOUR", 3600), ("ſeconds", 1)]
)
def test_units_are_known_in_every_form_that_a_pattern_matches(unit: str, seconds: int) -> None:
    assert re.fullmatch(f"(?:{any_of(UNITS)})s?", unit, re.IGNORECASE)
    assert unit_seconds(unit) == seconds


def test_what_is_no_unit_is_refused_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"'weeks' is no unit of time; write one of second, .*giờ"):
        unit_seconds("weeks")


def test_a_longer_word_is_matched_before_its_beginning() -> None:
    match = re.match(any_of(ORDINALS), "cuối cùng")
    assert match is not None
    assert ORDINALS[match[0]] == LAST
    assert match[0] == "cuối cùng"


@pytest.mark.parametrize(
    ("place", "count", "index"), [(1, 3, 0), (3, 3, 2), (LAST, 3, 2), (4, 3, None), (1, 0, None), (LAST, 0, None)]
)
def test_a_place_is_an_index_where_the_row_is_long_enough(place: int, count: int, index: int | None) -> None:
    assert index_of_ordinal(place, count) == index


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("twenty-five", 25), ("thirty one", 31), ("ninety", 90), ("nineteen", 19), ("hai mươi lăm", 25),
        ("hai lăm", 25), ("mười hai", 12), ("mười lăm", 15), ("ba mươi mốt", 31), ("bốn mươi tư", 44),
        ("năm mươi", 50), ("nửa", 0.5), ("a couple of", 2),
    ],
)  # fmt: skip
def test_numbers_are_known_as_they_are_spoken(words: str, number: float) -> None:
    assert NUMBERS[words] == number


def test_two_numbers_in_a_row_are_no_number() -> None:
    assert "hai ba" not in NUMBERS
    assert "mười năm" not in NUMBERS
