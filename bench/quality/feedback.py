"""What a click is worth: results of an underspecified query after one was pinned and two were rejected."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.retrieval.feedback import apply_feedback
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.session import Session

TOP = 10
SHOWN = 60  # results that somebody looks through for the first one to keep
LEAST = 6  # frames that show what is meant, or the query does not count


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """`feedback.p10`: of the next ten results, the share that shows what is meant; `.before`: without feedback.

    Somebody asks for "a car" and means a red one: the first result that shows a red car is pinned, the first two that
    do not are rejected, and none of the three counts any more.
    """
    from training.world.render import draw
    from training.world.scene import COLOURS, KINDS, sample_scene

    rng = random.Random(f"feedback {seed}")
    scenes = [sample_scene(rng) for _ in range(size)]
    pictures = [session.clip.embed_images([np.array(draw(scene))])[0] for scene in scenes]
    vectors = np.stack(pictures)
    before: list[float] = []
    after: list[float] = []
    for kind in KINDS:
        query = session.clip.embed_texts([f"a {kind}"])
        order = np.argsort(-(vectors @ query[0]))
        for colour in COLOURS:
            meant = np.array([any((a.colour, a.kind) == (colour, kind) for a in scene.actors) for scene in scenes])
            pinned = [i for i in order[:SHOWN] if meant[i]][:1]
            rejected = [i for i in order[:SHOWN] if not meant[i]][:2]
            if meant.sum() < LEAST or not pinned or not rejected:
                continue
            moved = apply_feedback(query, pinned=list(vectors[pinned]), rejected=list(vectors[rejected]))
            marked = [*pinned, *rejected]
            for found, ranked in ((before, order), (after, np.argsort(-(vectors @ moved[0])))):
                rest = ranked[~np.isin(ranked, marked)]
                found.append(float(meant[rest[:TOP]].mean()))
    if not after:
        raise VideoAssistantError(f"{size} frames are too few for any query; take 500 or more")
    figures = {"feedback.p10": float(np.mean(after)), "feedback.p10_before": float(np.mean(before))}
    figures |= {"feedback.queries": float(len(after))}
    return {"figures": figures, "settings": {"seed": seed, "size": size}}
