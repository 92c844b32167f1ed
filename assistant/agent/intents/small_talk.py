"""Greetings, thanks, farewells, and what the assistant is and can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from assistant.agent.conversation import small_talk
from assistant.agent.intents.base import Findings, Plan, Planning, Rules, first_match
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft

if TYPE_CHECKING:
    from assistant.agent.question.question import Question

_EN_FRIEND = r"(?: (?:there|all|everyone|again|you|u|friend|mate|buddy|bot|assistant))*"
_EN_HOW = r"(?:how are (?:you|u|things)|how(?: is|s) it going|how do you do|what is up|sup|you ok)(?: doing)?(?: today| then)?"
_VI_YOU = r"(?: (?:ban|cau|em|anh|chi|ad|bot|moi nguoi|ca nha|tro ly))*"
_RULES = (
    Rules("en", rf"(?:(?:hi|hello|hey|hiya|yo|greetings|good (?:morning|afternoon|evening|day)){_EN_FRIEND}[ ,!.]*)?{_EN_HOW}$",
          rf"(?:hi|hello|hey|hiya|yo|greetings|good (?:morning|afternoon|evening|day)){_EN_FRIEND}$", about="greeting"),
    Rules("en", r"(?:ok(?:ay)?[ ,!.]*|great[ ,!.]*|cool[ ,!.]*|many |thanks?[ ,!.]*)*(?:thanks?|thank (?:you|u)|cheers|thx|ty|much appreciated)\b"
          r"(?!.*\b(?:when|where|who|what|which|how|is there|are there)\b)", r"(?:that|this|it) (?:was|is|has been|helped)(?: (?:very|so|really|a lot|great))* ?(?:helpful|help|great|useful|perfect|nice|good)?$",
          r"(?:great|nice|cool|awesome|perfect|excellent|wonderful|brilliant|amazing|well done|good job|lovely|super|good)"
          r"(?: (?:job|work|stuff|one|answer|bot|thanks|that helped.*|that is.*))?$", about="thanks"),
    Rules("en", r"(?:ok(?:ay)?[ ,]*)?(?:bye|goodbye|good bye|see (?:you|ya|u)|good night|take care|cya)\b.{0,20}$", about="farewell"),
    Rules("en", r"(?:who|what)(?: exactly)? are (?:you|u)\b.{0,12}$", r"what is your name", r"are you (?:a |an )?(?:human|robot|bot|ai|real|person|machine|chatgpt)", about="who_are_you"),
    Rules("en", r"what (?:(?:kind|sort|type)s? of )?(?:else |other |things? |stuff |questions? |everything )*(?:can|could|may|should|do) (?:i|we|you|u) (?:ask|do|answer|help|know|understand)\b.{0,24}$",
          r"(?:help|help me|how does this work|how do i use (?:this|you)|how (?:can|do) (?:you|u) help(?: me)?)$",
          r"what (?:are|is) (?:this|you) (?:for|good at|able to do)", about="abilities"),
    Rules("vi", rf"(?:xin )?(?:chao|hello|hi|alo)\b{_VI_YOU}(?:[ ,!.]+.{{0,20}}\b(?:khoe|on)\b.{{0,20}})?$", r"(?:ban|cau|em|anh|chi)? ?(?:co )?(?:khoe|on) (?:khong|ko|chu|k)\b.{0,10}$", about="greeting"),
    Rules("vi", r"(?:ok(?:e|ay)?[ ,!.]*|vang[ ,]*|da[ ,]*|roi[ ,]*)*(?:xin )?(?:cam on|cam un|thanks?|tks|thank)\b(?!.*\b(?:khi nao|o dau|bao nhieu|mau gi)\b)",
          r"(?:hay|tot|tuyet|gioi|dinh|xin|on)(?: (?:qua|lam|vay|that|ghe|voi|roi|day))+$", r"(?:tuyet voi|qua tuyet|hay qua)\b.{0,10}$", about="thanks"),
    Rules("vi", r"(?:thoi[ ,]*)?(?:tam biet|bye|hen gap lai|chuc ngu ngon|di ngu day)\b.{0,16}$", about="farewell"),
    Rules("vi", r"(?:(?:xin )?chao\b[^,.!]{0,10}[ ,.!]+)?(?:ban|cau|em|may|anh|chi) (?:ten (?:la )?gi|la ai|la gi|la nguoi hay|la robot|la may)", about="who_are_you"),
    Rules("vi", r"(?:ban|cau|em|tro ly) (?:(?:co the )?(?:lam|giup|tra loi|biet|tim)(?: duoc)?(?: (?:toi|minh|em))?) ?(?:duoc )?(?:nhung )?(?:cai |dieu |viec |chuyen )?gi",
          r"(?:toi|minh|em|tui) (?:co the |duoc |nen |hoi duoc )?hoi (?:ban |cau )?(?:duoc )?(?:nhung )?(?:cau |dieu |cai )?gi", r"(?:huong dan|tro giup|giup voi|dung the nao)$", about="abilities"),
)  # fmt: skip


class SmallTalk(IntentDefaults):
    """Answered without looking at anything."""

    name: ClassVar[str] = "small_talk"
    rank: ClassVar[int] = 10

    def recognise(self, question: Question) -> Reading | None:
        typed = question.with_rest(question.typed.strip(" ?!.…"))
        slots = first_match(_RULES, typed) or first_match(_RULES, question)
        return Reading(self.name, slots) if slots is not None else None

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        return Plan("")

    def compose(self, findings: Findings) -> ReplyDraft | None:
        kind: Any = findings.reading.slots["about"]
        return ReplyDraft(small_talk(kind, findings.language), confidence=1.0)


INTENT = SmallTalk()
