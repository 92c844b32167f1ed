"""The command line alone may import `bench`, `training` and `ui`, and only inside the command that needs them.

import-linter (pyproject.toml) checks every other arrow; it cannot tell an import inside a function from one at the top.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import assistant.cli

INSIDE_COMMANDS_ONLY = {"bench", "training", "ui"}


def _imports_outside_functions(node: ast.AST) -> Iterator[str]:
    """The names of the top packages that are imported when the module is."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name.split(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield (child.module or "").split(".")[0]
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _imports_outside_functions(child)


def test_the_command_line_imports_bench_training_and_ui_inside_commands_only() -> None:
    packages = set(_imports_outside_functions(ast.parse(Path(assistant.cli.__file__).read_text(encoding="utf-8"))))
    assert "assistant" in packages
    assert not packages & INSIDE_COMMANDS_ONLY


def test_the_help_of_other_commands_loads_none_of_them() -> None:
    program = (
        "import sys; from assistant.cli import main; main(sys.argv[1:], standalone_mode=False); "
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'bench', 'training', 'ui', 'torch'}))"
    )
    for arguments in ([], ["find"]):
        command = [sys.executable, "-c", program, *arguments, "--help"]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "Usage:" in run.stdout
        assert run.stdout.splitlines()[-1] == "[]"
