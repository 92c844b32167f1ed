"""Commands that search for moments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import click

from assistant.commands.shared import END, JSON, LIMIT, START, VIDEO, load_picture, open_session_of
from tools.events.options import DEFAULT_OPTIONS


@click.command()
@click.argument("text", required=False)
@click.option("--like", metavar="IMAGE|ID@SECONDS|ID", help="Find what resembles this picture, moment or video.")
@VIDEO
@START
@END
@LIMIT
@click.option("--all", "show_all", is_flag=True, help="Show the nearest keyframes too where nothing matches.")
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
    show_all: bool,
    as_json: bool,
) -> None:
    """Find keyframes by what they show and what is written or said there, or by similarity."""
    from assistant.commands.output import emit, hit_line, hit_row

    if (text is None) == (like is None):
        raise click.UsageError("give either TEXT or --like")
    session = open_session_of(ctx)
    where: dict[str, Any] = {"video_id": video_id, "start_seconds": start, "end_seconds": end, "limit": limit}
    if text is not None:
        hits = session.search.search(session.for_retrieval(text), words=text, **where)
    elif like in {video.video_id for video in session.library.videos()}:
        if video_id is not None or start is not None or end is not None:
            raise click.UsageError("similar videos are looked for in the whole library: leave --video, --from, --to")
        hits = session.search.similar_videos(like, limit=limit)
    else:
        hits = session.search.search_image(load_picture(session, cast(str, like)), why=f"like {like}", **where)
    listed = [hit for hit in hits if hit.shown or show_all or as_json]
    if listed or not hits:
        emit([hit_row(h) for h in hits], [hit_line(h) for h in listed], as_json=as_json, empty="No hit.")
    if folded := len(hits) - len(listed):
        what = f"{folded} more are only near it" if listed else "Nothing like it"
        click.echo(f"{what}; --all shows the nearest.", err=True)
    if text is not None and (few := session.search.pictures_if_few()) is not None and not as_json:
        click.echo(f"{few} distinct pictures are too few to tell a match from chance; every hit is shown.", err=True)


@click.command()
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@VIDEO
@click.option(
    "--within", type=click.FloatRange(min=0, min_open=True), help="Most seconds that the whole sequence may last."
)
@click.option("--min-gap", type=click.FloatRange(min=0), default=0.0, help="Fewest seconds between consecutive events.")
@click.option("--max-gap", type=click.FloatRange(min=0, min_open=True), help="Most seconds between consecutive events.")
@click.option(
    "--refine",
    "refined",
    is_flag=True,
    help="Decode single frames to move start, end and best frame of each event; with --confirm the core's event timer "
    "reads them.",
)
@click.option(
    "--confirm/--no-confirm",
    "confirmed",
    default=None,
    help="Let the core verify each event on several frames in order, in the eight best videos; the default for a core "
    "with an event timer (pocket). Otherwise retrieval alone decides, which is faster.",
)
@click.option("--full-scan", is_flag=True, help="Align every video, which proves the ranking in a library of any size.")
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
    confirmed: bool | None,
    full_scan: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Find an ordered sequence of events. One TEXT is split ("first A, then B")."""
    from assistant.commands.output import emit, sequence_line, sequence_row
    from tools.events.query import EventQueryError, event_query, parse_event_query
    from tools.events.refinement import refine_by_retrieval, refine_by_time
    from tools.events.search import FindEventsOptions, explain_empty_result, find_sequences
    from tools.events.verified_search import find_verified_sequences

    try:
        query = parse_event_query(texts[0]) if len(texts) == 1 else event_query(texts)
        query = query.with_limits(within=within, min_gap=min_gap, max_gap=max_gap)
    except EventQueryError as error:
        click.echo(f"video-assistant: {error}", err=True)
        ctx.exit(2)
    session = open_session_of(ctx)
    if video_id is not None:
        session.library.video(video_id)
    sequences = []
    if session.library.videos():
        if confirmed is None:
            confirmed = session.settings.chat_model is None and session.blip.has_event_timer
        translate = session.in_english if confirmed else session.for_retrieval
        translated = replace(query, events=tuple(map(translate, query.events)))
        options = FindEventsOptions(limit=limit, full_scan=full_scan)
        if confirmed:
            sequences = find_verified_sequences(
                session.search, session.core, translated, video_id=video_id, search=options
            )
        else:
            sequences = find_sequences(session.search, translated, video_id=video_id, options=options)
        if refined:
            refine_sequence = refine_by_time if confirmed else refine_by_retrieval
            sequences = [
                refine_sequence(sequence, translated, session.search, session.frames) for sequence in sequences
            ]
        empty = f"No sequence: {explain_empty_result(query)}."
    else:
        empty = "The library is empty; add videos with `video-assistant index PATH`."
    emit([sequence_row(s) for s in sequences], [sequence_line(s) for s in sequences], as_json=as_json, empty=empty)


@click.command()
@click.argument("text")
@VIDEO
@click.option(
    "--source", type=click.Choice(["ocr", "subtitle", "speech", "caption"]), help="Search only lines of this source."
)
@START
@END
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
    """Find text on screen and in speech; accents are optional, typing errors are tolerated."""
    from assistant.commands.output import emit, text_line, text_row

    lines = open_session_of(ctx).library.search_lines(
        text, video_id=video_id, source=source, start_seconds=start, end_seconds=end, limit=limit
    )
    emit([text_row(line) for line in lines], [text_line(line) for line in lines], as_json=as_json, empty="No line.")


@click.command()
@click.argument("video_id", metavar="ID")
@click.argument("labels", metavar="LABEL...", nargs=-1, required=True)
@click.option(
    "--stretch",
    type=click.FloatRange(min=1),
    default=DEFAULT_OPTIONS.label_part_seconds,
    show_default=True,
    help="Label longer shots in parts of this many seconds.",
)
@click.option("--confirm", "confirmed", is_flag=True, help="Let the core verify each label on several frames in order.")
@JSON
@click.pass_context
def classify(
    ctx: click.Context, video_id: str, labels: tuple[str, ...], stretch: float, confirmed: bool, as_json: bool
) -> None:
    """Label each shot of a video with the likeliest LABEL, without training."""
    from assistant.commands.output import emit, labelled_line, labelled_row
    from tools.classify import classify as label_parts

    session = open_session_of(ctx)
    session.library.video(video_id)
    translate = session.in_english if confirmed else session.for_retrieval
    english = {translate(label): label for label in labels}
    if len(english) < len(labels):
        raise click.UsageError("two labels mean the same in English; leave one out or reword it")
    core = session.core if confirmed else None
    options = replace(DEFAULT_OPTIONS, label_part_seconds=stretch)
    parts = label_parts(session.search, video_id, list(english), core=core, options=options)
    rows = [labelled_row(part, english) for part in parts]
    emit(rows, [labelled_line(part, english) for part in parts], as_json=as_json, empty="No keyframe.")


@click.command()
@click.argument("video_id", metavar="ID")
@LIMIT
@JSON
@click.pass_context
def unusual(ctx: click.Context, video_id: str, limit: int, as_json: bool) -> None:
    """Find the moments of a video that resemble the rest of it least."""
    from assistant.commands.output import emit, evidence_line, evidence_row
    from tools.find_unusual import find_unusual

    session = open_session_of(ctx)
    session.library.video(video_id)
    moments = find_unusual(session.search, video_id, limit=limit)
    empty = "The video is too short to tell what is usual in it."
    emit(
        [evidence_row(moment) for moment in moments],
        [evidence_line(moment) for moment in moments],
        as_json=as_json,
        empty=empty,
    )


COMMANDS = (find, events, read, classify, unusual)
