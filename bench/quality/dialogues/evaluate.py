"""`video-assistant evaluate dialogues`: conversations over rendered clips that no training saw, asked as people do."""

from __future__ import annotations

import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from assistant.agent import Assistant, Reply
from assistant.agent.calibration import is_right
from assistant.retrieval.search import LibrarySearch
from bench.quality.dialogues.questions import TOOLS, Asked, Asker, Window, strange
from tools.count import CountInput
from tools.describe import DescribeInput
from tools.events.search import FindEventsInput
from tools.find_frames import FindFramesInput
from tools.ground import GroundInput
from tools.look import LookInput
from tools.ports import Answer
from tools.read_text import ReadTextInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.models.clip.open_clip import OpenClip
    from assistant.models.clip.transformers_clip import Clip
    from assistant.session import Session
    from tools.ports import Core
    from tools.types import Detection, Keyframe, Line

CLIP_SECONDS = 30.0
ROUNDS = 3  # of single questions, and of dialogues, for each clip and language
SLACK = 1.0  # seconds that evidence may lie beside a true window: keyframes are a second apart
EVENT_SLACK = 1.5
UNANSWERABLE = frozenset({"unanswerable", "absent_colour"})
BY_PLACE = frozenset({"when", "sequence"})  # kinds whose answer is where the evidence lies
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
class Marks:
    """What became of the questions of one sort."""

    single: list[bool] = field(default_factory=list)
    kinds: defaultdict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    followup: list[bool] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    confident_wrong: list[bool] = field(default_factory=list)
    unanswerable: list[bool] = field(default_factory=list)
    unknown: defaultdict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    evidence: list[bool] = field(default_factory=list)
    tool: list[bool] = field(default_factory=list)
    valid: list[bool] = field(default_factory=list)
    by_core: list[bool] = field(default_factory=list)

    def figures(self, name: str) -> dict[str, float]:
        """`dialogue.<name>single` and so on; what was never asked has no figure."""
        found = {
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
        return {f"dialogue.{name}{key}": _share(results) for key, results in found.items() if results}


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """Figures `dialogue.*`, of both languages together and of each; `dialogue.blind` is answered without any picture,
    by what is written and the question alone.

    Args:
        session: whose models answer; the clips get a library of their own.
        seed: of the clips and questions.
        size: how many clips of 30 seconds.
    """
    from assistant.session import Session as Opened
    from training.release.clips import render
    from training.world.plots import sample_story

    rng = random.Random(f"dialogues {seed}")
    stories = [sample_story(rng, seconds=CLIP_SECONDS) for _ in range(size)]
    marks: dict[str, Marks] = {"": Marks(), "en.": Marks(), "vi.": Marks()}
    seen: list[bool] = []
    unseen: list[bool] = []
    blind: list[bool] = []
    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder) / "clips"
        clips.mkdir()
        for story in stories:
            render(story, clips / f"{story.name}.mp4", quality=rng.choice((24, 30)))
        own = Opened(session.settings.model_copy(update={"library": Path(folder) / "library"}))
        video_ids = {Path(one.path).stem: one.video_id for one in own.index([clips]) if one.video_id}
        assistant = own.assistant_with(calibration=session.calibration, remembers=False)
        sightless = _blind(own)
        numbers = iter(range(1_000_000))
        strangers = random.Random(f"strangers {seed}")  # of its own: what is asked beside it stays as it was
        for story in stories:
            video_id = video_ids[story.name]
            for language in ("en", "vi"):
                sorts = [marks[""], marks[f"{language}."]]
                for _ in range(ROUNDS):
                    asker = Asker(story, language, rng)
                    for asked in asker.singles():
                        right = _ask(assistant, asked, f"{next(numbers)}", video_id, sorts)
                        _note_single(sorts, asked, right)
                        if asked.seen is not None:
                            unseen.append(right)
                            reply = assistant.ask(asked.seen, thread_id=f"{next(numbers)}", video_id=video_id)
                            seen.append(_right(reply, asked))
                            reply = sightless.ask(asked.question, thread_id=f"{next(numbers)}", video_id=video_id)
                            blind.append(_right(reply, asked))
                    _converse(assistant, asker.dialogue(), f"{next(numbers)}", video_id, sorts)
                for asked in strange(language, strangers):
                    reply = assistant.ask(
                        asked.question, thread_id=f"{next(numbers)}", video_id=video_id, language=language
                    )
                    for one in sorts:
                        one.unknown[asked.kind].append(_claims_nothing(reply))
        assistant.close()
        sightless.close()
        own.close()
    figures = {key: value for name, one in marks.items() for key, value in one.figures(name).items()}
    figures |= {"dialogue.blind": _share(blind), "dialogue.paraphrase_ratio": _share(unseen) / max(_share(seen), 1e-9)}
    asked_in_all = len(marks[""].confident_wrong)
    return {"figures": figures, "settings": {"seed": seed, "clips": size, "questions": asked_in_all}}


