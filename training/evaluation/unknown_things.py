"""Questions about things that the world does not have: the core is to say that it cannot tell, whatever the picture."""

from __future__ import annotations

import random
from typing import NamedTuple

import prompts
from training.common.models import IMAGE_SIZE
from training.evaluation.protocol import Core, Figures, Split, mean, share
from training.evaluation.vietnamese import CLASSES
from training.language.held_out import QUESTION_WORDINGS, STRANGERS, VI_WORDINGS
from training.language.names import Thing
from training.language.translation import VI_WORDINGS as VI_TRAINED
from training.world.questions import article, plural
from training.world.render import model_frame
from training.world.scene import COLOURS
from training.world.wordings import WORDINGS

WAYS = ("exist", "count", "colour", "left", "right", "front", "direction", "carries")
COLOURED = frozenset({"exist", "left", "right", "front", "direction"})  # ways that may name a colour, too
UNTOLD = frozenset({"none", "no", "zero"})
"""What claims nothing of a thing: that the picture does not tell, that it is not there, that there are none."""
TRANSLATED_TOKENS = 64


class Strange(NamedTuple):
    """One question about a stranger."""

    way: str
    text: str


def in_english(rng: random.Random) -> Strange:
    """Half of the wordings are held out of training; all things are."""
    way, thing = rng.choice(WAYS), _stranger(rng)
    wordings = (QUESTION_WORDINGS if rng.random() < 0.5 else WORDINGS)[way]
    name = f"{thing.colour} {thing.kind}" if thing.colour and way in COLOURED else thing.kind
    many = plural(name)
    return Strange(way, rng.choice(wordings).format(a=article(name), name=name, kind=thing.kind, many=many))


def in_vietnamese(rng: random.Random) -> Strange:
    """The same in Vietnamese."""
    way, thing = rng.choice(WAYS), _stranger(rng)
    name = CLASSES[way]
    held = VI_WORDINGS.get(name, ())
    thing = thing if way in COLOURED else Thing(thing.kind, vietnamese=thing.vietnamese)
    said = thing.vi(rng)
    pattern = rng.choice(held if held and rng.random() < 0.5 else VI_TRAINED[name])
    return Strange(way, pattern.format(vi=said, vi_bare=said, vi_one=f"một {said}", vi_person=said))


def strangers(core: Core, split: Split) -> Figures:
    """`limits.unknown.en`, `.vi` and their mean `limits.unknown`: questions about things that the world does not have
    of which the answer claims nothing; `limits.unknown.verify`: statements that they are there which are not believed.
    """
    rng = split.rng("strangers")
    english: list[bool] = []
    vietnamese: list[bool] = []
    refused: list[bool] = []
    for scene, _ in split.scenes("strangers"):
        features = core.features([model_frame(scene, IMAGE_SIZE, rng)])
        asked = in_vietnamese(rng).text
        prompt = prompts.render("translate", source="Vietnamese", target="English", text=asked)
        translated = core.write(prompt, max_new_tokens=TRANSLATED_TOKENS)[0].text
        for results, question in ((english, in_english(rng).text), (vietnamese, translated)):
            (said,) = core.write(prompts.render("answer", question=question), core.queries(features, question))
            results.append(said.text in UNTOLD)
        statement = _stranger(rng).a
        yes, no = core.score(
            prompts.render("verify", statement=statement), ("yes", "no"), core.queries(features, statement)
        )[0]
        refused.append(bool(no > yes))
        if len(refused) == max(20, split.size // 2):
            break
    figures = share("limits.unknown.en", english) | share("limits.unknown.vi", vietnamese)
    return figures | mean("limits.unknown", (english, vietnamese)) | share("limits.unknown.verify", refused)


def _stranger(rng: random.Random) -> Thing:
    english, vietnamese = rng.choice(STRANGERS)
    return Thing(english, rng.choice(list(COLOURS)) if rng.random() < 0.4 else None, vietnamese=vietnamese)
