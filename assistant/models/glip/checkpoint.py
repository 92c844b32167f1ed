"""Reads weights: the official files in both layouts, and our own folder.

Each of our tensors has a name in microsoft/GLIP's files, and another in mmdetection's conversions of them. A file is
read by looking up every tensor of the model. A tensor that the file lacks and a tensor that the model lacks are errors,
which name the file's key.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from assistant.models.glip.config import CONFIGS, GlipConfig
from assistant.models.glip.model import Glip
from tools.errors import ModelNotFoundError, VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from torch import Tensor

Layout = Literal["microsoft", "mmdet"]
State = dict[str, "Tensor"]

CONFIG, WEIGHTS = "config.json", "model.safetensors"

# Regular expressions and their replacements in our names, applied in order; `{n+1}` is the first group plus one.
_REPLACEMENTS: dict[Layout, dict[str, str]] = {
    "microsoft": {
        r"^backbone\.stages\.": "backbone.body.layers.",
        r"^backbone\.norms\.(\d)": "backbone.body.norm{n+1}",
        r"^backbone\.patch_embed\.": "backbone.body.patch_embed.",
        r"\.mlp\.0\.": ".mlp.fc1.",
        r"\.mlp\.2\.": ".mlp.fc2.",
        r"\.attn\.bias_table$": ".attn.relative_position_bias_table",
        r"^fpn\.lateral\.(\d)": "backbone.fpn.fpn_inner{n+2}",
        r"^fpn\.output\.(\d)": "backbone.fpn.fpn_layer{n+2}",
        r"^fpn\.p": "backbone.fpn.top_blocks.p",
        r"^language\.": "language_backbone.body.model.",
        r"^head\.": "rpn.head.",
    },
    "mmdet": {
        r"^backbone\.norms\.(\d)": "backbone.norm{n+1}",
        r"^backbone\.patch_embed\.proj\.": "backbone.patch_embed.projection.",
        r"\.mlp\.0\.": ".ffn.layers.0.0.",
        r"\.mlp\.2\.": ".ffn.layers.1.",
        r"\.attn\.bias_table$": ".attn.relative_position_bias_table",
        r"(?<=\d)\.attn\.": ".attn.w_msa.",  # in the blocks, but not in the fusion
        r"^fpn\.lateral\.(\d)": "neck.lateral_convs.{n+0}.conv",
        r"^fpn\.output\.(\d)": "neck.fpn_convs.{n+0}.conv",
        r"^fpn\.p6": "neck.fpn_convs.3.conv",
        r"^fpn\.p7": "neck.fpn_convs.4.conv",
        r"^language\.": "language_model.language_backbone.body.model.",
        r"^head\.": "bbox_head.head.",
    },
}
_DYCONV: dict[Layout, dict[str, str]] = {
    "microsoft": {"coarser": "DyConv.0", "same": "DyConv.1", "finer": "DyConv.2", "weight": "AttnConv.1"},
    "mmdet": {"coarser": "dyconvs.0", "same": "dyconvs.1", "finer": "dyconvs.2", "weight": "attnconv.1"},
}
_FUSION = {
    "norm_vision": "layer_norm_v",
    "norm_text": "layer_norm_l",
    "gamma_vision": "gamma_v",
    "gamma_text": "gamma_l",
    "attention.vision_query": "attn.v_proj",
    "attention.text_key": "attn.l_proj",
    "attention.vision_value": "attn.values_v_proj",
    "attention.text_value": "attn.values_l_proj",
    "attention.vision_out": "attn.out_v_proj",
    "attention.text_out": "attn.out_l_proj",
}
_TEXT = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention_out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "expand": "intermediate.dense",
    "contract": "output.dense",
    "norm": "output.LayerNorm",
}
_LAST = {
    "box": "bbox_pred",
    "centerness": "centerness",
    "token": "dot_product_projection_text",
    "token_bias": "bias_lang",
    "prior_bias": "bias0",
    "log_scale": "log_scale",
}
# Other tensors of the files: indexes that the model computes, parts that the detector does not use, tuned prompts.
_IGNORED = re.compile(
    r"relative_position_index$|position_ids$|anchor_generator\.|cls_logits\.|\.pooler\.|mlm_head\.|tunable_linear\."
)


def file_key(name: str, layout: Layout, *, fusion: bool) -> str:
    """Returns the key of one of our tensors in an official file, without the prefix `module.`."""
    if match := re.fullmatch(r"head\.(fusion|text|dyconv)\.(\d+)\.(.+)", name):
        name = "head." + _tower_key(match[1], int(match[2]), match[3], layout, fusion=fusion)
    elif match := re.fullmatch(r"head\.scales\.(\d)", name):
        name = f"head.scales.{match[1]}.scale"
    elif match := re.fullmatch(r"head\.(\w+?)((?:\.weight|\.bias)?)", name):
        name = f"head.{_LAST[match[1]]}{match[2]}"
    for pattern, text in _REPLACEMENTS[layout].items():
        name = re.sub(pattern, partial(_insert_number, text), name)
    return name


def _insert_number(text: str, match: re.Match[str]) -> str:
    return re.sub(r"\{n\+(\d)\}", lambda add: str(int(match[1]) + int(add[1])), text)


def _tower_key(part: str, block: int, name: str, layout: Layout, *, fusion: bool) -> str:
    """The key of a tensor in a block; with fusion, a block is three successive members of the tower."""
    module, suffix = name, ""
    if name.endswith((".weight", ".bias")):
        module, _, suffix = name.rpartition(".")
        suffix = f".{suffix}"
    match part:
        case "fusion":
            member, inner = 3 * block, f"b_attn.{_FUSION[module]}"
        case "text":
            member, inner = 3 * block + 1, _TEXT[module]
        case _:
            member = 3 * block + 2 if fusion else block
            branch, _, leaf = module.partition(".")
            leaf = {"norm": ".bn", "conv": ".conv", "": ""}.get(leaf, f".{leaf}").replace("slopes", "fc")
            inner = _DYCONV[layout].get(branch, branch) + leaf
    return f"dyhead_tower.{member}.{inner}{suffix}"


def convert(state: Mapping[str, Tensor], names: Iterable[str]) -> State:
    """Returns the tensors of our `names` from an official state dict in either layout.

    Raises:
        VideoAssistantError: it is no GLIP, lacks a tensor, or holds an unknown tensor; names the key.
    """
    keys = {key.removeprefix("module."): key for key in state}
    layout: Layout
    if any(key.startswith("backbone.body.") for key in keys):
        layout = "microsoft"
    elif any(key.startswith("bbox_head.head.") for key in keys):
        layout = "mmdet"
    else:
        raise VideoAssistantError(
            f"no GLIP: {len(state)} tensors and none under module.backbone.body or bbox_head.head; give the .pth of "
            "microsoft/GLIP or of mmdetection's conversion"
        )
    prefix = "module." if all(key.startswith("module.") for key in state) else ""
    fusion = any(".b_attn." in key for key in keys)
    keys_by_name = {name: file_key(name, layout, fusion=fusion) for name in names}
    if missing := [key for key in keys_by_name.values() if key not in keys]:
        raise _keys_error("lacks", [prefix + key for key in missing])
    used = set(keys_by_name.values())
    if unknown := [keys[key] for key in keys if key not in used and not _IGNORED.search(key)]:
        raise _keys_error("holds unknown", unknown)
    converted = {name: state[keys[key]] for name, key in keys_by_name.items()}
    for name, tensor in converted.items():
        if name.startswith("head.scales."):
            converted[name] = tensor.reshape(())
        elif ".downsample." in name and layout == "mmdet":
            converted[name] = _reorder_merged(tensor)
    return converted


def _reorder_merged(tensor: Tensor) -> Tensor:
    """Changes mmdet's order of the four merged neighbours (that of nn.Unfold) into the original order."""
    by_channel = tensor.reshape(*tensor.shape[:-1], -1, 4)
    return by_channel[..., [0, 2, 1, 3]].transpose(-1, -2).flatten(-2)


