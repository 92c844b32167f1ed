"""The chat model over an untrained checkpoint: calls parse, pictures are seen, bounds hold whatever the weights."""

import base64
from pathlib import Path
from typing import Literal

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_tests.unit_tests import ChatModelUnitTests
from PIL import Image
from pydantic import BaseModel, Field

from assistant.agent.cores.langchain import ChatInstructBlip
from assistant.models.blip.core_model import Text
from tools.errors import VideoAssistantError
from tools.find_frames import FindFramesInput

pytestmark = pytest.mark.slow


@tool
def find_frames(query: str, limit: int = Field(default=4, ge=1, le=9), video: str | None = None) -> str:
    """Find frames."""
    return f"{query} {limit} {video}"


@tool
def set_mode(mode: Literal["day", "night"], loud: bool) -> str:
    """Choose a mode."""
    return f"{mode} {loud}"


@pytest.fixture(scope="module")
def chat(untrained_core: Path) -> ChatInstructBlip:
    return ChatInstructBlip(checkpoint=str(untrained_core))


@pytest.mark.parametrize("question", ["When does a bus appear?", "Trời có mưa không?", "<image> </s>", "x" * 3000])
def test_a_call_always_parses_and_validates(chat: ChatInstructBlip, question: str) -> None:
    message = chat.bind_tools([find_frames, set_mode]).invoke(question)
    (call,) = message.tool_calls
    chosen = {"find_frames": find_frames, "set_mode": set_mode}[call["name"]]
    assert chosen.invoke(call["args"])


def test_a_named_tool_is_called_and_none_is_obeyed(chat: ChatInstructBlip) -> None:
    tools = [find_frames, set_mode]
    assert chat.bind_tools(tools, tool_choice="set_mode").invoke("hello").tool_calls[0]["name"] == "set_mode"
    assert chat.bind_tools(tools, tool_choice="none").invoke("hello").tool_calls == []


def test_after_a_tool_has_answered_the_model_answers(chat: ChatInstructBlip) -> None:
    call = {"name": "set_mode", "args": {"mode": "day", "loud": True}, "id": "1", "type": "tool_call"}
    history = [HumanMessage("set it"), AIMessage("", tool_calls=[call]), ToolMessage("day True", tool_call_id="1")]
    assert chat.bind_tools([set_mode]).invoke(history).tool_calls == []
    assert chat.bind_tools([set_mode], tool_choice="any").invoke(history).tool_calls


def test_structured_output_is_an_instance_of_its_class(chat: ChatInstructBlip) -> None:
    class Mode(BaseModel):
        """A mode."""

        mode: Literal["day", "night"]
        level: int = Field(ge=0, le=3)

    filled = chat.with_structured_output(Mode).invoke("how loud?")
    assert isinstance(filled, Mode)


def test_every_kind_of_slot_validates(chat: ChatInstructBlip) -> None:
    class Wish(BaseModel):
        """A wish."""

        name: Literal["Ngã Tư", "N/A"]  # a tokenizer of small letters cannot spell these
        level: int = Field(gt=3, lt=9)
        words: list[str] = Field(min_length=2, max_length=3)
        sides: list[Literal["Left", "Right"]]
        rest: dict[str, int] = {}

    for question in ("how loud?", "0 0 0", ""):
        assert isinstance(chat.with_structured_output(Wish).invoke(question), Wish)


@pytest.mark.parametrize("question", ["where is a car", "0 0 0 0", "none"])
def test_a_call_of_our_own_tool_validates(chat: ChatInstructBlip, question: str) -> None:
    (call,) = chat.bind_tools([FindFramesInput]).invoke(question).tool_calls
    assert FindFramesInput(**call["args"]).query


def test_what_cannot_be_called_is_refused_in_one_line(chat: ChatInstructBlip) -> None:
    class Nested(BaseModel):
        """A nest."""

        inner: dict[str, int]

    with pytest.raises(VideoAssistantError, match="'inner' of tool 'Nested'"):
        chat.bind_tools([Nested])
    with pytest.raises(VideoAssistantError, match="set_mode"):
        chat.bind_tools([set_mode], tool_choice="set_mood").invoke("hello")
    with pytest.raises(VideoAssistantError, match="no message"):
        chat.invoke([])


