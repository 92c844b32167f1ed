"""The core on any LangChain chat model with tool calls; where that model is blind, a local core stays its eyes."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError, create_model

from assistant.agent.cores.chat_replies import Captions, Rewritten, ShortAnswer, Translation, Verdict, Verdicts
from prompts import render
from tools.errors import VideoAssistantError
from tools.moments import sample_evenly
from tools.ports import Answer, Choice, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from langchain_core.language_models import BaseChatModel

    from tools.events.timing import Timing
    from tools.ports import Core
    from tools.types import Keyframe, Line

Reply = TypeVar("Reply", bound=BaseModel)

ATTEMPTS = 2  # a call that does not fit its schema is asked for once more
FRAMES_A_CALL = 8
MAX_LINES_CHARACTERS = 2000
# A chat model gives no likelihoods. These rank its verdicts on the scale of the thresholds; they are not calibrated.
SEEN = {"yes": 0.9, "unsure": 0.4, "no": 0.05}
SURE = {"sure": 0.9, "likely": 0.6, "guess": 0.2}
LANGUAGES = {"en": "English", "vi": "Vietnamese"}


class CoreError(VideoAssistantError):
    """The chat model could not be asked, or its reply could not be used."""


class _Calls:
    """Asks a chat model for one call of a given schema."""

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self._model, self._name = model, name

    def __call__(self, schema: type[Reply], text: str, frames: Sequence[Keyframe] = ()) -> Reply:
        """The reply as an instance of `schema`.

        Raises:
            CoreError: the model cannot be reached, or does not make such a call.
        """
        content: list[str | dict[str, Any]] = [_picture(frame) for frame in frames]
        messages = [SystemMessage(render("chat/system")), HumanMessage([*content, {"type": "text", "text": text}])]
        bound = self._model.bind_tools([schema], tool_choice="any")
        problem = "no call"
        for _ in range(ATTEMPTS):
            try:
                message = bound.invoke(messages)
            except Exception as error:  # every provider raises its own kinds
                first = (str(error).splitlines() or [""])[0][:160]
                raise CoreError(
                    f"core {self._name!r} cannot be asked ({type(error).__name__}: {first}); check its key and the "
                    "connection, or unset VIDEO_ASSISTANT_CORE to use the local core"
                ) from error
            for call in message.tool_calls:
                try:
                    return schema.model_validate(call["args"])
                except ValidationError as error:
                    problem = f"{error.error_count()} wrong arguments"
        raise CoreError(
            f"core {self._name!r} does not call tools as asked ({problem} for {schema.__name__}); choose a model with "
            "tool calls, or unset VIDEO_ASSISTANT_CORE to use the local core"
        )


class ChatModelCore:
    """Implements `tools.ports.Core`.

    Args:
        model: calls tools; sees pictures if `eyes` is None.
        name: what error messages call it, `provider:model`.
        eyes: the core that looks at frames where the model is blind.
    """

    def __init__(self, model: BaseChatModel, name: str, *, eyes: Core | None = None) -> None:
        self._ask, self._name, self._eyes = _Calls(model, name), name, eyes

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """The option that the model names; it gives no likelihood, so its word counts whole."""
        fields: dict[str, Any] = {"tool": (Literal[tuple(options)], ...)}
        schema = create_model("choose_tool", **fields)
        chosen = self._ask(schema, render("chat/choose", question=quoted(question), options=dict(options)))
        return Choice(chosen.tool, 1.0, 1.0)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Slots of a call, without those that the question leaves open."""
        fields: dict[str, Any] = dict.fromkeys(slots, (str | None, None))
        schema = create_model(f"{tool}_slots", **fields)
        filled = self._ask(schema, render("chat/fill", question=quoted(question), tool=tool)).model_dump()
        return {slot: value.strip() for slot, value in filled.items() if value and value.strip()}

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """A follow-up on its own feet."""
        if not history:
            return question
        turns = [Turn(quoted(turn.question), quoted(turn.answer)) for turn in history]
        return self._ask(Rewritten, render("chat/rewrite", question=quoted(question), history=turns)).question

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """A chat model that sees was trained on everything; else what the eyes know."""
        return self._eyes.in_domain(frames) if self._eyes else [True] * len(frames)

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """P(yes) for each frame, in order, on the scale of `SEEN`."""
        if self._eyes:
            return self._eyes.verify(statement, frames)
        found: list[float] = []
        for start in range(0, len(frames), FRAMES_A_CALL):
            part = frames[start : start + FRAMES_A_CALL]
            prompt = render("chat/verify", statement=quoted(statement), count=len(part))
            verdicts = self._ask(Verdicts, prompt, part).verdicts
            self._one_each(verdicts, part)
            found += [SEEN[verdict] for verdict in verdicts]
        return found

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """A short answer from all frames at once, in time order, and lines."""
        if self._eyes:
            return self._eyes.answer(question, frames, lines)
        kept = sorted(frames, key=lambda k: (k.video_id, k.seconds))[:FRAMES_A_CALL]
        heard = quoted(" ; ".join(line.text for line in lines)[:MAX_LINES_CHARACTERS])
        answer = self._ask(ShortAnswer, render("chat/answer", question=quoted(question), lines=heard), kept)
        text = answer.text.strip().rstrip(".")
        return Answer(text, SURE[answer.sureness] if text else 0.0)

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """As `answer`: it is shown all frames at once in time order anyway."""
        if self._eyes:
            return self._eyes.answer_across(question, frames)
        return self.answer(question, frames) if frames else Answer("", 0.0)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """P(yes) for each window, each in one call, on the scale of `SEEN`."""
        if self._eyes:
            return self._eyes.verify_windows(statement, windows)
        found: list[float] = []
        for window in windows:
            kept = sample_evenly(window, FRAMES_A_CALL)
            prompt = render("chat/verify_window", statement=quoted(statement), count=len(kept))
            found.append(SEEN[self._ask(Verdict, prompt, kept).verdict] if kept else 0.0)
        return found

    def event_probability(self, words: str) -> float | None:
        """By its eyes' model of time, if they have one."""
        return self._eyes.event_probability(words) if self._eyes else None

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """A chat model has no model of time; its eyes may have one."""
        return self._eyes.locate_events(events, frames) if self._eyes else None

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """One sentence for each frame."""
        if self._eyes:
            return self._eyes.caption(frames)
        found: list[Answer] = []
        for start in range(0, len(frames), FRAMES_A_CALL):
            part = frames[start : start + FRAMES_A_CALL]
            sentences = self._ask(Captions, render("chat/caption", count=len(part)), part).sentences
            self._one_each(sentences, part)
            found += [Answer(sentence.strip().rstrip("."), SURE["likely"]) for sentence in sentences]
        return found

    def _one_each(self, replies: Sequence[object], frames: Sequence[Keyframe]) -> None:
        if len(replies) != len(frames):
            raise CoreError(
                f"core {self._name!r} said {len(replies)} things about {len(frames)} frames; choose a model that sees "
                "pictures, or set VIDEO_ASSISTANT_CORE_SEES=false to let the local core look"
            )


