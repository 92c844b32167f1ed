"""Commands about this machine and its models."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from assistant.commands.shared import JSON, opened


@click.command()
@JSON
@click.pass_context
def models(ctx: click.Context, as_json: bool) -> None:
    """What each role uses, its licence, and whether it is there."""
    from assistant.inventory import inventory
    from assistant.output import emit

    rows = inventory(opened(ctx).settings)
    lines = [f"{r['role']:<14} {'there' if r['there'] else 'missing':<8} {r['uses']}  ({r['licence']})" for r in rows]
    emit(rows, lines, as_json=as_json, empty="No role.")


@click.command()
@JSON
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Device, codecs, voice, disk: one line each, and what to do."""
    from assistant.inventory import diagnose
    from assistant.output import emit

    rows = diagnose(opened(ctx).settings)
    lines = [
        f"{'ok' if r['ok'] else 'look':<5} {r['what']}: {r['found']}{'; ' + r['do'] if r['do'] else ''}" for r in rows
    ]
    emit(rows, lines, as_json=as_json, empty="Nothing to say.")


@click.command()
@click.argument("questions", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it here (default: the library).")
@JSON
@click.pass_context
def calibrate(ctx: click.Context, questions: Path, out: Path | None, as_json: bool) -> None:
    """Measure how sure answers really are, from labelled QUESTIONS (.jsonl or .csv: question, answer, video)."""
    from assistant.agent.records import Options
    from assistant.calibration import calibrate as fit
    from assistant.calibration import is_right, read_questions
    from assistant.output import emit
    from assistant.progress import counting

    labelled = read_questions(questions)
    session = opened(ctx)
    assistant = session.assistant_with(options=Options(min_confidence=0.0), remembers=False)
    confidences, right = [], []
    with counting("questions") as progress:
        for number, one in enumerate(labelled, 1):
            reply = assistant.ask(one.question, thread_id=str(number), video_id=one.video_id)
            if progress is not None:
                progress(number, len(labelled))
            if reply.short:  # what it does not answer needs no confidence
                confidences.append(reply.confidence)
                right.append(is_right(reply.answer, one.answers))
    assistant.close()
    found = fit(session.core_name, confidences, right)
    target = out or session.calibration_path
    found.save(target)
    line = (
        f"{target}: {sum(right)} of {len(right)} answers right; expected calibration error "
        f"{found.ece_before:.3f} to {found.ece_after:.3f}; answers below {found.min_confidence:.2f} are withheld"
    )
    emit([asdict(found) | {"file": str(target)}], [line], as_json=as_json, empty="")


COMMANDS = (models, doctor, calibrate)
