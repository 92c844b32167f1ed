"""Numbers, counts, lengths of time and dates as people write them."""

from datetime import datetime

import pytest

from assistant.text.display import time_in_words
from assistant.text.language import Language
from assistant.text.quantities import count_noun, duration_in_words, format_date, format_number, merge_repeats


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "person", "1 person"),
        (2, "person", "2 people"),
        (1, "people", "1 person"),
        (0, "a bus", "0 buses"),
        (1, "buses", "1 bus"),
        (3, "lorries", "3 lorries"),
        (1, "lorries", "1 lorry"),
        (2, "the red car", "2 red cars"),
        (2, "person with an umbrella", "2 people with an umbrella"),
        (1, "horses", "1 horse"),
        (2, "bench", "2 benches"),
        (1, "people get off the bus", "1 person"),
        (2, "man on a bench", "2 men on a bench"),
        (2, "boy", "2 boys"),
    ],
)
def test_an_english_noun_agrees_with_its_number(number: int, noun: str, text: str) -> None:
    assert count_noun(number, noun, "en") == text


def test_a_vietnamese_noun_takes_no_plural() -> None:
    assert count_noun(2, "một chiếc xe buýt", "vi") == "2 chiếc xe buýt"
    assert count_noun(1, "những người", "vi") == "1 người"


@pytest.mark.parametrize(
    ("seconds", "en", "vi"),
    [
        (1, "1 second", "1 giây"),
        (7.4, "7 seconds", "7 giây"),
        (60, "1 minute", "1 phút"),
        (125, "2 minutes 5 seconds", "2 phút 5 giây"),
        (3661, "1 hour 1 minute 1 second", "1 giờ 1 phút 1 giây"),
        (0, "0 seconds", "0 giây"),
    ],
)
def test_a_length_of_time_leaves_out_what_is_zero(seconds: float, en: str, vi: str) -> None:
    assert (duration_in_words(seconds, "en"), duration_in_words(seconds, "vi")) == (en, vi)


def test_a_time_is_rounded_down_to_be_read_aloud() -> None:
    assert [time_in_words(61.9, language) for language in ("en", "vi")] == ["1 minute 1 second", "1 phút 1 giây"]
    assert [time_in_words(6.9, language) for language in ("en", "vi")] == ["6 seconds", "giây 6"]


def test_the_comma_is_decimal_in_vietnamese() -> None:
    assert (format_number(1234.5, "en", 1), format_number(1234.5, "vi", 1)) == ("1,234.5", "1.234,5")


def test_a_date_is_written_as_the_language_does() -> None:
    day = datetime(2026, 5, 3, 18, 5)
    assert (format_date(day, "en"), format_date(day, "vi")) == ("3 May 2026", "3/5/2026")
    assert format_date(day, "en", clock=True) == "3 May 2026 at 18:05"
    assert format_date(day, "vi", clock=True) == "18:05 ngày 3/5/2026"


@pytest.mark.parametrize(
    ("text", "language", "merged"),
    [
        ("a dog, a bag and a bag in the park", "en", "a dog and 2 bags in the park"),
        ("a bus and a bus", "en", "2 buses"),
        ("a dog and a cat in the park", "en", "a dog and a cat in the park"),
        ("black and black", "en", "black and black"),
        ("một con chó, một cái túi và một cái túi trong công viên", "vi", "một con chó và 2 cái túi trong công viên"),
        ("con chó", "vi", "con chó"),
    ],
)
def test_equal_things_are_counted(text: str, language: Language, merged: str) -> None:
    assert merge_repeats(text, language) == merged
