"""Follow-up questions and the standalone questions with the same meaning."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict

import prompts
from training.language.example import Example
from training.language.held_out import FOLLOW_UP_WORDINGS as HELD_OUT
from training.language.names import PRONOUNS, Action, Thing, sample_action, sample_thing
from training.language.noise import add_typo, corrupt_word, rephrase
from training.language.tool_calls import sample_tool_question
from training.language.unknown_things import sample_any_thing
from training.world.questions import NUMBERS
from training.world.scene import COLOURS

STANDS_ALONE = "same"
"""The output for a question that does not depend on the earlier turns."""


Name = Callable[[random.Random], Thing]
"""Draws the thing that a turn is about."""


class Turn(TypedDict):
    """An earlier question and its answer."""

    question: str
    answer: str


OPENINGS: tuple[str, ...] = (
    "when does {a} appear?",
    "is there {a}?",
    "can you see {a}?",
    "find {a}.",
    "show me {a}.",
    "where is {the}?",
    "when do we see {a}?",
    "point at {the}.",
)
"""First questions that name one thing."""
ABOUT: dict[str, str] = {
    "colour": "what colour is {the}?",
    "direction": "which way is {the} going?",
    "left": "what is to the left of {the}?",
    "right": "what is to the right of {the}?",
    "front": "what is in front of {the}?",
    "where": "where is {the}?",
    "count": "how many {many} are there?",
    "when": "when does {a} appear?",
    "doing": "what does {the} do?",
}
"""Standalone questions about one thing."""
ABOUT_NO_THING = (
    "is it raining?",
    "is it day or night?",
    "what is this video about?",
    "what does the sign say?",
    "where is this?",
    "how many things are there?",
    "what is the weather like?",
    "describe the video.",
    "who is the president of france?",
)
"""Questions after which a pronoun would mean nothing."""
FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "colour": (
        "the colour of {it}?",
        "what colour was {it}?",
        "do you see {its} colour?",
        "what is the colour of that?",
        "what colour is {it}?",
        "what color is {it}?",
        "and what colour is {it}?",
        "what is {its} colour?",
        "what colour?",
        "which colour?",
    ),
    "direction": (
        "where does {it} go?",
        "and where is {it} going?",
        "where was {it} going?",
        "which way was {it} going?",
        "which way is {it} going?",
        "where is {it} going?",
        "and which way is {it} going?",
        "which way?",
        "does {it} go left or right?",
    ),
    "doing": (
        "what does {it} do?",
        "and what does {it} do?",
        "what is {it} doing?",
        "what happens to {it}?",
    ),
    "left": (
        "who is to the left of {it}?",
        "what do you see left of {it}?",
        "and what is left of {it}?",
        "what is to the left of {it}?",
        "what is left of {it}?",
        "and to the left?",
        "what is to the left?",
    ),
    "right": (
        "who is to the right of {it}?",
        "what do you see right of {it}?",
        "and what is right of {it}?",
        "what is to the right of {it}?",
        "what is right of {it}?",
        "and to the right?",
        "what is to the right?",
    ),
    "front": (
        "and what is in front of {it}?",
        "who is in front of {it}?",
        "in front of {it}?",
        "what is in front of {it}?",
        "and in front of {it}?",
        "what is in front?",
    ),
    "where": (
        "show me where {it} is.",
        "mark {it}.",
        "where was {it}?",
        "where is that?",
        "where is {it}?",
        "where?",
        "and where is {it}?",
        "point at {it}.",
    ),
    "count": (
        "what number is that?",
        "how many of these?",
        "tell me how many there are.",
        "how many do you see?",
        "count those.",
        "how many are there?",
        "how many?",
        "and how many are there?",
        "count them.",
    ),
    "when": (
        "when was that?",
        "tell me when.",
        "when did {it} appear?",
        "what second?",
        "when do we see {it}?",
        "and when?",
        "when?",
        "when does {it} appear?",
        "at what second?",
        "when is that?",
    ),
    "swap": (
        "and for {other}?",
        "what is it for {other}?",
        "the same for {other}?",
        "then {other}?",
        "and what of {other}?",
        "can you do {other}?",
        "now {other}.",
        "what about {other}?",
        "and what about {other}?",
        "and {other}?",
        "how about {other}?",
    ),
    "after": (
        "what comes after that?",
        "what then?",
        "and after that?",
        "what was next?",
        "tell me what happens after that.",
        "and next?",
        "what happens after that?",
        "and then?",
        "what happens next?",
        "what happened after that?",
    ),
    "do_after": (
        "what does {it} do next?",
        "and then what does {it} do?",
        "and what does {it} do after that?",
        "where did {it} go after that?",
        "what does {it} do after that?",
        "what does {it} do then?",
        "and what did {it} do after that?",
    ),
    "weather": (
        "does it rain there?",
        "is there rain then?",
        "and the weather then?",
        "is it raining there?",
        "is it raining then?",
        "and is it raining?",
    ),
    "time": (
        "day or night?",
        "is that by day?",
        "was that at night?",
        "and is it night there?",
        "is it day or night there?",
        "is it day or night then?",
        "and is it day or night?",
    ),
}
TOO = (
    "is there also {a}?",
    "and is there {a}?",
    "was there {a} too?",
    "do you see {a} as well?",
    "and {a}, is it there?",
    "can one see {a} too?",
    "is {a} there as well?",
    "how about {a}, do you see it?",
)
"""Questions whether another thing is there, too, whatever was asked before."""
WHEN_ASKED = ("when does {ask}?", "find the moment when {present}.", "show me when {present}.", "does {ask}?")
_WEIGHTS = {"swap": 3, "after": 1.5, "do_after": 1.5, "colour": 2, "direction": 2}


def _answer(rng: random.Random, thing: Thing) -> str:
    """Draws what the assistant may have answered about a thing, without naming another thing."""
    seconds = rng.randrange(60)
    forms = (
        "yes",
        "no",
        f"at {seconds} seconds",
        f"{thing.a} appears at {seconds} seconds.",
        f"yes, at {seconds} seconds.",
        f"i see {thing.a}.",
        "i don't know",
        "",
    )
    return rng.choice(forms)


def _unrelated(rng: random.Random, name: Name) -> Turn:
    """Draws a turn that the follow-up does not refer to: about another thing, or about none."""
    thing = name(rng)
    draw = rng.random()
    if draw < 0.3:
        return Turn(question=rng.choice(ABOUT_NO_THING), answer=rng.choice(("yes", "no", "day", "night", "two", "")))
    if draw < 0.6:
        asked = sample_tool_question(rng, open_vocabulary=name is sample_any_thing)
        return Turn(question=asked.text, answer=_answer(rng, thing))
    question = rng.choice((*OPENINGS, *ABOUT.values()))
    return Turn(question=_about(question, thing), answer=_answer(rng, thing))


def _about(pattern: str, thing: Thing) -> str:
    return pattern.format(a=thing.a, the=thing.the, many=thing.plural_name)


def _short(kind: str, rng: random.Random, thing: Thing) -> str:
    """Draws a short, plausible answer to a question of `ABOUT`."""
    if kind == "colour":
        return rng.choice(list(COLOURS))
    if kind == "direction":
        return rng.choice(("left", "right"))
    if kind == "count":
        return rng.choice(NUMBERS)
    return _answer(rng, thing)


def _chain(rng: random.Random, name: Name) -> tuple[Turn, Thing]:
    """Draws a turn and the thing that a follow-up to it means: the thing that the answer names, else the question's."""
    thing = name(rng)
    draw = rng.random()
    if draw < 0.55:
        return Turn(question=_about(rng.choice(OPENINGS), thing), answer=_answer(rng, thing)), thing
    if draw < 0.8:
        kind = rng.choice(("colour", "direction", "where", "count", "when"))
        return Turn(question=_about(ABOUT[kind], thing), answer=_short(kind, rng, thing)), thing
    neighbour = sample_thing(rng, coloured=0.8)
    return Turn(question=_about(ABOUT[rng.choice(("left", "right", "front"))], thing), answer=neighbour.a), neighbour


