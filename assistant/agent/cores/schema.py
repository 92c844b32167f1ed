"""What the JSON schema of a slot allows a model to write, and the value that the text means."""

from __future__ import annotations

import math
from typing import Any

import regex

from tools.errors import VideoAssistantError

OPEN = "none"
"""The text for a slot that is left open."""
MOST_CHARACTERS, MOST_ITEM_CHARACTERS, MOST_ITEMS = 60, 16, 4
_ITEMS_APART = " ; "
MOST_TOKENS = MOST_ITEMS * (MOST_CHARACTERS + len(_ITEMS_APART)) + 1
"""Every token of a constrained text adds a character, so no match takes more tokens, its end included."""
FINEST = 0.001  # a number is written with three decimals at most
_DIGITS = "[0-9](?: ?[0-9]){0,5}"
# What would need text that no bounded pattern describes, or values within values.
_NOT_FILLED = frozenset(
    {"$ref", "allOf", "format", "not", "oneOf", "pattern", "prefixItems", "properties", "uniqueItems"}
)


class SlotError(VideoAssistantError):
    """A slot that cannot be filled."""


def choices(schema: dict[str, Any]) -> dict[str, Any] | None:
    """Returns the texts that a schema of a few values allows, each with its value; None if the text is free.

    Such a text is chosen by likelihood, never spelled: a tokenizer may lack its letters.
    """
    of_branches = [choices(branch) for branch in _branches(schema)]
    if of_branches:
        if None in of_branches:
            return None
        return {text: value for allowed in of_branches for text, value in (allowed or {}).items()}
    if "enum" in schema or "const" in schema:
        return {OPEN if v is None else str(v): v for v in schema.get("enum", [schema.get("const")])}
    if (
        schema.get("type") == "array"
        and schema.get("minItems", 0) <= 1
        and (each := choices(_item(schema))) is not None
    ):
        return {text: [item] for text, item in each.items()}  # a list of choices holds a single item
    few: dict[str, dict[str, Any]] = {"boolean": {"yes": True, "no": False}, "null": {OPEN: None}}
    return few.get(str(schema.get("type")))


def pattern(schema: dict[str, Any]) -> str:
    """Returns a regular expression for the values of a flat schema without `choices`.

    No match is longer than MOST_TOKENS - 1 characters. In a union of free values and words, free values are written.

    Raises:
        SlotError: the schema asks for parts within parts, or for more than a small model can write.
    """
    if branches := _branches(schema):
        free = [branch for branch in branches if choices(branch) is None and fillable(branch)]
        if not free:
            raise SlotError(f"none of the slot's types {branches} can be filled; use text, numbers, choices or lists")
        opened = [OPEN] if {"type": "null"} in branches else []
        return "(?:" + "|".join([*opened, *map(pattern, free)]) + ")"
    if wrong := _NOT_FILLED & schema.keys():
        raise SlotError(f"a slot with {min(wrong)!r} cannot be filled; use text, numbers, choices or lists of them")
    match schema.get("type", "string"):
        case "integer":
            return _DIGITS if schema.get("minimum", -1) >= 0 else f"(?:- ?)?{_DIGITS}"
        case "number" if "multipleOf" not in schema:
            return rf"{_DIGITS}(?: ?\. ?[0-9](?: ?[0-9]){{0,2}})?"
        case "array":
            item = _item(schema)
            if item.get("type") == "array" or choices(item) is not None:
                raise SlotError(
                    "a list of lists, or of at least two choices, cannot be filled; use a list of text or numbers"
                )
            least, most = _range(schema, "Items", MOST_ITEMS)
            return f"{pattern(item)}(?:{_ITEMS_APART}{pattern(item)}){{{least - 1},{most - 1}}}"
        case "string":
            least, most = _range(schema, "Length", MOST_CHARACTERS)
            return rf"[\p{{L}}\p{{N}}][\p{{L}}\p{{N}} ,.'?:-]{{{least - 1},{most - 1}}}"
        case other:
            raise SlotError(f"a slot of type {other!r} cannot be filled; use text, numbers, choices or lists of them")


def fillable(schema: dict[str, Any]) -> bool:
    """Whether a slot of this schema can be written at all."""
    try:
        return choices(schema) is not None or bool(pattern(schema))
    except SlotError:
        return False


def value(text: str, schema: dict[str, Any]) -> Any:
    """Returns the value of a text that matches the pattern, moved within the bounds of the schema."""
    if branches := _branches(schema):
        if text == OPEN and {"type": "null"} in branches:
            return None
        free = (branch for branch in branches if choices(branch) is None and fillable(branch))
        return value(text, next(branch for branch in free if regex.fullmatch(pattern(branch), text)))
    match schema.get("type", "string"):
        case "integer":
            return _bounded_integer(int(text.replace(" ", "")), schema)
        case "number":
            return _bounded(float(text.replace(" ", "")), schema)
        case "array":
            return [value(item, _item(schema)) for item in text.split(_ITEMS_APART)]
        case _:
            return text


def _branches(schema: dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(types := schema.get("type"), list):
        return [{**schema, "type": name} if name != "null" else {"type": "null"} for name in types]
    return list(schema.get("anyOf", []))


def _item(schema: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = schema.get("items") or {}
    return {"maxLength": max(MOST_ITEM_CHARACTERS, item.get("minLength", 0))} | item


def _range(schema: dict[str, Any], of: str, bound: int) -> tuple[int, int]:
    """The least and the most `of` (Items or Length) to write, within `[1, bound]`."""
    least, most = max(schema.get(f"min{of}", 1), 1), min(schema.get(f"max{of}", bound), bound)
    if least > most:
        raise SlotError(f"a slot of min{of} {least} cannot be filled; allow between 1 and {bound}")
    return least, most


def _bounded(number: float, schema: dict[str, Any]) -> float:
    low: float = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf) + FINEST)
    high: float = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf) - FINEST)
    return min(max(number, low), high)


def _bounded_integer(number: int, schema: dict[str, Any]) -> int:
    """Counted in steps, so that bounds and `multipleOf` agree."""
    step = schema.get("multipleOf", 1)
    low = max(schema.get("minimum", -math.inf), schema.get("exclusiveMinimum", -math.inf) + 1)
    high = min(schema.get("maximum", math.inf), schema.get("exclusiveMaximum", math.inf) - 1)
    steps = number // step
    steps = max(steps, math.ceil(low / step)) if math.isfinite(low) else steps
    steps = min(steps, math.floor(high / step)) if math.isfinite(high) else steps
    return int(steps * step)
