"""Questions about things that the world does not have; whatever the picture, the core should not claim anything."""

from __future__ import annotations

import random
from typing import NamedTuple

import prompts
from training.common.models import IMAGE_SIZE
from training.evaluation.protocol import Core, Figures, Split, mean, share
from training.evaluation.vietnamese import CLASSES
from training.language.held_out import QUESTION_WORDINGS, UNKNOWN_THINGS, VI_WORDINGS
from training.language.names import Thing
from training.language.translation_wordings import VI_WORDINGS as VI_TRAINED
from training.world.questions import article, plural
from training.world.render import model_frame
from training.world.scene import COLOURS
from training.world.wordings import WORDINGS

WAYS = ("exist", "count", "colour", "left", "right", "front", "direction", "carries")
COLOURED = frozenset({"exist", "left", "right", "front", "direction"})  # ways of asking that may name a colour
CLAIMS_NOTHING = frozenset({"none", "no", "zero"})
"""Answers that claim nothing about a thing: unknown, not there, no number of them."""
TRANSLATED_TOKENS = 64


class UnknownThingQuestion(NamedTuple):
    """A question about an unknown thing, and its way of asking (one of `WAYS`)."""

    way: str
    text: str


def in_english(rng: random.Random) -> UnknownThingQuestion:
    """Draws a question in English; all things and half of the wordings are held out of training."""
    way, thing = rng.choice(WAYS), _unknown_thing(rng)
    wordings = (QUESTION_WORDINGS if rng.random() < 0.5 else WORDINGS)[way]
    name = f"{thing.colour} {thing.kind}" if thing.colour and way in COLOURED else thing.kind
    plural_name = plural(name)
    return UnknownThingQuestion(
        way, rng.choice(wordings).format(a=article(name), name=name, kind=thing.kind, many=plural_name)
    )


def in_vietnamese(rng: random.Random) -> UnknownThingQuestion:
    """Draws a question in Vietnamese; all things and half of the wordings are held out of training."""
    way, thing = rng.choice(WAYS), _unknown_thing(rng)
    name = CLASSES[way]
    held_out = VI_WORDINGS.get(name, ())
    thing = thing if way in COLOURED else Thing(thing.kind, vietnamese=thing.vietnamese)
    words = thing.vi(rng)
    pattern = rng.choice(held_out if held_out and rng.random() < 0.5 else VI_TRAINED[name])
    return UnknownThingQuestion(way, pattern.format(vi=words, vi_bare=words, vi_one=f"một {words}", vi_person=words))


def unknown_things(core: Core, split: Split) -> Figures:
    """Measures whether the core claims nothing about things that the world does not have.

    Returns:
        `limits.unknown.en`, `limits.unknown.vi` and their mean `limits.unknown`, the shares of questions whose answer
        claims nothing; `limits.unknown.verify`, the share of statements "it is there" that the core rejects.
    """
    rng = split.rng("strangers")
    english: list[bool] = []
    vietnamese: list[bool] = []
    refused: list[bool] = []
    for scene, _ in split.scenes("strangers"):
        features = core.features([model_frame(scene, IMAGE_SIZE, rng)])
        question_vi = in_vietnamese(rng).text
        prompt = prompts.render("pocket/translate", source="Vietnamese", target="English", text=question_vi)
        translated = core.write(prompt, max_new_tokens=TRANSLATED_TOKENS)[0].text
        for results, question in ((english, in_english(rng).text), (vietnamese, translated)):
            (written,) = core.write(
                prompts.render("pocket/answer", question=question), core.queries(features, question)
            )
            results.append(written.text in CLAIMS_NOTHING)
        statement = _unknown_thing(rng).a
        yes, no = core.score(
            prompts.render("pocket/verify", statement=statement), ("yes", "no"), core.queries(features, statement)
        )[0]
        refused.append(bool(no > yes))
        if len(refused) == max(20, split.size // 2):
            break
    figures = share("limits.unknown.en", english) | share("limits.unknown.vi", vietnamese)
    return figures | mean("limits.unknown", (english, vietnamese)) | share("limits.unknown.verify", refused)


def _unknown_thing(rng: random.Random) -> Thing:
    english, vietnamese = rng.choice(UNKNOWN_THINGS)
    return Thing(english, rng.choice(list(COLOURS)) if rng.random() < 0.4 else None, vietnamese=vietnamese)
