"""ground: boxes for phrases. No grounding model is part of this version; the tool says so."""

from __future__ import annotations

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, Field

from prompts import render
from tools.types import Evidence


class GroundInput(BaseModel):
    """Slots of `ground`."""

    phrases: str = Field(min_length=1, description="things to point at, joined by ' . '")
    moment: str = Field(min_length=1, description="VIDEO@SECONDS")


def ground_tool() -> BaseTool:
    """The tool with its final name and slots."""

    def ground(phrases: str, moment: str) -> tuple[str, list[Evidence]]:
        raise ToolException(f"not built yet: boxes for {phrases!r} at {moment!r}; ask where it appears instead")

    return StructuredTool.from_function(
        func=ground,
        name="ground",
        description=render("tool_ground"),
        args_schema=GroundInput,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
