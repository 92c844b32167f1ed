"""The `video-assistant` command: the composition root.

stdout carries only results (with `--json` only JSON); progress and errors go to stderr. Exit 1: some input failed;
2: wrong usage. Heavy imports happen inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.ingest.records import IndexResult
    from assistant.session import Session
    from tools.types import Detection

F = TypeVar("F", bound=Callable[..., Any])
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
VIDEO = click.option("--video", "video_id", metavar="ID", help="Only in this video.")
LIMIT = click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most so many.")

TUNED = click.option(
    "--tuned", type=click.Path(path_type=Path), help="What `tune-prompt` learned; finds only its names."
)
MIN_SCORE = click.option("--min-score", type=click.FloatRange(0, 1), help="A box below it is left out (default 0.5).")


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
@click.option("--progress-json", is_flag=True, hidden=True, help="Progress as JSON lines on stderr (for the page).")
@JSON
@click.pass_context
def index(ctx: click.Context, paths: tuple[Path, ...], force: bool, progress_json: bool, as_json: bool) -> None:
    """Add files or folders. Resumable: what is ready and unchanged is skipped."""
    session = _session(ctx)
    failed = _run_index(session, paths, force=force, progress_json=progress_json, as_json=as_json)
    ctx.exit(1 if failed else 0)


def _run_index(
    session: Session,
    paths: tuple[Path, ...],
    *,
    force: bool = False,
    progress_json: bool = False,
    as_json: bool = False,
) -> bool:
    """Indexes, reporting as asked; True if any input failed."""
    from dataclasses import asdict

    from assistant.progress import indexing

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
    if as_json:
        from assistant.output import emit_json

        emit_json([asdict(result) for result in results])
    return any(result.status == "failed" for result in results)


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
@click.option("--like", metavar="IMAGE|ID@SECONDS", help="Find what looks like this picture or moment.")
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
    """Find keyframes by meaning, or by likeness."""
    from assistant.output import emit, hit_line, hit_row

    if (text is None) == (like is None):
        raise click.UsageError("give either TEXT or --like")
    session = _session(ctx)
    where: dict[str, Any] = {"video_id": video_id, "start_seconds": start, "end_seconds": end, "limit": limit}
    if text is not None:
        hits = session.search.search(_english(session, text), **where)
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


def _picture(session: Session, where: str) -> Any:
    """HWC uint8 RGB of a picture file, or of the keyframe nearest to a moment `ID@SECONDS`."""
    from assistant.pictures import read_picture

    moment = _moment(where)
    if moment is None:
        return read_picture(Path(where))
    return read_picture(Path(session.library.nearest_keyframe(*moment).image))


def _moment(where: str) -> tuple[str, float] | None:
    """Video and second of `ID@SECONDS`; None for a picture file."""
    if Path(where).exists() or "@" not in where:
        return None
    video_id, _, at = where.rpartition("@")
    try:
        return video_id, float(at)
    except ValueError:
        raise VideoAssistantError(f"{where!r}: after @ comes a time in seconds, such as ID@12.5") from None


@main.command()
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@VIDEO
@click.option(
    "--within", type=click.FloatRange(min=0, min_open=True), help="The whole sequence lasts at most so many seconds."
)
@click.option("--min-gap", type=click.FloatRange(min=0), default=0.0, help="Seconds between neighbours, at least.")
@click.option("--max-gap", type=click.FloatRange(min=0, min_open=True), help="Seconds between neighbours, at most.")
@click.option(
    "--refine", "refined", is_flag=True, help="Move start, end and best frame to where single frames put them."
)
@click.option("--full-scan", is_flag=True, help="Align every video: the proof, however large the library.")
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
    refined: bool,
    full_scan: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Find an ordered sequence of events. One TEXT is split ("first A, then B")."""
    from dataclasses import replace

    from assistant.output import emit, sequence_line, sequence_row
    from tools.events import FindEventsOptions, find_sequences, nothing_found
    from tools.refine import refine
    from tools.sequence import SequenceError, read_sequence, sequence_of

    try:
        asked = read_sequence(texts[0]) if len(texts) == 1 else sequence_of(texts)
        asked = asked.narrowed(within=within, min_gap=min_gap, max_gap=max_gap)
    except SequenceError as error:
        click.echo(f"video-assistant: {error}", err=True)
        ctx.exit(2)
    session = _session(ctx)
    if video_id is not None:
        session.library.video(video_id)
    found = []
    if session.library.videos():
        translated = replace(asked, events=tuple(_english(session, event) for event in asked.events))
        options = FindEventsOptions(limit=limit, full_scan=full_scan)
        found = find_sequences(session.search, translated, video_id=video_id, options=options)
        if refined:
            found = [refine(one, translated, session.search, session.frames) for one in found]
        empty = f"No sequence: {nothing_found(asked)}."
    else:
        empty = "The library is empty; add videos with `video-assistant index PATH`."
    emit([sequence_row(s) for s in found], [sequence_line(s) for s in found], as_json=as_json, empty=empty)


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
@click.argument("where", metavar="IMAGE|ID@SECONDS")
@click.argument("phrases")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Draw the boxes into this picture.")
@TUNED
@MIN_SCORE
@JSON
@click.pass_context
def ground(
    ctx: click.Context,
    where: str,
    phrases: str,
    out: Path | None,
    tuned: Path | None,
    min_score: float | None,
    as_json: bool,
) -> None:
    """Boxes for PHRASES: `red car . person`, or a sentence.

    Words around a name help to find it: `there are some [holes] on the road`.
    """
    from assistant.grounding import LibraryGrounder
    from assistant.output import detection_line, detection_row, emit

    session = _session(ctx)
    model = session.glip(tuned)
    sought = phrases if tuned else _english_phrases(session, phrases)
    moment = _moment(where)
    picture = _picture(session, where) if moment is None else LibraryGrounder(session.library, model).frame(*moment)
    found = [one for one in model.detect(picture, sought) if one.score >= _min_score(min_score)]
    if out is not None:
        _draw(picture, found, out)
    emit([detection_row(d) for d in found], [detection_line(d) for d in found], as_json=as_json, empty="Nothing found.")


