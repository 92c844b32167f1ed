"""Heads with auxiliary losses, which shape the states of a model in training and are dropped afterwards."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.common.models import QUERIES, WIDTH_OF_MODEL
from training.common.samples import Sample
from training.common.slots import word_id
from training.common.token_ids import text_ids
from training.world.labels import CLASSES, COLOUR, KIND
from training.world.questions import NUMBERS, plural
from training.world.scene import COLOURS, COLUMNS, KINDS, Scene


class DenseHead(nn.Module):
    """Predicts the labels of `patch_labels` for each patch; it is dropped after training."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(WIDTH_OF_MODEL, sum(CLASSES))

    def loss(self, patches: Tensor, dense: Tensor, patch_indices: Tensor | None = None) -> Tensor:
        """Computes the weighted cross-entropy of the labels; patches without an actor have a low weight.

        Args:
            patches: states `(n, patches, width)`.
            dense: labels `(n, grid, grid, classes)`.
            patch_indices: indices `(n, patches)` of the patches, if they are not all.
        """
        labels = dense.flatten(1, 2)
        if patch_indices is not None:
            labels = labels.gather(1, patch_indices[..., None].expand(-1, -1, len(CLASSES)))
        labels = labels.flatten(0, 1).to(patches.device)
        logits = self.head(patches).float().flatten(0, 1).split(CLASSES, dim=1)
        occupied = labels[:, KIND] > 0
        weight = torch.where(occupied, 1.0, 0.15)
        total = torch.zeros_like(weight)
        for position, (part, target) in enumerate(zip(logits, labels.t(), strict=True)):
            each = F.cross_entropy(part, target, reduction="none")
            total = total + (each if position in (KIND, COLOUR) else 0.5 * each * occupied)
        return (total * weight).sum() / weight.sum()


class Hints(nn.Module):
    """Auxiliary heads on the encoder, for questions about one frame; they are dropped after training.

    They predict which columns a mention refers to, how many these are, and the neighbours of each column.
    """

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH_OF_MODEL)
        self.mention_head = nn.Linear(WIDTH_OF_MODEL, COLUMNS)
        self.count_head = nn.Linear(WIDTH_OF_MODEL, len(NUMBERS))
        self.sizes = (len(COLOURS) + 1, len(KINDS) + 1) * 2
        self.neighbour_head = nn.Linear(WIDTH_OF_MODEL, sum(self.sizes))
        self.kinds = {word_id(word): kind for kind in KINDS for word in (kind, plural(kind))}
        self.colours = {word_id(colour): colour for colour in COLOURS}
        self.anything = {word_id("things"), word_id("objects")}
        self.thing = word_id("thing")

    def mentions(self, sample: Sample) -> list[tuple[int, list[float]]]:
        """Returns (position in the prompt, 1.0 for each column that it refers to) for every mention of a thing."""
        (scene,), prompt, _ = sample
        ids = text_ids(prompt, "t5")
        mentions = []
        for position, word in enumerate(ids):
            if word not in self.kinds and word not in self.anything and word != self.thing:
                continue
            colour, kind = self.colours.get(ids[position - 1]), self.kinds.get(word)
            columns = [0.0] * COLUMNS
            for actor in scene.actors:
                if colour in (None, actor.colour) and kind in (None, actor.kind):
                    columns[actor.column] = 1.0
            mentions.append((position, columns))
        return mentions

    def loss(self, middle: Tensor, last: Tensor, samples: list[Sample]) -> Tensor:
        """Computes the loss from states `(n, 11 + words, width)` of the encoder's last layer and the one before it."""
        states = self.norm(middle.float())
        rows, positions, columns = [], [], []
        for row, sample in enumerate(samples):
            for position, referred in self.mentions(sample):
                rows.append(row)
                positions.append(QUERIES + position)
                columns.append(referred)
        total = torch.zeros((), device=states.device)
        if rows:
            true_columns = torch.tensor(columns, device=states.device)
            total = F.binary_cross_entropy_with_logits(self.mention_head(states[rows, positions]), true_columns)
            number = true_columns.sum(1).long().clamp(max=len(NUMBERS) - 1)
            total = total + 0.3 * F.cross_entropy(self.count_head(last[rows, positions].float() * 4), number)
        targets = torch.tensor([_neighbours(frames[0]) for frames, _, _ in samples], device=states.device).flatten(0, 1)
        if (targets >= 0).any():
            logits = self.neighbour_head(states[:, 1:QUERIES]).flatten(0, 1).split(self.sizes, dim=1)
            for part, target in zip(logits, targets.t(), strict=True):
                total = total + 0.1 * F.cross_entropy(part, target, ignore_index=-100)
        return total


def _neighbours(scene: Scene) -> list[list[int]]:
    """Returns for each column colour and kind of the actors left and right of its actor; -100 for an empty column."""
    colours, kinds = list(COLOURS), list(KINDS)
    table = [[-100] * 4 for _ in range(COLUMNS)]
    for place, actor in enumerate(scene.actors):
        row = []
        for other in (place - 1, place + 1):
            if 0 <= other < len(scene.actors):
                neighbour = scene.actors[other]
                row += [colours.index(neighbour.colour), kinds.index(neighbour.kind)]
            else:
                row += [len(colours), len(kinds)]
        table[actor.column] = row
    return table
