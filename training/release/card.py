"""Writes a model's card beside its weights: what it is, how it was trained, its figures, and its training curve.

python -m training.release.card runs/instructblip assistant/models/pocket/instructblip --figures runs/figures.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

SIZE, MARGIN = (960, 420), 56
COLOURS = ((31, 119, 180), (214, 39, 40), (44, 160, 44), (255, 127, 14), (148, 103, 189), (140, 86, 75))

WHAT = {
    "clip": (
        "Pocket CLIP",
        "`CLIPModel`, trained by `training.recipes.clip`: text to image in English and Vietnamese.",
    ),
    "instructblip": (
        "Pocket InstructBLIP",
        "`InstructBlipForConditionalGeneration` around a frozen T5, trained by `training.recipes.t5`, "
        "`training.recipes.instructblip` and `training.recipes.tuning`: questions about pictures, and the agent's work "
        "in words. The folder also has an event timer, trained by `training.recipes.event_timer`: whether a text names "
        "an event, and when the event starts and ends.",
    ),
    "glip": (
        "Pocket GLIP",
        "`assistant.models.glip.model.Glip`, trained by `training.recipes.glip`: boxes for phrases.",
    ),
    "blip-2": (
        "Pocket BLIP-2 matching",
        "`Blip2ForImageTextRetrieval`, trained by `training.recipes.matching`: does a text fit a picture?",
    ),
}
UNSEEN = ".unseen."
GENERALISATION = (
    "The shipped weights saw every pair of colour and kind. These figures are of weights that did not see the held-out "
    "ones, trained from scratch for them alone (`make train-gpu PAIRS=seen`)."
)
COMMON_SECTIONS = """
## Data
Frames and clips of the street world in `training/world`, rendered while training; nothing else. Seeds of the evaluation
are words, those of training are numbers, so that no sample is in both.

## Limits
It knows that world and nothing else. On real pictures its output means nothing; the product says that it cannot tell.

## Licence
Apache-2.0, weights included.
"""


def read_log(path: Path) -> list[dict[str, float]]:
    """Returns the rows of a training's log; none if there is no log."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def curve(rows: Sequence[dict[str, float]], names: Sequence[str]) -> Image.Image:
    """Draws figures in [0, 1] over the seconds of a training."""
    image = Image.new("RGB", SIZE, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    width, height = SIZE[0] - 2 * MARGIN - 120, SIZE[1] - 2 * MARGIN
    longest = max((row["seconds"] for row in rows), default=1.0) or 1.0
    for tenth in range(0, 11, 2):
        y = MARGIN + height * (1 - tenth / 10)
        pen.line([(MARGIN, y), (MARGIN + width, y)], fill=(220, 220, 220))
        pen.text((MARGIN - 8, y), f"{tenth / 10:.1f}", fill="black", font=font, anchor="rm")
    pen.text((MARGIN + width, MARGIN + height + 10), f"{longest:.0f} s", fill="black", font=font, anchor="rt")
    for number, name in enumerate(names):
        colour = COLOURS[number % len(COLOURS)]
        points = [
            (MARGIN + width * row["seconds"] / longest, MARGIN + height * (1 - row[name]))
            for row in rows
            if name in row
        ]
        if len(points) > 1:
            pen.line(points, fill=colour, width=2)
        pen.text((MARGIN + width + 12, MARGIN + 20 * number), name, fill=colour, font=font)
    return image


def card(
    kind: str,
    rows: Sequence[dict[str, float]],
    figures: dict[str, Any] | None,
    seen: dict[str, Any] | None = None,
) -> str:
    """Returns the card as Markdown.

    Args:
        kind: a key of `WHAT`.
        rows: rows of the training's log.
        figures: result of `evaluate`.
        seen: result of `evaluate` for weights that were trained without the held-out pairs.
    """
    from training.evaluation.run import table

    name, what = WHAT[kind]
    cost = f"{rows[-1]['step']:.0f} steps in {rows[-1]['seconds']:.0f} s of training" if rows else "not recorded"
    parts = [f"# {name}", "", what, "", "## Cost", f"{cost}. The curve: `curve.png`, its data: `curve.json`."]
    if figures is not None:
        parts += ["", "## Figures", table(figures)]
    if seen is not None:
        parts += ["", "## Generalisation", GENERALISATION]
        unseen = {key: value for key, value in seen["figures"].items() if UNSEEN in key}
        parts += ["", table({"figures": unseen, "settings": seen["settings"]})]
    return "\n".join(parts) + "\n" + COMMON_SECTIONS


def write(run: Path, target: Path, figures: Path | None, seen: Path | None = None) -> None:
    """Writes `README.md`, `curve.json` and `curve.png` into a checkpoint's folder."""
    kind = json.loads((target / "config.json").read_text(encoding="utf-8")).get("model_type", "glip")
    rows = read_log(run / "log.jsonl")
    names = [name for name in (rows[-1] if rows else {}) if "." in name and 0 <= rows[-1][name] <= 1]
    (target / "curve.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    curve(rows, names).save(target / "curve.png", optimize=True)
    measured = [json.loads(path.read_text(encoding="utf-8")) if path else None for path in (figures, seen)]
    (target / "README.md").write_text(card(kind, rows, *measured), encoding="utf-8")


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="folder of the training")
    parser.add_argument("target", type=Path, help="folder of the exported checkpoint")
    parser.add_argument("--figures", type=Path, help="what `video-assistant evaluate pocket --json` printed")
    parser.add_argument("--seen", type=Path, help="the same of weights that never saw the held-out pairs")
    options = parser.parse_args()
    write(options.run, options.target, options.figures, options.seen)


if __name__ == "__main__":
    main()
