"""The phrases that name a part of a video without a figure: halves and thirds, the middle, the start and the end."""

from __future__ import annotations

import re

from assistant.agent.question.time_ranges import END, START, Ends, TimePoint
from assistant.agent.question.time_wording import (
    ASKS,
    CLAUSE_END,
    NOT_OF_ELSE,
    OF_VIDEO,
    ONLY,
    THE,
    VIDEO_EN,
    VIDEO_VI,
)

_MIDDLE = (0.4, 0.6)
_NEAR_END = 0.8
_AROUND_SHARE = 0.05  # "a third in"
_SIZES = {
    "half": 1 / 2,
    "third": 1 / 3,
    "quarter": 1 / 4,
    "part": 1 / 3,
    "nua": 1 / 2,
    "ba": 1 / 3,
    "3": 1 / 3,
    "tu": 1 / 4,
    "4": 1 / 4,
}
_COUNTS = {"one": 1, "two": 2, "three": 3, "mot": 1, "hai": 2, "ba": 3}
# A happening that videos show from its start to its end: its second half is the video's, and it stays in the question.
_EVENT = r"(?:match|game|race|song|show|concert|speech|trip|ride|fight|scene|day)"

_SHARE = re.compile(
    rf"""\b{ONLY}(?:(?:(?P<after>after|since|sau)|(?P<before>before|until|truoc|den)
    |in|during|for|over|of|between|trong|o|vao|suot|luc|tai)\s+)?(?:the\s+|khoang\s+)?(?:very\s+)?(?:
    (?P<both>first\s+(?:and|vs\.?|with|or)\s+(?:the\s+)?)?(?P<side>first|1st|opening|initial|second|2nd|latter|last|final|closing|middle)\s+(?:(?P<count>one|two|three)\s+)?
        (?:(?P<size>half|third|quarter|part(?=\s+of\s+{THE}{VIDEO_EN}))s?|(?P<percent>\d{{1,2}})\s?(?:%|percent\b))
    |(?:(?:(?:mot|1)\s+)?(?P<half>nua)|(?P<count_vi>mot|hai|ba|\d)\s+phan\s+(?P<size_vi>ba|tu|TU|3|4)
        |(?P<upper>\d)\s?/\s?(?P<lower>[2-9])|(?P<percent_vi>\d{{1,2}})\s?(?:%|phan\s+tram))\s+(?:thoi\s+luong\s+)?
        (?P<side_vi>dau(?:\s+tien)?|sau(?:\s+cung)?|cuoi(?:\s+cung)?|truoc|giua|thu\s+(?:nhat|hai|[12])))
    (?!\w)(?!\s+(?:an?\b|second|minute|hour|of\s+an?\b))
    (?:\s+of(?=\s+{THE}(?:\w+\s+)?{_EVENT}\b)|{NOT_OF_ELSE}{OF_VIDEO})""",
    re.VERBOSE,
)
_SHARE_IN = re.compile(
    rf"""\b{ONLY}(?:about\s+|around\s+|at\s+)?(?P<count>an?|one|two|three)\s+(?P<size>third|quarter)s?\s+
    (?:of\s+the\s+way\s+)?(?:in(?:to)?|through)(?:\s+{THE}{VIDEO_EN}|{CLAUSE_END}|{ASKS})""",
    re.VERBOSE,
)
_BOUNDARY_EN = re.compile(
    rf"""\b{ONLY}(?:(?P<near>(?:towards?|near(?:ing)?|close\s+to)\s+the\s+end|late(?:\s+on)?(?=\s+in\s+{THE}{VIDEO_EN}))
    |(?P<early>early(?:\s+on)?(?=\s+in\s+{THE}{VIDEO_EN}))
    |(?:(?:at|in|near)\s+(?:the\s+)?|(?:(?P<from>from)|towards?|around|by|during|between|of)\s+the\s+)(?:very\s+)?
        (?:(?P<start>start|beginning|outset|opening)|(?P<end>end|ending|finish))
    |(?:when|as|once)\s+{THE}{VIDEO_EN}\s+(?:(?P<starts>starts|begins|opens)|(?P<ends>ends|finishes))
    |(?:the\s+)?(?:very\s+)?(?:(?P<start_of>start|beginning|opening)|(?P<end_of>end|ending))
        (?=\s+of\s+(?:{THE}(?:[\w-]+\s+){{0,2}})?{VIDEO_EN}|\s+(?:and|with|vs|to)\s+(?:the\s+)?(?:start|beginning|end)\b))
    \b(?!\s+(?:line|zone|point|table|wall|grid|up|by)\b){NOT_OF_ELSE}{OF_VIDEO}
    (?:\s+(?P<joined>and|with|vs|to)\s+(?:at\s+)?(?P<the_too>the\s+)?(?:very\s+)?(?:(?P<start_too>start|beginning)|(?P<end_too>end))\b
        {NOT_OF_ELSE}{OF_VIDEO})?""",
    re.VERBOSE,
)
_BOUNDARY_VI = re.compile(
    rf"""\b{ONLY}(?:(?:o|vao|tai|luc|ngay|tu|trong|den|toi|quang)\s+)*(?:
    (?P<start>(?:luc|khi)\s+{VIDEO_VI}\s+(?:moi\s+)?bat\s+dau|(?:(?:doan|khuc|phan|luc|ngay)\s+)?dau\s+{VIDEO_VI}|(?:doan|khuc|phan)\s+(?:mo\s+)?dau
        |(?:luc\s+(?:moi\s+)?|ban\s+)(?:bat\s+)?dau)
    |(?P<near>(?:doan\s+)?(?:gan|ve|sap)\s+cuoi(?!\s+cung))
    |(?P<both>dau\s+(?:va|voi|so\s+voi)\s+cuoi\s+{VIDEO_VI})
    |(?P<end>(?:luc|khi)\s+{VIDEO_VI}\s+(?:sap\s+)?ket\s+thuc|(?:(?:doan|khuc|phan|luc|ngay)\s+)?cuoi\s+{VIDEO_VI}|(?:doan|khuc|phan|luc)\s+(?:cuoi(?:\s+cung)?|ket\s+thuc)
        |(?<=\bo\s)cuoi(?=\s*(?:$|[,.?!;])|\s+(?:co|thi|ai)\b)))
    \b{OF_VIDEO}(?!\s+(?:tien|duong|pho|hang|day|tau|phong|xe|toa|san)\b)""",
    re.VERBOSE,
)
_SCENE = re.compile(
    rf"""\b{ONLY}(?:(?:in|at|on|of|from|between|during)\s+)?(?:the\s+)?(?:very\s+)?
    (?:(?P<first>first|opening)|last|final|closing)(?P<both>\s+(?:and|vs\.?|with|or)\s+(?:the\s+)?(?:first|last|final))?\s+
    (?:scenes?|shots?|frames?|moments)\b(?!\s+(?:where|that|with|when|in\s+which|showing)\b){OF_VIDEO}
    |\b{ONLY}(?:(?:o|trong|tai|giua)\s+)*(?:phan\s+canh|canh(?:\s+quay)?|khung\s+hinh|frame)\s+
    (?:(?P<first_vi>dau\s+tien|dau(?=\W*$|\s+(?:va|voi|so|co|thi|la|cua)\b))|cuoi(?:\s+cung)?)\b(?!\s+ma\b){OF_VIDEO}""",
    re.VERBOSE,
)
# "the car in the middle", "who stands in the middle" are places in the picture.
_STANDS = re.compile(
    r"(?:\b(?:is|are|was|were|be|stand\w*|sit\w*|stay\w*|park\w*|(?:the|this|that|these|those)\s+[\w-]+|ones?|man|woman|person"
    r"|guy|girl|boy|people)|'s)\s+(?:right\s+)?$"
)
_MIDDLE_PART = re.compile(
    rf"""\b{ONLY}(?:(?:in|at|around|near|about|towards?|through)\s+)?(?:the\s+)?(?:very\s+)?(?:
    (?:(?P<bare>middle(?!\s+of\b))|middle|midpoint){OF_VIDEO}(?:{CLAUSE_END}|{ASKS})
    |(?:halfway|midway)\b(?:\s+(?:through|in(?:to)?|mark|point)\b)*(?:\s+{THE}{VIDEO_EN})?{OF_VIDEO})
    |\b{ONLY}(?:(?:o|vao|tai|luc|khoang)\s+)*(?:(?:doan|khuc|phan|quang)\s+giua(?:\s+(?:cua\s+)?{VIDEO_VI})?
        |giua\s+(?:chung\s+)?{VIDEO_VI}|giua\s+chung)\b""",
    re.VERBOSE,
)


