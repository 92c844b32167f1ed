"""The `video-assistant` command: the composition root.

stdout carries only results (with `--json` only JSON); progress and errors go to stderr. Exit 1: some input failed;
2: wrong usage. Heavy imports happen inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.ingest.records import IndexResult, Progress
    from assistant.session import Session

F = TypeVar("F", bound=Callable[..., Any])
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
VIDEO = click.option("--video", "video_id", metavar="ID", help="Only in this video.")
LIMIT = click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most so many.")


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


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--library", type=click.Path(path_type=Path, file_okay=False), help="Folder of the library.")
@click.option("--profile", help="Which checkpoints fill the roles (see `models`).")
@click.version_option(package_name="video-assistant")
@click.pass_context
def main(ctx: click.Context, library: Path | None, profile: str | None) -> None:
    """Talk about videos, and get answers that prove themselves with the moment they come from."""
    from assistant.session import open_session

    ctx.obj = lambda: open_session(library, profile)


def _session(ctx: click.Context) -> Session:
    session: Session = ctx.obj()
    ctx.call_on_close(session.close)
    return session


@main.command()
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
    session = _session(ctx)
    failed = _run_index(session, paths, force=force, captions=captions, progress_json=progress_json, as_json=as_json)
    ctx.exit(1 if failed else 0)


def _run_index(
    session: Session,
    paths: tuple[Path, ...],
    *,
    force: bool = False,
    captions: bool = False,
    progress_json: bool = False,
    as_json: bool = False,
) -> bool:
    """Indexes, reporting as asked; True if any input failed."""
    from dataclasses import asdict, replace

    results: list[IndexResult] = []
    with _progress(progress_json) as show:
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
        from assistant.output import emit_json

        emit_json([asdict(result) for result in results])
    return any(result.status == "failed" for result in results)


class _progress:  # noqa: N801 - reads as a verb where it is used
    """A bar on a terminal, JSON lines for the page, nothing in a pipe."""

    def __init__(self, as_json: bool) -> None:
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


@main.command()
@JSON
@click.pass_context
def videos(ctx: click.Context, as_json: bool) -> None:
    """List the videos."""
    from assistant.output import emit, video_line, video_row

    found = _session(ctx).library.videos()
    emit(
        [video_row(v) for v in found],
        [video_line(v) for v in found],
        as_json=as_json,
        empty="The library is empty; add videos with `video-assistant index PATH`.",
    )


@main.command()
@click.argument("video_id", metavar="ID")
@click.pass_context
def remove(ctx: click.Context, video_id: str) -> None:
    """Remove a video from the library; its file stays."""
    _session(ctx).library.remove(video_id)


@main.command()
@click.argument("video_id", metavar="[ID]", required=False)
@JSON
@click.pass_context
def reindex(ctx: click.Context, video_id: str | None, as_json: bool) -> None:
    """Index one video, or all, again: for another profile, or after an upgrade."""
    session = _session(ctx)
    library = session.library
    chosen = [library.video(video_id)] if video_id else library.videos()
    paths = tuple(Path(video.paths[0]) for video in chosen if video.paths)
    if not paths:
        raise VideoAssistantError("there is nothing to index again; add videos with `video-assistant index PATH`")
    ctx.exit(1 if _run_index(session, paths, force=True, as_json=as_json) else 0)


@main.command()
@JSON
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Compare everything the library stores, and mend what can be mended."""
    from assistant.output import emit

    findings = _session(ctx).library.check()
    emit([{"finding": f} for f in findings], findings, as_json=as_json, empty="Everything is in order.")
    ctx.exit(1 if findings else 0)


