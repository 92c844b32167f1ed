"""`video-assistant evaluate rerank`: what re-ranking by the matching model adds to a search."""

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

FRAMES_PER_QUERY = 4  # of the gallery


def evaluate(session: Session, *, seed: int, size: int) -> dict[str, Any]:
    """`rerank.r1` and `rerank.r1_before`: the share of queries for one or two things whose first hit in a gallery shows
    all of them, with and without re-ranking; `rerank.r1_gain`: their difference; `matching.auc`: the area under the ROC
    curve of true captions against captions of the same frames with one thing wrong.

    Args:
        session: whose retrieval and matching models are measured.
        seed: of the frames and queries.
        size: frames of the gallery, which no training saw.

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
    for caption in _queries(scenes, rng, max(10, size // FRAMES_PER_QUERY)):
        nearest = np.argsort(-(vectors @ session.clip.embed_texts([caption.text])[0]))[: RerankOptions().candidates]
        reranked = nearest[np.argsort(-matcher.match(caption.text, features[nearest]), kind="stable")]
        before.append(caption.fits(scenes[nearest[0]]))
        after.append(caption.fits(scenes[reranked[0]]))
    figures = share("rerank.r1", after) | share("rerank.r1_before", before)
    figures["rerank.r1_gain"] = figures["rerank.r1"] - figures["rerank.r1_before"]
    figures["matching.auc"] = _matching_auc(matcher, scenes, features, rng)
    return {"figures": figures, "settings": {"seed": seed, "size": size, "queries": len(after), "yardstick": digest()}}


def _queries(scenes: Sequence[Scene], rng: random.Random, count: int) -> Iterator[Caption]:
    """Captions of sampled frames, as queries; captions that `Caption.fits` cannot check are left out."""
    while count:
        caption = sample_caption(rng.choice(scenes), rng)
        if caption.wanted and not caption.ordered:
            yield caption
            count -= 1


def _matching_auc(
    matcher: Matcher, scenes: Sequence[Scene], features: NDArray[np.float16], rng: random.Random
) -> float:
    scores: list[list[float]] = [[], []]
    for scene, states in zip(scenes, features, strict=True):
        texts = sample_caption(scene, rng).text, false_caption(scene, rng)
        for column, text in zip(scores, texts, strict=True):
            column += matcher.match(text, states[None]).tolist()
    return area_under_curve(*scores)
