"""A recurrent model that tells from when to when an event lasts, from the core's features of successive frames.

The words of an event attend to the core's projected queries, which lie in the embedding space of those words. A small
bidirectional GRU (Cho et al. 2014) reads the result frame by frame. It predicts whether the words name an event at all,
and for every frame whether the event goes on there, how long ago it began and how soon it ends, as anchor-free
detectors predict boxes (FCOS: Tian et al. 2019; ActionFormer: Zhang et al. 2022, section 3.3). The predictions of all
frames of an event are averaged, so its borders are finer than the distance between frames.
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
ROLES = 2  # parts of an event: who acts, and on or with whom
TEXT_WIDTH, VISUAL_WIDTH, HIDDEN_WIDTH = 48, 24, 96
INITIAL_SHARPNESS = 4.0  # factor on the logits of the attention before training
LOGIT_UNIT = 8.0  # divides the logits of the attention where they serve as features


class EventTimer(nn.Module):
    """Predicts for frames and an event whether it goes on, since when and until when; and whether it is an event.

    Args:
        queries: number of the core's queries for each frame.
        width: of the embeddings of the core's language model.
        unit: the length of a word's embedding there; all inputs are divided by it.
    """

    def __init__(self, queries: int, width: int, unit: float = 1.0) -> None:
        super().__init__()
        self.unit: Tensor
        self.register_buffer("unit", torch.tensor(unit))
        self.word = nn.Linear(width, TEXT_WIDTH)
        self.reader = nn.GRU(TEXT_WIDTH, TEXT_WIDTH // 2, batch_first=True, bidirectional=True)
        self.role = nn.Linear(TEXT_WIDTH, ROLES)
        self.key = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.key.weight)
        self.scale = nn.Parameter(torch.full((ROLES,), INITIAL_SHARPNESS))
        self.nowhere = nn.Parameter(torch.full((ROLES,), INITIAL_SHARPNESS))
        self.look = nn.Linear(width, VISUAL_WIDTH)
        self.mix = nn.Linear(ROLES * (queries + 2 + VISUAL_WIDTH) + 2 + TEXT_WIDTH, HIDDEN_WIDTH)
        self.gru = nn.GRU(HIDDEN_WIDTH, HIDDEN_WIDTH, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * HIDDEN_WIDTH, 3)
        self.event_head = nn.Linear(TEXT_WIDTH, 1)

    def forward(
        self, visual: Tensor, words: Tensor, word_mask: Tensor, seconds: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Predicts the time and the kind of each of `b` events.

        Args:
            visual: (b, frames, queries, width), projected queries of the frames.
            words: (b, words, width), the event's words in the core's embedding table.
            word_mask: (b, words), 1.0 for a word and 0.0 for padding.
            seconds: (b, frames), increasing.
            lengths: (b,), number of frames without padding; None if no frame is padding.

        Returns:
            For each frame (b, frames, 3) the logit that the event goes on, the seconds since it began and the seconds
            until it ends; and (b,) the logit that the words name an event.
        """
        visual, words = visual / self.unit, words / self.unit
        word_states = self._encode_words(words, word_mask.sum(1).long())
        roles = self.role(word_states).sigmoid() * word_mask[..., None]
        role_vectors = torch.einsum("bwr,bwd->brd", roles, words)
        logits = torch.einsum("brd,bnqd->bnrq", role_vectors, self.key(visual)) * self.scale[:, None]
        nowhere = self.nowhere[:, None].expand(*logits.shape[:3], 1)  # the attention of a role that no query shows
        attention = torch.cat([logits, nowhere], -1).softmax(-1)
        attended = self.look(torch.einsum("bnrq,bnqd->bnrd", attention[..., :-1], visual))
        best_logits = logits.amax(-1, keepdim=True) / LOGIT_UNIT
        gaps = nn.functional.pad(seconds.diff(dim=1), (1, 1))
        sentence = (word_states * word_mask[..., None]).sum(1) / word_mask.sum(1, keepdim=True)
        frames = torch.cat([attention, best_logits, attended], -1).flatten(2)
        gaps_around = torch.stack([gaps[:, :-1], gaps[:, 1:]], -1)
        mixed = self.mix(torch.cat([frames, gaps_around, sentence[:, None].expand(-1, frames.shape[1], -1)], -1))
        frame_outputs: Tensor = self.head(_run_gru(self.gru, mixed.relu(), lengths))
        return frame_outputs, self.event_head(sentence)[:, 0]

    def _encode_words(self, words: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The states `(b, words, TEXT_WIDTH)` of words in the context of their text."""
        return _run_gru(self.reader, self.word(words), lengths)

    @torch.inference_mode()
    def time_events(self, queries: Tensor, words: Sequence[Tensor], seconds: NDArray[np.float64]) -> list[Timing]:
        """Predicts for each event and each frame whether the event goes on, when it began and when it ends.

        Args:
            queries: (frames, queries, width), of frames in time order.
            words: for each event the embeddings `(words, width)` of its words.
            seconds: (frames,), increasing.
        """
        # A text may have no word, and a recurrent net has to read something.
        padded = [vectors if len(vectors) else vectors.new_zeros(1, vectors.shape[1]) for vectors in words]
        rows = nn.utils.rnn.pad_sequence(padded, batch_first=True).float()
        lengths = torch.tensor([len(vectors) for vectors in padded], device=rows.device)
        word_mask = (torch.arange(rows.shape[1], device=rows.device) < lengths[:, None]).float()
        times = torch.from_numpy(seconds).to(rows.device, torch.float32).expand(len(words), -1)
        visual = queries.float().expand(len(words), -1, -1, -1)
        outputs = self(visual, rows, word_mask, times)[0].double().cpu().numpy()
        going = 1.0 / (1.0 + np.exp(-outputs[..., 0]))
        starts, ends = seconds - outputs[..., 1], seconds + outputs[..., 2]
        return [Timing(seconds, *columns) for columns in zip(going, starts, ends, strict=True)]

    @torch.inference_mode()
    def event_probability(self, words: Tensor) -> float:
        """Returns the probability that words, given as embeddings `(words, width)`, name an event; 0 without words."""
        if not len(words):
            return 0.0
        word_states = self._encode_words((words.float() / self.unit)[None])
        return float(self.event_head(word_states.mean(1)).sigmoid())

    def save(self, folder: Path) -> None:
        """Writes the model in half precision into the folder of the core that it was trained for."""
        from safetensors.torch import save_file

        save_file({name: tensor.half().contiguous() for name, tensor in self.state_dict().items()}, folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> EventTimer | None:
        """Reads the event timer in a core's folder; None if the folder has none."""
        from safetensors.torch import load_file

        path = folder / FILE
        if not path.is_file():
            return None
        weights = {name: tensor.float() for name, tensor in load_file(path).items()}
        queries = (weights["mix.weight"].shape[1] - 2 - TEXT_WIDTH) // ROLES - 2 - VISUAL_WIDTH
        timer = cls(queries, weights["key.weight"].shape[0])
        timer.load_state_dict(weights)
        return timer.eval()


def _run_gru(gru: nn.GRU, rows: Tensor, lengths: Tensor | None) -> Tensor:
    """The states of a bidirectional GRU, which does not read padding; its backward half would begin with it."""
    if lengths is None:
        states: Tensor = gru(rows)[0]
        return states
    packed = nn.utils.rnn.pack_padded_sequence(rows, lengths.cpu(), batch_first=True, enforce_sorted=False)
    padded: Tensor = nn.utils.rnn.pad_packed_sequence(gru(packed)[0], True, total_length=rows.shape[1])[0]
    return padded
