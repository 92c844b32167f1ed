"""`video-assistant evaluate grounding`: boxes for phrases on frames of the world that no training saw."""

from __future__ import annotations

import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from bench.quality.ranking import average_precision
from tools.geometry import iou
from tools.ground import GroundOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.models.glip.grounder import GlipGrounder
    from assistant.session import Session
    from tools.types import Box, Detection
    from training.world.scene import Actor, Scene

OVERLAP = 0.5  # intersection over union from which on a box is right
ABSENT = 3  # phrases of a picture that name near misses
COUNTED = 6  # the most of a kind that are counted
TUNED_PICTURES, TUNED_TESTS = 10, 40
TUNED_RUNS = 3
CONE = "cone"  # a kind that no training draws


@dataclass(frozen=True, slots=True)
class Wanted:
    """A phrase, and the boxes in pixels of a picture that it names; none if it is a near miss."""

    phrase: str
    boxes: tuple[Box, ...]


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """Figures `grounding.*`.

    `map50` is the mean over phrases of the average precision at an overlap of one half, where each picture is asked for
    everything it shows ("red car", "person") and three near misses. `distractor_recall`: the best box of a phrase lies
    on the right thing where others of its kind have other colours. `count`: as many boxes as there are, from none to
    six. `tuned_gain`: mean average precision that a prompt table of ten pictures adds for traffic cones, which no
    training draws, with the least and the most of three runs.

    Args:
        session: whose grounding model.
        seed: of the pictures.
        size: how many.
    """
    glip = session.glip()
    glip.loaded  # noqa: B018 - says at once what is missing
    rng = random.Random(f"grounding {seed}")
    figures = _precision(glip, rng, size) | {"grounding.distractor_recall": _distractors(glip, rng, size)}
    figures["grounding.count"] = _counts(glip, rng, size)
    figures |= _tuned(session, rng)
    return {"figures": figures, "settings": {"seed": seed, "size": size}}


def _picture(scene: Scene) -> NDArray[np.uint8]:
    from training.world.render import draw

    return np.asarray(draw(scene, width=640))


def _box(actor: Actor) -> Box:
    """In pixels of a picture of 640, cut at its edges."""
    from training.world.scene import HEIGHT, WIDTH

    unit = 640 / WIDTH
    x0, y0, x1, y1 = actor.box
    return max(x0, 0.0) * unit, max(y0, 0.0) * unit, min(x1, WIDTH) * unit, min(y1, HEIGHT) * unit


def _scenes(rng: random.Random) -> Iterator[Scene]:
    from training.world.scene import sample_scene

    while True:
        yield sample_scene(rng)


def _asked(scene: Scene, rng: random.Random) -> list[Wanted]:
    """Everything that a picture shows, by colour and kind or by its kind alone, and near misses."""
    from training.world.scene import COLOURS

    names = {f"{actor.colour} {actor.kind}" for actor in scene.actors}
    kinds = {actor.kind for actor in scene.actors}
    wanted = [(name, tuple(_box(a) for a in scene.actors if f"{a.colour} {a.kind}" == name)) for name in sorted(names)]
    kind = rng.choice(sorted(kinds)) if kinds else None
    if kind is not None and rng.random() < 0.5:
        wanted.append((kind, tuple(_box(a) for a in scene.actors if a.kind == kind)))
    misses = [f"{colour} {kind}" for kind in sorted(kinds) for colour in COLOURS]
    rng.shuffle(misses)
    wanted += [(name, ()) for name in misses if name not in names][:ABSENT]
    rng.shuffle(wanted)
    return [Wanted(phrase, boxes) for phrase, boxes in wanted]


def _precision(glip: GlipGrounder, rng: random.Random, size: int) -> dict[str, float]:
    scores: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    things: defaultdict[str, int] = defaultdict(int)
    scenes = _scenes(rng)
    for _ in range(size):
        scene = next(scenes)
        asked = _asked(scene, rng)
        if not asked:
            continue
        found = glip.detect(_picture(scene), " . ".join(one.phrase for one in asked))
        for one in asked:
            things[one.phrase] += len(one.boxes)
            scores[one.phrase] += matched([d for d in found if d.phrase == one.phrase], one.boxes)
    parts = [_precision_of(scores[phrase], many) for phrase, many in things.items() if many]
    return {"grounding.map50": float(np.mean(parts)), "grounding.phrases": float(len(parts))}


def matched(found: Sequence[Detection], boxes: Sequence[Box]) -> list[tuple[float, bool]]:
    """Score of each detection, and whether it is right: the best of those on a box not yet taken (Everingham et al.
    2010, "The Pascal visual object classes challenge", section 4.2).
    """
    free = list(boxes)
    rows = []
    for one in sorted(found, key=lambda d: -d.score):
        best = max(free, key=lambda box: iou(one.box, box), default=None)
        right = best is not None and iou(one.box, best) >= OVERLAP
        if right and best is not None:
            free.remove(best)
        rows.append((one.score, right))
    return rows


