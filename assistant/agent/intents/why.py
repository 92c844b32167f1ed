"""Why or how something happens: answered by what is seen around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.answer_types import fits
from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.intents.seeing import best_moments, frames_of
from assistant.agent.phrasing import why_sentence
from assistant.agent.question.clauses import statement
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings

_AUX = r"(?:does|do|did|is|are|was|were|has|have)"
_RULES = (
    Rules(
        "en",
        rf"(?:why|how come|what for|for what reason|what made|what makes) (?:{_AUX} )?(?P<event>.+)$",
        rf"how (?:{_AUX}) (?P<event>(?!many|much|long|often|old|far|fast|tall|big).+)$",
        r"what (?:is|was) the reason (?:that|why|for) (?P<event>.+)$",
    ),
    Rules(
        "vi",
        r"(?:tai sao|vi sao|sao(?: ma)?(?: lai)?|co sao|ly do gi|do dau)(?: ma)? (?P<event>.+)$",
        r"(?P<event>.+?) (?:de lam gi|vi ly do gi|vi sao|tai sao|de lam chi)$",
        r"(?:lam (?:sao|the nao|cach nao)|bang cach nao)(?: ma)? (?P<event>.+)$",
        r"(?P<event>.+?) (?:bang cach nao|kieu gi)$",
    ),
)


class Why(LookIntent):
    """Says what is seen around the event, and that a picture gives no reason."""

    name: ClassVar[str] = "why"
    rank: ClassVar[int] = 200
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "reason"

    def query(self, reading: Reading) -> str:
        return statement(reading.slots.get("event", ""), auxiliary="does")

    def ask(self, reading: Reading) -> str:
        return f"why {reading.slots.get('event', '')}?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """What happens right after it begins, and else right before."""
        moments = best_moments(findings)
        if not moments:
            return None
        around = findings.options.around_seconds
        for before, after in ((0.0, around), (around, 0.0)):
            frames = frames_of(findings, moments[0], before=before, after=after)
            answer = findings.looker.answer_across("what happens?", frames)
            if answer.text and fits("act", answer.text):
                told = findings.answering.localiser.phrase(answer.text, findings.language)
                sure = min(answer.confidence, moments[0].score, findings.options.fairly_sure)
                return ReplyDraft(why_sentence(told, moments[:1], findings.language), sure, answer.text, moments[:1])
        return ReplyDraft(why_sentence("", (), findings.language), 0.0, "", moments[:1])


INTENT = Why()
