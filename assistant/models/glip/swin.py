"""Swin Transformer (Liu et al. 2021, arXiv:2103.14030): features of a picture at strides 8, 16 and 32.

It is implemented here, since the names of tensors in transformers' Swin change between releases, and reading the
official weights must not depend on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import StochasticDepth

if TYPE_CHECKING:
    from assistant.models.glip.config import GlipConfig

PATCH = 4  # side in pixels
MASKED = -100.0  # added to the score of two locations that are neighbours only by the cyclic shift


class WindowAttention(nn.Module):
    """Attention within windows, with a learned bias for each relative position."""

    relative_index: Tensor

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        nn.init.trunc_normal_(self.bias_table, std=0.02)
        self.register_buffer("relative_index", _relative_index(window), persistent=False)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Attends within windows `x` (windows, locations, width).

        `mask` (windows of a picture, locations, locations) is added to the scores.
        """
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        bias = self.bias_table[self.relative_index].permute(2, 0, 1)[None]
        if mask is not None:
            bias = (bias + mask[:, None]).repeat(len(x) // len(mask), 1, 1, 1)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        projected: Tensor = self.proj(attended.transpose(1, 2).flatten(2))
        return projected


def _relative_index(window: int) -> Tensor:
    """The row of the bias table for each pair of locations, (window², window²)."""
    y, x = torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")
    position = torch.stack([y.flatten(), x.flatten()])
    dy, dx = (position[:, :, None] - position[:, None] + window - 1).unbind()
    index: Tensor = dy * (2 * window - 1) + dx
    return index


class SwinBlock(nn.Module):
    """Window attention and a two-layer perceptron, each after a norm; every second block shifts its windows."""

    def __init__(self, width: int, heads: int, window: int, shift: int, drop_path: float) -> None:
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = WindowAttention(width, heads, window)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.drop_path = StochasticDepth(drop_path, "row")

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Updates the features (b, h, w, width); `mask` is that of the shifted windows."""
        x = x + self.drop_path(self._attend(self.norm1(x), mask))
        refined: Tensor = x + self.drop_path(self.mlp(self.norm2(x)))
        return refined

    def _attend(self, x: Tensor, mask: Tensor) -> Tensor:
        (b, h, w, c), n, s = x.shape, self.window, self.shift
        x = F.pad(x, (0, 0, 0, -w % n, 0, -h % n))
        rows, columns = x.shape[1] // n, x.shape[2] // n
        if s:
            x = x.roll((-s, -s), (1, 2))
        windows = x.view(b, rows, n, columns, n, c).transpose(2, 3).reshape(-1, n * n, c)
        windows = self.attn(windows, mask if s else None)
        x = windows.view(b, rows, columns, n, n, c).transpose(2, 3).reshape(b, rows * n, columns * n, c)
        if s:
            x = x.roll((s, s), (1, 2))
        return x[:, :h, :w]


def _shift_mask(h: int, w: int, window: int, shift: int, device: torch.device) -> Tensor:
    """A mask (windows, window², window²): 0 for locations that were neighbours before the shift, else `MASKED`."""

    def stripes(size: int) -> Tensor:
        padded = size + -size % window
        position = torch.arange(padded, device=device)
        return (position >= padded - window).long() + (position >= padded - shift).long()

    regions = 3 * stripes(h)[:, None] + stripes(w)
    rows, columns = (size // window for size in regions.shape)
    windows = regions.view(rows, window, columns, window).transpose(1, 2).reshape(-1, window**2)
    masked: Tensor = (windows[:, None] != windows[:, :, None]) * MASKED
    return masked


class PatchMerging(nn.Module):
    """Merges four neighbours into a location with twice the channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * width)
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))
        corners = [x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]]
        merged: Tensor = self.reduction(self.norm(torch.cat(corners, -1)))
        return merged


class SwinStage(nn.Module):
    """The blocks of a resolution, and the step to the next resolution."""

    def __init__(self, width: int, heads: int, window: int, drop_paths: list[float], *, last: bool) -> None:
        super().__init__()
        self.window = window
        self.blocks = nn.ModuleList(
            SwinBlock(width, heads, window, window // 2 if i % 2 else 0, drop) for i, drop in enumerate(drop_paths)
        )
        self.downsample = None if last else PatchMerging(width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Computes the features of this stage, and the input of the next."""
        mask = _shift_mask(x.shape[1], x.shape[2], self.window, self.window // 2, x.device).to(x.dtype)
        for block in self.blocks:
            x = block(x, mask)
        return x, x if self.downsample is None else self.downsample(x)


class PatchEmbedding(nn.Module):
    """Embeds patches of 4 x 4 pixels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, PATCH, PATCH)
        self.norm = nn.LayerNorm(width)

    def forward(self, pixels: Tensor) -> Tensor:
        embedded: Tensor = self.norm(self.proj(pixels).permute(0, 2, 3, 1))
        return embedded


class Swin(nn.Module):
    """Computes from pixels `(b, 3, h, w)`, h and w multiples of 32, three maps `(b, c, h/8, w/8)`, `/16` and `/32`."""

    def __init__(self, config: GlipConfig) -> None:
        super().__init__()
        widths = [config.width * 2**i for i in range(len(config.depths))]
        drops = torch.split(torch.linspace(0, config.drop_path, sum(config.depths), device="cpu"), list(config.depths))
        self.patch_embed = PatchEmbedding(config.width)
        self.stages = nn.ModuleList(
            SwinStage(width, heads, config.window, drop.tolist(), last=width == widths[-1])
            for width, heads, drop in zip(widths, config.heads, drops, strict=True)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for width in widths[1:])
        self.widths = tuple(widths[1:])
        self.apply(_initialise)

    def forward(self, pixels: Tensor) -> list[Tensor]:
        x, maps = self.patch_embed(pixels), []
        for i, stage in enumerate(self.stages):
            features, x = stage(x)
            if i:
                maps.append(self.norms[i - 1](features).permute(0, 3, 1, 2).contiguous())
        return maps


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