def _english_phrases(session: Session, phrases: str) -> str:
    """Each phrase in the language that the grounding model reads."""
    from assistant.models.glip.text import split_phrases

    return " . ".join(_english(session, phrase) for phrase in split_phrases(phrases))


def _min_score(given: float | None) -> float:
    from tools.ground import GroundOptions

    return GroundOptions().min_score if given is None else given


def _draw(picture: Any, found: Sequence[Detection], out: Path) -> None:
    from PIL import Image

    from assistant.pictures import draw_boxes

    drawn = draw_boxes(Image.fromarray(picture), [d.box for d in found], [f"{d.phrase} {d.score:.2f}" for d in found])
    try:
        drawn.save(out)
    except (OSError, ValueError) as error:
        raise VideoAssistantError(
            f"--out {str(out)!r} cannot be written ({error}); give a path such as boxes.png"
        ) from None


@main.command()
@click.argument("video_id", metavar="ID")
@click.argument("phrases")
@TUNED
@MIN_SCORE
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV on stdout, one line for each box.")
@JSON
@click.pass_context
def detect(
    ctx: click.Context,
    video_id: str,
    phrases: str,
    tuned: Path | None,
    min_score: float | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Boxes for PHRASES in every keyframe of a video, counted over time and linked into tracks."""
    from assistant.grounding import LibraryGrounder
    from assistant.output import detections_csv, emit, keyframe_line, keyframe_row, tracks_line
    from assistant.progress import counting

    session = _session(ctx)
    session.library.video(video_id)
    model = session.glip(tuned)
    sought = phrases if tuned else _english_phrases(session, phrases)
    names = model.names(sought)
    with counting("keyframes") as progress:
        found = LibraryGrounder(session.library, model).detect_video(
            video_id, sought, min_score=_min_score(min_score), progress=progress
        )
    if as_csv:
        click.echo(detections_csv(found), nl=False)
        return
    lines = [*(keyframe_line(one, names) for one in found), tracks_line(found)]
    emit([keyframe_row(one, names) for one in found], lines, as_json=as_json, empty="No keyframe.")


@main.command("tune-prompt")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Write what was learned here."
)
@click.option(
    "--method",
    type=click.Choice(["table", "probe"]),
    default="table",
    show_default=True,
    help="Offsets for the words, or the head's last layers.",
)
@click.option("--epochs", type=click.IntRange(1, 10_000), default=200, show_default=True, help="At most so many.")
@JSON
@click.pass_context
def tune_prompt(ctx: click.Context, folder: Path, out: Path, method: Any, epochs: int, as_json: bool) -> None:
    """Learn names from a FOLDER of labelled pictures (COCO JSON); `ground --tuned` finds them."""
    from assistant.models.glip.coco import read_coco
    from assistant.output import emit
    from assistant.progress import counting

    names, labelled = read_coco(folder)
    if not out.parent.is_dir():
        raise VideoAssistantError(f"--out {str(out)!r}: there is no folder {out.parent}; make it first")
    loaded = _session(ctx).glip().loaded

    from assistant.models.glip.tune import tune

    with counting("epochs") as progress:
        tuning = tune(loaded, names, labelled, method=method, epochs=epochs, progress=progress)
    tuning.tuned.save(out)
    first, last = tuning.losses[0], tuning.losses[-1]
    row = {"file": str(out), "method": method, "names": names, "images": len(labelled), "epochs": len(tuning.losses)}
    about = f"{len(labelled)} pictures, {len(tuning.losses)} epochs, loss {first:.3f} to {last:.3f}"
    line = f"{out}  {', '.join(names)}  {about}"
    emit([{**row, "first_loss": round(first, 4), "last_loss": round(last, 4)}], [line], as_json=as_json, empty="")


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
    audio = None
    if speak is not None:
        import shutil

        speech = session.voice().speak(reply.spoken, reply.language)
        if speech.notice:
            click.echo(speech.notice, err=True)
        target = speak if speak.suffix else speak.with_suffix(speech.path.suffix)
        shutil.copyfile(speech.path, target)
        audio = str(target)
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


@main.group(invoke_without_command=True)
@JSON
@click.pass_context
def threads(ctx: click.Context, as_json: bool) -> None:
    """List conversations; show, rename, export or remove one."""
    if ctx.invoked_subcommand is not None:
        return
    from assistant.output import emit

    found = _session(ctx).assistant.threads()
    rows = [asdict(info) for info in found]
    lines = [f"{info.thread_id}  {info.title}  {info.turns} turns" for info in found]
    emit(rows, lines, as_json=as_json, empty="No conversation yet.")


@threads.command("show")
@click.argument("thread_id", metavar="ID")
@JSON
@click.pass_context
def show_thread(ctx: click.Context, thread_id: str, as_json: bool) -> None:
    """Every question of a conversation with its answer."""
    from assistant.output import emit, reply_lines, reply_row

    session = _session(ctx)
    session.assistant.known_thread(thread_id)
    replies = session.assistant.history(thread_id)
    lines = [line for reply in replies for line in (f"> {reply.question}", *reply_lines(reply), "")]
    emit([reply_row(reply, None) for reply in replies], lines, as_json=as_json, empty="No turn.")


@threads.command("rename")
@click.argument("thread_id", metavar="ID")
@click.argument("title")
@click.pass_context
def rename_thread(ctx: click.Context, thread_id: str, title: str) -> None:
    """Give a conversation a name of its own."""
    _session(ctx).assistant.rename_thread(thread_id, title)


@threads.command("export")
@click.argument("thread_id", metavar="ID")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def export_thread(ctx: click.Context, thread_id: str, target: Path) -> None:
    """Write a conversation with its keyframes: FILE.html, one page, or FILE.md."""
    from assistant.report import export_thread as export

    assistant = _session(ctx).assistant
    info = assistant.known_thread(thread_id)
    for path in export(info.title, assistant.history(thread_id), target):
        click.echo(path)


@threads.command("remove")
@click.argument("thread_id", metavar="ID")
@click.pass_context
def remove_thread(ctx: click.Context, thread_id: str) -> None:
    """Forget a conversation."""
    assistant = _session(ctx).assistant
    assistant.known_thread(thread_id)
    assistant.delete_thread(thread_id)


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

    rows = inventory(_session(ctx).settings)
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
@click.argument("part", type=click.Choice(["retrieval", "answers", "language", "all", "limits"]))
@click.option("--seed", type=int, default=20261, show_default=True, help="Of the held-out frames.")
@click.option("--size", type=click.IntRange(10, 100_000), default=1000, show_default=True, help="How many of them.")
@click.option(
    "--media",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of real media (limits).",
)
@JSON
@click.pass_context
def evaluate(ctx: click.Context, part: str, seed: int, size: int, media: Path | None, as_json: bool) -> None:
    """Quality on held-out data of the rendered world; `limits` on real media, too."""
    session = _session(ctx)
    if part == "limits":
        from assistant.agent.records import Options
        from training.limits import limits

        least = Options().min_confidence
        found = limits(session.blip, media=media, seed=seed, size=size, min_confidence=least)
        _report({"figures": found, "settings": {"seed": seed, "size": size, "media": str(media)}}, as_json)
        return
    from training.evaluate import evaluate as run

    _report(run(part, session.profile.retrieval, session.blip, seed=seed, size=size), as_json)


@main.command()
@click.argument("part", type=click.Choice(["ingest", "find", "ask", "ground", "events"]))
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
def bench(ctx: click.Context, part: str, index: Path | None, seed: int, size: int, as_json: bool) -> None:
    """Speed and scale, side by side with the plain alternative."""
    from bench.run import run

    _report(run(part, _session(ctx), index=index, seed=seed, size=size), as_json)


def _report(result: dict[str, Any], as_json: bool) -> None:
    from assistant.output import emit_json

    if as_json:
        emit_json(result)
        return
    for name, value in result["figures"].items():
        click.echo(f"{name:<36} {value:.4g}")


if __name__ == "__main__":
    main()
