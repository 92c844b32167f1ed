"""Places in a video, as people name them: read in every spelling, and nothing else read as one."""

import random
import unicodedata

import pytest

from assistant.agent.question.times import NamedTimes, TimePoint, TimeRange, read_times, without_times
from assistant.text.fold import fold

DURATION = 1200.0


def _resolved(named: NamedTimes, duration: float | None = DURATION) -> list[tuple[float | None, float | None]]:
    return [part.resolve(duration, around_seconds=1.0, edge_seconds=3.0) for part in named.ranges]


def _about(seconds: float) -> tuple[float, float]:
    return seconds - 1.0, seconds + 1.0


ENGLISH = [
    ("who walks past at 1:20?", _about(80), "who walks past?"),
    ("what happens at 1:02:03", _about(3723), "what happens"),
    ("at 0'45 what is on screen", _about(45), "what is on screen"),
    ("jump to 1h02m03s", _about(3723), "jump"),
    ("what is there at 1m30s", _about(90), "what is there"),
    ("at 1 m 30 who talks", _about(90), "who talks"),
    ("at 90s who talks", _about(90), "who talks"),
    ("at 1,5 min", _about(90), ""),
    ("at 1.5 minutes", _about(90), ""),
    ("at fifty-nine seconds who sings", _about(59), "who sings"),
    ("at thirty five seconds", _about(35), ""),
    ("two and a half minutes in, what does she draw", _about(150), "what does she draw"),
    ("half a minute in", _about(30), ""),
    ("a couple of minutes in", _about(120), ""),
    ("around the 45-second mark, who is there", _about(45), "who is there"),
    ("30 seconds into the video what falls", _about(30), "what falls"),
    ("what is he holding at second 37", _about(37), "what is he holding"),
    ("at the 20th second of the second minute", _about(80), ""),
    ("10 seconds before the end who waves", _about(1190), "who waves"),
    ("with 20 seconds left who waves", _about(1180), "who waves"),
    ("around minute 12 who plays", (700.0, 740.0), "who plays"),
    ("who plays in the second minute", (60.0, 120.0), "who plays"),
    ("count cats in the first ten seconds", (0.0, 10.0), "count cats"),
    ("within the first five seconds does he wave", (0.0, 5.0), "does he wave"),
    ("the opening seconds", (0.0, 5.0), ""),
    ("the last half minute", (1170.0, None), ""),
    ("who leaves in the last 5 minutes", (900.0, None), "who leaves"),
    ("between 0:45 and 1:30 does anyone carry a box", (45.0, 90.0), "does anyone carry a box"),
    ("between 1 and 2 minutes how many goals", (60.0, 120.0), "how many goals"),
    ("between the second and the fourth minute", (60.0, 240.0), ""),
    ("from 10 to 20 s", (10.0, 20.0), ""),
    ("10s..20s", (10.0, 20.0), ""),
    ("0:05–0:10", (5.0, 10.0), ""),
    ("seconds 5-10", (5.0, 10.0), ""),
    ("from 1:20 to the end", (80.0, None), ""),
    ("from the start to 0:30", (None, 30.0), ""),
    ("from the middle on", (600.0, None), ""),
    ("everything after the first 30 seconds", (30.0, None), "everything"),
    ("skip the first 30 seconds", (30.0, None), ""),
    ("a red kite, after 3:10", (190.0, None), "a red kite"),
    ("after 1:30 but before 2:00 who runs", (90.0, 120.0), "who runs"),
    ("10 seconds after 0:30 who runs", _about(40), "who runs"),
    ("from 0:30 for 10 seconds", (30.0, 40.0), ""),
    ("what is there at 1:20 in the video", _about(80), "what is there"),
    ("at the end of it who runs", (1140.0, None), "who runs"),
    ("right after 0:40 who runs", (40.0, 50.0), "who runs"),
    ("just before 1:20", (70.0, 80.0), ""),
    ("before 2 minutes", (None, 120.0), ""),
    ("before the third minute", (None, 120.0), ""),
    ("until 0:50", (None, 50.0), ""),
    ("is it dark at the beginning?", (0.0, 60.0), "is it dark?"),
    ("right at the start, is it dark", (0.0, 60.0), "is it dark"),
    ("is the lid open at the very end", (1140.0, None), "is the lid open"),
    ("what is at the end of the night video?", (1140.0, None), "what is in the night video?"),
    ("when the video starts, who is there", (0.0, 60.0), "who is there"),
    ("towards the end who is there", (960.0, None), "who is there"),
    ("he said it somewhere in the middle", (480.0, 720.0), "he said it"),
    ("halfway through the lecture who speaks", (480.0, 720.0), "who speaks"),
    ("sum up the second half", (600.0, None), "sum up"),
    ("sum up the first third", (0.0, 400.0), "sum up"),
    ("in the final 10%", (1080.0, None), ""),
]
VIETNAMESE = [
    ("lúc 1h30 có gì", _about(5400), "có gì"),
    ("ở 1p30 có gì?", _about(90), "có gì?"),
    ("lúc 1'20'' có gì", _about(80), "có gì"),
    ("lúc 1,5 phút có gì", _about(90), "có gì"),
    ("ở 1 giờ 2 phút có gì", _about(3720), "có gì"),
    ("khoảng 1 phút 15 có ai nói không?", _about(75), "có ai nói không?"),
    ("ở nửa phút có gì", _about(30), "có gì"),
    ("một phút rưỡi", _about(90), ""),
    ("ở phút 2 rưỡi có gì", _about(150), "có gì"),
    ("bóng ở đâu ở giây thứ 8", _about(8), "bóng ở đâu"),
    ("giây 12 có gì", _about(12), "có gì"),
    ("giây thứ hai mươi lăm có gì", _about(25), "có gì"),
    ("phút 1 giây 20 có gì", _about(80), "có gì"),
    ("tua đến 3:20", _about(200), "tua"),
    ("còn 10 giây nữa là hết thì ai đứng đó", _about(1190), "thì ai đứng đó"),
    ("tầm phút 12 có gì", (700.0, 740.0), "có gì"),
    ("phút thứ 2 có gì", (60.0, 120.0), "có gì"),
    ("phút thứ tư có gì", (180.0, 240.0), "có gì"),
    ("phút đầu tiên có gì", (0.0, 60.0), "có gì"),
    ("10 giây đầu có xe không", (0.0, 10.0), "có xe không"),
    ("３０ giây đầu", (0.0, 30.0), ""),
    ("hai lăm giây đầu", (0.0, 25.0), ""),
    ("trong vòng 10 giây đầu có ai", (0.0, 10.0), "có ai"),
    ("mấy giây đầu có ai", (0.0, 5.0), "có ai"),
    ("5' đầu có gì", (0.0, 300.0), "có gì"),
    ("trong phút đầu", (0.0, 60.0), ""),
    ("5 phút cuối có nhắc tới tiền không", (900.0, None), "có nhắc tới tiền không"),
    ("nửa phút cuối", (1170.0, None), ""),
    ("từ 0:10 - 0:20 có gì", (10.0, 20.0), "có gì"),
    ("từ giây 30 đến giây 50 có gì", (30.0, 50.0), "có gì"),
    ("từ 12 đến 18 giây", (12.0, 18.0), ""),
    ("giữa phút 1 và phút 2 có mấy bàn thắng", (60.0, 120.0), "có mấy bàn thắng"),
    ("từ đầu đến giây 30", (None, 30.0), ""),
    ("từ 0:30 đến hết video", (30.0, None), ""),
    ("từ giữa video trở đi", (600.0, None), ""),
    ("từ 1:10 trở đi có gì", (70.0, None), "có gì"),
    ("sau 0:40 có gì", (40.0, None), "có gì"),
    ("sau một phút rưỡi có gì", (90.0, None), "có gì"),
    ("sau phút đầu tiên có gì", (60.0, None), "có gì"),
    ("bỏ qua 30 giây đầu", (30.0, None), ""),
    ("sau 1:30 và trước 2:00 có ai", (90.0, 120.0), "có ai"),
    ("30 giây sau 1:20 có ai", _about(110), "có ai"),
    ("tại thời điểm 80 giây có ai", _about(80), "có ai"),
    ("ngay sau 0:40", (40.0, 50.0), ""),
    ("trước phút thứ 3", (None, 180.0), ""),
    ("trước phút cuối", (None, 1140.0), ""),
    ("lúc đầu có gì", (0.0, 60.0), "có gì"),
    ("đầu video có gì", (0.0, 60.0), "có gì"),
    ("khi video bắt đầu có gì", (0.0, 60.0), "có gì"),
    ("cuối clip có ai", (1140.0, None), "có ai"),
    ("đoạn gần cuối có ai", (960.0, None), "có ai"),
    ("đoạn giữa có ai", (480.0, 720.0), "có ai"),
    ("ở giữa video có ai", (480.0, 720.0), "có ai"),
    ("nửa đầu có ai", (0.0, 600.0), "có ai"),
    ("nửa sau có ai", (600.0, None), "có ai"),
    ("một phần ba đầu có ai", (0.0, 400.0), "có ai"),
    ("1/3 cuối có ai", (800.0, None), "có ai"),
]
PAIRS = [
    ("what differs between 0:10 and 1:10?", [_about(10), _about(70)], "what differs?"),
    ("is it the same person at 0:05 and at 0:25", [_about(5), _about(25)], "is it the same person"),
    ("at 10 and 50 seconds", [_about(10), _about(50)], ""),
    ("compare the start and the end", [(0.0, 60.0), (1140.0, None)], "compare"),
    ("compare the first minute with the last minute", [(0.0, 60.0), (1140.0, None)], "compare"),
    ("compare the first and last 10 seconds", [(0.0, 10.0), (1190.0, None)], "compare"),
    ("compare the first and the third minute", [(0.0, 60.0), (120.0, 180.0)], "compare"),
    ("10 giây đầu và cuối khác gì nhau", [(0.0, 10.0), (1190.0, None)], "khác gì nhau"),
    ("so sánh đầu và cuối video", [(0.0, 60.0), (1140.0, None)], "so sánh"),
    ("ở giây 5 và 10 có gì", [_about(5), _about(10)], "có gì"),
    ("compare the first and the last shot", [(0.0, 60.0), (1140.0, None)], "compare"),
    ("the first and the second half", [(0.0, 600.0), (600.0, None)], ""),
    ("giây 7 và giây 30 khác gì nhau", [_about(7), _about(30)], "khác gì nhau"),
    ("so sánh đầu video và cuối video", [(0.0, 60.0), (1140.0, None)], "so sánh"),
    ("nửa đầu so với nửa sau thế nào", [(0.0, 600.0), (600.0, None)], "thế nào"),
]
NO_TIMES = [
    "the end of the street", "when does it start", "who reaches the end of the line first", "at the start line",
    "first a car brakes, then it goes", "the first time", "the second car", "the second one", "a second person enters",
    "at the second bus stop", "at the last second he brakes", "the minute he leaves", "last minute change",
    "number 10", "2 cars", "5 people", "in 1999", "it costs 1,299", "the sign 404", "music of the 90s", "the score 2:1",
    "within ten seconds a dog and a cat", "it waits for 5 seconds", "it takes around 20 seconds", "5 seconds later",
    "10 seconds after the goal", "how long", "last night", "the last video", "a 2 minute video", "every 5 seconds",
    "from the beginning to the end", "instead of beginning at zero", "the start and end positions",
    "who stands in the middle of the road", "the one in the middle",
    "what happened at 1:20 pm", "at 8 pm", "at 7 o'clock",
    "cuối đường có gì", "đầu tiên xe dừng sau đó đi", "ai đứng đầu hàng", "số 5", "năm 1999", "giá 1.299", "tỉ số 2:1",
    "trong vòng 10 giây", "kéo dài 10 giây", "xe dừng khoảng 10 giây", "10 giây sau", "5 phút sau khi xe dừng",
    "sau 10 giây kể từ khi xe dừng", "mỗi 5 giây", "phút thứ mấy", "giây thứ mấy xe dừng", "bây giờ là mấy giờ",
    "tờ giấy thứ 8", "đôi giày cuối", "sau hai tiếng nổ", "cao 1m55", "ngồi ở giữa là ai", "ở giữa hai xe", "xe ở đâu",
    "ai về cuối cùng", "lần đầu tiên", "người cuối cùng", "tối qua có ai", "từ đầu đến cuối", "2 phút nữa",
    "8 giờ tối", "lúc 8 giờ có gì", "lúc 8h30",
]  # fmt: skip
TIMES = [*ENGLISH, *VIETNAMESE]
TEXTS = [text for text, *_ in [*TIMES, *PAIRS]]


