"""`video-assistant evaluate dialogues`: conversations over rendered clips that no training saw, asked as people do."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from bench.libraries import index_stories, session_over
from bench.quality.dialogues.blind import blind_assistant
from bench.quality.dialogues.judging import SLACK_SECONDS, UNANSWERABLE, claims_nothing, is_right_reply, is_within
from bench.quality.dialogues.questions import EXPECTED_TOOLS, ClipQuestion, QuestionSampler, unknown_thing_questions
from tools.count import CountInput
from tools.describe import DescribeInput
from tools.find_events import FindEventsInput
from tools.find_frames import FindFramesInput
from tools.ground import GroundInput
from tools.look import LookInput
from tools.read_text import ReadTextInput

if TYPE_CHECKING:
    from assistant.agent import Assistant
    from assistant.session import Session
    from assistant.text.language import Language

CLIP_SECONDS = 30.0
ROUNDS = 3  # of single questions, and of dialogues, for each clip and language
LANGUAGES: tuple[Language, ...] = ("en", "vi")
SCHEMAS: dict[str, type[BaseModel]] = {
    "find_frames": FindFramesInput,
    "find_events": FindEventsInput,
    "read_text": ReadTextInput,
    "ground": GroundInput,
    "count": CountInput,
    "describe": DescribeInput,
    "look": LookInput,
}


@dataclass(slots=True)
class Results:
    """What was right, for the questions in one language or in both; each list holds one value for each trial."""

    single: list[bool] = field(default_factory=list)
    kinds: defaultdict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    followup: list[bool] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)  # dialogues of which every turn was right
    confident_wrong: list[bool] = field(default_factory=list)
    unanswerable: list[bool] = field(default_factory=list)
    unknown: defaultdict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    evidence: list[bool] = field(default_factory=list)
    tool: list[bool] = field(default_factory=list)
    valid: list[bool] = field(default_factory=list)  # calls whose arguments fit the tool's schema
    by_core: list[bool] = field(default_factory=list)  # steps that the core decided, not a rule

    def figures(self, name: str) -> dict[str, float]:
        """`dialogue.<name>single` and so on; what was never tried has no figure."""
        lists = {
            "single": self.single,
            "followup": self.followup,
            "whole": self.whole,
            "confident_wrong": self.confident_wrong,
            "unanswerable": self.unanswerable,
            "evidence_window": self.evidence,
            "tool": self.tool,
            "call_valid": self.valid,
            "decided_by_core": self.by_core,
            **{f"single.{kind}": results for kind, results in sorted(self.kinds.items())},
            "unknown": [right for results in self.unknown.values() for right in results],
            **self.unknown,
        }
        return {f"dialogue.{name}{key}": _share(results) for key, results in lists.items() if results}


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """Figures `dialogue.*` of both languages together, `dialogue.en.*` and `dialogue.vi.*`; `dialogue.blind`: the share
    of single questions that are answered right without any picture; `dialogue.paraphrase_ratio`: how often questions in
    the evaluation's own wordings are answered right, over the same questions in wordings of the trainings.

    Args:
        session: whose models answer; the clips are indexed into a temporary library.
        seed: of the clips and questions.
        size: how many clips of `CLIP_SECONDS`.
    """
    from training.world.plots import sample_story

    rng = random.Random(f"dialogues {seed}")
    # A source of its own, so that these questions leave the sampling of all others as it was.
    unknown_rng = random.Random(f"strangers {seed}")
    stories = [sample_story(rng, seconds=CLIP_SECONDS) for _ in range(size)]
    with (
        tempfile.TemporaryDirectory() as folder,
        session_over(session, Path(folder) / "library") as clips_session,
    ):
        video_ids = index_stories(clips_session, stories, Path(folder) / "clips", rng)
        assistant = clips_session.assistant_with(calibration=session.calibration, remembers=False)
        blind = blind_assistant(clips_session)
        examination = _Examination(assistant, blind)
        for story, language in itertools.product(stories, LANGUAGES):
            video_id = video_ids[story.name]
            for _ in range(ROUNDS):
                sampler = QuestionSampler(story, language, rng)
                for question in sampler.single_questions():
                    examination.ask_single(question, video_id)
                examination.hold_dialogue(sampler.dialogue() or (), video_id)
            for question in unknown_thing_questions(language, unknown_rng):
                examination.ask_about_unknown_thing(question, video_id)
        assistant.close()
        blind.close()
    settings = {"seed": seed, "clips": size, "questions": len(examination.results[""].confident_wrong)}
    return {"figures": examination.figures(), "settings": settings}


class _Examination:
    """Asks the chat and collects the results, of both languages together and of each.

    Args:
        assistant: the chat that is examined.
        blind: the same chat without pictures.
    """

    def __init__(self, assistant: Assistant, blind: Assistant) -> None:
        self._assistant, self._blind = assistant, blind
        self._thread_numbers = itertools.count()
        self.results = {"": Results(), "en.": Results(), "vi.": Results()}
        self._held_out_right: list[bool] = []
        self._trained_right: list[bool] = []
        self._blind_right: list[bool] = []

    def ask_single(self, question: ClipQuestion, video_id: str) -> None:
        """Asks in a new conversation; in a trained wording and blindly as well, if the question has such a wording."""
        right = self._ask(question, self._new_thread(), video_id)
        for results in self._results_for(question.language):
            if question.kind in UNANSWERABLE:
                results.unanswerable.append(right)
            else:
                results.single.append(right)
                results.kinds[question.kind].append(right)
        if question.trained_text is None:
            return
        self._held_out_right.append(right)
        reply = self._assistant.ask(question.trained_text, thread_id=self._new_thread(), video_id=video_id)
        self._trained_right.append(is_right_reply(reply, question))
        reply = self._blind.ask(question.text, thread_id=self._new_thread(), video_id=video_id)
        self._blind_right.append(is_right_reply(reply, question))

    def hold_dialogue(self, turns: Sequence[ClipQuestion], video_id: str) -> None:
        """Asks the turns in one conversation; follow-ups count only if the first turn, their antecedent, was right."""
        thread_id = self._new_thread()
        right = [self._ask(question, thread_id, video_id) for question in turns]
        for results in self._results_for(turns[0].language) if turns else ():
            results.whole.append(all(right))
            if right[0]:
                results.followup.extend(right[1:])

    def ask_about_unknown_thing(self, question: ClipQuestion, video_id: str) -> None:
        """Asks about a thing that no clip shows; a reply that claims nothing about it is right."""
        reply = self._assistant.ask(
            question.text, thread_id=self._new_thread(), video_id=video_id, language=question.language
        )
        for results in self._results_for(question.language):
            results.unknown[question.kind].append(claims_nothing(reply))

    def figures(self) -> dict[str, float]:
        """All figures, by their names."""
        figures: dict[str, float] = {}
        for name, results in self.results.items():
            figures |= results.figures(name)
        ratio = _share(self._held_out_right) / max(_share(self._trained_right), 1e-9)
        return figures | {"dialogue.blind": _share(self._blind_right), "dialogue.paraphrase_ratio": ratio}

    def _new_thread(self) -> str:
        return str(next(self._thread_numbers))

    def _results_for(self, language: Language) -> tuple[Results, Results]:
        return self.results[""], self.results[f"{language}."]

    def _ask(self, question: ClipQuestion, thread_id: str, video_id: str) -> bool:
        """Asks one question, and returns whether the reply is right."""
        reply = self._assistant.ask(question.text, thread_id=thread_id, video_id=video_id, language=question.language)
        right = is_right_reply(reply, question)
        calls = [step for step in reply.steps if step.tool in SCHEMAS]
        for results in self._results_for(question.language):
            results.confident_wrong.append(bool(reply.short) and not right)
            if right and question.intervals and reply.short and reply.evidence:
                start = reply.evidence[0].moment.start_seconds
                results.evidence.append(is_within(start, question.intervals, SLACK_SECONDS))
            if question.kind in EXPECTED_TOOLS and calls:
                results.tool.append(calls[0].tool in EXPECTED_TOOLS[question.kind])
            results.valid.extend(_has_valid_arguments(call.tool, call.arguments) for call in calls)
            results.by_core.extend(step.decided_by == "core" for step in reply.steps)
        return right


def _has_valid_arguments(tool: str, arguments: dict[str, Any]) -> bool:
    try:
        SCHEMAS[tool].model_validate(arguments)
    except ValidationError:
        return False
    return True


def _share(results: Sequence[bool]) -> float:
    return sum(results) / len(results) if results else 0.0
