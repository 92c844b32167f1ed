import random
import subprocess
import sys
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from training.language.vietnamese import Vietnamese
from training.world.captions import English, sample_caption
from training.world.labels import COLOUR, KIND, patch_labels
from training.world.out_of_distribution import OUT_OF_DISTRIBUTION, out_of_distribution_frame
from training.world.questions import QUESTION_KINDS, full_caption, sample_question
from training.world.render import draw, model_frame
from training.world.scene import (
    COLUMNS,
    CROWD,
    HEIGHT,
    HELD_OUT,
    KINDS,
    PLACES,
    WEATHERS,
    Actor,
    Scene,
    sample_scene,
    scene_words,
)

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

    assert all(not pairs(sample_scene(rng, "seen")) & HELD_OUT for _ in range(300))
    assert all(pairs(sample_scene(rng, "unseen")) & HELD_OUT for _ in range(50))
    assert any(pairs(sample_scene(rng)) & HELD_OUT for _ in range(50))
    assert {kind for _, kind in HELD_OUT} == set(KINDS)


def test_the_world_is_as_hard_as_it_says() -> None:
    """Heights are 8 to 45 % of the frame, it has up to six actors, and in a third of the frames one hides another."""
    rng = random.Random(9)
    scenes = [sample_scene(rng) for _ in range(1500)]
    heights = sorted((box[3] - box[1]) / HEIGHT for scene in scenes for box in (actor.box for actor in scene.actors))
    assert 0.075 < heights[0] < 0.09
    assert 0.42 < heights[-1] < 0.48
    assert {len(scene.actors) for scene in scenes} == set(range(CROWD + 1))
    assert sum(_some_actor_is_hidden(scene) for scene in scenes) / len(scenes) > 0.3
    assert {scene.weather for scene in scenes} == set(WEATHERS)
    assert {scene.place for scene in scenes} == set(PLACES)


def _some_actor_is_hidden(scene: Scene) -> bool:
    boxes = [actor.box for actor in scene.actors]
    for first, second in combinations(boxes, 2):
        width = min(first[2], second[2]) - max(first[0], second[0])
        height = min(first[3], second[3]) - max(first[1], second[1])
        smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
        if width > 0 and height > 0 and width * height > 0.05 * smaller:
            return True
    return False


def test_two_hundred_seeds_are_two_hundred_backdrops() -> None:
    pictures = {draw(replace(SCENE, actors=(), sign=None, seed=seed)).resize((48, 27)).tobytes() for seed in range(200)}
    assert len(pictures) == 200


def test_a_camera_that_turns_shows_more_of_the_same_place() -> None:
    still = np.asarray(draw(replace(SCENE, weather="clear", actors=()), width=384))
    turned = np.asarray(draw(replace(SCENE, weather="clear", actors=(), camera=(40.0, 0.0)), width=384))
    assert np.array_equal(still[:, 40:], turned[:, :-40])


def test_out_of_distribution_pictures_differ_and_have_an_empty_truth() -> None:
    rng = random.Random(3)
    frames = [out_of_distribution_frame(rng, 64) for _ in range(60)]
    assert all(frame.shape == (64, 64, 3) and frame.dtype == np.uint8 for frame in frames)
    assert len({frame.tobytes() for frame in frames}) > 50
    assert {word for slot in scene_words(OUT_OF_DISTRIBUTION) for word in slot if not word.startswith("<")} == {"none"}


def test_scene_words_describe_the_scene() -> None:
    slots = scene_words(SCENE)
    assert len(slots) == COLUMNS + 1
    assert slots[0] == ["park", "night", "rain", "sign"]
    assert slots[3] == ["red", "car", "mid", "left", "none", "<3>"]
    assert slots[1] == ["none"] * 5 + ["<1>"]
    flag = Actor("red", "person", 20, "near", "left", carries="flag")
    bench = Actor("pink", "bench", 300, "far", "left")
    carried = scene_words(SCENE.with_actors((flag, bench)))
    assert carried[1] == ["red", "person", "near", "left", "flag", "<1>"]
    assert carried[8][3] == "none"  # a bench goes nowhere


def test_the_words_of_a_column_describe_its_nearer_actor() -> None:
    far, near = Actor("red", "car", 200, "far", "left"), Actor("blue", "dog", 195, "near", "right")
    assert scene_words(SCENE.with_actors((near, far)))[6][:2] == ["blue", "dog"]


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("count_all", {"two"}),
        ("weather", {"yes", "no", "rain"}),
        ("side", {"left", "right"}),
        ("front", {"nothing"}),
        ("place", {"park"}),
    ],
)
def test_answers_are_true(kind: str, answers: set[str]) -> None:
    rng = random.Random(3)
    questions = [q for _ in range(40) if (q := sample_question(SCENE, rng, kind))]
    assert {question.answer for question in questions} <= answers
    assert questions


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
    for words in (English(), Vietnamese()):
        for _ in range(300):
            scene = sample_scene(rng)
            assert sample_caption(scene, rng, words).fits(scene)


def test_a_caption_of_nothing_is_true_of_empty_scenes_only() -> None:
    empty = SCENE.with_actors(())
    captions = [sample_caption(empty, random.Random(seed)) for seed in range(40)]
    nobody = [caption for caption in captions if caption.text.startswith("nothing")]
    assert nobody
    assert all(caption.fits(empty) and not caption.fits(SCENE) for caption in nobody)


def test_labels_lie_where_the_actor_is_drawn() -> None:
    scene = SCENE.with_actors((Actor("white", "bus", 200, "near", "right"),))
    labels = patch_labels(scene, 16)
    assert labels[11, 8, KIND] > 0
    assert labels[11, 8, COLOUR] > 0
    assert labels[0, 0, KIND] == 0
    bare = np.asarray(draw(SCENE.with_actors(())), np.int16)
    changed = np.abs(np.asarray(draw(scene), np.int16) - bare).sum(-1) > 60
    assert changed[125:195, 150:250].mean() > 0.7


def test_frames_for_the_models_are_square() -> None:
    assert model_frame(SCENE, 160, random.Random(1)).shape == (160, 160, 3)


def test_nothing_of_the_product_reads_the_world() -> None:
    """The product answers without the renderer: none of its modules imports `training`."""
    modules = "sys, assistant.cli, assistant.session, assistant.retrieval.search"
    code = f"import {modules}; print([name for name in sys.modules if name.startswith('training')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
