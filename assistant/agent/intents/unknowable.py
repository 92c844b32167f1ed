"""What no picture tells: names, prices, opening hours, who filmed it. Only what is said or written can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from assistant.agent.conversation import cannot_tell
from assistant.agent.intents.base import Findings, Plan, Planning, Rules
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.records import ReplyDraft

if TYPE_CHECKING:
    from assistant.agent.question.reading import Reading

READ = "read_text"
_RULES = (
    Rules("en", r"(?P<subject>how much (?:does|do|did|is|was|were|would) .+)$", r"(?P<subject>what (?:does|did|is|was) .+ (?:cost|price|fare)\b.*)$", r"(?P<subject>(?:what|which) (?:is|was) the (?:price|fare|cost) .*)$", about="price"),
    Rules("en", r"(?P<subject>what (?:is|was) (?:the |his |her |their |its )?.*\bnames?\b(?: of .+)?)$", r"(?P<subject>what (?:is|was) .+ called)$", about="name"),
    Rules("en", r"(?P<subject>(?:when|what time) (?:does|do|did) .+ (?:open|close|start work|finish work))$", about="hours"),
    Rules("en", r"(?P<subject>(?:what|which) (?:song|music|tune|melody) .+)$", r"(?P<subject>what (?:can|do) (?:i|you|we) hear\b.*)$", about="sound"),
    Rules("en", r"(?P<subject>who (?:filmed|shot|recorded|made|took|edited|uploaded|directed) .+)$", r"(?P<subject>who (?:won|is winning|lost)\b.*)$", about="picture"),
    Rules("en", r"(?P<subject>(?:what|which) (?:bus |train )?(?:line|route|route number|bus number) .+)$", about="line"),
    Rules("vi", r"(?P<subject>.*\b(?:gia|ton|het) (?:la )?(?:bao nhieu|may)(?: (?:tien|dong|nghin|k))?)$", r"(?P<subject>.*\b(?:bao nhieu|may) (?:tien|dong|nghin|trieu)\b.*)$", about="price"),
    Rules("vi", r"(?P<subject>.+ ten (?:la )?(?:gi|chi))$", about="name"),
    Rules("vi", r"(?P<subject>.+ (?:mo cua|dong cua|nghi|lam viec) (?:luc )?(?:may gio|khi nao))$", r"(?P<subject>.+ may gio (?:mo|dong|lam|nghi|mo cua|dong cua)\b.*)$", about="hours"),
    Rules("vi", r"(?P<subject>(?:bai hat|bai|nhac|ban nhac) (?:nao|gi)\b.*)$", r"(?P<subject>.*\b(?:bai hat|nhac) (?:gi|nao)\b.*)$", about="sound"),
    Rules("vi", r"(?P<subject>(?:ai|nguoi nao) (?:la nguoi )?(?:da )?(?:quay|lam ra|ghi hinh|dung|dang|chup|dao dien) (?:doan|video|phim|clip|canh|cai nay|hinh)\b.*)$", r"(?P<subject>(?:ai|doi nao) (?:da )?(?:thang|vo dich|thua)\b.*)$", about="picture"),
    Rules("vi", r"(?P<subject>.*\b(?:tuyen|chuyen)(?: xe)? (?:so )?(?:may|nao|bao nhieu)\b.*)$", about="line"),
)  # fmt: skip


class Unknowable(IntentDefaults):
    """Searches what is said and written; without a line about it, says that no picture tells it."""

    name: ClassVar[str] = "unknowable"
    rank: ClassVar[int] = 45
    rules: ClassVar = _RULES

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        query = reading.slots["subject"]
        return Plan(READ, ({"query": query, **planning.scope.slots},), what=query)

    def compose(self, findings: Findings) -> ReplyDraft | None:
        lines = tuple(e for e in findings.evidence if e.score >= findings.options.min_passage)
        if lines:
            return findings.answering.compose_lines(lines, findings.language)
        kind: Any = findings.reading.slots["about"]
        return ReplyDraft(cannot_tell(kind, findings.language))


INTENT = Unknowable()