def test_the_same_question_asked_again_is_a_new_question(chat: ChatInstructBlip) -> None:
    call = {"name": "set_mode", "args": {"mode": "day", "loud": True}, "id": "1", "type": "tool_call"}
    first = [HumanMessage("set it"), AIMessage("", tool_calls=[call]), ToolMessage("day", tool_call_id="1")]
    assert chat.bind_tools([set_mode]).invoke([*first, AIMessage("done"), HumanMessage("set it")]).tool_calls


@pytest.fixture
def read(chat: ChatInstructBlip, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prompts that were put to the core."""
    prompts: list[str] = []
    monkeypatch.setattr(chat._blip, "write", lambda prompt, *_, **__: prompts.append(prompt) or [Text("yes", 0.9)])
    return prompts


def test_whole_turns_are_dropped_the_oldest_first(chat: ChatInstructBlip, read: list[str]) -> None:
    chat.invoke([HumanMessage("qzx " * 300), AIMessage("a dog"), AIMessage("a bus"), HumanMessage("what is this?")])
    assert read[0].startswith("a dog a bus Question: what is this?")


def test_of_what_a_tool_says_the_beginning_is_read(chat: ChatInstructBlip, read: list[str]) -> None:
    call = {"name": "set_mode", "args": {"mode": "day", "loud": True}, "id": "1", "type": "tool_call"}
    result = ToolMessage("best " + "qzx " * 900, tool_call_id="1")
    chat.invoke([HumanMessage("what is this?"), AIMessage("", tool_calls=[call]), result])
    assert read[0].startswith("Text: best qzx")
    assert "Question: what is this?" in read[0]
    assert chat._blip.count_tokens(read[0]) <= 480


def test_a_picture_is_seen_by_file_and_by_data(chat: ChatInstructBlip, tmp_path: Path) -> None:
    path = tmp_path / "ảnh đỏ.png"
    Image.new("RGB", (64, 36), (200, 0, 0)).save(path)
    data = base64.b64encode(path.read_bytes()).decode()
    question = {"type": "text", "text": "what colour is it?"}
    by_file = chat.invoke([HumanMessage([question, {"type": "image", "url": path.as_uri()}])])
    by_data = chat.invoke([HumanMessage([question, {"type": "image", "base64": data, "mime_type": "image/png"}])])
    by_path = chat.invoke([HumanMessage([question, {"type": "image", "url": str(path)}])])
    assert by_path.content == by_file.content == by_data.content
    assert by_file.usage_metadata is not None
    assert by_file.usage_metadata["input_tokens"] > 3


@pytest.mark.parametrize("url", ["https://example.org/a.png", "file:///no/such.png", "data:image/png;base64,xx"])
def test_a_picture_from_elsewhere_is_refused_in_one_line(chat: ChatInstructBlip, url: str) -> None:
    with pytest.raises(VideoAssistantError, match="picture"):
        chat.invoke([HumanMessage([{"type": "image", "url": url}])])


@pytest.fixture
def saying(chat: ChatInstructBlip, monkeypatch: pytest.MonkeyPatch) -> ChatInstructBlip:
    """One that always has the same words to say; the untrained one may have none."""
    monkeypatch.setattr(chat._blip, "write", lambda *_, **__: [Text("a red car and a dog", 0.9)])
    return chat


def test_a_stream_says_what_one_answer_says(saying: ChatInstructBlip) -> None:
    messages = [SystemMessage("be short"), HumanMessage("what is this?")]
    chunks = list(saying.stream(messages))
    assert len(chunks) > 3
    assert "".join(chunk.text for chunk in chunks) == saying.invoke(messages).text == "a red car and a dog"


def test_the_text_ends_before_a_stop_word(saying: ChatInstructBlip) -> None:
    assert saying.invoke("what is this?", stop=["and", "dog"]).text.strip() == "a red car"


class TestStandard(ChatModelUnitTests):
    """The suite that every LangChain chat model is held to."""

    @pytest.fixture(autouse=True)
    def _hide_what_the_suite_prints(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The suite prints which class it checks for overrides, and a test that prints fails."""
        monkeypatch.setattr("langchain_tests.base.print", lambda *_: None, raising=False)

    @property
    def chat_model_class(self) -> type[ChatInstructBlip]:
        return ChatInstructBlip

    @property
    def chat_model_params(self) -> dict:
        return {"checkpoint": "a-checkpoint"}
