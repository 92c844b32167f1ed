"""Reads the days and parts of days on which a question says that its videos were recorded."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.answer_texts import say
from assistant.agent.question.durations import NUMBER, number_value
from assistant.agent.question.homographs import fold_letters
from assistant.text.quantities import format_date
from tools.words import any_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.text.language import Language
    from tools.types import Video

# All words are folded: see `fold_letters`.
_PARTS = {  # hours of the day; 24 and more run into the next
    "morning": (5, 12), "sang": (5, 12), "noon": (11, 14), "trua": (11, 14),
    "afternoon": (12, 18), "chieu": (12, 18), "evening": (18, 24), "toi": (18, 24), "night": (20, 29), "dem": (20, 29),
}  # fmt: skip
_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "thu hai": 0, "thu ba": 1, "thu tu": 2, "thu nam": 3, "thu sau": 4, "thu bay": 5, "chu nhat": 6,
}  # fmt: skip
_DAYS = {
    "today": 0, "hom nay": 0, "nay": 0, "yesterday": 1, "hom qua": 1, "qua": 1,
    "the day before yesterday": 2, "hom kia": 2,
}  # fmt: skip
_UNITS = {"day": "day", "ngay": "day", "week": "week", "tuan": "week", "month": "month", "thang": "month",
          "year": "year", "nam": "year"}  # fmt: skip

_EN, _VI = "morning|noon|afternoon|evening|night", "sang|trua|chieu|toi|dem"
_WEEKDAY_EN = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_WEEKDAY_VI = r"thu\s+(?:hai|ba|tu|nam|sau|bay)|chu\s+nhat"
_NAMED = re.compile(
    rf"\b(?:(?P<day>the\s+day\s+before\s+yesterday|yesterday|today)(?:\s+(?:in\s+the\s+|at\s+)?(?P<part>{_EN}))?"
    rf"|(?P<this>this)\s+(?P<this_part>morning|afternoon|evening)|(?P<tonight>tonight)|(?P<last_night>last\s+night)"
    rf"|(?:(?:buoi\s+)?(?P<part_vi>{_VI})\s+)?(?P<day_vi>hom\s+(?:nay|qua|kia))(?:\s+(?:vao\s+)?buoi\s+(?P<late_part>{_VI}))?"
    rf"|(?P<short_part>{_VI})\s+(?P<short>nay|qua)(?!\s+(?:duong|cau|cong|cua|day|he|lai|nga|ngang|vach|via)\b)"
    rf"|(?P<ago>{NUMBER})\s+(?P<ago_unit>day|week|month|year)s?\s+ago"
    rf"|(?P<ago_vi>{NUMBER})\s+(?P<ago_unit_vi>ngay|tuan|thang|nam)\s+truoc"
    r"|(?P<week>last|this)\s+(?P<unit>week|month|year)"
    r"|(?<!\d )(?<!nguoi )(?P<unit_vi>tuan|thang|nam)\s+(?P<week_vi>truoc|nay|ngoai|roi|vua\s+(?:roi|qua))"
    rf"|(?:(?:on\s+)?last\s+|on\s+)(?P<weekday>{_WEEKDAY_EN})(?:\s+(?P<weekday_part>{_EN}))?"
    rf"|(?:(?P<weekday_part_vi>{_VI})\s+(?:(?:hom|ngay|vao)\s+)?|(?:hom|ngay|vao)\s+)(?P<weekday_vi>{_WEEKDAY_VI})"
    r"|(?:(?:on|ngay)\s+)?(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|(?:on\s+)(?:the\s+)?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m1>{any_of(_MONTHS)})(?:,?\s+(?P<y1>\d{{4}}))?"
    rf"|(?:on\s+)(?P<m2>{any_of(_MONTHS)})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>\d{{4}}))?"
    r"|(?:ngay|hom)\s+(?:mung\s+|mong\s+)?(?P<d3>\d{1,2})(?:\s+thang\s+|[/-])(?P<m3>\d{1,2})"
    r"(?:(?:\s+nam\s+|[/-])(?P<y3>\d{4}))?)(?!\w)",
    re.IGNORECASE,  # `fold_letters` writes "tối" in capitals, so that it is not taken for "tôi"
)


class Period(NamedTuple):
    """A stretch of calendar time in which videos were recorded."""

    start: datetime
    end: datetime  # exclusive
    rest: str  # the question without it


def named_period(question: str, now: datetime) -> Period | None:
    """Returns when a question says that its videos were recorded; None if it does not.

    "yesterday evening", "last night", "this morning", "3 days ago", "on Monday", "on 3 May", "2026-05-03", "last week",
    and the same in Vietnamese, with or without accents. A day that is not in the calendar counts as none.

    Args:
        question: as it was typed; `rest` is of its NFC form.
        now: with its offset; what "yesterday" is counted from.
    """
    question = unicodedata.normalize("NFC", question)
    folded = fold_letters(question)
    match = next((match for match in _NAMED.finditer(folded) if not _is_other_word(match, question)), None)
    if match is None:
        return None
    said = {name: " ".join(value.lower().split()) for name, value in match.groupdict().items() if value}
    try:
        start, end = _stretch(said, now)
    except (OverflowError, ValueError):
        return None
    rest = f"{question[: match.start()].rstrip(' ,')} {question[match.end() :].lstrip(' ,')}".strip()
    return Period(start, end, re.sub(r"\s+([?!.])", r"\1", rest))


def _is_other_word(match: re.Match[str], question: str) -> bool:
    """True for "sang qua" (over to) and "nam trước" (male, before) in a text whose "sáng" and "năm" have accents."""
    if question.isascii():
        return False
    return any(
        question[match.start(group) : match.end(group)].lower() in ("sang", "nam")
        for group in ("short_part", "part_vi", "weekday_part_vi", "unit_vi")
        if match[group]
    )


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
        part = said.get("part") or said.get("part_vi") or said.get("short_part") or said.get("late_part")
        return hours(today - timedelta(_DAYS[name]), part)
    if number := said.get("ago") or said.get("ago_vi"):
        unit = _UNITS[said.get("ago_unit") or said["ago_unit_vi"]]
        return _span(unit, int(number_value(number) or 0), hours(today, None)[0])
    if name := said.get("weekday") or said.get("weekday_vi"):
        back = (today.weekday() - _WEEKDAYS[name]) % 7 or 7
        return hours(today - timedelta(back), said.get("weekday_part") or said.get("weekday_part_vi"))
    if unit_name := said.get("unit") or said.get("unit_vi"):
        this = (said.get("week") or said["week_vi"]) in ("this", "nay")
        return _span(_UNITS[unit_name], 0 if this else 1, hours(today, None)[0])
    if "iso" in said:
        return hours(date.fromisoformat(said["iso"]), None)
    number = next(n for n in "123" if f"d{n}" in said)
    month = int(said["m3"]) if number == "3" else _MONTHS[said[f"m{number}"]]
    year, day = said.get(f"y{number}"), int(said[f"d{number}"])
    there = date(int(year) if year else today.year, month, day)
    if year is None and there > today:
        there = date(today.year - 1, month, day)  # nobody asks for videos of the future
    return hours(there, None)


def _span(unit: str, back: int, today: datetime) -> tuple[datetime, datetime]:
    """The day, week, month or year that is `back` of them before today's; today's own ends with today."""
    if unit == "day":
        start = today - timedelta(back)
        return start, start + timedelta(1)
    if unit == "week":
        monday = today - timedelta(today.weekday() + 7 * back)
        return monday, monday + timedelta(7)
    months = back * (12 if unit == "year" else 1)
    first = _first_of_month(today if unit == "month" else today.replace(month=1), months)
    following = _first_of_month(first, -12 if unit == "year" else -1)
    return first, min(following, today + timedelta(1))


def _first_of_month(day: datetime, months_back: int) -> datetime:
    years, month = divmod(day.year * 12 + day.month - 1 - months_back, 12)
    return day.replace(year=years, month=month + 1, day=1)


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
        start=format_date(period.start, language, clock=True),
        end=format_date(period.end, language, clock=True),
        first=format_date(datetime.fromisoformat(times[0]), language),
        last=format_date(datetime.fromisoformat(times[-1]), language),
    )
