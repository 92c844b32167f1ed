"""A folder of an evaluation set made of real material, and the media that its items name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.quality.real.item_fields import PLACES, Field
from bench.quality.understanding.question_files import read_items
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


README = "README.md"
VIDEO_FIELDS = {"search.jsonl": "video", "sight.jsonl": "video", "speech.jsonl": "file"}
"""The files of a set that name videos, and the field that does."""
USUAL_MEDIA = "../../data/media"  # where a set looks for its media if its README does not say
_STATED_MEDIA = re.compile(r"media\b[^`]{0,80}?\brelative\s+to\s+`([^`]+)`", re.IGNORECASE)


def report(line: str) -> None:
    """Prints one line about something that is left out, on stderr."""
    click.echo(line, err=True)


def _ignore(line: str) -> None:
    """Takes a line that was reported already."""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """An evaluation set.

    Args:
        folder: holds the files of items.
        media: what the paths of media are relative to; None: the folder that the README of the set states.
    """

    folder: Path
    media: Path | None = None

    def items(self, name: str, fields: Mapping[str, Field]) -> list[dict[str, Any]]:
        """Returns the items of a file whose fields hold what they must; reports each of the others.

        Raises:
            VideoAssistantError: the file cannot be read, or holds no such item.
        """
        items = []
        for item in read_items(self.folder / name, tuple(fields), report):
            wrong = [key for key, field in fields.items() if not field.is_valid(item[key])]
            for key in wrong[:1]:
                report(f"{item['id']}: its {key} is {item[key]!r}, not {fields[key].meaning}; it is left out")
            if not wrong:
                items.append(item)
        if not items:
            raise VideoAssistantError(f"{self.folder / name} holds no item that can be asked")
        return items

    def video_names(self) -> list[str]:
        """Returns the names of all videos that the items of the set are about; bad items are not reported again."""
        names: dict[str, None] = {}
        for file, field in VIDEO_FIELDS.items():
            try:
                items = read_items(self.folder / file, ("id", field), _ignore)
            except VideoAssistantError:  # a part of the set that is missing or broken names no video
                continue
            for item in items:
                names.setdefault(str(item[field]))
                if PLACES.is_valid(also := item.get("also", [])):
                    names |= dict.fromkeys(str(place["video"]) for place in also)
        return list(names)

    def media_folder(self) -> Path:
        """Returns the folder that the paths of media are relative to.

        Raises:
            VideoAssistantError: there is no such folder.
        """
        if self.media is not None:
            return self.media
        readme = self.folder / README
        stated = _STATED_MEDIA.search(readme.read_text("utf-8", "replace")) if readme.is_file() else None
        folder = (self.folder / (stated[1] if stated else USUAL_MEDIA)).resolve()
        if not folder.is_dir():
            raise VideoAssistantError(f"the media of {self.folder} are not in {folder}; name their folder by --media")
        return folder

    def locate(self, names: Sequence[str]) -> dict[str, Path]:
        """Returns where the media files lie, by name, in the order of `names`; reports those that are missing.

        A file that the set brings along itself is found too.
        """
        folders = (self.media_folder(), self.folder)
        files = {}
        for name in dict.fromkeys(names):
            path = next((folder / name for folder in folders if (folder / name).is_file()), None)
            if path is None:
                report(f"{name} is not in {folders[0]}; what is asked about it is left out")
            else:
                files[name] = path
        return files
