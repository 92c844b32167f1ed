"""A recurrent model of time: from when to when an event goes on, by what the core sees in frames in their order.

A small bidirectional GRU (Cho et al. 2014) reads, frame by frame, what an event's words find among the core's projected
queries, which lie in the space of those words. It tells whether the words name an event at all, and of every frame
whether the event goes on there, how long ago it began and how soon it ends, as detectors without anchors do of boxes
(FCOS: Tian et al. 2019; ActionFormer: Zhang et al. 2022, section 3.3). What all frames of an event say is averaged, so
it is timed finer than frames lie apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from tools.events.timing import Timing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FILE = "event_timer.safetensors"
ROLES = 2  # who does something, and to or with whom
TEXT, SEEN, HIDDEN = 48, 24, 96  # widths
SHARPNESS = 4.0  # of the look-up that attention starts as
LOUD = 8.0  # what its logits are divided by where they are features


class EventTimer(nn.Module):
    """Of frames and an event: logits that it goes on, seconds since it began, seconds until it ends; and the logit that
    it is an event, by its words alone.

    Args:
        queries: of the core, for each frame.
        width: of the core's language model.
        unit: the length of a word's vector there, by which everything is divided.
    """

    def __init__(self, queries: int, width: int, unit: float = 1.0) -> None:
        super().__init__()
        self.unit: Tensor
        self.register_buffer("unit", torch.tensor(unit))
        self.word = nn.Linear(width, TEXT)
        self.reader = nn.GRU(TEXT, TEXT // 2, batch_first=True, bidirectional=True)
        self.role = nn.Linear(TEXT, ROLES)
        self.key = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.key.weight)
        self.scale = nn.Parameter(torch.full((ROLES,), SHARPNESS))
        self.nowhere = nn.Parameter(torch.full((ROLES,), SHARPNESS))
        self.look = nn.Linear(width, SEEN)
        self.mix = nn.Linear(ROLES * (queries + 2 + SEEN) + 2 + TEXT, HIDDEN)
        self.gru = nn.GRU(HIDDEN, HIDDEN, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * HIDDEN, 3)
        self.event_head = nn.Linear(TEXT, 1)

    def forward(
        self, seen: Tensor, words: Tensor, said: Tensor, seconds: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """`(b, frames, 3)` of the frames and `(b,)` of the words.

        Args:
            seen: (b, frames, queries, width), projected queries.
            words: (b, words, width), the event's words in the core's word table.
            said: (b, words), 1.0 for a word and 0.0 for padding.
            seconds: (b, frames), increasing.
            lengths: (b,), how many frames are no padding; None: all.
        """
        seen, words = seen / self.unit, words / self.unit
        read = self._read(words, said.sum(1).long())
        roles = self.role(read).sigmoid() * said[..., None]
        sought = torch.einsum("bwr,bwd->brd", roles, words)
        fits = torch.einsum("brd,bnqd->bnrq", sought, self.key(seen)) * self.scale[:, None]
        nowhere = self.nowhere[:, None].expand(*fits.shape[:3], 1)
        places = torch.cat([fits, nowhere], -1).softmax(-1)
        found = self.look(torch.einsum("bnrq,bnqd->bnrd", places[..., :-1], seen))
        loudest = fits.amax(-1, keepdim=True) / LOUD
        gaps = nn.functional.pad(seconds.diff(dim=1), (1, 1))
        sentence = (read * said[..., None]).sum(1) / said.sum(1, keepdim=True)
        frames = torch.cat([places, loudest, found], -1).flatten(2)
        both = torch.stack([gaps[:, :-1], gaps[:, 1:]], -1)
        mixed = self.mix(torch.cat([frames, both, sentence[:, None].expand(-1, frames.shape[1], -1)], -1))
        told: Tensor = self.head(_over(self.gru, mixed.relu(), lengths))
        return told, self.event_head(sentence)[:, 0]

    def _read(self, words: Tensor, lengths: Tensor | None = None) -> Tensor:
        """`(b, words, TEXT)`: each word among the others."""
        return _over(self.reader, self.word(words), lengths)

    @torch.inference_mode()
    def time_events(self, queries: Tensor, words: Sequence[Tensor], seconds: NDArray[np.float64]) -> list[Timing]:
        """For each event, given by its words `(words, width)`, what each of the frames tells.

        Args:
            queries: (frames, queries, width), of frames in time order.
            words: vectors of each event's words.
            seconds: (frames,), increasing.
        """
        # A text may hold no word at all, and a recurrent net has to read something.
        read = [one if len(one) else one.new_zeros(1, one.shape[1]) for one in words]
        rows = nn.utils.rnn.pad_sequence(read, batch_first=True).float()
        lengths = torch.tensor([len(one) for one in read], device=rows.device)
        said = (torch.arange(rows.shape[1], device=rows.device) < lengths[:, None]).float()
        times = torch.from_numpy(seconds).to(rows.device, torch.float32).expand(len(words), -1)
        told = self(queries.float().expand(len(words), -1, -1, -1), rows, said, times)[0].double().cpu().numpy()
        going = 1.0 / (1.0 + np.exp(-told[..., 0]))
        return [
            Timing(seconds, *one) for one in zip(going, seconds - told[..., 1], seconds + told[..., 2], strict=True)
        ]

    @torch.inference_mode()
    def event_probability(self, words: Tensor) -> float:
        """How surely words `(words, width)` name an event, in [0, 1]; no words name none."""
        if not len(words):
            return 0.0
        read = self._read((words.float() / self.unit)[None])
        return float(self.event_head(read.mean(1)).sigmoid())

    def save(self, folder: Path) -> None:
        """Writes it, in half precision, into the folder of the core that it belongs to."""
        from safetensors.torch import save_file

        save_file({name: tensor.half().contiguous() for name, tensor in self.state_dict().items()}, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> EventTimer | None:
        """What stands in a core's folder; None for a core without one."""
        from safetensors.torch import load_file

        path = folder / FILE
        if not path.is_file():
            return None
        weights = {name: tensor.float() for name, tensor in load_file(path).items()}
        queries = (weights["mix.weight"].shape[1] - 2 - TEXT) // ROLES - 2 - SEEN
        timer = cls(queries, weights["key.weight"].shape[0])
        timer.load_state_dict(weights)
        return timer.eval()


def _over(gru: nn.GRU, rows: Tensor, lengths: Tensor | None) -> Tensor:
    """The states of a recurrent net that never reads padding, which one that goes backwards would read first."""
    if lengths is None:
        states: Tensor = gru(rows)[0]
        return states
    packed = nn.utils.rnn.pack_padded_sequence(rows, lengths.cpu(), batch_first=True, enforce_sorted=False)
    padded: Tensor = nn.utils.rnn.pad_packed_sequence(gru(packed)[0], True, total_length=rows.shape[1])[0]
    return padded
