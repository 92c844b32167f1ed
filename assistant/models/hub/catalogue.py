"""The official checkpoints as data: their origin, what their licences ask, and their sizes.

Disk sizes are those of the downloaded files. Memory sizes are those of the weights alone, computed from the official
configurations (`tests/models/test_official.py` compares them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Role = Literal["core", "retrieval", "matching", "grounding", "translation", "screen-text", "speech"]

TENSORS = ("*.safetensors", "*.safetensors.index.json")
"""Patterns of the weights to download; a repository without them offers `*.bin`."""
SMALL = ("*.json", "*.model", "*.txt", "*.spm", "qformer_tokenizer/*")
"""Patterns of configurations and tokenizers."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An official checkpoint."""

    name: str  # by which the settings choose it
    hub_id: str  # `owner/name` on the hub; also its folder among the models
    role: Role
    kind: str  # the `model_type` of its config.json, its library (`open_clip`, `easyocr`) or its file format (`pth`)
    licence: str
    limits: str  # what its licence or its training data asks of the user
    disk_bytes: int
    memory_bytes: dict[str, int] = field(hash=False, default_factory=dict)  # memory of the weights, by precision
    file_names: tuple[str, ...] = ()  # the files to download; empty: those that match `TENSORS` and `SMALL`
    tokenizer_from: str = ""  # the repository of its tokenizer, if it is another


_OPENAI = "its card asks for research use, and for a study of your own before any deployment"
_LLAVA = "tuned on LLaVA-Instruct data (CC BY-NC 4.0): treat it as non-commercial unless you have cleared that"

CATALOGUE: tuple[Checkpoint, ...] = (
    Checkpoint(
        "instructblip-flan-t5-xl",
        "Salesforce/instructblip-flan-t5-xl",
        "core",
        "instructblip",
        "MIT; its Flan-T5 Apache-2.0",
        _LLAVA,
        16_100_000_000,
        {"float32": 16_090_000_000, "bfloat16": 8_045_000_000, "int8": 5_830_000_000, "nf4": 4_790_000_000},
    ),
    Checkpoint(
        "instructblip-flan-t5-xxl",
        "Salesforce/instructblip-flan-t5-xxl",
        "core",
        "instructblip",
        "MIT; its Flan-T5 Apache-2.0",
        _LLAVA,
        49_200_000_000,
        {"float32": 49_250_000_000, "bfloat16": 24_600_000_000, "int8": 15_800_000_000, "nf4": 11_600_000_000},
    ),
    Checkpoint(
        "instructblip-vicuna-7b",
        "Salesforce/instructblip-vicuna-7b",
        "core",
        "instructblip",
        "other; its Vicuna under the LLaMA licence",
        "non-commercial research only",
        31_700_000_000,
        {"float32": 31_700_000_000, "bfloat16": 15_800_000_000, "int8": 9_350_000_000, "nf4": 6_300_000_000},
    ),
    Checkpoint(
        "blip2-opt-2.7b",
        "Salesforce/blip2-opt-2.7b",
        "core",
        "blip-2",
        "MIT; its OPT under Meta's OPT licence",
        "non-commercial research only",
        15_000_000_000,
        {"float32": 15_000_000_000, "bfloat16": 7_500_000_000, "int8": 5_000_000_000, "nf4": 3_800_000_000},
    ),
    Checkpoint(
        "blip2-flan-t5-xl",
        "Salesforce/blip2-flan-t5-xl",
        "core",
        "blip-2",
        "MIT; its Flan-T5 Apache-2.0",
        "none known",
        15_800_000_000,
        {"float32": 15_770_000_000, "bfloat16": 7_890_000_000, "int8": 5_670_000_000, "nf4": 4_630_000_000},
    ),
    Checkpoint(
        "blip2-itm-vit-g",
        "Salesforce/blip2-itm-vit-g",
        "matching",
        "blip-2",
        "MIT",
        "none known",
        4_780_000_000,
        {"float32": 4_690_000_000, "bfloat16": 2_345_000_000},
    ),
    Checkpoint(
        "clip-vit-large-patch14",
        "openai/clip-vit-large-patch14",
        "retrieval",
        "clip",
        "MIT",
        _OPENAI,
        1_710_000_000,
        {"float32": 1_710_000_000, "float16": 855_000_000},
    ),
    *(
        Checkpoint(
            f"clip-rn{size}",
            f"timm/resnet{size}_clip.openai",
            "retrieval",
            "open_clip",
            "MIT",
            _OPENAI,
            float32,
            {"float32": float32, "float16": float16},  # in half precision without its norms and table of words
            file_names=("open_clip_config.json", "open_clip_model.safetensors"),  # timm's weights lie beside them
        )
        for size, float32, float16 in (
            ("50", 408_000_000, 255_000_000),
            ("101", 479_000_000, 291_000_000),
            ("50x4", 714_000_000, 421_000_000),
            ("50x16", 1_165_000_000, 660_000_000),
            ("50x64", 2_495_000_000, 1_352_000_000),
        )
    ),
    Checkpoint(
        "siglip2-base-patch16-224",
        "google/siglip2-base-patch16-224",
        "retrieval",
        "siglip",
        "Apache-2.0",
        "none known",
        1_540_000_000,
        {"float32": 1_501_000_000, "float16": 750_000_000},
    ),
    Checkpoint(
        "glip-t",
        "GLIPModel/GLIP",
        "grounding",
        "pth",
        "MIT",
        "trained on Objects365, GoldG, CC3M and SBU, whose own terms ask for research use",
        930_000_000,
        {"float32": 927_000_000},
        file_names=("glip_tiny_model_o365_goldg_cc_sbu.pth",),
        tokenizer_from="google-bert/bert-base-uncased",
    ),
    *(
        Checkpoint(
            f"opus-mt-{way}",
            f"Helsinki-NLP/opus-mt-{way}",
            "translation",
            "marian",
            "Apache-2.0",
            "name OPUS-MT (CC BY 4.0) where you publish what it wrote",
            290_000_000,
            {"float32": 290_000_000},
        )
        for way in ("vi-en", "en-vi")
    ),
    Checkpoint(
        "easyocr-vi-en",
        "JaidedAI/EasyOCR",
        "screen-text",
        "easyocr",
        "Apache-2.0",
        "none known",
        100_000_000,
        {"float32": 100_000_000},
    ),
    Checkpoint(
        "whisper-small",
        "openai/whisper-small",
        "speech",
        "whisper",
        "Apache-2.0",
        "none known",
        970_000_000,
        {"float32": 967_000_000},
    ),
)

BY_NAME: dict[str, Checkpoint] = {
    key: checkpoint for checkpoint in CATALOGUE for key in (checkpoint.name, checkpoint.hub_id)
}
