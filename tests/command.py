"""The command line, run inside a test."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main


@dataclass
class Output:
    stdout: str
    stderr: str


def run(library: Path, *arguments: str, code: int = 0) -> Any:
    """What a command prints: parsed where `--json` was asked, else both streams."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(["--library", str(library), *arguments])
    assert ended.value.code == code, err.getvalue()
    return json.loads(out.getvalue()) if "--json" in arguments else Output(out.getvalue(), err.getvalue())
