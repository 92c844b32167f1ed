"""What is written on screen."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from assistant.agent.conversation import cannot_tell
from assistant.agent.intents.base import Plan, Planning, Rules, first_match
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.lexicon import annotate
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft
from tools.read_text import ALL_LINES

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings
    from assistant.agent.question.question import Question

READ = "read_text"
_PLATE = r"(?:(?:licen[cs]e|number|registration|car) ?plates?|plate numbers?)"
_LOOKS_LIKE_PLATE = re.compile(r"(?=.*\d.*\d)(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 .-]{3,11}$")
_SURFACE = (
    r"(?:signs?|signboards?|boards?|blackboards?|whiteboards?|banners?|captions?|titles?|headlines?|screens?|slides?|labels?|posters?|billboards?|tickers?|"
    r"subtitles?|messages?|placards?|scoreboards?|notices?|stickers?|logos?|plaques?|jersey|shirt|lower third|text|letters|writing|page|document|chyron|badge|display|menu)"
)
_PLATE = r"(?:(?:licen[cs]e|number|registration|numbr|car) ?plates?|plate numbers?)"
_SURFACE_VI = (
    r"(?:bien|bang|bien hieu|bang hieu|bien so|bang ron|bang den|bang dien tu|dong chu|hang chu|chu|tieu de|dong tieu de|man hinh|slide|trang chieu|phu de|khau hieu|nhan|to|poster|ap phich|thong bao|"
    r"dong chu chay|logo|trang|bang ten|ao|to giay|bai|bang quang cao)"
)
_RULES = (
    Rules(
        "en",
        rf"(?:which|what|whose)(?: (?:is|are|was|were))?(?: the)? {_PLATE}\b(?P<surface>.*)$",
        rf".*\b{_PLATE}\b(?P<surface>.*)$",
        about="plate",
    ),
    Rules("vi", r"(?:cho biet |xem )?(?P<surface>(?:bien so|so xe)\b.*)$", about="plate"),
    Rules(
        "en",
        rf"what (?:does|do|did) (?:the |a |that |this |his |her |it |all )?(?P<surface>.*\b{_SURFACE}\b.*?) (?:say|read|show|display|state)s?$",
        rf"what (?:is|was|stands|words? (?:is|are|was|were)|text is) (?:written |printed |painted |shown |standing |displayed )*(?:on|in|at|under|across|above|over|below) (?P<surface>.*\b{_SURFACE}\b.*)$",
        r"what (?:is|was) (?:written|printed) (?:there|here|on it)$",
        r"(?:which|what) (?:words?|texts?|letters?|names?|numbers?|title|message|formula|url|address|code)s? (?:is|are|was|were|stands?|can be read|appears?|do (?:you|we) see)? ?(?:written |printed |shown )?(?:on|in|at|across) (?P<surface>.*)$",
        rf"(?:please )?read (?:me |out |us )*(?:what is (?:written )?)?(?:on |the |that |this |a )*(?P<surface>.*\b(?:{_SURFACE}|written|says?)\b.*)$",
        rf"(?:what|which) (?:kind of )?(?:shop|store|restaurant|cafe|bank|company|brand|street|station)\b.*\b{_SURFACE}\b(?P<surface>.*)$",
        r"what (?:is|was) the (?P<surface>(?:final )?score|error message|headline|title|caption|phone number|url|date on .+)$",
        r"(?:which|what) (?:error|title|headline|caption|score|url|command|text|word)s? .*\b(?:shown|displayed|appears?|on (?:the )?screen|pops? up)\b(?P<surface>.*)$",
    ),
    Rules(
        "vi",
        rf"(?:tren |trong |o )?(?:cai |chiec |cac |nhung |tam |buc )*(?P<surface>{_SURFACE_VI}\b.*?) (?:co |dang )?(?:ghi|viet|de|in|hien|noi|hien thi|chay|thong bao)(?: (?:len|ra|la|cai))*(?: (?:chu|dong chu|noi dung|cong thuc|so|ten|cau))? ?(?:gi|chi|j|la gi|nao|bao nhieu|the nao)\b.*$",
        r"(?P<surface>.*\b(?:bien hieu|bang hieu|bien quang cao|bien ten)\b.*?) (?:la )?(?:cua )?(?:(?:ten|quan|cua hang|tiem|shop|ngan hang) )?(?:gi|chi|nao|j)\b.*$",
        r"(?:hay )?doc (?:giup |cho |ho )?(?:toi |minh |em |tui )?(?:xem )?(?:chu |dong chu |noi dung )?(?:tren |o |trong )?(?P<surface>.+)$",
        r"(?P<surface>.+?) (?:co )?(?:viet|ghi|hien|in)(?: len)? (?:chu |cong thuc |so |ten |dong chu |noi dung )?(?:gi|chi|j|nao)(?: vay| the)?$",
        r"(?:tren |trong |o )?(?P<surface>.+?) (?:viet|ghi|co) (?:cong thuc|chu|dong chu|so|ten) gi\b.*$",
        r"(?P<surface>(?:chu|ten|dong chu|noi dung|cong thuc)\b.*?) (?:la )?(?:gi|chi)$",
        r"(?:quan|tiem|cua hang|nha hang|shop) (?:do |nay |kia |ay )?ten (?:la )?gi(?P<surface>)$",
        r"ti so (?:la )?(?:bao nhieu|may|the nao)(?P<surface>)\b.*$",
    ),
)
_SAYS = r"(?:says?|saying|reads?|reading|shows?(?! up)|showing|(?<!to )displays?|displaying|contains?|containing|writes?|written|with the (?:text|words?|title|caption|message|error))"
_WORDS = (
    Rules(
        "en",
        rf"(?:(?:find|show|search|when|where|which|what|is there|does|do|did|look for|at what)\b.*\b)?(?:screen|text|sign|slide|banner|caption|title|page|board|window|headline|message)\b.*? {_SAYS} (?:that )?(?P<query>[\w\W]+?)(?: (?:appear|come up|show up|pop up))?$",
        r"(?:find|show|search(?: for)?|when|where|which|what|does|do|did|is|can)\b.*?\bthe (?:words?|text|title|caption|headline|message|error|price|number|name|phrase|line|label) (?P<query>.+?)(?: (?:ever|first|appears?|shown|come|comes|came|show|shows|pop|pops|written|on)\b.*)?$",
        rf"(?:find|show|search|when|where|which|what)\b.*? (?:it|there|that) {_SAYS} (?P<query>.+?)$",
    ),
    Rules(
        "vi",
        r"(?:.*\b)?(?:hien|xuat hien|co|thay|ghi|viet|de|tim)(?: (?:len|ra|dong|cho|cac))* (?:chu|dong chu|tieu de|cau|phu de) (?P<query>(?!(?:gi|nao|chi)\b).+?)(?: (?:khong|luc nao|khi nao|o dau|xuat hien|hien).*)?$",
        r"(?:.*\b)?(?:man hinh|slide|trang|bang|bien|cua so)\b.*? (?:bao|hien|ghi|viet|co chu|hien thi) (?:loi |chu |dong |so )*(?P<query>(?!(?:gi|nao|chi|chu gi)\b).+?)(?: (?:khong|luc nao|khi nao|o dau).*)?$",
    ),
)


class Read(IntentDefaults):
    """Searches the words that the question names; else lists what is written."""

    name: ClassVar[str] = "read"
    rank: ClassVar[int] = 40
    serves: ClassVar[str] = "read_text"

    def recognise(self, question: Question) -> Reading | None:
        slots = first_match(_RULES, question)
        if slots is None:
            slots = first_match(_WORDS, question)
            if slots is None or not slots.get("query"):
                return None
        return Reading(self.name, {"query": question.quoted} if question.quoted else slots)

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        query = reading.slots.get("query") or ALL_LINES
        call = {"query": query, **planning.scope.slots, "source": "ocr"}
        return Plan(READ, (call,), what=query)

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """Quotes the lines; of number plates, only what looks like one."""
        slots = findings.reading.slots
        if slots.get("about") != "plate":
            draft = findings.answering.compose_lines(findings.evidence, findings.language)
            # Which of several surfaces is red cannot be read from its words.
            of_a_colour = any(
                m.concepts[0].kind == "colour" for m in annotate(slots.get("surface", ""), findings.language)
            )
            sure = findings.options.fairly_sure if of_a_colour and len(findings.evidence) > 1 else 1.0
            return replace(draft, confidence=min(draft.confidence, sure))
        plates = tuple(e for e in findings.evidence if _LOOKS_LIKE_PLATE.search(e.text or ""))
        if plates:
            return findings.answering.compose_lines(plates, findings.language)
        return ReplyDraft(cannot_tell("plate", findings.language))

    def retry(self, reading: Reading, planning: Planning) -> Plan | None:
        """Words that are nowhere on screen may have been said."""
        query = reading.slots.get("query")
        return Plan(READ, ({"query": query, **planning.scope.slots},), what=query) if query else None


INTENT = Read()
