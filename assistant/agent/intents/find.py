"""Moments that show something: asked for in so many words, or named as if typed into a search box."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import SEARCH, LookIntent
from assistant.agent.question.clauses import singular, statement, with_article
from assistant.agent.question.reading import Reading
from tools.events.verification import verify_frames
from tools.moments import ScoredKeyframe, merge_into_moments

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings
    from assistant.agent.records import ReplyDraft

_ABSENT = re.compile(r"(?:no|nobody|no ?one|nothing|without(?: any)?|không có|không ai)\b(?: ai\b)?\s*", re.IGNORECASE)
_PART = r"(?:part|bit|scene|moment|shot|clip|footage|segment|section|place|spot|point|frame|picture|sequence|video|time|instance|one)s?"
_THAT = r"(?:where(?: there (?:is|are|was|were))?|when|with|of|that (?:shows?|has|have)|that|in which|which shows?|showing|containing|has|having|it is|there (?:is|are))"
_RULES = (
    Rules(
        "en",
        rf"(?:find|show|search|search for|look for|looking for|get|give|bring up|locate|where is|where are|jump to|go to|take me to|play|list|see|i (?:am )?(?:look|search)(?:ing)? for|i (?:want|need|would like) (?:to (?:see|find|watch))?|i remember|do you remember|need)(?: (?:me|us|for|to|out|all|every|each|any|a|an|the|some|again|please|up))* {_PART} {_THAT} (?P<subject>.+?)(?:[,.] (?:where|when) (?:is|was) (?:that|it).*)?$",
        r"(?:find|show|search|search for|look for|get|give|bring up|locate|jump to|go to|take me to|play|list|see)(?: (?:me|us|for|to|out|all|every|each|any|again|please|up))* (?:where |when |how )?(?P<subject>.+?)(?:[,.] (?:where|when) (?:is|was) (?:that|it).*)?$",
        r"i (?:am |was )?(?:look|search)(?:ing)? for (?P<subject>.+?)(?:[,.] (?:where|when) (?:is|was) (?:that|it|it shown).*)?$",
        r"i (?:remember|recall|saw|know there (?:is|was)|need|want)(?: (?:seeing|that there (?:is|was)|there (?:being|is|was)|to see|to find))? (?P<subject>.+?)(?:[,.] (?:where|when|which).*)?$",
        rf"(?:the |a |any |every |all |some |that )?{_PART} {_THAT} (?P<subject>.+?)(?:[,.] (?:where|when) (?:is|was) (?:that|it).*)?$",
        rf"(?:is|are) there (?:any|a|an|some) {_PART} {_THAT} (?P<subject>.+)$",
        rf"where (?:is|are|was|were) (?:the |that |a )?{_PART} (?:{_THAT} )?(?P<subject>.+)$",
        r"where (?:is|are|was|were|can i (?:see|find)|do (?:i|we|you) see|do (?:i|we) find) (?P<subject>.+)$",
        r"where (?:does|do|did) (?P<event>.+)$",
    ),
    Rules(
        "vi",
        r"(?:(?:(?:toi|minh|em|tui) )?(?:dang |muon |can |hay )*(?:tim|kiem|cho xem|xem|mo|chieu|cho|dua|lay|loc|toi can|minh can|dang tim|muon xem|muon tim)(?: (?:kiem|lai|ra|giup|cho|toi|minh|em|tui|dum|ho|tat ca|moi|cac|nhung|xem|dang))* )(?:(?:doan|canh|pha|khuc|luc|cho|khoanh khac|hinh|hinh anh|phan|video|clip|khung hinh|khung canh)(?: (?:phim|video|nao|ma))?(?: (?:co|thay|chieu|ve|cho thay|trong do|quay|cua))* )?(?P<subject>.+?)(?:[, ]+(?:no |do )?(?:o dau|luc nao|doan nao|khuc nao|cho nao|o doan nao|ay|o khuc nao))*$",
        r"(?:(?:doan|canh|pha|khuc|khoanh khac|hinh anh|phan|cho|luc)(?: (?:phim|video|nao|ma|do))?(?: (?:co|thay|chieu|ve|cho thay|trong do|quay))*) (?P<subject>.+?)(?: (?:o dau|luc nao|doan nao|nam o dau|la doan nao|khuc nao))?$",
        r"(?P<subject>.+?) (?:xuat hien |nam |duoc chieu |co mat |la )*(?:(?:o|trong|vao) )?(?:doan|khuc|canh|cho|phan|khung hinh) nao$",
        r"(?P<subject>.+?) (?:o|nam|dang o|xuat hien o) dau$",
        r"(?:toi|minh|em) (?:nho|thay|da thay) (?:la )?(?:co )?(?P<subject>.+)$",
    ),
)


class Find(LookIntent):
    """Answered by the moments."""

    name: ClassVar[str] = "find"
    rank: ClassVar[int] = 250
    serves: ClassVar[str] = "find_frames"
    rules: ClassVar = _RULES
    asks_when: ClassVar[bool] = True
    tool: ClassVar[str] = SEARCH

    def query(self, reading: Reading) -> str:
        if absent := _ABSENT.match(reading.subject):
            return with_article(singular(reading.subject[absent.end() :] or "person"))
        return with_article(reading.subject) or statement(reading.slots.get("event", ""), auxiliary="does")

    def ask(self, reading: Reading) -> str:
        return f"where is {self.query(reading)}?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """Where something is not: the frames that surely do not show it."""
        if not _ABSENT.match(findings.reading.subject):
            return None
        options, scope = findings.options, findings.scope
        without: list[ScoredKeyframe] = []
        for video in findings.frames.videos()[: options.sampled_videos]:
            if scope.video_id in (None, video.video_id):
                keyframes = findings.frames.keyframes(video.video_id, scope.start, scope.end)
                probabilities = verify_frames(
                    findings.frames, findings.looker, findings.query, keyframes, are_best_matches=False
                )
                pairs = zip(keyframes, probabilities, strict=True)
                without += [ScoredKeyframe(k, 1 - p) for k, p in pairs if p <= 1 - options.min_seen]
        moments = tuple(merge_into_moments(without, tool=SEARCH))[: options.shown_moments]
        if not moments:
            return findings.answering.compose_unknown(findings.evidence, findings.language, 0.0)
        return findings.answering.compose_times(moments, moments[0].score, (), findings.language)


INTENT = Find()
