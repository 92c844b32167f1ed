"""The `video-assistant` command: the composition root.

stdout carries only results (with `--json` only JSON); progress and errors go to stderr. Exit 1: some input failed;
2: wrong usage. Heavy imports happen inside the commands, so that `--help` answers at once. So do the imports of
`bench`, `training` and `ui`, which no other module of the product may import (tests/test_import_arrows.py).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from assistant.commands import boxes, conversations, library, machine, search
from assistant.commands.library import run_index
from assistant.commands.shared import JSON, open_session_of
from tools.errors import VideoAssistantError


class _Group(click.Group):
    """Turns every expected failure into one line and exit 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except VideoAssistantError as error:
            click.echo(f"video-assistant: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:
            sys.stderr.close()  # the reader of the pipe left; Python would complain once more at exit
            ctx.exit(1)


class _PartChoice(click.Choice):
    """A choice among the `PARTS` of a module, which is imported when the command is parsed or its help is shown."""

    case_sensitive = True

    def __init__(self, module: str) -> None:  # without super(), which would ask for the choices at once
        self._module = module

    @cached_property
    def choices(self) -> Sequence[str]:  # type: ignore[override] # click's is an attribute, set at once
        parts: Sequence[str] = import_module(self._module).PARTS
        return parts


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--library", type=click.Path(path_type=Path, file_okay=False), help="Folder of the library.")
@click.option("--profile", help="Which checkpoints fill the roles (see `models`).")
@click.version_option(package_name="video-assistant")
@click.pass_context
def main(ctx: click.Context, library: Path | None, profile: str | None) -> None:
    """Talk about videos, and get answers that prove themselves with the moment they come from."""
    from assistant.session import open_session

    ctx.obj = lambda: open_session(library, profile)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port on loopback (default: the first free one).")
@click.option("--address", default="127.0.0.1", show_default=True, help="To listen on; others need a password.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.pass_context
def ui(ctx: click.Context, port: int | None, address: str, no_browser: bool) -> None:
    """Open the chat in the browser. Beyond this machine, VIDEO_ASSISTANT_PASSWORD has to hold a password."""
    from ui.server import run

    session = open_session_of(ctx)
    run(session.settings.library, session.profile.name, port=port, open_browser=not no_browser, address=address)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port on loopback (default: the first free one).")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.pass_context
def demo(ctx: click.Context, port: int | None, no_browser: bool) -> None:
    """Index the bundled clips if needed and open the chat."""
    from importlib.resources import files

    from ui.server import run

    session = open_session_of(ctx)
    run_index(session, (Path(str(files("assistant") / "demo")),))
    run(session.settings.library, session.profile.name, port=port, open_browser=not no_browser)


@main.command()
@click.argument("part", type=_PartChoice("bench.quality.run"))
@click.option("--seed", type=int, default=20261, show_default=True, help="Of the held-out frames.")
@click.option("--size", type=click.IntRange(10, 100_000), default=1000, show_default=True, help="How many of them.")
@click.option(
    "--media",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of real media (limits), of media with truth files (text), of a data set of video questions, or of the "
    "media of a --set (default: where its README says).",
)
@click.option(
    "--questions",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of `planning`: one question a line.",
)
@click.option(
    "--planner",
    type=click.Choice(["rules", "pocket", "random", "empty"]),
    help="Language model of `planning`: none, the pocket model, one that writes random words, one that writes nothing "
    "(default: the profile's).",
)
@click.option(
    "--set",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of a set. `everyday`: questions.jsonl, and its own clips/ where the demo clips are not meant; `text`: "
    "questions.jsonl and lectures/; `speech`, `sight` and `search`: the file of that name (.jsonl).",
)
@click.option(
    "--by",
    type=click.Choice(["words", "meaning", "both"]),
    default="both",
    show_default=True,
    help="How `text` ranks the passages of lectures: as the chat does, or by one of the two alone.",
)
@click.option(
    "--index",
    "keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the libraries of `text`, `sight` and `search` here for next time; one folder a set.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where a row for each question of `planning` or a set is written.",
)
@click.option("--markdown", is_flag=True, help="Print a table with intervals.")
@JSON
@click.pass_context
def evaluate(
    ctx: click.Context,
    part: str,
    seed: int,
    size: int,
    media: Path | None,
    questions: Path | None,
    planner: str | None,
    folder: Path | None,
    by: Any,
    keep: Path | None,
    out: Path | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Quality on held-out data of the rendered world; `limits` and `text` on real media; how questions are understood.

    `msvd`, `msrvtt` and `ivqa` follow the protocol of InstructBLIP's paper on those data sets. `planning` measures the
    tool, query and time planned for questions about imagined videos; `everyday` the answers about real clips. Of a set
    of real material, `text` measures questions to lectures, `speech` what is heard, `sight` whether things are seen in
    real videos, and `search` whether known moments are found.
    """
    from bench.quality.run import NEEDS, REAL, QuestionSet
    from bench.quality.run import evaluate as run

    given = {"--media": media, "--questions": questions, "--set": folder}
    if part in NEEDS and given[NEEDS[part][0]] is None:
        raise click.UsageError(f"evaluate {part} needs {', '.join(NEEDS[part])}")
    if part == "text" and (folder is None) == (media is None):
        raise click.UsageError(
            "evaluate text needs --media, a folder of media with truth files, or --set, a folder with lectures, alone"
        )
    path = questions if part == "planning" else folder if part in ("everyday", "text", *REAL) else None
    question_set = QuestionSet(path, planner, out, by, keep) if path is not None else None
    result = run(part, open_session_of(ctx), seed=seed, size=size, media=media, question_set=question_set)
    if markdown:
        from training.evaluation.run import table

        click.echo(table(result))
    else:
        _report(result, as_json)


@main.command()
@click.argument("part", type=_PartChoice("bench.speed.run"))
@click.option("--device", type=click.Choice(["cpu", "cuda"]), help="Where `core` and `serve` run (default: a GPU).")
@click.option(
    "--index",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the libraries of `events` here for next time.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the world of `events`.")
@click.option(
    "--size", type=click.IntRange(400), default=100_000, show_default=True, help="Keyframes of its largest library."
)
@JSON
@click.pass_context
def bench(
    ctx: click.Context, part: str, device: str | None, index: Path | None, seed: int, size: int, as_json: bool
) -> None:
    """Speed and scale, side by side with the plain alternative."""
    from bench.speed.run import run

    _report(run(part, open_session_of(ctx), index=index, seed=seed, size=size, device=device), as_json)


def _report(result: dict[str, Any], as_json: bool) -> None:
    from assistant.commands.output import emit_json

    if as_json:
        emit_json(result)
        return
    for name, value in result["figures"].items():
        click.echo(f"{name:<36} {value:.4g}")


for command in (part for module in (library, search, boxes, conversations, machine) for part in module.COMMANDS):
    main.add_command(command)


if __name__ == "__main__":
    main()
