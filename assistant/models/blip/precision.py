"""The precisions of a core: which device runs which, how much memory each takes, and how a model is quantised.

Only the language model is quantised: it holds most of the weights, and the ViT is slower in 8 bits than in bfloat16.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from pathlib import Path

Precision = Literal["float32", "bfloat16", "int8", "nf4"]
"""Precision of the frozen language model; where it is quantised, every other part is bfloat16."""

QUANTISED: tuple[Precision, ...] = ("int8", "nf4")
UNQUANTISED_PARTS = ["vision_model", "qformer", "language_projection", "lm_head"]
"""Parts of a core that are never quantised. `lm_head` is among them because a T5 may share it with its embeddings."""
UNQUANTISED_LAYERS = ("lm_head", "wo")
"""Layers of the language model that are never quantised. `wo`, the last projection of a T5's feed-forward block, leaves
the range of 8 bits."""
HEADROOM = 1.15  # activations, caches and the libraries' own memory, as a factor on the weights
BYTES_PER_WEIGHT: dict[Precision, float] = {"float32": 4, "bfloat16": 2, "int8": 1, "nf4": 0.53}
"""For nf4 including one scale for every 64 weights."""


def can_run(precision: Precision, device_type: str) -> bool:
    """Returns whether this kind of device (`cuda` or `cpu`) runs a precision with the installed packages."""
    if device_type == "cuda" or precision not in QUANTISED:
        return True
    return precision == "int8" and find_spec("torchao") is not None


def weight_bytes(model: Any, precision: Precision) -> int:
    """Returns the bytes that the weights of a core take in `precision`; the model may lie on the meta device."""
    from torch import nn

    quantised_names: set[str] = set()
    if precision in QUANTISED:
        linear_names = (name for name, module in model.language_model.named_modules() if isinstance(module, nn.Linear))
        quantised_names = {
            f"language_model.{name}.weight"
            for name in linear_names
            if name.rpartition(".")[2] not in UNQUANTISED_LAYERS
        }
    unquantised_bytes = BYTES_PER_WEIGHT["float32" if precision == "float32" else "bfloat16"]
    sizes = ((name, parameter.numel()) for name, parameter in model.named_parameters())
    return int(
        sum(
            count * (BYTES_PER_WEIGHT[precision] if name in quantised_names else unquantised_bytes)
            for name, count in sizes
        )
    )


def free_bytes(device_type: str) -> int:
    """Returns the bytes of memory that are free now: of all GPUs together (`cuda`), or of this machine (`cpu`)."""
    if device_type == "cuda":
        import torch

        return sum(torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count()))
    import psutil

    return int(psutil.virtual_memory().available)


def check_room(folder: Path, empty_model: Any, precision: Precision, device_type: str) -> None:
    """Refuses a core that does not fit into memory, before any weight is read.

    Raises:
        VideoAssistantError: there is too little memory; names the precisions that would take less.
    """
    # On a CPU, the whole model is read in bfloat16 before it is quantised.
    peak = precision if device_type == "cuda" or precision == "float32" else "bfloat16"
    needed, free = weight_bytes(empty_model, peak) * HEADROOM, free_bytes(device_type)
    if needed <= free:
        return
    where = "on the GPU" if device_type == "cuda" else "in memory"
    smaller = [
        f"{name} takes {weight_bytes(empty_model, name) * HEADROOM / 1e9:.1f}"
        for name in BYTES_PER_WEIGHT
        if BYTES_PER_WEIGHT[name] < BYTES_PER_WEIGHT[peak] and (name == "bfloat16" or device_type == "cuda")
    ]
    advice = f"set VIDEO_ASSISTANT_PRECISION ({', '.join(smaller)})" if smaller else "free some"
    raise VideoAssistantError(
        f"core: {folder.name} in {precision} needs {needed / 1e9:.1f} GB {where}, {free / 1e9:.1f} GB are free; "
        f"{advice}, or run with --profile pocket"
    )


def bitsandbytes_config(precision: Precision) -> Any:
    """Returns the configuration with which transformers quantises the weights on a GPU while it reads them."""
    import torch
    from transformers import BitsAndBytesConfig

    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it logs a line for every matrix product
    if precision == "nf4":
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=torch.bfloat16,
            llm_int8_skip_modules=UNQUANTISED_PARTS,
        )
    return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=UNQUANTISED_PARTS)


def quantise_on_cpu(model: Any) -> None:
    """Quantises the language model of a core in place, with torchao.

    On a CPU bitsandbytes is 7 to 22 times slower than bfloat16.
    """
    from torch import nn
    from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_

    def is_quantised(module: Any, name: str) -> bool:
        return isinstance(module, nn.Linear) and name.rpartition(".")[2] not in UNQUANTISED_LAYERS

    # After loading, since transformers compares tensors while it loads, and those of torchao cannot be compared.
    quantize_(model.language_model, Int8DynamicActivationInt8WeightConfig(), filter_fn=is_quantised)
