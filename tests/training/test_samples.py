"""Samples of the recipes: perception noise, phrases for boxes, other wordings, hard negatives."""

import random

import pytest

from training.common.hard_negatives import APART_SECONDS, REVERSED, sample_absence, sample_reversal
from training.common.perception_noise import MEASURED_RATES, add_perception_noise
from training.language.out_of_distribution import OUT_OF_DISTRIBUTION_QUESTION, sample_out_of_distribution_question
from training.language.rewording import ENGLISH, VIETNAMESE, other_wordings
from training.language.translation import add_stray_syllables, english_example
from training.recipes.glip import sample_phrases
from training.world.episodes import FRAMES, SAYINGS
from training.world.scene import COLOURS, COLUMNS, KINDS, sample_scene
from training.world.wordings import OUT_OF_WORLD


def test_without_mistakes_a_scene_is_read_as_it_is() -> None:
    rng = random.Random(1)
    for _ in range(50):
        scene = sample_scene(rng)
        assert add_perception_noise(scene, rng, MEASURED_RATES.scaled(0)) == scene


def test_mistakes_come_as_often_as_measured() -> None:
    rng, lost, actors, changed = random.Random(2), 0, 0, 0
    for _ in range(2000):
        scene = sample_scene(rng)
        read = add_perception_noise(scene, rng)
        names = [actor.name for actor in read.actors]
        assert all(0 <= actor.column < COLUMNS for actor in read.actors)
        actors += len(scene.actors)
        lost += sum(actor.name not in names for actor in scene.actors)
        changed += read != scene
    # Overlooked, or of another kind or colour.
    assert lost / actors == pytest.approx(
        MEASURED_RATES.overlooked + MEASURED_RATES.kind + MEASURED_RATES.colour, abs=0.02
    )
    assert 0.2 < changed / 2000 < 0.7


def test_lone_phrases_and_lists_are_both_drawn_and_most_lists_hold_a_near_miss() -> None:
    rng = random.Random(3)
    lone = missed = lists = 0
    for _ in range(500):
        actors = sample_scene(rng).actors
        phrases = sample_phrases(actors, rng)
        assert len(set(phrases)) == len(phrases) >= 1
        lone += len(phrases) == 1
        if len(phrases) > 2:
            lists += 1
            missed += any(not phrase.fits(actor) for phrase in phrases for actor in actors)
    assert 100 < lone < 300
    assert missed > 0.8 * lists


@pytest.mark.parametrize("table", [ENGLISH, VIETNAMESE])
def test_every_other_wording_fills_its_blanks(table: dict[str, tuple[str, ...]]) -> None:
    questions = (
        *("is there a red car?", "when does a dog appear?", "what colour is the bus?", "which way is it going?"),
        *("how many dogs are there at the start?", "is it day or night?", "first a dog runs, then a bus stops."),
        *("có một con chó không?", "xe đỏ màu gì?", "xe đỏ xuất hiện khi nào?", "có mấy con chó?", "nó ở đâu?"),
    )
    wordings = [way for question in questions for way in other_wordings(question, table)]
    assert len(wordings) > 40
    assert not [way for way in wordings if "{" in way or "None" in way or "  " in way]


def test_other_words_ask_for_the_same_thing() -> None:
    assert "in what direction is the red car moving?" in other_wordings("which way is the red car going?", ENGLISH)
    assert "how many dogs are around at the end?" in other_wordings("how many dogs are there at the end?", ENGLISH)
    assert "hướng đi của xe đỏ là gì?" in other_wordings("xe đỏ đi về hướng nào?", VIETNAMESE)


def test_out_of_distribution_questions_become_a_question_that_no_picture_answers() -> None:
    assert OUT_OF_DISTRIBUTION_QUESTION in OUT_OF_WORLD
    rng = random.Random(4)
    assert len({sample_out_of_distribution_question(rng)[1] for _ in range(400)}) > 150
    assert OUT_OF_DISTRIBUTION_QUESTION in {english_example(rng).target for _ in range(100)}


def test_a_stray_word_leaves_the_question_whole() -> None:
    rng, question = random.Random(7), "có xe đỏ nào không?"
    texts = [add_stray_syllables(question, rng, share=0.5) for _ in range(400)]
    assert 150 < texts.count(question) < 250
    for text in texts:
        assert text.endswith("?")
        assert "có xe đỏ nào không" in text
        assert len(text.split()) <= len(question.split()) + 2


def test_half_of_the_reversals_are_true_and_the_frames_show_the_action_or_its_reverse() -> None:
    rng, true = random.Random(9), 0
    verbs = {kind: {saying.partition(" {other}")[0] for saying in sayings} for kind, sayings in SAYINGS.items()}
    for _ in range(150):
        episode = sample_reversal(rng)
        start, end = episode.seconds[0], episode.seconds[-1]
        assert FRAMES[0] <= len(episode.seconds) <= FRAMES[1]
        assert APART_SECONDS[0] <= (end - start) / (len(episode.seconds) - 1) <= APART_SECONDS[1] + 1e-9
        in_frames = {e.kind for e in episode.shot.events if start <= e.start_seconds and e.end_seconds <= end}
        claimed = {kind for kind, words in verbs.items() if any(f" {word}" in episode.text for word in words)}
        expected = in_frames if episode.answer == "yes" else {REVERSED[kind] for kind in in_frames & REVERSED.keys()}
        assert claimed & expected
        true += episode.answer == "yes"
    assert 0.35 < true / 150 < 0.65


def test_half_of_the_absences_are_true_and_a_false_one_names_an_absent_kind() -> None:
    rng, true, few = random.Random(10), 0, 0
    for _ in range(150):
        episode = sample_absence(rng)
        visible = {actor.kind for scene in episode.truths() for actor in scene.actors}
        who, *others = [word for word in episode.text.split() if word in KINDS]
        assert who in visible
        assert len(others) == 1
        assert (others[0] in visible) == (episode.answer == "yes")
        few += not any(colour in episode.text for colour in COLOURS)
        true += episode.answer == "yes"
    assert 0.35 < true / 150 < 0.65
    assert few > 40