def _turn_about_action(rng: random.Random, action: Action) -> Turn:
    question = rng.choice(WHEN_ASKED).format(ask=action.ask, present=action.present)
    return Turn(question=question, answer=rng.choice(("yes", f"at {rng.randrange(60)} seconds", action.present)))


def sample_follow_up(
    rng: random.Random, *, held_out: bool = False, kind: str | None = None
) -> tuple[list[Turn], str, str]:
    """Draws a follow-up question of `kind` (default: any): (earlier turns, follow-up, standalone question)."""
    name: Name = sample_thing if held_out else sample_any_thing
    kinds = list(FOLLOW_UPS)
    kind = kind or rng.choices(kinds, [_WEIGHTS.get(name, 1) for name in kinds])[0]
    wording = rng.choice(HELD_OUT[kind] if held_out else FOLLOW_UPS[kind])
    if kind in ("after", "do_after"):
        action = sample_action(rng)
        turn, thing = _turn_about_action(rng, action), action.who
        standalone = f"what happens after {action.present}?"
        if kind == "do_after":
            standalone = f"what does {thing.the} do after {action.present}?"
    elif kind == "swap":
        thing, other = name(rng), name(rng)
        about = rng.choice(list(ABOUT))
        turn = Turn(question=_about(ABOUT[about], thing), answer=_short(about, rng, thing))
        # "and the red one?" keeps the kind; "and the dog?" names another.
        same_kind = thing.colour is not None and rng.random() < 0.3
        if same_kind:
            other = replace(thing, colour=rng.choice(list(COLOURS)), carries=None)
            named = f"the {other.colour} one"
        else:
            named = other.plural_name if about == "count" else rng.choice((other.the, other.a))
        return _history(rng, turn, name), wording.format(other=named), _about(ABOUT[about], other)
    else:
        turn, thing = _chain(rng, name)
        if kind == "weather":
            standalone = "is it raining?"
        elif kind == "time":
            standalone = "is it day or night?"
        else:
            standalone = _about(ABOUT[kind], thing)
    pronoun = rng.choice(PRONOUNS.get(thing.kind, ("it",)))
    it = {"it": "it", "he": "he", "she": "she"}[pronoun]
    objective = {"it": "it", "he": "him", "she": "her"}[pronoun]
    if any(f"{word} {{it}}" in wording for word in ("of", "at", "to")):
        it = objective
    question = wording.format(it=it, its={"it": "its", "he": "his", "she": "her"}[pronoun])
    return _history(rng, turn, name), question, standalone


def _history(rng: random.Random, turn: Turn, name: Name) -> list[Turn]:
    return [_unrelated(rng, name), turn] if rng.random() < 0.4 else [turn]


def rewrite_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Draws a follow-up, or a question that stands alone, which the model answers with `STANDS_ALONE`."""
    name: Name = sample_thing if held_out else sample_any_thing
    draw = rng.random()
    if draw < 0.08 and not held_out:
        thing = name(rng)
        question, target = rng.choice(TOO).format(a=thing.a), f"is there {thing.a}?"
        history = _history(rng, _chain(rng, name)[0], name)
    elif draw < 0.38:
        question, target = sample_tool_question(rng, held_out=held_out).text, STANDS_ALONE
        history = _history(rng, _chain(rng, name)[0] if rng.random() < 0.5 else _unrelated(rng, name), name)
    else:
        history, question, target = sample_follow_up(rng, held_out=held_out)
        if not held_out:
            question = corrupt_word(question, rng, keep=target.split(), share=0.15)
    if not held_out:
        question = add_typo(rephrase(question, rng), rng, share=0.05)
    return Example(prompts.render("pocket/rewrite", history=history, question=question), target)
