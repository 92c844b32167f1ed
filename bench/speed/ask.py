"""How long an answer takes, and which part of it takes how long, over the bundled clips."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.session import Session

QUESTIONS = (
    "When does a bus appear?",
    "How many people are there at the start?",
    "Is it raining?",
    "Có chiếc xe đỏ nào không?",
    "Biển hiệu viết gì?",
    "First a dog runs by, then a car stops: when?",
)
ROUNDS = 3


def measure(session: Session) -> dict[str, Any]:
    """Figures `ask.*`: the median answer, and the median time to each step's end."""
    from assistant.session import Session as Opened

    with tempfile.TemporaryDirectory() as folder:
        own = Opened(session.settings.model_copy(update={"library": Path(folder) / "library"}))
        for _ in own.index([Path(str(files("assistant") / "demo"))]):
            pass
        own.assistant.ask(QUESTIONS[0], thread_id="warm-up")
        totals: list[float] = []
        parts: dict[str, list[float]] = defaultdict(list)
        for round_number in range(ROUNDS):
            for number, question in enumerate(QUESTIONS):
                start = last = time.perf_counter()
                for item in own.assistant.stream(question, thread_id=f"{round_number}-{number}"):
                    now = time.perf_counter()
                    parts[getattr(item, "tool", "answer")].append(now - last)
                    last = now
                totals.append(last - start)
        own.close()
    figures = {"ask.p50_seconds": statistics.median(totals)}
    figures |= {f"ask.part.{name}_seconds": statistics.median(seconds) for name, seconds in sorted(parts.items())}
    return {"figures": figures, "settings": {"questions": len(QUESTIONS), "rounds": ROUNDS}}
