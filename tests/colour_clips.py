"""Small videos of colour blocks whose cuts and times are known exactly."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200), "grey": (120, 120, 120)}


def write_clip(
    folder: Path, name: str, *shots: tuple[str, float], fps: int = 25, size=(160, 90), times=None, aspect=None
) -> Path:
    """Writes an mp4 with one colour a shot: `write_clip(folder, "a", ("red", 2.0), ("blue", 1.5))`."""
    path = folder / f"{name}.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"g": "12", "crf": "20"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        number = 0
        for colour, seconds in shots:
            for _ in range(round(seconds * fps)):
                picture = np.empty((size[1], size[0], 3), np.uint8)
                picture[:] = COLOURS[colour]
                picture[: size[1] // 12, : 10 + number % 20] = 255  # something moves in every shot
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                frame_seconds = times[number] if times else number / fps
                frame.pts, frame.time_base = round(frame_seconds * 1000), Fraction(1, 1000)
                container.mux(stream.encode(frame))
                number += 1
        container.mux(stream.encode())
    return path
