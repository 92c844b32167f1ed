"""Renders clips of the world as mp4, with their exact truth as JSON beside them.

python -m training.release.clips --demo --out assistant/demo         # the clips that the package ships, without truth
python -m training.release.clips --out runs/clips --count 20 --seed 9001
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.world.plots import sample_story
from training.world.render import draw
from training.world.scene import HEIGHT, WIDTH, Scene
from training.world.story import Shot, Story

RATE = 15  # frames per second
SIZE = 640  # width in pixels; 16:9
QUALITIES = (24, 28, 33, 38)  # of H.264, from fine to coarse
TRUTH_EVERY = 0.2  # seconds between two rows of boxes


def demo_stories() -> tuple[Story, ...]:
    """Returns the stories of the clips that the package ships."""
    return _morning(), _rain(), _night()


def _morning() -> Story:
    """Returns a street by day: people at the start, a dog, a car that stops, a bus, a red car."""
    shot = Shot(Scene("street", "day", "clear", "PHỞ", (), 11), 44.0)
    walker = shot.stands("green", "person", lane="mid", x=92, facing="right", carries="backpack").wait(3.0)
    walker.move(30, speed=30).leave("left", speed=30)
    shot.stands("purple", "person", lane="near", x=290, facing="left").wait(4.0).leave("right", speed=34)
    shot.enters("white", "dog", lane="near", to=300, at=8.0, speed=80).leave("right", speed=80)
    shot.enters("black", "car", lane="mid", to=100, at=14.0, speed=85).stop(4.0).leave("left", speed=85)
    bus = shot.enters("blue", "bus", lane="mid", to=230, at=23.0, speed=70).stop(7.0)
    shot.steps_out("orange", "person", bus, at=28.5, to=95, lane="near").leave("left", speed=40)
    bus.leave("right", speed=70)
    shot.enters("red", "car", lane="near", to=110, at=37.5, speed=80).leave("left", speed=80)
    return Story("morning-street", (shot,))


def _rain() -> Story:
    """Returns a road in the rain, then a square: a truck overtakes a bicycle, a taxi picks up a person."""
    road = Shot(Scene("road", "day", "rain", None, (), 23), 16.0)
    bicycle = road.enters("green", "bicycle", lane="near", to=330, at=1.0, speed=30)
    truck = road.enters("yellow", "truck", lane="far", to=200, at=4.5, speed=65)
    truck.overtake(bicycle, 300, speed=65).leave("right", speed=65)
    bicycle.leave("right", speed=30)
    market = Shot(Scene("square", "day", "rain", "TAXI", (), 29), 16.0)
    waiting = market.stands("red", "person", lane="near", x=250, facing="left", carries="umbrella")
    market.stands("brown", "bench", lane="far", x=330)
    car = market.enters("yellow", "car", lane="mid", to=210, at=3.0, speed=70).stop(1.0)
    car.pick_up(waiting).leave("right", speed=70)
    return Story("rain-taxi", (road, market))


def _night() -> Story:
    """Returns a park at night: a motorbike passes, a person crosses and picks up a bag, and a dog waits."""
    shot = Shot(Scene("park", "night", "clear", "HOTEL", (), 37), 30.0)
    dog = shot.stands("orange", "dog", lane="near", x=70, facing="right")
    bag = shot.stands("pink", "bag", lane="far", x=300)
    shot.enters("white", "motorbike", lane="mid", to=250, at=3.0, speed=75).leave("right", speed=75)
    person = shot.enters("blue", "person", lane="near", to=250, at=9.0, speed=40).cross("far", drift=10)
    person.move(276, speed=30).take(bag).leave("right", speed=30)
    dog.wait(23.0).leave("left", speed=60)
    return Story("night-park", (shot,))


def render(story: Story, path: Path, *, quality: int = 24) -> None:
    """Writes a story as H.264 in mp4, `SIZE` pixels wide, at `RATE` frames per second; a higher `quality` is worse."""
    import av

    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        options = {"crf": str(quality), "preset": "slow"}
        stream = container.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = SIZE, SIZE * 9 // 16, "yuv420p"
        for number, (_, shot, seconds) in enumerate(story.frames(RATE)):
            image = draw(shot.scene(seconds), width=SIZE, tick=number + 1)
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode())


def truth(story: Story) -> dict[str, Any]:
    """Returns the truth of a clip: its shots, its events, and the visible players with boxes in pixels of the clip."""
    unit = SIZE / WIDTH
    rows = []
    for number, (seconds, shot, inside) in enumerate(story.frames(RATE)):
        if number % round(RATE * TRUTH_EVERY):
            continue
        for player in shot.players:
            if actor := player.actor(inside):
                dx, dy = shot.camera(inside)
                x0, y0, x1, y1 = (value - shift for value, shift in zip(actor.box, (dx, dy, dx, dy), strict=True))
                inside_picture = (max(0.0, x0), max(0.0, y0), min(WIDTH, x1), min(HEIGHT, y1))
                if inside_picture[0] < inside_picture[2]:
                    box = [round(value * unit, 1) for value in inside_picture]
                    rows.append({"seconds": round(seconds, 3), "who": actor.name, "facing": actor.facing, "box": box})
    hidden = ("actors", "seed", "camera")
    backdrops = [{k: v for k, v in asdict(s.backdrop).items() if k not in hidden} for s in story.shots]
    return {
        "name": story.name,
        "rate": RATE,
        "size": [SIZE, SIZE * 9 // 16],
        "shots": [{"seconds": s.seconds, **b} for s, b in zip(story.shots, backdrops, strict=True)],
        "events": [{**asdict(event), "text": event.text} for event in story.events()],
        "boxes": rows,
    }


def main() -> None:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--demo", action="store_true", help="the clips that the package ships, without their truth")
    parser.add_argument("--count", type=int, default=3, help="how many random clips")
    parser.add_argument("--seed", type=int, default=9001)
    parser.add_argument("--seconds", type=float, default=30.0, help="length of each")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(options.seed)
    stories = (
        demo_stories() if options.demo else [sample_story(rng, seconds=options.seconds) for _ in range(options.count)]
    )
    for story in stories:
        quality = QUALITIES[0] if options.demo else rng.choice(QUALITIES)
        render(story, options.out / f"{story.name}.mp4", quality=quality)
        if not options.demo:
            (options.out / f"{story.name}.json").write_text(
                json.dumps(truth(story), ensure_ascii=False, indent=1) + "\n"
            )


if __name__ == "__main__":
    main()