def _share(start: float, end: float) -> Ends:
    return TimePoint(start, "share"), TimePoint(end, "share"), False


def _boundary(point: TimePoint) -> Ends:
    return point, point, True


def _read_share(match: re.Match[str]) -> list[Ends] | None:
    size = _share_size(match)
    if not 0 < size < 1:
        return None
    side = match["side"] or match["side_vi"]
    if side in ("first", "1st", "opening", "initial", "truoc", "thu nhat", "thu 1") or side.startswith("dau"):
        start, end = 0.0, size
    elif side in ("middle", "giua") or (side in ("second", "2nd", "thu hai", "thu 2") and size < 0.5):
        start, end = (1 - size) / 2, (1 + size) / 2
    else:
        start, end = 1 - size, 1.0
    if match["both"]:
        return [_share(0.0, size), _share(start, end)]
    if match["after"]:
        return [(TimePoint(end, "share"), None, False)]
    if match["before"]:
        return [(None, TimePoint(start or end, "share"), False)]
    return [_share(start, end)]


def _read_share_in(match: re.Match[str]) -> list[Ends] | None:
    point = _SIZES[match["size"]] * _COUNTS.get(match["count"], 1)
    return [_share(point - _AROUND_SHARE, point + _AROUND_SHARE)] if point < 1 else None


