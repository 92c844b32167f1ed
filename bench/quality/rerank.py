"""What a model that reads words and picture together adds to a search: near misses told apart, the first hit right."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.retrieval.rerank import RerankOptions
from tools.errors import VideoAssistantError
from training.common.metrics import area_under_curve
from training.common.models import IMAGE_SIZE
from training.evaluation.protocol import digest, share
from training.world.captions import Caption, false_caption, sample_caption
from training.world.render import model_frame
from training.world.scene import Scene, sample_scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from assistant.models.blip.matching import Matcher
    from assistant.session import Session

QUERY_SHARE = 4  # one query for so many frames of the gallery


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """`rerank.r1` and `rerank.r1_before`: the first of a gallery of `size` unseen frames shows everything that a query
    of one or two things asks for, with and without re-ranking; `rerank.r1_gain`, their difference; `matching.auc`: true
    captions against captions with one thing wrong, of the same frames.

    Raises:
        VideoAssistantError: the profile has no matching model here.
    """
    matcher = session.matcher()
    if matcher is None:
        raise VideoAssistantError(
            f"profile {session.profile.name} has no matching model here; `models` says which, `models pull` brings it"
        )
    rng = random.Random(f"rerank {seed}")
    scenes = [sample_scene(rng) for _ in range(size)]
    pictures = [model_frame(scene, IMAGE_SIZE, rng) for scene in scenes]
    features = np.concatenate([matcher.features(pictures[start : start + 50]) for start in range(0, size, 50)])
    vectors = np.concatenate([session.clip.embed_images(pictures[start : start + 50]) for start in range(0, size, 50)])
    before, after = [], []
    for caption in _queries(scenes, rng, max(10, size // QUERY_SHARE)):
        nearest = np.argsort(-(vectors @ session.clip.embed_texts([caption.text])[0]))[: RerankOptions().candidates]
        matched = nearest[np.argsort(-matcher.match(caption.text, features[nearest]), kind="stable")]
        before.append(caption.fits(scenes[nearest[0]]))
        after.append(caption.fits(scenes[matched[0]]))
    figures = share("rerank.r1", after) | share("rerank.r1_before", before)
    figures["rerank.r1_gain"] = figures["rerank.r1"] - figures["rerank.r1_before"]
    figures["matching.auc"] = _against_near_misses(matcher, scenes, features, rng)
    return {"figures": figures, "settings": {"seed": seed, "size": size, "queries": len(after), "yardstick": digest()}}


def _queries(scenes: Sequence[Scene], rng: random.Random, count: int) -> Iterator[Caption]:
    """Of things that some of the frames show; what `Caption.fits` cannot check is left out."""
    while count:
        caption = sample_caption(rng.choice(scenes), rng)
        if caption.wanted and not caption.ordered:
            yield caption
            count -= 1


def _against_near_misses(
    matcher: Matcher, scenes: Sequence[Scene], features: NDArray[np.float16], rng: random.Random
) -> float:
    scores: list[list[float]] = [[], []]
    for scene, states in zip(scenes, features, strict=True):
        texts = sample_caption(scene, rng).text, false_caption(scene, rng)
        for found, text in zip(scores, texts, strict=True):
            found += matcher.match(text, states[None]).tolist()
    return area_under_curve(*scores)
