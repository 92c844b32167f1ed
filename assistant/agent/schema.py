"""What a slot's JSON schema lets a model write, and the value that it then means."""

from __future__ import annotations

from typing import Any

import regex

OPEN = "none"
"""What stands for a slot that is left open."""
MOST_CHARACTERS, MOST_ITEM_CHARACTERS, MOST_ITEMS = 60, 16, 4
_ITEMS_APART = " ; "


def pattern(schema: dict[str, Any]) -> str:
    """A regular expression, bounded in length, for the values of a flat schema.

    Raises:
        ValueError: the schema has parts within parts, which a small model cannot write.
    """
    if "anyOf" in schema:
        return "(?:" + "|".join(pattern(one) for one in schema["anyOf"]) + ")"
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return "(?:" + "|".join(_spaced(str(value)) for value in values) + ")"
    match schema.get("type", "string"):
        case "integer":
            return r"[0-9](?: ?[0-9]){0,5}" if schema.get("minimum", -1) >= 0 else r"(?:- ?)?[0-9](?: ?[0-9]){0,5}"
        case "number":
            return r"[0-9](?: ?[0-9]){0,5}(?: ?\. ?[0-9](?: ?[0-9]){0,2})?"
        case "boolean":
            return "(?:yes|no)"
        case "null":
            return OPEN
        case "array":
            item = pattern({"maxLength": MOST_ITEM_CHARACTERS} | schema.get("items", {}))
            return f"{item}(?:{_ITEMS_APART}{item}){{0,{MOST_ITEMS - 1}}}"
        case "string":
            most = min(schema.get("maxLength", MOST_CHARACTERS), MOST_CHARACTERS)
            return rf"[\p{{L}}\p{{N}}][\p{{L}}\p{{N}} ,.'?:-]{{0,{most - 1}}}"
        case other:
            raise ValueError(f"a slot of type {other!r} cannot be filled; use text, numbers, choices or lists of them")


def value(text: str, schema: dict[str, Any]) -> Any:
    """What a text that matches the pattern means, within the schema's bounds.

    Raises:
        ValueError: the text does not match.
    """
    for one in schema.get("anyOf", []):
        if regex.fullmatch(pattern(one), text):
            return value(text, one)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return next(v for v in values if regex.fullmatch(_spaced(str(v)), text))
    match schema.get("type", "string"):
        case "integer":
            return _bounded(int(text.replace(" ", "")), schema)
        case "number":
            return _bounded(float(text.replace(" ", "")), schema)
        case "boolean":
            return text == "yes"
        case "null":
            return None
        case "array":
            return [value(item, schema.get("items", {})) for item in text.split(_ITEMS_APART)]
        case _:
            return text


def _spaced(words: str) -> str:
    """The words, with spaces where a tokenizer that splits at punctuation puts them."""
    parts = regex.findall(r"[\p{L}\p{N}]+|[^\p{L}\p{N}\s]", words)
    return " ?".join(regex.escape(part) for part in parts)


def _bounded(number: Any, schema: dict[str, Any]) -> Any:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None:
        number = max(number, low)
    return number if high is None else min(number, high)
