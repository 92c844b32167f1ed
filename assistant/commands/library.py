"""Commands that list or change the videos of the library."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.shared import JSON, open_session_of
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.ingest.records import IndexResult
    from assistant.session import Session


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Index unchanged files again.")
@click.option(
    "--captions", is_flag=True, help="Also write a caption for each keyframe, to be searched like other text."
)
@click.option("--no-speech", is_flag=True, help="Do not recognise speech.")
@click.option("--no-names", is_flag=True, help="Do not name the things in pictures.")
@click.option("--progress-json", is_flag=True, hidden=True, help="Progress as JSON lines on stderr (for the page).")
@JSON
@click.pass_context
def index(
    ctx: click.Context,
    paths: tuple[Path, ...],
    force: bool,
    captions: bool,
    no_speech: bool,
    no_names: bool,
    progress_json: bool,
    as_json: bool,
) -> None:
    """Add files or folders. Resumable: unchanged files that are indexed already are skipped."""
    session = open_session_of(ctx)
    failed = run_index(
        session,
        paths,
        force=force,
        captions=captions,
        hear_speech=not no_speech,
        name_things=not no_names,
        progress_json=progress_json,
        as_json=as_json,
    )
    ctx.exit(1 if failed else 0)


def run_index(
    session: Session,
    paths: tuple[Path, ...],
    *,
    force: bool = False,
    captions: bool = False,
    hear_speech: bool = True,
    name_things: bool = True,
    progress_json: bool = False,
    as_json: bool = False,
) -> bool:
    """Indexes the paths and reports as asked; returns True if any input failed."""
    from assistant.commands.progress import indexing

    results: list[IndexResult] = []
    with indexing(as_json=progress_json) as show:
        for result in session.index(
            paths, progress=show, force=force, hear_speech=hear_speech, name_things=name_things
        ):
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
        for captioned in session.caption(list(dict.fromkeys(r.video_id for r in results if r.video_id))):
            results = [
                replace(r, lines=r.lines + captioned.captions) if r.video_id == captioned.video_id else r
                for r in results
            ]
            if not as_json:
                click.echo(f"captioned  {captioned.video_id}  {captioned.captions} of {captioned.keyframes} keyframes")
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

    videos = open_session_of(ctx).library.videos()
    emit(
        [video_row(video) for video in videos],
        [video_line(video) for video in videos],
        as_json=as_json,
        empty="The library is empty; add videos with `video-assistant index PATH`.",
    )


@click.command()
@click.argument("video_id", metavar="ID")
@click.pass_context
def remove(ctx: click.Context, video_id: str) -> None:
    """Remove a video from the library; its file stays."""
    open_session_of(ctx).library.remove(video_id)


@click.command()
@click.argument("video_id", metavar="[ID]", required=False)
@JSON
@click.pass_context
def reindex(ctx: click.Context, video_id: str | None, as_json: bool) -> None:
    """Index one video, or all, again, for another profile or after an upgrade."""
    session = open_session_of(ctx)
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
    """Check that all parts of the library agree, and repair what can be repaired."""
    from assistant.commands.output import emit

    findings = open_session_of(ctx).library.check()
    emit([{"finding": f} for f in findings], findings, as_json=as_json, empty="Everything is in order.")
    ctx.exit(1 if findings else 0)


@click.command()
@click.argument("video_id", metavar="ID")
@click.argument("at", metavar="WHEN", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]))
@click.pass_context
def recorded(ctx: click.Context, video_id: str, at: datetime) -> None:
    """Set when a video was recorded, if its file does not say; questions may ask for "yesterday evening"."""
    open_session_of(ctx).library.set_recorded_at(video_id, at)


COMMANDS = (index, videos, recorded, remove, reindex, check)
