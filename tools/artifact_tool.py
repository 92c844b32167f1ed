"""What all tools of the agent have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool, StructuredTool

from prompts import schema_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import BaseModel


def artifact_tool(name: str, run: Callable[..., tuple[str, Sequence[object]]], slots: type[BaseModel]) -> BaseTool:
    """A tool whose reply is short text for the model and an artifact for the screen.

    Args:
        name: the tool's; its description is that of `prompts/tools/NAME.toml`.
        run: makes text and artifact of the slots. A `ToolException` is told to the model, every other error surfaces.
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