class ChatModelTranslator:
    """Implements `tools.ports.Translator` on a chat model: any subject, where the pocket's knows only its world."""

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self._ask = _Calls(model, name)

    def translate(self, text: str, *, source: str, target: str) -> str:
        prompt = render("chat/translate", text=quoted(text), source=LANGUAGES[source], target=LANGUAGES[target])
        return self._ask(Translation, prompt).text


def open_chat_model(name: str) -> BaseChatModel:
    """The chat model `provider:model`, such as `openai:gpt-5` or `ollama:qwen3-vl`.

    Raises:
        CoreError: the provider is unknown, its package is missing, or it is not set up.
    """
    from langchain.chat_models import init_chat_model

    try:
        return init_chat_model(name)
    except ImportError as error:
        raise CoreError(f"core {name!r}: {error}") from None
    except Exception as error:  # every provider raises its own kinds where a key is missing
        first = (str(error).splitlines() or [""])[0][:160]
        raise CoreError(
            f"core {name!r} cannot be opened ({first}); write it as provider:model, such as ollama:qwen3, and set the "
            "provider's key"
        ) from error


def sees(model: BaseChatModel) -> bool:
    """Whether the model's own profile says that it takes pictures."""
    return bool((model.profile or {}).get("image_inputs", False))


def quoted(text: str) -> str:
    """Text as it may stand between the quotation marks of a prompt: it cannot end the quotation."""
    return text.replace('"', "'")


def _picture(frame: Keyframe) -> dict[str, Any]:
    data = base64.b64encode(Path(frame.image).read_bytes()).decode("ascii")
    return {"type": "image", "base64": data, "mime_type": "image/jpeg"}
