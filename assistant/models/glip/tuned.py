"""The result of prompt tuning as a small file: an offset for each token position, or the last layers of the head."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.func import functional_call

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from assistant.models.glip.head import Prediction, Words
    from assistant.models.glip.model import Glip

Method = Literal["table", "probe"]

TABLE = "table"
PROBED = (
    "box.weight",
    "box.bias",
    "centerness.weight",
    "centerness.bias",
    "token.weight",
    "token.bias",
    "token_bias",
    "prior_bias",
    "log_scale",
)
"""The names in the head of the tensors that linear probing trains."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """Tensors that were learned for a model and a caption."""

    names: tuple[str, ...]  # of the caption, in its order, since the table has an offset for each position
    tensors: dict[str, Tensor]  # `table` (positions, text width), or the probed tensors of the head
    model: str  # `fingerprint` of the model that it was learned on

    def predict(self, model: Glip, levels: Sequence[Tensor], words: Words) -> Prediction:
        """Computes the head's prediction with the learned tensors."""
        head = {name: tensor for name, tensor in self.tensors.items() if name != TABLE}
        if TABLE in self.tensors:
            words = words.with_offsets(self.tensors[TABLE])
        prediction: Prediction = functional_call(model.head, head, (levels, words))
        return prediction

    def save(self, path: Path) -> None:
        """Writes a safetensors file."""
        metadata = {"names": json.dumps(self.names, ensure_ascii=False), "model": self.model}
        save_file({name: tensor.detach().cpu() for name, tensor in self.tensors.items()}, path, metadata=metadata)

    @classmethod
    def load(cls, path: Path, model: Glip) -> Tuned:
        """Reads a file that was learned on `model`.

        Raises:
            VideoAssistantError: it is no such file, or was learned on another model.
        """
        device = model.head.token.weight.device
        try:
            with safe_open(path, "pt", device=str(device)) as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - the file is no dict
            tuned = cls(tuple(json.loads(metadata["names"])), tensors, metadata["model"])
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise VideoAssistantError(f"{path}: no tuned prompt ({error}); make one with `tune-prompt`") from None
        if tuned.model != fingerprint(model):
            raise VideoAssistantError(f"{path} was tuned on another model; run `tune-prompt` again with this one")
        return tuned


def fingerprint(model: Glip) -> str:
    """Returns a hash that differs between models."""
    weight = model.head.token.weight.detach().cpu().numpy()
    return hashlib.blake2b(weight.tobytes(), digest_size=8).hexdigest()
