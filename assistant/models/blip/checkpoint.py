"""InstructBLIP and BLIP-2 checkpoints of every era, in the precision that the machine has room for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.models.base import checkpoint_folder, default_device, disable_progress_bars, load_error, model_type
from assistant.models.blip.language_model import Decoder, EncoderDecoder, LanguageModel
from assistant.models.blip.precision import (
    HEADROOM,
    QUANTISED,
    Precision,
    bitsandbytes_config,
    can_run,
    check_room,
    free_bytes,
    quantise_on_cpu,
    weight_bytes,
)
from assistant.models.blip.selfcheck import load_checked
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from assistant.models.blip.selfcheck import CheckedCore

FAMILIES = {"instructblip": "InstructBlip", "blip-2": "Blip2"}
"""The prefix of transformers' class names by the `model_type` of a checkpoint."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedCore:
    """A core in memory: the model of transformers, its processor and its language model."""

    model: Any
    processor: Any
    language: LanguageModel
    instructed: bool  # whether the Q-Former reads the question: InstructBLIP's does
    precision: Precision


def load(checkpoint: str, precision: Precision, build_core: Callable[[LoadedCore], CheckedCore]) -> LoadedCore:
    """Loads a folder of either family, whichever release of transformers wrote it.

    A quantised core is compared with bfloat16 the first time it is loaded on a machine; see `blip.selfcheck`.

    Args:
        checkpoint: its folder.
        precision: of the language model; bfloat16 is used where the device cannot run it.
        build_core: makes of a loaded core what the self-check asks its questions.

    Raises:
        ModelNotFoundError: the folder does not exist or is not complete.
        VideoAssistantError: the checkpoint is of another family, or does not fit into memory.
    """
    folder = checkpoint_folder("core", checkpoint)
    family = model_type(folder)
    if family not in FAMILIES:
        raise VideoAssistantError(
            f"core: {folder} holds a {family} model; give one of InstructBLIP or BLIP-2, or run with --profile pocket"
        )
    device = default_device()
    if not can_run(precision, device.type):
        why = "torchao is not installed" if precision == "int8" else "nf4 needs one"
        log.warning("core: %s asked, but there is no CUDA device and %s; bfloat16 is used", precision, why)
        precision = "bfloat16"
    empty_model = _empty_model(folder, family)
    check_room(folder, empty_model, precision, device.type)
    disable_progress_bars()

    def read(precision: Precision) -> LoadedCore:
        model = read_model(folder, family, empty_model, precision, device)
        return add_processor(folder, family, model.eval(), precision)

    if precision not in QUANTISED:
        return read(precision)
    bfloat16_fits = weight_bytes(empty_model, "bfloat16") * HEADROOM <= free_bytes(device.type)
    return load_checked(folder, precision, read, build_core, can_compare=bfloat16_fits)


def family_classes(family: str) -> tuple[Any, Any]:
    """Returns the model class and the processor class of transformers for a `model_type`."""
    import transformers

    prefix = FAMILIES[family]
    return getattr(transformers, f"{prefix}ForConditionalGeneration"), getattr(transformers, f"{prefix}Processor")


def _empty_model(folder: Path, family: str) -> Any:
    """The model on the meta device, without memory for its weights."""
    import torch
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder)
        with torch.device("meta"):
            return family_classes(family)[0](config)
    except (OSError, ValueError) as error:
        raise load_error("core", str(folder), error) from error


def place_on_gpus(empty_model: Any, free_bytes_by_gpu: Mapping[int, int]) -> dict[str, Any]:
    """Assigns the parts of a core to several GPUs; the language model is never split.

    Args:
        empty_model: a core on the meta device.
        free_bytes_by_gpu: free memory of each GPU.

    Returns:
        The GPU of each part, by the part's module name (transformers' `device_map`).

    Raises:
        VideoAssistantError: no GPU has room for the whole language model.
    """
    from accelerate import infer_auto_device_map

    unsplit = [
        type(part).__name__ for part in (empty_model.language_model, empty_model.vision_model, empty_model.qformer)
    ]
    device_map: dict[str, Any] = dict(
        infer_auto_device_map(
            empty_model, max_memory=dict(free_bytes_by_gpu), no_split_module_classes=unsplit, dtype="bfloat16"
        )
    )
    if not set(device_map.values()) <= set(free_bytes_by_gpu):
        free = ", ".join(f"{count / 1e9:.1f}" for count in free_bytes_by_gpu.values())
        raise VideoAssistantError(
            f"core: the GPUs have {free} GB free, and none has room for the language model whole; choose a "
            "smaller core (`models --all`), or run with --profile pocket"
        )
    return device_map


def read_model(folder: Path, family: str, empty_model: Any, precision: Precision, device: Any) -> Any:
    """Reads the weights of a core onto a device, quantised if `precision` says so.

    Raises:
        ModelNotFoundError: a file cannot be read, or tensors are missing.
    """
    import torch

    options: dict[str, Any] = {"dtype": torch.float32 if precision == "float32" else torch.bfloat16}
    if precision in QUANTISED and device.type == "cuda":
        options["quantization_config"] = bitsandbytes_config(precision)
    if device.type == "cuda":
        count = torch.cuda.device_count()
        free = {i: torch.cuda.mem_get_info(i)[0] for i in range(count)}
        options["device_map"] = {"": 0} if count == 1 else place_on_gpus(empty_model, free)
    try:
        model, info = family_classes(family)[0].from_pretrained(folder, output_loading_info=True, **options)
    except (OSError, ValueError, RuntimeError) as error:
        raise load_error("core", str(folder), error) from error
    except Exception as error:
        if type(error).__name__ != "SafetensorError":  # it derives from Exception alone
            raise
        raise load_error("core", str(folder), error) from error
    if precision == "int8" and device.type != "cuda":
        quantise_on_cpu(model)
    if missing := [*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])]:
        raise load_error(
            "core", str(folder), ValueError(f"its files lack {len(missing)} tensors, such as {missing[0]}")
        )
    return model


def add_processor(folder: Path, family: str, model: Any, precision: Precision) -> LoadedCore:
    """Adds the processor to a model, and the settings that checkpoints from before December 2024 lack.

    Raises:
        ModelNotFoundError: a file of the processor cannot be read.
    """
    try:
        processor = family_classes(family)[1].from_pretrained(folder)
    except (OSError, ValueError) as error:
        raise load_error("core", str(folder), error) from error
    tokenizer = processor.tokenizer
    if model.config.image_token_index is None:
        processor.num_query_tokens = model.config.num_query_tokens
        model.config.image_token_index = tokenizer.convert_tokens_to_ids("<image>")
        if len(tokenizer) > model.get_input_embeddings().num_embeddings:
            model.resize_token_embeddings(len(tokenizer), pad_to_multiple_of=64, mean_resizing=False)
    decoder_only = model.config.use_decoder_only_language_model
    language = (Decoder if decoder_only else EncoderDecoder)(model.language_model, tokenizer)
    return LoadedCore(model, processor, language, family == "instructblip", precision)


def save(loaded: LoadedCore, folder: Path) -> None:
    """Writes a checkpoint folder in the layout of the installed release of transformers."""
    loaded.model.save_pretrained(folder)
    loaded.processor.save_pretrained(folder)
