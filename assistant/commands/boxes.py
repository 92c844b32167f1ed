"""Commands that find things and mark them with boxes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.shared import JSON, load_picture, open_session_of, parse_moment
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.session import Session
    from tools.types import Detection


TUNED = click.option(
    "--tuned", type=click.Path(path_type=Path), help="File written by `tune-prompt`; only its names are found."
)
MIN_SCORE = click.option(
    "--min-score", type=click.FloatRange(0, 1), help="Leave out boxes below this score (default 0.5)."
)


@click.command()
@click.argument("where", metavar="IMAGE|ID@SECONDS")
@click.argument("phrases")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the picture with its boxes to this file."
)
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
    """Draw boxes for PHRASES: `red car . person`, or a sentence.

    Words around a name can help to find it: `there are some [holes] on the road`.
    """
    from assistant.commands.output import detection_line, detection_row, emit
    from assistant.retrieval.grounding import LibraryGrounder

    session = open_session_of(ctx)
    model = session.glip(tuned)
    english = phrases if tuned else _english_phrases(session, phrases)
    moment = parse_moment(where)
    picture = load_picture(session, where) if moment is None else LibraryGrounder(session.library, model).frame(*moment)
    detections = [d for d in model.detect(picture, english) if d.score >= _min_score(min_score)]
    if out is not None:
        _draw(picture, detections, out)
    rows, lines = map(detection_row, detections), map(detection_line, detections)
    emit(list(rows), list(lines), as_json=as_json, empty="Nothing found.")


@click.command()
@click.argument("video_id", metavar="ID")
@click.argument("phrases")
@TUNED
@MIN_SCORE
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV on stdout, one line per box.")
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
    """Find boxes for PHRASES in every keyframe of a video, count them over time and link them into tracks."""
    from assistant.commands.output import detections_csv, emit, keyframe_line, keyframe_row, tracks_line
    from assistant.commands.progress import counting
    from assistant.retrieval.grounding import LibraryGrounder

    session = open_session_of(ctx)
    session.library.video(video_id)
    model = session.glip(tuned)
    english = phrases if tuned else _english_phrases(session, phrases)
    names = model.names(english)
    with counting("keyframes") as progress:
        keyframes = LibraryGrounder(session.library, model).detect_video(
            video_id, english, min_score=_min_score(min_score), progress=progress
        )
    if as_csv:
        click.echo(detections_csv(keyframes), nl=False)
        return
    lines = [*(keyframe_line(keyframe, names) for keyframe in keyframes), tracks_line(keyframes)]
    emit([keyframe_row(keyframe, names) for keyframe in keyframes], lines, as_json=as_json, empty="No keyframe.")


@click.command("tune-prompt")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Write the learned prompt to this file.",
)
@click.option(
    "--method",
    type=click.Choice(["table", "probe"]),
    default="table",
    show_default=True,
    help="What is learned: offsets of the words (table), or the last layers of the head (probe).",
)
@click.option(
    "--epochs", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Number of epochs at most."
)
@JSON
@click.pass_context
def tune_prompt(ctx: click.Context, folder: Path, out: Path, method: Any, epochs: int, as_json: bool) -> None:
    """Learn names from a FOLDER of labelled pictures (COCO JSON), for `ground --tuned`."""
    from assistant.commands.output import emit
    from assistant.commands.progress import counting
    from assistant.models.glip.coco import read_coco

    names, labelled = read_coco(folder)
    if not out.parent.is_dir():
        raise VideoAssistantError(f"--out {str(out)!r}: there is no folder {out.parent}; make it first")
    loaded = open_session_of(ctx).glip().loaded

    from assistant.models.glip.tune import tune

    with counting("epochs") as progress:
        tuning = tune(loaded, names, labelled, method=method, epochs=epochs, progress=progress)
    tuning.tuned.save(out)
    first, last = tuning.losses[0], tuning.losses[-1]
    row = {"file": str(out), "method": method, "names": names, "images": len(labelled), "epochs": len(tuning.losses)}
    summary = f"{len(labelled)} pictures, {len(tuning.losses)} epochs, loss {first:.3f} to {last:.3f}"
    line = f"{out}  {', '.join(names)}  {summary}"
    emit([{**row, "first_loss": round(first, 4), "last_loss": round(last, 4)}], [line], as_json=as_json, empty="")


def _english_phrases(session: Session, phrases: str) -> str:
    """The phrases in English, the language of the grounding model."""
    from assistant.models.glip.text import split_phrases

    return " . ".join(session.in_english(phrase) for phrase in split_phrases(phrases))


def _min_score(given: float | None) -> float:
    from tools.boxes import BoxOptions

    return BoxOptions().min_score if given is None else given


def _draw(picture: Any, detections: Sequence[Detection], out: Path) -> None:
    from PIL import Image

    from assistant.media.pictures import draw_boxes

    labels = [f"{d.phrase} {d.score:.2f}" for d in detections]
    drawn = draw_boxes(Image.fromarray(picture), [d.box for d in detections], labels)
    try:
        drawn.save(out)
    except (OSError, ValueError) as error:
        raise VideoAssistantError(
            f"--out {str(out)!r} cannot be written ({error}); give a path such as boxes.png"
        ) from None


COMMANDS = (ground, detect, tune_prompt)
