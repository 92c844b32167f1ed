"""Commands that change or list what the library holds."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.shared import JSON, opened
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.ingest.records import IndexResult
    from assistant.session import Session


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Index again what is unchanged.")
@click.option("--captions", is_flag=True, help="Then have the core tell what each keyframe shows, to be searched too.")
@click.option("--progress-json", is_flag=True, hidden=True, help="Progress as JSON lines on stderr (for the page).")
@JSON
@click.pass_context
def index(
    ctx: click.Context, paths: tuple[Path, ...], force: bool, captions: bool, progress_json: bool, as_json: bool
) -> None:
    """Add files or folders. Resumable: what is ready and unchanged is skipped."""
    session = opened(ctx)
    failed = run_index(session, paths, force=force, captions=captions, progress_json=progress_json, as_json=as_json)
    ctx.exit(1 if failed else 0)


def run_index(
    session: Session,
    paths: tuple[Path, ...],
    *,
    force: bool = False,
    captions: bool = False,
    progress_json: bool = False,
    as_json: bool = False,
) -> bool:
    """Indexes, reporting as asked; True if any input failed."""
    from assistant.commands.progress import indexing

    results: list[IndexResult] = []
    with indexing(as_json=progress_json) as show:
        for result in session.index(paths, progress=show, force=force):
            results.append(result)
            if as_json:
                continue
            name = Path(result.path).name
            if result.status == "failed":
                click.echo(f"failed     {name}: {result.error}", err=True)
            else:
                warnings = "".join(f"; {w}" for w in result.warnings)
                click.echo(
                    f"{result.status:<10} {name}  {result.video_id}  {result.keyframes} keyframes, "
                    f"{result.lines} lines, {result.seconds:.1f} s{warnings}"
                )
    if captions:
        for told in session.caption(list(dict.fromkeys(r.video_id for r in results if r.video_id))):
            results = [replace(r, lines=r.lines + told.captions) if r.video_id == told.video_id else r for r in results]
            if not as_json:
                click.echo(f"captioned  {told.video_id}  {told.captions} of {told.keyframes} keyframes")
    if as_json:
        from assistant.commands.output import emit_json

        emit_json([asdict(result) for result in results])
    return any(result.status == "failed" for result in results)


@click.command()
@JSON
@click.pass_context
def videos(ctx: click.Context, as_json: bool) -> None:
    """List the videos."""
    from assistant.commands.output import emit, video_line, video_row

    found = opened(ctx).library.videos()
    emit(
        [video_row(v) for v in found],
        [video_line(v) for v in found],
        as_json=as_json,
        empty="The library is empty; add videos with `video-assistant index PATH`.",
    )


@click.command()
@click.argument("video_id", metavar="ID")
@click.pass_context
def remove(ctx: click.Context, video_id: str) -> None:
    """Remove a video from the library; its file stays."""
    opened(ctx).library.remove(video_id)


@click.command()
@click.argument("video_id", metavar="[ID]", required=False)
@JSON
@click.pass_context
def reindex(ctx: click.Context, video_id: str | None, as_json: bool) -> None:
    """Index one video, or all, again: for another profile, or after an upgrade."""
    session = opened(ctx)
    library = session.library
    chosen = [library.video(video_id)] if video_id else library.videos()
    paths = tuple(Path(video.paths[0]) for video in chosen if video.paths)
    if not paths:
        raise VideoAssistantError("there is nothing to index again; add videos with `video-assistant index PATH`")
    ctx.exit(1 if run_index(session, paths, force=True, as_json=as_json) else 0)


@click.command()
@JSON
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Compare everything the library stores, and mend what can be mended."""
    from assistant.commands.output import emit

    findings = opened(ctx).library.check()
    emit([{"finding": f} for f in findings], findings, as_json=as_json, empty="Everything is in order.")
    ctx.exit(1 if findings else 0)


@click.command()
@click.argument("video_id", metavar="ID")
@click.argument("at", metavar="WHEN", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]))
@click.pass_context
def recorded(ctx: click.Context, video_id: str, at: datetime) -> None:
    """Say when a video was recorded, where its file does not: questions may ask for "yesterday evening"."""
    opened(ctx).library.set_recorded_at(video_id, at)


COMMANDS = (index, videos, recorded, remove, reindex, check)
