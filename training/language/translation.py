"""Translation between Vietnamese and English, for sentences about the world.

One table serves both directions. All Vietnamese wordings of a question become the same English question, which the
other tasks know; English becomes the first Vietnamese wording.
"""

from __future__ import annotations

import random
import re
from typing import NamedTuple

import prompts
from training.language import vietnamese
from training.language.accents import strip_accents
from training.language.example import Example
from training.language.held_out import VI_WORDINGS as HELD_OUT
from training.language.names import (
    VERBS,
    VI_CARRIED,
    VI_COLOURS,
    VI_NUMBERS,
    Action,
    Predicate,
    Thing,
    sample_action,
    sample_predicate,
    sample_thing,
)
from training.language.out_of_distribution import OUT_OF_DISTRIBUTION_QUESTION, sample_out_of_distribution_question
from training.language.rewording import reword_vietnamese
from training.language.translation_wordings import ENGLISH, VI_WORDINGS
from training.language.unknown_things import sample_vietnamese_unknown_thing, vietnamese_syllable
from training.world.episodes import base, past
from training.world.questions import article, full_caption
from training.world.scene import sample_scene

Pair = tuple[str, str]  # Vietnamese, English

UNKNOWN_SHARE = 0.25  # share of sentences about an unknown thing, or about no person in particular
SOMEBODY_SHARE = 0.25  # share of the latter among them
STRAY_SHARE = 0.15  # share of questions with syllables that mean nothing

ANSWERS: tuple[Pair, ...] = (
    ("có", "yes"),
    ("không có gì", "nothing"),
    ("bên trái", "left"),
    ("bên phải", "right"),
    ("ban ngày", "day"),
    ("ban đêm", "night"),
    ("trời quang", "clear"),
    ("trời mưa", "rain"),
    ("đường phố", "street"),
    ("con đường", "road"),
    ("công viên", "park"),
    ("bãi biển", "beach"),
    ("quảng trường", "square"),
    ("sương mù", "fog"),
    ("một chiếc ô", "an umbrella"),
    ("một ba lô", "a backpack"),
    ("một lá cờ", "a flag"),
    ("tôi không biết", "i don't know"),
    *((vi, number) for number, vi in VI_NUMBERS.items() if number != "zero"),
    *((forms[0], colour) for colour, forms in VI_COLOURS.items()),
)
"""Short answers; `no` and `zero` have the same Vietnamese word, see `_short_answer`."""
_SAID = {verb.present: verb.vi[0] for verb in VERBS}
"""The translation of a predicate that `VERBS` has, too."""
_WEIGHTS = {"sequence": 3, "happened": 2, "event": 3, "thing": 2, "exist": 2, "when": 2, "colour": 1.5, "side": 1.5}
_ABOUT_A_THING = tuple(
    kind for kind, wording in ENGLISH.items() if re.search(r"\{(a|the|many|name|first|ask)\}", wording)
)
_ABOUT_BOTH = ("side", "which_first", "sequence", "happened")
_ENGLISH_WORDING = {"when_happens": 2.0, "after": 2.0, "direction": 1.5}


class Parts(NamedTuple):
    """The things, actions and predicates that fill the blanks of a sentence."""

    thing: Thing
    other: Thing
    first: Action
    second: Action
    predicate: Predicate
    other_predicate: Predicate


def _fill(pattern: str, parts: Parts) -> str:
    thing, other, first, second, predicate, other_predicate = parts
    return pattern.format(
        a=thing.a,
        the=thing.the,
        name=thing.name,
        many=thing.plural_name,
        other=other.the,
        person=Thing("person", thing.colour).the,
        colour=_colour(thing),
        does=predicate.does,
        do=base(predicate.does),
        did=past(predicate.does),
        other_did=past(other_predicate.does),
        ask=first.ask,
        first=first.present,
        second=second.present,
    )


def _colour(thing: Thing) -> str:
    return thing.colour or "red"


def _fill_vi(pattern: str, parts: Parts, rng: random.Random | None) -> str:
    thing, other, first, second, predicate, other_predicate = parts
    colours = VI_COLOURS[_colour(thing)]
    return pattern.format(
        vi=thing.vi(rng),
        vi_bare=thing.vi(rng) if rng and rng.random() < 0.4 else thing.vi(rng, classifier=False),
        vi_one=thing.vi_a(rng),
        vi_other=other.vi(rng),
        vi_person=Thing("person", thing.colour).vi(rng),
        vi_colour=rng.choice(colours) if rng else colours[0],
        vi_did=predicate.vi if rng else _SAID.get(predicate.does, predicate.vi),
        vi_other_did=other_predicate.vi,
        vi_event=first.vi(rng),
        vi_second=second.vi(rng),
    )


