"""`video-assistant evaluate grounding`: boxes for phrases, on pictures of the world that no training saw."""

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
from tools.boxes import BoxOptions
from tools.geometry import iou

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.models.glip.grounder import GlipGrounder
    from assistant.session import Session
    from tools.types import Box, Detection
    from training.world.scene import Actor, Scene

MIN_IOU = 0.5  # intersection over union with the true box from which a box is right
NEAR_MISSES = 3  # phrases for each picture that name something like what it shows
MAX_COUNT = 6  # the largest number of things that is asked for
TUNING_PICTURES, TUNING_TEST_PICTURES = 10, 40
TUNING_RUNS = 3
CONE = "cone"  # a kind of thing that no training draws


@dataclass(frozen=True, slots=True)
class PhraseTruth:
    """A phrase and the true boxes of what it names, in pixels of the picture; no boxes for a near miss."""

    phrase: str
    boxes: tuple[Box, ...]


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """Figures `grounding.*`.

    `map50` is the mean over phrases of the average precision at an intersection over union of 0.5. The phrases of a
    picture name everything it shows ("red car", "person") and three near misses. `distractor_recall` is the share of
    things whose best box is right where others of the same kind have other colours. `count` is the share of pictures
    with as many boxes as things of a kind, from none to six. `tuned_gain` is the average precision that a prompt table
    tuned on ten pictures adds for traffic cones, which no training draws: the mean of three runs, the lowest, the
    highest.

    Args:
        session: whose grounding model is measured.
        seed: of the pictures.
        size: how many pictures.

    Raises:
        VideoAssistantError: the grounding model is not installed.
    """
    glip = session.glip()
    glip.loaded  # noqa: B018 - a missing model is an error before any work is done
    rng = random.Random(f"grounding {seed}")
    figures = _precision(glip, rng, size) | {"grounding.distractor_recall": _distractor_recall(glip, rng, size)}
    figures["grounding.count"] = _count_accuracy(glip, rng, size)
    figures |= _tuning_gain(session, rng)
    return {"figures": figures, "settings": {"seed": seed, "size": size}}


def _picture(scene: Scene) -> NDArray[np.uint8]:
    from training.world.render import draw

    return np.asarray(draw(scene, width=640))


def _box(actor: Actor) -> Box:
    """The box in pixels of a picture 640 pixels wide, cut at its edges."""
    from training.world.scene import HEIGHT, WIDTH

    unit = 640 / WIDTH
    x0, y0, x1, y1 = actor.box
    return max(x0, 0.0) * unit, max(y0, 0.0) * unit, min(x1, WIDTH) * unit, min(y1, HEIGHT) * unit


def _scenes(rng: random.Random) -> Iterator[Scene]:
    from training.world.scene import sample_scene

    while True:
        yield sample_scene(rng)


def _phrases(scene: Scene, rng: random.Random) -> list[PhraseTruth]:
    """Phrases for everything that a picture shows, by colour and kind or by kind alone, and near misses; shuffled."""
    from training.world.scene import COLOURS

    names = {f"{actor.colour} {actor.kind}" for actor in scene.actors}
    kinds = {actor.kind for actor in scene.actors}
    truths = [
        PhraseTruth(name, tuple(_box(a) for a in scene.actors if f"{a.colour} {a.kind}" == name))
        for name in sorted(names)
    ]
    kind = rng.choice(sorted(kinds)) if kinds else None
    if kind is not None and rng.random() < 0.5:
        truths.append(PhraseTruth(kind, tuple(_box(a) for a in scene.actors if a.kind == kind)))
    misses = [f"{colour} {kind}" for kind in sorted(kinds) for colour in COLOURS]
    rng.shuffle(misses)
    truths += [PhraseTruth(name, ()) for name in misses if name not in names][:NEAR_MISSES]
    rng.shuffle(truths)
    return truths


def _precision(glip: GlipGrounder, rng: random.Random, size: int) -> dict[str, float]:
    scores: defaultdict[str, list[tuple[float, bool]]] = defaultdict(list)
    true_boxes: defaultdict[str, int] = defaultdict(int)
    scenes = _scenes(rng)
    for _ in range(size):
        scene = next(scenes)
        truths = _phrases(scene, rng)
        if not truths:
            continue
        detections = glip.detect(_picture(scene), " . ".join(truth.phrase for truth in truths))
        for truth in truths:
            true_boxes[truth.phrase] += len(truth.boxes)
            scores[truth.phrase] += match([d for d in detections if d.phrase == truth.phrase], truth.boxes)
    precisions = [_average_precision(scores[phrase], count) for phrase, count in true_boxes.items() if count]
    return {"grounding.map50": float(np.mean(precisions)), "grounding.phrases": float(len(precisions))}


