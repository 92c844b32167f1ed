"""The schemas that a chat model replies in; it reads them as tools, with the descriptions of `prompts/chat/replies/`.

The name of a class is the name of the tool that the model calls, so a renamed class is a changed prompt. The docstrings
are for whoever reads the code: no model is sent them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from prompts import SchemaText, schema_text

_CAPTIONS = schema_text("chat/replies/captions")
_SHORT_ANSWER = schema_text("chat/replies/short_answer")
_VERDICTS = schema_text("chat/replies/verdicts")


def _described(text: SchemaText) -> ConfigDict:
    """The description of a whole schema, in place of the docstring."""
    return ConfigDict(json_schema_extra={"description": text.description})


class Rewritten(BaseModel):
    """The reply to `chat/rewrite`."""

    model_config = _described(schema_text("chat/replies/rewritten"))

    question: str = Field(min_length=1)


class Verdicts(BaseModel):
    """The reply to `chat/verify`."""

    model_config = _described(_VERDICTS)

    verdicts: list[Literal["yes", "unsure", "no"]] = Field(description=_VERDICTS.field("verdicts"))


class Verdict(BaseModel):
    """The reply to `chat/verify_window`."""

    model_config = _described(schema_text("chat/replies/verdict"))

    verdict: Literal["yes", "unsure", "no"]


class ShortAnswer(BaseModel):
    """The reply to `chat/answer`."""

    model_config = _described(_SHORT_ANSWER)

    text: str = Field(default="", description=_SHORT_ANSWER.field("text"))
    sureness: Literal["sure", "likely", "guess"] = "guess"


class Captions(BaseModel):
    """The reply to `chat/caption`."""

    model_config = _described(_CAPTIONS)

    sentences: list[str] = Field(description=_CAPTIONS.field("sentences"))


class Translation(BaseModel):
    """The reply to `chat/translate`."""

    model_config = _described(schema_text("chat/replies/translation"))

    text: str = Field(min_length=1)
