"""The training loop of all recipes: a budget of seconds, Muon for matrices, and checkpoints to resume from.

Muon (Jordan et al., 2024) for matrices and AdamW for other weights overcame the plateau on which AdamW alone stayed.
The learning rate is constant for `hold` of the run and then falls to 2 % of it; figures from before that say little.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from training.common.feed import feed

T = TypeVar("T")
LONGEST_STEP = 30.0  # most seconds that a step counts: the machine may sleep

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Schedule:
    """Duration and learning rates of a run."""

    seconds: float  # of training; evaluation does not count
    matrix_rate: float = 0.01  # Muon's learning rate
    other_rate: float = 1e-3  # AdamW's learning rate
    matrix_decay: float = 0.05  # Muon's weight decay
    warm_up_steps: int = 40
    hold: float = 0.5  # share of the run before the rate starts to fall
    report_every: float = 60.0  # seconds
    save_every: float = 120.0  # seconds

    def factor(self, step: int, progress: float) -> float:
        """Returns the factor on the learning rates at a step and at `progress` in [0, 1]."""
        return min(1.0, step / self.warm_up_steps) * (min(1.0, (1 - progress) / (1 - self.hold)) * 0.98 + 0.02)


def optimisers(parameters: Mapping[str, nn.Parameter], schedule: Schedule) -> list[torch.optim.Optimizer]:
    """Returns AdamW for embeddings, positions, biases, norms and heads, and Muon for the other matrices, if any."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, parameter in parameters.items():
        matrix = parameter.ndim == 2 and not any(part in name for part in ("embed", "shared", "relative", "head."))
        (matrices if matrix else others).append(parameter)
    result: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(others, lr=schedule.other_rate, betas=(0.9, 0.98), weight_decay=0.0)
    ]
    if matrices:
        muon = torch.optim.Muon(matrices, lr=schedule.matrix_rate, weight_decay=schedule.matrix_decay, momentum=0.95)
        result.append(muon)
    return result


