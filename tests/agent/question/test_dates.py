"""When a video was recorded, as questions say it."""

import unicodedata
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from assistant.agent import Assistant
from assistant.agent.question.dates import named_period, recorded_in
from assistant.text.fold import fold
from tests.fakes import FakeIndex, NoGrounder, ScriptedCore
from tools.errors import VideoAssistantError
from tools.types import Video

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone(timedelta(hours=7)))  # a Saturday


@pytest.mark.parametrize(
    ("question", "start", "end", "rest"),
    [
        ("Was there a dog yesterday evening?", "2026-11-20T18", "2026-11-21T00", "Was there a dog?"),
        ("Tối qua có xe nào không?", "2026-11-20T18", "2026-11-21T00", "có xe nào không?"),
        ("tối hôm qua có gì?", "2026-11-20T18", "2026-11-21T00", "có gì?"),
        ("what happened last night?", "2026-11-20T20", "2026-11-21T05", "what happened?"),
        ("sáng nay có ai?", "2026-11-21T05", "2026-11-21T12", "có ai?"),
        ("is there a bus on 3 May?", "2026-05-03T00", "2026-05-04T00", "is there a bus?"),
        ("is there a bus on December 24?", "2025-12-24T00", "2025-12-25T00", "is there a bus?"),
        ("Ngày 3/5 có gì?", "2026-05-03T00", "2026-05-04T00", "có gì?"),
        ("on Monday morning, was there a car?", "2026-11-16T05", "2026-11-16T12", "was there a car?"),
        ("vào thứ hai có gì?", "2026-11-16T00", "2026-11-17T00", "có gì?"),
        ("what happened 3 days ago?", "2026-11-18T00", "2026-11-19T00", "what happened?"),
        ("tháng trước có gì?", "2026-10-01T00", "2026-11-01T00", "có gì?"),
        ("was it raining last week?", "2026-11-09T00", "2026-11-16T00", "was it raining?"),
        ("two days ago, who came?", "2026-11-19T00", "2026-11-20T00", "who came?"),
        ("who came a week ago", "2026-11-09T00", "2026-11-16T00", "who came"),
        ("3 tuần trước có ai", "2026-10-26T00", "2026-11-02T00", "có ai"),
        ("who came 11 months ago", "2025-12-01T00", "2026-01-01T00", "who came"),
        ("who came this month", "2026-11-01T00", "2026-11-22T00", "who came"),
        ("năm ngoái có ai", "2025-01-01T00", "2026-01-01T00", "có ai"),
        ("hôm qua buổi tối có ai", "2026-11-20T18", "2026-11-21T00", "có ai"),
        ("sáng thứ hai có ai", "2026-11-16T05", "2026-11-16T12", "có ai"),
        ("ngày 3 tháng 5 năm 2025 có gì", "2025-05-03T00", "2025-05-04T00", "có gì"),
    ],
)
def test_a_period_is_read_and_taken_out(question: str, start: str, end: str, rest: str) -> None:
    period = named_period(question, NOW)
    assert period is not None
    assert (period.start.isoformat()[:13], period.end.isoformat()[:13], period.rest) == (start, end, rest)
    assert period.start.utcoffset() == NOW.utcoffset()


@pytest.mark.parametrize(
    "question",
    [
        "tối qua có ai?", "đêm hôm kia có ai", "chiều nay có ai", "sáng chủ nhật có ai", "vào thứ tư có ai",
        "ngày 3 tháng 5 có gì", "hai ngày trước có ai", "tuần vừa rồi có ai", "năm nay có ai", "last night, who came?",
    ],
)  # fmt: skip
def test_a_period_is_read_in_every_spelling(question: str) -> None:
    expected = named_period(question, NOW)
    assert expected is not None
    accentless = "".join(fold(letter) for letter in question)
    for spelling in (unicodedata.normalize("NFD", question), question.upper(), accentless):
        period = named_period(spelling, NOW)
        assert period is not None
        assert period[:2] == expected[:2]
        assert fold(period.rest) == fold(expected.rest)


@pytest.mark.parametrize(
    "question",
    [
        "is it night?", "cái thứ hai màu gì?", "on 31 February?", "a bus at night", "may I see 3 cars?",
        "9999 years ago", "tôi qua đường lúc nào", "toi qua duong luc nao", "xe sang qua đường",
        "hình chữ nhật", "hinh chu nhat", "người nam trước cửa", "nguoi nam truoc cua",
    ],
)  # fmt: skip
def test_what_names_no_day_is_no_period(question: str) -> None:
    assert named_period(question, NOW) is None


def _video(video_id: str, recorded_at: str | None) -> Video:
    return Video(video_id, (), 3600.0, 1, 1, 1, 0, recorded_at)


def test_a_video_that_runs_into_a_period_was_recorded_in_it() -> None:
    period = named_period("yesterday evening", NOW)
    assert period is not None
    videos = [
        _video("before", "2026-11-20T16:59:00+07:00"),
        _video("into", "2026-11-20T17:30:00+07:00"),
        _video("elsewhere", "2026-11-20T13:00:00+00:00"),
        _video("unknown", None),
    ]
    assert recorded_in(period, videos) == ["into", "elsewhere"]


class _Dated(FakeIndex):
    def videos(self):
        return [replace(video, recorded_at="2020-01-01T10:00:00+00:00") for video in super().videos()]


def test_a_question_about_a_day_without_videos_is_one_line() -> None:
    index = _Dated()
    assistant = Assistant(index, index, ScriptedCore(slots={"query": "a dog"}), NoGrounder())
    with pytest.raises(VideoAssistantError, match="no video was recorded between") as raised:
        assistant.ask("Was there a dog yesterday?", thread_id="t")
    assert "1 January 2020" in str(raised.value)
    assert assistant.ask("Was there a dog on 2020-01-01?", thread_id="t").answer.startswith("Yes")


def test_without_known_times_the_words_stay_in_the_question() -> None:
    core = ScriptedCore(slots={"query": "a dog"})
    reply = Assistant(FakeIndex(), FakeIndex(), core, NoGrounder()).ask("Was there a dog yesterday?", thread_id="t")
    assert "a dog yesterday" in reply.steps[0].arguments["asked"]
