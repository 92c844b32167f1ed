"""Prompt tuning and linear probing: a few labelled pictures teach the model a name (GLIP, section 5.2).

Everything is frozen but a table, one offset for each token position, added to what BERT says before the first fusion;
thanks to deep fusion this comes close to training everything. Or but the head's last layers (linear probing).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from assistant.media.pictures import read_picture
from assistant.models.glip import image
from assistant.models.glip.loss import Target, grounding_loss
from assistant.models.glip.text import Phrase, from_phrases
from assistant.models.glip.tuned import PROBED, TABLE, Tuned, fingerprint
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.models.glip.coco import Labelled
    from assistant.models.glip.grounder import Loaded, Read
    from assistant.models.glip.model import Glip
    from assistant.models.glip.tuned import Method

BATCH = 4  # pictures in a step
PATIENCE, GIVE_UP = 3, 8  # epochs without a lower loss until the rate falls to a tenth, and until it ends
MOST_REMEMBERED = 64  # pictures whose features are kept: at 800 pixels, each takes about 20 MB
CLIP = 1.0  # of the gradient's norm
RATES: dict[Method, float] = {"table": 0.05, "probe": 0.001}
DECAYS: dict[Method, float] = {"table": 0.25, "probe": 0.05}


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of it."""

    tuned: Tuned
    losses: tuple[float, ...]  # the mean of each epoch


def tune(
    loaded: Loaded,
    names: Sequence[str],
    labelled: Sequence[Labelled],
    *,
    method: Method = "table",
    epochs: int = 200,
    progress: Callable[[int, int], None] | None = None,
) -> Tuning:
    """Learns `names` from pictures; the model itself is not changed.

    Args:
        names: the caption, in this order; the table is learned for its token positions.
        epochs: at most; it ends early when the loss falls no more.
        progress: told how many epochs are done, of how many.

    Raises:
        VideoAssistantError: the names are too many for one caption or unknown to the vocabulary, or a picture cannot
            be read.
    """
    model = loaded.model.requires_grad_(False)
    caption = from_phrases([Phrase(name) for name in names])
    if loaded.count_tokens(caption.text) > model.config.max_tokens:
        raise VideoAssistantError(
            f"{len(names)} names have more than the {model.config.max_tokens} tokens of one caption; tune fewer"
        )
    read = loaded.read(caption)
    tuned = Tuned(tuple(names), _start(model, read, method), fingerprint(model))
    pictures = _Pictures(loaded, read, labelled)
    optimizer = torch.optim.AdamW(tuned.tensors.values(), lr=RATES[method], weight_decay=DECAYS[method])
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=PATIENCE)
    losses: list[float] = []
    for epoch in range(epochs):
        losses.append(_epoch(tuned, model, read, pictures, optimizer))
        schedule.step(losses[-1])
        if progress is not None:
            progress(epoch + 1, epochs)
        if epoch - losses.index(min(losses)) >= GIVE_UP:
            break
    learned = {name: tensor.detach() for name, tensor in tuned.tensors.items()}
    return Tuning(Tuned(tuned.names, learned, tuned.model), tuple(losses))


def _start(model: Glip, read: Read, method: Method) -> dict[str, Tensor]:
    """Where learning starts: nothing added, or the head as it is."""
    if method == "table":
        _, positions, width = read.words.hidden.shape
        return {TABLE: torch.zeros(positions, width, device=read.words.hidden.device, requires_grad=True)}
    own = dict(model.head.named_parameters())
    return {name: own[name].detach().clone().requires_grad_() for name in PROBED}


class _Pictures:
    """Features and targets; both are the same in every epoch."""

    def __init__(self, loaded: Loaded, read: Read, labelled: Sequence[Labelled]) -> None:
        self._loaded, self._read, self._labelled = loaded, read, labelled
        self._known: dict[int, tuple[list[Tensor], Target]] = {}

    def __len__(self) -> int:
        return len(self._labelled)

    def __getitem__(self, number: int) -> tuple[list[Tensor], Target]:
        found = self._known.get(number) or self._make(self._labelled[number])
        if len(self._known) < MOST_REMEMBERED:
            self._known[number] = found
        return found

    def _make(self, labelled: Labelled) -> tuple[list[Tensor], Target]:
        model, device = self._loaded.model, self._loaded.device
        seen = image.prepare(read_picture(labelled.path), model.config.short_side, model.config.long_side)
        with torch.no_grad():
            levels = model.see(image.batch([seen]).to(device))
        boxes = torch.tensor(labelled.boxes, device=device) * torch.tensor([*seen.scale, *seen.scale], device=device)
        places = [self._read.places[self._read.caption.names.index(name)] for name in labelled.names]
        return levels, Target(boxes, places)


def _epoch(tuned: Tuned, model: Glip, read: Read, pictures: _Pictures, optimizer: torch.optim.Optimizer) -> float:
    """One pass in random order; the mean loss of a picture."""
    order = torch.randperm(len(pictures)).tolist()
    total = 0.0
    for start in range(0, len(order), BATCH):
        numbers = order[start : start + BATCH]
        optimizer.zero_grad()
        for number in numbers:
            levels, target = pictures[number]
            # One by one: padding to a common size would change what the model sees.
            loss = grounding_loss(tuned.predict(model, levels, read.words), read.words.mask, [target]).total
            torch.autograd.backward(loss / len(numbers))
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(tuned.tensors.values(), CLIP)
        optimizer.step()
    return total / len(order)
