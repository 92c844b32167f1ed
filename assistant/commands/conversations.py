"""Commands about answers and conversations: one question, a chat, its history, a description."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import click

from assistant.commands.shared import JSON, VIDEO, load_picture, open_session_of, parse_moment, write_speech


@click.command()
@click.argument("what", metavar="ID|IMAGE")
@click.option(
    "--attention",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a picture of the regions each word of the caption rests on to this file.",
)
@click.option(
    "--speak", type=click.Path(path_type=Path, dir_okay=False), help="Write the spoken description to this file."
)
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), default="en", show_default=True, help="Language of the description."
)
@JSON
@click.pass_context
def describe(
    ctx: click.Context, what: str, attention: Path | None, speak: Path | None, lang: Any, as_json: bool
) -> None:
    """Describe what a video shows, with times, or what a picture shows."""
    from assistant.commands.output import description_line, description_row, emit
    from assistant.export.describe import describe_picture, describe_video, draw_attention

    session = open_session_of(ctx)
    known = {video.video_id for video in session.library.videos()}
    picture = None if what in known else load_picture(session, what)
    if picture is None and attention is not None:
        raise click.UsageError("--attention needs a picture: an image file, or ID@SECONDS")
    if picture is None:
        descriptions = describe_video(session, what, lang)
    else:
        descriptions = [describe_picture(session, picture, lang)]
    if attention is not None and picture is not None:
        draw_attention(session, picture, attention)
    if speak is not None:
        write_speech(session, "; ".join(description.spoken for description in descriptions), lang, speak)
    rows, lines = map(description_row, descriptions), map(description_line, descriptions)
    emit(list(rows), list(lines), as_json=as_json, empty="There is nothing to describe.")


@click.command()
@click.argument("question")
@click.option("--thread", default="default", show_default=True, help="Conversation that the question belongs to.")
@VIDEO
@click.option("--folder", type=click.Path(path_type=Path), help="Ask only about videos whose files lie in this folder.")
@click.option("--speak", type=click.Path(path_type=Path, dir_okay=False), help="Write the spoken answer to this file.")
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
    """Ask a question and get an answer with its evidence."""
    from assistant.commands.output import emit_json, reply_lines, reply_row
    from assistant.library.folders import video_ids_in_folder

    session = open_session_of(ctx)
    video_ids = None if folder is None else video_ids_in_folder(session.library.videos(), folder)
    reply = session.assistant.ask(question, thread_id=thread, video_id=video_id, video_ids=video_ids, language=lang)
    audio = None if speak is None else str(write_speech(session, reply.spoken, reply.language, speak))
    if as_json:
        emit_json(reply_row(reply, audio))
    else:
        click.echo("\n".join(reply_lines(reply, session.domain_notice(reply))))


@click.command()
@click.option("--thread", default="default", show_default=True, help="Conversation to continue.")
@VIDEO
@click.pass_context
def chat(ctx: click.Context, thread: str, video_id: str | None) -> None:
    """Chat in the terminal; an empty line ends it."""
    from assistant.commands.output import reply_lines

    session = open_session_of(ctx)
    while question := click.prompt("", prompt_suffix="> ", default="", show_default=False).strip():
        for item in session.assistant.stream(question, thread_id=thread, video_id=video_id):
            say = getattr(item, "say", None)
            if say is not None:
                click.echo(f"… {say}", err=True)
            else:
                reply = cast(Any, item)
                click.echo("\n".join(reply_lines(reply, session.domain_notice(reply))))


@click.group(invoke_without_command=True)
@JSON
@click.pass_context
def threads(ctx: click.Context, as_json: bool) -> None:
    """List conversations; show, rename, mark in, export or remove one."""
    if ctx.invoked_subcommand is not None:
        return
    from assistant.commands.output import emit

    threads = open_session_of(ctx).assistant.threads()
    rows = [asdict(thread) for thread in threads]
    lines = [f"{thread.thread_id}  {thread.title}  {thread.turns} turns" for thread in threads]
    emit(rows, lines, as_json=as_json, empty="No conversation yet.")


@threads.command("show")
@click.argument("thread_id", metavar="ID")
@JSON
@click.pass_context
def show_thread(ctx: click.Context, thread_id: str, as_json: bool) -> None:
    """Show every question of a conversation with its answer."""
    from assistant.commands.output import emit, reply_lines, reply_row

    session = open_session_of(ctx)
    session.assistant.known_thread(thread_id)
    replies = session.assistant.history(thread_id)
    lines = [line for reply in replies for line in (f"> {reply.question}", *reply_lines(reply), "")]
    emit([reply_row(reply, None) for reply in replies], lines, as_json=as_json, empty="No question yet.")


@threads.command("rename")
@click.argument("thread_id", metavar="ID")
@click.argument("title")
@click.pass_context
def rename_thread(ctx: click.Context, thread_id: str, title: str) -> None:
    """Rename a conversation."""
    open_session_of(ctx).assistant.rename_thread(thread_id, title)


@threads.command("export")
@click.argument("thread_id", metavar="ID")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def export_thread(ctx: click.Context, thread_id: str, target: Path) -> None:
    """Write a conversation with its keyframes to FILE.html (one page) or FILE.md."""
    from assistant.export.report import export_thread as export

    assistant = open_session_of(ctx).assistant
    info = assistant.known_thread(thread_id)
    for path in export(info.title, assistant.history(thread_id), target):
        click.echo(path)


@threads.command("mark")
@click.argument("thread_id", metavar="ID")
@click.argument("where", metavar="VIDEO@SECONDS")
@click.argument("mark", type=click.Choice(["pinned", "rejected", "none"]))
@click.pass_context
def mark_moment(ctx: click.Context, thread_id: str, where: str, mark: Any) -> None:
    """Pin or reject a moment: later searches in the conversation prefer what resembles it, or avoid it."""
    session = open_session_of(ctx)
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
    """Delete a conversation."""
    assistant = open_session_of(ctx).assistant
    assistant.known_thread(thread_id)
    assistant.delete_thread(thread_id)


COMMANDS = (describe, ask, chat, threads)
