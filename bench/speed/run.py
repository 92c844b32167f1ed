"""`video-assistant bench PART`: runs one benchmark; its ratios compare with the plain alternative in the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.session import Session


PARTS = ("ingest", "find", "ask", "ground", "events", "text", "core", "screen", "serve")


def run(
    part: str, session: Session, *, index: Path | None, seed: int, size: int, device: str | None = None
) -> dict[str, Any]:
    """`{"figures": {dotted name: number}, "settings": {...}}` of a part.

    Args:
        part: one of `PARTS`.
        session: whose models are measured.
        index: folder in which `events` keeps its libraries for the next run; None: they are removed.
        seed: of the vectors of `events`.
        size: keyframes of its largest library.
        device: where `core` and `serve` run, cpu or cuda; None: the GPU where there is one.

    Raises:
        ValueError: there is no such part.
        VideoAssistantError: the device is missing or too small, or a program that the part needs.
    """
    match part:
        case "ingest":
            from bench.speed.ingest import measure
        case "find":
            from bench.speed.find import measure
        case "ask":
            from bench.speed.ask import measure
        case "ground":
            from bench.speed.ground import measure
        case "text":
            from bench.speed.text_lookup import measure
        case "screen":
            from bench.speed.screen import measure
        case "events":
            from bench.speed.events import measure as measure_events

            return measure_events(session, index=index, seed=seed, size=size)
        case "core":
            from bench.speed.core import measure as measure_core

            return measure_core(session, device=device)
        case "serve":
            from bench.speed.serve import measure as measure_serve

            return measure_serve(session, device=device)
        case _:
            raise ValueError(f"no bench {part!r}; there are {', '.join(PARTS)}")
    result: dict[str, Any] = measure(session)
    return result
