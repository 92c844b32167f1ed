import os
import pickle

import pytest
import torch

from assistant.models.glip.checkpoint import build, convert, file_key, load, read_pth
from tests.tiny_glip import TINY, save_tiny, tiny_model
from tools.errors import ModelNotFoundError, VideoAssistantError


def _official(model, layout):
    """The model's tensors as an official file holds them, with what such files hold besides."""
    prefix = "module." if layout == "microsoft" else ""
    state = {}
    for name, tensor in model.state_dict().items():
        if name.startswith("head.scales.") and layout == "microsoft":
            tensor = tensor.reshape(1)
        if ".downsample." in name and layout == "mmdet":
            tensor = tensor.unflatten(-1, (4, -1)).transpose(-1, -2)[..., [0, 2, 1, 3]].flatten(-2)
        state[prefix + file_key(name, layout, fusion=model.config.fusion)] = tensor
    state[f"{prefix}language_backbone.body.model.embeddings.position_ids"] = torch.arange(5)[None]
    state[f"{prefix}rpn.tunable_linear.weight"] = torch.zeros(3, 4)
    return state


@pytest.mark.parametrize("layout", ["microsoft", "mmdet"])
def test_both_layouts_give_the_same_model(layout) -> None:
    model = tiny_model()
    ours = model.state_dict()
    converted = convert(_official(model, layout), ours)
    assert all(torch.equal(converted[name], tensor) for name, tensor in ours.items())
    assert build(TINY, converted).state_dict().keys() == ours.keys()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("head.fusion.1.attention.vision_query.weight", "module.rpn.head.dyhead_tower.3.b_attn.attn.v_proj.weight"),
        ("head.text.0.attention_norm.bias", "module.rpn.head.dyhead_tower.1.attention.output.LayerNorm.bias"),
        ("head.dyconv.1.finer.norm.weight", "module.rpn.head.dyhead_tower.5.DyConv.2.bn.weight"),
        ("head.prior_bias", "module.rpn.head.bias0"),
        ("backbone.norms.2.weight", "module.backbone.body.norm3.weight"),
        ("fpn.p7.bias", "module.backbone.fpn.top_blocks.p7.bias"),
    ],
)
def test_a_missing_tensor_is_named_as_the_file_names_it(name, key) -> None:
    model = tiny_model()
    state = _official(model, "microsoft")
    del state[key]
    with pytest.raises(VideoAssistantError, match=rf"lacks {key}"):
        convert(state, model.state_dict())


def test_an_unknown_tensor_is_named() -> None:
    model = tiny_model()
    state = _official(model, "mmdet") | {"bbox_head.head.surprise": torch.zeros(1)}
    with pytest.raises(VideoAssistantError, match=r"unknown bbox_head\.head\.surprise"):
        convert(state, model.state_dict())


def test_our_folder_comes_back_as_it_was(tmp_path) -> None:
    loaded = load(save_tiny(tmp_path))
    assert loaded.config == TINY
    assert all(torch.equal(loaded.state_dict()[name], tensor) for name, tensor in tiny_model().state_dict().items())


def test_an_empty_place_says_what_belongs_there(tmp_path) -> None:
    with pytest.raises(ModelNotFoundError, match=rf"no grounding model yet in {tmp_path}.*VIDEO_ASSISTANT_GROUNDING"):
        load(tmp_path)


class _Bomb:
    def __init__(self, path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("save", [torch.save, lambda data, path: path.write_bytes(pickle.dumps(data))])
def test_pickled_code_is_refused_and_not_run(tmp_path, save) -> None:
    path = tmp_path / "evil.pth"
    save({"model": {"weight": torch.zeros(2), "code": _Bomb(tmp_path / "ran")}}, path)
    with pytest.raises(VideoAssistantError, match=r"pickled code|can be read"):
        load(path)
    assert not (tmp_path / "ran").exists()


def test_the_name_of_the_pickled_code_is_told(tmp_path) -> None:
    torch.save({"code": _Bomb(tmp_path / "ran")}, tmp_path / "evil.pth")
    with pytest.raises(VideoAssistantError, match=r"pickled code \(\w+\.mkdir\)"):
        read_pth(tmp_path / "evil.pth")


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda path: path.write_bytes(b""), "can be read"),
        (lambda path: path.write_bytes(b"PK\x03\x04 and no more"), "can be read"),
        (lambda path: path.write_text("no weights at all"), "can be read"),
        (lambda path: torch.save([1, 2], path), "no state dict"),
        (lambda path: torch.save({"state_dict": {"fc.weight": torch.zeros(2, 2)}}, path), "no official GLIP"),
        (lambda path: torch.save(_official(tiny_model(), "mmdet"), path), "first width is 8, with fusion"),
    ],
)
def test_what_is_no_glip_is_one_line(tmp_path, write, words) -> None:
    path = tmp_path / "model.pth"
    write(path)
    with pytest.raises(VideoAssistantError, match=words) as error:
        load(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


def test_a_tensor_of_another_shape_is_named() -> None:
    state = tiny_model().state_dict() | {"head.prior_bias": torch.zeros(7)}
    with pytest.raises(VideoAssistantError, match=r"head\.prior_bias is \(7,\)"):
        build(TINY, state)
