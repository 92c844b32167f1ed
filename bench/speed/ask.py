"""How long an answer takes, and how long each of its steps takes, over the bundled clips."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.libraries import demo_clips, index_folder, session_over

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
    """Figures `ask.*`: the median seconds of a whole answer, and of each of its steps."""
    totals: list[float] = []
    parts: dict[str, list[float]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as folder,
        session_over(session, Path(folder) / "library") as demo_session,
    ):
        index_folder(demo_session, demo_clips())
        assistant = demo_session.assistant
        assistant.ask(QUESTIONS[0], thread_id="warm-up")
        for round_number in range(ROUNDS):
            for number, question in enumerate(QUESTIONS):
                start = last = time.perf_counter()
                for item in assistant.stream(question, thread_id=f"{round_number}-{number}"):
                    now = time.perf_counter()
                    parts[getattr(item, "tool", "answer")].append(now - last)
                    last = now
                totals.append(last - start)
    figures = {"ask.p50_seconds": statistics.median(totals)}
    figures |= {f"ask.part.{name}_seconds": statistics.median(seconds) for name, seconds in sorted(parts.items())}
    return {"figures": figures, "settings": {"questions": len(QUESTIONS), "rounds": ROUNDS}}
