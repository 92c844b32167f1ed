"""Text-to-image retrieval: the rank of the right frame in a gallery."""

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

BINS = 8  # for each channel of the colour histogram
THUMBNAIL = 24  # width and height of the raw-pixel baseline, in pixels
SHORT_QUERIES = 60
PREVALENCE = 0.02  # share of frames in the gallery that a short query is true of


def retrieval(embedder: Embedder, split: Split, *, baselines: bool = True) -> Figures:
    """Measures text-to-image retrieval. Frames with the query's caption count as right, and as wrong for `strict`.

    Returns:
        `retrieval.*` for full captions in English, `retrieval.vi.*` in Vietnamese, `retrieval.unseen.*` for scenes with
        a held-out pair of colour and kind, `short.p5` and `short.vi.p5` for queries such as "a red car", and with
        `baselines` two untrained ones, `retrieval.histogram.*` and `retrieval.pixels.*`, and `retrieval.chance.r1`.
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
    """Returns recall and median rank, given the scores `(queries, frames)`.

    For query i, frame i and every frame with an equal caption is right.
    """
    number = {caption: i for i, caption in enumerate(dict.fromkeys(captions))}
    caption_ids = np.array([number[caption] for caption in captions])
    above = scores > np.diagonal(scores)[:, None]
    ranks = (above & (caption_ids[:, None] != caption_ids[None])).sum(1)
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
    """Returns the precision of the first five frames for a colour and a kind, at a fixed prevalence of right frames."""
    rng = split.rng("short")
    precisions: dict[str, list[float]] = {"short": [], "short.vi": []}
    count = round(PREVALENCE * len(scenes))
    for colour, kind in rng.sample(PAIRS, min(SHORT_QUERIES, len(PAIRS))):
        is_right = np.array([any((a.colour, a.kind) == (colour, kind) for a in scene.actors) for scene in scenes])
        extra: list[Scene] = []
        while is_right.sum() + len(extra) < count:
            scene = sample_scene(rng)
            if scene.actors:
                first, *others = scene.actors
                extra.append(scene.with_actors((replace(first, colour=colour, kind=kind, carries=None), *others)))
        rows = np.concatenate([np.flatnonzero(~is_right), np.flatnonzero(is_right)[:count]])
        gallery, right = vectors[rows], is_right[rows]
        if extra:
            gallery = np.concatenate([gallery, embedder.embed_images([model_frame(s, IMAGE_SIZE) for s in extra])])
            right = np.concatenate([right, np.ones(len(extra), bool)])
        queries = {"short": article(f"{colour} {kind}"), "short.vi": Thing(kind, colour).vi()}
        for name, query in queries.items():
            best = np.argsort(-(gallery @ embedder.embed_texts([query])[0]))[:5]
            precisions[name].append(float(right[best].mean()))
    return {f"{name}.p5": float(np.mean(values)) for name, values in precisions.items()}


def _baselines(split: Split, scenes: list[Scene], images: list[NDArray[np.uint8]], captions: list[str]) -> Figures:
    """Measures retrieval by colours or raw pixels alone, which would be high if the world were too easy.

    The query is another frame of the same caption: the same actors in the same order at other places, with another
    backdrop.
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
    """Draws another scene of the same caption: only what the caption says stays."""
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
