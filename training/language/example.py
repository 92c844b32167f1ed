"""The records that every language task speaks in."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Sampler = Callable[[random.Random], "Example"]


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and what the model is to write."""

    prompt: str
    target: str


@dataclass(frozen=True, slots=True)
class Task:
    """One language task: how training samples it, and how the evaluation does, with wordings training never sees."""

    sample: Sampler
    held_out: Sampler
    weight: float  # how often a step trains it, relative to the others
    candidates: tuple[str, ...] = ()  # of a choice by likelihood; empty if the answer is written freely
