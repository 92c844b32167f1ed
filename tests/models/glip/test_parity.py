"""The port against both original code bases, on vectors that they made with random weights."""

import json
from pathlib import Path

import pytest
import torch

from assistant.models.glip import parity
from assistant.models.glip.checkpoint import convert, known_config
from assistant.models.glip.config import CONFIGS
from assistant.models.glip.model import Glip

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "glip-parity"
CASES = ["A_single", "B_batch2", "C_phrases", "F_glipA_single", "G_loss"]
OFFICIAL = {"glip-t-a": "t_a", "glip-t": "t", "glip-l": "l"}

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def vectors() -> parity.Vectors:
    return parity.Vectors(FOLDER)


def test_every_case_with_vectors_is_run(vectors) -> None:
    assert vectors.case_names() == CASES


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_within_the_tolerances(vectors, case) -> None:
    row = parity.check_case(vectors, case)
    assert row["passed"], row
    assert set(row) >= ({"loss", "gradient"} if row["kind"] == "loss" else {"logits", "boxes_pixels", "scores"})


@pytest.mark.parametrize("name", ["C_phrases/pred.0.scores", "C_phrases/head.cls_logits.2", "C_phrases/pred.0.labels"])
def test_a_difference_is_noticed(vectors, name, monkeypatch) -> None:
    monkeypatch.setitem(vectors.tensors, name, vectors.tensors[name] + 1)
    assert not parity.check_case(vectors, "C_phrases")["passed"]


@pytest.mark.parametrize("case", ["A_single", "B_batch2", "D_enhanced", "E_chunked", "F_glipA_single"])
def test_captions_are_those_of_the_originals(vectors, case) -> None:
    info = vectors.config["cases"][case]
    assert [[caption.text for caption in captions] for captions in parity.head_passes(info)] == info["captions"]


def test_the_command_prints_a_row_for_a_case(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["parity", str(FOLDER), "--case", "C_phrases"])
    with pytest.raises(SystemExit) as ended:
        parity.main()
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["case"] == "C_phrases"


@pytest.mark.parametrize("layout", ["keys", "original_keys"])
@pytest.mark.parametrize("name", OFFICIAL)
def test_every_tensor_of_an_official_model_has_its_place(name, layout) -> None:
    table = json.loads((FOLDER / f"glip_{OFFICIAL[name]}_{layout}.json").read_text())["keys"]
    state = {key: torch.empty(row["shape"], device="meta") for key, row in table.items()}
    with torch.device("meta"):
        ours = Glip(CONFIGS[name]).state_dict()
    assert known_config(state) is CONFIGS[name]
    assert {key: tensor.shape for key, tensor in convert(state, ours).items()} == {k: t.shape for k, t in ours.items()}


@pytest.mark.parametrize(
    ("name", "parameters"), [("glip-t-a", 151409966), ("glip-t", 231759662), ("glip-l", 430401824)]
)
def test_an_official_model_has_its_number_of_parameters(name, parameters) -> None:
    with torch.device("meta"):
        assert sum(p.numel() for p in Glip(CONFIGS[name]).parameters()) == parameters
