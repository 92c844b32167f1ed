"""What a kind of question consists of, and the parts that the kinds share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from assistant.agent.question.fillers import clean_phrase
from assistant.agent.question.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.agent.answer import Answering
    from assistant.agent.options import AgentOptions
    from assistant.agent.question.question import Question
    from assistant.agent.records import ReplyDraft
    from assistant.text.language import Language
    from tools.moments import ScoredKeyframe
    from tools.ports import FrameIndex, Looker, TextIndex
    from tools.types import EventSequence, Evidence

LIST_MARK = "; "


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a question looks: a video, or all of them, and a range of time."""

    video_id: str | None = None
    start: float | None = None  # seconds
    end: float | None = None
    exact: bool = False  # the question names the time, not just a range in which something may be

    @property
    def slots(self) -> dict[str, Any]:
        """The slots of a tool that looks in a video and a range."""
        return {"video": self.video_id, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls of one tool that a question needs."""

    tool: str  # that answers; empty: no tool is needed
    calls: tuple[Mapping[str, Any], ...] = ()
    query: str | None = None  # searched in English; frames found are verified with it
    what: object = ""  # that the sentence of the step names
    verify: bool = False  # whether frames found are to be verified with `query`
    runs: str = ""  # the tool that the calls are for, if it prepares the one that answers

    @property
    def called(self) -> str:
        """The tool that the calls are for."""
        return self.runs or self.tool


@dataclass(frozen=True, slots=True)
class Planning:
    """What planning can ask for."""

    frames: FrameIndex
    options: AgentOptions
    scope: Scope
    language: Language
    last_stretch: Mapping[str, Any] | None = None  # of the last answer: video, start, end
    pair: tuple[tuple[str, float | None], tuple[str, float | None]] | None = None  # places to be compared


@dataclass(frozen=True, slots=True)
class Findings:
    """What a plan brought, and what composing can ask for."""

    reading: Reading
    asked: str  # the question as a core is asked it, in English
    question: str  # as it was typed
    language: Language
    scope: Scope
    evidence: tuple[Evidence, ...]
    sequences: tuple[EventSequence, ...]
    scored: tuple[ScoredKeyframe, ...]  # frames of a search with P(yes)
    occurrences: tuple[Evidence, ...]  # moments in which the query, an event, happens
    is_event: bool
    query: str  # what was searched first, in English
    expects: str  # the type of the answer, of `answer_types`; empty: any
    asks_when: bool  # the answer is a time
    pair: tuple[tuple[str, float | None], tuple[str, float | None]] | None
    frames: FrameIndex
    lines: TextIndex
    looker: Looker
    answering: Answering
    options: AgentOptions


class Intent(Protocol):
    """A kind of question."""

    name: ClassVar[str]
    rank: ClassVar[int]  # kinds of a lower rank are tried first
    serves: ClassVar[str]  # the tool by which a language model chooses this kind; empty: only rules choose it
    expects: ClassVar[str]  # the type of its answers, of `answer_types`; empty: any
    asks_when: ClassVar[bool]  # the answer is a time
    of_a_moment: ClassVar[
        bool
    ]  # a follow-up of an event asks about its moment: what somebody wore, which way they went
    looks_everywhere: ClassVar[
        bool
    ]  # "before that" tells the order, not where to look: a stay begins before what it is told with
    beside: ClassVar[bool]  # what is seen is only where to look: `retry` plans what lies beside it

    def recognise(self, question: Question) -> Reading | None:
        """Reads a question of this kind from its words; None if they are not explicit."""
        ...

    def ask(self, reading: Reading) -> str:
        """The question in plain English words, as a core is asked it; the slots are English."""
        ...

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        """The tool and its slots; the slots of the reading are English."""
        ...

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """The reply; None leaves it to the tool's usual one."""
        ...

    def retry(self, reading: Reading, planning: Planning) -> Plan | None:
        """Another way to look if the first brought nothing; None if there is none."""
        ...


class Rules:
    """Patterns of one kind of question in one language; they match folded text without fillers.

    Named groups become slots; further slots can be given. A pattern has to match from the beginning of the question.
    """

    def __init__(self, language: Language, *patterns: str, **slots: str) -> None:
        self.language, self._slots = language, slots
        self._patterns = [re.compile(pattern) for pattern in patterns]

    def __call__(self, question: Question) -> dict[str, str] | None:
        """The slots that the first matching pattern cuts from the question; None if none matches."""
        if question.language != self.language:
            return None
        folded = question.folded
        for pattern in self._patterns:
            if match := pattern.match(folded):
                cut = {
                    name: clean_phrase(question.rest[slice(*match.span(name))], self.language)
                    for name, text in match.groupdict().items()
                    if text
                }
                return {**self._slots, **{_base_name(name): text for name, text in cut.items() if text}}
        return None


def _base_name(group: str) -> str:
    """The slot of a group: patterns that name a slot twice number the second, `subject2`."""
    return group.rstrip("0123456789")


def first_match(rules: Sequence[Rules], question: Question) -> dict[str, str] | None:
    """The slots of the first rules that match."""
    for rule in rules:
        if (slots := rule(question)) is not None:
            return slots
    return None
