import pytest
import torch
from torchvision.ops import deform_conv2d

from assistant.models.glip.dyhead import DeformableConv, DynamicConv, convolve_deformed


def _by_memory(x, offset, mask, conv):
    """The original kernel, location by location: it indexes the memory of offsets with the output's strides."""
    (_, channels, height, width), stride = x.shape, conv.stride[0]
    h, w = (height - 1) // stride + 1, (width - 1) // stride + 1
    offset, mask = offset.flatten(), mask.flatten()
    columns = torch.zeros(channels, 9, h, w)
    for tap in range(9):
        for i in range(h):
            for j in range(w):
                place = i * w + j
                y = i * stride - 1 + tap // 3 + offset[2 * tap * h * w + place]
                across = j * stride - 1 + tap % 3 + offset[(2 * tap + 1) * h * w + place]
                columns[:, tap, i, j] = _bilinear(x[0], float(y), float(across)) * mask[tap * h * w + place]
    return torch.einsum("oct,cthw->ohw", conv.weight.flatten(2), columns)[None] + conv.bias[:, None, None]


def _bilinear(x, y, across):
    top, left = int(y // 1), int(across // 1)
    total = torch.zeros(len(x))
    for row, share_y in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, share_x in ((left, 1 - (across - left)), (left + 1, across - left)):
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                total += x[:, row, column] * share_y * share_x
    return total


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("stride", "finer"), [(1, 1), (1, 2), (2, 1)])
def test_the_offsets_are_read_as_the_original_kernels_read_them(stride, finer, training) -> None:
    """`finer` 2: the offset map of a level twice as large, as a level borrows from its coarser neighbour."""
    generator = torch.Generator().manual_seed(1)
    layer = DeformableConv(16, stride)
    torch.nn.init.normal_(layer.conv.weight, std=0.3, generator=generator)
    x = torch.randn(1, 16, 5, 6, generator=generator)
    h, w = ((size - 1) // stride + 1 for size in (5, 6))
    offset = torch.randn(1, 18, h * finer, w * finer, generator=generator)
    mask = torch.rand(1, 9, h * finer, w * finer, generator=generator)
    with torch.set_grad_enabled(training):
        expected = layer.norm(_by_memory(x, offset, mask, layer.conv))
        assert torch.allclose(layer(x, offset, mask), expected, atol=1e-4)
        if finer > 1:
            cropped = layer(x, offset[..., :h, :w], mask[..., :h, :w])
            assert not torch.allclose(cropped, expected, atol=0.1), "reading a crop would be another model"


@pytest.mark.parametrize("stride", [1, 2])
def test_the_quick_way_back_on_a_cpu_is_that_of_torchvision(stride) -> None:
    generator = torch.Generator().manual_seed(1)
    conv = torch.nn.Conv2d(4, 6, 3, stride, padding=1)
    h, w = ((size - 1) // stride + 1 for size in (7, 9))
    given = [torch.randn(2, c, *size, generator=generator) for c, size in ((4, (7, 9)), (18, (h, w)), (9, (h, w)))]
    inputs = [*(tensor.requires_grad_() for tensor in given), conv.weight, conv.bias]
    x, offset, mask = given
    theirs = deform_conv2d(x, offset, conv.weight, conv.bias, stride, padding=1, mask=mask)
    ours = convolve_deformed(conv, x, offset, mask)
    assert torch.allclose(ours, theirs, atol=1e-5)
    gradients = (torch.autograd.grad((output**2).sum(), inputs) for output in (ours, theirs))
    for mine, other in zip(*gradients, strict=True):
        assert torch.allclose(mine, other, rtol=1e-3, atol=1e-3)


def test_odd_levels_keep_their_sizes() -> None:
    sizes = [(20, 29), (10, 15), (5, 8), (3, 4), (2, 2)]
    levels = [torch.randn(2, 32, h, w) for h, w in sizes]
    assert [tuple(level.shape[-2:]) for level in DynamicConv(32)(levels)] == sizes
