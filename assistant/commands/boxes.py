"""Commands that put boxes around things."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.shared import JSON, load_picture, opened, parse_moment
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.session import Session
    from tools.types import Detection


TUNED = click.option(
    "--tuned", type=click.Path(path_type=Path), help="What `tune-prompt` learned; finds only its names."
)
MIN_SCORE = click.option("--min-score", type=click.FloatRange(0, 1), help="A box below it is left out (default 0.5).")


@click.command()
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
    from assistant.commands.output import detection_line, detection_row, emit
    from assistant.retrieval.grounding import LibraryGrounder

    session = opened(ctx)
    model = session.glip(tuned)
    sought = phrases if tuned else _english_phrases(session, phrases)
    moment = parse_moment(where)
    picture = load_picture(session, where) if moment is None else LibraryGrounder(session.library, model).frame(*moment)
    found = [one for one in model.detect(picture, sought) if one.score >= _min_score(min_score)]
    if out is not None:
        _draw(picture, found, out)
    emit([detection_row(d) for d in found], [detection_line(d) for d in found], as_json=as_json, empty="Nothing found.")


@click.command()
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
    from assistant.commands.output import detections_csv, emit, keyframe_line, keyframe_row, tracks_line
    from assistant.commands.progress import counting
    from assistant.retrieval.grounding import LibraryGrounder

    session = opened(ctx)
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


@click.command("tune-prompt")
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
    from assistant.commands.output import emit
    from assistant.commands.progress import counting
    from assistant.models.glip.coco import read_coco

    names, labelled = read_coco(folder)
    if not out.parent.is_dir():
        raise VideoAssistantError(f"--out {str(out)!r}: there is no folder {out.parent}; make it first")
    loaded = opened(ctx).glip().loaded

    from assistant.models.glip.tune import tune

    with counting("epochs") as progress:
        tuning = tune(loaded, names, labelled, method=method, epochs=epochs, progress=progress)
    tuning.tuned.save(out)
    first, last = tuning.losses[0], tuning.losses[-1]
    row = {"file": str(out), "method": method, "names": names, "images": len(labelled), "epochs": len(tuning.losses)}
    about = f"{len(labelled)} pictures, {len(tuning.losses)} epochs, loss {first:.3f} to {last:.3f}"
    line = f"{out}  {', '.join(names)}  {about}"
    emit([{**row, "first_loss": round(first, 4), "last_loss": round(last, 4)}], [line], as_json=as_json, empty="")


def _english_phrases(session: Session, phrases: str) -> str:
    """Each phrase in the language that the grounding model reads."""
    from assistant.models.glip.text import split_phrases

    return " . ".join(session.in_english(phrase) for phrase in split_phrases(phrases))


def _min_score(given: float | None) -> float:
    from tools.ground import GroundOptions

    return GroundOptions().min_score if given is None else given


def _draw(picture: Any, found: Sequence[Detection], out: Path) -> None:
    from PIL import Image

    from assistant.media.pictures import draw_boxes

    drawn = draw_boxes(Image.fromarray(picture), [d.box for d in found], [f"{d.phrase} {d.score:.2f}" for d in found])
    try:
        drawn.save(out)
    except (OSError, ValueError) as error:
        raise VideoAssistantError(
            f"--out {str(out)!r} cannot be written ({error}); give a path such as boxes.png"
        ) from None


COMMANDS = (ground, detect, tune_prompt)
