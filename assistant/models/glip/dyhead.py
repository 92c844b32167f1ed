"""One block of the dynamic head (Dai et al. 2021, arXiv:2106.08322): each level drawn together with its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import deform_conv2d

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS = 16  # of the group norm
TAPS = 9  # of a 3 x 3 convolution


class DeformableConv(nn.Module):
    """A modulated 3 x 3 deformable convolution (Zhu et al. 2019) with a group norm."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride, padding=1)
        self.norm = nn.GroupNorm(GROUPS, channels)
        nn.init.normal_(self.conv.weight, std=0.01)
        nn.init.zeros_(self.conv.bias)  # type: ignore[arg-type]  # it has one

    def forward(self, x: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
        """`offset` `(b, 18, h, w)` and `mask` `(b, 9, h, w)`: of the output's size, or larger (see `_flat_read`)."""
        stride = self.conv.stride[0]
        h, w = ((size - 1) // stride + 1 for size in x.shape[-2:])
        normed: Tensor = self.norm(deformable(self.conv, x, _flat_read(offset, h, w), _flat_read(mask, h, w)))
        return normed


def deformable(conv: nn.Conv2d, x: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
    """`conv` (3 x 3, padding 1) with every tap moved by `offset` and weighted by `mask`."""
    if torch.is_grad_enabled() and x.device.type == "cpu":
        return _by_sampling(conv, x, offset, mask)
    moved: Tensor = deform_conv2d(x, offset, conv.weight, conv.bias, conv.stride, padding=1, mask=mask)
    return moved


def _by_sampling(conv: nn.Conv2d, x: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
    """The same through `grid_sample`: on a CPU, torchvision's backward pass takes five times as long."""
    (b, channels, height, width), (h, w), stride = x.shape, mask.shape[-2:], conv.stride[0]
    down, across = offset.view(b, TAPS, 2, h, w).unbind(2)
    tap = torch.arange(TAPS).view(-1, 1, 1)
    down = down + torch.arange(h)[:, None] * stride + tap // 3 - 1
    across = across + torch.arange(w) * stride + tap % 3 - 1
    # grid_sample counts from -1 at the picture's one outer side to 1 at the other.
    grid = torch.stack([(2 * across + 1) / width - 1, (2 * down + 1) / height - 1], -1).flatten(1, 2)
    taps = F.grid_sample(x, grid, padding_mode="zeros", align_corners=False).view(b, channels, TAPS, h * w)
    columns = (taps * mask.view(b, 1, TAPS, h * w)).flatten(1, 2)
    return F.linear(columns.transpose(1, 2), conv.weight.flatten(1), conv.bias).transpose(1, 2).reshape(b, -1, h, w)


def _flat_read(values: Tensor, h: int, w: int) -> Tensor:
    """The first `channels * h * w` numbers of each picture's memory, as a map of that size.

    A level borrows from its coarser neighbour with its own, larger offset map. The original kernels do not check sizes:
    they index the memory of the larger map with the strides of the smaller output. The official weights were trained
    so; cropping or resizing instead gives other features (`tests/models/glip/test_dyhead.py`).
    """
    if values.shape[-2:] == (h, w):
        return values.contiguous()
    channels = values.shape[1]
    return values.flatten(1)[:, : channels * h * w].reshape(-1, channels, h, w)


class DynamicReLU(nn.Module):
    """The larger of two lines, whose slopes and heights depend on the picture (Chen et al. 2020, arXiv:2003.10027)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.slopes = nn.Sequential(
            nn.Linear(channels, channels // 4), nn.ReLU(), nn.Linear(channels // 4, 4 * channels), nn.Hardsigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        a1, b1, a2, b2 = (self.slopes(x.mean((2, 3))) - 0.5)[..., None, None].chunk(4, 1)
        return torch.maximum(x * (2 * a1 + 1) + b1, x * (2 * a2) + b2)


class DynamicConv(nn.Module):
    """Five levels to five levels: each the weighted mean of itself and its neighbours, deformed alike."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.coarser = DeformableConv(channels, 1)
        self.same = DeformableConv(channels, 1)
        self.finer = DeformableConv(channels, 2)
        self.offset = nn.Conv2d(channels, 3 * TAPS, 3, padding=1)  # dy, dx of each tap, then its weight
        self.weight = nn.Conv2d(channels, 1, 1)
        self.relu = DynamicReLU(channels)
        nn.init.zeros_(self.offset.weight)
        nn.init.zeros_(self.offset.bias)  # type: ignore[arg-type]  # it has one
        nn.init.normal_(self.weight.weight, std=0.01)
        nn.init.zeros_(self.weight.bias)  # type: ignore[arg-type]  # it has one

    def forward(self, levels: Sequence[Tensor]) -> list[Tensor]:
        return [self.relu(self._blend(levels, i)) for i in range(len(levels))]

    def _blend(self, levels: Sequence[Tensor], i: int) -> Tensor:
        offset, mask = self.offset(levels[i]).split([2 * TAPS, TAPS], 1)
        mask = mask.sigmoid()
        terms = [self.same(levels[i], offset, mask)]
        if i > 0:
            terms.append(self.finer(levels[i - 1], offset, mask))
        if i + 1 < len(levels):
            coarse = self.coarser(levels[i + 1], offset, mask)
            size = levels[i].shape[-2:]
            terms.append(F.interpolate(coarse, size=size, mode="bilinear", align_corners=True))
        shares = [F.hardsigmoid(F.relu(self.weight(term.mean((2, 3), keepdim=True)))) for term in terms]
        blended: Tensor = terms[0] * shares[0]
        for term, share in zip(terms[1:], shares[1:], strict=True):
            blended = torch.addcmul(blended, term, share)
        return blended / len(terms)
