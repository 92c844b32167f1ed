"""How a question was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.agent.question.clauses import bare, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.agent.records import DecidedBy


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was read: its kind, and the pieces of its text that the kind needs."""

    kind: str  # `Intent.name`
    slots: Mapping[str, str] = field(default_factory=dict)  # pieces of the text, by name; `subject` is what it is about
    decided_by: DecidedBy = "rule"

    @property
    def subject(self) -> str:
        """What the question is about; empty if it names nothing."""
        return self.slots.get("subject", "")

    @property
    def bare_subject(self) -> str:
        """The subject without its article."""
        return bare(self.subject)

    @property
    def plural_subject(self) -> str:
        """The subject without its article, in the plural."""
        return plural(self.bare_subject)

    def to_row(self) -> dict[str, Any]:
        """The reading as plain data, for the state of a conversation."""
        return {"kind": self.kind, "slots": dict(self.slots), "decided_by": self.decided_by}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Reading:
        """The inverse of `to_row`."""
        return cls(row["kind"], row["slots"], row["decided_by"])
