"""Questions about pictures: right answers by kind, in both languages, of several frames, and without the picture."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import prompts
from training.common.models import IMAGE_SIZE
from training.evaluation.protocol import Core, Figures, Split, is_same, mean, share
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
VIETNAMESE_SHARE = 0.5  # Vietnamese questions for each English one: they take longer, as each is translated first


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the frames that it is about, and the true answer."""

    question: str
    frames: tuple[Any, ...]  # HWC uint8 RGB
    answer: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether an answer was right, and its confidence in [0, 1]."""

    right: bool
    confidence: float


def answers(core: Core, split: Split) -> Figures:
    """Measures answers about pictures.

    Returns:
        `vqa.en.<kind>` and `vqa.en.mean`, `vqa.worst`, `vqa.relations`, `vqa.count`, `vqa.frames` (`.frames.<kind>`),
        `vqa.claims`, `vqa.vi.*`, `vqa.unseen.mean`, `paraphrase.*`, `vqa.verify`, `captions.*`, `calibration.*`,
        `vqa.ms`, and the baselines `vqa.blind` and `vqa.majority`.
    """
    figures: Figures = {}
    english, majority, outcomes = {}, [], []
    for kind in QUESTION_KINDS:
        questions = list(_questions(split, kind))
        answered = [_ask(core, question) for question in questions]
        outcomes += answered
        english[kind] = [outcome.right for outcome in answered]
        most_common = Counter(question.answer for question in questions).most_common(1)[0][1]
        majority.append(most_common / len(questions))
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


def _ask(core: Core, asked: Asked) -> Outcome:
    """Asks as the product does: about a single frame, or about several frames as one sequence."""
    text = asked.question
    features, count = core.features(asked.frames), len(asked.frames)
    visual = core.window_queries(features, text, [range(count)]) if count > 1 else core.queries(features, text)
    (written,) = core.write(prompts.render("pocket/answer", question=text), visual, max_new_tokens=24)
    return Outcome(is_same(written.text, asked.answer), written.confidence)


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
    """Measures whether events in several frames are recognised, asked as a search for events asks."""
    rng = split.rng("claims")
    results = []
    for _ in range(max(40, split.size)):
        claim = sample_claim(rng)
        frames = [model_frame(claim.shot.scene(at), IMAGE_SIZE, rng) for at in claim.seconds]
        visual = core.window_queries(core.features(frames), claim.text, [range(len(frames))])
        yes, no = core.score(prompts.render("pocket/verify", statement=claim.text), ("yes", "no"), visual)[0]
        results.append(("yes" if yes > no else "no") == claim.answer)
    return share("vqa.claims", results)


def _vietnamese(core: Core, split: Split) -> Figures:
    """Measures questions in Vietnamese, which are translated before they are answered, as in the product."""
    from training.evaluation.vietnamese import KINDS, in_vietnamese

    figures: Figures = {}
    parts = []
    for kind in KINDS:
        results = []
        rng = split.rng(f"vietnamese {kind}")
        wanted = max(10, round(split.size * VIETNAMESE_SHARE))
        for scene, _ in split.scenes(f"vietnamese scenes {kind}"):
            if (question := in_vietnamese(kind, scene, rng)) is None:
                continue
            text, answer = question
            prompt = prompts.render("pocket/translate", source="Vietnamese", target="English", text=text)
            english = core.write(prompt, max_new_tokens=64)[0].text
            asked = Asked(english, (model_frame(scene, IMAGE_SIZE, rng),), answer)
            results.append(_ask(core, asked).right)
            if len(results) == wanted:
                break
        figures |= share(f"vqa.vi.{kind}", results)
        parts.append(results)
    return figures | mean("vqa.vi.mean", parts)


def _generalisation(core: Core, split: Split) -> Figures:
    """Measures unseen combinations, unseen wordings, and the same questions without their pictures."""
    count = max(10, split.size // 4)
    unseen, seen_words, new_words, blind = [], [], [], []
    for kind in QUESTION_KINDS:
        combinations = _questions(split, kind, name="unseen", count=count, pairs="unseen")
        unseen.append([_ask(core, asked).right for asked in combinations])
        seen_words.append(
            [_ask(core, asked).right for asked in _questions(split, kind, name="paraphrase", count=count)]
        )
        paraphrased = list(_questions(split, kind, name="paraphrase", count=count, wordings=QUESTION_WORDINGS))
        new_words.append([_ask(core, asked).right for asked in paraphrased])
        blind.append([_is_right_without_picture(core, asked) for asked in paraphrased])
    figures = mean("vqa.unseen.mean", unseen) | mean("vqa.blind", blind)
    figures |= mean("paraphrase.seen", seen_words) | mean("paraphrase.unseen", new_words)
    return figures | {"paraphrase.ratio": figures["paraphrase.unseen"] / max(figures["paraphrase.seen"], 1e-9)}


def _is_right_without_picture(core: Core, asked: Asked) -> bool:
    (written,) = core.write(prompts.render("pocket/answer", question=asked.question), max_new_tokens=24)
    return is_same(written.text, asked.answer)


def _verify(core: Core, split: Split) -> Figures:
    results = []
    for scene, rng in split.scenes("verify"):
        statement, is_true = sample_statement(scene, rng)
        queries = core.queries(core.features([model_frame(scene, IMAGE_SIZE, rng)]), statement)
        yes, no = core.score(prompts.render("pocket/verify", statement=statement), ("yes", "no"), queries)[0]
        results.append(bool(yes > no) == is_true)
        if len(results) == split.size:
            return share("vqa.verify", results)
    raise AssertionError("scenes never end")


def _captions(core: Core, split: Split) -> Figures:
    """Measures captions: the share that is right as a whole, and the normalised indel similarity of their words."""
    from rapidfuzz.distance import Indel

    prompt = prompts.render("pocket/caption")
    exact, similarities = [], []
    for scene, rng in split.scenes("captions"):
        queries = core.queries(core.features([model_frame(scene, IMAGE_SIZE, rng)]), prompt.lower())
        written = core.write(prompt, queries, max_new_tokens=CAPTION_TOKENS)[0].text
        truth = full_caption(scene)
        exact.append(is_same(written, truth))
        similarities.append(Indel.normalized_similarity(written.split(), truth.split()))
        if len(exact) == split.size:
            return share("captions.exact", exact) | {"captions.similarity": float(np.mean(similarities))}
    raise AssertionError("scenes never end")


def calibration(outcomes: Sequence[Outcome], *, bins: int = 10) -> Figures:
    """Measures how well confidences predict right answers.

    Returns:
        `calibration.ece`, the expected calibration error (Guo et al. 2017) over equally filled bins (Nixon et al.
        2019); `calibration.risk_at_0.8` and `_0.5`, the share of wrong answers among the most confident 80 % and 50 %.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.confidence)
    error = 0.0
    for part in np.array_split(np.arange(len(ordered)), bins):
        if len(part):
            confidence = np.mean([ordered[i].confidence for i in part])
            right = np.mean([ordered[i].right for i in part])
            error += len(part) / len(ordered) * abs(float(confidence - right))
    figures = {"calibration.ece": error}
    for coverage in (0.8, 0.5):
        most_confident = ordered[len(ordered) - round(coverage * len(ordered)) :]
        figures[f"calibration.risk_at_{coverage:.1f}"] = 1 - float(
            np.mean([outcome.right for outcome in most_confident])
        )
    return figures


def _milliseconds(core: Core, split: Split) -> float:
    """Returns the median milliseconds of a question about one frame, including the features of the picture."""
    times = []
    for asked in _questions(split, "colour", name="time", count=30):
        start = time.perf_counter()
        _ask(core, asked)
        times.append(time.perf_counter() - start)
    return float(np.median(times)) * 1000
