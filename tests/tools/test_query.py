import pytest

from tools.events.query import (
    MAX_EVENTS,
    RIGHT_AFTER_SECONDS,
    EventQueryError,
    Span,
    event_query,
    parse_event_query,
    split_events,
)

INFINITE = float("inf")
SOON = (0.0, RIGHT_AFTER_SECONDS)
ANY = (0.0, INFINITE)


def _read(text: str):
    query = parse_event_query(text)
    return list(query.events), [(g.min_seconds, g.max_seconds) for g in query.limits.gaps], query.limits.within_seconds


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("First a dog runs by, then a car stops: when?", ["a dog runs by", "a car stops"]),
        ("a man gets off, and then crosses; finally he waits", ["a man gets off", "crosses", "he waits"]),
        ("đầu tiên một con chó chạy, sau đó xe dừng rồi người lên xe", ["một con chó chạy", "xe dừng", "người lên xe"]),
        ("first A, next B, after that C, finally D", ["A", "B", "C", "D"]),
        ("đầu tiên A, tiếp theo B, cuối cùng C", ["A", "B", "C"]),
        ("a dog runs by before a bus stops", ["a dog runs by", "a bus stops"]),
        ("a bus stops after a dog runs by", ["a dog runs by", "a bus stops"]),
        ("after the bus stops, a man gets off, then a dog barks", ["the bus stops", "a man gets off", "a dog barks"]),
        ("before the bus stops, a man waits", ["a man waits", "the bus stops"]),
        ("một người lên xe trước khi xe buýt chạy", ["một người lên xe", "xe buýt chạy"]),
        ("sau khi xe buýt dừng thì một người xuống xe", ["xe buýt dừng", "một người xuống xe"]),
        ("A -> B → C", ["A", "B", "C"]),
        ("I remember that first a car enters, then a bus stops. When?", ["a car enters", "a bus stops"]),
        ("Tìm đoạn mà đầu tiên chó chạy, sau đó xe dừng: khi nào vậy?", ["chó chạy", "xe dừng"]),
        ("First A, afterwards B. When did that happen?", ["A", "B"]),
        ("a red car", ["a red car"]),
        ("a dog runs after a cat", ["a dog runs after a cat"]),
        ("a man stands before a shop", ["a man stands before a shop"]),
        ("a man waits next to a car", ["a man waits next to a car"]),
    ],
)
def test_explicit_words_of_order_split_and_turn(text, events) -> None:
    read_events, gaps, within = _read(text)
    assert read_events == events
    assert gaps == [ANY] * (len(events) - 1)
    assert within == INFINITE


@pytest.mark.parametrize(
    ("text", "gaps", "within"),
    [
        ("right after a dog runs by, a bus stops", [SOON], INFINITE),
        ("a man waits; right after that he leaves, then a dog barks", [SOON, ANY], INFINITE),
        ("ngay sau khi xe buýt dừng, một người xuống xe, ngay sau đó chó chạy", [SOON, SOON], INFINITE),
        ("a dog runs by, then within a minute a bus stops", [(0.0, 60.0)], INFINITE),
        ("a, then at least 5 seconds later, b", [(5.0, INFINITE)], INFINITE),
        ("a dog runs by then a bus stops, all within 30 seconds", [ANY], 30.0),
        ("a dog runs by, then in less than 10 seconds a bus stops", [(0.0, 10.0)], INFINITE),
        ("within half a minute, a dog runs by and then a bus stops", [ANY], 30.0),
        ("một con chó chạy qua rồi xe buýt dừng trong vòng một phút", [ANY], 60.0),
    ],
)
def test_words_of_distance_become_limits(text, gaps, within) -> None:
    events, read_gaps, longest = _read(text)
    assert (read_gaps, longest) == (gaps, within)
    assert not any("within" in event or "vòng" in event for event in events)


def test_seconds_bind_their_own_event() -> None:
    query = parse_event_query("a dog runs by before second 9; then a bus stops from second 30.5 on; a man waits")
    assert query.events == ("a dog runs by", "a bus stops", "a man waits")
    assert query.spans == (Span(0.0, 9.0), Span(30.5, INFINITE), Span())
    assert parse_event_query("chó chạy rồi xe dừng từ giây 12").spans[1] == Span(12.0, INFINITE)


@pytest.mark.parametrize(
    "text",
    [
        "a dog runs by",
        "a dog runs by, right after that a bus stops from second 30.5 on, then at least 4 seconds later a man waits",
        "a dog runs by before second 9, then a bus stops, all within 30 seconds",
    ],
)
def test_a_sequence_is_written_as_it_is_read(text) -> None:
    query = parse_event_query(text)
    assert parse_event_query(query.canonical_text) == query


def test_limits_from_elsewhere_come_on_top() -> None:
    query = parse_event_query("a, right after that b, then c").with_limits(within=20, min_gap=1, max_gap=9)
    assert [(g.min_seconds, g.max_seconds) for g in query.limits.gaps] == [(1, RIGHT_AFTER_SECONDS), (1, 9)]
    assert query.limits.within_seconds == 20


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: event_query([]), "no event"),
        (lambda: parse_event_query(" ; "), "no event"),
        (lambda: event_query([str(i) for i in range(50)]), f"50 events; a sequence takes up to {MAX_EVENTS}"),
        (lambda: parse_event_query("a dog, then A dog"), "twice in a row"),
        (lambda: event_query("ab").with_limits(min_gap=5, max_gap=2), "at least 5 s and at most 2 s"),
        (lambda: event_query("abc").with_limits(within=5, min_gap=3), "do not fit within 5 s"),
        (lambda: parse_event_query("a, then at least 10 seconds later b, all within 5 seconds"), "do not fit"),
    ],
)
def test_what_no_search_can_serve_is_refused_in_one_line(act, words) -> None:
    with pytest.raises(EventQueryError, match=words) as raised:
        act()
    assert "\n" not in str(raised.value)


def test_a_question_about_what_comes_before_is_no_chain_of_events() -> None:
    assert split_events("what happened before the bus left?") == ["what happened before the bus left"]
    assert split_events("a car, then a bus") == ["a car", "a bus"]
