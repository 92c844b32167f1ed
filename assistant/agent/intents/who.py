"""Who does something, or who is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.answer_types import fits
from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.intents.seeing import best_moments, describe_person, frames_of
from assistant.agent.phrasing import who_sentence
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft
from tools.moments import sample_evenly

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings

_RULES = (
    Rules(
        "en",
        r"who (?:is|was|are|were) (?P<event>(?:standing|sitting|walking|next to|beside|near|in front of|behind|with|at|in|on|under|by|to the) .+|\w+ing(?: .+)?)$",
        r"who (?:is|was|are|were|it) (?P<subject>(?:the|that|this|a|an) .+)$",
        r"(?:who|whoever)(?: else)?(?: is it that| was it that)? (?P<event>.+)$",
        r"(?:which|what) (?:person|man|woman|guy|one|people) (?P<event>(?!is it|are they|does|did|do ).+)$",
    ),
    Rules(
        "vi",
        r"ai (?:la|chinh la) (?:nguoi |ke )?(?:da |dang )?(?P<event>.+)$",
        r"(?:nguoi|ke) nao (?:la nguoi )?(?:da |dang )?(?P<event>.+)$",
        r"(?P<subject>.+?) (?:la|la ai|do la) ai$",
        r"ai (?:da |dang |se |la )?(?P<event>(?!do\b|nao\b|khong\b)(?!.*\b(?:khong|chua|a|ha|phai khong)$).+)$",
    ),
)


class Who(LookIntent):
    """Answered by what the person looks like."""

    name: ClassVar[str] = "who"
    rank: ClassVar[int] = 190
    rules: ClassVar = _RULES
    of_a_moment: ClassVar[bool] = True
    expects: ClassVar[str] = "person"

    def query(self, reading: Reading) -> str:
        event = reading.slots.get("event", "")
        return f"a person {event}" if event else reading.subject

    def ask(self, reading: Reading) -> str:
        event = reading.slots.get("event", "")
        return f"who {event}?" if event else f"who is the {reading.bare_subject}?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """The core's word for the person if it has one, else the colour of the clothes."""
        moments = best_moments(findings)
        if not moments:
            return None
        frames = sample_evenly(frames_of(findings, moments[0]), findings.options.answer_frames)
        named = findings.looker.answer(findings.asked, frames)
        text, confidence = named.text, named.confidence
        if not fits("person", text):
            text, confidence = describe_person(findings, moments[0])
        if not text:
            return findings.answering.compose_unknown(moments, findings.language, 0.0)
        sure = min(confidence, moments[0].score)
        told = findings.answering.localiser.phrase(text, findings.language)
        return ReplyDraft(who_sentence(told, moments[:1], findings.language), sure, text, moments[:1])


INTENT = Who()
