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

QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "when": (
        "find frames",
        (
            "when will we see {a}?",
            "what second does {a} appear at?",
            "tell me when we see {a}.",
            "when does the video show {a}?",
            "find when {a} is seen.",
            "when does {a} appear?",
            "when do we see {a}?",
            "when is {a} seen?",
            "when can you see {a}?",
            "at what second does {a} appear?",
            "when is there {a}?",
        ),
    ),
    "exist": (
        "find frames",
        (
            "is {a} in the video?",
            "was there {a}?",
            "have you seen {a}?",
            "is {a} visible?",
            "can {a} be seen?",
            "has {a} been shown?",
            "is there {a}?",
            "can you see {a}?",
            "do you see {a}?",
            "is there any {name}?",
            "are there any {many}?",
            "does the video show {a}?",
            "did {a} appear?",
        ),
    ),
    "find": (
        "find frames",
        (
            "look for {a}.",
            "get me {a}.",
            "pictures of {a}.",
            "scenes with {a}.",
            "i look for {a}.",
            "where is there {a}?",
            "find me {a}.",
            "find {a}.",
            "show me {a}.",
            "find the {name}.",
            "find scenes with {a}.",
            "find pictures of {a}.",
            "where do we see {a} in the video?",
            "give me pictures with {a}.",
            "{a}",
        ),
    ),
    "when_happens": (
        "find frames",
        (
            "when did {ask}?",
            "tell me when {present}.",
            "what second does {ask} at?",
            "look for {present}.",
            "does {ask} in the video?",
            "when does {ask}?",
            "find the moment when {present}.",
            "show me when {present}.",
            "does {ask}?",
        ),
    ),
    "when_backdrop": (
        "find frames",
        (
            "look for {backdrop}.",
            "pictures of {backdrop}.",
            "when can we see {backdrop}?",
            "when is there {backdrop}?",
            "show me {backdrop}.",
            "find scenes with {backdrop}.",
            "find {backdrop}.",
        ),
    ),
    "sequence": (
        "find events",
        (
            "first {first}. then {second}.",
            "when {first}, and then {second}?",
            "look for {first} and then {second}.",
            "{first}; {second}.",
            "show me {first} and after that {second}.",
            "after {first}, {second}: when?",
            "first {first}, then {second}: when?",
            "when does {first_ask} and then {second_ask}?",
            "find {first}, then {second}.",
            "{first} and then {second}.",
            "first {first}, then {second}.",
            "{first}, then {second}.",
            "{first} before {second}.",
            "find the moment when {first} and then {second}.",
            "did {first_ask} before {second_ask}?",
            "when {first} and after that {second}?",
            "{first} followed by {second}: when?",
        ),
    ),
    "sequence3": (
        "find events",
        (
            "show me {first}, then {second} and then {third}.",
            "when {first}, then {second}, and after that {third}?",
            "first {first}, then {second}, then {third}: when?",
            "{first}, then {second}, then {third}.",
            "first {first}, then {second}, finally {third}.",
        ),
    ),
    "read": (
        "read text",
        (
            "what is the text on the sign?",
            "can you read the sign?",
            "what is it that the sign says?",
            "tell me the words on the sign.",
            "what does the sign say?",
            "what is written on the sign?",
            "read the sign.",
            "what is on the sign?",
            "what did the sign say?",
            "which word is on the sign?",
            "tell me what the sign says.",
        ),
    ),
    "read_any": (
        "read text",
        (
            "tell me what is written.",
            "what can you read?",
            "show me the text.",
            "what is the text?",
            "is anything written?",
            "what is written?",
            "what text is shown?",
            "what does it say?",
            "read the text.",
            "is there any text?",
            "what words are on the screen?",
            "what do they say?",
            "what is said in the video?",
        ),
    ),
    "read_word": (
        "read text",
        (
            "show me the word {word}.",
            "look for the text {word}.",
            "when is {word} on the screen?",
            "when is {word} shown?",
            "does the sign say {word}?",
            "when does it say {word}?",
            "find the word {word}.",
            "find the sign that says {word}.",
            "is there a sign that says {word}?",
            "where is {word} written?",
            "is {word} written on the sign?",
            "find the text {word} on the screen.",
        ),
    ),
    "spoken": (
        "read text",
        (
            "find where they say {word}.",
            "is {word} said?",
            "who said {word}?",
            "who says {word}?",
            "when is {word} said?",
            "does anyone say {word}?",
            "when does someone say {word}?",
        ),
    ),
    "ground": (
        "ground",
        (
            "show me where {the} is.",
            "find the box of {the}.",
            "mark where {the} is.",
            "point out {the}.",
            "point at {the}.",
            "where is {the} in the picture?",
            "draw a box on {the}.",
            "mark {the}.",
            "where is {the}?",
            "point to {the}.",
            "where exactly is {the}?",
            "give me the box of {the}.",
        ),
    ),
    "ground_two": (
        "ground",
        (
            "show me where {the} and {other} are.",
            "mark {the} and point at {other}.",
            "point at {the} and {other}.",
            "where are {the} and {other}?",
            "draw a box on {the} and {other}.",
        ),
    ),
    "count": (
        "count",
        (
            "number of {many}?",
            "what number of {many} is there?",
            "do you see how many {many}?",
            "how many {many} do you see?",
            "how many {many} have you seen?",
            "tell me how many {many} there are.",
            "how many {many} are there?",
            "how many {many} can you see?",
            "count the {many}.",
            "what is the number of {many}?",
            "how many {many} are in the video?",
            "how many {many} appear?",
            "count all {many}.",
            "how many {many}?",
        ),
    ),
    "count_start": (
        "count",
        (
            "how many {many} do you see at the start?",
            "in the first seconds, how many {many} are there?",
            "count the {many} at the start.",
            "how many {many} at the end?",
            "how many {many} are there at the start?",
            "how many {many} are there at the end?",
            "how many {many} are there in the first scene?",
            "at the end, how many {many} are there?",
        ),
    ),
    "count_all": (
        "count",
        (
            "what is the number of things?",
            "tell me how many things there are.",
            "count all things.",
            "how many objects do you see?",
            "how many things are there?",
            "how many objects are there?",
            "count everything.",
            "how many things are in the picture?",
        ),
    ),
    "describe": (
        "describe",
        (
            "describe this.",
            "what do you see?",
            "what is going on?",
            "tell me what happens.",
            "what is the video about?",
            "what do we see in this video?",
            "what happens in this clip?",
            "a short description of the video.",
            "summary of the video.",
            "what is this video about?",
            "describe the video.",
            "what happens in the video?",
            "what is happening?",
            "summarise the video.",
            "what can you see?",
            "describe the scene.",
            "tell me about the video.",
            "what does the video show?",
            "what is in the video?",
            "summarise.",
            "what happened?",
            "describe what happens.",
            "give me a summary of the video.",
            "what is shown here?",
        ),
    ),
    "colour": (
        "look",
        (
            "is {the} red or blue?",
            "what colour does {the} have?",
            "what colour was {the}?",
            "the colour of {the}?",
            "what colour is {the}?",
            "what color is {the}?",
            "what is the colour of {the}?",
            "what is the color of {the}?",
        ),
    ),
    "direction": (
        "look",
        (
            "where does {the} go?",
            "where was {the} going?",
            "is {the} facing left or right?",
            "which way is {the} going?",
            "which way is {the} facing?",
            "where is {the} going?",
            "does {the} go left or right?",
        ),
    ),
    "beside": (
        "look",
        (
            "what do you see left of {the}?",
            "who is to the right of {the}?",
            "what is next to {the}?",
            "is {other} to the left of {the}?",
            "what is to the left of {the}?",
            "what is to the right of {the}?",
            "what is left of {the}?",
            "what is right of {the}?",
            "is {the} left or right of {other}?",
            "who is next to {the}?",
        ),
    ),
    "front": (
        "look",
        (
            "what was in front of {the}?",
            "what is in front of {the}?",
            "who is in front of {the}?",
            "what is before {the}?",
        ),
    ),
    "doing": (
        "look",
        (
            "what does {the} do?",
            "what is {the} doing?",
            "what is it that {the} does?",
            "what happens to {the}?",
        ),
    ),
    "which_first": (
        "look",
        (
            "which came first, {the} or {other}?",
            "which was first, {the} or {other}?",
            "did {the} or {other} come first?",
            "{the} or {other}: which came first?",
        ),
    ),
    "holding": (
        "look",
        (
            "what is {person} holding?",
            "what does {person} hold?",
            "what is {person} carrying?",
            "what does {person} carry?",
            "what does {person} have?",
        ),
    ),
    "weather": (
        "look",
        (
            "is it foggy?",
            "is there fog now?",
            "do you see fog?",
            "what was the weather like?",
            "is it raining or clear?",
            "tell me about the weather.",
            "does it rain now?",
            "is it raining?",
            "what is the weather like?",
            "how is the weather?",
        ),
    ),
    "time": (
        "look",
        (
            "is it day now?",
            "was it night?",
            "is it day or night?",
            "is it night?",
            "is it day?",
            "is it day here?",
            "was it day or night?",
        ),
    ),
    "place": (
        "look",
        (
            "what is this place?",
            "tell me where this is.",
            "is this a street or a park?",
            "where are they?",
            "where is this?",
            "what place is this?",
            "where was this?",
            "what place does it show?",
        ),
    ),
    "other": (
        "look",
        (
            "tell me your name.",
            "what can you do?",
            "how many people are there in {place}?",
            "what is the time in {place}?",
            "when was the president of {place} there?",
            "who was the first president of {place}?",
            "what is the colour of {place}?",
            "thanks.",
            "what are you?",
            "who is the president of {place}?",
            "what is the capital of {place}?",
            "what is your name?",
            "who are you?",
            "hello.",
            "thank you.",
            "what is the time?",
            "how are you?",
            "what is the name of the president?",
            "who is the person?",
            "what day is it?",
        ),
    ),
}
"""Maps a kind of question to its tool and its wordings."""
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