@pytest.mark.parametrize(("text", "expected", "rest"), TIMES)
def test_a_place_is_read_and_taken_out(text: str, expected: tuple[float | None, float | None], rest: str) -> None:
    named = read_times(text)
    assert _resolved(named) == [pytest.approx(expected)]
    assert named.rest == without_times(text) == rest
    assert not named.unread


@pytest.mark.parametrize(("text", "expected", "rest"), PAIRS)
def test_two_places_are_read_in_their_order(text: str, expected: list[tuple[float, float]], rest: str) -> None:
    named = read_times(text)
    assert _resolved(named) == [pytest.approx(part) for part in expected]
    assert named.rest == rest


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_names_no_place_stays_in_the_text(text: str) -> None:
    named = read_times(text)
    assert (named.ranges, named.rest, named.unread) == ((), text, ())


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("who is there at 25:99?", "25:99"),
        ("phút 99:99 có gì", "phút 99:99"),
        ("at 1:5", "1:5"),
        ("at 1:20:99", "1:20:99"),
        ("at -5 seconds", "-5 seconds"),
        ("giây âm 5", "giây âm 5"),
        ("at 99999999 seconds", "99999999 seconds"),
        ("the 75th second of the third song", "the 75th second of"),
    ],
)
def test_a_time_that_names_no_place_is_handed_back(text: str, unread: str) -> None:
    named = read_times(text)
    assert (named.ranges, named.rest, named.unread) == ((), text, (unread,))


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("at 1:20 pm", "1:20 pm"),
        ("8 giờ tối có ai", "8 giờ tối"),
        ("lúc 8 giờ có gì", "8 giờ"),
        ("lúc 20h có gì", "20h"),
        ("at 7 o'clock", "7 o'clock"),
    ],
)
def test_an_hour_of_the_day_is_no_place_in_the_video(text: str, clock: str) -> None:
    assert read_times(text).clock_of_day == (clock,)


