"""Reads the days and parts of days on which a question says that its videos were recorded."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.answer_texts import say
from tools.words import any_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.text.language import Language
    from tools.types import Video

_PARTS = {  # hours of the day; 24 and more run into the next
    "morning": (5, 12), "sáng": (5, 12), "noon": (11, 14), "trưa": (11, 14),
    "afternoon": (12, 18), "chiều": (12, 18), "evening": (18, 24), "tối": (18, 24), "night": (20, 29), "đêm": (20, 29),
}  # fmt: skip
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "thứ hai": 0, "thứ ba": 1, "thứ tư": 2, "thứ năm": 3, "thứ sáu": 4, "thứ bảy": 5, "chủ nhật": 6,
}  # fmt: skip
_DAYS = {
    "today": 0, "hôm nay": 0, "nay": 0, "yesterday": 1, "hôm qua": 1, "qua": 1,
    "the day before yesterday": 2, "hôm kia": 2,
}  # fmt: skip

_EN, _VI = "morning|noon|afternoon|evening|night", "sáng|trưa|chiều|tối|đêm"
_NAMED = re.compile(
    rf"\b(?:(?P<day>the day before yesterday|yesterday|today)(?:\s+(?P<part>{_EN}))?"
    rf"|(?P<this>this)\s+(?P<this_part>morning|afternoon|evening)|(?P<tonight>tonight)|(?P<last_night>last night)"
    rf"|(?:(?P<part_vi>{_VI})\s+)?(?P<day_vi>hôm nay|hôm qua|hôm kia)|(?P<short_part>{_VI})\s+(?P<short>nay|qua)"
    rf"|(?P<ago>\d+)\s+days ago|(?P<ago_vi>\d+)\s+ngày trước"
    rf"|(?P<week>last|this)\s+(?P<unit>week|month|year)|(?P<unit_vi>tuần|tháng|năm)\s+(?P<week_vi>trước|này|nay|ngoái)"
    rf"|(?:on\s+)(?:last\s+)?(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:\s+(?P<weekday_part>{_EN}))?"
    rf"|(?:(?P<weekday_part_vi>{_VI})\s+)?(?:hôm|ngày|vào)\s+(?P<weekday_vi>thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật)"
    rf"|(?:on\s+)?(?P<iso>\d{{4}}-\d\d-\d\d)"
    rf"|(?:on\s+)(?:the\s+)?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{any_of(_MONTHS)})(?:,?\s+(?P<y1>\d{{4}}))?"
    rf"|(?:on\s+)(?P<m2>{any_of(_MONTHS)})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>\d{{4}}))?"
    rf"|ngày\s+(?P<d3>\d{{1,2}})(?:\s+tháng\s+|[/-])(?P<m3>\d{{1,2}})(?:(?:\s+năm\s+|[/-])(?P<y3>\d{{4}}))?)(?!\w)",
    re.IGNORECASE,
)


class Period(NamedTuple):
    """A stretch of calendar time in which videos were recorded."""

    start: datetime
    end: datetime  # exclusive
    rest: str  # the question without it


def named_period(question: str, now: datetime) -> Period | None:
    """Returns when a question says that its videos were recorded; None if it does not.

    "yesterday evening", "last night", "this morning", "3 days ago", "on Monday", "on 3 May", "2026-05-03", "last week",
    and the same in Vietnamese. A day that is not in the calendar counts as none.

    Args:
        question: as it was typed.
        now: with its offset; what "yesterday" is counted from.
    """
    if (match := _NAMED.search(question)) is None:
        return None
    try:
        start, end = _stretch({name: value.lower() for name, value in match.groupdict().items() if value}, now)
    except ValueError:
        return None
    rest = f"{question[: match.start()].rstrip(' ,')} {question[match.end() :].lstrip(' ,')}".strip()
    return Period(start, end, re.sub(r"\s+([?!.])", r"\1", rest))


def _stretch(said: dict[str, str], now: datetime) -> tuple[datetime, datetime]:
    today = now.date()

    def hours(day: date, part: str | None) -> tuple[datetime, datetime]:
        low, high = _PARTS[part] if part else (0, 24)
        midnight = datetime.combine(day, time(), now.tzinfo)
        return midnight + timedelta(hours=low), midnight + timedelta(hours=high)

    if "this" in said:
        return hours(today, said["this_part"])
    if "tonight" in said:
        return hours(today, "evening")
    if "last_night" in said:
        return hours(today - timedelta(1), "night")
    if name := said.get("day") or said.get("day_vi") or said.get("short"):
        part = said.get("part") or said.get("part_vi") or said.get("short_part")
        return hours(today - timedelta(_DAYS[name]), part)
    if days := said.get("ago") or said.get("ago_vi"):
        return hours(today - timedelta(int(days)), None)
    if name := said.get("weekday") or said.get("weekday_vi"):
        back = (today.weekday() - _WEEKDAYS[name]) % 7 or 7
        return hours(today - timedelta(back), said.get("weekday_part") or said.get("weekday_part_vi"))
    if "unit" in said or "unit_vi" in said:
        return _span(said, hours(today, None)[0])
    if "iso" in said:
        return hours(date.fromisoformat(said["iso"]), None)
    number = next(n for n in "123" if f"d{n}" in said)
    month = int(said["m3"]) if number == "3" else _MONTHS[said[f"m{number}"]]
    year, day = said.get(f"y{number}"), int(said[f"d{number}"])
    there = date(int(year) if year else today.year, month, day)
    if year is None and there > today:
        there = date(today.year - 1, month, day)  # nobody asks for videos of the future
    return hours(there, None)


def _span(said: dict[str, str], today: datetime) -> tuple[datetime, datetime]:
    """This or the last week, month or year."""
    unit = {"tuần": "week", "tháng": "month", "năm": "year"}.get(said.get("unit_vi", ""), said.get("unit"))
    last = (said.get("week") or said.get("week_vi")) in ("last", "trước", "ngoái")
    if unit == "week":
        monday = today - timedelta(today.weekday())
        return (monday - timedelta(7), monday) if last else (monday, monday + timedelta(7))
    first = today.replace(day=1) if unit == "month" else today.replace(month=1, day=1)
    if not last:
        return first, today + timedelta(1)
    before = first - timedelta(1)
    return (before.replace(day=1) if unit == "month" else before.replace(month=1, day=1)), first


def recorded_in(period: Period, videos: Sequence[Video]) -> list[str]:
    """Returns the videos of which a part was recorded in a period; a video of unknown time is left out."""
    video_ids = []
    for video in videos:
        if video.recorded_at is not None:
            start = datetime.fromisoformat(video.recorded_at)
            if start < period.end and start + timedelta(seconds=video.duration_seconds) > period.start:
                video_ids.append(video.video_id)
    return video_ids


def nothing_recorded(period: Period, videos: Sequence[Video], language: Language) -> str:
    """Returns the sentence that no video was recorded in a period, and when those of the library were."""
    times = sorted(video.recorded_at for video in videos if video.recorded_at is not None)
    return say(
        "nothing_recorded",
        language,
        start=f"{period.start:%Y-%m-%d %H:%M}",
        end=f"{period.end:%Y-%m-%d %H:%M}",
        first=times[0][:10],
        last=times[-1][:10],
    )
