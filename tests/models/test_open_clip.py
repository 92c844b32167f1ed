"""A tiny CLIP with a ResNet, written by open_clip as the hub holds the official ones, through the product's loader."""

import json
import shutil
import sys
from pathlib import Path

import av
import numpy as np
import open_clip
import pytest
import torch
from open_clip.push_to_hf_hub import save_for_hf
from PIL import Image
from safetensors.torch import load_file, save_file

from assistant.models.clip.factory import build_retrieval_model
from assistant.models.clip.open_clip import OpenClip
from assistant.models.clip.transformers_clip import TransformersClip
from assistant.models.hub.catalogue import BY_NAME
from assistant.models.hub.pull import copy_checkpoint
from assistant.models.hub.store import DamagedError, Store
from assistant.settings import PROFILES, Settings
from tests.command import run
from tools.errors import ModelNotFoundError, VideoAssistantError

CONFIG = {
    "embed_dim": 24,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 96, "layers": [1, 2, 1, 1], "width": 8, "patch_size": None},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2},
}
WEIGHTS = "open_clip_model.safetensors"
TEXTS = ["a red car", "two people cross the street", ""]


class NoTokenizer:
    """What the hub keeps of a tokenizer is not read."""

    def save_pretrained(self, folder: Path) -> None:
        (folder / "tokenizer_config.json").write_text("{}")


