"""How far a command is, on stderr: a bar on a terminal, JSON lines for the page, nothing in a pipe."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.ingest.records import Progress


class indexing:  # noqa: N801 - reads as a verb where it is used
    """A bar for each video, over its seconds."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._bar: Any = None
        self._video = ""

    def __enter__(self) -> Callable[[Progress], None] | None:
        if self._as_json:
            return self._line
        return self._draw if sys.stderr.isatty() else None

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _line(self, progress: Progress) -> None:
        from dataclasses import asdict

        click.echo(json.dumps(asdict(progress), ensure_ascii=False), err=True)

    def _draw(self, progress: Progress) -> None:
        from tqdm import tqdm

        if self._bar is None or progress.video != self._video:
            if self._bar is not None:
                self._bar.close()
            self._video = progress.video
            self._bar = tqdm(
                total=progress.total_seconds,
                desc=Path(progress.video).name[:30],
                unit="s",
                leave=False,
                bar_format="{desc} {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s of video, {remaining} left{postfix}",
            )
        self._bar.set_postfix_str(progress.stage, refresh=False)
        self._bar.update(progress.done_seconds - self._bar.n)


class counting:  # noqa: N801 - reads as a verb where it is used
    """A bar that counts `what`."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Any = None

    def __enter__(self) -> Callable[[int, int], None] | None:
        return self._draw if sys.stderr.isatty() else None

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def _draw(self, done: int, total: int) -> None:
        from tqdm import tqdm

        self._bar = self._bar or tqdm(total=total, unit=f" {self._what}", leave=False)
        self._bar.update(done - self._bar.n)
