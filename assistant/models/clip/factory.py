"""Which class reads a retrieval checkpoint: what lies in its folder decides."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from assistant.models.base import model_type
from assistant.models.clip.open_clip import OpenClip
from assistant.models.clip.transformers_clip import Clip
from tools.errors import ModelNotFoundError


def retrieval_model(checkpoint: str) -> Clip | OpenClip:
    """The model of a folder; nothing is loaded, and what is wrong with the folder is said when it is."""
    with suppress(ModelNotFoundError):
        if model_type(Path(checkpoint)) == "open_clip":
            return OpenClip(checkpoint)
    return Clip(checkpoint)
