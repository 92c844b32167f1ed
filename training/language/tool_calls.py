"""Questions with the tool that answers each of them and the values of the tool's slots.

Tools and slots are those of the agent. A question also has values for the slots of tools that the agent may call first
(`find_frames` before it looks), so that the core can always say what to search for.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import prompts
from training.language.example import Example
from training.language.held_out import TOOL_WORDINGS as HELD_OUT
from training.language.names import Action, Thing, sample_action, sample_thing
from training.language.noise import add_typo, corrupt_word, rephrase
from training.language.out_of_distribution import sample_out_of_distribution_question
from training.language.tool_wordings import QUESTIONS
from training.language.unknown_things import sample_any_action, sample_any_thing
from training.world.scene import COLOURS

TOOLS = ("find frames", "find events", "read text", "ground", "count", "describe", "look")
OPEN = "none"  # the value of a slot that the question does not fill
SLOTS = {
    "find frames": "query",
    "find events": "sequence",
    "read text": "query",
    "ground": "phrases",
    "count": "phrase",
}
WORDS = (
    *("stop", "taxi", "cafe", "shop", "bank", "hotel", "market", "school", "phở", "chợ", "bến xe", "bánh mì"),
    *("police", "exit 12", "bưu điện", "ngân hàng", "sữa chua", "trường học", "khách sạn", "tin tức", "news", "sale"),
    *("cà phê", "nhà sách", "hello", "thank you", "xin chào", "no", "yes", "left", "right"),
)
SOMEBODY = ("somebody", "someone", "anybody", "anyone", "one person")
PLACES = ("france", "the capital", "english", "vietnamese")

BACKDROPS = ("rain", "fog", "a sign", "a street", "a park", "a road", "a beach", "a square", "the night", "the day")
_WEIGHTS: dict[str, float] = {
    "sequence": 4,
    "sequence3": 2,
    "read_word": 2,
    "when_happens": 2,
    "exist": 2,
    "when": 2,
    "find": 2,
    "ground": 2,
    "ground_two": 1.5,
    "count": 2,
    "describe": 2,
    "other": 2,
    "colour": 1.5,
    "beside": 1.5,
}


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """A question, the tool that answers it, and values of slots by (tool, slot)."""

    text: str
    tool: str
    slots: Mapping[tuple[str, str], str]


def sample_tool_question(
    rng: random.Random, *, held_out: bool = False, kind: str | None = None, open_vocabulary: bool | None = None
) -> ToolQuestion:
    """Draws a question that a tool answers.

    Args:
        rng: source of randomness.
        held_out: whether to use the held-out wordings.
        kind: one of `QUESTIONS`; None draws one.
        open_vocabulary: whether to name unknown things and other predicates, too; None: only if not `held_out`.
    """
    open_vocabulary = not held_out if open_vocabulary is None else open_vocabulary
    kinds = list(QUESTIONS)
    kind = kind or rng.choices(kinds, [_WEIGHTS.get(name, 1) for name in kinds])[0]
    tool, wordings = QUESTIONS[kind]
    draw_thing = sample_any_thing if open_vocabulary else sample_thing
    thing, other = draw_thing(rng), draw_thing(rng)
    person = Thing("person", rng.choice((None, *COLOURS)))
    if kind == "holding":
        thing = person
    draw_action = sample_any_action if open_vocabulary else sample_action
    first, second, third = (draw_action(rng) for _ in range(3))
    while kind == "when_happens" and first.verb.base == "appear":  # that is the kind `when`, which asks for the thing
        first = draw_action(rng)
    word, backdrop = rng.choice(WORDS), rng.choice(BACKDROPS)
    wording = rng.choice(HELD_OUT[kind] if held_out else wordings)
    who, who_second, who_third = (
        _actor_name(action, rng) if open_vocabulary else action.who.a for action in (first, second, third)
    )
    text = wording.format(
        a=thing.a,
        the=thing.the,
        name=thing.name,
        many=thing.plural_name,
        other=other.the,
        person=person.the,
        ask=f"{who} {first.verb.base}",
        present=f"{who} {first.verb.present}",
        first=f"{who} {first.verb.present}",
        second=f"{who_second} {second.verb.present}",
        third=f"{who_third} {third.verb.present}",
        first_ask=f"{who} {first.verb.base}",
        second_ask=f"{who_second} {second.verb.base}",
        word=f"'{word}'" if rng.random() < 0.4 else word,
        backdrop=backdrop,
        place=rng.choice(PLACES),
    )
    if kind == "other" and not held_out and rng.random() < 0.7:
        text, _ = sample_out_of_distribution_question(rng)
    return ToolQuestion(text, tool, _slots(kind, (thing, other), (first, second, third), word, backdrop))


def _actor_name(action: Action, rng: random.Random) -> str:
    """Draws how a question names the actor: `a red car`, `the red car`, or `somebody`."""
    who = action.who
    if who.a == "a person" and rng.random() < 0.5:
        return rng.choice(SOMEBODY)
    return who.the if rng.random() < 0.15 else who.a


def _slots(
    kind: str,
    things: tuple[Thing, Thing],
    actions: tuple[Action, Action, Action],
    word: str,
    backdrop: str,
) -> dict[tuple[str, str], str]:
    """Returns the values of the tool's slots and of the search that may precede the tool."""
    thing, other = things
    present = [action.present for action in actions]
    query = ("find frames", "query")
    if kind in ("when", "exist", "find"):
        return {query: thing.a, ("count", "phrase"): thing.name, ("ground", "phrases"): thing.name}
    if kind == "when_happens":
        return {query: present[0], ("find events", "sequence"): present[0]}
    if kind == "when_backdrop":
        return {query: backdrop}
    if kind in ("sequence", "sequence3"):
        return {("find events", "sequence"): " ; ".join(present[: 3 if kind == "sequence3" else 2])}
    if kind in ("read", "read_any"):
        return {("read text", "query"): OPEN, query: "a sign" if kind == "read" else OPEN}
    if kind in ("read_word", "spoken"):
        return {("read text", "query"): word}
    if kind == "ground":
        return {("ground", "phrases"): thing.name, query: thing.a}
    if kind == "ground_two":
        return {("ground", "phrases"): f"{thing.name} . {other.name}"}
    if kind in ("count", "count_start"):
        return {("count", "phrase"): thing.name, query: thing.a}
    if kind == "count_all":
        return {("count", "phrase"): OPEN, query: OPEN}
    if kind in ("colour", "direction", "beside", "front", "doing", "holding"):
        return {query: thing.a}
    if kind == "describe":
        return {query: OPEN}
    return {query: OPEN}


def choice_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Draws a question; the target is its tool."""
    question = sample_tool_question(rng, held_out=held_out)
    text = question.text if held_out else add_typo(rephrase(question.text, rng), rng)
    return Example(prompts.render("pocket/choose_tool", question=text), question.tool)


def slot_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Draws a question and a slot, mostly of its tool; the target is the slot's value."""
    while True:
        question = sample_tool_question(rng, held_out=held_out)
        of_its_tool = [key for key in question.slots if key[0] == question.tool]
        keys = of_its_tool if of_its_tool and rng.random() < 0.7 else list(question.slots)
        if not keys:
            continue
        tool, slot = rng.choice(keys)
        text, target = question.text, question.slots[tool, slot]
        if not held_out:
            text = rephrase(text if target == OPEN else corrupt_word(text, rng, keep=target.split()), rng)
            text = add_typo(text, rng) if tool != "read text" else text
        return Example(prompts.render("pocket/fill_slot", question=text, tool=tool, slot=slot), target)
