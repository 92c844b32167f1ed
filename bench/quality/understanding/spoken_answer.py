"""What an answer says: its verdict, its words, the moments and lengths of time that it names, or that it declines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from bench.quality.understanding.vocabulary import ACTS, NOT_TELLING, canonical, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_DECLINES = re.compile(
    r"^(?:sorry\b|i (?:do not|don'?t|did not|didn'?t) (?:know|understand)|i have no (?:idea|way)"
    r"|i (?:cannot|can not|can'?t) (?:tell|say|answer|help|hear|do)|i can only|i only (?:answer|know|see)"
    r"|(?:i am|i'?m) not sure (?:what|how|which)|(?:that|this|it) (?:is|lies) (?:outside|beyond|not something|nothing)"
    r"|(?:that|this|it) (?:cannot|can not|can'?t) be (?:told|known|seen|answered)"
    r"|(?:the|these|your|no) (?:videos?|pictures?|clips?)(?: \w+)? "
    r"(?:do not|does not|don'?t|doesn'?t|tell|say|cannot|can'?t)\b"
    r"|xin lỗi|(?:tôi|mình|em) (?:không|chưa|chẳng) (?:thể )?(?:biết|rõ|chắc|hiểu|nghe|trả lời|giúp)"
    r"|(?:tôi|mình|em) chỉ"
    r"|không rõ|không biết|không thể biết|chưa hiểu|điều đó nằm ngoài|câu (?:hỏi )?này (?:nằm )?ngoài"
    r"|(?:video|clip|hình)(?: này)? không (?:cho biết|nói|cho thấy))"
)
_YES = re.compile(r"^(?:yes|yeah|yep|yup|correct|indeed|vâng|dạ|đúng|ừ|phải|có(?! (?:thể|lẽ|phải)\b))(?!\w)")
_NO = re.compile(
    r"^(?:(?:no|nope|không|chưa)(?=\s*(?:$|[,.:;(!–—-]))|not (?:really|at all)|không có|không phải|không hề"
    r"|no, |none of|không hình nào|nobody|no 1"
    r"|i (?:cannot|can not|can'?t|do not|don'?t|did not|didn'?t) (?:see|find) (?:any|an?|such)"
    r"|(?:tôi |mình |em )?(?:không|chẳng) (?:tìm )?thấy)"
)
_NOTHING = re.compile(
    r"found no such|no such text|không tìm thấy|nothing of the kind|^nothing(?!\w)|^none(?!\w)"
    r"|there (?:is|are|was|were) (?:none|nothing|nobody)|^nobody|^không có gì(?!\w)|none of the \d+ pictures"
    r"|không hình nào|no video was recorded|không có video nào"
)
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):([0-5]\d)(?:[.,](\d))?(?![\d:])")
_SPAN = re.compile(rf"{_CLOCK.pattern}\s*(?:-|–|—|to|until|till|and|đến|tới)\s*{_CLOCK.pattern}")
_SECOND = re.compile(
    r"(?:second|giây(?: thứ)?) (\d+(?:[.,]\d+)?)"
    r"|(?:at|after|lúc|sau) (\d+(?:[.,]\d+)?) ?(?:seconds?|secs?|s|giây)(?!\w)"
)
_LASTING = re.compile(r"(?<!\w)(?:long|lasts?|lasted|length|duration|dài)(?!\w)")
_LENGTH = re.compile(
    r"(\d+(?:[.,]\d+)?) ?(minutes?|mins?|phút|seconds?|secs?|s|giây)(?!\w)"
    r"(?: (?:and )?(\d+) ?(?:seconds?|secs?|s|giây)(?!\w))?"
)
_ASKING_BACK = re.compile(r"which one do you mean\?|bạn muốn hỏi cái nào\?")
_CITATION = re.compile(r"\((?=[^()]*\d:\d\d)[^()]*\)")


class Cited(NamedTuple):
    """A stretch of time that an answer names."""

    start: float
    end: float
    clip: str | None  # None: it does not say of which clip


@dataclass(frozen=True)
class SpokenAnswer:
    """An answer, taken apart.

    Args:
        answer: its text.
        clips: the names of all clips of the set.
        scope: the clip in which the question was asked; None: all.
        about: the clip that a question over all clips is about; of an answer that lists clips, only that part counts.
        starts: the clip and the start in seconds of each piece of evidence.
        offers_choices: whether it offers questions to choose from.
        error: the kind of error that came instead of an answer.
    """

    answer: str
    clips: Sequence[str]
    scope: str | None = None
    about: str | None = None
    starts: Sequence[tuple[str | None, float]] = ()
    offers_choices: bool = False
    error: str | None = None

    @cached_property
    def whole(self) -> str:
        """All of it; of `A: 1 (0:03); B: 0 (0:05)` only what it says of the clip that was asked about."""
        text = plain(self.answer)
        parts = re.split(r";\s*", text.rstrip("."))
        clips = [next((clip for clip in self.clips if part.startswith(f"{clip}:")), None) for part in parts]
        if self.about is None or len(parts) < 2 or not all(clips):
            return text
        return next((part for part, clip in zip(parts, clips, strict=True) if clip == self.about), text)

    @cached_property
    def body(self) -> str:
        """Without citations, names of clips and the question which one was meant."""
        text = _CITATION.sub(" ", self.whole)
        names = "|".join(map(re.escape, sorted(self.clips, key=len, reverse=True)))
        text = re.sub(rf"(?:(?<!\w)(?:in|trong)\s+)?(?<![\w-])(?:{names})(?![\w-]):?", " ", text)
        text = _ASKING_BACK.sub(" ", text)
        return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(text.split())).strip(" .;")

    @cached_property
    def words(self) -> str:
        """The body in the common vocabulary."""
        return canonical(self.body)

    @cached_property
    def cited(self) -> list[Cited]:
        """The clock times that it names, each with the clip named after it, else before it; else the seconds."""
        stretches: list[Cited] = []
        for part in self.whole.split(";"):
            named = sorted((m.start(), clip) for clip in self.clips for m in _whole_name(clip).finditer(part))
            for place, start, end in _clock_times(part):
                after = [clip for at, clip in named if at > place]
                before = [clip for at, clip in named if at < place]
                clip = after[0] if after else before[-1] if before else self.scope
                stretches.append(Cited(start, max(start, end), clip or self._clip_of_evidence(start)))
        if stretches:
            return stretches
        seconds = [_number(match[1] or match[2]) for match in _SECOND.finditer(self.whole)]
        return [Cited(at, at, self.scope or self._clip_of_evidence(at)) for at in seconds]

    def _clip_of_evidence(self, at: float) -> str | None:
        return next((clip for clip, start in self.starts if int(start) == int(at)), None)

    @cached_property
    def clip_verdicts(self) -> dict[str, str]:
        """`yes` or `no` for each clip; empty where it does not tell it of more than one."""
        verdicts = {}
        for clip in self.clips:
            pattern = rf"(?<![\w-]){re.escape(clip)}: (yes|no|có|không)(?= *(?:\(|;|\.|$))"
            if match := re.search(pattern, self.whole):
                verdicts[clip] = "yes" if match[1] in ("yes", "có") else "no"
        return verdicts if len(verdicts) > 1 else {}

    @cached_property
    def verdict(self) -> str | None:
        """`yes`, `no`, or None for an answer of another kind."""
        if self.clip_verdicts:
            return "yes" if "yes" in self.clip_verdicts.values() else "no"
        if _YES.match(self.body):
            return "yes"
        return "no" if _NO.match(self.body) else None

    @property
    def declines(self) -> bool:
        """Whether it does not answer: "I don't know", an error, or nothing but a question."""
        asks = self.body.endswith("?") and not self.cited and self.verdict is None
        return self.error is not None or not self.body or _DECLINES.match(self.body) is not None or asks

    @property
    def says_nothing_is_there(self) -> bool:
        return _NOTHING.search(self.body) is not None

    @property
    def lacks_text(self) -> bool:
        """Whether it says that no such text was found."""
        return re.match(r"i found no such text|(?:tôi )?không tìm thấy chữ", self.body) is not None

    def tells_a_moment(self, question: str) -> bool:
        """Whether it says when: a "no", a quoted text, a bare colour, number, direction or act only cite a time."""
        if not self.cited or self.verdict == "no" or re.match(r"it says|chữ đọc được", self.body):
            return False
        asked, words = canonical(question), self.words
        for act in ACTS:  # "Leaves (0:36)" tells when it leaves, and not where it is
            words = words if act in asked else words.replace(act, " ")
        rest = set(re.findall(r"[^\W_]+", words)) - {"a", "an", "the", "and", "none", "nothing"}
        return not self.words or not all(word in NOT_TELLING or word.isdigit() for word in rest)

    @cached_property
    def lengths(self) -> list[float]:
        """Every length of time that it names, in seconds."""
        lengths = [
            _number(match[1]) * (60 if match[2][0] in "mp" else 1) + float(match[3] or 0)
            for match in _LENGTH.finditer(self.words)
        ]
        lengths += [cited.end - cited.start for cited in self.cited if cited.end > cited.start]
        if re.search(r"half a minute|nửa phút", self.body):
            lengths.append(30.0)
        if re.fullmatch(r"\d+(?:[.,]\d+)?", self.words):
            lengths.append(_number(self.words))
        if re.fullmatch(rf"(?:about |it is |khoảng )?{_CLOCK.pattern}", self.body) or _LASTING.search(self.whole):
            lengths += [cited.start for cited in self.cited if cited.start == cited.end]
        return lengths


def _whole_name(clip: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(clip)}(?![\w-])")


def _clock_times(text: str) -> list[tuple[int, float, float]]:
    """Place, start and end of every span of time and of every single time; "0:03 and 0:09" are two times."""
    spans = [
        (match.start(), match.end(), _seconds(match, 1), _seconds(match, 4))
        for match in _SPAN.finditer(text)
        if not re.search(r" (?:and|to) ", match[0]) or " to " in match[0]
    ]
    singles = [
        (match.start(), match.end(), _seconds(match, 1), _seconds(match, 1))
        for match in _CLOCK.finditer(text)
        if not any(first <= match.start() < last for first, last, *_ in spans)
    ]
    return [(place, start, end) for place, _, start, end in sorted(spans + singles)]


def _seconds(match: re.Match[str], group: int) -> float:
    tenths = int(match[group + 2]) / 10 if match[group + 2] else 0.0
    return int(match[group]) * 60 + int(match[group + 1]) + tenths


def _number(text: str) -> float:
    return float(text.replace(",", "."))
