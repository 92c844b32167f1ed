"""Text to image: does the right frame come first among a thousand?"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.common.models import IMAGE_SIZE
from training.evaluation.protocol import Embedder, Figures, Split, interval
from training.language.names import Thing
from training.language.vietnamese import full_caption as vietnamese_caption
from training.world.questions import article, full_caption
from training.world.render import model_frame
from training.world.scene import LANES, PAIRS, WIDTH, Pairs, Scene, sample_backdrop, sample_scene

BINS = 8  # of a colour histogram, for each channel
THUMBNAIL = 24  # pixels wide, of the raw-pixel baseline
SHORT_QUERIES = 60
PREVALENCE = 0.02  # of a short query in its gallery


def retrieval(embedder: Embedder, split: Split, *, baselines: bool = True) -> Figures:
    """`retrieval.*` for full captions in English (`retrieval.vi.*`: Vietnamese), `retrieval.unseen.*` where one actor
    is of a combination held out by the generalisation run, `short.p5` for "a red car"; and two untrained baselines.

    Frames with the same caption as the query's count as right; `strict` is the figure that counts them as wrong.
    """
    figures: Figures = {}
    parts: tuple[tuple[str, Pairs], ...] = (("retrieval", "all"), ("retrieval.unseen", "unseen"))
    for name, pairs in parts:
        scenes = _gallery(split, name, pairs)
        images = [model_frame(scene, IMAGE_SIZE) for scene in scenes]
        vectors = embedder.embed_images(images)
        captions = [full_caption(scene) for scene in scenes]
        figures |= _recall(name, embedder.embed_texts(captions) @ vectors.T, captions)
        if pairs == "all":
            vietnamese = [vietnamese_caption(scene) for scene in scenes]
            figures |= _recall("retrieval.vi", embedder.embed_texts(vietnamese) @ vectors.T, vietnamese)
            figures |= _short(embedder, split, scenes, vectors)
            if baselines:
                figures |= _baselines(split, scenes, images, captions)
    return figures


def _gallery(split: Split, name: str, pairs: Pairs) -> list[Scene]:
    rng = split.rng(name)
    return [sample_scene(rng, pairs) for _ in range(split.size)]


def _recall(name: str, scores: NDArray[np.floating[Any]], captions: list[str]) -> Figures:
    """Recall of queries `i` in a gallery where frame `i` is right, and every frame with an equal caption."""
    number = {caption: i for i, caption in enumerate(dict.fromkeys(captions))}
    same = np.array([number[caption] for caption in captions])
    above = scores > np.diagonal(scores)[:, None]
    ranks = (above & (same[:, None] != same[None])).sum(1)
    figures: Figures = {f"{name}.median_rank": float(np.median(ranks)) + 1}
    for k in (1, 5, 10):
        figures[f"{name}.r{k}"] = float((ranks < k).mean())
    low, high = interval(figures[f"{name}.r1"], len(captions))
    return figures | {
        f"{name}.r1.low": low,
        f"{name}.r1.high": high,
        f"{name}.strict.r1": float((~above.any(1)).mean()),
    }


def _short(embedder: Embedder, split: Split, scenes: list[Scene], vectors: NDArray[np.floating[Any]]) -> Figures:
    """Precision of the first five for two words, in galleries where one frame in fifty shows what they say."""
    rng = split.rng("short")
    found: dict[str, list[float]] = {"short": [], "short.vi": []}
    many = round(PREVALENCE * len(scenes))
    for colour, kind in rng.sample(PAIRS, min(SHORT_QUERIES, len(PAIRS))):
        shown = np.array([any((a.colour, a.kind) == (colour, kind) for a in scene.actors) for scene in scenes])
        extra: list[Scene] = []
        while shown.sum() + len(extra) < many:
            scene = sample_scene(rng)
            if scene.actors:
                first, *others = scene.actors
                extra.append(scene.with_actors((replace(first, colour=colour, kind=kind, carries=None), *others)))
        keep = np.concatenate([np.flatnonzero(~shown), np.flatnonzero(shown)[:many]])
        gallery, right = vectors[keep], shown[keep]
        if extra:
            gallery = np.concatenate([gallery, embedder.embed_images([model_frame(s, IMAGE_SIZE) for s in extra])])
            right = np.concatenate([right, np.ones(len(extra), bool)])
        queries = {"short": article(f"{colour} {kind}"), "short.vi": Thing(kind, colour).vi()}
        for name, query in queries.items():
            best = np.argsort(-(gallery @ embedder.embed_texts([query])[0]))[:5]
            found[name].append(float(right[best].mean()))
    return {f"{name}.p5": float(np.mean(values)) for name, values in found.items()}


def _baselines(split: Split, scenes: list[Scene], images: list[NDArray[np.uint8]], captions: list[str]) -> Figures:
    """A world in which colours or raw pixels alone find the frame would be too easy.

    Asked with another frame of the same caption: the same actors in the same order, elsewhere, before another backdrop.
    """
    rng = split.rng("twins")
    twins = [model_frame(_twin(scene, rng), IMAGE_SIZE) for scene in scenes]
    figures: Figures = {}
    for name, describe in (("histogram", _histogram), ("pixels", _thumbnail)):
        gallery, queries = (np.stack([describe(image) for image in part]) for part in (images, twins))
        figures |= {
            key: value
            for key, value in _recall(f"retrieval.{name}", queries @ gallery.T, captions).items()
            if key.endswith("r1")
        }
    return figures | {"retrieval.chance.r1": 1 / len(scenes)}


def _twin(scene: Scene, rng: random.Random) -> Scene:
    """Another scene of the same caption: everything that the caption does not say is drawn anew."""
    places = sorted(rng.uniform(20, WIDTH - 20) for _ in scene.actors)
    moved = (
        replace(actor, x=x, lane=rng.choice(LANES), facing=rng.choice(("left", "right")), front=False)
        for actor, x in zip(scene.actors, places, strict=True)
    )
    other = replace(sample_backdrop(rng), place=scene.place, time=scene.time, weather=scene.weather)
    return other.with_actors(tuple(moved))


def _unit(vector: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    centred = vector - vector.mean()
    return np.asarray(centred / (np.linalg.norm(centred) + 1e-9), np.float32)


def _histogram(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    bins = (image // (256 // BINS)).reshape(-1, 3).astype(np.int64)
    counts = np.bincount(bins @ np.array([BINS * BINS, BINS, 1]), minlength=BINS**3)
    return _unit(np.sqrt(counts.astype(np.float64)))


def _thumbnail(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    from PIL import Image

    small = Image.fromarray(image).resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BILINEAR)
    return _unit(np.asarray(small, np.float64).ravel())