def _keys_error(verb: str, keys: list[str]) -> VideoAssistantError:
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return VideoAssistantError(
        f"the checkpoint {verb} {', '.join(keys[:5])}{more}; give an official GLIP checkpoint that is whole"
    )


def build(config: GlipConfig, state: State) -> Glip:
    """Builds the model with weights under our names, in float32 and in evaluation mode.

    Raises:
        VideoAssistantError: a tensor is missing or unknown, or its shape differs from the configuration's.
    """
    model = Glip(config)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    if missing := [name for name in shapes if name not in state]:
        raise _keys_error("lacks", missing)
    if unknown := [name for name in state if name not in shapes]:
        raise _keys_error("holds unknown", unknown)
    for name, shape in shapes.items():
        if state[name].shape != shape:
            raise VideoAssistantError(f"{name} is {tuple(state[name].shape)}, the configuration says {tuple(shape)}")
    # The tensors are assigned instead of copied, so that the memory of the random weights is freed at once.
    model.load_state_dict({name: tensor.float() for name, tensor in state.items()}, assign=True)
    return model.eval()


def known_config(state: Mapping[str, Tensor]) -> GlipConfig:
    """Returns the configuration of an official state dict by its sizes.

    Raises:
        VideoAssistantError: its sizes are those of no official model.
    """
    fusion = any(".b_attn." in key for key in state)
    width = next((len(tensor) for key, tensor in state.items() if re.search(r"patch_embed\.proj\w*\.bias$", key)), 0)
    for name in ("glip-t-a", "glip-t", "glip-l"):
        if (CONFIGS[name].width, CONFIGS[name].fusion) == (width, fusion):
            return CONFIGS[name]
    raise VideoAssistantError(
        f"no official GLIP: its first width is {width}, {'with' if fusion else 'without'} fusion; GLIP-T has 96, "
        "GLIP-L has 192"
    )