@main.command()
@click.argument("text", required=False)
@click.option("--like", metavar="IMAGE|ID@SECONDS|ID", help="Find what looks like this picture, moment or video.")
@VIDEO
@click.option("--from", "start", type=click.FloatRange(min=0), help="From this second on.")
@click.option("--to", "end", type=click.FloatRange(min=0), help="Before this second.")
@LIMIT
@JSON
@click.pass_context
def find(
    ctx: click.Context,
    text: str | None,
    like: str | None,
    video_id: str | None,
    start: float | None,
    end: float | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find keyframes by what they show and what is written or said there, or by likeness."""
    from assistant.output import emit, hit_line, hit_row

    if (text is None) == (like is None):
        raise click.UsageError("give either TEXT or --like")
    session = _session(ctx)
    where: dict[str, Any] = {"video_id": video_id, "start_seconds": start, "end_seconds": end, "limit": limit}
    if text is not None:
        hits = session.search.search(_english(session, text), words=text, **where)
    elif like in {video.video_id for video in session.library.videos()}:
        if video_id is not None or start is not None or end is not None:
            raise click.UsageError("similar videos are looked for in the whole library: leave --video, --from, --to")
        hits = session.search.similar_videos(like, limit=limit)
    else:
        hits = session.search.search_image(_picture(session, cast(str, like)), why=f"like {like}", **where)
    emit([hit_row(h) for h in hits], [hit_line(h) for h in hits], as_json=as_json, empty="No hit.")


def _english(session: Session, text: str) -> str:
    """`text` in a language that the retrieval model reads."""
    from assistant.agent.language import detect_language
    from assistant.models.translate import T5Translator

    language = detect_language(text)
    if language in session.profile.languages:
        return text
    return T5Translator(session.blip).translate(text, source=language, target="en")


def _picture(session: Session, like: str) -> Any:
    """HWC uint8 RGB of a picture file or of a moment `ID@SECONDS`."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    path = Path(like)
    if not path.exists() and "@" in like:
        video_id, _, at = like.rpartition("@")
        try:
            seconds = float(at)
        except ValueError:
            raise VideoAssistantError(f"{like!r}: after @ comes a time in seconds, such as ID@12.5") from None
        path = Path(session.library.nearest_keyframe(video_id, seconds).image)
    try:
        with Image.open(path) as image:
            return np.array(image.convert("RGB"))
    except FileNotFoundError:
        raise VideoAssistantError(f"{like!r}: no such picture; give a picture file or ID@SECONDS") from None
    except (UnidentifiedImageError, OSError) as error:
        raise VideoAssistantError(f"{like!r} is no picture that can be read ({error})") from None


@main.command()
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@VIDEO
@click.option(
    "--within", type=click.FloatRange(min=0, min_open=True), help="The whole sequence lasts at most so many seconds."
)
@click.option("--min-gap", type=click.FloatRange(min=0), default=0.0, help="Seconds between neighbours, at least.")
@click.option("--max-gap", type=click.FloatRange(min=0, min_open=True), help="Seconds between neighbours, at most.")
@LIMIT
@JSON
@click.pass_context
def events(
    ctx: click.Context,
    texts: tuple[str, ...],
    video_id: str | None,
    within: float | None,
    min_gap: float,
    max_gap: float | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find an ordered sequence of events. One TEXT is split ("first A, then B")."""
    from assistant.output import emit, sequence_line, sequence_row
    from tools.events import FindEventsOptions, find_sequences, split_events

    session = _session(ctx)
    if video_id is not None:
        session.library.video(video_id)
    sequence = [_english(session, event) for event in (split_events(texts[0]) if len(texts) == 1 else texts)]
    if not sequence:
        raise click.UsageError("no event in TEXT; write events joined by 'then', or one TEXT for each")
    options = FindEventsOptions(limit=limit, min_gap_seconds=min_gap, max_gap_seconds=max_gap)
    found = find_sequences(session.search, sequence, video_id=video_id, within_seconds=within, options=options)
    emit([sequence_row(s) for s in found], [sequence_line(s) for s in found], as_json=as_json, empty="No sequence.")


@main.command()
@click.argument("text")
@VIDEO
@click.option("--source", type=click.Choice(["ocr", "subtitle", "speech", "caption"]), help="Only lines from here.")
@click.option("--from", "start", type=click.FloatRange(min=0), help="From this second on.")
@click.option("--to", "end", type=click.FloatRange(min=0), help="Before this second.")
@LIMIT
@JSON
@click.pass_context
def read(
    ctx: click.Context,
    text: str,
    video_id: str | None,
    source: Any,
    start: float | None,
    end: float | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find text on screen and spoken; accents are optional, typos tolerated."""
    from assistant.output import emit, text_line, text_row

    lines = _session(ctx).library.search_lines(
        text, video_id=video_id, source=source, start_seconds=start, end_seconds=end, limit=limit
    )
    emit([text_row(line) for line in lines], [text_line(line) for line in lines], as_json=as_json, empty="No line.")


@main.command()
@click.argument("what", metavar="ID|IMAGE")
@click.option("--attention", type=click.Path(path_type=Path, dir_okay=False), help="Draw here where each word looked.")
@click.option("--speak", type=click.Path(path_type=Path, dir_okay=False), help="Write the spoken description here.")
@click.option("--lang", type=click.Choice(["vi", "en"]), default="en", show_default=True, help="Its language.")
@JSON
@click.pass_context
def describe(
    ctx: click.Context, what: str, attention: Path | None, speak: Path | None, lang: Any, as_json: bool
) -> None:
    """Tell what a video shows, with times, or what a picture shows."""
    from assistant.describe import describe_picture, describe_video, draw_attention
    from assistant.output import description_line, description_row, emit

    session = _session(ctx)
    known = {video.video_id for video in session.library.videos()}
    picture = None if what in known else _picture(session, what)
    if picture is None and attention is not None:
        raise click.UsageError("--attention needs a picture: an image file, or ID@SECONDS")
    told = describe_video(session, what, lang) if picture is None else [describe_picture(session, picture, lang)]
    if attention is not None and picture is not None:
        draw_attention(session, picture, attention)
    if speak is not None:
        _speak(session, "; ".join(one.spoken for one in told), lang, speak)
    emit([description_row(t) for t in told], [description_line(t) for t in told], as_json=as_json, empty="Nothing.")


def _speak(session: Session, text: str, language: Any, path: Path) -> Path:
    """Writes the spoken text; the suffix is the voice's own where `path` has none."""
    import shutil

    speech = session.voice().speak(text, language)
    if speech.notice:
        click.echo(speech.notice, err=True)
    target = path if path.suffix else path.with_suffix(speech.path.suffix)
    shutil.copyfile(speech.path, target)
    return target


@main.command()
@click.argument("question")
@click.option("--thread", default="default", show_default=True, help="The conversation it belongs to.")
@VIDEO
@click.option("--speak", type=click.Path(path_type=Path, dir_okay=False), help="Write the spoken answer here.")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Language of the answer (default: the question's).")
@JSON
@click.pass_context
def ask(
    ctx: click.Context,
    question: str,
    thread: str,
    video_id: str | None,
    speak: Path | None,
    lang: Any,
    as_json: bool,
) -> None:
    """Ask one question and get an answer with its evidence."""
    from assistant.output import emit_json, reply_lines, reply_row

    session = _session(ctx)
    reply = session.assistant.ask(question, thread_id=thread, video_id=video_id, language=lang)
    audio = None if speak is None else str(_speak(session, reply.spoken, reply.language, speak))
    if as_json:
        emit_json(reply_row(reply, audio))
    else:
        click.echo("\n".join(reply_lines(reply)))


@main.command()
@click.option("--thread", default="default", show_default=True, help="The conversation to continue.")
@VIDEO
@click.pass_context
def chat(ctx: click.Context, thread: str, video_id: str | None) -> None:
    """Chat in the terminal; an empty line ends it."""
    from assistant.output import reply_lines

    session = _session(ctx)
    while question := click.prompt("", prompt_suffix="> ", default="", show_default=False).strip():
        for item in session.assistant.stream(question, thread_id=thread, video_id=video_id):
            say = getattr(item, "say", None)
            if say is not None:
                click.echo(f"… {say}", err=True)
            else:
                click.echo("\n".join(reply_lines(cast(Any, item))))


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port on loopback (default: the first free one).")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.pass_context
def ui(ctx: click.Context, port: int | None, no_browser: bool) -> None:
    """Open the chat in the browser."""
    from ui.server import run

    session = _session(ctx)
    run(session.settings.library, session.profile.name, port=port, open_browser=not no_browser)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port on loopback (default: the first free one).")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.pass_context
def demo(ctx: click.Context, port: int | None, no_browser: bool) -> None:
    """Index the bundled clips if needed and open the chat."""
    from importlib.resources import files

    from ui.server import run

    session = _session(ctx)
    _run_index(session, (Path(str(files("assistant") / "demo")),))
    run(session.settings.library, session.profile.name, port=port, open_browser=not no_browser)


@main.command()
@JSON
@click.pass_context
def models(ctx: click.Context, as_json: bool) -> None:
    """What each role uses, its licence, and whether it is there."""
    from assistant.inventory import inventory
    from assistant.output import emit

    session = _session(ctx)
    rows = inventory(session.profile, session.settings)
    lines = [f"{r['role']:<14} {'there' if r['there'] else 'missing':<8} {r['uses']}  ({r['licence']})" for r in rows]
    emit(rows, lines, as_json=as_json, empty="No role.")


@main.command()
@JSON
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Device, codecs, voice, disk: one line each, and what to do."""
    from assistant.inventory import diagnose
    from assistant.output import emit

    rows = diagnose(_session(ctx).settings)
    lines = [
        f"{'ok' if r['ok'] else 'look':<5} {r['what']}: {r['found']}{'; ' + r['do'] if r['do'] else ''}" for r in rows
    ]
    emit(rows, lines, as_json=as_json, empty="Nothing to say.")


@main.command()
@click.argument("part", type=click.Choice(["retrieval", "answers", "language", "all", "text"]))
@click.option("--seed", type=int, default=20261, show_default=True, help="Of the held-out frames.")
@click.option("--size", type=click.IntRange(10, 100_000), default=1000, show_default=True, help="How many of them.")
@click.option(
    "--media",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of media with truth files (text).",
)
@JSON
@click.pass_context
def evaluate(ctx: click.Context, part: str, seed: int, size: int, media: Path | None, as_json: bool) -> None:
    """Quality on held-out data; `text` on a folder of media, all else on the rendered world."""
    session = _session(ctx)
    if part == "text":
        from bench.text.evaluate import evaluate as evaluate_text

        if media is None:
            raise click.UsageError("evaluate text needs --media, a folder of media with truth files")
        _report(evaluate_text(session, media, seed=seed), as_json)
        return
    from training.evaluate import evaluate as run

    _report(run(part, session.profile.retrieval, session.blip, seed=seed, size=size), as_json)


@main.command()
@click.argument("part", type=click.Choice(["ingest", "find", "ask", "text"]))
@JSON
@click.pass_context
def bench(ctx: click.Context, part: str, as_json: bool) -> None:
    """Speed and scale, side by side with the plain alternative."""
    from bench.run import run

    _report(run(part, _session(ctx)), as_json)


def _report(result: dict[str, Any], as_json: bool) -> None:
    from assistant.output import emit_json

    if as_json:
        emit_json(result)
        return
    for name, value in result["figures"].items():
        click.echo(f"{name:<36} {value:.4g}")


if __name__ == "__main__":
    main()
