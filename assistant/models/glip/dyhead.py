"""A block of the dynamic head (Dai et al. 2021, arXiv:2106.08322), which blends each level with its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import deform_conv2d

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS = 16  # of the group norm
TAPS = 9  # weights of a 3 x 3 kernel


class DeformableConv(nn.Module):
    """A modulated 3 x 3 deformable convolution (Zhu et al. 2019) with a group norm."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride, padding=1)
        self.norm = nn.GroupNorm(GROUPS, channels)
        nn.init.normal_(self.conv.weight, std=0.01)
        nn.init.zeros_(self.conv.bias)  # type: ignore[arg-type]  # it has a bias

    def forward(self, x: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
        """Convolves `x`; `offset` (b, 18, h, w) and `mask` (b, 9, h, w) may be larger than the output."""
        stride = self.conv.stride[0]
        h, w = ((size - 1) // stride + 1 for size in x.shape[-2:])
        convolved = convolve_deformed(self.conv, x, _crop_flat(offset, h, w), _crop_flat(mask, h, w))
        normed: Tensor = self.norm(convolved)
        return normed


def convolve_deformed(conv: nn.Conv2d, x: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
    """Applies `conv` (3 x 3, padding 1) with every tap moved by `offset` and weighted by `mask`."""
    if torch.is_grad_enabled() and x.device.type == "cpu":
        return _convolve_by_sampling(conv, x, offset, mask)
    convolved: Tensor = deform_conv2d(x, offset, conv.weight, conv.bias, conv.stride, padding=1, mask=mask)
    return convolved


def _convolve_by_sampling(conv: nn.Conv2d, x: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
    """The same by `grid_sample`, since torchvision's backward pass takes five times as long on a CPU."""
    (b, channels, height, width), (h, w), stride = x.shape, mask.shape[-2:], conv.stride[0]
    down, across = offset.view(b, TAPS, 2, h, w).unbind(2)
    tap = torch.arange(TAPS).view(-1, 1, 1)
    down = down + torch.arange(h)[:, None] * stride + tap // 3 - 1
    across = across + torch.arange(w) * stride + tap % 3 - 1
    # grid_sample counts from -1 at one border of the picture to 1 at the other.
    grid = torch.stack([(2 * across + 1) / width - 1, (2 * down + 1) / height - 1], -1).flatten(1, 2)
    taps = F.grid_sample(x, grid, padding_mode="zeros", align_corners=False).view(b, channels, TAPS, h * w)
    columns = (taps * mask.view(b, 1, TAPS, h * w)).flatten(1, 2)
    return F.linear(columns.transpose(1, 2), conv.weight.flatten(1), conv.bias).transpose(1, 2).reshape(b, -1, h, w)


def _crop_flat(values: Tensor, h: int, w: int) -> Tensor:
    """The first `channels * h * w` numbers in the memory of each picture, as a map (channels, h, w).

    A level reads its coarser neighbour with its own offset map, which is larger than the output. The original kernels
    do not check sizes: they index the memory of the larger map with the strides of the smaller output. The official
    weights were trained with this; cropping or resizing gives other features (`tests/models/glip/test_dyhead.py`).
    """
    if values.shape[-2:] == (h, w):
        return values.contiguous()
    channels = values.shape[1]
    return values.flatten(1)[:, : channels * h * w].reshape(-1, channels, h, w)


class DynamicReLU(nn.Module):
    """The maximum of two linear functions with coefficients from the input (Chen et al. 2020, arXiv:2003.10027)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.slopes = nn.Sequential(
            nn.Linear(channels, channels // 4), nn.ReLU(), nn.Linear(channels // 4, 4 * channels), nn.Hardsigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        a1, b1, a2, b2 = (self.slopes(x.mean((2, 3))) - 0.5)[..., None, None].chunk(4, 1)
        return torch.maximum(x * (2 * a1 + 1) + b1, x * (2 * a2) + b2)


class DynamicConv(nn.Module):
    """Replaces each level by the weighted mean of deformable convolutions of itself and its neighbours."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.coarser = DeformableConv(channels, 1)
        self.same = DeformableConv(channels, 1)
        self.finer = DeformableConv(channels, 2)
        self.offset = nn.Conv2d(channels, 3 * TAPS, 3, padding=1)  # dy and dx of all taps, then their weights
        self.weight = nn.Conv2d(channels, 1, 1)
        self.relu = DynamicReLU(channels)
        nn.init.zeros_(self.offset.weight)
        nn.init.zeros_(self.offset.bias)  # type: ignore[arg-type]  # it has a bias
        nn.init.normal_(self.weight.weight, std=0.01)
        nn.init.zeros_(self.weight.bias)  # type: ignore[arg-type]  # it has a bias

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
