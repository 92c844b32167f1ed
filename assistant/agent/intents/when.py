"""When something is there or happens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import SEARCH, LookIntent
from assistant.agent.intents.seeing import best_moments
from assistant.agent.question.clauses import split_clause, statement, with_article
from assistant.agent.question.reading import Reading

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings
    from assistant.agent.records import ReplyDraft

_WHEN = r"(?:when(?:ever)?(?: exactly| about| roughly)?|(?:at |on |in )?(?:what|which) (?:exact )?(?:time(?! of (?:the )?day)|times|second|seconds|minute|minutes|point|moment|moments|timestamp|part)s?(?: (?:in|of) (?:the |this )?(?:video|clip))?)"
_SEEN = r"(?:appear|show up|turn up|come (?:up|in|into (?:the )?(?:view|picture|frame|shot))|seen|visible|on screen|shown|there|be seen|in (?:the )?(?:picture|frame|shot|view))"
_WE_SEE = r"(?:do|does|did|can|could|will) (?:i|we|you|one|u) (?:first |get to |last )?(?:see|find|spot|notice|watch)"
_APPEARS = re.compile(
    r" (?:comes?|goes?|drives?|pass(?:es)?|rides?|shows?|turns?|pops?|rolls?|walks?) (?:through|thru|by|past|along|up|in|into view|into the picture)$"
    r"| comes?$"
    r"| (?:appears?|is (?:seen|visible)|are (?:seen|visible))(?P<around> (?:in|on|at|by|during) .+)$"
)
_RULES = (
    Rules(
        "en",
        rf"{_WHEN} (?:is|was) (?:it )?the (?P<nth>first|last) (?:time|moment) (?:that )?(?:we |you |i )?(?:see |saw )?(?P<subject>.+?)(?: (?:is|are|was|were)? ?{_SEEN}s?)?$",
        rf"{_WHEN} {_WE_SEE} (?P<subject>.+)$",
        rf"{_WHEN} (?:is|are|was|were|does|do|did|has|have) (?P<subject>.+?) (?:first |last )?{_SEEN}$",
        rf"{_WHEN} (?:is|are|was|were) (?P<subject>(?:it|that|this)(?: that)?)$",
        r"(?:(?:tell me|and) )?(?:the )?(?:time|times|moment|moments|second|point) (?:when|where|at which|that) (?P<event>.+)$",
        rf"{_WHEN} (?P<aux>does|do|did|is|are|was|were|has|have) (?P<event>.+)$",
        rf"{_WHEN} (?P<event>.+)$",
        r"(?:at|in|from) (?:what|which) (?:second|minute|time|moment)s?$",
    ),
    Rules(
        "vi",
        r"(?:(?:luc|khi|viec|chuyen|dieu) (?:do|ay|nay) )?(?:la |thi |xay ra |dien ra |vao )*(?:luc nao|khi nao|may giay|luc may giay|bao gio)$",
        r"(?:vao |o )?(?:luc )?(?:giay|phut) (?:thu )?(?:may|nao|bao nhieu)(?: vay| the)?$",
        r"(?:vao |o )?(?:luc )?(?:may|bao nhieu) (?:giay|phut|gio)$",
        r"(?:lan|luc) (?P<nth>dau tien|cuoi cung) (?:ma )?(?:thay |xuat hien |co )*(?P<subject>.+?)(?: (?:la|xuat hien|vao))* (?:khi nao|luc nao|luc may giay|giay (?:thu )?may|o dau)$",
        r"(?:vao |tu |den |o )?(?:khi nao|luc nao|bao gio|giay (?:thu )?may|phut (?:thu )?may|luc may (?:gio|giay|phut)|may (?:gio|giay|phut)|giay bao nhieu|luc giay may|luc phut may|thoi diem nao|luc bao nhieu giay)(?: (?:thi|ma|co|la|thay|xuat hien|moi))*(?!\w) ?(?P<event>.+?)(?: (?:xuat hien|co mat|hien ra|duoc thay|lo dien))?$",
        r"(?P<event>.+?)(?: (?:la|duoc|nhin|xuat hien|hien ra|co mat|thay|bat dau|vao|o|thi|duoc nhin thay|den))* (?:vao |tu |luc |o |la )*(?:khi nao|luc nao|bao gio|(?:luc )?(?:giay (?:thu )?may|phut (?:thu )?may|may (?:gio|giay|phut)|giay bao nhieu|giay may|phut may)|thoi diem nao|bao nhieu giay)$",
    ),
)


class When(LookIntent):
    """Answered by the moments at which it is seen."""

    name: ClassVar[str] = "when"
    rank: ClassVar[int] = 220
    rules: ClassVar = _RULES
    asks_when: ClassVar[bool] = True
    tool: ClassVar[str] = SEARCH

    def query(self, reading: Reading) -> str:
        event = reading.slots.get("event", "")
        if appears := _APPEARS.search(event):  # when it comes past is when it is seen
            return with_article(f"{event[: appears.start()]}{appears['around'] or ''}")
        return with_article(reading.subject) or statement(event, auxiliary=reading.slots.get("aux", "").lower())

    def ask(self, reading: Reading) -> str:
        query = self.query(reading)
        return f"when does this happen: {query}?" if split_clause(query)[1] else f"when is {query} seen?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """Of "the first time" and "the last time", only that one."""
        nth = findings.reading.slots.get("nth", "").lower()
        moments = sorted(best_moments(findings), key=lambda e: (e.moment.video_id, e.moment.start_seconds))
        if not nth or not moments:
            return None
        moment = moments[-1] if nth.startswith(("last", "cu")) else moments[0]
        return findings.answering.compose_times((moment,), moment.score, (), findings.language)


INTENT = When()
