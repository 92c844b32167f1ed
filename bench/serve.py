"""How much faster one worker answers eight people at once than one after the other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.timing import alternate, median_ratio
from tools.types import Keyframe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.session import Session

CLIENTS = 8
FRAMES = 8  # verified and answered from, for each question
ROUNDS = {"cpu": 5, "cuda": 9}
THINGS = (
    "a red car",
    "a bus",
    "a man in a blue jacket",
    "a dog by the truck",
    "two people",
    "rain",
    "a bicycle",
    "a van",
)


def measure(session: Session, *, device: str | None = None) -> dict[str, Any]:
    """Figures `serve.*`, of a worker in a process of its own.

    Each person has pictures of their own, whose features the worker holds, and asks what the agent asks for one
    question: the tool, its slot, yes or no for each frame, an answer.

    Args:
        device: cpu or cuda; None: the GPU where there is one.
    """
    import torch

    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    with _worker(session, where) as url:
        people = [_Person(session, url, number) for number in range(CLIENTS)]

        def in_turn() -> None:
            for person in people:
                person.ask()

        with ThreadPoolExecutor(CLIENTS) as pool:

            def at_once() -> None:
                list(pool.map(_Person.ask, people))

            seconds = alternate({"in turn": in_turn, "at once": at_once}, rounds=ROUNDS[where])
    ratio = median_ratio(seconds["in turn"], seconds["at once"])
    return {
        "figures": {
            "serve.throughput_ratio": ratio,
            "serve.questions_per_second": CLIENTS / float(np.median(seconds["at once"])),
        },
        "settings": {"clients": CLIENTS, "frames": FRAMES, "device": where, "core": session.checkpoint_name},
    }


class _Person:
    """One client with its own connection and pictures."""

    def __init__(self, session: Session, url: str, number: int) -> None:
        from assistant.agent.core import InstructBlipCore
        from assistant.session import Session as Opened

        own = Opened(session.settings.model_copy(update={"core_url": url, "core": None}))
        pictures = np.random.default_rng(number).integers(0, 255, (FRAMES, 90, 160, 3), np.uint8)
        self._core = InstructBlipCore(own.blip, _Stored(own.blip.features(list(pictures))))
        self._frames = [Keyframe("v", i, float(i), 0, 0, "") for i in range(FRAMES)]
        self._thing = THINGS[number]

    def ask(self) -> None:
        question = f"is there {self._thing} in the street?"
        self._core.choose(question, {"find_frames": "", "find_events": "", "read_text": "", "count": "", "look": ""})
        self._core.fill(question, "find_frames", ["query"])
        self._core.verify(self._thing, self._frames)
        self._core.answer(question, self._frames)


class _Stored:
    """Features as a library has them."""

    def __init__(self, features: NDArray[np.float16]) -> None:
        self._features = features

    def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16]:  # noqa: ARG002
        return self._features[list(frame_indexes)]


@contextmanager
def _worker(session: Session, device: str) -> Iterator[str]:
    """The address of a worker of the session's core, ended with the block."""
    environment = {**os.environ, "VIDEO_ASSISTANT_PROFILE": session.profile.name}
    if device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""
    words = [sys.executable, "-m", "assistant.cli", "serve-core", "--port", "0"]
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        yield _told(process)
    finally:
        process.terminate()
        process.wait()


def _told(process: subprocess.Popen[str]) -> str:
    """The address that a worker says it answers at."""
    started = time.monotonic()
    said = ""
    for line in process.stderr or ():
        said += line
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise RuntimeError(f"the worker ended after {time.monotonic() - started:.0f} s: {said.strip()[-300:]}")
