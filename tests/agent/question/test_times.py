"""Places in a video, as people name them."""

import pytest

from assistant.agent.question.times import read_times


def _resolved(text: str) -> list[tuple[float | None, float | None]]:
    return [named.resolve(1200.0, around_seconds=1.0, edge_seconds=3.0) for named in read_times(text).ranges]


@pytest.mark.parametrize(
    ("text", "expected", "rest"),
    [
        ("what is at 1:20?", (79, 81), "what is?"),
        ("lúc 1p30 có gì?", (89, 91), "có gì?"),
        ("two and a half minutes in, what does he say", (149, 151), "what does he say"),
        ("what happens in minute 12", (700, 740), "what happens"),
        ("phút thứ 2 có gì", (60, 120), "có gì"),
        ("count cars in the first ten seconds", (0, 10), "count cars"),
        ("5 phút cuối có gì", (900, None), "có gì"),
        ("sum up the second half", (600, None), "sum up"),
        ("từ giây 30 đến giây 50 có gì", (30, 50), "có gì"),
        ("sau 0:40 có gì", (40, None), "có gì"),
    ],
)
def test_a_place_is_read_and_taken_out(text: str, expected: tuple[float, float | None], rest: str) -> None:
    assert _resolved(text) == [expected]
    assert read_times(text).rest == rest
