"""Commands that look for moments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import click

from assistant.commands.shared import END, JSON, LIMIT, START, VIDEO, load_picture, opened


@click.command()
@click.argument("text", required=False)
@click.option("--like", metavar="IMAGE|ID@SECONDS|ID", help="Find what looks like this picture, moment or video.")
@VIDEO
@START
@END
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
    from assistant.commands.output import emit, hit_line, hit_row

    if (text is None) == (like is None):
        raise click.UsageError("give either TEXT or --like")
    session = opened(ctx)
    where: dict[str, Any] = {"video_id": video_id, "start_seconds": start, "end_seconds": end, "limit": limit}
    if text is not None:
        hits = session.search.search(session.for_retrieval(text), words=text, **where)
    elif like in {video.video_id for video in session.library.videos()}:
        if video_id is not None or start is not None or end is not None:
            raise click.UsageError("similar videos are looked for in the whole library: leave --video, --from, --to")
        hits = session.search.similar_videos(like, limit=limit)
    else:
        hits = session.search.search_image(load_picture(session, cast(str, like)), why=f"like {like}", **where)
    emit([hit_row(h) for h in hits], [hit_line(h) for h in hits], as_json=as_json, empty="No hit.")


@click.command()
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@VIDEO
@click.option(
    "--within", type=click.FloatRange(min=0, min_open=True), help="The whole sequence lasts at most so many seconds."
)
@click.option("--min-gap", type=click.FloatRange(min=0), default=0.0, help="Seconds between neighbours, at least.")
@click.option("--max-gap", type=click.FloatRange(min=0, min_open=True), help="Seconds between neighbours, at most.")
@click.option(
    "--refine",
    "refined",
    is_flag=True,
    help="Move start, end and best frame to where single frames put them; where the core confirms, its model of time "
    "reads them.",
)
@click.option(
    "--confirm/--no-confirm",
    "confirmed",
    default=None,
    help="Let the core confirm each event from several frames in order, in the eight best videos; by default where it "
    "has a model of time (pocket). Else retrieval alone decides, at once.",
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
    confirmed: bool | None,
    full_scan: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Find an ordered sequence of events. One TEXT is split ("first A, then B")."""
    from assistant.commands.output import emit, sequence_line, sequence_row
    from tools.events.confirmation import confirm_sequences
    from tools.events.query import EventQueryError, event_query, parse_event_query
    from tools.events.refinement import refine, refine_by_time
    from tools.events.search import FindEventsOptions, find_sequences, nothing_found

    try:
        asked = parse_event_query(texts[0]) if len(texts) == 1 else event_query(texts)
        asked = asked.narrowed(within=within, min_gap=min_gap, max_gap=max_gap)
    except EventQueryError as error:
        click.echo(f"video-assistant: {error}", err=True)
        ctx.exit(2)
    session = opened(ctx)
    if video_id is not None:
        session.library.video(video_id)
    found = []
    if session.library.videos():
        if confirmed is None:
            confirmed = session.settings.chat_model is None and session.blip.has_event_timer
        translate = session.in_english if confirmed else session.for_retrieval
        translated = replace(asked, events=tuple(map(translate, asked.events)))
        options = FindEventsOptions(limit=limit, full_scan=full_scan)
        if confirmed:
            found = confirm_sequences(session.search, session.core, translated, video_id=video_id, search=options)
        else:
            found = find_sequences(session.search, translated, video_id=video_id, options=options)
        if refined:
            refining = refine_by_time if confirmed else refine
            found = [refining(one, translated, session.search, session.frames) for one in found]
        empty = f"No sequence: {nothing_found(asked)}."
    else:
        empty = "The library is empty; add videos with `video-assistant index PATH`."
    emit([sequence_row(s) for s in found], [sequence_line(s) for s in found], as_json=as_json, empty=empty)


@click.command()
@click.argument("text")
@VIDEO
@click.option("--source", type=click.Choice(["ocr", "subtitle", "speech", "caption"]), help="Only lines from here.")
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
    """Find text on screen and spoken; accents are optional, typos tolerated."""
    from assistant.commands.output import emit, text_line, text_row

    lines = opened(ctx).library.search_lines(
        text, video_id=video_id, source=source, start_seconds=start, end_seconds=end, limit=limit
    )
    emit([text_row(line) for line in lines], [text_line(line) for line in lines], as_json=as_json, empty="No line.")


@click.command()
@click.argument("video_id", metavar="ID")
@click.argument("labels", metavar="LABEL...", nargs=-1, required=True)
@click.option(
    "--stretch",
    type=click.FloatRange(min=1),
    default=10.0,
    show_default=True,
    help="A longer shot is labelled in parts of so many seconds.",
)
@click.option(
    "--confirm", "confirmed", is_flag=True, help="Let the core weigh each label, from several frames in order."
)
@JSON
@click.pass_context
def classify(
    ctx: click.Context, video_id: str, labels: tuple[str, ...], stretch: float, confirmed: bool, as_json: bool
) -> None:
    """Label each shot of a video with the likeliest of LABEL..., without any training."""
    from assistant.commands.output import emit, labelled_line, labelled_row
    from tools.classify import classify as labelled

    session = opened(ctx)
    session.library.video(video_id)
    translate = session.in_english if confirmed else session.for_retrieval
    english = {translate(label): label for label in labels}
    if len(english) < len(labels):
        raise click.UsageError("two labels mean the same in English; leave one out, or say it otherwise")
    core = session.core if confirmed else None
    found = labelled(session.search, video_id, list(english), stretch_seconds=stretch, core=core)
    rows = [labelled_row(one, english) for one in found]
    emit(rows, [labelled_line(one, english) for one in found], as_json=as_json, empty="No keyframe.")


@click.command()
@click.argument("video_id", metavar="ID")
@LIMIT
@JSON
@click.pass_context
def unusual(ctx: click.Context, video_id: str, limit: int, as_json: bool) -> None:
    """The moments of a video that resemble the rest of it least."""
    from assistant.commands.output import emit, evidence_row, moment_line
    from tools.find_unusual import find_unusual

    session = opened(ctx)
    session.library.video(video_id)
    found = find_unusual(session.search, video_id, limit=limit)
    empty = "Too short to say what is usual there."
    emit([evidence_row(m) for m in found], [moment_line(m) for m in found], as_json=as_json, empty=empty)


COMMANDS = (find, events, read, classify, unusual)
