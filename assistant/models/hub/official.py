"""The configurations of the official models, from which they are built without weights."""

from __future__ import annotations

from typing import Any

_T5_XL = {"d_model": 2048, "d_ff": 5120, "d_kv": 64, "num_heads": 32}
_T5_XXL = {"d_model": 4096, "d_ff": 10240, "d_kv": 64, "num_heads": 64}
_T5 = {
    "model_type": "t5",
    "vocab_size": 32128,
    "num_layers": 24,
    "num_decoder_layers": 24,
    "feed_forward_proj": "gated-gelu",
    "dense_act_fn": "gelu",
    "tie_word_embeddings": False,
    "decoder_start_token_id": 0,
    "pad_token_id": 0,
    "eos_token_id": 1,
}
_VICUNA = {
    "model_type": "llama",
    "vocab_size": 32064,
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "max_position_embeddings": 2048,
    "pad_token_id": 32000,
}
_OPT = {
    "model_type": "opt",
    "vocab_size": 50304,
    "hidden_size": 2560,
    "ffn_dim": 10240,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "word_embed_proj_dim": 2560,
}
# The ViT-g of EVA-CLIP (39 layers of 1408) and the Q-Former (12 of 768, 32 queries) are the defaults of the classes.
BLIP: dict[str, tuple[str, dict[str, Any]]] = {
    "instructblip-flan-t5-xl": ("InstructBlip", _T5 | _T5_XL),
    "instructblip-flan-t5-xxl": ("InstructBlip", _T5 | _T5_XXL),
    "instructblip-vicuna-7b": ("InstructBlip", _VICUNA),
    "blip2-opt-2.7b": ("Blip2", _OPT),
    "blip2-flan-t5-xl": ("Blip2", _T5 | _T5_XL),
}
MATCHING: dict[str, Any] = {
    "qformer_config": {"vocab_size": 30523, "use_qformer_text_input": True},
    "image_text_hidden_size": 256,
    "num_query_tokens": 32,
    "image_token_index": 30523,
}
CLIP_LARGE: dict[str, Any] = {
    "projection_dim": 768,
    "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "projection_dim": 768},
    "vision_config": {
        "hidden_size": 1024,
        "intermediate_size": 4096,
        "num_hidden_layers": 24,
        "num_attention_heads": 16,
        "patch_size": 14,
        "projection_dim": 768,
    },
}
SIGLIP2_BASE: dict[str, Any] = {"text_config": {"vocab_size": 256_000}, "vision_config": {}}
# For CLIP with a ResNet, open_clip holds the sizes under these names.
RESNETS = {f"clip-rn{size}": f"RN{size}" for size in ("50", "101", "50x4", "50x16", "50x64")}
WHISPER_SMALL: dict[str, Any] = {
    "vocab_size": 51_865,
    "d_model": 768,
    "encoder_layers": 12,
    "decoder_layers": 12,
    "encoder_attention_heads": 12,
    "decoder_attention_heads": 12,
    "encoder_ffn_dim": 3072,
    "decoder_ffn_dim": 3072,
}


def empty_model(name: str) -> Any:
    """Builds an official model on the meta device, without memory for its weights.

    It also works with the releases of the libraries from the time of the checkpoints, since
    `tests/models/layouts/keys.py` lists their keys with it.

    Args:
        name: its name in the catalogue.
    """
    import torch

    if name in RESNETS:
        import open_clip

        with torch.device("meta"):
            return open_clip.CLIP(**{**open_clip.get_model_config(RESNETS[name]), "quick_gelu": True})
    import transformers

    with torch.device("meta"):
        match name:
            case "blip2-itm-vit-g":
                return transformers.Blip2ForImageTextRetrieval(transformers.Blip2Config(**MATCHING))
            case "clip-vit-large-patch14":
                return transformers.CLIPModel(transformers.CLIPConfig(**CLIP_LARGE))
            case "siglip2-base-patch16-224":
                return transformers.SiglipModel(transformers.SiglipConfig(**SIGLIP2_BASE))
            case "whisper-small":
                return transformers.WhisperForConditionalGeneration(transformers.WhisperConfig(**WHISPER_SMALL))
        family, text = BLIP[name]
        # Both families leave most sizes to their classes. Only the Q-Former of InstructBLIP reads words.
        qformer = {"vocab_size": 30523} if family == "InstructBlip" else {}
        config = getattr(transformers, f"{family}Config")(
            text_config=text, qformer_config=qformer, vision_config={}, num_query_tokens=32, image_token_index=32100
        )
        return getattr(transformers, f"{family}ForConditionalGeneration")(config)


NAMES = (*BLIP, "blip2-itm-vit-g", "clip-vit-large-patch14", "siglip2-base-patch16-224", "whisper-small", *RESNETS)
