"""InstructBLIP as a LangChain chat model: questions about pictures, and tool calls that always parse.

A core of this size can neither write JSON (a T5 has no braces in its vocabulary) nor plan. A call is therefore made in
two bounded steps: the tool by likelihood over the names of the tools, then each slot by decoding that writes nothing
but values of its schema.
"""

from __future__ import annotations

import base64
import io
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from langchain_core.language_models import BaseChatModel, LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import PrivateAttr

from assistant.agent.cores import schema
from assistant.agent.cores.instructblip import build_planner
from assistant.agent.cores.options import InstructBlipOptions
from assistant.models.blip.instructblip import InstructBlip
from assistant.models.blip.language_model import MAX_PROMPT_TOKENS
from assistant.models.blip.sight_prompts import sight_prompt
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from langchain_core.callbacks import CallbackManagerForLLMRun
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.runnables import Runnable
    from langchain_core.tools import BaseTool
    from numpy.typing import NDArray

REQUIRED = frozenset({"any", "required", "true"})
FREE = frozenset({"", "auto", "false"})


class ChatInstructBlip(BaseChatModel):
    """A chat model over any InstructBLIP checkpoint with a T5 inside, asked by the prompts of its family.

    Pictures are content blocks of type `image` (`file://` or data URL, or base64); the model looks at those of the
    latest message that has any. With tools bound, the first answer to a question is a call; once a tool has answered,
    the model answers from its text.
    """

    checkpoint: str
    max_tokens: int = 32
    max_frames: int = 1  # the pocket core was trained on one picture at a time
    stop: list[str] | None = None
    _blip: InstructBlip = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._blip = InstructBlip(self.checkpoint)

    @property
    def _llm_type(self) -> str:
        return "instructblip"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"checkpoint": self.checkpoint, "model_name": Path(self.checkpoint).name}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = self._llm_type
        params["ls_model_name"] = kwargs.get("model") or self._identifying_params["model_name"]
        return params

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: Any = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Binds tools to call. `tool_choice`: a tool's name, "any" (a call even after results), "none", or "auto".

        Raises:
            VideoAssistantError: a required slot of a tool is of a kind that cannot be filled.
        """
        offered = [convert_to_openai_tool(tool) for tool in tools]
        for tool in offered:
            _slots(tool["function"])
        return self.bind(tools=offered, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - the base class passes it by name
        **kwargs: Any,
    ) -> ChatResult:
        if not messages:
            raise VideoAssistantError("no message came; ask a question")
        tools = _allowed_tools(
            [tool["function"] for tool in kwargs.get("tools") or []], kwargs.get("tool_choice"), messages
        )
        question = _question(messages)
        message = (
            self._call(question, tools) if tools else self._answer(question, messages, stop, kwargs.get("max_tokens"))
        )
        message.response_metadata = {
            "model_name": self._identifying_params["model_name"],
            "model_provider": "instructblip",
        }
        asked = self._blip.count_tokens("\n".join(_text(m) for m in messages))
        calls = " ".join(f"{call['name']} {json.dumps(call['args'])}" for call in message.tool_calls)
        written = self._blip.count_tokens(calls or message.text)
        message.usage_metadata = {
            "input_tokens": asked,
            "output_tokens": written,
            "total_tokens": asked + written,
        }
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Yields the answer word by word, for callers who expect a stream: the core writes its few words at once."""
        generated = self._generate(messages, stop, run_manager, **kwargs).generations[0].message
        message = generated if isinstance(generated, AIMessage) else AIMessage(content=generated.content)
        calls = [
            tool_call_chunk(name=c["name"], args=json.dumps(c["args"]), id=c["id"], index=i)
            for i, c in enumerate(message.tool_calls)
        ]
        words = message.text.split(" ")
        for number, word in enumerate(words):
            last = number == len(words) - 1
            chunk = AIMessageChunk(
                content=word if last else f"{word} ",
                tool_call_chunks=calls if last else [],
                usage_metadata=message.usage_metadata if last else None,
                response_metadata=message.response_metadata if last else {},
                chunk_position="last" if last else None,
            )
            if run_manager is not None:
                run_manager.on_llm_new_token(word, chunk=ChatGenerationChunk(message=chunk))
            yield ChatGenerationChunk(message=chunk)

    def _call(self, question: str, tools: list[dict[str, Any]]) -> AIMessage:
        names = [tool["name"] for tool in tools]
        planner = build_planner(self._blip, InstructBlipOptions())
        descriptions = {tool["name"]: str(tool.get("description", "")) for tool in tools}
        number = names.index(planner.choose(question, descriptions).name) if len(names) > 1 else 0
        slots = {}
        for slot, (rules, required) in _slots(tools[number]).items():
            prompt = planner.slot_prompt(question, names[number], slot)
            choices = schema.choices(rules)
            if choices is not None:
                texts = list(choices if required else {schema.OPEN: None, **choices})
                chosen = texts[int(self._blip.score(prompt, texts)[0].argmax())]
                if chosen in choices:
                    slots[slot] = choices[chosen]
                continue
            allowed = schema.pattern(rules) if required else f"(?:{schema.OPEN}|{schema.pattern(rules)})"
            written = self._blip.write_matching(prompt, allowed, max_new_tokens=schema.MOST_TOKENS)
            if required or written != schema.OPEN:
                slots[slot] = schema.value(written, rules)
        call = {"name": names[number], "args": slots, "id": f"call_{uuid.uuid4().hex[:12]}", "type": "tool_call"}
        return AIMessage(content="", tool_calls=[call])

    def _answer(
        self, question: str, messages: list[BaseMessage], stop: list[str] | None, max_tokens: int | None
    ) -> AIMessage:
        pictures = _pictures(messages)[-self.max_frames :]
        family, clean, visual = self._blip.prompt_family, self._blip.clean(question), None
        prompt, instruction = sight_prompt(family, "answer", question=clean)
        if pictures:
            features = self._blip.features(pictures)
            if len(pictures) == 1:
                visual = self._blip.queries(features, instruction)
            else:
                visual = self._blip.window_queries(features, instruction, [range(len(pictures))])
        facts = self._blip.clean(" ; ".join(_text(m) for m in _results(messages)))
        if facts:
            bare = sight_prompt(family, "answer_lines", question=clean, lines="")
            room = MAX_PROMPT_TOKENS - self._blip.count_tokens(bare.text)
            prompt = sight_prompt(family, "answer_lines", question=clean, lines=self._truncate(facts, room)).text
        else:
            prompt = self._with_turns(prompt, messages)
        text = self._blip.write(prompt, visual, max_new_tokens=max_tokens or self.max_tokens)[0].text
        for word in (*(stop or ()), *(self.stop or ())):
            text = text.split(word)[0] if word else text
        return AIMessage(content=text)

    def _truncate(self, text: str, room: int) -> str:
        """As many of the first words as `room` tokens hold: tools name the best first."""
        words = text.split()
        while words and (tokens := self._blip.count_tokens(" ".join(words))) > room:
            words = words[: max(len(words) * max(room, 0) // tokens, 0)]
        return " ".join(words)

    def _with_turns(self, prompt: str, messages: list[BaseMessage]) -> str:
        """The prompt after as many of the latest messages as there is room for, each of them whole."""
        for message in reversed([m for m in messages if m is not _latest(messages)]):
            longer = f"{self._blip.clean(_text(message))} {prompt}".strip()
            if self._blip.count_tokens(longer) > MAX_PROMPT_TOKENS:
                break
            prompt = longer
        return prompt


def _slots(tool: dict[str, Any]) -> dict[str, tuple[dict[str, Any], bool]]:
    """The slots to fill, with their schema and whether they are required; optional slots that cannot be are left open.

    Raises:
        VideoAssistantError: a required slot cannot be filled.
    """
    parameters = tool.get("parameters", {})
    required = set(parameters.get("required", []))
    for slot, rules in parameters.get("properties", {}).items():
        if slot in required and not schema.fillable(rules):
            raise VideoAssistantError(
                f"slot {slot!r} of tool {tool['name']!r} cannot be filled; use text, numbers, choices or lists of them"
            )
    slots = parameters.get("properties", {}).items()
    return {slot: (rules, slot in required) for slot, rules in slots if schema.fillable(rules)}


def _allowed_tools(tools: list[dict[str, Any]], choice: Any, messages: list[BaseMessage]) -> list[dict[str, Any]]:
    """The tools that may be called now; empty if the model has to answer.

    Raises:
        VideoAssistantError: `choice` is neither the name of a tool nor a word of LangChain's.
    """
    if isinstance(choice, dict):
        choice = choice.get("function", choice).get("name")
    if choice == "none":
        return []
    named = [tool for tool in tools if tool["name"] == choice]
    if named:
        return named
    if str(choice).lower() in REQUIRED:
        return tools
    if choice is not None and str(choice).lower() not in FREE:
        names = ", ".join(tool["name"] for tool in tools) or "nothing"
        raise VideoAssistantError(f"tool_choice {choice!r} is no tool; give any, none, auto, or one of: {names}")
    return [] if _results(messages) else tools


def _latest(messages: list[BaseMessage]) -> BaseMessage:
    """The question: the last human message, else the last message."""
    return next((m for m in reversed(messages) if isinstance(m, HumanMessage)), messages[-1])


def _question(messages: list[BaseMessage]) -> str:
    return _text(_latest(messages))


def _results(messages: list[BaseMessage]) -> list[BaseMessage]:
    """The messages in which tools answered since the question."""
    # By identity: the same question asked twice is two equal messages.
    at = next(i for i, message in enumerate(messages) if message is _latest(messages))
    return [message for message in messages[at:] if isinstance(message, ToolMessage)]


def _text(message: BaseMessage) -> str:
    return " ".join(block["text"] for block in message.content_blocks if block["type"] == "text")


def _pictures(messages: list[BaseMessage]) -> list[NDArray[np.uint8]]:
    """The pictures, HWC uint8 RGB, of the latest message that has any."""
    for message in reversed(messages):
        blocks = [block for block in message.content_blocks if block["type"] == "image"]
        if blocks:
            return [_picture(dict(block)) for block in blocks]
    return []


def _picture(block: dict[str, Any]) -> NDArray[np.uint8]:
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    url = str(block.get("url") or "")
    try:
        if data := block.get("base64") or (url.partition(",")[2] if url.startswith("data:") else None):
            source: Any = io.BytesIO(base64.b64decode(data))
        elif url.startswith("file://"):
            source = unquote(urlparse(url).path)
        elif url and not urlparse(url).scheme:
            source = url
        else:
            raise VideoAssistantError(
                f"picture {url[:60]!r} is not on this machine; give a path, file://, a data URL or base64"
            )
        with Image.open(source) as image:
            return np.array(image.convert("RGB"))
    except (OSError, ValueError, UnidentifiedImageError) as error:
        raise VideoAssistantError(f"a picture cannot be read ({error}); give a JPEG or PNG") from None
