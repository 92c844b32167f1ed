"""Events in their order: where the first, then the second, then the third happens; and whether they come in that order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import LIST_MARK, Plan, Planning, Rules
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.clauses import split_acts
from assistant.agent.question.reading import Reading
from tools.errors import VideoAssistantError
from tools.events.query import parse_event_query, split_events

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings
    from assistant.agent.question.question import Question
    from assistant.agent.records import ReplyDraft

EVENTS = "find_events"
_RULES = (
    Rules(
        "en",
        r"(?:did|does|do|has|have|was|were|is) (?P<first>.+?)(?: (?:happen|come|occur))? (?P<side>before|after) (?P<second>.+)$",
        r"was it (?P<side>before|after) (?P<second>.+?) that (?P<first>.+)$",
        r"(?P<side>before|after) (?P<second>.+?), (?:did|does|do|has|have|is|was) (?P<first>.+)$",
    ),
    Rules(
        "vi",
        r"(?:co phai )?(?P<first>.+?) (?:co )?(?P<second_verb>)?(?P<side>truoc|sau) (?:khi|luc) (?P<second>.+?)(?: (?:khong|phai khong|chua|a|ha))$",
        r"(?P<side>truoc|sau) (?:khi|luc) (?P<second>.+?)(?:,| thi)+ (?P<first>.+?)(?: (?:khong|phai khong|chua|a|ha))$",
    ),
)
_WHEN_AFTER = (
    Rules("vi", r"(?:ngay )?sau (?:khi|luc) (?P<first>.+?)(?:,| thi)+ (?P<second>.+?)(?: (?:luc nao|khi nao|vao luc nao|o dau|doan nao))$",
          r"(?P<second>.+?) (?:ngay )?sau (?:khi|luc) (?P<first>.+?)(?: (?:luc nao|khi nao|vao luc nao|o dau|doan nao))$"),
)  # fmt: skip
_ASKS_WHEN = re.compile(
    r"^(?:when|at what time|at which point)\s+(?:(?:does|do|did|is|are|was|were)\s+)?", re.IGNORECASE
)
_CONNECTIVES = {
    "dau tien": "đầu tiên", "truoc tien": "trước tiên", "truoc het": "trước hết", "sau do": "sau đó", "tiep theo": "tiếp theo",
    "tiep do": "tiếp đó", "ke do": "kế đó", "roi": "rồi", "cuoi cung": "cuối cùng", "ngay sau do": "ngay sau đó",
}  # fmt: skip
_WITHOUT_ACCENTS = re.compile(rf"\b(?:{'|'.join(sorted(_CONNECTIVES, key=len, reverse=True))})\b")


def with_vietnamese_accents(text: str) -> str:
    """Puts the accents on the words that join events, where a text has none at all."""
    return _WITHOUT_ACCENTS.sub(lambda match: _CONNECTIVES[match[0]], text.lower()) if text.isascii() else text


class Sequence(IntentDefaults):
    """Searches the events in their order; a question whether they come in it is asked the other way round too."""

    name: ClassVar[str] = "sequence"
    rank: ClassVar[int] = 100
    serves: ClassVar[str] = "find_events"

    def recognise(self, question: Question) -> Reading | None:
        for rule in _RULES:
            slots = rule(question)
            if slots is not None and _single_events(slots["first"], slots["second"]):
                ordered = (slots["first"], slots["second"])
                earlier, later = ordered if slots["side"].lower() in ("before", "trước", "truoc") else ordered[::-1]
                return Reading(self.name, {"first": earlier, "second": later, "whether": "yes"})
        for rule in _WHEN_AFTER:
            if (slots := rule(question)) is not None:
                return Reading(self.name, {"first": slots["first"], "second": slots["second"]})
        text = _ASKS_WHEN.sub(
            "", with_vietnamese_accents(question.rest) if question.language == "vi" else question.rest
        )
        events = split_events(text)
        restored = question.rest.isascii() and not text.isascii()
        # Without accents, "roi" is as likely "rời" (leaves) as "rồi" (then): no event is then a single word.
        if len(events) > 1 and not (restored and any(len(event.split()) < 2 for event in events)):
            return Reading(self.name, {"sequence": text})
        acts = split_acts(text) if question.language == "en" else []
        return Reading(self.name, {"sequence": LIST_MARK.join(acts)}) if len(acts) > 2 else None

    def ask(self, reading: Reading) -> str:
        slots = reading.slots
        return slots.get("sequence") or LIST_MARK.join((slots["first"], slots["second"]))

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        if "sequence" in reading.slots:
            sequences = [reading.slots["sequence"]]
        else:
            events = (reading.slots["first"], reading.slots["second"])
            sequences = [LIST_MARK.join(events)]
            if "whether" in reading.slots:
                sequences.append(LIST_MARK.join(events[::-1]))
        calls = tuple({"sequence": sequence, "video": planning.scope.video_id} for sequence in sequences)
        return Plan(EVENTS, calls, what=sequences[0])

    def compose(self, findings: Findings) -> ReplyDraft | None:
        if not findings.sequences or "whether" not in findings.reading.slots:
            return None
        order = (findings.reading.slots["first"], findings.reading.slots["second"])
        return findings.answering.compose_order(order, findings.sequences, findings.language)


def _single_events(*events: str) -> bool:
    """Whether each is one event without a limit of its own, so that only their order is asked about."""
    try:
        return parse_event_query(LIST_MARK.join(events)).events == events
    except VideoAssistantError:
        return False


INTENT = Sequence()
