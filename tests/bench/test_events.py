"""What the evaluation of event search asks, and how it counts."""

import random
from itertools import pairwise

import numpy as np
import pytest

from bench.quality.events import single_questions as single
from bench.quality.events.labelled_clips import LABELS, SHOT_SECONDS, SHOTS, sample_labelled_clip
from bench.quality.events.sequence_clips import ACTS, IRREVERSIBLE_KINDS, Act, sample_sequence_case
from bench.quality.events.unusual_moments import sample_unusual_moment
from bench.quality.ranking import average_precision
from training.common.hard_negatives import REVERSED
from training.common.metrics import area_under_curve
from training.world.episodes import sample_claim
from training.world.plots import Plot
from training.world.scene import sample_backdrop
from training.world.story import Shot


@pytest.mark.parametrize("seed", range(20))
def test_the_right_clip_plays_the_events_in_order_and_the_near_misses_do_not(seed: int) -> None:
    case = sample_sequence_case(random.Random(seed), with_reversal=seed % 2 == 0)
    played = {variant: [event.text for event in story.events()] for variant, story in case.clips.items()}
    places = [played["right"].index(text) for text in case.events]
    assert places == sorted(places)
    starts = [start for start, _ in case.intervals]
    assert all(later - earlier > 4 for earlier, later in pairwise(starts))
    assert all(end <= case.clips["right"].seconds for _, end in case.intervals)
    wrong = [played["order"].index(text) for text in case.events]
    assert wrong != sorted(wrong)
    assert case.events[1] not in played["missing"]
    assert case.has_reversal == (seed % 2 == 0) == ("reversed" in case.clips)
    if case.has_reversal:
        assert case.events[1] not in played["reversed"]
        names = {" ".join(text.split()[1:3]) for text in played["right"]}
        assert names == {" ".join(text.split()[1:3]) for text in played["reversed"]}, "the same people play"


def test_every_kind_of_act_is_asked_for_and_has_its_way_of_playing() -> None:
    rng = random.Random(1)
    cases = [sample_sequence_case(rng, with_reversal=True) for _ in range(60)]
    kinds = {event.kind for case in cases for event in case.clips["right"].events()}
    assert {*IRREVERSIBLE_KINDS, *REVERSED} == set(ACTS)
    assert {"boards", "gets off", "picks up", "puts down", "overtakes", "enters", "leaves"} <= kinds


def test_a_labelled_shot_shows_its_act_and_no_other_label() -> None:
    rng = random.Random(2)
    for _ in range(10):
        clip = sample_labelled_clip(rng)
        assert len(set(clip.acts)) == SHOTS
        for act, shot in zip(clip.acts, clip.story.shots, strict=True):
            ends = [event.end_seconds for event in shot.events if event.kind == act]
            assert ends
            assert max(ends) < SHOT_SECONDS


def test_no_recipe_samples_a_second_wording_of_a_label() -> None:
    rng = random.Random(4)
    claims = {sample_claim(rng).text for _ in range(400)}
    assert not any(second in claim for _, second in LABELS.values() for claim in claims)


def test_the_unusual_thing_passes_alone_and_is_of_another_kind() -> None:
    rng = random.Random(3)
    for _ in range(20):
        clip = sample_unusual_moment(rng)
        (shot,) = clip.story.shots
        start, end = clip.interval
        kinds = [player.kind for player in shot.players]
        assert sum(kinds.count(kind) == 1 for kind in set(kinds)) == 1
        assert 5 < start < end < shot.seconds


def test_areas_and_precisions_are_the_textbook_ones() -> None:
    scores, right = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False])
    assert area_under_curve(scores[right], scores[~right]) == pytest.approx(0.75)
    assert average_precision(scores, right) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(scores, right, total=4) == pytest.approx((1 + 2 / 3) / 4)
    assert average_precision(np.array([0.9, 0.8, 0.7]), np.array([False, True, True])) == pytest.approx(2 / 3)
    assert average_precision(np.empty(0), np.empty(0, bool), total=3) == 0.0
    assert area_under_curve(np.ones(2), np.ones(2)) == 0.5


def test_who_turns_around_goes_back_where_they_came_from() -> None:
    rng = random.Random(8)
    for _ in range(20):
        plot = Plot(Shot(sample_backdrop(rng), 20.0), rng, "all")
        ACTS["turns around"](plot, Act("turns around", ("red", "car")), 1.0)
        (car,) = plot.shot.players
        assert (car.waypoints[0].x < 0) == (car.waypoints[-1].x < 0)


def test_a_single_question_knows_when_it_is_true_and_its_reverse_never_is() -> None:
    for seed in range(10):
        case = sample_sequence_case(random.Random(seed), with_reversal=True)
        story = case.clips["right"]
        for event, interval in zip(case.events, case.intervals, strict=True):
            assert interval in single.event_question(story, event).intervals
            presences = single.presence_question(story, event).intervals
            assert presences
            assert any(start < interval[1] and end > interval[0] for start, end in presences), "who acts is present"
        reversal = single.reversal_question(case)
        assert reversal.intervals == ()
        assert reversal.text not in {single.event_question(story, event.text).text for event in story.events()}


def test_moments_are_compared_by_the_time_that_they_share_with_the_true_ones() -> None:
    half = single.MomentComparison(((0.0, 2.0), (8.0, 9.0)), ((1.0, 3.0),))
    assert half.iou == pytest.approx(1 / 4)
    assert half.hit
    assert half.false_moments == [False, True]
    nothing = single.MomentComparison((), ((1.0, 3.0),))
    assert (nothing.iou, nothing.hit, nothing.false_moments) == (0.0, False, [])
    assert single.figures("x", [half, nothing]) == pytest.approx({"x.iou": 1 / 8, "x.found": 0.5, "x.stray": 0.5})
