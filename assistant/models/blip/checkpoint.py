"""InstructBLIP and BLIP-2 checkpoints of every era, in the precision that the machine has room for.

Only the language model is quantised: it holds most of the weights, and the ViT is slower in 8 bits than in bfloat16.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from assistant.models.base import checkpoint_folder, default_device, hub_error, model_type, without_bars
from assistant.models.blip.language_model import Decoder, EncoderDecoder, LanguageModel
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Precision = Literal["float32", "bfloat16", "int8", "nf4"]
"""Of the frozen language model; where it is quantised, everything else is bfloat16."""

QUANTISED: tuple[Precision, ...] = ("int8", "nf4")
SKIP = ["vision_model", "qformer", "language_projection", "lm_head"]
"""Never quantised. The head stands in the list because a T5 may share it with its embeddings."""
KEPT = ("lm_head", "wo")
"""Within the language model. The last projection of a T5's feed-forward leaves the range of 8 bits."""
FAMILIES = {"instructblip": "InstructBlip", "blip-2": "Blip2"}
HEADROOM = 1.15  # activations, caches and the libraries' own memory, on top of the weights
BYTES: dict[Precision, float] = {"float32": 4, "bfloat16": 2, "int8": 1, "nf4": 0.53}  # nf4 has a scale for 64 weights

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The parts that the calls use."""

    model: Any
    processor: Any
    language: LanguageModel
    instructed: bool  # whether the Q-Former reads the question: InstructBLIP's does
    precision: Precision


def load(checkpoint: str, precision: Precision = "float32") -> Loaded:
    """A folder of either family, whichever release of transformers wrote it.

    What is quantised for the first time here is compared with bfloat16; see `assistant.models.blip.selfcheck`.

    Raises:
        ModelNotFoundError: nothing is there, or half of it.
        VideoAssistantError: another family, or no room for it.
    """
    folder = checkpoint_folder("core", checkpoint)
    kind = model_type(folder)
    if kind not in FAMILIES:
        raise VideoAssistantError(
            f"core: {folder} holds a {kind} model; give one of InstructBLIP or BLIP-2, or run with --profile pocket"
        )
    device = default_device()
    if not runs(precision, device.type):
        why = "torchao is not installed" if precision == "int8" else "nf4 needs one"
        log.warning("core: %s asked, but there is no CUDA device and %s; bfloat16 is used", precision, why)
        precision = "bfloat16"
    empty = _empty(folder, kind)
    _check_room(folder, empty, precision, device.type)
    without_bars()

    def read(one: Precision) -> Loaded:
        return _whole(folder, kind, _model(folder, kind, empty, one, device).eval(), one)

    if precision not in QUANTISED:
        return read(precision)
    from assistant.models.blip.selfcheck import checked

    fits = weight_bytes(empty, "bfloat16") * HEADROOM <= free_bytes(device.type)
    return checked(folder, precision, read, compares=fits)


def runs(precision: Precision, device: str) -> bool:
    """Whether a kind of device can run a precision, with what is installed."""
    return device == "cuda" or precision not in QUANTISED or (precision == "int8" and find_spec("torchao") is not None)


def _classes(kind: str) -> tuple[Any, Any]:
    import transformers

    family = FAMILIES[kind]
    return getattr(transformers, f"{family}ForConditionalGeneration"), getattr(transformers, f"{family}Processor")


def _empty(folder: Path, kind: str) -> Any:
    """The model without memory for its weights."""
    import torch
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder)
        with torch.device("meta"):
            return _classes(kind)[0](config)
    except (OSError, ValueError) as error:
        raise hub_error("core", str(folder), error) from error


def weight_bytes(empty: Any, precision: Precision) -> int:
    """Memory of the weights of a model, on the meta device or not."""
    from torch import nn

    quantised: set[str] = set()
    if precision in QUANTISED:
        linear = (name for name, module in empty.language_model.named_modules() if isinstance(module, nn.Linear))
        quantised = {f"language_model.{name}.weight" for name in linear if name.rpartition(".")[2] not in KEPT}
    rest = BYTES["float32"] if precision == "float32" else BYTES["bfloat16"]
    sizes = ((name, p.numel()) for name, p in empty.named_parameters())
    return int(sum(count * (BYTES[precision] if name in quantised else rest) for name, count in sizes))


def _check_room(folder: Path, empty: Any, precision: Precision, device: str) -> None:
    """Refuses before anything is read what would not fit."""
    # On a CPU, bfloat16 is read whole before it is quantised.
    peak = precision if device == "cuda" or precision == "float32" else "bfloat16"
    needed, free = weight_bytes(empty, peak) * HEADROOM, free_bytes(device)
    if needed <= free:
        return
    where = "on the GPU" if device == "cuda" else "in memory"
    others = [one for one in BYTES if BYTES[one] < BYTES[peak] and (one == "bfloat16" or device == "cuda")]
    smaller = [f"{other} takes {weight_bytes(empty, other) * HEADROOM / 1e9:.1f}" for other in others]
    advice = f"set VIDEO_ASSISTANT_PRECISION ({', '.join(smaller)})" if smaller else "free some"
    raise VideoAssistantError(
        f"core: {folder.name} in {precision} needs {needed / 1e9:.1f} GB {where}, {free / 1e9:.1f} GB are free; "
        f"{advice}, or run with --profile pocket"
    )


def free_bytes(device: str) -> int:
    """Memory that can be had now: of all GPUs together, or of this machine."""
    if device == "cuda":
        import torch

        return sum(torch.cuda.mem_get_info(i)[0] for i in range(torch.cuda.device_count()))
    import psutil

    return int(psutil.virtual_memory().available)


def place(empty: Any, memory: Mapping[int, int]) -> dict[str, Any]:
    """Which part goes to which GPU, the language model whole.

    Args:
        empty: a model on the meta device.
        memory: bytes free on each GPU.

    Raises:
        VideoAssistantError: no GPU has room for the language model whole.
    """
    from accelerate import infer_auto_device_map

    whole = [type(part).__name__ for part in (empty.language_model, empty.vision_model, empty.qformer)]
    found: dict[str, Any] = dict(
        infer_auto_device_map(empty, max_memory=dict(memory), no_split_module_classes=whole, dtype="bfloat16")
    )
    if not set(found.values()) <= set(memory):
        free = ", ".join(f"{room / 1e9:.1f}" for room in memory.values())
        raise VideoAssistantError(
            f"core: the GPUs have {free} GB free, and none has room for the language model whole; choose a "
            "smaller core (`models --all`), or run with --profile pocket"
        )
    return found


def _model(folder: Path, kind: str, empty: Any, precision: Precision, device: Any) -> Any:
    import torch

    options: dict[str, Any] = {"dtype": torch.float32 if precision == "float32" else torch.bfloat16}
    if precision in QUANTISED and device.type == "cuda":
        options["quantization_config"] = _quantisation(precision)
    if device.type == "cuda":
        count = torch.cuda.device_count()
        free = {i: torch.cuda.mem_get_info(i)[0] for i in range(count)}
        options["device_map"] = {"": 0} if count == 1 else place(empty, free)
    try:
        model, info = _classes(kind)[0].from_pretrained(folder, output_loading_info=True, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise hub_error("core", str(folder), error) from error
    except Exception as error:
        if type(error).__name__ != "SafetensorError":  # which has no base but Exception
            raise
        raise hub_error("core", str(folder), error) from error
    if precision == "int8" and device.type != "cuda":
        _quantise_on_cpu(model)
    if absent := [*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])]:
        raise hub_error("core", str(folder), ValueError(f"its files lack {len(absent)} tensors, such as {absent[0]}"))
    return model


def _quantisation(precision: Precision) -> Any:
    """By bitsandbytes, while the weights are read."""
    import torch
    from transformers import BitsAndBytesConfig

    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # one line for every product of matrices
    if precision == "nf4":
        return BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=torch.bfloat16,
            llm_int8_skip_modules=SKIP,
        )
    return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=SKIP)


def _quantise_on_cpu(model: Any) -> None:
    """By torchao, in place: bitsandbytes is 7 to 22 times slower than bfloat16 on a CPU."""
    from torch import nn
    from torchao.quantization import Int8DynamicActivationInt8WeightConfig, quantize_

    def chosen(module: Any, name: str) -> bool:
        return isinstance(module, nn.Linear) and name.rpartition(".")[2] not in KEPT

    # After loading: while it loads, transformers compares tensors, which those of torchao cannot.
    quantize_(model.language_model, Int8DynamicActivationInt8WeightConfig(), filter_fn=chosen)


def _whole(folder: Path, kind: str, model: Any, precision: Precision) -> Loaded:
    """With its processor, and with what copies from before December 2024 do not say."""
    try:
        processor = _classes(kind)[1].from_pretrained(folder)
    except (OSError, ValueError) as error:
        raise hub_error("core", str(folder), error) from error
    tokenizer = processor.tokenizer
    if model.config.image_token_index is None:
        processor.num_query_tokens = model.config.num_query_tokens
        model.config.image_token_index = tokenizer.convert_tokens_to_ids("<image>")
        if len(tokenizer) > model.get_input_embeddings().num_embeddings:
            model.resize_token_embeddings(len(tokenizer), pad_to_multiple_of=64, mean_resizing=False)
    decodes = model.config.use_decoder_only_language_model
    language = (Decoder if decodes else EncoderDecoder)(model.language_model, tokenizer)
    return Loaded(model, processor, language, kind == "instructblip", precision)


def save(loaded: Loaded, folder: Path) -> None:
    """A folder in today's layout."""
    loaded.model.save_pretrained(folder)
    loaded.processor.save_pretrained(folder)
