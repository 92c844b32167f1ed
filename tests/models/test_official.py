"""Every key and shape of the official models, as a release of their time names them, has its place in ours."""

import json
import re
from pathlib import Path

import pytest
import torch

from assistant.models.blip.checkpoint import place_on_gpus
from assistant.models.blip.precision import weight_bytes
from assistant.models.hub.catalogue import BY_NAME, CATALOGUE
from assistant.models.hub.official import NAMES, RESNETS, empty_model
from tools.errors import VideoAssistantError

KEYS = json.loads((Path(__file__).parent / "layouts" / "official_keys.json").read_text())


def _state(name: str) -> dict[str, torch.Tensor]:
    """The tensors of an official file, without memory."""
    state = {}
    for line in KEYS[name]:
        pattern, at, shape = re.fullmatch(r"(\S+) (\S+) (\[.*\])", line).groups()
        size = json.loads(shape)
        for number in _numbers(at):
            state[pattern.replace("#", number)] = torch.empty(size, device="meta")
    return state


def _numbers(at: str) -> list[str]:
    if span := re.fullmatch(r"(\d+)-(\d+)/(\d+)", at):
        first, last, step = map(int, span.groups())
        return [str(n) for n in range(first, last + 1, step)]
    return at.split(",")


@pytest.mark.parametrize("name", sorted({*NAMES} - {*RESNETS}))
def test_every_official_key_has_its_place_and_no_place_is_empty(name: str) -> None:
    model = empty_model(name)
    state = _state(name)
    _, info = type(model).from_pretrained(
        None, config=model.config, state_dict=state, output_loading_info=True, device_map="meta"
    )
    assert not info["missing_keys"]
    assert not info["mismatched_keys"]
    assert not info["unexpected_keys"]


@pytest.mark.parametrize("name", [checkpoint.name for checkpoint in CATALOGUE if checkpoint.role == "core"])
def test_the_catalogue_tells_the_memory_that_the_weights_take(name: str) -> None:
    model = empty_model(name)
    for precision, expected in BY_NAME[name].memory_bytes.items():
        assert weight_bytes(model, precision) == pytest.approx(expected, rel=0.03), precision


@pytest.mark.parametrize("name", RESNETS)
def test_every_key_of_a_resnet_has_its_place_and_its_room_is_told(name: str) -> None:
    """The keys are those of the release that put the weights on the hub: none missing, none over."""
    import open_clip

    model, checkpoint = empty_model(name), BY_NAME[name]
    model.load_state_dict(_state(name), strict=True, assign=True)
    assert _bytes(model) == pytest.approx(checkpoint.memory_bytes["float32"], rel=0.01)
    assert checkpoint.disk_bytes == checkpoint.memory_bytes["float32"]
    open_clip.model.convert_weights_to_lp(model)
    assert _bytes(model) == pytest.approx(checkpoint.memory_bytes["float16"], rel=0.01)


def _bytes(model: torch.nn.Module) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())


@pytest.mark.parametrize("memory", [(6, 8), (8, 6), (9, 9), (7, 3, 7)])
def test_the_language_model_is_never_cut_in_two(memory: tuple[int, ...]) -> None:
    model = empty_model("instructblip-flan-t5-xl")
    device_map = place_on_gpus(model, {i: gigabytes * 10**9 for i, gigabytes in enumerate(memory)})
    assert "" in device_map or "language_model" in device_map
    assert set(device_map.values()) <= set(range(len(memory)))


def test_gpus_that_hold_no_part_whole_are_refused() -> None:
    with pytest.raises(VideoAssistantError, match="language model"):
        place_on_gpus(empty_model("instructblip-flan-t5-xl"), {0: 4_000_000_000, 1: 4_000_000_000, 2: 4_000_000_000})
