"""What the evaluation of event search asks, and how it counts."""

import random
from itertools import pairwise

import numpy as np
import pytest

from bench.quality.events import single_questions
from bench.quality.events.labelled_clips import LABELS, SHOT_SECONDS, SHOTS, sample_labelled
from bench.quality.events.sequence_clips import ACTS, PLAIN, Act, sample_asked
from bench.quality.events.unusual_moments import sample_planted
from bench.quality.ranking import average_precision, roc_auc
from training.common.hard_negatives import REVERSED
from training.world.episodes import sample_claim
from training.world.plots import Plot
from training.world.scene import sample_backdrop
from training.world.story import Event, Shot


@pytest.mark.parametrize("seed", range(20))
def test_the_right_clip_plays_the_events_in_order_and_the_near_misses_do_not(seed: int) -> None:
    asked = sample_asked(random.Random(seed), hinges=seed % 2 == 0)
    played = {variant: [event.text for event in story.events()] for variant, story in asked.clips.items()}
    places = [played["right"].index(text) for text in asked.events]
    assert places == sorted(places)
    starts = [start for start, _ in asked.windows]
    assert all(later - earlier > 4 for earlier, later in pairwise(starts))
    assert all(end <= asked.clips["right"].seconds for _, end in asked.windows)
    wrong = [played["order"].index(text) for text in asked.events]
    assert wrong != sorted(wrong)
    assert asked.events[1] not in played["missing"]
    assert ("reversed" in asked.clips) == asked.hinges
    if asked.hinges:
        assert asked.events[1] not in played["reversed"]
        names = {" ".join(text.split()[1:3]) for text in played["right"]}
        assert names == {" ".join(text.split()[1:3]) for text in played["reversed"]}, "the same people play"


def test_every_kind_of_act_is_asked_for_and_has_its_way_of_playing() -> None:
    rng = random.Random(1)
    asked = [sample_asked(rng, hinges=True) for _ in range(60)]
    kinds = {event.kind for one in asked for event in one.clips["right"].events()}
    assert {*PLAIN, *REVERSED} == set(ACTS)
    assert {"boards", "gets off", "picks up", "puts down", "overtakes", "enters", "leaves"} <= kinds


def test_a_labelled_shot_shows_its_act_and_no_other_label() -> None:
    rng = random.Random(2)
    for _ in range(10):
        one = sample_labelled(rng)
        assert len(set(one.acts)) == SHOTS
        for act, shot in zip(one.acts, one.story.shots, strict=True):
            assert _there(act, shot.events)
            assert all(event.end_seconds < SHOT_SECONDS for event in shot.events if event.kind == act)


def _there(act: str, events: list[Event]) -> bool:
    return any(event.kind == act for event in events)


def test_no_recipe_samples_a_second_wording_of_a_label() -> None:
    rng = random.Random(4)
    claims = {sample_claim(rng).text for _ in range(400)}
    assert not any(second in claim for _, second in LABELS.values() for claim in claims)


def test_what_is_planted_passes_alone_and_is_of_another_kind() -> None:
    rng = random.Random(3)
    for _ in range(20):
        planted = sample_planted(rng)
        (shot,) = planted.story.shots
        start, end = planted.window
        kinds = [player.kind for player in shot.players]
        assert sum(kinds.count(kind) == 1 for kind in set(kinds)) == 1
        assert 5 < start < end < shot.seconds


def test_areas_and_precisions_are_the_textbook_ones() -> None:
    scores, there = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False])
    assert roc_auc(scores, there) == pytest.approx(0.75)
    assert average_precision(scores, there) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(scores, there, of=4) == pytest.approx((1 + 2 / 3) / 4)
    assert average_precision(np.array([0.9, 0.8, 0.7]), np.array([False, True, True])) == pytest.approx(2 / 3)
    assert average_precision(np.empty(0), np.empty(0, bool), of=3) == 0.0
    assert roc_auc(np.ones(4), there) == 0.5


def test_who_turns_around_goes_back_where_they_came_from() -> None:
    rng = random.Random(8)
    for _ in range(20):
        plot = Plot(Shot(sample_backdrop(rng), 20.0), rng, "all")
        ACTS["turns around"](plot, Act("turns around", ("red", "car")), 1.0)
        (car,) = plot.shot.players
        assert (car.waypoints[0].x < 0) == (car.waypoints[-1].x < 0)


def test_a_single_question_knows_when_it_is_true_and_its_reverse_never_is() -> None:
    for seed in range(10):
        asked = sample_asked(random.Random(seed), hinges=True)
        story = asked.clips["right"]
        for event, window in zip(asked.events, asked.windows, strict=True):
            assert window in single_questions.event_asked(story, event).stretches
            there = single_questions.thing_asked(story, event).stretches
            assert there
            assert any(start < window[1] and end > window[0] for start, end in there), "who does something is there"
        turned = single_questions.reverse_asked(asked)
        assert turned.stretches == ()
        assert turned.question not in {
            single_questions.event_asked(story, event.text).question for event in story.events()
        }


def test_shown_moments_are_measured_by_the_time_that_they_share_with_the_true_ones() -> None:
    half = single_questions.Shown(((0.0, 2.0), (8.0, 9.0)), ((1.0, 3.0),))
    assert half.overlap == pytest.approx(1 / 4)
    assert half.hit
    assert half.strays == [False, True]
    none = single_questions.Shown((), ((1.0, 3.0),))
    assert (none.overlap, none.hit, none.strays) == (0.0, False, [])
    assert single_questions.figures("x", [half, none]) == pytest.approx(
        {"x.iou": 1 / 8, "x.found": 0.5, "x.stray": 0.5}
    )
