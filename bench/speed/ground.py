"""A model of GLIP-T's size with random weights on one 640 x 480 picture, against the same with captions padded to 256
tokens as the original code bases do; and the grounding model of the profile, if it is installed.
"""

from __future__ import annotations

import resource
import statistics
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.speed.timing import alternate, median_ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.session import Session

TOKENS, PADDED = 20, 256  # of a list of about eight phrases; of that list padded as by the original code
HEIGHT, WIDTH = 480, 640
FRAME_HEIGHT, FRAME_WIDTH = 360, 640
PHRASES = "red car . person . dog"
FULL_ROUNDS, ROUNDS = 2, 20


def measure(session: Session) -> dict[str, Any]:
    """Figures `ground.*`; `ground.ms_per_frame` only if the profile's grounding model is installed."""
    figures: dict[str, float] = {}
    glip = session.glip()
    if glip.has_checkpoint:
        frame = np.random.default_rng(0).integers(0, 255, (FRAME_HEIGHT, FRAME_WIDTH, 3), np.uint8)
        seconds = alternate({"frame": lambda: glip.detect(frame, PHRASES)}, rounds=ROUNDS)
        figures["ground.ms_per_frame"] = statistics.median(seconds["frame"]) * 1000
        glip.unload()
    full = _full_size()
    full(TOKENS)
    # Measured before the padded caption, which needs more memory.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = alternate({"full": lambda: full(TOKENS), "padded": lambda: full(PADDED)}, rounds=FULL_ROUNDS)
    figures |= {
        "ground.full_seconds_per_frame": statistics.median(seconds["full"]),
        "ground.full_peak_mb": peak,
        "ground.full_vs_padded": median_ratio(seconds["full"], seconds["padded"]),
    }
    return {"figures": figures, "settings": {"tokens": TOKENS, "short_side": 800, "picture": [WIDTH, HEIGHT]}}


def _full_size() -> Callable[[int], None]:
    """GLIP-T on the CPU: a call predicts boxes for a caption of `TOKENS` tokens, padded to the length that it gets."""
    import torch

    from assistant.models.glip import image
    from assistant.models.glip.config import CONFIGS
    from assistant.models.glip.model import Glip

    config = CONFIGS["glip-t"]
    torch.manual_seed(0)
    model = Glip(config).eval()
    picture = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)

    def run(length: int) -> None:
        ids = torch.full((1, length), 1000)
        mask = (torch.arange(length) < TOKENS).long()[None]
        with torch.inference_mode():
            model(image.batch_images([image.prepare_image(picture, config.short_side, config.long_side)]), ids, mask)

    return run