def _note_single(sorts: Sequence[Marks], asked: Asked, right: bool) -> None:
    for one in sorts:
        if asked.kind in UNANSWERABLE:
            one.unanswerable.append(right)
        else:
            one.single.append(right)
            one.kinds[asked.kind].append(right)


def _converse(
    assistant: Assistant, turns: list[Asked] | None, thread: str, video_id: str, sorts: Sequence[Marks]
) -> None:
    """A dialogue; a follow-up counts where the turn that it goes on from was right."""
    if turns is None:
        return
    results = [_ask(assistant, asked, thread, video_id, sorts) for asked in turns]
    for one in sorts:
        one.whole.append(all(results))
        if results[0]:
            one.followup.extend(results[1:])


def _ask(assistant: Assistant, asked: Asked, thread: str, video_id: str, sorts: Sequence[Marks]) -> bool:
    reply = assistant.ask(asked.question, thread_id=thread, video_id=video_id, language=asked.language)
    right = _right(reply, asked)
    used = [step for step in reply.steps if step.tool in SCHEMAS]
    for one in sorts:
        one.confident_wrong.append(bool(reply.short) and not right)
        if right and asked.windows and reply.short and reply.evidence:
            one.evidence.append(_within(reply.evidence[0].moment.start_seconds, asked.windows, SLACK))
        if asked.kind in TOOLS and used:
            one.tool.append(used[0].tool in TOOLS[asked.kind])
        one.valid.extend(_valid(step.tool, step.arguments) for step in used)
        one.by_core.extend(step.decided_by == "core" for step in reply.steps)
    return right


def _right(reply: Reply, asked: Asked) -> bool:
    if asked.kind in UNANSWERABLE:
        return _claims_nothing(reply)
    if asked.order:
        moments = reply.sequences[0].moments if reply.sequences and reply.short else ()
        placed = [moment.seconds for moment in moments if moment.seconds is not None]
        return len(placed) == len(asked.order) and all(
            _within(at, windows, EVENT_SLACK) for at, windows in zip(placed, asked.order, strict=True)
        )
    if asked.kind in BY_PLACE:
        return bool(reply.short and reply.evidence) and all(
            _within(one.moment.start_seconds, asked.windows, SLACK) for one in reply.evidence[:3]
        )
    return bool(reply.short) and is_right(reply.answer, asked.answers)


def _claims_nothing(reply: Reply) -> bool:
    """That it cannot tell, or that there is no such thing, or none."""
    return not reply.short or is_right(reply.answer, ("no", "không")) or is_right(reply.short, ("zero", "0"))


def _within(seconds: float, windows: Sequence[Window], slack: float) -> bool:
    return any(start - slack <= seconds <= end + slack for start, end in windows)


def _valid(tool: str, arguments: dict[str, Any]) -> bool:
    try:
        SCHEMAS[tool].model_validate(arguments)
    except ValidationError:
        return False
    return True


def _share(results: Sequence[bool]) -> float:
    return sum(results) / len(results) if results else 0.0


class _BlindCore:
    """The core with the pictures withheld: it answers from the question alone."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.choose, self.fill, self.rewrite = core.choose, core.fill, core.rewrite

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        return [True] * len(frames)

    def verify(self, _statement: str, frames: Sequence[Keyframe]) -> list[float]:
        return [0.5] * len(frames)

    def answer(self, question: str, _frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        return self._core.answer(question, (), lines)

    def answer_across(self, question: str, _frames: Sequence[Keyframe]) -> Answer:
        return self._core.answer(question, ())

    def verify_windows(self, _statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        return [0.5] * len(windows)

    def event_probability(self, _words: str) -> None:
        return None

    def locate_events(self, _events: Sequence[str], _frames: Sequence[Keyframe]) -> None:
        return None

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        return [Answer("", 0.0)] * len(frames)


class _BlindEncoder:
    """Retrieval with the pictures withheld: whatever is asked for, it is as near to one picture as to another."""

    def __init__(self, encoder: Clip | OpenClip) -> None:
        self._encoder = encoder
        self._rng = np.random.default_rng(0)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        drawn = self._rng.standard_normal(self._encoder.embed_texts(texts).shape)
        return np.asarray(drawn / np.linalg.norm(drawn, axis=-1, keepdims=True), np.float32)

    def embed_images(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        return self.embed_texts([""] * len(images))


class _BlindGrounder:
    """Boxes with the pictures withheld: none."""

    def ground(self, _keyframe: Keyframe, _phrases: str) -> list[Detection]:
        return []


def _blind(session: Session) -> Assistant:
    core, translator = session.reasoning()
    search = LibrarySearch(session.library, _BlindEncoder(session.clip), session.profile.calibration)
    return Assistant(search, search, _BlindCore(core), _BlindGrounder(), translator)
