from hypothesis import given
from hypothesis import strategies as st

from assistant.ingest.passages import PassageOptions, build_passages
from tools.types import Line


def line(start: float, end: float, text: str, source="subtitle") -> Line:
    return Line("v", start, end, source, text)


def test_short_cues_become_passages_that_overlap_by_half() -> None:
    cues = [line(4.0 * i, 4.0 * i + 4, f"cue{i}") for i in range(12)]
    passages = build_passages(cues)
    assert [(p.start_seconds, p.end_seconds) for p in passages] == [(0, 24), (12, 36), (24, 48)]
    assert passages[0].text == "cue0 cue1 cue2 cue3 cue4 cue5"


def test_a_long_pause_and_another_source_begin_a_passage() -> None:
    lines = [line(0, 2, "one"), line(3, 5, "two"), line(20, 22, "three"), line(1, 9, "A sign", "ocr")]
    assert [(p.source, p.text) for p in build_passages(lines)] == [
        ("subtitle", "one two"),
        ("ocr", "A sign"),
        ("subtitle", "three"),
    ]


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 60), st.text(min_size=1, max_size=40)), max_size=40))
def test_every_cue_lies_whole_in_a_passage(rows: list[tuple[float, float, str]]) -> None:
    lines = [line(start, start + length, text) for start, length, text in rows]
    passages = build_passages(lines, PassageOptions(seconds=10.0))
    for cue in lines:
        assert any(
            cue.text in p.text and p.start_seconds <= cue.start_seconds and cue.end_seconds <= p.end_seconds
            for p in passages
        )