def _share_size(match: re.Match[str]) -> float:
    if percent := match["percent"] or match["percent_vi"]:
        return int(percent) / 100
    if match["upper"]:
        return int(match["upper"]) / int(match["lower"])
    count = match["count"] or match["count_vi"] or "one"
    size = _SIZES[(match["size"] or match["size_vi"] or match["half"]).lower()]
    return size * (int(count) if count.isdigit() else _COUNTS[count])


def _read_boundary_en(match: re.Match[str]) -> list[Ends] | None:
    if match["near"]:
        return [_share(_NEAR_END, 1.0)]
    if match["early"]:
        return [_share(0.0, 1 - _NEAR_END)]
    bare = (match["start_of"] or match["end_of"]) and match["joined"] and not match["the_too"]
    if bare and not re.compile(CLAUSE_END).match(match.string, match.end()):
        return None  # "the start and end positions"
    first = START if match["start"] or match["start_of"] or match["starts"] else END
    second = START if match["start_too"] else END if match["end_too"] else None
    if second is not None and (match["from"] or match["joined"] == "to"):
        return []  # "from the beginning to the end": all of it
    return [_boundary(first)] + ([] if second is None else [_boundary(second)])


def _read_boundary_vi(match: re.Match[str]) -> list[Ends] | None:
    if match["near"]:
        return [_share(_NEAR_END, 1.0)]
    if match["both"]:
        return [_boundary(START), _boundary(END)]
    return [_boundary(START if match["start"] else END)]


def _read_scene(match: re.Match[str]) -> list[Ends] | None:
    points = [START, END] if match["first"] or match["first_vi"] else [END, START]
    return [_boundary(point) for point in points[: 2 if match["both"] else 1]]


def _read_middle(match: re.Match[str]) -> list[Ends] | None:
    if match["bare"] and _STANDS.search(match.string, max(0, match.start() - 40), match.start()):
        return None
    return [_share(*_MIDDLE)]


PARTS = (
    (_SHARE_IN, _read_share_in),
    (_SHARE, _read_share),
    (_BOUNDARY_EN, _read_boundary_en),
    (_BOUNDARY_VI, _read_boundary_vi),
    (_SCENE, _read_scene),
    (_MIDDLE_PART, _read_middle),
)
"""In the order in which they are tried. A reader gives None if its match names no part, and an empty list for all."""