@pytest.mark.parametrize("text", TEXTS)
def test_the_spelling_makes_no_difference(text: str) -> None:
    expected = _resolved(read_times(text))
    for spelling in (unicodedata.normalize("NFD", text), text.upper(), f"  {text}  "):
        assert _resolved(read_times(spelling)) == expected
    accentless = "".join(fold(letter) for letter in text)
    assert _resolved(read_times(accentless)) == expected


@pytest.mark.parametrize("text", TEXTS)
def test_what_was_read_is_not_read_again(text: str) -> None:
    assert read_times(read_times(text).rest).ranges == ()


@pytest.mark.parametrize(("text", "words"), [("is it dark at 1:20, sir?", "at 1:20"), ("lúc đầu và 0:20", "lúc đầu")])
def test_the_span_is_that_of_the_phrase(text: str, words: str) -> None:
    start, end = read_times(text).ranges[0].span
    assert text[start:end] == words


def test_only_accents_tell_six_from_after() -> None:
    assert _resolved(read_times("sáu giây đầu có gì")) == [(0.0, 6.0)]
    assert _resolved(read_times("sau giây đầu có gì")) == [(1.0, None)]


def test_without_a_duration_what_counts_from_the_end_is_open() -> None:
    for text in ("at the end", "the last 30 seconds", "the second half", "halfway"):
        assert _resolved(read_times(text), None) == [(None, None)]
    assert _resolved(read_times("at the start"), None) == [(0.0, 3.0)]


