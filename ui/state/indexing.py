"""Indexing in a child process: the page stays responsive, and cancelling ends that process alone."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Job:
    """One run of `video-assistant index`."""

    process: subprocess.Popen[str]
    progress: dict[str, dict[str, Any]] = field(default_factory=dict)  # by path, as --progress-json writes it
    results: list[dict[str, Any]] = field(default_factory=list)  # as `index --json` writes them when it has ended
    messages: list[str] = field(default_factory=list)  # lines of stderr that are no progress
    cancelled: bool = False

    @property
    def running(self) -> bool:
        return self.process.poll() is None


class Indexer:
    """At most one job at a time, for all tabs of the page."""

    def __init__(self, library: Path, profile: str) -> None:
        self._command = [sys.executable, "-m", "assistant.cli", "--library", str(library), "--profile", profile]
        self._lock = threading.Lock()
        self.job: Job | None = None

    @property
    def running(self) -> bool:
        return self.job is not None and self.job.running

    def start(self, paths: Sequence[Path], *, force: bool = False) -> bool:
        """Starts to index `paths`; returns False if a job is running already.

        Args:
            paths: files and folders.
            force: indexes files again that have not changed.
        """
        arguments = ["index", *(["--force"] if force else []), "--json", "--progress-json", "--", *map(str, paths)]
        with self._lock:
            if self.running:
                return False
            process = subprocess.Popen(  # noqa: S603 - our own command, without a shell; names come after --
                [*self._command, *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
            self.job = Job(process)
            threading.Thread(target=_read_progress, args=(self.job,), daemon=True).start()
            threading.Thread(target=_read_results, args=(self.job,), daemon=True).start()
            return True

    def cancel(self) -> None:
        """Stops the job; videos that are ready stay in the library."""
        if self.job is not None and self.job.running:
            self.job.cancelled = True
            self.job.process.terminate()


def _read_progress(job: Job) -> None:
    for line in job.process.stderr or ():
        try:
            progress = json.loads(line)
            job.progress[progress["video"]] = progress
        except (ValueError, TypeError, KeyError):
            job.messages.append(line.strip())


def _read_results(job: Job) -> None:
    output = job.process.stdout.read() if job.process.stdout else ""
    with contextlib.suppress(ValueError):
        job.results = json.loads(output)
    job.process.wait()
