"""What commands share: common options, the open session, pictures and moments as users give them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.session import Session


JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")
VIDEO = click.option("--video", "video_id", metavar="ID", help="Search only in this video.")
START = click.option("--from", "start", type=click.FloatRange(min=0), help="Search from this second on.")
END = click.option("--to", "end", type=click.FloatRange(min=0), help="Search before this second.")
LIMIT = click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Number of results at most."
)


def open_session_of(ctx: click.Context) -> Session:
    """Opens the session of the command; it is closed when the command ends."""
    session: Session = ctx.obj()
    ctx.call_on_close(session.close)
    return session


def load_picture(session: Session, where: str) -> Any:
    """Reads a picture file, or the keyframe nearest to a moment `ID@SECONDS`, as HWC uint8 RGB."""
    from assistant.media.pictures import read_picture

    moment = parse_moment(where)
    if moment is None:
        return read_picture(Path(where))
    return read_picture(Path(session.library.nearest_keyframe(*moment).image))


def parse_moment(where: str) -> tuple[str, float] | None:
    """The video id and second of `ID@SECONDS`; None for the path of a picture file.

    Raises:
        VideoAssistantError: what follows the `@` is no number.
    """
    if Path(where).exists() or "@" not in where:
        return None
    video_id, _, seconds = where.rpartition("@")
    try:
        return video_id, float(seconds)
    except ValueError:
        raise VideoAssistantError(f"{where!r}: after @ comes a time in seconds, such as ID@12.5") from None


def write_speech(session: Session, text: str, language: Any, path: Path) -> Path:
    """Writes the spoken text to `path` and returns it; a path without a suffix gets that of the voice."""
    import shutil

    speech = session.voice().speak(text, language)
    if speech.notice:
        click.echo(speech.notice, err=True)
    target = path if path.suffix else path.with_suffix(speech.path.suffix)
    shutil.copyfile(speech.path, target)
    return target
