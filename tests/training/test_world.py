import random
import subprocess
import sys

import numpy as np
import pytest

from training.world.labels import COLOUR, KIND, patch_labels
from training.world.questions import QUESTION_KINDS, full_caption, sample_caption, sample_question
from training.world.render import draw, model_frame
from training.world.scene import COLUMNS, HELD_OUT, Actor, Scene, sample_scene, scene_words

SCENE = Scene(
    "park",
    "night",
    "rain",
    "PHỞ",
    (Actor("red", "car", 80, "mid", "left"), Actor("blue", "dog", 300, "near", "right")),
    1,
)


def test_a_scene_depends_on_its_seed_alone() -> None:
    assert sample_scene(random.Random(5)) == sample_scene(random.Random(5))
    assert np.array_equal(draw(SCENE), draw(SCENE))


def test_at_most_one_actor_stands_in_a_column() -> None:
    rng = random.Random(1)
    for _ in range(300):
        columns = [actor.column for actor in sample_scene(rng).actors]
        assert len(columns) == len(set(columns))
        assert columns == sorted(columns)


def test_held_out_pairs_appear_only_where_asked() -> None:
    rng = random.Random(2)

    def pairs(scene: Scene) -> set[tuple[str, str]]:
        return {(actor.colour, actor.kind) for actor in scene.actors}

    assert all(not pairs(sample_scene(rng)) & HELD_OUT for _ in range(300))
    assert all(pairs(sample_scene(rng, held_out=True)) & HELD_OUT for _ in range(50))


def test_words_say_the_scene() -> None:
    slots = scene_words(SCENE)
    assert len(slots) == COLUMNS + 1
    assert slots[0] == ["park", "night", "rain", "sign"]
    assert slots[2] == ["red", "car", "mid", "left", "2"]
    assert slots[1] == ["none"] * 4 + ["1"]


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("count_all", {"two"}),
        ("weather", {"yes", "rain"}),
        ("side", {"left", "right"}),
        ("front", {"nothing"}),
        ("place", {"park"}),
    ],
)
def test_answers_are_true(kind: str, answers: set[str]) -> None:
    rng = random.Random(3)
    found = [q for _ in range(40) if (q := sample_question(SCENE, rng, kind))]
    assert {question.answer for question in found} <= answers
    assert found


def test_direction_is_where_the_actor_faces() -> None:
    rng = random.Random(4)
    for _ in range(20):
        question = sample_question(SCENE, rng, "direction")
        assert question is not None
        assert question.answer == ("left" if "car" in question.text else "right")


def test_every_kind_of_question_can_be_asked() -> None:
    rng = random.Random(5)
    for kind in QUESTION_KINDS:
        assert any(sample_question(sample_scene(rng), rng, kind) for _ in range(200)), kind


def test_captions_fit_their_own_scene() -> None:
    rng = random.Random(6)
    assert full_caption(SCENE) == "a red car and a blue dog in the park at night in the rain"
    for _ in range(300):
        scene = sample_scene(rng)
        assert sample_caption(scene, rng).fits(scene)


def test_who_says_that_nobody_is_there_fits_only_empty_scenes() -> None:
    empty = SCENE.with_actors(())
    captions = [sample_caption(empty, random.Random(seed)) for seed in range(40)]
    nobody = [caption for caption in captions if caption.text.startswith("nothing")]
    assert nobody
    assert all(caption.fits(empty) and not caption.fits(SCENE) for caption in nobody)


def test_labels_lie_where_the_actor_is_drawn() -> None:
    scene = SCENE.with_actors((Actor("white", "bus", 200, "near", "right"),))
    labels = patch_labels(scene, 8)
    assert labels[5, 4, KIND] > 0
    assert labels[5, 4, COLOUR] > 0
    assert labels[0, 0, KIND] == 0
    bare = np.asarray(draw(SCENE.with_actors(())), np.int16)
    changed = np.abs(np.asarray(draw(scene), np.int16) - bare).sum(-1) > 60
    assert changed[120:200, 150:250].mean() > 0.7


def test_frames_for_the_models_are_square() -> None:
    assert model_frame(SCENE, 128, random.Random(1)).shape == (128, 128, 3)


def test_nothing_of_the_product_reads_the_world() -> None:
    """A question is answered without the renderer: no module of the product imports `training`."""
    modules = "sys, assistant.cli, assistant.session, assistant.search"
    code = f"import {modules}; print([name for name in sys.modules if name.startswith('training')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
