"""How much faster a worker answers eight clients at once than one client after another."""

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

from bench.speed.synthetic_videos import StoredFeatures, keyframes
from bench.speed.timing import alternate, median_ratio
from tools.errors import VideoAssistantError
from training.world.render import draw
from training.world.scene import sample_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.session import Session

CLIENTS = 8
LOOKED_FRAMES = 3  # one after the other, as the agent looks at the frames of a moment
VERIFIED_FRAMES = 32  # in one call, as the agent verifies the hits of a search
ROUNDS = {"cpu": 4, "cuda": 9}
THINGS = ("a red car", "a bus", "a man in blue", "a dog by the truck", "two people", "rain", "a bicycle", "a van")


def measure(session: Session, *, device: str | None = None) -> dict[str, Any]:
    """Figures `serve.*`, of a worker in its own process.

    Each client has its own pictures, whose features the worker holds. A question makes the calls of the core that most
    questions of `bench ask` make: choose the tool, fill its slot, and answer from each of a few frames. The hits of a
    search are verified in one call, which is a batch already; `serve.verify_throughput_ratio` says what several such
    calls gain at once.

    Args:
        session: whose core the worker runs.
        device: cpu or cuda; None: the GPU where there is one.
    """
    import torch

    has_gpu = torch.cuda.is_available()
    where = device or ("cuda" if has_gpu else "cpu")
    if where == "cuda" and not has_gpu:
        raise VideoAssistantError("bench serve --device cuda: there is no CUDA device here; leave --device away")
    with _worker(session, where) as url:
        clients = [_Client(session, url, number) for number in range(CLIENTS)]
        asking = _seconds(clients, _Client.ask, ROUNDS[where])
        verifying = _seconds(clients, _Client.verify, ROUNDS[where])
    return {
        "figures": {
            "serve.throughput_ratio": median_ratio(asking["in turn"], asking["at once"]),
            "serve.verify_throughput_ratio": median_ratio(verifying["in turn"], verifying["at once"]),
            "serve.questions_per_second": CLIENTS / statistics.median(asking["at once"]),
        },
        "settings": {"clients": CLIENTS, "device": where, "core": session.checkpoint_name},
    }


def _seconds(clients: Sequence[_Client], call: Callable[[_Client], object], rounds: int) -> dict[str, list[float]]:
    """Seconds until every client has its answer, of each round: `in turn` and `at once`."""
    with ThreadPoolExecutor(len(clients)) as pool:
        return alternate(
            {
                "in turn": lambda: [call(client) for client in clients],
                "at once": lambda: list(pool.map(call, clients)),
            },
            rounds=rounds,
        )


class _Client:
    """One client with its own connection and pictures."""

    def __init__(self, session: Session, url: str, number: int) -> None:
        from assistant.agent.cores.instructblip import InstructBlipCore
        from assistant.session import Session as OpenSession

        remote = OpenSession(session.settings.model_copy(update={"core_url": url})).blip
        random = Random(number)
        pictures = [np.array(draw(sample_scene(random))) for _ in range(VERIFIED_FRAMES)]
        self._core = InstructBlipCore(remote, StoredFeatures(remote.features(pictures)))
        self._frames = keyframes(VERIFIED_FRAMES)
        self._thing = THINGS[number]

    def ask(self) -> None:
        question = f"is there {self._thing} in the street?"
        self._core.choose(question, {"find_frames": "", "find_events": "", "read_text": "", "count": "", "look": ""})
        self._core.fill(question, "find_frames", ["query"])
        for frame in self._frames[:LOOKED_FRAMES]:
            self._core.answer(question, [frame])

    def verify(self) -> None:
        self._core.verify(self._thing, self._frames)


@contextmanager
def _worker(session: Session, device: str) -> Iterator[str]:
    """The address of a worker that runs the session's core; the worker ends with the block."""
    environment = {**os.environ, "VIDEO_ASSISTANT_PROFILE": session.profile.name}
    if device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""
    command = [sys.executable, "-m", "assistant.cli", "serve-core", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own
    try:
        yield _printed_address(process)
    finally:
        process.terminate()
        process.wait()


def _printed_address(process: subprocess.Popen[str]) -> str:
    """The address that a worker prints when it is ready.

    Raises:
        VideoAssistantError: the worker ended before, with its last line.
    """
    output = ""
    for line in process.stderr or ():
        output += line
        if address := re.search(r"http://\S+", line):
            return address.group()
    raise VideoAssistantError(f"the worker ended: {(output.strip().splitlines() or ['it printed nothing'])[-1][:300]}")
