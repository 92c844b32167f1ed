"""Questions about pictures: right answers by kind, in both languages, of several frames, without the picture at all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import prompts
from training.common.models import IMAGE_SIZE
from training.evaluation.protocol import Core, Figures, Split, mean, same, share
from training.language.held_out import QUESTION_WORDINGS
from training.world.episodes import EPISODE_KINDS, sample_claim, sample_episode
from training.world.questions import (
    QUESTION_KINDS,
    full_caption,
    sample_question,
    sample_statement,
)
from training.world.render import model_frame
from training.world.scene import Pairs
from training.world.wordings import WORDINGS

RELATIONS = ("left", "right", "side", "front")
BATCH = 16
CAPTION_TOKENS = 64
VIETNAMESE_SHARE = 0.5  # of the English size: each question is translated first


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the frames it is about, and the true answer."""

    question: str
    frames: tuple[Any, ...]  # HWC uint8 RGB
    answer: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was written, and how surely."""

    right: bool
    confidence: float


def answers(core: Core, split: Split) -> Figures:
    """`vqa.en.<kind>` and `vqa.en.mean`, `vqa.worst`, `vqa.relations`, `vqa.count`, `vqa.frames` (`.frames.<kind>`),
    `vqa.claims`, `vqa.vi.*`, `vqa.unseen.mean`, `paraphrase.*`, baselines `vqa.blind` and `vqa.majority`,
    `calibration.*`, `vqa.ms`.
    """
    figures: Figures = {}
    english, majority, outcomes = {}, [], []
    for kind in QUESTION_KINDS:
        asked = list(_questions(split, kind))
        found = [_ask(core, one) for one in asked]
        outcomes += found
        english[kind] = [one.right for one in found]
        common = Counter(one.answer for one in asked).most_common(1)[0][1]
        majority.append(common / len(asked))
        figures |= share(f"vqa.en.{kind}", english[kind])
    figures |= mean("vqa.en.mean", list(english.values()))
    figures["vqa.worst"] = min(figures[f"vqa.en.{kind}"] for kind in QUESTION_KINDS)
    figures |= mean("vqa.relations", [english[kind] for kind in RELATIONS])
    figures |= share("vqa.count", english["count"])
    figures["vqa.majority"] = float(np.mean(majority))
    figures |= _frames(core, split) | _claims(core, split)
    figures |= _vietnamese(core, split)
    figures |= _generalisation(core, split)
    figures |= _verify(core, split) | _captions(core, split)
    figures |= calibration(outcomes)
    return figures | {"vqa.ms": _milliseconds(core, split)}


def _questions(
    split: Split,
    kind: str,
    *,
    name: str = "",
    count: int | None = None,
    pairs: Pairs = "all",
    wordings: dict[str, tuple[str, ...]] = WORDINGS,
) -> Iterator[Asked]:
    made = 0
    for scene, rng in split.scenes(f"vqa {name or kind} {kind}", pairs):
        if question := sample_question(scene, rng, kind, wordings):
            yield Asked(question.text, (model_frame(scene, IMAGE_SIZE, rng),), question.answer)
            made += 1
            if made == (count or split.size):
                return


def _ask(core: Core, asked: Asked, question: str | None = None) -> Outcome:
    """Asks as the product does: one frame as it is, several as one sequence."""
    text = asked.question if question is None else question
    features, many = core.features(asked.frames), len(asked.frames)
    visual = core.in_order(features, text, [range(many)]) if many > 1 else core.queries(features, text)
    (written,) = core.write(prompts.render("answer", question=text), visual, max_new_tokens=24)
    return Outcome(same(written.text, asked.answer), written.confidence)


def _frames(core: Core, split: Split) -> Figures:
    figures: Figures = {}
    parts = []
    for kind in EPISODE_KINDS:
        rng = split.rng(f"episodes {kind}")
        results = []
        for _ in range(max(20, split.size // 2)):
            episode = sample_episode(rng, kind)
            frames = tuple(model_frame(episode.shot.scene(at), IMAGE_SIZE, rng) for at in episode.seconds)
            results.append(_ask(core, Asked(episode.text, frames, episode.answer)).right)
        figures |= share(f"vqa.frames.{kind}", results)
        parts.append(results)
    return figures | mean("vqa.frames", parts)


def _claims(core: Core, split: Split) -> Figures:
    """Whether something happens in several frames, as a search for events asks it."""
    rng = split.rng("claims")
    results = []
    for _ in range(max(40, split.size)):
        claim = sample_claim(rng)
        frames = [model_frame(claim.shot.scene(at), IMAGE_SIZE, rng) for at in claim.seconds]
        visual = core.in_order(core.features(frames), claim.text, [range(len(frames))])
        yes, no = core.score(prompts.render("verify", statement=claim.text), ("yes", "no"), visual)[0]
        results.append(("yes" if yes > no else "no") == claim.answer)
    return share("vqa.claims", results)


def _vietnamese(core: Core, split: Split) -> Figures:
    """Asked in Vietnamese and answered through the translator, as the product does."""
    from training.evaluation.vietnamese import KINDS, in_vietnamese

    figures: Figures = {}
    parts = []
    for kind in KINDS:
        results = []
        rng = split.rng(f"vietnamese {kind}")
        wanted = max(10, round(split.size * VIETNAMESE_SHARE))
        for scene, _ in split.scenes(f"vietnamese scenes {kind}"):
            if (found := in_vietnamese(kind, scene, rng)) is None:
                continue
            text, answer = found
            prompt = prompts.render("translate", source="Vietnamese", target="English", text=text)
            english = core.write(prompt, max_new_tokens=64)[0].text
            asked = Asked(english, (model_frame(scene, IMAGE_SIZE, rng),), answer)
            results.append(_ask(core, asked).right)
            if len(results) == wanted:
                break
        figures |= share(f"vqa.vi.{kind}", results)
        parts.append(results)
    return figures | mean("vqa.vi.mean", parts)


def _generalisation(core: Core, split: Split) -> Figures:
    """Unseen combinations, unseen wordings, and the same questions without their pictures."""
    few = max(10, split.size // 4)
    unseen, seen_words, new_words, blind = [], [], [], []
    for kind in QUESTION_KINDS:
        combinations = _questions(split, kind, name="unseen", count=few, pairs="unseen")
        unseen.append([_ask(core, one).right for one in combinations])
        seen_words.append([_ask(core, one).right for one in _questions(split, kind, name="paraphrase", count=few)])
        paraphrased = list(_questions(split, kind, name="paraphrase", count=few, wordings=QUESTION_WORDINGS))
        new_words.append([_ask(core, one).right for one in paraphrased])
        blind.append([_blind(core, one) for one in paraphrased])
    figures = mean("vqa.unseen.mean", unseen) | mean("vqa.blind", blind)
    figures |= mean("paraphrase.seen", seen_words) | mean("paraphrase.unseen", new_words)
    return figures | {"paraphrase.ratio": figures["paraphrase.unseen"] / max(figures["paraphrase.seen"], 1e-9)}


def _blind(core: Core, asked: Asked) -> bool:
    (written,) = core.write(prompts.render("answer", question=asked.question), max_new_tokens=24)
    return same(written.text, asked.answer)


def _verify(core: Core, split: Split) -> Figures:
    results = []
    for scene, rng in split.scenes("verify"):
        statement, there = sample_statement(scene, rng)
        queries = core.queries(core.features([model_frame(scene, IMAGE_SIZE, rng)]), statement)
        yes, no = core.score(prompts.render("verify", statement=statement), ("yes", "no"), queries)[0]
        results.append(bool(yes > no) == there)
        if len(results) == split.size:
            return share("vqa.verify", results)
    raise AssertionError("scenes never end")


def _captions(core: Core, split: Split) -> Figures:
    """Whole captions right, and how much of their words stands in the right order (normalised indel similarity)."""
    from rapidfuzz.distance import Indel

    prompt = prompts.render("caption")
    exact, alike = [], []
    for scene, rng in split.scenes("captions"):
        queries = core.queries(core.features([model_frame(scene, IMAGE_SIZE, rng)]), prompt.lower())
        written = core.write(prompt, queries, max_new_tokens=CAPTION_TOKENS)[0].text
        truth = full_caption(scene)
        exact.append(same(written, truth))
        alike.append(Indel.normalized_similarity(written.split(), truth.split()))
        if len(exact) == split.size:
            return share("captions.exact", exact) | {"captions.similarity": float(np.mean(alike))}
    raise AssertionError("scenes never end")


def calibration(outcomes: Sequence[Outcome], *, bins: int = 10) -> Figures:
    """`calibration.ece`, the expected calibration error (Guo et al. 2017) over equally filled bins (Nixon et al. 2019);
    `calibration.risk_at_0.8` and `_0.5`, the share of wrong answers among the surest 80 % and 50 %.
    """
    ordered = sorted(outcomes, key=lambda one: one.confidence)
    error = 0.0
    for part in np.array_split(np.arange(len(ordered)), bins):
        if len(part):
            confidence = np.mean([ordered[i].confidence for i in part])
            right = np.mean([ordered[i].right for i in part])
            error += len(part) / len(ordered) * abs(float(confidence - right))
    figures = {"calibration.ece": error}
    for coverage in (0.8, 0.5):
        surest = ordered[len(ordered) - round(coverage * len(ordered)) :]
        figures[f"calibration.risk_at_{coverage:.1f}"] = 1 - float(np.mean([one.right for one in surest]))
    return figures


def _milliseconds(core: Core, split: Split) -> float:
    """The median time of one question about one frame, picture features included."""
    times = []
    for asked in _questions(split, "colour", name="time", count=30):
        start = time.perf_counter()
        _ask(core, asked)
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000
