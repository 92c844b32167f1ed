"""Calls of any LangChain chat model that calls tools: each asks for one reply of a given schema."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel, ValidationError

from prompts import render
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.language_models import BaseChatModel

    from tools.types import Keyframe

Reply = TypeVar("Reply", bound=BaseModel)


class CoreError(VideoAssistantError):
    """The chat model could not be asked, or its reply could not be used."""


class ChatCalls:
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
