"""Chooses the class that reads a retrieval checkpoint by what its folder holds."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.models.base import model_type
from assistant.models.clip.embedder import ImageTextEmbedder
from assistant.models.clip.open_clip import OpenClip
from assistant.models.clip.transformers_clip import TransformersClip
from tools.errors import ModelNotFoundError


def build_retrieval_model(checkpoint: str) -> ImageTextEmbedder[Any]:
    """Returns the model of a checkpoint folder. It is not loaded; an unreadable folder is reported when it is."""
    with suppress(ModelNotFoundError):
        if model_type(Path(checkpoint)) == "open_clip":
            return OpenClip(checkpoint)
    return TransformersClip(checkpoint)
