"""Commands that talk: one question, a chat, what was said before, a description."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click

from assistant.commands.shared import JSON, VIDEO, load_picture, opened, parse_moment, write_speech


@click.command()
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
    from assistant.commands.output import description_line, description_row, emit
    from assistant.export.describe import describe_picture, describe_video, draw_attention

    session = opened(ctx)
    known = {video.video_id for video in session.library.videos()}
    picture = None if what in known else load_picture(session, what)
    if picture is None and attention is not None:
        raise click.UsageError("--attention needs a picture: an image file, or ID@SECONDS")
    told = describe_video(session, what, lang) if picture is None else [describe_picture(session, picture, lang)]
    if attention is not None and picture is not None:
        draw_attention(session, picture, attention)
    if speak is not None:
        write_speech(session, "; ".join(one.spoken for one in told), lang, speak)
    emit([description_row(t) for t in told], [description_line(t) for t in told], as_json=as_json, empty="Nothing.")


@click.command()
@click.argument("question")
@click.option("--thread", default="default", show_default=True, help="The conversation it belongs to.")
@VIDEO
@click.option("--folder", type=click.Path(path_type=Path), help="Only in videos whose files lie there.")
@click.option("--speak", type=click.Path(path_type=Path, dir_okay=False), help="Write the spoken answer here.")
@click.option("--lang", type=click.Choice(["vi", "en"]), help="Language of the answer (default: the question's).")
@JSON
@click.pass_context
def ask(
    ctx: click.Context,
    question: str,
    thread: str,
    video_id: str | None,
    folder: Path | None,
    speak: Path | None,
    lang: Any,
    as_json: bool,
) -> None:
    """Ask one question and get an answer with its evidence."""
    from assistant.commands.output import emit_json, reply_lines, reply_row
    from assistant.library.folders import video_ids_in_folder

    session = opened(ctx)
    video_ids = None if folder is None else video_ids_in_folder(session.library.videos(), folder)
    reply = session.assistant.ask(question, thread_id=thread, video_id=video_id, video_ids=video_ids, language=lang)
    audio = None if speak is None else str(write_speech(session, reply.spoken, reply.language, speak))
    if as_json:
        emit_json(reply_row(reply, audio))
    else:
        click.echo("\n".join(reply_lines(reply, session.beyond(reply))))


@click.command()
@click.option("--thread", default="default", show_default=True, help="The conversation to continue.")
@VIDEO
@click.pass_context
def chat(ctx: click.Context, thread: str, video_id: str | None) -> None:
    """Chat in the terminal; an empty line ends it."""
    from assistant.commands.output import reply_lines

    session = opened(ctx)
    while question := click.prompt("", prompt_suffix="> ", default="", show_default=False).strip():
        for item in session.assistant.stream(question, thread_id=thread, video_id=video_id):
            say = getattr(item, "say", None)
            if say is not None:
                click.echo(f"… {say}", err=True)
            else:
                reply = cast(Any, item)
                click.echo("\n".join(reply_lines(reply, session.beyond(reply))))


@click.group(invoke_without_command=True)
@JSON
@click.pass_context
def threads(ctx: click.Context, as_json: bool) -> None:
    """List conversations; show, rename, mark in, export or remove one."""
    if ctx.invoked_subcommand is not None:
        return
    from assistant.commands.output import emit

    found = opened(ctx).assistant.threads()
    rows = [asdict(info) for info in found]
    lines = [f"{info.thread_id}  {info.title}  {info.turns} turns" for info in found]
    emit(rows, lines, as_json=as_json, empty="No conversation yet.")


@threads.command("show")
@click.argument("thread_id", metavar="ID")
@JSON
@click.pass_context
def show_thread(ctx: click.Context, thread_id: str, as_json: bool) -> None:
    """Every question of a conversation with its answer."""
    from assistant.commands.output import emit, reply_lines, reply_row

    session = opened(ctx)
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
    opened(ctx).assistant.rename_thread(thread_id, title)


@threads.command("export")
@click.argument("thread_id", metavar="ID")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def export_thread(ctx: click.Context, thread_id: str, target: Path) -> None:
    """Write a conversation with its keyframes: FILE.html, one page, or FILE.md."""
    from assistant.export.report import export_thread as export

    assistant = opened(ctx).assistant
    info = assistant.known_thread(thread_id)
    for path in export(info.title, assistant.history(thread_id), target):
        click.echo(path)


@threads.command("mark")
@click.argument("thread_id", metavar="ID")
@click.argument("where", metavar="VIDEO@SECONDS")
@click.argument("mark", type=click.Choice(["pinned", "rejected", "none"]))
@click.pass_context
def mark_moment(ctx: click.Context, thread_id: str, where: str, mark: Any) -> None:
    """Pin or reject a moment: what is searched next in the conversation leans to it, or away from it."""
    session = opened(ctx)
    moment = parse_moment(where)
    if moment is None:
        raise click.UsageError(f"{where!r} is no moment; write VIDEO@SECONDS")
    session.library.video(moment[0])
    keyframe = session.library.nearest_keyframe(*moment)
    session.assistant.mark(thread_id, keyframe.video_id, keyframe.frame_index, None if mark == "none" else mark)


@threads.command("remove")
@click.argument("thread_id", metavar="ID")
@click.pass_context
def remove_thread(ctx: click.Context, thread_id: str) -> None:
    """Forget a conversation."""
    assistant = opened(ctx).assistant
    assistant.known_thread(thread_id)
    assistant.delete_thread(thread_id)


COMMANDS = (describe, ask, chat, threads)
