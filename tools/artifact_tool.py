"""How every tool of the agent is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, StructuredTool

from prompts import schema_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import BaseModel


def artifact_tool(name: str, run: Callable[..., tuple[str, Sequence[object]]], slots: type[BaseModel]) -> BaseTool:
    """Makes a tool whose reply is a short text for the model and an artifact for the screen.

    Args:
        name: of the tool; its description is that of `prompts/tools/NAME.toml`.
        run: makes text and artifact from the slots. The text of a `ToolException` goes to the model;
            every other error is raised.
        slots: the schema of its arguments.
    """
    return StructuredTool.from_function(
        func=run,
        name=name,
        description=schema_text(f"tools/{name}").description,
        args_schema=slots,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
