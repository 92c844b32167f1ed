"""Picture files in, as they are displayed; boxes drawn over pictures, out."""

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

COLOURS = ("#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#008080", "#9a6324", "#f032e6")


def read_picture(path: Path) -> NDArray[np.uint8]:
    """HWC uint8 RGB as displayed: turned as its EXIF says, on white where it is transparent, 16 bits brought to 8.

    Raises:
        VideoAssistantError: there is no such file, or no whole picture in it.
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
    """A copy with labelled boxes; a name keeps its colour.

    Args:
        boxes: XYXY in the picture's pixels.
        labels: one for each box, `name score`; empty draws boxes alone.
    """
    from PIL import ImageDraw, ImageFont

    drawn = picture.convert("RGB")
    canvas = ImageDraw.Draw(drawn)
    size = max(11, round(min(drawn.size) / 20))
    font = ImageFont.load_default(size)
    names = list(dict.fromkeys(label.rpartition(" ")[0] for label in labels))
    # The best one last, so that it lies on top.
    for number in reversed(range(len(boxes))):
        label = labels[number] if labels else ""
        colour = COLOURS[names.index(label.rpartition(" ")[0]) % len(COLOURS)] if label else COLOURS[0]
        canvas.rectangle(boxes[number], outline=colour, width=max(2, size // 8))
        if label:
            left, top = boxes[number][0], max(0.0, boxes[number][1] - size - 4)
            wide = canvas.textlength(label, font=font)
            canvas.rectangle((left, top, left + wide + 6, top + size + 4), fill=colour)
            canvas.text((left + 3, top + 1), label, fill="white", font=font)
    return drawn


def draw_thumbnail(path: str, boxes: Sequence[Box], labels: Sequence[str], displayed: tuple[int, int]) -> Image:
    """A stored thumbnail with boxes that are in pixels of the displayed frame, whose size is `displayed`."""
    from PIL import Image

    with Image.open(path) as file:
        thumbnail = file.convert("RGB")
    across, down = thumbnail.width / displayed[0], thumbnail.height / displayed[1]
    scaled = [(x1 * across, y1 * down, x2 * across, y2 * down) for x1, y1, x2, y2 in boxes]
    return draw_boxes(thumbnail, scaled, labels)
