"""How long something lasts or stays."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.intents.seeing import best_moments, event_moments
from assistant.agent.phrasing import duration_sentence
from assistant.agent.question.clauses import statement, with_article
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft
from tools.types import Moment

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings

_STAYS = re.compile(
    r"(?P<who>.+?) (?:stops?|stays?|waits?|stands?|parks?|pauses?|halts?|hangs? (?:around|about)|remains?|rests?)\b"
)
_RULES = (
    Rules(
        "en",
        r"(?:for )?how (?:long|many (?:seconds|minutes)) (?:does|do|did|is|was|are|were|has|have) (?P<event>.+?)(?: (?:for|there|in total|last|go on|altogether))*$",
        r"what is the duration of (?P<event>.+)$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?P<stay>dung|dung lai|da[u\x7f]|d[o\x7f]|ch[o\x7f]|doi|nghi|o lai|dung yen|d[o\x7f] lai|da[u\x7f] lai)(?: (?:o|tai|ngoai|trong) .+?)? (?:trong |mat |het |duoc )*(?:bao lau|may giay|may phut|bao nhieu (?:giay|phut|lau))(?: .*)?$",
        r"(?P<stay>dung|dung lai|da[u\x7f]|d[o\x7f]|ch[o\x7f]|doi|nghi|o lai|dung yen)(?: (?:o|tai|ngoai|trong) .+?)? (?:trong |mat |het |duoc )*(?:bao lau|may giay|may phut|bao nhieu (?:giay|phut|lau))(?: .*)?$",
        r"(?P<event>.+?)(?<!\bluc)(?<!\bvao)(?<!\bo)(?<!\bthu)(?<!\bluc giay) (?:trong |mat |het |keo dai |la |duoc )*(?:bao lau|may giay|may phut|bao nhieu (?:giay|phut|lau))(?: (?:thi|roi|vay|moi|day).*)?$",
    ),
)


class Duration(LookIntent):
    """Answered by a length of time, with the moments between which it is."""

    name: ClassVar[str] = "duration"
    rank: ClassVar[int] = 130
    rules: ClassVar = _RULES
    looks_everywhere: ClassVar[bool] = True
    expects: ClassVar[str] = "length"

    def query(self, reading: Reading) -> str:
        """A stay begins with a stop, which can be seen."""
        if "stay" in reading.slots:
            return f"{with_article(reading.subject)} stops"
        event = statement(reading.slots.get("event", ""), auxiliary="does") or with_article(reading.subject)
        return f"{stays['who']} stops" if (stays := _STAYS.match(event)) else event

    def ask(self, reading: Reading) -> str:
        return f"how long: {self.query(reading)}?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """From a stop to the next start; of anything else, as long as it is seen."""
        moments = best_moments(findings)
        if not moments:
            return findings.answering.compose_unknown(findings.evidence, findings.language, 0.0)
        first = min(moments, key=lambda e: e.moment.start_seconds) if not findings.occurrences else moments[0]
        start, end = first.moment.start_seconds, first.moment.end_seconds
        confidence = first.score
        if findings.occurrences and (mover := _STAYS.match(findings.query)):
            start = first.moment.end_seconds  # a thing has stopped where its stopping ends
            later = findings.frames.keyframes(first.moment.video_id, start)
            leaving = [
                e
                for e in event_moments(findings, f"{mover['who']} leaves", later)
                if e.moment.start_seconds > start and e.moment.video_id == first.moment.video_id
            ]
            if not leaving:
                return findings.answering.compose_unknown((first,), findings.language, 0.0)
            end, confidence = leaving[0].moment.start_seconds, min(confidence, leaving[0].score)
        stretch = replace(first, moment=Moment(first.moment.video_id, start, max(start, end)))
        sentence = duration_sentence(end - start, (stretch,), findings.language)
        sure = min(confidence, findings.options.fairly_sure)
        return ReplyDraft(sentence, sure, f"{end - start:.0f} seconds", (stretch,))


INTENT = Duration()
