"""Ids of texts, cached and padded: training repeats the same few thousand texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from training.common.tokenizer import build_tokenizer


def padded(rows: list[list[int]], value: int = 0) -> Tensor:
    """Rows of ids as one matrix, padded on the right."""
    longest = max(map(len, rows))
    return torch.tensor([row + [value] * (longest - len(row)) for row in rows])


@cache
def text_ids(text: str, kind: Any) -> tuple[int, ...]:
    """Ids of a text with the tokenizer of `kind`; texts repeat a lot."""
    return tuple(_tokenizer(kind)(text).input_ids)


@cache
def _tokenizer(kind: Any) -> Any:
    return build_tokenizer(kind)


def id_rows(texts: Sequence[str], kind: Any, value: int = 0) -> Tensor:
    """`(n, longest)` ids of texts with the tokenizer of `kind`, padded with `value`."""
    return padded([list(text_ids(text, kind)) for text in texts], value)
