"""The part of an intent that most kinds share: recognised by rules, no second way to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import first_match
from assistant.agent.question.reading import Reading

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings, Plan, Planning, Rules
    from assistant.agent.question.question import Question
    from assistant.agent.records import ReplyDraft


class IntentDefaults:
    """Defaults of `Intent`."""

    name: ClassVar[str]
    rank: ClassVar[int]
    serves: ClassVar[str] = ""
    rules: ClassVar[tuple[Rules, ...]] = ()
    expects: ClassVar[str] = ""
    asks_when: ClassVar[bool] = False
    beside: ClassVar[bool] = False
    of_a_moment: ClassVar[bool] = False
    looks_everywhere: ClassVar[bool] = False

    def recognise(self, question: Question) -> Reading | None:
        """Reads a question by the rules of the kind."""
        slots = first_match(self.rules, question)
        return None if slots is None else Reading(self.name, slots)

    def ask(self, reading: Reading) -> str:
        """The question in plain English words; here its subject."""
        return reading.subject

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """The usual reply of the tool."""
        return None

    def retry(self, reading: Reading, planning: Planning) -> Plan | None:
        """No second way."""
        return None
