"""Whether two things go the same way or have the same colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.answer_types import fits
from assistant.agent.intents.base import Findings, Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.intents.seeing import frames_of, seen_moments
from assistant.agent.phrasing import verdict_sentence
from assistant.agent.question.clauses import bare, with_article
from assistant.agent.records import ReplyDraft
from tools.moments import sample_evenly

if TYPE_CHECKING:
    from assistant.agent.question.reading import Reading

_AUX = r"(?:is|are|was|were|do|does|did)"
_BOTH = r"(?P<first>they|both(?: of them)?|those(?: two)?|these(?: two)?|the two(?: of them)?)"
_WAY = r"(?:go|going|move|moving|head|heading|drive|driving|walk|walking|run|running|face|facing|travel|travelling)"
_RULES = (
    Rules("en", rf"{_AUX} {_BOTH} {_WAY}(?: off| away)? (?:in )?(?:the )?same (?:direction|way)$", about="direction"),
    Rules("en", rf"{_AUX} (?P<first>.+?) and (?P<second>.+?) {_WAY}(?: off| away)? (?:in )?(?:the )?same (?:direction|way)$", about="direction"),
    Rules("en", rf"{_AUX} {_BOTH} (?:of )?(?:the )?same colou?r$", about="colour"),
    Rules("en", rf"{_AUX} (?P<first>.+?) and (?P<second>.+?) (?:of )?(?:the )?same colou?r$", about="colour"),
    Rules("vi", r"(?P<first>.+?) (?:va|voi) (?P<second>.+?) (?:co )?(?:di|chay|di chuyen|quay|huong) (?:ve )?(?:cung|chung|mot) (?:mot )?(?:huong|chieu|phia|ben)(?: (?:khong|a|ha|phai khong))?$", about="direction"),
    Rules("vi", r"(?P<first>.+?) (?:va|voi) (?P<second>.+?) (?:co )?(?:cung|chung|giong) mau(?: nhau)?(?: (?:khong|a|ha|phai khong))?$", about="colour"),
    Rules("vi", r"(?P<first>chung|chung no|ca hai|hai (?:cai|con|chiec|xe|nguoi)(?: do| ay| nay)?) (?:co )?(?:di|chay|di chuyen) (?:ve )?(?:cung|chung) (?:mot )?(?:huong|chieu|phia)(?: (?:khong|a|ha))?$", about="direction"),
)  # fmt: skip
_ASKED = {"direction": ("which way is the {} going?", "side"), "colour": ("what colour is the {}?", "colour")}


class Same(LookIntent):
    """Each of the two is asked about where it is seen; without both, nobody can tell."""

    name: ClassVar[str] = "same"
    rank: ClassVar[int] = 75
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "verdict"

    def query(self, reading: Reading) -> str:
        return with_article(reading.slots["first"])

    def ask(self, reading: Reading) -> str:
        first, second = (bare(reading.slots.get(name, "")) for name in ("first", "second"))
        return f"do the {first} and the {second} have the same {reading.slots['about']}?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        slots, options = findings.reading.slots, findings.options
        question, expects = _ASKED[slots["about"]]
        answers, evidence = [], []
        for name in ("first", "second"):
            thing = slots.get(name, "")
            moments = seen_moments(findings, with_article(thing)) if thing else []
            if not moments:
                return findings.answering.compose_unknown(findings.evidence, findings.language, 0.0)
            frames = sample_evenly(frames_of(findings, moments[0]), options.answer_frames)
            answer = findings.looker.answer(question.format(bare(thing)), frames)
            if not fits(expects, answer.text):
                return findings.answering.compose_unknown(tuple(moments), findings.language, 0.0)
            answers.append(answer)
            evidence.append(moments[0])
        holds = answers[0].text == answers[1].text
        sure = min(*(answer.confidence for answer in answers), options.fairly_sure)
        sentence = verdict_sentence(holds, "", evidence, findings.language)
        return ReplyDraft(sentence, sure, "yes" if holds else "no", tuple(evidence))


INTENT = Same()
