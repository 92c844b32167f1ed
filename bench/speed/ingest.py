"""Ingest against the sum of its stages run alone, and against a plain loop without overlap."""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.speed.timing import wall_and_cpu_seconds

if TYPE_CHECKING:
    from assistant.session import Session

SECONDS = 60
FRAME_RATE = 24
CORES = 2


def measure(session: Session) -> dict[str, Any]:
    """Figures `ingest.*` over one generated clip of a minute, 640 x 360, H.264."""
    from assistant.ingest.keyframes import KeyframePicker
    from assistant.ingest.screen_text import read_text_lines
    from assistant.media.decode import open_media
    from assistant.models.ocr.rapidocr import build_screen_reader

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        _make_clip(path)
        reader = build_screen_reader()
        # Loads every model before anything is timed.
        with open_media(path) as media:
            first = next(media.frames()).image()
        session.clip.embed_images([first])
        session.local_blip.features([first])
        read_text_lines(reader, first)

        wall, cpu = wall_and_cpu_seconds(lambda: _index(session, reader, Path(folder) / "library", path))
        images: list[Any] = []

        def decode() -> None:
            with open_media(path) as media:
                images.extend(pick.frame.image() for pick in KeyframePicker(1.0).pick(media.frames()))

        stages = [
            wall_and_cpu_seconds(decode),
            wall_and_cpu_seconds(lambda: session.clip.embed_images(images)),
            wall_and_cpu_seconds(lambda: session.local_blip.features(images)),
            wall_and_cpu_seconds(lambda: [read_text_lines(reader, image) for image in images]),
        ]
    slowest = max(stage_wall for stage_wall, _ in stages)
    return {
        "figures": {
            "ingest.wall_ratio": wall / max(slowest, sum(stage_cpu for _, stage_cpu in stages) / CORES),
            "ingest.vs_plain_loop": wall / sum(stage_wall for stage_wall, _ in stages),
            "ingest.peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "ingest.wall_seconds": wall,
            "ingest.cpu_seconds": cpu,
        },
        "settings": {"video_seconds": SECONDS, "cores": CORES},
    }


def _index(session: Session, reader: Any, root: Path, path: Path) -> None:
    from assistant.ingest.pipeline import index_files
    from assistant.library import Library

    library = Library(root, embedder=session.clip.identity)
    for _ in index_files([path], library, embedder=session.clip, extractor=session.local_blip, reader=reader):
        pass
    library.close()


def _make_clip(path: Path) -> None:
    """Writes a clip of a moving block; its caption changes every four seconds, its background every eight."""
    import av
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FRAME_RATE, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number in range(SECONDS * FRAME_RATE):
            if number % (8 * FRAME_RATE) == 0:
                ground = Image.fromarray(rng.integers(60, 200, (9, 16, 3), np.uint8)).resize((640, 360))
            picture = ground.copy()
            draw = ImageDraw.Draw(picture)
            x = number * 3 % 640
            draw.rectangle((x, 150, x + 80, 230), fill=(220, 40, 40))
            draw.text((40, 320), f"caption {number // (4 * FRAME_RATE)}", fill=(255, 255, 255), font_size=24)
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
