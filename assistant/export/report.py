"""Exports a conversation: Markdown with a folder of keyframes, or one HTML page that contains them."""

from __future__ import annotations

import base64
import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.text.display import format_clock, video_title
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.agent.records import Reply
    from assistant.text.language import Language
    from tools.types import Evidence

_TEXTS: dict[str, dict[Language, str]] = {
    "confidence": {"en": "confidence {percent} % (uncalibrated)", "vi": "độ tin cậy {percent} % (chưa hiệu chỉnh)"},
    "seen": {"en": "seen", "vi": "thấy"},
    "not seen": {"en": "not seen", "vi": "không thấy"},
    "cannot tell": {"en": "cannot tell", "vi": "không thể biết"},
}
_SPECIAL = "\\`*_{}[]<>#|~$!"


@dataclass(frozen=True, slots=True)
class _Frame:
    source: str  # URL of the picture; empty if its file is gone
    caption: str


@dataclass(frozen=True, slots=True)
class _Turn:
    question: str
    answer: str
    note: str
    frames: list[_Frame]


def export_thread(name: str, replies: Sequence[Reply], target: Path) -> list[Path]:
    """Writes a conversation; an existing `target` is replaced only after everything is written.

    Args:
        name: the heading.
        replies: oldest first.
        target: `.html` for one page that contains the pictures; `.md` for text with a folder of pictures next to it.

    Returns:
        The paths that were written.

    Raises:
        VideoAssistantError: `target` has another suffix or cannot be written.
    """
    writers: dict[str, Callable[[str, Sequence[Reply], Path], list[Path]]] = {".html": _html, ".md": _markdown}
    if target.suffix.lower() not in writers:
        raise VideoAssistantError(f"{str(target)!r}: a report ends in {' or '.join(writers)}")
    try:
        return writers[target.suffix.lower()](name, replies, target)
    except OSError as error:
        raise VideoAssistantError(
            f"{str(target)!r} cannot be written ({error.strerror}); choose another place"
        ) from error


def report_page(name: str, replies: Sequence[Reply]) -> str:
    """A conversation as one HTML page that contains its keyframes."""
    from jinja2 import Environment, StrictUndefined

    def embed_picture(image: Path) -> str:
        return f"data:image/jpeg;base64,{base64.b64encode(image.read_bytes()).decode('ascii')}"

    source = (files("assistant.export") / "templates" / "report.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
    language = replies[0].language if replies else "en"
    return template.render(title=name, language=language, turns=[_turn(reply, embed_picture) for reply in replies])


def _html(name: str, replies: Sequence[Reply], target: Path) -> list[Path]:
    _replace(target, report_page(name, replies))
    return [target]


def _markdown(name: str, replies: Sequence[Reply], target: Path) -> list[Path]:
    folder = target.with_name(f"{target.stem}-frames")

    def copy_picture(image: Path) -> str:
        folder.mkdir(exist_ok=True)
        copied = folder / f"{image.parent.parent.name}-{image.name}"
        shutil.copyfile(image, copied)
        return f"{folder.name}/{copied.name}"

    lines = [f"# {_escape_markdown(name)}"]
    for turn in [_turn(reply, copy_picture) for reply in replies]:
        lines += [
            "",
            f"## {_escape_markdown(turn.question)}",
            "",
            _escape_markdown(turn.answer),
            "",
            f"*{_escape_markdown(turn.note)}*",
            "",
        ]
        for frame in turn.frames:
            picture = f"![{_escape_markdown(frame.caption)}](<{frame.source}>) " if frame.source else ""
            lines.append(f"- {picture}{_escape_markdown(frame.caption)}")
    _replace(target, "\n".join(lines) + "\n")
    return [target, folder] if folder.is_dir() else [target]


def _replace(target: Path, text: str) -> None:
    part = target.with_name(f".{target.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(target)


def _turn(reply: Reply, url_of: Callable[[Path], str]) -> _Turn:
    def say(key: str, **values: object) -> str:
        return _TEXTS[key][reply.language].format(**values)

    verdicts = [f"{condition.text}: {say(condition.verdict)}" for condition in reply.conditions]
    note = " · ".join([*verdicts, say("confidence", percent=round(reply.confidence * 100))])
    frames = [_Frame(_source(evidence, url_of), _caption(evidence)) for evidence in reply.evidence]
    return _Turn(reply.question, reply.answer, note, frames)


def _source(evidence: Evidence, url_of: Callable[[Path], str]) -> str:
    """The URL of the picture; empty if the video was removed since."""
    return url_of(Path(evidence.image)) if evidence.image and Path(evidence.image).is_file() else ""


def _caption(evidence: Evidence) -> str:
    where = f"{video_title(evidence.moment.video_id)} {format_clock(evidence.seconds)}"
    return f"{where}: {evidence.text}" if evidence.text else where


def _escape_markdown(text: str) -> str:
    """Text that Markdown shows unchanged."""
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in " ".join(text.split()))
