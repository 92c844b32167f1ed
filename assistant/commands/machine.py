"""Commands about the models and this machine."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.shared import JSON, open_session_of

if TYPE_CHECKING:
    from assistant.models.blip.instructblip import InstructBlip
    from assistant.settings import Settings


@click.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Every official checkpoint, also those that no profile uses.")
@JSON
@click.pass_context
def models(ctx: click.Context, every: bool, as_json: bool) -> None:
    """List what each role uses: licence and its limits, disk, memory, and whether it is installed."""
    if ctx.invoked_subcommand is not None:
        return
    from assistant.commands.output import emit
    from assistant.doctor import catalogue, inventory

    settings = open_session_of(ctx).settings
    rows = catalogue(settings) if every else inventory(settings)
    lines = [line for row in rows for line in _model_lines(row)]
    emit(rows, lines, as_json=as_json, empty="No role.")


SIZES = {"disk_gb": "on disk", "memory_gb": "in memory"}


def _model_lines(row: dict[str, Any]) -> list[str]:
    lines = [f"{row['role']:<14} {'there' if row['there'] else 'missing':<8} {row['uses']}  ({row['licence']})"]
    if "limits" in row:
        sizes = [f"{row[key]} GB {where}, " for key, where in SIZES.items() if key in row]
        lines.append(f"{'':<24}{''.join(sizes)}limits: {row['limits']}".replace(", limits", "; limits"))
    return lines


@models.command()
@click.argument("names", metavar="[ROLE|NAME]...", nargs=-1)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Copy the files from this folder, for example from a disk, instead of the hub.",
)
@click.option("--yes", is_flag=True, help="Accept the licences without asking.")
@click.pass_context
def pull(ctx: click.Context, names: tuple[str, ...], source: Path | None, yes: bool) -> None:
    """Fetch the checkpoints of the profile, or those named. An interrupted download is resumed."""
    from assistant.commands.progress import counting
    from assistant.doctor import checkpoints_to_pull
    from assistant.models.hub.pull import copy_checkpoint, pull_checkpoint

    session = open_session_of(ctx)
    checkpoints = checkpoints_to_pull(session.settings, names)
    for checkpoint in checkpoints:
        size = f"{checkpoint.disk_bytes / 1e9:.1f} GB"
        licence = f"licence: {checkpoint.licence}; limits: {checkpoint.limits}"
        click.echo(f"{checkpoint.hub_id}: {size}; {licence}", err=True)
    if checkpoints and not yes:
        click.confirm("Get these, under their licences?", abort=True, err=True)
    for checkpoint in checkpoints:
        if source is None:
            folder = pull_checkpoint(checkpoint, session.store)
        else:
            with counting("bytes") as progress:
                folder = copy_checkpoint(checkpoint, source, session.store, progress=progress)
        click.echo(f"{checkpoint.name}  {folder}")
    if not checkpoints:
        click.echo("Everything that the profile uses is installed.", err=True)


@click.command()
@JSON
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check device, codecs, voice and disk: one line each, and what to do."""
    from assistant.commands.output import emit
    from assistant.doctor import diagnose

    rows = diagnose(open_session_of(ctx).settings)
    lines = [
        f"{'ok' if r['ok'] else 'look':<5} {r['what']}: {r['found']}{'; ' + r['do'] if r['do'] else ''}" for r in rows
    ]
    emit(rows, lines, as_json=as_json, empty="Nothing to say.")


@click.command()
@click.argument("questions", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the calibration to this file (default: in the library).",
)
@JSON
@click.pass_context
def calibrate(ctx: click.Context, questions: Path, out: Path | None, as_json: bool) -> None:
    """Measure how reliable confidences are, on labelled QUESTIONS (.jsonl or .csv: question, answer, video)."""
    from assistant.agent.calibration import calibrate as fit
    from assistant.agent.calibration import is_right, read_questions
    from assistant.agent.options import AgentOptions
    from assistant.commands.output import emit
    from assistant.commands.progress import counting

    labelled = read_questions(questions)
    session = open_session_of(ctx)
    assistant = session.assistant_with(options=AgentOptions(min_confidence=0.0), remembers=False)
    confidences, right = [], []
    with counting("questions") as progress:
        for number, item in enumerate(labelled, 1):
            reply = assistant.ask(item.question, thread_id=str(number), video_id=item.video_id)
            if progress is not None:
                progress(number, len(labelled))
            if reply.short:  # an unanswered question has no confidence to calibrate
                confidences.append(reply.confidence)
                right.append(is_right(reply.answer, item.answers))
    assistant.close()
    calibration = fit(session.core_name, confidences, right)
    target = out or session.calibration_path
    calibration.save(target)
    line = (
        f"{target}: {sum(right)} of {len(right)} answers right; expected calibration error "
        f"{calibration.ece_before:.3f} to {calibration.ece_after:.3f}; "
        f"answers below {calibration.min_confidence:.2f} are withheld"
    )
    emit([asdict(calibration) | {"file": str(target)}], [line], as_json=as_json, empty="")


@click.command("serve-core")
@click.option(
    "--address",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any other than loopback needs a token.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8470, show_default=True, help="Port; 0 takes a free one."
)
@click.option(
    "--cache-gb", type=click.FloatRange(0.1), default=1.0, show_default=True, help="Memory for image features."
)
@click.option(
    "--replicas", type=click.IntRange(1, 64), help="Number of cores, one per GPU; needs the extra `serve` (Ray)."
)
@click.pass_context
def serve_core(ctx: click.Context, address: str, port: int, cache_gb: float, replicas: int | None) -> None:
    """Run the core for several people, who set VIDEO_ASSISTANT_CORE_URL to the printed address.

    For access from other machines, VIDEO_ASSISTANT_CORE_TOKEN must hold the same token on both sides.
    """
    from assistant.serving.host import serve, serve_replicas

    session = open_session_of(ctx)

    def announce(url: str) -> None:
        click.echo(f"The core {session.checkpoint_name} answers at {url} (stop it with Ctrl+C)", err=True)

    run = serve if replicas is None else partial(serve_replicas, replicas=replicas)
    run(
        session.settings,
        _local_core,
        address=address,
        port=port,
        cache_bytes=int(cache_gb * 1e9),
        on_ready=announce,
    )


def _local_core(settings: Settings) -> tuple[InstructBlip, str]:
    """The core of this machine, not yet loaded, and the name of its checkpoint."""
    from assistant.session import Session

    session = Session(settings)
    return session.local_blip, session.checkpoint_name


COMMANDS = (models, doctor, calibrate, serve_core)