def match(detections: Sequence[Detection], boxes: Sequence[Box]) -> list[tuple[float, bool]]:
    """The score of each detection and whether it is right, best first. A detection is right if it overlaps a true box
    that no better detection has taken (Everingham et al. 2010, "The Pascal visual object classes challenge", section
    4.2).
    """
    free = list(boxes)
    rows = []
    for detection in sorted(detections, key=lambda d: -d.score):
        nearest = max(free, key=lambda box: iou(detection.box, box), default=None)
        right = nearest is not None and iou(detection.box, nearest) >= MIN_IOU
        if right and nearest is not None:
            free.remove(nearest)
        rows.append((detection.score, right))
    return rows


def _distractor_recall(glip: GlipGrounder, rng: random.Random, size: int) -> float:
    """The share of things whose best box is right, among things of the same kind in other colours."""
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
            detections = glip.detect(picture, f"{actor.colour} {actor.kind}")
            right.append(bool(detections) and iou(detections[0].box, _box(actor)) >= MIN_IOU)
    return float(np.mean(right))


def _count_accuracy(glip: GlipGrounder, rng: random.Random, size: int) -> float:
    """The share of pictures with as many boxes as things of a kind. Each number of things from none to `MAX_COUNT` is
    asked for equally often, as far as the scenes allow.
    """
    from training.world.scene import KINDS

    min_score = BoxOptions().min_score
    right: defaultdict[int, list[bool]] = defaultdict(list)
    scenes = _scenes(rng)
    per_count = max(1, size // (MAX_COUNT + 1))
    for _ in range(40 * size):
        scene = next(scenes)
        kind = rng.choice([a.kind for a in scene.actors] or list(KINDS)) if rng.random() < 0.8 else rng.choice(KINDS)
        count = sum(actor.kind == kind for actor in scene.actors)
        if len(right[count]) >= per_count:
            continue
        detections = [d for d in glip.detect(_picture(scene), kind) if d.score >= min_score]
        right[count].append(len(detections) == count)
        if all(len(right[number]) >= per_count for number in range(MAX_COUNT + 1)):
            break
    return float(np.mean([result for results in right.values() for result in results]))


def _tuning_gain(session: Session, rng: random.Random) -> dict[str, float]:
    """What a tuned prompt table adds for a kind of thing that no training drew."""
    from assistant.models.glip.coco import read_coco
    from assistant.models.glip.tune import tune

    tests = [_with_cones(rng) for _ in range(TUNING_TEST_PICTURES)]
    untuned = _cone_precision(session.glip(), tests)
    gains = []
    for run in range(TUNING_RUNS):
        with tempfile.TemporaryDirectory() as folder:
            _write_coco(Path(folder), [_with_cones(rng) for _ in range(TUNING_PICTURES)])
            names, labelled = read_coco(Path(folder))
            tuned = tune(session.glip().loaded, names, labelled).tuned
            path = Path(folder) / f"{run}.safetensors"
            tuned.save(path)
            gains.append(_cone_precision(session.glip(path), tests) - untuned)
    return {
        "grounding.tuned_gain": float(np.mean(gains)),
        "grounding.tuned_gain.low": min(gains),
        "grounding.tuned_gain.high": max(gains),
        "grounding.untuned_map50": untuned,
    }


ConePicture = tuple["NDArray[np.uint8]", list["Box"]]


def _with_cones(rng: random.Random) -> ConePicture:
    """A picture of a sampled scene with one to three striped traffic cones, and their boxes in pixels."""
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
            # A white stripe: the half widths and the heights of its lower and its upper edge.
            reach = [3 + (half - 3) * (1 - share) for share in (low, high)]
            y = [foot - height * share for share in (low, high)]
            pen.polygon(
                [(x - reach[0], y[0]), (x + reach[0], y[0]), (x + reach[1], y[1]), (x - reach[1], y[1])], (250,) * 3
            )
        boxes.append(((x - half) * unit, (foot - height) * unit, (x + half) * unit, foot * unit))
    return np.asarray(image), boxes


def _cone_precision(glip: GlipGrounder, pictures: Sequence[ConePicture]) -> float:
    rows = [row for picture, boxes in pictures for row in match(glip.detect(picture, CONE), boxes)]
    return _average_precision(rows, sum(len(boxes) for _, boxes in pictures))


def _average_precision(rows: Sequence[tuple[float, bool]], total: int) -> float:
    scores, right = np.array([score for score, _ in rows]), np.array([is_right for _, is_right in rows], bool)
    return average_precision(scores, right, total=total)


def _write_coco(folder: Path, pictures: Sequence[ConePicture]) -> None:
    annotations: list[dict[str, object]] = []
    for number, (picture, boxes) in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number}.png")
        annotations += [
            {"image_id": number, "category_id": 1, "bbox": [x0, y0, x1 - x0, y1 - y0]} for x0, y0, x1, y1 in boxes
        ]
    images = [{"id": number, "file_name": f"{number}.png"} for number in range(len(pictures))]
    data = {"images": images, "categories": [{"id": 1, "name": CONE}], "annotations": annotations}
    (folder / "labels.json").write_text(json.dumps(data), encoding="utf-8")