def _random_model() -> open_clip.CLIP:
    """With every weight and statistic drawn: open_clip starts a ResNet whose blocks add nothing."""
    torch.manual_seed(0)
    model = open_clip.CLIP(**CONFIG).eval()
    open_clip.set_model_preprocess_cfg(model, {"size": 96, "mean": (0.5, 0.4, 0.3), "std": (0.2, 0.3, 0.4)})
    for name, tensor in model.state_dict().items():
        if "running_var" in name or name.endswith(("bn1.weight", "bn2.weight", "bn3.weight")):
            tensor.uniform_(0.5, 1.5)
        elif tensor.is_floating_point() and name != "logit_scale":
            tensor.normal_(std=0.3)
    return model


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the hub has in it today: timm's half beside the whole, under timm's own names."""
    folder = tmp_path_factory.mktemp("hub") / "resnet50_clip.openai"
    model = _random_model()
    save_for_hf(model, NoTokenizer(), CONFIG, str(folder), safe_serialization="both")
    save_file({"stem.conv1.weight": torch.zeros(4)}, folder / "model.safetensors")
    (folder / "config.json").write_text('{"architecture": "resnet50_clip", "num_classes": 1024}')
    return folder


@pytest.fixture(scope="module")
def clip(official: Path) -> OpenClip:
    model = build_retrieval_model(str(official))
    assert isinstance(model, OpenClip)
    return model


@pytest.fixture
def copy(official: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(official, tmp_path / official.name))


def _pictures() -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.integers(0, 255, shape, np.uint8) for shape in ((90, 160, 3), (160, 90, 3), (40, 40, 3))]


def _unit(rows: torch.Tensor) -> np.ndarray:
    return torch.nn.functional.normalize(rows, dim=-1).numpy()


def test_nothing_is_loaded_before_it_is_asked(official) -> None:
    assert not build_retrieval_model(str(official)).is_loaded


def test_pictures_are_what_open_clip_makes_of_them(clip) -> None:
    model = _random_model()
    transform = open_clip.image_transform(96, is_train=False, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4))
    with torch.no_grad():
        expected = _unit(
            model.encode_image(torch.stack([transform(Image.fromarray(picture)) for picture in _pictures()]))
        )
    assert clip.embed_images(_pictures()) == pytest.approx(expected, abs=1e-5)
    assert np.ptp(expected @ expected.T) > 0.01  # the pictures do differ to this model


def test_words_are_what_open_clip_makes_of_them(clip) -> None:
    with torch.no_grad():
        expected = _unit(_random_model().encode_text(open_clip.tokenize(TEXTS)))
    assert clip.embed_texts(TEXTS) == pytest.approx(expected, abs=1e-5)
    assert np.ptp(expected @ expected.T) > 0.01


def _without_quick_gelu(folder: Path) -> None:
    config = json.loads((folder / "open_clip_config.json").read_text())
    del config["model_cfg"]["quick_gelu"]
    (folder / "open_clip_config.json").write_text(json.dumps(config))


def test_the_text_encoder_has_the_activation_of_openai(clip, copy) -> None:
    x = torch.linspace(-3, 3, 7)
    (activation,) = {type(block.mlp.gelu) for block in clip.loaded.model.transformer.resblocks}
    assert activation()(x) == pytest.approx(x * torch.sigmoid(1.702 * x))
    _without_quick_gelu(copy)
    assert abs(OpenClip(str(copy)).embed_texts(TEXTS) - clip.embed_texts(TEXTS)).max() > 1e-3


@pytest.mark.slow
def test_a_batch_gives_what_single_pictures_give(clip) -> None:
    pictures = [picture for picture in _pictures() for _ in range(4)]
    singles = np.concatenate([clip.embed_images([picture]) for picture in pictures])
    assert clip.embed_images(pictures) == pytest.approx(singles, abs=1e-5)


def test_nothing_in_is_nothing_out(clip) -> None:
    assert clip.embed_images([]).shape == clip.embed_texts([]).shape == (0, 24)


@pytest.mark.parametrize(
    "text", ["<image> </s>", "<end_of_text> a car", "chiếc xe đỏ " * 100, "🙂", "\x00", "x" * 5000]
)
def test_any_text_embeds(clip, text: str) -> None:
    assert np.linalg.norm(clip.embed_texts([text, "a car"]), axis=1) == pytest.approx(1, abs=1e-5)


def test_long_texts_are_cut(clip) -> None:
    cut, whole = clip.embed_texts(["car " * 75, "car " * 75 + "a bus in the rain"])
    assert whole == pytest.approx(cut, abs=1e-6)
    assert abs(clip.embed_texts(["car"])[0] - cut).max() > 1e-3


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (40, 1, 3)])
def test_grey_pictures_of_a_pixel_embed(clip, shape: tuple[int, ...]) -> None:
    vector = clip.embed_images([np.full(shape, 128, np.uint8)])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_what_it_saves_loads_again(clip, official, tmp_path) -> None:
    save_for_hf(clip.loaded.model, NoTokenizer(), CONFIG, str(tmp_path), safe_serialization=True)
    again = build_retrieval_model(str(tmp_path))
    assert again.embed_images(_pictures()) == pytest.approx(clip.embed_images(_pictures()), abs=1e-6)
    assert again.embed_texts(TEXTS) == pytest.approx(clip.embed_texts(TEXTS), abs=1e-6)


def test_torchs_own_format_will_do(clip, copy) -> None:
    (copy / WEIGHTS).unlink()
    again = build_retrieval_model(str(copy))
    assert again.embed_texts(TEXTS) == pytest.approx(clip.embed_texts(TEXTS), abs=1e-6)
    assert again.identity.startswith("resnet50_clip.openai-")


def test_identity_follows_the_weights_that_are_read(copy) -> None:
    first = OpenClip(str(copy)).identity
    for name in ("model.safetensors", "config.json", "open_clip_pytorch_model.bin"):
        (copy / name).unlink()
    assert OpenClip(str(copy)).identity == first
    state = load_file(copy / WEIGHTS)
    save_file({**state, "logit_scale": state["logit_scale"] + 1}, copy / WEIGHTS)
    assert OpenClip(str(copy)).identity != first


def test_a_checkpoint_of_both_libraries_is_read_by_transformers(copy) -> None:
    (copy / "config.json").write_text('{"model_type": "clip"}')
    assert isinstance(build_retrieval_model(str(copy)), TransformersClip)


def _half(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1000])


def _half_of_torch(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    path = folder / "open_clip_pytorch_model.bin"
    path.write_bytes(path.read_bytes()[:-1000])


def _of_another_size(folder: Path) -> None:
    state = load_file(folder / WEIGHTS)
    save_file({**state, "text_projection": state["text_projection"][:, :5].clone()}, folder / WEIGHTS)


def _no_config(folder: Path) -> None:
    (folder / "open_clip_config.json").unlink()
    (folder / "config.json").unlink()


def _half_a_config(folder: Path) -> None:
    (folder / "open_clip_config.json").write_text('{"model_cfg": {"embed_dim": 24')


def _only_timm(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / "open_clip_pytorch_model.bin").unlink()


def _text_of_the_hub(folder: Path) -> None:
    config = json.loads((folder / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"] = {"hf_model_name": "owner/some-bert"}
    (folder / "open_clip_config.json").write_text(json.dumps(config))


BAD = {
    "cannot load.*models pull retrieval": _half,
    "cannot load.*central directory.*models pull retrieval": _half_of_torch,
    "size mismatch for text_projection": _of_another_size,
    "open_clip_config.json": _no_config,
    "cannot load.*open_clip_config.json": _half_a_config,
    "neither open_clip_model.safetensors": _only_timm,
    "some-bert, which open_clip would fetch": _text_of_the_hub,
}


@pytest.mark.parametrize("said", list(BAD))
def test_what_cannot_be_read_is_one_line(said: str, copy) -> None:
    BAD[said](copy)
    with pytest.raises(VideoAssistantError, match=said) as caught:
        _ = build_retrieval_model(str(copy)).loaded
    assert "\n" not in str(caught.value)


def test_without_the_package_one_line_says_what_to_install(official, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(VideoAssistantError, match=r"pip install 'video-assistant\[openclip\]'") as caught:
        _ = build_retrieval_model(str(official)).loaded
    assert "\n" not in str(caught.value)


def test_the_doctor_says_what_to_install(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_MODELS", str(tmp_path))
    assert "retrieval" not in {row["what"] for row in run(tmp_path, "doctor", "--json")}
    monkeypatch.setenv("VIDEO_ASSISTANT_RETRIEVAL", "clip-rn50")
    (row,) = [row for row in run(tmp_path, "doctor", "--json") if row["what"] == "retrieval"]
    assert row["ok"]
    monkeypatch.setattr("assistant.doctor._installed", lambda module: module != "open_clip")
    (row,) = [row for row in run(tmp_path, "doctor", "--json") if row["what"] == "retrieval"]
    assert not row["ok"]
    assert "video-assistant[openclip]" in row["do"]


RESNETS = [checkpoint.name for checkpoint in BY_NAME.values() if checkpoint.kind == "open_clip"]


@pytest.mark.parametrize("name", RESNETS)
def test_every_resnet_can_be_chosen_by_name(name: str) -> None:
    chosen = Settings(retrieval=name).chosen
    assert chosen.retrieval == BY_NAME[name].hub_id
    assert chosen.languages == ("en",)
    assert chosen.calibration == PROFILES["standard"].calibration


def test_of_a_folder_from_a_disk_only_what_is_read_is_taken(copy, tmp_path) -> None:
    store, resnet = Store(tmp_path / "models"), BY_NAME["clip-rn50"]
    folder = copy_checkpoint(resnet, tmp_path, store)
    assert store.is_complete(resnet)
    assert {path.name for path in folder.iterdir()} == {"open_clip_config.json", WEIGHTS}
    assert OpenClip(str(folder)).identity == OpenClip(str(copy)).identity


REFUSED = {
    "cut short": _half,
    "open_clip_model.safetensors is not in": _only_timm,
    "quick_gelu": _without_quick_gelu,
    "cannot be read": _half_a_config,
    "no config.json": _no_config,
}


@pytest.mark.parametrize("said", list(REFUSED))
def test_what_is_not_whole_is_not_taken(said: str, copy, tmp_path) -> None:
    REFUSED[said](copy)
    with pytest.raises((DamagedError, ModelNotFoundError), match=said) as caught:
        copy_checkpoint(BY_NAME["clip-rn50"], copy, Store(tmp_path / "models"))
    assert "\n" not in str(caught.value)


def _write_clip(path: Path) -> None:
    """One second of red, one of blue."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for colour in [(200, 30, 30)] * 10 + [(30, 30, 200)] * 10:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((90, 160, 3), colour, np.uint8), "rgb24")))
        container.mux(stream.encode())


def test_a_video_is_indexed_and_searched_through_it(official, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("VIDEO_ASSISTANT_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("VIDEO_ASSISTANT_RETRIEVAL", "clip-rn50")
    library, video, blue = tmp_path / "library", tmp_path / "two.mp4", tmp_path / "blue.png"
    _write_clip(video)
    Image.new("RGB", (160, 90), (30, 30, 200)).save(blue)
    assert "models pull retrieval" in run(library, "find", "a red car", code=1).stderr
    run(library, "models", "pull", "retrieval", "--from", str(official), "--yes")
    (row,) = [row for row in run(library, "models", "--json") if row["role"] == "retrieval"]
    assert (row["uses"], row["there"]) == ("timm/resnet50_clip.openai", True)
    (result,) = run(library, "index", str(video), "--json")
    assert (result["status"], result["error"]) == ("indexed", None)
    assert {hit["video_id"] for hit in run(library, "find", "a red car", "--json")} == {result["video_id"]}
    assert run(library, "find", "--like", str(blue), "--json")[0]["seconds"] >= 1.0
