"""Reads files of questions, and writes what became of each: one JSON object a line, in UTF-8."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path


def read_items(path: Path, fields: Sequence[str], report: Callable[[str], None] | None = None) -> list[dict[str, Any]]:
    """Reads the items of a file, in their order.

    Args:
        path: of the file; blank lines are skipped.
        fields: that every item must have.
        report: called with one line for each bad item, which is left out; None: the first bad item is an error.

    Raises:
        VideoAssistantError: the file cannot be read, or there is no item; and without `report`, a line is no JSON
            object, lacks a field or repeats an id. The message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VideoAssistantError(f"{path} cannot be read ({error}); give a file of JSON lines in UTF-8") from None
    items: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = _read_item(f"{path}, line {number}", line, fields, items)
        except VideoAssistantError as error:
            if report is None:
                raise
            report(f"{error}; it is left out")
            continue
        items[str(item["id"])] = item
    if not items:
        raise VideoAssistantError(f"{path} holds no question; write one JSON object a line")
    return list(items.values())


def _read_item(place: str, line: str, fields: Sequence[str], known: Mapping[str, Any]) -> dict[str, Any]:
    """One line as an item; `place` names it in errors, `known` holds the items before it by their ids."""
    try:
        item: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError as error:
        raise VideoAssistantError(f"{place} is no JSON ({error}); write one object a line") from None
    missing = [field for field in fields if not isinstance(item, dict) or field not in item]
    if missing:
        raise VideoAssistantError(f"{place} lacks {', '.join(missing)}; every item needs them")
    if str(item["id"]) in known:
        raise VideoAssistantError(f"{place} is a second item named {item['id']}; give each an id of its own")
    return item


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Writes one JSON object a line; replaces the file.

    Raises:
        VideoAssistantError: the file cannot be written.
    """
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise VideoAssistantError(f"{path} cannot be written ({error}); name another file") from None


def share(results: Sequence[bool]) -> float:
    """The share of results that are true, in [0, 1]; 0 of none."""
    return round(sum(results) / len(results), 4) if results else 0.0
