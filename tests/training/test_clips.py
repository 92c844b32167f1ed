"""Stories: events at the times of the players' paths, the same clip from the same seed, and exact truth."""

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import get_args

import av
import pytest

from training.release.clips import RATE, SIZE, demo_stories, render, truth
from training.world.plots import sample_story
from training.world.scene import WIDTH, Scene
from training.world.story import EventKind, Shot, Story

BACKDROP = Scene("street", "day", "clear", None, (), 3)


def test_a_car_enters_stops_and_leaves_in_that_order() -> None:
    shot = Shot(BACKDROP, 20.0)
    shot.enters("red", "car", lane="mid", to=230, at=2.0).stop(3.0).leave("right")
    assert [event.kind for event in shot.events] == ["enters", "stops", "leaves"]
    assert all(event.end_seconds <= later.start_seconds + 1.5 for event, later in pairwise(shot.events))
    assert shot.scene(1.9).actors == ()
    (stopped,) = shot.scene(shot.events[1].end_seconds).actors
    assert stopped.x == 230
    assert stopped.facing == "right"
    assert shot.scene(19.9).actors == ()


def test_a_boarding_person_disappears_and_one_who_gets_off_appears() -> None:
    shot = Shot(BACKDROP, 20.0)
    bus = shot.enters("blue", "bus", lane="mid", to=230, at=0.0).stop(10.0)
    shot.stands("green", "person", lane="near", x=150).wait(6.0).board(bus)
    shot.steps_out("orange", "person", bus, at=10.0, to=90, lane="near")
    kinds = {event.kind: event for event in shot.events}
    before, after = kinds["boards"].start_seconds, kinds["boards"].end_seconds + 0.1
    assert {actor.name for actor in shot.scene(before).actors} == {"blue bus", "green person"}
    assert {actor.name for actor in shot.scene(after).actors} == {"blue bus"}
    assert kinds["boards"].text == "a green person gets on the blue bus"
    assert kinds["gets off"].text == "an orange person gets off the blue bus"
    assert "orange person" in {actor.name for actor in shot.scene(10.5).actors}


def test_overtaking_happens_where_the_paths_meet() -> None:
    shot = Shot(BACKDROP, 20.0)
    slow = shot.enters("green", "bicycle", lane="near", to=330, at=0.0, speed=20)
    fast = shot.enters("yellow", "truck", lane="far", to=200, at=9.0, speed=60)
    fast.overtake(slow, 330, speed=60)
    (event,) = [event for event in shot.events if event.kind == "overtakes"]
    middle = (event.start_seconds + event.end_seconds) / 2
    assert fast.at(middle).x == pytest.approx(slow.at(middle).x, abs=8)


def test_crossing_changes_the_lane_and_the_size_without_a_jump() -> None:
    shot = Shot(BACKDROP, 20.0)
    shot.stands("blue", "person", lane="near", x=200).cross("far")
    heights = []
    for tenth in range(40):
        (actor,) = shot.scene(tenth / 10).actors
        heights.append(actor.box[3] - actor.box[1])
    assert all(height >= later for height, later in pairwise(heights))
    assert max(height - later for height, later in pairwise(heights)) < 3


def test_coming_and_going_are_timed_by_what_the_moving_camera_shows() -> None:
    shot = Shot(BACKDROP, 20.0, pan=40.0, shake=3.0)
    car = shot.enters("red", "car", lane="mid", to=230, at=2.0).stop(3.0).leave("right")
    enters, _, leaves = shot.events

    def share(seconds: float) -> float:
        for actor in shot.scene(seconds).actors:
            x0, _, x1, _ = actor.box
            return max(0.0, min(x1, WIDTH) - max(x0, 0.0)) / (x1 - x0)
        return 0.0

    assert share(enters.start_seconds - 0.1) == 0 < share(enters.start_seconds + 0.1)
    assert share(enters.end_seconds - 0.1) < 1 == pytest.approx(share(enters.end_seconds + 0.1))
    assert share(leaves.start_seconds + 0.1) < 1 == pytest.approx(share(leaves.start_seconds - 0.1))
    assert share(leaves.end_seconds + 0.1) == 0 < share(leaves.end_seconds - 0.1)
    assert car.gone


def test_a_person_picks_up_a_thing_and_puts_down_another() -> None:
    shot = Shot(BACKDROP, 30.0)
    bag = shot.stands("red", "bag", lane="near", x=300)
    person = shot.enters("blue", "person", lane="near", to=276, at=1.0).take(bag)
    box = person.put_down("green", "box", lane="near")
    takes, puts = shot.events[1:]
    assert (takes.text, puts.text) == ("a blue person picks up the red bag", "a blue person puts down the green box")
    assert {actor.name for actor in shot.scene(takes.start_seconds).actors} == {"red bag", "blue person"}
    assert {actor.name for actor in shot.scene(takes.end_seconds + 0.01).actors} == {"blue person"}
    assert {actor.name for actor in shot.scene(puts.end_seconds).actors} == {"blue person", "green box"}
    assert box.now.foot == person.now.foot


def test_the_same_seed_gives_the_same_story_and_events_lie_inside() -> None:
    kinds = set()
    for seed in range(60):
        story, again = (sample_story(random.Random(seed)) for _ in range(2))
        assert truth(story) == truth(again)
        for event in story.events():
            assert 0 <= event.start_seconds <= event.end_seconds <= story.seconds
            kinds.add(event.kind)
    assert kinds == set(get_args(EventKind))


def test_a_rendered_clip_has_the_frames_of_its_truth(tmp_path: Path) -> None:
    story = replace(sample_story(random.Random(4), seconds=2.0), name="short")
    path = tmp_path / "short.mp4"
    render(story, path)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == round(story.seconds * RATE)
    assert (frames[0].width, frames[0].height) == (SIZE, SIZE * 9 // 16)
    for row in truth(story)["boxes"]:
        x0, y0, x1, y1 = row["box"]
        assert 0 <= x0 < x1 <= SIZE
        assert y0 < y1 <= SIZE * 9 // 16


def test_the_demo_clips_show_what_the_readme_asks_about() -> None:
    stories: dict[str, Story] = {story.name: story for story in demo_stories()}
    assert all(20 <= story.seconds <= 60 for story in stories.values())
    buses = {name for name, story in stories.items() if any("bus" in event.text for event in story.events())}
    assert buses == {"morning-street"}
    events = [event.text for event in stories["morning-street"].events()]
    assert events.index("a white dog enters") < events.index("a black car stops")
    assert {shot.backdrop.weather for story in stories.values() for shot in story.shots} == {"clear", "rain"}
