"""Curves of events in rendered clips, as the product's own models see them: what `training.moments` learns from.

python -m bench.sequences.curves --out runs/curves.npz --clips 300 --seed 5
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.models.event_gru import EventTimer, curves
from assistant.session import open_session
from tools.confirm import ConfirmOptions, windows_of
from training.world.episodes import Claim
from training.world.plots import sample_story
from training.world.render import draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from assistant.session import Session
    from training.world.story import Event, Story

CLIP_SECONDS = 30.0
RATE = 1.0  # keyframes a second, as in a library
WIDTH = 480  # pixels of a frame
TIMER = EventTimer("")  # only splits events
MOST_EVENTS = 6  # of a clip, and as many that do not happen in it


def rows_of(
    story: Story, session: Session, rng: random.Random
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Curves and truth of some events of a clip, and of some that do not happen in it."""
    frames = [(at, shot, inside) for at, shot, inside in story.frames(int(RATE)) if at < story.seconds]
    seconds = np.array([at for at, _, _ in frames])
    pictures = [np.array(draw(shot.scene(inside), width=WIDTH)) for _, shot, inside in frames]
    vectors = session.clip.embed_images(pictures)
    features = session.own_blip.features(pictures)
    events = story.events()
    chosen = rng.sample(events, min(MOST_EVENTS, len(events)))
    claims = [Claim.of(event, rng) for event in chosen]
    claims += [claim.changed(rng) for claim in claims]
    found = []
    for claim in claims:
        words = claim.text(rng)
        cosines = session.clip.embed_texts([words, TIMER.subject(words)]) @ vectors.T
        sure = _sure(session, words, cosines[0], seconds, features)
        inside = _inside([event for event in events if claim.fits(event)], seconds)
        found.append((curves(cosines[0], cosines[1], vectors, seconds, sure), inside))
    return found


def _sure(
    session: Session,
    words: str,
    cosines: NDArray[np.float32],
    seconds: NDArray[np.float64],
    features: NDArray[np.float16],
) -> NDArray[np.float64]:
    """The core's curve, as a search makes it."""
    from prompts import render

    prompt = render("verify", statement=words)

    def happens(places: Sequence[Sequence[int]]) -> list[float]:
        found = []
        for window in places:
            visual = session.own_blip.in_order(features, words, [window])
            found += session.own_blip.probability_yes(prompt, visual)
        return found

    return windows_of(cosines, seconds, ConfirmOptions(), happens)


def _inside(events: Sequence[Event], seconds: NDArray[np.float64]) -> NDArray[np.float32]:
    """1 at keyframes of an event, the nearest one of an event that falls between two."""
    inside = np.zeros(len(seconds), np.float32)
    for event in events:
        there = (seconds >= event.start_seconds) & (seconds <= event.end_seconds)
        middle = (event.start_seconds + event.end_seconds) / 2
        inside[there if there.any() else np.abs(seconds - middle).argmin()] = 1.0
    return inside


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    session = open_session(None, None)
    clips: list[int] = []
    rows: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    for number in range(options.clips):
        found = rows_of(sample_story(rng, seconds=CLIP_SECONDS), session, rng)
        rows += found
        clips += [number] * len(found)
    np.savez_compressed(
        options.out,
        clips=np.array(clips),
        lengths=np.array([len(inside) for _, inside in rows]),
        curves=np.concatenate([one for one, _ in rows]),
        inside=np.concatenate([inside for _, inside in rows]),
    )


if __name__ == "__main__":
    main()
