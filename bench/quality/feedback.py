"""`video-assistant evaluate feedback`: results of an underspecified query once one is pinned and two are rejected."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.retrieval.feedback import apply_feedback
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.session import Session

TOP = 10
LOOKED_THROUGH = 60  # results among which the pinned and the rejected ones must be
MIN_RELEVANT = 6  # frames that show what is meant; a query with fewer is left out


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """`feedback.p10`: the share of the next ten results that show what is meant; `feedback.p10_before`: the same
    without feedback; `feedback.queries`: how many queries were measured.

    The query is "a car", and a red car is meant: the first result that shows a red car is pinned, the first two that do
    not are rejected, and none of these three counts as a result any more.

    Args:
        session: whose retrieval model is measured.
        seed: of the frames.
        size: how many frames are searched.

    Raises:
        VideoAssistantError: no query has enough frames that show what is meant.
    """
    from training.world.render import draw
    from training.world.scene import COLOURS, KINDS, sample_scene

    rng = random.Random(f"feedback {seed}")
    scenes = [sample_scene(rng) for _ in range(size)]
    vectors = np.stack([session.clip.embed_images([np.array(draw(scene))])[0] for scene in scenes])
    before: list[float] = []
    after: list[float] = []
    for kind in KINDS:
        query = session.clip.embed_texts([f"a {kind}"])
        order = np.argsort(-(vectors @ query[0]))
        for colour in COLOURS:
            relevant = np.array([any((a.colour, a.kind) == (colour, kind) for a in scene.actors) for scene in scenes])
            pinned = [i for i in order[:LOOKED_THROUGH] if relevant[i]][:1]
            rejected = [i for i in order[:LOOKED_THROUGH] if not relevant[i]][:2]
            if relevant.sum() < MIN_RELEVANT or not pinned or not rejected:
                continue
            moved = apply_feedback(query, pinned=list(vectors[pinned]), rejected=list(vectors[rejected]))
            marked = [*pinned, *rejected]
            for precisions, ranking in ((before, order), (after, np.argsort(-(vectors @ moved[0])))):
                rest = ranking[~np.isin(ranking, marked)]
                precisions.append(float(relevant[rest[:TOP]].mean()))
    if not after:
        raise VideoAssistantError(f"{size} frames are too few for any query; take --size 500 or more")
    figures = {"feedback.p10": float(np.mean(after)), "feedback.p10_before": float(np.mean(before))}
    figures |= {"feedback.queries": float(len(after))}
    return {"figures": figures, "settings": {"seed": seed, "size": size}}
