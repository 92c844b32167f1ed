"""Token ids of texts, cached and padded: a training repeats the same few thousand texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from training.common.tokenizer import build_tokenizer


def pad_right(rows: list[list[int]], value: int = 0) -> Tensor:
    """Returns rows of ids as a matrix `(n, longest)`, padded with `value` on the right."""
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


@cache
def text_ids(text: str, kind: Any) -> tuple[int, ...]:
    """Returns the ids of a text with the tokenizer of `kind` (see `build_tokenizer`)."""
    return tuple(_tokenizer(kind)(text).input_ids)


@cache
def _tokenizer(kind: Any) -> Any:
    return build_tokenizer(kind)


def padded_ids(texts: Sequence[str], kind: Any, value: int = 0) -> Tensor:
    """Returns the ids `(n, longest)` of texts with the tokenizer of `kind`, padded with `value` on the right."""
    return pad_right([list(text_ids(text, kind)) for text in texts], value)
