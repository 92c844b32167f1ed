"""Reads labelled pictures: a folder with a COCO JSON (Lin et al. 2014, arXiv:1405.0312)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.models.glip.text import clean_name
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from pathlib import Path

    from tools.types import Box


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture with its labelled boxes."""

    path: Path
    boxes: tuple[Box, ...]  # XYXY pixels of the picture
    names: tuple[str, ...]  # the category of each box


def read_coco(folder: Path) -> tuple[list[str], list[LabelledPicture]]:
    """Returns the category names in the order of their ids, and the pictures with at least one labelled box.

    Crowds and boxes without area are left out, as the COCO tools do.

    Raises:
        VideoAssistantError: the folder has no JSON file or several, it is no COCO JSON, or a picture is missing.
    """
    files = sorted(folder.glob("*.json"))
    if len(files) != 1:
        names_of_files = ", ".join(file.name for file in files[:4]) or "none"
        raise VideoAssistantError(f"{folder}: one COCO JSON is wanted beside the pictures, there is {names_of_files}")
    try:
        data = json.loads(files[0].read_text(encoding="utf-8"))
        names = {int(row["id"]): clean_name(str(row["name"])).strip() for row in data["categories"]}
        paths = {row["id"]: folder / str(row["file_name"]) for row in data["images"]}
        labels: dict[Any, list[tuple[Box, str]]] = {}  # by the id of the image
        for row in data["annotations"]:
            x, y, width, height = (float(value) for value in row["bbox"])
            name = names[int(row["category_id"])]
            if width > 0 and height > 0 and not row.get("iscrowd"):
                labels.setdefault(row["image_id"], []).append(((x, y, x + width, y + height), name))
        labelled = [
            LabelledPicture(paths[image], tuple(box for box, _ in rows), tuple(name for _, name in rows))
            for image, rows in labels.items()
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = f"{type(error).__name__} {error}"
        raise VideoAssistantError(f"{files[0]}: no COCO JSON (images, annotations, categories): {reason}") from None
    if not labelled:
        raise VideoAssistantError(f"{files[0]}: no annotation has a box; label at least one picture")
    for picture in labelled:
        if not picture.path.is_file():
            raise VideoAssistantError(f"{files[0]} names {picture.path.name}, which is not in {folder}")
    return [names[key] for key in sorted(names)], labelled
