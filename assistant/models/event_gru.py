"""A recurrent model of time: when an event goes on in a video, out of the curves that other models made of it.

A small bidirectional GRU (Cho et al. 2014) reads, keyframe by keyframe, how well the event and the one it is about fit,
how sure the core is of it in the seconds around, and how much the picture changes. Cosines and changes are standardised
within their video, so it knows no retrieval model's scale and serves any.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from assistant.models.base import LazyModel
from assistant.models.noun_phrases import noun_phrases
from tools.errors import ModelNotFoundError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEATURES = 5
HIDDEN = 32
LONGEST_GAP_SECONDS = 4.0  # between keyframes; longer ones look the same
FILE = "model.safetensors"


def curves(
    event: NDArray[np.floating],
    subject: NDArray[np.floating],
    vectors: NDArray[np.float32],
    seconds: NDArray[np.float64],
    sure: NDArray[np.floating],
) -> NDArray[np.float32]:
    """`(keyframes, FEATURES)` of one event in one video.

    Args:
        event: (keyframes,), cosines of the event's words.
        subject: (keyframes,), cosines of the words for the one it is about.
        vectors: (keyframes, d), embeddings, L2-normalised.
        seconds: (keyframes,), increasing.
        sure: (keyframes,) in [0, 1], the core's probability of the event around each.
    """
    change = np.zeros(len(seconds))
    change[1:] = 1.0 - np.einsum("nd,nd->n", vectors[1:], vectors[:-1])
    gaps = np.diff(seconds, prepend=seconds[:1]).clip(0, LONGEST_GAP_SECONDS) / LONGEST_GAP_SECONDS
    columns = [*(_standardised(one) for one in (event, subject, change)), 2.0 * np.asarray(sure) - 1.0, gaps]
    return np.stack(columns, 1).astype(np.float32)


def _standardised(values: NDArray[np.floating]) -> NDArray[np.float64]:
    centred: NDArray[np.float64] = np.asarray(values, np.float64) - np.mean(values)
    return centred / (float(centred.std()) + 1e-6)


class EventGru(nn.Module):
    """From curves `(b, keyframes, FEATURES)` to logits `(b, keyframes)` that the event goes on there."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(FEATURES, HIDDEN, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * HIDDEN, 1)

    def forward(self, rows: Tensor) -> Tensor:
        states, _ = self.gru(rows)
        logits: Tensor = self.head(states)[..., 0]
        return logits


class EventTimer(LazyModel[EventGru]):
    """A trained `EventGru`; implements `tools.ports.EventTimer`.

    Args:
        checkpoint: its folder.
    """

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint

    def _load(self) -> EventGru:
        from safetensors.torch import load_file

        path = Path(self.checkpoint) / FILE
        if not path.is_file():
            raise ModelNotFoundError(f"no model of time at {path}; `make train` makes one")
        model = EventGru()
        model.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
        return model.eval()

    def subject(self, event: str) -> str:
        spans = noun_phrases(event)
        return event[slice(*spans[0])] if spans else event

    def inside(
        self,
        event: NDArray[np.floating],
        subject: NDArray[np.floating],
        vectors: NDArray[np.float32],
        seconds: NDArray[np.float64],
        sure: NDArray[np.floating],
    ) -> NDArray[np.float64]:
        rows = torch.from_numpy(curves(event, subject, vectors, seconds, sure))
        with torch.inference_mode():
            found: NDArray[np.float64] = self.loaded(rows[None])[0].sigmoid().double().numpy()
        return found