def sample_pair(rng: random.Random, *, to_vietnamese: bool = False, held_out: bool = False) -> Pair:
    """Draws a sentence: (Vietnamese, English).

    Args:
        rng: source of randomness.
        to_vietnamese: whether the Vietnamese is the target, in the first wording; else any wording.
        held_out: whether to use the held-out Vietnamese wordings.
    """
    draw = rng.random()
    if not held_out and draw < (0.2 if to_vietnamese else 0.06):
        return _short_answer(rng, to_vietnamese=to_vietnamese)
    if draw < (0.45 if to_vietnamese else 0.12):
        scene = sample_scene(rng)
        return vietnamese.full_caption(scene), full_caption(scene)
    weights = _WEIGHTS | (_ENGLISH_WORDING if to_vietnamese else {})
    kinds = list(HELD_OUT) if held_out and not to_vietnamese else list(ENGLISH)
    kind = rng.choices(kinds, [weights.get(name, 1) for name in kinds])[0]
    things = sample_thing(rng), sample_thing(rng)
    parts = Parts(*things, sample_action(rng), sample_action(rng), sample_predicate(rng), sample_predicate(rng))
    english = _fill(ENGLISH[kind], parts)
    if to_vietnamese:
        return _fill_vi(VI_WORDINGS[kind][0], parts, None), english
    wording = rng.choice(HELD_OUT[kind] if held_out else VI_WORDINGS[kind])
    return _fill_vi(wording, parts, rng), english


def sample_unknown_thing_pair(rng: random.Random) -> Pair:
    """Draws a sentence about an unknown thing, whose name stays Vietnamese, or about no person in particular."""
    if rng.random() < SOMEBODY_SHARE:
        return _about_somebody(rng)
    thing, other = sample_vietnamese_unknown_thing(rng), sample_thing(rng)
    actions = Action(thing, sample_action(rng).verb), sample_action(rng)
    if rng.random() < 0.3:
        thing, other, actions = other, thing, actions[::-1]
    parts = Parts(thing, other, *actions, sample_predicate(rng), sample_predicate(rng))
    kind = rng.choice(_ABOUT_BOTH if thing.vietnamese is None else _ABOUT_A_THING)
    return _fill_vi(rng.choice(VI_WORDINGS[kind]), parts, rng), _fill(ENGLISH[kind], parts)


def _about_somebody(rng: random.Random) -> Pair:
    draw, carries = rng.random(), rng.choice(tuple(VI_CARRIED))
    if draw < 0.2:
        return rng.choice(("có ai không?", "có ai ở đó không?", "có người nào không?")), "is there a person?"
    if draw < 0.5:
        pattern = rng.choice(("có ai {0} không?", "có ai đang {0} không?", "có người nào {0} không?"))
        return pattern.format(rng.choice(VI_CARRIED[carries])), f"is there a person with {article(carries)}?"
    predicate = sample_predicate(rng)
    if draw < 0.75:
        pattern = rng.choice(("khi nào có ai {0}?", "khi nào có người {0}?", "lúc nào có ai đó {0}?"))
        return pattern.format(predicate.vi), f"when does a person {base(predicate.does)}?"
    pattern = rng.choice(("có ai {0} không?", "có người nào {0} không?"))
    return pattern.format(predicate.vi), f"does a person {base(predicate.does)}?"


def _short_answer(rng: random.Random, *, to_vietnamese: bool) -> Pair:
    if to_vietnamese and rng.random() < 0.15:
        return "không", rng.choice(("no", "zero"))
    if not to_vietnamese and rng.random() < 0.1:
        return "không", "no"
    vietnamese, english = rng.choice(ANSWERS)
    if english in VI_NUMBERS and rng.random() < 0.3:
        thing = sample_thing(rng)
        if english != "one":
            return f"{vietnamese} {thing.vi(None if to_vietnamese else rng)}", f"{english} {thing.plural_name}"
    return vietnamese, english


def add_stray_syllables(text: str, rng: random.Random, *, share: float = STRAY_SHARE) -> str:
    """Returns the text; with probability `share`, with one or two meaningless syllables at its start or end.

    Unknown words are tokenized letter by letter, as are out-of-distribution questions: without this noise, a single
    unknown particle made the model take a question about the world for one of those.
    """
    if rng.random() >= share:
        return text
    words = " ".join(vietnamese_syllable(rng) for _ in range(rng.choice((1, 1, 2))))
    if rng.random() < 0.7 or text[-1] not in "?.":
        return f"{words} {text}"
    return f"{text[:-1]} {words}{text[-1]}"


def _example(pair: Pair, *, to_vietnamese: bool) -> Example:
    vietnamese, english = pair
    if to_vietnamese:
        return Example(
            prompts.render("pocket/translate", source="English", target="Vietnamese", text=english), vietnamese
        )
    return Example(prompts.render("pocket/translate", source="Vietnamese", target="English", text=vietnamese), english)


def english_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Draws a translation into English; the Vietnamese is at times typed without accents."""
    vietnamese, english = sample_pair(rng, held_out=held_out)
    unknown = not held_out and rng.random() < UNKNOWN_SHARE
    if unknown:
        vietnamese, english = sample_unknown_thing_pair(rng)
        vietnamese = reword_vietnamese(vietnamese, rng)
    elif not held_out:
        if rng.random() < 0.1:
            vietnamese, english = sample_out_of_distribution_question(rng)[1], OUT_OF_DISTRIBUTION_QUESTION
        vietnamese = add_stray_syllables(reword_vietnamese(vietnamese, rng), rng)
    pair = vietnamese, english
    if rng.random() < 0.15:
        pair = strip_accents(vietnamese), strip_accents(english) if unknown else english
    example = _example(pair, to_vietnamese=False)
    # People often leave out the final mark.
    if rng.random() < 0.2 and example.prompt[-1] in "?.":
        return Example(example.prompt[:-1], example.target)
    return example


def vietnamese_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Draws a translation into Vietnamese; only combinations of words are held out, not wordings."""
    del held_out  # code composes the answers that the product translates, in the wordings that training samples
    return _example(sample_pair(rng, to_vietnamese=True), to_vietnamese=True)
