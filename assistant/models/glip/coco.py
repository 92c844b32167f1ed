"""Labelled pictures: a folder with a COCO JSON (Lin et al. 2014, arXiv:1405.0312)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.models.glip.text import clean
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from pathlib import Path

    from tools.types import Box


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and what it shows."""

    path: Path
    boxes: tuple[Box, ...]  # XYXY pixels of the picture
    names: tuple[str, ...]  # of each box


def read_coco(folder: Path) -> tuple[list[str], list[Labelled]]:
    """The category names in order of their ids, and the pictures that show any of them.

    Crowds and boxes without area are left out, as the COCO tools do.

    Raises:
        VideoAssistantError: the folder has no such file or several, it is no COCO JSON, or a picture is missing.
    """
    files = sorted(folder.glob("*.json"))
    if len(files) != 1:
        found = "none" if not files else ", ".join(file.name for file in files[:4])
        raise VideoAssistantError(f"{folder}: one COCO JSON is wanted beside the pictures, there is {found}")
    try:
        data = json.loads(files[0].read_text(encoding="utf-8"))
        names = {int(row["id"]): clean(str(row["name"])).strip() for row in data["categories"]}
        paths = {row["id"]: folder / str(row["file_name"]) for row in data["images"]}
        shown: dict[Any, list[tuple[Box, str]]] = {}
        for row in data["annotations"]:
            x, y, width, height = (float(value) for value in row["bbox"])
            name = names[int(row["category_id"])]
            if width > 0 and height > 0 and not row.get("iscrowd"):
                shown.setdefault(row["image_id"], []).append(((x, y, x + width, y + height), name))
        labelled = [
            Labelled(paths[image], tuple(box for box, _ in rows), tuple(name for _, name in rows))
            for image, rows in shown.items()
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = f"{type(error).__name__} {error}"
        raise VideoAssistantError(f"{files[0]}: no COCO JSON (images, annotations, categories): {reason}") from None
    if not labelled:
        raise VideoAssistantError(f"{files[0]}: no annotation has a box; label at least one picture")
    for one in labelled:
        if not one.path.is_file():
            raise VideoAssistantError(f"{files[0]} names {one.path.name}, which is not in {folder}")
    return [names[key] for key in sorted(names)], labelled
