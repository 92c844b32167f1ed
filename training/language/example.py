"""The records of every language task."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Sampler = Callable[[random.Random], "Example"]


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt, and the text that the model should write."""

    prompt: str
    target: str


@dataclass(frozen=True, slots=True)
class Task:
    """A language task: how training samples it, and how the evaluation samples it, with held-out wordings."""

    sample: Sampler
    held_out: Sampler
    weight: float  # how often training samples it, relative to the other tasks
    candidates: tuple[str, ...] = ()  # answers of a choice by likelihood; empty if the answer is free text
