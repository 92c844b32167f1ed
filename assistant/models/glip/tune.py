"""Prompt tuning and linear probing: the model learns names from a few labelled pictures (GLIP, section 5.2).

Prompt tuning trains only a table of offsets, one for each token position, that are added to BERT's output before the
first fusion; with deep fusion this comes close to training the whole model. Linear probing trains only the last layers
of the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from assistant.media.pictures import read_picture
from assistant.models.glip import image
from assistant.models.glip.loss import Target, grounding_loss
from assistant.models.glip.text import Phrase, join_phrases
from assistant.models.glip.tuned import PROBED, TABLE, Tuned, fingerprint
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.models.glip.coco import LabelledPicture
    from assistant.models.glip.grounder import EncodedCaption, LoadedGlip
    from assistant.models.glip.model import Glip
    from assistant.models.glip.tuned import Method

BATCH = 4  # pictures in a step
PATIENCE_EPOCHS, STOP_EPOCHS = (
    3,
    8,
)  # without a lower loss, until the learning rate falls to a tenth and the tuning ends
MAX_CACHED = 64  # pictures whose features are cached; those of a picture of 800 pixels take about 20 MB
MAX_GRADIENT_NORM = 1.0
LEARNING_RATES: dict[Method, float] = {"table": 0.05, "probe": 0.001}
WEIGHT_DECAYS: dict[Method, float] = {"table": 0.25, "probe": 0.05}


@dataclass(frozen=True, slots=True)
class Tuning:
    """The result of a tuning."""

    tuned: Tuned
    losses: tuple[float, ...]  # the mean loss of a picture in each epoch


def tune(
    loaded: LoadedGlip,
    names: Sequence[str],
    labelled: Sequence[LabelledPicture],
    *,
    method: Method = "table",
    epochs: int = 200,
    progress: Callable[[int, int], None] | None = None,
) -> Tuning:
    """Learns names from labelled pictures; the model itself does not change.

    Args:
        names: of the caption, in this order; the table is learned for its token positions.
        epochs: the largest number; the tuning ends earlier when the loss no longer falls.
        progress: called with the number of finished epochs and of all epochs.

    Raises:
        VideoAssistantError: the names are too many for a caption or unknown to the vocabulary, or a picture cannot be
            read.
    """
    model = loaded.model.requires_grad_(False)
    caption = join_phrases([Phrase(name) for name in names])
    if loaded.count_tokens(caption.text) > model.config.max_tokens:
        raise VideoAssistantError(
            f"{len(names)} names have more than the {model.config.max_tokens} tokens of one caption; tune fewer"
        )
    encoded = loaded.encode_caption(caption)
    tuned = Tuned(tuple(names), _initial_tensors(model, encoded, method), fingerprint(model))
    pictures = _TrainingPictures(loaded, encoded, labelled)
    optimizer = torch.optim.AdamW(tuned.tensors.values(), lr=LEARNING_RATES[method], weight_decay=WEIGHT_DECAYS[method])
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=PATIENCE_EPOCHS)
    losses: list[float] = []
    for epoch in range(epochs):
        losses.append(_run_epoch(tuned, model, encoded, pictures, optimizer))
        schedule.step(losses[-1])
        if progress is not None:
            progress(epoch + 1, epochs)
        if epoch - losses.index(min(losses)) >= STOP_EPOCHS:
            break
    learned = {name: tensor.detach() for name, tensor in tuned.tensors.items()}
    return Tuning(Tuned(tuned.names, learned, tuned.model), tuple(losses))


def _initial_tensors(model: Glip, encoded: EncodedCaption, method: Method) -> dict[str, Tensor]:
    """The tensors to train: offsets of zero, or copies of the head's last layers."""
    if method == "table":
        _, positions, width = encoded.words.hidden.shape
        return {TABLE: torch.zeros(positions, width, device=encoded.words.hidden.device, requires_grad=True)}
    parameters = dict(model.head.named_parameters())
    return {name: parameters[name].detach().clone().requires_grad_() for name in PROBED}


class _TrainingPictures:
    """Features and targets of the pictures. They are equal in every epoch, so the first ones are cached."""

    def __init__(self, loaded: LoadedGlip, encoded: EncodedCaption, labelled: Sequence[LabelledPicture]) -> None:
        self._loaded, self._encoded, self._labelled = loaded, encoded, labelled
        self._cache: dict[int, tuple[list[Tensor], Target]] = {}

    def __len__(self) -> int:
        return len(self._labelled)

    def __getitem__(self, number: int) -> tuple[list[Tensor], Target]:
        example = self._cache.get(number) or self._compute(self._labelled[number])
        if len(self._cache) < MAX_CACHED:
            self._cache[number] = example
        return example

    def _compute(self, labelled: LabelledPicture) -> tuple[list[Tensor], Target]:
        model, device = self._loaded.model, self._loaded.device
        prepared = image.prepare_image(read_picture(labelled.path), model.config.short_side, model.config.long_side)
        with torch.no_grad():
            levels = model.encode_images(image.batch_images([prepared]).to(device))
        scale = torch.tensor([*prepared.scale, *prepared.scale], device=device)
        boxes = torch.tensor(labelled.boxes, device=device) * scale
        names, positions = self._encoded.caption.names, self._encoded.token_positions
        return levels, Target(boxes, [positions[names.index(name)] for name in labelled.names])


def _run_epoch(
    tuned: Tuned, model: Glip, encoded: EncodedCaption, pictures: _TrainingPictures, optimizer: torch.optim.Optimizer
) -> float:
    """Trains once on every picture in random order; returns the mean loss of a picture."""
    order = torch.randperm(len(pictures)).tolist()
    total = 0.0
    for start in range(0, len(order), BATCH):
        numbers = order[start : start + BATCH]
        optimizer.zero_grad()
        for number in numbers:
            levels, target = pictures[number]
            # Each alone, since padding to a common size would change the features.
            loss = grounding_loss(tuned.predict(model, levels, encoded.words), encoded.words.mask, [target]).total
            torch.autograd.backward(loss / len(numbers))
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(tuned.tensors.values(), MAX_GRADIENT_NORM)
        optimizer.step()
    return total / len(order)
