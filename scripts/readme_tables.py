"""Writes the generated tables of README.md: `python -m scripts.readme_tables`; `--check` only compares.

Each table lies between two markers, `<!-- NAME: ... -->` and `<!-- NAME: end -->`. The commands come from the help
texts of `assistant/cli.py`, the environment variables from the fields of `assistant/settings.py`.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from assistant.cli import main as program
from assistant.settings import Settings

README = Path(__file__).parents[1] / "README.md"
PREFIX = "VIDEO_ASSISTANT_"


def _subcommands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path, such as `("threads", "show")`, in alphabetical order."""
    for name, command in sorted(group.commands.items()):
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from _subcommands(command, (*path, name))


def _cell(text: str) -> str:
    """One line of text as a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def command_table() -> str:
    """The table of all commands: name and arguments, whether it has `--json`, and the first paragraph of its help."""
    lines = ["| command | `--json` | what it does |", "|---|---|---|"]
    for path, command in _subcommands(program):
        pieces = click.Command.collect_usage_pieces(
            command, click.Context(command)
        )  # not a group's `COMMAND [ARGS]...`
        arguments = [piece for piece in pieces if piece != "[OPTIONS]"]
        has_json = any("--json" in parameter.opts for parameter in command.params)
        usage = _cell(" ".join((*path, *arguments)))
        summary = _cell((command.help or "").split("\n\n")[0])
        lines.append(f"| `{usage}` | {'yes' if has_json else ''} | {summary} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    """The default as a cell; a folder that depends on the platform is named so."""
    if field.default_factory is not None:
        return "in the platform's data folder"
    if field.default is None:
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _choices(field: FieldInfo) -> str:
    """A sentence with the allowed values of a closed choice, else an empty text."""
    kinds = [field.annotation, *get_args(field.annotation)]  # a choice that may be unset is a union
    values = [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]
    return " Values: " + ", ".join(f"`{value}`" for value in values) + "." if values else ""


def settings_table() -> str:
    """The table of all environment variables: name, default, meaning."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        meaning = _cell(field.description or "")
        lines.append(f"| `{PREFIX}{name.upper()}` | {_default(field)} | {meaning}{_choices(field)} |")
    return "\n".join(lines) + "\n"


TABLES: dict[str, Callable[[], str]] = {"commands": command_table, "settings": settings_table}


def with_tables(text: str) -> str:
    """The text of the README with each table made anew.

    Raises:
        ValueError: the markers of a table are missing.
    """
    for name, make in TABLES.items():
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"README.md has no markers for the table {name!r}: <!-- {name}: ... --> and an end marker")
        table = make()
        text = pattern.sub(lambda match, table=table: match[1] + table + match[2], text)  # type: ignore[misc]
    return text


def main() -> None:
    """Write the tables, or check them."""
    current = README.read_text(encoding="utf-8")
    made = with_tables(current)
    if "--check" not in sys.argv:
        README.write_text(made, encoding="utf-8")
    elif made != current:
        sys.exit("README.md has stale tables: run `.venv/bin/python -m scripts.readme_tables`")


if __name__ == "__main__":
    main()
