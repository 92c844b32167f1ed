"""The descriptions in every schema that is bound to a model are those of its prompt file, neither more nor fewer."""

import re
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from PIL import Image

import prompts
from assistant.agent.cores.chat import CoreError
from assistant.agent.cores.chat_looker import ChatModelLooker
from assistant.agent.cores.chat_planner import ChatModelPlanner
from assistant.agent.graph import Agent
from assistant.agent.options import AgentOptions
from tests.fakes import FakeIndex, NoGrounder, ScriptedCore
from tools.ports import Turn
from tools.types import Keyframe

TOOLS = {name.removeprefix("tools/") for name in prompts.schema_names() if name.startswith("tools/")}
REPLIES = {name.removeprefix("chat/replies/") for name in prompts.schema_names() if name.startswith("chat/replies/")}


class RecordingModel(BaseChatModel):
    """Calls nothing, and keeps every schema that is bound to it, as providers are sent it."""

    bound: list[dict[str, Any]]

    @property
    def _llm_type(self) -> str:
        return "recording"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        self.bound += [convert_to_openai_tool(tool)["function"] for tool in tools]
        return RunnableLambda(lambda messages: AIMessage(""))

    def _generate(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


def _bound_to_chat_models(folder: Path) -> dict[str, dict[str, Any]]:
    """The schema of every call that a chat model is asked for, by the call's name."""
    Image.new("RGB", (8, 8)).save(folder / "0.jpg")
    frames = [Keyframe("v", 0, 0.0, 0, 0, str(folder / "0.jpg"))]
    bound: list[dict[str, Any]] = []
    model = RecordingModel(bound=bound)
    looker, planner = ChatModelLooker(model, "fake:model"), ChatModelPlanner(model, "fake:model")
    calls = (
        lambda: planner.choose("how many dogs?", {"count": "count things"}),
        lambda: planner.fill("how many dogs?", "count", ["phrase"]),
        lambda: planner.rewrite("and cats?", [Turn("how many dogs?", "2")]),
        lambda: looker.verify("a dog", frames),
        lambda: looker.verify_windows("a dog runs", [frames]),
        lambda: looker.answer("what is it?", frames),
        lambda: looker.caption(frames),
        lambda: planner.translate("chó", source="vi", target="en"),
    )
    for call in calls:
        with pytest.raises(CoreError, match="does not call tools"):
            call()
    return {schema["name"]: schema for schema in model.bound}


def _bound_tools() -> dict[str, BaseTool]:
    index = FakeIndex()
    return Agent(index, index, ScriptedCore(), NoGrounder(), None, AgentOptions()).tools


def _descriptions(schema: dict[str, Any]) -> dict[str, str]:
    """Every description in a schema, by the path to it; of the whole schema it is `description`."""

    def walk(value: Any, path: str) -> dict[str, str]:
        described: dict[str, str] = {}
        if isinstance(value, dict):
            for key, inner in value.items():
                here = f"{path}.{key}".lstrip(".")
                described |= {here: inner} if key == "description" and isinstance(inner, str) else walk(inner, here)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                described |= walk(inner, f"{path}.{number}")
        return described

    return walk(schema, "")


def _descriptions_of(name: str) -> dict[str, str]:
    """What `_descriptions` has to give for a schema whose texts lie in the prompt file `name`."""
    text = prompts.schema_text(name)
    fields = {f"parameters.properties.{field}.description": words for field, words in text.fields.items()}
    return {"description": text.description} | fields


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_tool_is_described_by_its_prompt_file(name: str) -> None:
    tool = _bound_tools()[name]
    assert _descriptions(convert_to_openai_tool(tool)["function"]) == _descriptions_of(f"tools/{name}")


def test_every_tool_has_a_prompt_file() -> None:
    assert set(_bound_tools()) == TOOLS


def test_a_reply_of_a_chat_model_is_described_by_its_prompt_file(tmp_path: Path) -> None:
    bound = _bound_to_chat_models(tmp_path)
    asked = {bound.pop("choose_tool")["name"], bound.pop("count_slots")["name"]}
    assert asked == {"choose_tool", "count_slots"}
    by_file = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower(): schema for name, schema in bound.items()}
    assert {name: _descriptions(schema) for name, schema in by_file.items()} == {
        name: _descriptions_of(f"chat/replies/{name}") for name in REPLIES
    }


def test_a_schema_that_is_made_of_tools_describes_nothing(tmp_path: Path) -> None:
    """The prompt lists the tools, and a slot is asked for by its name."""
    bound = _bound_to_chat_models(tmp_path)
    assert {
        key for name in ("choose_tool", "count_slots") for key, text in _descriptions(bound[name]).items() if text
    } == set()


def test_a_field_that_is_not_described_is_named() -> None:
    with pytest.raises(prompts.PromptError, match=r"tools/count.*colour.*phrase"):
        prompts.schema_text("tools/count").field("colour")


def test_an_unknown_schema_names_the_known_ones() -> None:
    with pytest.raises(prompts.PromptError, match="chat/replies/verdicts"):
        prompts.schema_text("tools/fly")


def test_a_file_that_describes_no_schema_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.toml").write_text('description = "a tool"\ncolour = "red"\n', encoding="utf-8")
    monkeypatch.setattr(prompts, "files", lambda package: tmp_path)
    with pytest.raises(prompts.PromptError, match=r"odd.*is no schema's text"):
        prompts.schema_text("odd")
