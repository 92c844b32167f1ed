"""count: how many things there are. It needs the grounding model, which is not part of this version; it says so."""

from __future__ import annotations

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, Field

from prompts import render
from tools.types import Evidence


class CountInput(BaseModel):
    """Slots of `count`."""

    phrase: str = Field(min_length=1, description="what to count")
    video: str | None = Field(default=None, description="video id; all videos if absent")
    start: float | None = Field(default=None, ge=0, description="seconds")
    end: float | None = Field(default=None, gt=0, description="seconds, exclusive")


def count_tool() -> BaseTool:
    """The tool with its final name and slots."""

    def count(  # the slots are frozen: models are trained on them
        phrase: str,
        video: str | None = None,  # noqa: ARG001
        start: float | None = None,  # noqa: ARG001
        end: float | None = None,  # noqa: ARG001
    ) -> tuple[str, list[Evidence]]:
        raise ToolException(f"not built yet: counting {phrase!r}; ask when it appears instead")

    return StructuredTool.from_function(
        func=count,
        name="count",
        description=render("tool_count"),
        args_schema=CountInput,
        response_format="content_and_artifact",
        handle_tool_error=True,
    )
