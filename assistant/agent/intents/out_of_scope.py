"""Questions and requests that no video answers: the world's knowledge, the future, errands."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.conversation import out_of_scope
from assistant.agent.intents.base import Findings, Plan, Planning, Rules, first_match
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft

if TYPE_CHECKING:
    from assistant.agent.question.question import Question

_RULES = (
    Rules(
        "en",
        r".*\bcapital (?:city )?of\b",
        r"(?:please )?(?:book|order|call|phone|buy|sell|send|email|text|translate|remind|schedule|reserve|install|sing|bake|cook|write|calculate|solve)\b(?! (?:says?|appears?))",
        r".*\b(?:weather|temperature)\b.*\b(?:today|tomorrow|tonight|forecast|this week(?:end)?|next week)\b",
        r".*\b(?:price|cost|value|rate) of (?:gold|silver|oil|bitcoin|petrol|gas|the dollar)\b",
        r"(?:who|what) (?:is|was) the (?:president|king|queen|prime minister|pope|ceo|population|currency)\b",
        r"(?:will|is|are|do (?:you|u) (?:think|reckon)|(?:you|u) (?:think|reckon)|reckon)\b.*\b(?:win|lose|rain|snow|be)\b.*\b(?:tomorrow|tonight|next|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|this weekend)\b",
        r"(?:(?:do )?(?:you|u) (?:think|reckon) |reckon )?.*\bwill (?:win|lose|beat|be|rain|snow|cost)\b",
        r"how (?:do|can|should|to) (?:i|we|you|one)?\b ?(?:get|make|cook|build|learn|install|fix|lose|become|earn|write)\b",
        r"(?:tell me )?(?:a |another )?(?:joke|story|poem)\b",
        r"what is (?:\d+|one|two|three|four|five|six|seven|eight|nine|ten) ?(?:[-+*/x]|plus|minus|times|and|divided by) ?\w+$",
        r"what (?:day|date|year|time) is it(?: (?:today|now|there|in \w+))?$",
        r"what (?:should|shall) i\b",
        r"how old are (?:you|u)\b",
        r"who (?:made|created|built|trained) (?:you|u)\b",
        r".*\bmeaning of life\b",
    ),
    Rules(
        "vi",
        r".*\bthu d[o\x7f] (?:cua|nuoc)\b",
        r"(?:hom nay |bay gio |hien nay )?gia (?:vang|bac|dau|xang|do la|bitcoin|nha dat|usd)\b.*\b(?:bao nhieu|the nao|hom nay)\b",
        r"(?:ngay )?mai\b.*",
        r"(?:tuan|thang) sau\b.*",
        r".*\bthoi tiet\b.*\b(?:hom nay|ngay mai|mai|tuan)\b",
        r".*\b(?:thoi tiet|du bao)\b.*\b(?:ra sao|the nao)$",
        r"(?:hay |giup \w+ )?(?:dat|goi|mua|ban|gui|dich|nhac|hen|nau|viet) (?:giup |cho |ho )?(?:toi |minh |em )?(?:mot |1 )?(?:xe|taxi|ve|ban an|phong|do an|pizza|bai|email|tin nhan|thu|com|van)\b",
        r".*\b(?:tong thong|thu tuong|chu tich nuoc|vua) (?:cua |nuoc )?\w+ (?:la|ten)\b",
        r".*\bnen (?:mang|mac|an|mua|di|lam|hoc|chon)\b.*\b(?:khong|gi|dau|nao)$",
        r"(?:lam sao|lam the nao|cach) (?:de )?(?:nau|lam|hoc|cai|sua|giam|kiem)\b",
        r"ke (?:chuyen|mot cau chuyen|truyen)(?: cuoi)?",
        r"(?:may|bao nhieu) cong (?:may|bao nhieu|\w+)",
        r"hom nay (?:la )?(?:thu may|ngay may|ngay bao nhieu)",
        r"(?:doi|clb)? ?.*\bse (?:thang|thua|vo dich)\b",
    ),
)


class OutOfScope(IntentDefaults):
    """Declined in one friendly sentence."""

    name: ClassVar[str] = "out_of_scope"
    rank: ClassVar[int] = 50

    def recognise(self, question: Question) -> Reading | None:
        typed = question.with_rest(question.typed.strip(" ?!.…"))
        slots = first_match(_RULES, question) or first_match(_RULES, typed)
        return None if slots is None else Reading(self.name, slots)

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        return Plan("")

    def compose(self, findings: Findings) -> ReplyDraft | None:
        return ReplyDraft(out_of_scope(findings.language))


INTENT = OutOfScope()
