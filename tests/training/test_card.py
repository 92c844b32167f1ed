import json
from pathlib import Path

import pytest
from PIL import Image

from training.release.card import WHAT, card, curve, write

ROWS = [
    {"step": 10, "seconds": 60, "loss": 9.0, "slot.kind": 0.2},
    {"step": 20, "seconds": 120, "loss": 3.0, "slot.kind": 0.9},
]
FIGURES = {"figures": {"vqa.en.mean": 0.96, "vqa.en.mean.low": 0.95, "vqa.en.mean.high": 0.97}, "settings": {"seed": 1}}


@pytest.mark.parametrize("kind", WHAT)
def test_a_card_has_cost_figures_and_licence(kind: str) -> None:
    text = card(kind, ROWS, FIGURES)
    assert text.startswith(f"# {WHAT[kind][0]}\n")
    assert "20 steps in 120 s" in text
    assert "| `vqa.en.mean` | 0.960 | 0.950 to 0.970 |" in text
    assert "## Licence" in text


def test_figures_without_the_held_out_pairs_have_their_own_section() -> None:
    seen = {"figures": {"vqa.en.mean": 0.9, "vqa.unseen.mean": 0.8, "paraphrase.unseen": 0.7}, "settings": {"seed": 2}}
    section = card("clip", ROWS, FIGURES, seen).partition("## Generalisation")[2]
    assert "| `vqa.unseen.mean` | 0.800 |" in section
    assert "vqa.en.mean" not in section
    assert "paraphrase" not in section
    assert "seed 2" in section
    assert "Generalisation" not in card("clip", ROWS, FIGURES)


def test_the_curve_rises_where_the_figure_does() -> None:
    picture = curve(ROWS, ["slot.kind"])
    blue = [
        (x, y)
        for x in range(picture.width)
        for y in range(picture.height)
        if picture.getpixel((x, y)) == (31, 119, 180)
    ]
    line = [(x, y) for x, y in blue if x < picture.width - 180]
    assert min(line)[1] > max(line)[1]


def test_a_card_is_written_beside_the_weights(tmp_path: Path) -> None:
    run, target = tmp_path / "run", tmp_path / "target"
    run.mkdir()
    target.mkdir()
    (run / "log.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (target / "config.json").write_text('{"model_type": "clip"}')
    write(run, target, None)
    assert "Pocket CLIP" in (target / "README.md").read_text()
    assert json.loads((target / "curve.json").read_text()) == ROWS
    with Image.open(target / "curve.png") as image:
        assert image.size == (960, 420)