class Loop:
    """Runs a recipe's training.

    Args:
        out: folder of the checkpoint (`resume.pt`), the log (`log.jsonl`) and the files of `save`.
        modules: modules to train by name; frozen parameters do not change.
        loss: returns the loss of a batch and figures for the log, given the progress in [0, 1].
        schedule: duration and learning rates.
        save: writes the model as users load it.
        evaluate: returns figures on held-out data, for the log.
        rank: number of this process in its gloo group.
        processes: size of the group; gradients are averaged in every step.
    """

    def __init__(
        self,
        out: Path,
        modules: Mapping[str, nn.Module],
        loss: Callable[[float], tuple[Tensor, dict[str, Tensor]]],
        *,
        schedule: Schedule,
        save: Callable[[], None],
        evaluate: Callable[[], dict[str, float]] | None = None,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        self.out, self.schedule, self.loss, self.save, self.evaluate = out, schedule, loss, save, evaluate
        self.rank, self.processes = rank, processes
        self.modules = dict(modules)
        named = {f"{key}.{name}": p for key, module in modules.items() for name, p in module.named_parameters()}
        self.parameters = {name: p for name, p in named.items() if p.requires_grad}
        self.optimisers = optimisers(self.parameters, schedule)
        self.rates = [[group["lr"] for group in optimiser.param_groups] for optimiser in self.optimisers]
        self.step, self.elapsed = 0, 0.0
        out.mkdir(parents=True, exist_ok=True)
        self._resume()

    def _resume(self) -> None:
        path = self.out / "resume.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        for name, module in self.modules.items():
            module.load_state_dict(state["modules"][name])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.step, self.elapsed = state["step"], state["elapsed"]
        log.info("resumed at step %d, %.0f s", self.step, self.elapsed)

    def _checkpoint(self) -> None:
        state = {
            "modules": {name: module.state_dict() for name, module in self.modules.items()},
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "elapsed": self.elapsed,
        }
        with tempfile.NamedTemporaryFile(dir=self.out, delete=False) as file:
            torch.save(state, file)
        Path(file.name).replace(self.out / "resume.pt")

    def run(self) -> None:
        """Trains until the seconds of the schedule are spent, then saves."""
        if torch.cuda.is_available():
            torch.set_float32_matmul_precision("high")
        reported = saved = self.elapsed
        figures: list[dict[str, Tensor]] = []
        while True:
            progress = self._mean_progress(self.elapsed / self.schedule.seconds)
            if progress >= 1:
                break
            start = time.monotonic()
            self.step += 1
            factor = self.schedule.factor(self.step, progress)
            for optimiser, rates in zip(self.optimisers, self.rates, strict=True):
                for group, rate in zip(optimiser.param_groups, rates, strict=True):
                    group["lr"] = rate * factor
            loss, details = self.loss(progress)
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
            self._average_gradients()
            nn.utils.clip_grad_norm_(list(self.parameters.values()), 1.0)
            for optimiser in self.optimisers:
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
            self.elapsed += min(time.monotonic() - start, LONGEST_STEP)
            figures.append({"loss": loss.detach()} | {name: value.detach() for name, value in details.items()})
            if self.rank == 0 and self.elapsed - reported >= self.schedule.report_every:
                reported = self.elapsed
                self._report(figures)
                figures = []
            if self.rank == 0 and self.elapsed - saved >= self.schedule.save_every:
                saved = self.elapsed
                self._checkpoint()
        if self.rank == 0:
            self._checkpoint()
            self.save()
            self._report(figures or [{}])

    def _mean_progress(self, progress: float) -> float:
        """Returns the mean progress of all processes, so that they stop at the same step."""
        if self.processes == 1:
            return progress
        shared = torch.tensor([progress])
        torch.distributed.all_reduce(shared)
        return float(shared) / self.processes

    def _average_gradients(self) -> None:
        if self.processes == 1:
            return
        gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in self.parameters.values()]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        torch.distributed.all_reduce(flat)
        flat /= self.processes
        offset = 0
        for parameter in self.parameters.values():
            parameter.grad = flat[offset : offset + parameter.numel()].view_as(parameter).clone()
            offset += parameter.numel()

    def _report(self, figures: list[dict[str, Tensor]]) -> None:
        names = sorted({name for row in figures for name in row})
        row: dict[str, float] = {"step": self.step, "seconds": round(self.elapsed)}
        for name in names:
            # The figures are read only here, since each read makes the GPU wait for the CPU.
            values = torch.stack([figure[name] for figure in figures if name in figure])
            row[name] = round(values.float().mean().item(), 4)
        if self.evaluate is not None:
            row |= self.evaluate()
        log.info("%s", json.dumps(row))
        with (self.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")


def add_options(
    parser: argparse.ArgumentParser, *, seconds: float, batch: int, report_every: float, seed: int, rate: float = 0.01
) -> None:
    """Adds the options that the recipes on pictures share, with the defaults of one recipe."""
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes that render, beside a GPU")
    parser.add_argument("--uses", type=int, default=1, help="how often each rendered frame is learnt from")
    parser.add_argument("--rate", type=float, default=rate, help="Muon's, for matrices")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--report-every", type=float, default=report_every, help="seconds")
    parser.add_argument("--seed", type=int, default=seed)
    parser.add_argument(
        "--pairs", choices=("all", "seen"), default="all", help="'seen' measures generalisation to pairs held out"
    )


def batches_of(loop: Loop, sample: Callable[[random.Random], T], options: argparse.Namespace) -> Iterator[T]:
    """Yields a recipe's batches; their seed has the step, so that a resumed run does not repeat the first ones."""
    torch.manual_seed(options.seed + loop.step + 1000 * loop.rank)
    return feed(sample, seed=f"{options.seed} {loop.step} {loop.rank}", workers=options.workers)


def launch(worker: Callable[..., None], processes: int, *arguments: object) -> None:
    """Runs `worker(rank, processes, *arguments)` in this process, or in several processes of a gloo group.

    On a busy CPU two processes with one thread each, which synchronise once per step, are faster than one process with
    two threads, which synchronise in every operation.
    """
    if processes == 1:
        worker(0, 1, *arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        meeting = f"file://{folder}/meet"
        torch.multiprocessing.spawn(  # type: ignore[no-untyped-call,attr-defined]  # torch leaves it untyped
            _join, args=(worker, processes, meeting, *arguments), nprocs=processes
        )


def _join(rank: int, worker: Callable[..., None], processes: int, meeting: str, *arguments: object) -> None:
    torch.distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=processes)
    try:
        worker(rank, processes, *arguments)
    finally:
        torch.distributed.destroy_process_group()
