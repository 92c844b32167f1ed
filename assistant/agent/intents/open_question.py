"""A question about the pictures that is none of the other kinds: asked as it is, about the frames of its subject."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.question.reading import Reading

_RULES = (
    Rules(
        "en",
        r"(?P<question>(?:what|which) (?:kind|sort|type|make|model|brand|breed|species|size|shape|pattern|material|number|age|team|gender|sex)s? (?:of )?(?P<subject>.+?)(?: (?:is|are|was|were|does|do|did) (?:it|that|this|there|he|she|they|the .+))?)$",
        r"(?P<question>how (?:much|far|fast|old|big|tall|high|heavy|expensive|often) (?:is|are|was|were|does|do|did) (?P<subject>.+))$",
        r"(?P<question>(?:what|which) (?P<subject>\w+(?: \w+)?) (?:is|are|was|were|does|do|did|has|have) .+)$",
        r"(?P<question>(?:what|which) (?:is|are|was|were) (?P<subject>.+))$",
        r"(?P<question>(?:what|which|where|how) .+)$",
    ),
    Rules(
        "vi",
        r"(?P<question>(?P<subject>.+?) (?:la |thuoc |hieu )?(?:giong|loai|hang|hieu|doi|size|co|tuyen|so|chat lieu|kieu|ten|nhan) (?:\w+ )?(?:gi|nao|may|bao nhieu)\b.*)$",
        r"(?P<question>(?P<subject>.+?) (?:bao nhieu (?:tien|tuoi|cao|can)|gia bao nhieu|may tuoi|may gio .+|ten gi|ten la gi))$",
        r"(?P<question>(?P<subject>.+?) (?:la )?(?:gi|nao|the nao|ra sao|o dau|bao nhieu)(?: .*)?)$",
    ),
)


class OpenQuestion(LookIntent):
    """Answered by the core in a few words, or not at all."""

    name: ClassVar[str] = "open_question"
    rank: ClassVar[int] = 260
    serves: ClassVar[str] = "look"
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "thing"

    def ask(self, reading: Reading) -> str:
        return f"{reading.slots.get('question') or reading.subject}?"


INTENT = OpenQuestion()