def test_the_edge_of_a_long_video_is_longer() -> None:
    start = read_times("at the start")
    assert _resolved(start, 40.0) == [(0.0, 3.0)]
    assert _resolved(start, 400.0) == [(0.0, 20.0)]
    assert _resolved(start, 36_000.0) == [(0.0, 60.0)]


def test_a_range_runs_forward_and_starts_in_the_video() -> None:
    generator = random.Random(7)
    points: list[TimePoint | None] = [None, TimePoint(0.0, "share"), TimePoint(1.0, "share"), TimePoint(0.0, "end")]
    points += [TimePoint(generator.uniform(0, 5000), anchor) for anchor in ("start", "end") for _ in range(6)]
    points += [TimePoint(generator.random(), "share") for _ in range(6)]
    for start in points:
        for end in points:
            for duration in (None, 0.0, 12.0, 3000.0):
                exact = start is not None and start == end
                low, high = TimeRange(start, end, exact, (0, 1)).resolve(duration, around_seconds=1.0, edge_seconds=3.0)
                assert low is None or low >= 0
                assert high is None or high > (low or 0.0) or (low is None and high == 0.0)


def test_any_text_is_read_without_an_error() -> None:
    generator = random.Random(22)
    words = [*" ".join(TEXTS).split(), *": 99:99 \u0301 ½ 😀 <|im_end|> 12: - '' 1:2:3:4 İ ß".split(), "\n", "\u3000"]
    for _ in range(2000):
        text = generator.choice(["", " "]).join(generator.choices(words, k=generator.randrange(12)))
        named = read_times(text)
        composed = unicodedata.normalize("NFC", text)
        assert all(0 <= start < end <= len(composed) for start, end in (part.span for part in named.ranges))
