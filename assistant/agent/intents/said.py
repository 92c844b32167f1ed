"""What is said: speech and subtitles."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules, first_match
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.reading import Reading
from tools.read_text import ALL_LINES

if TYPE_CHECKING:
    from assistant.agent.question.question import Question
    from tools.types import Source

READ = "read_text"
SPOKEN: tuple[Source, ...] = ("speech", "subtitle")
_SPEAKER = (
    r"(?:(?:the|a|an|this|that|our|any|some) )?(?:\w+ ){0,2}?(?:he|she|they|anyone|anybody|someone|somebody|lecturers?|teachers?|professors?|speakers?|hosts?|presenters?|anchors?|"
    r"ministers?|presidents?|mayors?|reporters?|narrators?|voice|instructors?|guests?|doctors?|man|woman|guy|lady|people|newsreaders?|commentators?|interviewers?|lectures?|talks?|videos?|news)"
)
_TELL = (
    r"(?:says?|said|mentions?|mentioned|mentioning|explains?|explained|explaining|talks?|talked|talking|speaks?|spoke|speaking|discuss(?:es|ed|ing)?|defines?|defined|covers?|covered|"
    r"introduces?|introduced|tells?|told|announces?|announced|claims?|claimed|promises?|promised|argues?|argued|recommends?|recommended|names?|named|describes?|described|cites?|cited|addresses|addressed|brings? up|brought up)"
)
_ABOUT = r"(?: (?:us|me|them|something|anything|more|a bit))?(?: (?:about|on|of|regarding|concerning|that|for))?"
_RULES = (
    Rules(
        "en",
        rf"(?:(?:at )?(?:what (?:time|point|second)|when|where|at which point|how often|in which part)(?: exactly)? )(?:does|do|did|is|are|was|were|has|have) {_SPEAKER} (?:first |ever |start to |begin to )?{_TELL}{_ABOUT} (?P<topic>.+)$",
        rf"(?:does|do|did|has|have|is|was|can) {_SPEAKER} (?:ever |also |say anything |really )*{_TELL}{_ABOUT} (?:the (?:words?|term|name|phrase|topic|number) )?(?P<topic>.+)$",
        rf"(?:quote (?:me |for me |us )?|give me |tell me |find |show me |repeat )?(?:exactly )?what (?:(?:does|do|did|has|have) )?{_SPEAKER} (?:have to |had to )?{_TELL}{_ABOUT} (?P<topic>.+)$",
        rf"what (?:does|do|did|has|have) {_SPEAKER} (?:have to )?(?:say|mention|talk about|speak about|tell|explain)$",
        rf"(?:which|what|how many) (?P<topic>.+?) (?:does|do|did|has|have) {_SPEAKER} {_TELL}(?: (?:about|on))?$",
        rf"(?:the |find (?:me )?(?:the )?|show (?:me )?(?:the )?|where is (?:the )?|jump to (?:the )?|go to (?:the )?)?(?:bit|part|section|passage|segment|explanation|discussion|chapter|moment|place|spot)s? (?:on|about|of|explaining|discussing|where {_SPEAKER} {_TELL}{_ABOUT}|when {_SPEAKER} {_TELL}{_ABOUT}|in which {_SPEAKER} {_TELL}{_ABOUT}) (?P<topic>.+?)$",
        rf"(?:find|show me|search for|look for) (?:where|when) {_SPEAKER} {_TELL}{_ABOUT} (?P<topic>.+)$",
        r"(?:in|during|from) the (?:lecture|talk|speech|interview|lesson|class|course|news|podcast)s?,? (?:how|what|why|when|where|which) (?:is|are|was|were|does|do|did|has|have)? ?(?P<topic>.+?)(?: (?:explained|defined|described|introduced|mentioned|discussed|said|covered|presented)\b(?P<how>.*))?$",
        r"(?:how|what|when|where) (?:is|are|was|were) (?P<topic>.+?) (?:explained|defined|mentioned|discussed|said|covered|introduced|talked about|brought up)\b.*$",
        r"(?:is|are|was|were) (?P<topic>.+?) (?:ever |also )?(?:explained|defined|mentioned|discussed|covered|talked about|brought up)\b.*$",
        rf"(?:why|how|what|where|when|which) (?P<topic>.+?), (?:i think |i guess |i believe |maybe |probably )?{_SPEAKER} (?:\w+ )?{_TELL}(?: (?:it|that|this|something|about it))?(?: somewhere| once| about it| at some point)*$",
        r"who (?:says?|said|mentions?|mentioned|talks? about|talked about|explains?|explained) (?:that |the (?:words?|sentence|phrase) )?(?P<topic>.+)$",
        rf"{_SPEAKER} {_TELL}{_ABOUT} (?P<topic>.+?),? (?:when|where)(?: (?:is|was) (?:that|it))?$",
    ),
    Rules(
        "vi",
        r"(?:khi nao|luc nao|doan nao|cho nao|phan nao|o doan nao|o dau|tim (?:doan|cho|luc|canh)|doan|phan|luc|cho)(?: (?:thi|ma|co))? ?.{0,40}?\b(?:noi|nhac|giang|giai thich|de cap|ban|trinh bay|dinh nghia|gioi thieu|phat bieu|ke|thao luan)(?: (?:ve|den|toi|ra|lai|qua|gi ve))+ (?P<topic>.+?)(?: (?:o (?:doan|phut|cho|dau|luc)|luc|khi|vao)\b.*)?$",
        r".{0,40}?\b(?:noi|nhac|giang|giai thich|de cap|ban|trinh bay|gioi thieu|phat bieu|ke|bao|thao luan)(?: (?:nhung )?(?:gi|sao|the nao|nhu the nao))?(?: (?:ve|den|toi|ra))+ (?P<topic>(?!(?:cai |dieu |viec )?gi$|cai gi).+?)(?: (?:o (?:doan|phut|cho|dau|luc) ?(?:nao)?|luc nao|khi nao|khong|chua|phai khong|bao gio|the nao|ra sao))?$",
        r"(?:ai|nguoi nao) (?:da )?(?:noi|phat bieu|bao|nhac)(?: (?:cau|rang|den|toi|la))* (?P<topic>.+)$",
        r"(?P<topic>.+?)[,.]? (?:bai giang|thay|co|giang vien|nguoi dan|bai|video|dien gia|ho|anh ay|co ay|ong ay|mc|phong vien)(?: (?:giao|ay))? (?:co )?(?:noi|giai thich|nhac|giang|de cap)(?: (?:toi|den|ve|gi|khong|o dau|doan nao|luc nao|khi nao))*$",
        r"(?:thay|co|giang vien|ong ay|anh ay|co ay|ba ay|ho|nguoi dan chuong trinh|phat thanh vien|phong vien|bo truong|dien gia|mc|ai do)(?: (?:giao|ay))? (?:da |dang |co )*(?:noi|giang|giai thich|dinh nghia|trinh bay|bao)(?: (?:nhung )?(?:gi|cai gi))$",
        r"(?:khi nao |luc nao |o dau |doan nao )?(?:thay|co|giang vien|ong ay|anh ay|co ay|ba ay|ho|phat thanh vien|dien gia)(?: (?:giao|ay))? (?:giai thich|dinh nghia|de cap|trinh bay|giang) (?P<topic>.+?)(?: (?:o (?:doan|phut|cho|dau) ?(?:nao)?|luc nao|khi nao|khong|the nao|nhu the nao|ra sao))?$",
    ),
)


class Said(IntentDefaults):
    """Searches what is said for what the question is about.

    Its topic stays as it was typed: people ask in the language of the video.
    """

    name: ClassVar[str] = "said"
    rank: ClassVar[int] = 30
    rules: ClassVar = _RULES

    def recognise(self, question: Question) -> Reading | None:
        slots = first_match(_RULES, question)
        if slots is None:
            return None
        return Reading(self.name, {"topic": question.quoted} if question.quoted else slots)

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        query = reading.slots.get("topic") or ALL_LINES
        calls = tuple({"query": query, **planning.scope.slots, "source": source} for source in SPOKEN)
        return Plan(READ, calls, what=query)


INTENT = Said()
