"""How much faster one worker answers eight people at once than one after the other."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.speed.timing import alternate, median_ratio
from tools.errors import VideoAssistantError
from tools.types import Keyframe
from training.world.render import draw
from training.world.scene import sample_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.session import Session

CLIENTS = 8
LOOKED_FRAMES = 3  # one after the other, as the agent looks at a stretch
VERIFIED_FRAMES = 32  # in one call, as it verifies what a search found
ROUNDS = {"cpu": 4, "cuda": 9}
THINGS = ("a red car", "a bus", "a man in blue", "a dog by the truck", "two people", "rain", "a bicycle", "a van")


def measure(session: Session, *, device: str | None = None) -> dict[str, Any]:
    """Figures `serve.*`, of a worker in a process of its own.

    Each person has pictures of their own, whose features the worker holds. A question is what most questions of
    `bench ask` ask of the core: the tool, its slot, and an answer from each of a few frames. What a search found is
    verified in one call and is a batch already: what several of those gain together is a figure of its own.

    Args:
        device: cpu or cuda; None: the GPU where there is one.
    """
    import torch

    there = torch.cuda.is_available()
    where = device or ("cuda" if there else "cpu")
    if where == "cuda" and not there:
        raise VideoAssistantError("bench serve --device cuda: there is no CUDA device here; leave --device away")
    with _worker(session, where) as url:
        people = [_Person(session, url, number) for number in range(CLIENTS)]
        asking = _seconds(people, _Person.ask, ROUNDS[where])
        verifying = _seconds(people, _Person.verify, ROUNDS[where])
    return {
        "figures": {
            "serve.throughput_ratio": median_ratio(asking["in turn"], asking["at once"]),
            "serve.verify_throughput_ratio": median_ratio(verifying["in turn"], verifying["at once"]),
            "serve.questions_per_second": CLIENTS / statistics.median(asking["at once"]),
        },
        "settings": {"clients": CLIENTS, "device": where, "core": session.checkpoint_name},
    }


def _seconds(people: Sequence[_Person], call: Callable[[_Person], object], rounds: int) -> dict[str, list[float]]:
    """How long all of them take, one after the other and at once."""
    with ThreadPoolExecutor(len(people)) as pool:
        return alternate(
            {"in turn": lambda: [call(one) for one in people], "at once": lambda: list(pool.map(call, people))},
            rounds=rounds,
        )


class _Person:
    """One client with its own connection and pictures."""

    def __init__(self, session: Session, url: str, number: int) -> None:
        from assistant.agent.cores.instructblip import InstructBlipCore
        from assistant.session import Session as Opened

        own = Opened(session.settings.model_copy(update={"core_url": url}))
        random = Random(number)
        pictures = [np.array(draw(sample_scene(random))) for _ in range(VERIFIED_FRAMES)]
        self._core = InstructBlipCore(own.blip, _Stored(own.blip.features(pictures)))
        self._frames = [Keyframe("v", i, float(i), 0, 0, "") for i in range(VERIFIED_FRAMES)]
        self._thing = THINGS[number]

    def ask(self) -> None:
        question = f"is there {self._thing} in the street?"
        self._core.choose(question, {"find_frames": "", "find_events": "", "read_text": "", "count": "", "look": ""})
        self._core.fill(question, "find_frames", ["query"])
        for frame in self._frames[:LOOKED_FRAMES]:
            self._core.answer(question, [frame])

    def verify(self) -> None:
        self._core.verify(self._thing, self._frames)


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
    said = ""
    for line in process.stderr or ():
        said += line
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise VideoAssistantError(f"the worker ended: {(said.strip().splitlines() or ['it said nothing'])[-1][:300]}")
