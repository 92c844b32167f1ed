"""`video-assistant bench PART`: the figures of one part, taken in one run as ratios to the plain alternative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.session import Session


def run(part: str, session: Session) -> dict[str, Any]:
    """`{"figures": {dotted name: number}, "settings": {...}}` of `ingest`, `find`, `ask` or `text`."""
    match part:
        case "ingest":
            from bench.ingest import measure
        case "find":
            from bench.find import measure
        case "ask":
            from bench.ask import measure
        case "text":
            from bench.text.lookup import measure
        case _:
            raise ValueError(f"no bench {part!r}; there are ingest, find, ask, text")
    result: dict[str, Any] = measure(session)
    return result
