"""Shapes and initial weights of the pocket models.

All weights are trained. The structured initialisation (attention as a look-up, query i at column i, sinusoidal
positions; after Trockman & Kolter 2023, "mimetic initialization") only shortens the beginning.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.common.tokenizer import IMAGE_TOKEN, build_tokenizer, vocabulary
from training.world.scene import COLUMNS

WIDTH_OF_MODEL = 192
IMAGE_SIZE, PATCH = 224, 14  # as the official CLIP ViT-L/14 and EVA ViT-g/14
GRID = IMAGE_SIZE // PATCH
QUERIES = COLUMNS + 1  # one for the backdrop and one for each column
PIXEL_MEAN, PIXEL_STD = 0.45, 0.27
VISION_LAYERS, QFORMER_LAYERS, ENCODER_LAYERS, DECODER_LAYERS = 6, 4, 5, 2
INVERSION_RIDGE = 0.1  # ridge of the projection's inverse: some of its singular values are nearly zero
MATCHING_PROJECTION = 128
TABLE_SEED = 0


def orthogonal(rows: int, columns: int) -> Tensor:
    """Draws a matrix `(rows, columns)` with orthonormal rows or columns."""
    side = max(rows, columns)
    matrix: Tensor = torch.linalg.qr(torch.randn(side, side))[0]
    return matrix[:rows, :columns]


def positions(grid: int, width: int) -> Tensor:
    """Returns position embeddings `(grid * grid, width)`: sinusoids of row and column."""
    y, x = np.meshgrid(np.arange(grid), np.arange(grid), indexing="ij")
    waves = 1.0 / (40.0 ** (np.arange(width // 4) / (width // 4)))

    def encode(axis: Any) -> Any:
        angle = axis.reshape(-1, 1) * 8 / grid * waves * 1.6
        return np.concatenate([np.sin(angle), np.cos(angle)], 1)

    return torch.tensor(np.concatenate([encode(x), encode(y)], 1)).float()


def new_t5() -> Any:
    """Builds the language model; its random word table is fixed by a seed and frozen: queries are aligned to it."""
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=len(vocabulary()),
        d_model=WIDTH_OF_MODEL,
        d_kv=32,
        d_ff=640,
        num_layers=ENCODER_LAYERS,
        num_decoder_layers=DECODER_LAYERS,
        num_heads=6,
        dropout_rate=0.0,
        feed_forward_proj="relu",
        relative_attention_num_buckets=32,
        relative_attention_max_distance=128,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=True,
    )
    torch.manual_seed(TABLE_SEED)
    model = T5ForConditionalGeneration(config)
    model.shared.weight.requires_grad_(False)
    with torch.no_grad():
        # With its own generator the table does not depend on how a release of transformers draws weights.
        table = torch.randn(model.shared.weight.shape, generator=torch.Generator().manual_seed(TABLE_SEED))
        model.shared.weight.copy_(table)
        for block in model.encoder.block:
            attention = block.layer[0].SelfAttention
            inner = attention.q.weight.shape[0]
            match, value = orthogonal(inner, WIDTH_OF_MODEL), orthogonal(inner, WIDTH_OF_MODEL)
            attention.q.weight.copy_(match * 0.2)
            attention.k.weight.copy_(match * 0.2)
            attention.v.weight.copy_(value)
            attention.o.weight.copy_(value.t() * 0.5)
        bias = model.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight
        near = torch.arange(16).float()
        bias.zero_()
        bias[1, 0] = bias[17, 1] = 4.0  # the previous token, the next token
        bias[:16, 2], bias[16:, 2], bias[0, 2] = -0.6 * near, -6, -3  # the nearest on the left
        bias[16:, 3], bias[:16, 3], bias[0, 3] = -0.6 * near, -6, -3  # the nearest on the right
        _start_copying(model)
    return model


def _start_copying(model: Any) -> None:
    """Initialises the decoder to copy: it looks up the last written word in the prompt and writes its successor.

    Two heads match the written word with the encoder's first head, which holds the previous word of each word. Most
    outputs that the agent asks for (slots, rewrites, sequences) repeat words of the prompt.
    """
    width = WIDTH_OF_MODEL
    previous = model.encoder.block[0].layer[0].SelfAttention.v.weight[:32]
    for block in model.decoder.block:
        self_attention, cross = block.layer[0].SelfAttention, block.layer[1].EncDecAttention
        for attention, strength in ((self_attention, 0.2), (cross, 0.35)):
            match, value = orthogonal(width, width), orthogonal(width, width)
            attention.q.weight.copy_(match * strength)
            attention.k.weight.copy_(match * strength)
            attention.v.weight.copy_(value)
            attention.o.weight.copy_(value.t() * 0.5)
        for head in (slice(0, 32), slice(32, 64)):
            cross.q.weight[head] = cross.k.weight[head] = previous * 0.5
    bias = model.decoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight
    bias.zero_()
    bias[1, 0] = 4.0  # the previous word


def new_instructblip(language_model: Any) -> Any:
    """Builds an InstructBLIP around a trained language model, whose weights it copies."""
    from transformers import InstructBlipConfig, InstructBlipForConditionalGeneration

    width = WIDTH_OF_MODEL
    config = InstructBlipConfig(
        vision_config={
            "hidden_size": width,
            "intermediate_size": 4 * width,
            "num_hidden_layers": VISION_LAYERS,
            "num_attention_heads": 6,
            "image_size": IMAGE_SIZE,
            "patch_size": PATCH,
            "hidden_act": "relu",
            "layer_norm_eps": 1e-6,
            "initializer_range": 0.02,  # the class's default of 1e-10 gives a dead tower
        },
        qformer_config={
            "vocab_size": len(vocabulary()),
            "hidden_size": width,
            "num_hidden_layers": QFORMER_LAYERS,
            "num_attention_heads": 6,
            "intermediate_size": 512,
            "hidden_act": "relu",
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
            "max_position_embeddings": 64,
            "cross_attention_frequency": 1,
            "encoder_hidden_size": width,
            "pad_token_id": 0,
        },
        text_config=language_model.config.to_dict(),
        num_query_tokens=QUERIES,
        image_token_index=vocabulary().index(IMAGE_TOKEN),
        prompt_family="pocket",  # read by `assistant.models.blip`, which asks any other checkpoint as an official one
    )
    torch.manual_seed(1)
    model = InstructBlipForConditionalGeneration(config)
    model.language_model.load_state_dict(language_model.state_dict())
    with torch.no_grad():
        _start_vision(model.vision_model)
        _start_queries(model)
    return model


def new_matching(blip: Any) -> Any:
    """Builds BLIP-2's image-text matching model from the vision tower and the Q-Former of an InstructBLIP.

    The projected state of a query is a sum of word vectors of the T5. Each word therefore starts as the state that
    projects to its vector, so that words and queries have the same representation from the first step.
    """
    from transformers import Blip2Config, Blip2ForImageTextRetrieval

    config = Blip2Config(
        vision_config=blip.config.vision_config.to_dict(),
        qformer_config=blip.config.qformer_config.to_dict() | {"use_qformer_text_input": True},
        text_config=blip.config.text_config.to_dict(),  # not used, but required by the class
        num_query_tokens=QUERIES,
        image_text_hidden_size=MATCHING_PROJECTION,
        image_token_index=vocabulary().index(IMAGE_TOKEN),
    )
    torch.manual_seed(2)
    model = Blip2ForImageTextRetrieval(config)
    model.vision_model.load_state_dict(blip.vision_model.state_dict())
    with torch.no_grad():
        model.query_tokens.copy_(blip.query_tokens)
    embeddings = blip.qformer.embeddings
    names = model.qformer.state_dict().keys()
    shared = {name: value for name, value in blip.qformer.state_dict().items() if name in names}
    model.qformer.load_state_dict(
        shared | {f"layernorm.{name}": value for name, value in embeddings.layernorm.state_dict().items()}
    )
    projection, words = blip.language_projection.weight, blip.language_model.get_input_embeddings().weight
    with torch.no_grad():
        model.embeddings.position_embeddings.weight.copy_(embeddings.position_embeddings.weight)
        ridge = INVERSION_RIDGE * torch.eye(len(projection))
        states = torch.linalg.solve(projection.t() @ projection + ridge, projection.t() @ words.t()).t()
        model.embeddings.word_embeddings.weight.copy_(states)
    return model


def _start_vision(vision: nn.Module) -> None:
    width = WIDTH_OF_MODEL
    embeddings: Any = vision.embeddings
    embeddings.patch_embedding.weight.normal_(0, 1 / math.sqrt(3 * PATCH * PATCH))
    embeddings.patch_embedding.bias.zero_()
    embeddings.position_embedding[0, 1:] = positions(GRID, width)
    embeddings.position_embedding[0, 0].normal_(0, 0.5)
    embeddings.class_embedding.normal_(0, 0.5)
    encoder: Any = vision.encoder
    for layer in encoder.layers:
        match, value = orthogonal(width, width), orthogonal(width, width)
        weight = layer.self_attn.qkv.weight
        weight[:width], weight[width : 2 * width], weight[2 * width :] = match, match, value * 0.7
        layer.self_attn.projection.weight.copy_(value.t() * 0.3)


def _start_queries(model: Any) -> None:
    """Initialises query i at the position of column i, and cross-attention as a look-up by position."""
    width = WIDTH_OF_MODEL
    columns = positions(GRID, width).view(GRID, GRID, width).mean(0)
    queries = torch.randn(QUERIES, width) * 0.3  # the class's default of zeros gives an exploding first gradient
    for column in range(COLUMNS):
        place = (column + 0.5) * GRID / COLUMNS - 0.5
        low = max(0, math.floor(place))
        high, share = min(low + 1, GRID - 1), place - math.floor(place)
        queries[1 + column] += 1.5 * ((1 - share) * columns[low] + share * columns[high])
    model.query_tokens.copy_(queries[None])
    model.language_projection.weight.copy_(1.5 * orthogonal(width, width))
    model.language_projection.bias.zero_()
    for layer in model.qformer.encoder.layer:
        attention, match, value = layer.crossattention.attention, orthogonal(width, width), orthogonal(width, width)
        attention.query.weight.copy_(match * 1.5)
        attention.key.weight.copy_(match * 1.5)
        attention.value.weight.copy_(value * 0.7)
        layer.crossattention.output.dense.weight.copy_(value.t() * 0.7)


def pixels(images: Any, device: torch.device | None = None) -> Tensor:
    """Converts `(n, size, size, 3)` uint8 RGB to normalised `(n, 3, size, size)` float32 on `device`."""
    tensor = torch.as_tensor(images, device=device).permute(0, 3, 1, 2).float()
    return tensor.div_(255).sub_(PIXEL_MEAN).div_(PIXEL_STD)


def instructblip_processor() -> Any:
    """Builds the processor of the InstructBLIP: it squashes a picture to the square and never crops."""
    from transformers import BlipImageProcessor, InstructBlipProcessor

    image = BlipImageProcessor(
        size={"height": IMAGE_SIZE, "width": IMAGE_SIZE}, image_mean=[PIXEL_MEAN] * 3, image_std=[PIXEL_STD] * 3
    )
    return InstructBlipProcessor(image, build_tokenizer("t5"), build_tokenizer("bert"), num_query_tokens=QUERIES)


def matching_processor() -> Any:
    """Builds the processor of the matching model: it squashes a picture to the square and never crops."""
    from transformers import Blip2Processor, BlipImageProcessor

    image = BlipImageProcessor(
        size={"height": IMAGE_SIZE, "width": IMAGE_SIZE}, image_mean=[PIXEL_MEAN] * 3, image_std=[PIXEL_STD] * 3
    )
    return Blip2Processor(image, build_tokenizer("bert"), num_query_tokens=QUERIES)
