from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.colour_clips import write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    """Writes a video of colour blocks: `clip("a", ("red", 2.0), ("blue", 1.5))`."""
    return partial(write_clip, tmp_path)
