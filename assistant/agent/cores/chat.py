"""The core on any LangChain chat model with tool calls; for a model that takes no images, a local core looks."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError, create_model

from assistant.agent.cores.chat_replies import Captions, Rewritten, ShortAnswer, Translation, Verdict, Verdicts
from assistant.agent.cores.options import ChatOptions
from prompts import render
from tools.errors import VideoAssistantError
from tools.moments import sample_evenly
from tools.ports import Answer, Choice, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from langchain_core.language_models import BaseChatModel

    from tools.events.timing import Timing
    from tools.ports import Looker
    from tools.types import Keyframe, Line

Reply = TypeVar("Reply", bound=BaseModel)

LANGUAGES = {"en": "English", "vi": "Vietnamese"}


class CoreError(VideoAssistantError):
    """The chat model could not be asked, or its reply could not be used."""


class _Calls:
    """Asks a chat model for one call of a given schema."""

    def __init__(self, model: BaseChatModel, name: str, *, attempts: int) -> None:
        self._model, self._name, self._attempts = model, name, attempts

    def __call__(self, schema: type[Reply], text: str, frames: Sequence[Keyframe] = ()) -> Reply:
        """Returns the reply as an instance of `schema`.

        Raises:
            CoreError: the model cannot be reached, or does not make such a call.
        """
        content: list[str | dict[str, Any]] = [_picture(frame) for frame in frames]
        messages = [SystemMessage(render("chat/system")), HumanMessage([*content, {"type": "text", "text": text}])]
        bound = self._model.bind_tools([schema], tool_choice="any")
        problem = "no call"
        for _ in range(self._attempts):
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
        eyes: what looks at frames for a model that takes no images.
        options: limits, and the numbers that the model's words stand for.
    """

    def __init__(
        self, model: BaseChatModel, name: str, *, eyes: Looker | None = None, options: ChatOptions | None = None
    ) -> None:
        self._name, self._eyes, self._options = name, eyes, options or ChatOptions()
        self._ask = _Calls(model, name, attempts=self._options.attempts)
        self._translator = ChatModelTranslator(model, name)

    def choose(self, question: str, options: Mapping[str, str]) -> Choice:
        """Returns the option that the model names; it gives no likelihood, so the probability is 1."""
        fields: dict[str, Any] = {"tool": (Literal[tuple(options)], ...)}
        schema = create_model("choose_tool", **fields)
        chosen = self._ask(schema, render("chat/choose", question=escape_quotes(question), options=dict(options)))
        return Choice(chosen.tool, 1.0, 1.0)

    def fill(self, question: str, tool: str, slots: Sequence[str]) -> dict[str, str]:
        """Returns the slots of a call, without those that the question leaves open."""
        fields: dict[str, Any] = dict.fromkeys(slots, (str | None, None))
        schema = create_model(f"{tool}_slots", **fields)
        filled = self._ask(schema, render("chat/fill", question=escape_quotes(question), tool=tool)).model_dump()
        return {slot: value.strip() for slot, value in filled.items() if value and value.strip()}

    def rewrite(self, question: str, history: Sequence[Turn]) -> str:
        """Returns a follow-up as a question that stands alone."""
        if not history:
            return question
        turns = [Turn(escape_quotes(turn.question), escape_quotes(turn.answer)) for turn in history]
        return self._ask(Rewritten, render("chat/rewrite", question=escape_quotes(question), history=turns)).question

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates a text on any subject."""
        return self._translator.translate(text, source=source, target=target)

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Every frame is in the domain of a chat model that takes images; else its eyes decide."""
        return self._eyes.in_domain(frames) if self._eyes else [True] * len(frames)

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """Returns P(yes) for each frame, in order."""
        if self._eyes:
            return self._eyes.verify(statement, frames)
        probabilities: list[float] = []
        for part in self._batches(frames):
            prompt = render("chat/verify", statement=escape_quotes(statement), count=len(part))
            verdicts = self._ask(Verdicts, prompt, part).verdicts
            self._check_count(verdicts, part)
            probabilities += [self._options.verdicts[verdict] for verdict in verdicts]
        return probabilities

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """Returns a short answer from all frames at once, in time order, and from lines."""
        if self._eyes:
            return self._eyes.answer(question, frames, lines)
        in_order = sorted(frames, key=lambda k: (k.video_id, k.seconds))[: self._options.call_frames]
        text_of_lines = escape_quotes(" ; ".join(line.text for line in lines)[: self._options.lines_characters])
        prompt = render("chat/answer", question=escape_quotes(question), lines=text_of_lines)
        answer = self._ask(ShortAnswer, prompt, in_order)
        text = answer.text.strip().rstrip(".")
        return Answer(text, self._options.confidences[answer.sureness] if text else 0.0)

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """Answers as `answer` does, which sends all frames at once in time order."""
        if self._eyes:
            return self._eyes.answer_across(question, frames)
        return self.answer(question, frames) if frames else Answer("", 0.0)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """Returns P(yes) for each window; each takes one call."""
        if self._eyes:
            return self._eyes.verify_windows(statement, windows)
        return [self._verify_window(statement, window) for window in windows]

    def _verify_window(self, statement: str, window: Sequence[Keyframe]) -> float:
        frames = sample_evenly(window, self._options.call_frames)
        if not frames:
            return 0.0
        prompt = render("chat/verify_window", statement=escape_quotes(statement), count=len(frames))
        return self._options.verdicts[self._ask(Verdict, prompt, frames).verdict]

    def event_probability(self, words: str) -> float | None:
        """Asks the event timer of its eyes, if they have one."""
        return self._eyes.event_probability(words) if self._eyes else None

    def locate_events(self, events: Sequence[str], frames: Sequence[Keyframe]) -> list[Timing] | None:
        """Asks the event timer of its eyes; a chat model has none."""
        return self._eyes.locate_events(events, frames) if self._eyes else None

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """Returns one sentence for each frame."""
        if self._eyes:
            return self._eyes.caption(frames)
        captions: list[Answer] = []
        for part in self._batches(frames):
            sentences = self._ask(Captions, render("chat/caption", count=len(part)), part).sentences
            self._check_count(sentences, part)
            confidence = self._options.confidences["likely"]
            captions += [Answer(sentence.strip().rstrip("."), confidence) for sentence in sentences]
        return captions

    def _batches(self, frames: Sequence[Keyframe]) -> Iterator[Sequence[Keyframe]]:
        for start in range(0, len(frames), self._options.call_frames):
            yield frames[start : start + self._options.call_frames]

    def _check_count(self, replies: Sequence[object], frames: Sequence[Keyframe]) -> None:
        if len(replies) != len(frames):
            raise CoreError(
                f"core {self._name!r} said {len(replies)} things about {len(frames)} frames; choose a model that sees "
                "pictures, or set VIDEO_ASSISTANT_CORE_SEES=false to let the local core look"
            )


class ChatModelTranslator:
    """Implements `tools.ports.Translator` on a chat model, which translates text on any subject."""

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self._ask = _Calls(model, name, attempts=ChatOptions().attempts)

    def translate(self, text: str, *, source: str, target: str) -> str:
        prompt = render("chat/translate", text=escape_quotes(text), source=LANGUAGES[source], target=LANGUAGES[target])
        return self._ask(Translation, prompt).text


def open_chat_model(name: str) -> BaseChatModel:
    """Opens the chat model `provider:model`, such as `openai:gpt-5` or `ollama:qwen3-vl`.

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


def takes_images(model: BaseChatModel) -> bool:
    """Whether the profile of the model says that it takes images."""
    return bool((model.profile or {}).get("image_inputs", False))


def escape_quotes(text: str) -> str:
    """Makes text safe between the quotation marks of a prompt: it cannot end the quotation."""
    return text.replace('"', "'")


def _picture(frame: Keyframe) -> dict[str, Any]:
    data = base64.b64encode(Path(frame.image).read_bytes()).decode("ascii")
    return {"type": "image", "base64": data, "mime_type": "image/jpeg"}