def _distractors(glip: GlipGrounder, rng: random.Random, size: int) -> float:
    """The share of things among others of their kind on which the best box lies."""
    right: list[bool] = []
    scenes = _scenes(rng)
    while len(right) < size:
        scene = next(scenes)
        names = [f"{a.colour} {a.kind}" for a in scene.actors]
        rivals = [
            actor
            for actor in scene.actors
            if names.count(f"{actor.colour} {actor.kind}") == 1 and [a.kind for a in scene.actors].count(actor.kind) > 1
        ]
        if not rivals:
            continue
        picture = _picture(scene)
        for actor in rivals:
            found = glip.detect(picture, f"{actor.colour} {actor.kind}")
            right.append(bool(found) and iou(found[0].box, _box(actor)) >= OVERLAP)
    return float(np.mean(right))


def _counts(glip: GlipGrounder, rng: random.Random, size: int) -> float:
    """The share of "how many ...?" that the boxes answer right; every number from none to six as often as can be."""
    from training.world.scene import KINDS

    least = GroundOptions().min_score
    right: defaultdict[int, list[bool]] = defaultdict(list)
    scenes = _scenes(rng)
    wanted = max(1, size // (COUNTED + 1))
    for _ in range(40 * size):
        scene = next(scenes)
        kind = rng.choice([a.kind for a in scene.actors] or list(KINDS)) if rng.random() < 0.8 else rng.choice(KINDS)
        many = sum(actor.kind == kind for actor in scene.actors)
        if len(right[many]) >= wanted:
            continue
        found = [one for one in glip.detect(_picture(scene), kind) if one.score >= least]
        right[many].append(len(found) == many)
        if all(len(right[number]) >= wanted for number in range(COUNTED + 1)):
            break
    return float(np.mean([one for results in right.values() for one in results]))


def _tuned(session: Session, rng: random.Random) -> dict[str, float]:
    """What a prompt table learns about a thing that no training drew."""
    from assistant.models.glip.coco import read_coco
    from assistant.models.glip.tune import tune

    tests = [_with_cones(rng) for _ in range(TUNED_TESTS)]
    plain = _cone_precision(session.glip(), tests)
    gains = []
    for run in range(TUNED_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            _write_coco(Path(folder), [_with_cones(rng) for _ in range(TUNED_PICTURES)])
            names, labelled = read_coco(Path(folder))
            tuned = tune(session.glip().loaded, names, labelled).tuned
            path = Path(folder) / f"{run}.safetensors"
            tuned.save(path)
            gains.append(_cone_precision(session.glip(path), tests) - plain)
    return {
        "grounding.tuned_gain": float(np.mean(gains)),
        "grounding.tuned_gain.low": min(gains),
        "grounding.tuned_gain.high": max(gains),
        "grounding.untuned_map50": plain,
    }


Coned = tuple["NDArray[np.uint8]", list["Box"]]


def _with_cones(rng: random.Random) -> Coned:
    """A picture of the world with one to three striped traffic cones, and their boxes."""
    from training.world.pen import Pen
    from training.world.render import draw
    from training.world.scene import HEIGHT, WIDTH, sample_scene

    image = draw(sample_scene(rng), width=640)
    pen = Pen(image)
    unit = 640 / WIDTH
    boxes = []
    for column in rng.sample(range(6), rng.randint(1, 3)):
        height = rng.uniform(24, 44)
        x, foot = (column + rng.uniform(0.3, 0.7)) * WIDTH / 6, rng.uniform(HEIGHT * 0.72, HEIGHT * 0.97)
        half = height * 0.32
        pen.polygon(
            [(x - 3, foot - height), (x + 3, foot - height), (x + half, foot), (x - half, foot)], (245, 110, 25)
        )
        for low, high in ((0.3, 0.48), (0.62, 0.8)):
            wide = [3 + (half - 3) * (1 - share) for share in (low, high)]
            y = [foot - height * share for share in (low, high)]
            pen.polygon(
                [(x - wide[0], y[0]), (x + wide[0], y[0]), (x + wide[1], y[1]), (x - wide[1], y[1])], (250,) * 3
            )
        boxes.append(((x - half) * unit, (foot - height) * unit, (x + half) * unit, foot * unit))
    return np.asarray(image), boxes


def _cone_precision(glip: GlipGrounder, pictures: Sequence[Coned]) -> float:
    rows = [row for picture, boxes in pictures for row in matched(glip.detect(picture, CONE), boxes)]
    return _precision_of(rows, sum(len(boxes) for _, boxes in pictures))


def _precision_of(rows: Sequence[tuple[float, bool]], many: int) -> float:
    scores, right = np.array([score for score, _ in rows]), np.array([one for _, one in rows], bool)
    return average_precision(scores, right, of=many)


def _write_coco(folder: Path, pictures: Sequence[Coned]) -> None:
    annotations: list[dict[str, object]] = []
    for number, (picture, boxes) in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number}.png")
        annotations += [
            {"image_id": number, "category_id": 1, "bbox": [x0, y0, x1 - x0, y1 - y0]} for x0, y0, x1, y1 in boxes
        ]
    images = [{"id": number, "file_name": f"{number}.png"} for number in range(len(pictures))]
    data = {"images": images, "categories": [{"id": 1, "name": CONE}], "annotations": annotations}
    (folder / "labels.json").write_text(json.dumps(data), encoding="utf-8")
