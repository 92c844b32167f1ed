"""Reads picture files as they are displayed, and draws boxes over pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from tools.types import Box

BOX_COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#008080", "#9a6324", "#f032e6")


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Returns a picture file as displayed, HWC uint8 RGB.

    It is rotated as its EXIF data says, transparent pixels are on white, and 16 bits a channel are reduced to 8.

    Raises:
        VideoAssistantError: the file does not exist, or holds no complete picture.
    """
    import numpy as np
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as file:
            file.load()
            picture = ImageOps.exif_transpose(file)
    except FileNotFoundError:
        raise VideoAssistantError(f"{str(path)!r}: no such picture; give a picture file or ID@SECONDS") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        line = (str(error) or type(error).__name__).splitlines()[0]
        raise VideoAssistantError(f"{str(path)!r} is no picture that can be read ({line})") from None
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
        grey = np.clip(np.asarray(picture, dtype=np.int64) >> 8, 0, 255).astype(np.uint8)
        picture = Image.fromarray(grey)
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    return np.array(picture.convert("RGB"))


def draw_boxes(picture: Image, boxes: Sequence[Box], labels: Sequence[str]) -> Image:
    """Returns a copy of a picture with labelled boxes; all boxes of a name have the same colour.

    Args:
        picture: the picture, which stays as it is.
        boxes: XYXY in pixels of the picture, best first.
        labels: a text `name score` for each box; empty draws boxes without labels.
    """
    from PIL import ImageDraw, ImageFont

    drawn = picture.convert("RGB")
    canvas = ImageDraw.Draw(drawn)
    font_size = max(11, round(min(drawn.size) / 20))
    font = ImageFont.load_default(font_size)
    names = list(dict.fromkeys(label.rpartition(" ")[0] for label in labels))
    # The best box is drawn last, so that it lies on top.
    for number in reversed(range(len(boxes))):
        label = labels[number] if labels else ""
        colour = BOX_COLOURS[names.index(label.rpartition(" ")[0]) % len(BOX_COLOURS)] if label else BOX_COLOURS[0]
        canvas.rectangle(boxes[number], outline=colour, width=max(2, font_size // 8))
        if label:
            left, top = boxes[number][0], max(0.0, boxes[number][1] - font_size - 4)
            label_width = canvas.textlength(label, font=font)
            canvas.rectangle((left, top, left + label_width + 6, top + font_size + 4), fill=colour)
            canvas.text((left + 3, top + 1), label, fill="white", font=font)
    return drawn


def draw_thumbnail(path: str, boxes: Sequence[Box], labels: Sequence[str], displayed: tuple[int, int]) -> Image:
    """Returns a stored thumbnail with boxes drawn on it.

    Args:
        path: the thumbnail's file.
        boxes: XYXY in pixels of the displayed frame.
        labels: a text `name score` for each box; empty draws boxes without labels.
        displayed: width and height of the displayed frame, in pixels.
    """
    from PIL import Image

    with Image.open(path) as file:
        thumbnail = file.convert("RGB")
    scale_x, scale_y = thumbnail.width / displayed[0], thumbnail.height / displayed[1]
    scaled = [(x1 * scale_x, y1 * scale_y, x2 * scale_x, y2 * scale_y) for x1, y1, x2, y2 in boxes]
    return draw_boxes(thumbnail, scaled, labels)
