"""Whether something is there, is so, or happens; negated questions among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.looking import LookIntent, look
from assistant.agent.question.clauses import bare, split_clause, statement, with_article
from assistant.agent.question.lexicon import lookup
from assistant.agent.question.reading import Reading

if TYPE_CHECKING:
    from assistant.agent.question.question import Question

_SOMEBODY = r"(?:anyone|anybody|someone|somebody|any one)"
_WE_SEE = r"(?:(?:can|could|do|did|does) (?:i|you|we|u|one) (?:ever |also |really )?(?:see|notice|spot|find|have)|have (?:you|we) seen|did (?:you|we) see)"
_RULES = (
    Rules(
        "en",
        r"(?:is|are|was|were) (?:not there|there not) (?:any|a|an|some)? ?(?P<subject>.+)$",
        r"(?:is|are|was|were) there (?:really )?(?:nobody|no ?one|no (?P<subject>.+?)|nothing)(?: (?P<where>(?:in|on|at|near|under) .+))?$",
        r"(?:so )?(?:nobody|no ?one) (?:is |was |are )?(?P<act>.+)$",
        r"(?:is|are|was|were|does|do|did|has|have) not (?P<event>.+)$",
        negated="yes",
    ),
    Rules(
        "en",
        rf"(?:is|are|was|were) there (?:ever |also |still |really |actually )?(?:any |some )?(?:signs? of |(?:moments?|parts?|scenes?|bits?|shots?) (?:with|of|where|when) )*(?P<subject>(?!{_SOMEBODY}\b).+?)(?: (?:there|here|anywhere|somewhere|visible|too|as well|to be seen|shown|in (?:it|there)))*$",
        r"there (?:is|are|was|were) (?:any |some )?(?P<subject>.+?)(?: (?:there|here|too|as well|visible|in (?:it|there)))*$",
        r"(?P<subject>(?:a|an|any|some|the) .+?) (?:is|are|was|were) (?:there|here|present|visible|in (?:it|there)|shown|to be seen)$",
        rf"{_WE_SEE} (?:any |some )?(?P<subject>.+?)(?: (?:there|here|anywhere|somewhere|too|as well|in (?:it|there)))*$",
        r"(?:any|some) (?:signs? of |(?:moments?|parts?|scenes?|bits?|shots?) (?:with|of|where|when) )*(?P<subject>.+?)(?: (?:there|here|anywhere|visible|around|to be seen|in (?:it|there|the .+)))*$",
        rf"(?:is|are|was|were|does|do|did|has|have|can|will) (?:there )?{_SOMEBODY}(?: else)? (?P<act>.+)$",
        rf"{_SOMEBODY}(?: else)? (?P<act>.+)$",
        r"(?:is|was) (?:the )?(?:weather|sky)(?: \w+)? (?P<event>(?:rain|snow|fog|sunn|cloud|wind|storm|clear)\w*)$",
        r"(?:is|was) it (?:ever )?(?P<event>(?:rain|snow|fog|sunn|cloud|dark|night|day|windy|wet|hot|cold)\w*(?:ing)?\b.*)$",
        r"(?:does|did) it (?:ever |also |really )?(?:look (?:as if|like) it )?(?P<event>(?:rain|snow)s?\b.*)$",
        r"(?P<aux>is|are|was|were|does|do|did|has|have|can|could|will|would) (?P<event>.+?)(?: (?:too|as well|or not|part|to be seen|there|visible|present))*$",
    ),
    Rules(
        "vi",
        r"(?:hinh nhu |chac |the )*(?:lam gi |dau |khong he |dau co |chang |khong )(?:co |thay )?(?:ai|nguoi nao) (?P<act>.+?)(?: (?:dau|ca|het|a|ha|nhi|phai khong|dung khong|sao))*$",
        r"(?:khong|chang|dau)(?: he)? (?:co|thay) (?:con |cai |chiec )?(?P<subject>.+?)(?: nao)?(?: (?:dau|ca|het|a|ha|phai khong|dung khong|sao|o .+))*$",
        r"(?P<event>.+?) (?:khong|chua|chang)(?: he)? (?:co |bi |duoc )?(?P<verb>.+?) (?:a|ha|phai khong|dung khong|sao|dung chu)$",
        negated="yes",
    ),
    Rules(
        "vi",
        r"(?:(?:trong|o|tren) .{0,30}?,? )?(?:co|thay|co thay|ban thay|ban co thay|lieu co|co he|da)(?: (?:ai|nguoi nao|nguoi))(?: nao)?(?: (?:dang|da|tung))? (?P<act>.+?)(?: (?:nao|nua|het|ca))*(?: (?:khong|chua|ko|k|phai khong|dung khong|hay khong))(?: (?:vay|a|ha|nhi|ta))*$",
        r"(?:(?:trong|o|tren) .{0,30}?,? )?(?:co|thay|co thay|ban thay|ban co thay|ban co de y thay|lieu co|con|cung co|nhin thay|co he co|thay co)(?: (?:nhung|cac|mot|bat ky|cai|chiec))* (?P<subject>.+?)(?: (?:nao|nua))*(?: (?:o do|trong do|xuat hien|hien ra|co mat))?(?: (?:khong|chua|ko|k|phai khong|dung khong|hay khong|co khong))(?: (?:vay|a|ha|nhi|ta))*$",
        r"(?:(?P<where>(?:trong|tren|o|ngoai|duoi) .+?),? )?(?:co|con|thay|co thay)(?: (?:ai|nguoi nao|nguoi))(?: (?:nao|nua|khac|o do))*(?: (?P<where2>(?:trong|tren|o|ngoai) .+?))? (?:khong|chua|ko|k)$",
        r"(?:troi|ngoai troi)(?: luc do| khi do)? (?:co |dang |co dang )?(?P<event>.+?) (?:khong|phai khong|a|ha|chua)$",
        r"(?P<patient>.+?) (?:co )?bi (?P<agent>(?:con |chiec |cai |mot )?\w+(?: \w+)?)(?: (?:khac|nao|nao khac))* (?P<act>\w+(?: (?:qua|phai|trung|len))?)(?: (?:khong|chua|phai khong))$",
        r"(?P<event>.+?) co (?P<verb>.+?) (?:khong|chua|ko|k)(?: hay .+)?$",
        r"(?P<event>.+?)(?:,)? (?:phai khong|dung khong|dung chu|phai chu|ha|a|co phai khong)$",
        r"(?:co phai(?: la)? )(?P<event>.+?)(?: (?:khong|a|ha))*$",
        r"(?P<event>.+?) (?:khong|chua|duoc khong)(?: hay .+)?$",
        r"(?P<event>.+?) co (?:khong|chua)$",
    ),
)

_PLACE = re.compile(r"(?:in|on|at|near|under|by|next|behind|outside|inside)\b")


class YesNo(LookIntent):
    """Answered by yes or no, and where it is so."""

    name: ClassVar[str] = "yes_no"
    rank: ClassVar[int] = 240
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "verdict"
    tool: ClassVar[str] = "find_frames"

    def recognise(self, question: Question) -> Reading | None:
        """By its words; what a verb of its own says of something is one clause with it."""
        reading = super().recognise(question)
        if reading is not None and "patient" in reading.slots:
            slots = reading.slots
            return Reading(self.name, {"event": f"{slots['agent']} {slots['act']} {slots['patient']}"})
        if reading is None or "verb" not in reading.slots:
            return reading
        slots = {name: text for name, text in reading.slots.items() if name != "verb"}
        return Reading(self.name, {**slots, "event": f"{slots.get('event', '')} {reading.slots['verb']}".strip()})

    def query(self, reading: Reading) -> str:
        slots = reading.slots
        if act := slots.get("act"):
            return f"a person {act}"
        if event := slots.get("event"):
            return statement(event, auxiliary=slots.get("aux", "").lower())
        thing = with_article(slots.get("subject") or "a person")
        where = slots.get("where", "")
        return f"{thing} {where if _PLACE.match(where) else f'in {where}'}" if where else thing

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        """The weather and the time of day are no things that can be searched: any picture tells them."""
        if is_circumstance(self.query(reading)):
            return look(self.ask(reading), planning, query=self.query(reading))
        return super().plan(reading, planning)

    def ask(self, reading: Reading) -> str:
        query = self.query(reading)
        if is_circumstance(query):
            named = bare(query)
            return f"is it {_ADJECTIVES.get(named, named)}?"
        return f"is there {query}?" if not split_clause(query)[1] else f"does this show {query}?"


_ADJECTIVES = {
    "rain": "raining", "rainy": "raining", "snowy": "snowing", "rains": "raining", "snow": "snowing", "snows": "snowing", "fog": "foggy", "sun": "sunny",
    "night": "night", "day": "day", "wind": "windy", "sunshine": "sunny", "sunlight": "sunny",
}  # fmt: skip


def is_circumstance(query: str) -> bool:
    """Whether a query names only weather or a time of day."""
    concepts = lookup(bare(query))
    return (bool(concepts) and concepts[0].kind in ("weather", "time_of_day")) or bare(query) in _ADJECTIVES.values()


INTENT = YesNo()
