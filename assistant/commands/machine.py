"""Commands about this machine and its models."""

from __future__ import annotations

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


COMMANDS = (models, doctor)