def load(path: Path) -> Glip:
    """Loads a model from our folder (`config.json`, `model.safetensors`), an official `.pth`, or a folder with one.

    Raises:
        ModelNotFoundError: there is no such file; says what belongs there.
        VideoAssistantError: the file holds no GLIP.
    """
    weights = path / WEIGHTS
    if weights.is_file():
        try:
            return build(GlipConfig.load(path / CONFIG), load_file(weights))
        except (SafetensorError, VideoAssistantError) as error:
            raise VideoAssistantError(f"{weights}: {error}") from None
    official = path if path.is_file() else next(iter(sorted(path.glob("*.pth"))), None)
    if official is None:
        raise ModelNotFoundError(
            f"no grounding model yet in {path}; put a GLIP there ({WEIGHTS}, {CONFIG} and its tokenizer, or an "
            "official .pth), or name another place in VIDEO_ASSISTANT_GROUNDING"
        )
    try:
        state = read_pth(official)
        config = known_config(state)
        with torch.device("meta"):
            names = list(Glip(config).state_dict())
        return build(config, convert(state, names))
    except VideoAssistantError as error:
        raise VideoAssistantError(f"{official}: {error}") from None


def save(model: Glip, folder: Path) -> None:
    """Writes our folder, without the tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    model.config.save(folder / CONFIG)
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder / WEIGHTS)


def read_pth(path: Path) -> State:
    """Reads the tensors of a `.pth`; no code in it is executed.

    Raises:
        VideoAssistantError: it is no such file, or holds more than tensors and plain values.
    """
    try:
        with warnings.catch_warnings():  # about an unusual pickle protocol; its errors are reported below
            warnings.simplefilter("ignore")
            data: Any = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError as error:
        code = re.search(r"GLOBAL\s+`?([\w.]+)`?", str(error))
        if code is None:
            raise VideoAssistantError("no checkpoint that can be read; give the .pth of a GLIP") from None
        raise VideoAssistantError(
            f"it holds pickled code ({code[1]}), and nothing in it was executed; give a file of tensors alone"
        ) from None
    except (RuntimeError, OSError, EOFError, ValueError, KeyError) as error:
        line = (str(error) or type(error).__name__).splitlines()[0][:100]
        raise VideoAssistantError(f"no checkpoint that can be read ({line}); give the .pth of a GLIP") from None
    for name in ("model", "state_dict"):
        if isinstance(data, dict) and isinstance(data.get(name), dict):
            data = data[name]
    if not isinstance(data, dict) or not data or not all(isinstance(t, torch.Tensor) for t in data.values()):
        raise VideoAssistantError("it holds no state dict; give the .pth of a GLIP")
    return data
