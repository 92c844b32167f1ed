"""Questions, the tool that each wants, and what fills the tool's slots.

The tools and their slots are the frozen ones of the agent. A question also has values for slots of tools that a default
route may take instead (`find_frames` before a look), so that the core can always say what to search for.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import prompts
from training.language.example import Example
from training.language.held_out import TOOL_WORDINGS as HELD_OUT
from training.language.names import Happening, Thing, sample_happening, sample_thing

TOOLS = ("find frames", "find events", "read text", "ground", "count", "describe", "look")
OPEN = "none"  # what the model writes where the question leaves a slot open
SLOTS = {
    "find frames": "query",
    "find events": "sequence",
    "read text": "query",
    "ground": "phrases",
    "count": "phrase",
    "look": "question",
}
WORDS = (
    *("stop", "taxi", "cafe", "shop", "bank", "hotel", "market", "school", "phở", "chợ", "bến xe", "bánh mì"),
    *("cà phê", "nhà sách", "hello", "thank you", "xin chào", "no", "yes", "left", "right"),
)
PLACES = ("france", "the capital", "english", "vietnamese")

QUESTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "when": (
        "find frames",
        (
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
        ("when does {ask}?", "find the moment when {present}.", "show me when {present}.", "does {ask}?"),
    ),
    "when_backdrop": (
        "find frames",
        ("when is there {backdrop}?", "show me {backdrop}.", "find scenes with {backdrop}.", "find {backdrop}."),
    ),
    "sequence": (
        "find events",
        (
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
            "first {first}, then {second}, then {third}: when?",
            "{first}, then {second}, then {third}.",
            "first {first}, then {second}, finally {third}.",
        ),
    ),
    "read": (
        "read text",
        (
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
        ("who says {word}?", "when is {word} said?", "does anyone say {word}?", "when does someone say {word}?"),
    ),
    "ground": (
        "ground",
        (
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
        ("point at {the} and {other}.", "where are {the} and {other}?", "draw a box on {the} and {other}."),
    ),
    "count": (
        "count",
        (
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
            "how many {many} are there at the start?",
            "how many {many} are there at the end?",
            "how many {many} are there in the first scene?",
            "at the end, how many {many} are there?",
        ),
    ),
    "count_all": (
        "count",
        (
            "how many things are there?",
            "how many objects are there?",
            "count everything.",
            "how many things are in the picture?",
        ),
    ),
    "describe": (
        "describe",
        (
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
            "what colour is {the}?",
            "what color is {the}?",
            "what is the colour of {the}?",
            "what is the color of {the}?",
        ),
    ),
    "direction": (
        "look",
        (
            "which way is {the} going?",
            "which way is {the} facing?",
            "where is {the} going?",
            "does {the} go left or right?",
        ),
    ),
    "beside": (
        "look",
        (
            "what is to the left of {the}?",
            "what is to the right of {the}?",
            "what is left of {the}?",
            "what is right of {the}?",
            "is {the} left or right of {other}?",
            "who is next to {the}?",
        ),
    ),
    "front": ("look", ("what is in front of {the}?", "who is in front of {the}?", "what is before {the}?")),
    "weather": ("look", ("is it raining?", "what is the weather like?", "was it raining?", "how is the weather?")),
    "time": ("look", ("is it day or night?", "is it night?", "is it day?", "was it day or night?")),
    "place": ("look", ("where is this?", "what place is this?", "where was this?", "what place does it show?")),
    "other": (
        "look",
        (
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
"""Class of questions -> (tool, wordings)."""
BACKDROPS = ("rain", "a sign", "a street", "a park", "a road", "the night", "the day")
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
    """A question, the tool it wants, and values for slots, keyed by (tool, slot)."""

    text: str
    tool: str
    slots: Mapping[tuple[str, str], str]


def sample_tool_question(rng: random.Random, *, held_out: bool = False, kind: str | None = None) -> ToolQuestion:
    """A question of any class; `held_out` asks in wordings that training never samples."""
    kinds = list(QUESTIONS)
    kind = kind or rng.choices(kinds, [_WEIGHTS.get(name, 1) for name in kinds])[0]
    tool, wordings = QUESTIONS[kind]
    thing, other = sample_thing(rng), sample_thing(rng)
    first, second, third = (sample_happening(rng) for _ in range(3))
    while kind == "when_happens" and first.verb.base == "appear":  # that is the class `when`, which seeks the thing
        first = sample_happening(rng)
    word, backdrop = rng.choice(WORDS), rng.choice(BACKDROPS)
    wording = rng.choice(HELD_OUT[kind] if held_out else wordings)
    text = wording.format(
        a=thing.a,
        the=thing.the,
        name=thing.name,
        many=thing.many,
        other=other.the,
        ask=first.ask,
        present=first.present,
        first=first.present,
        second=second.present,
        third=third.present,
        first_ask=first.ask,
        second_ask=second.ask,
        word=f"'{word}'" if rng.random() < 0.4 else word,
        backdrop=backdrop,
        place=rng.choice(PLACES),
    )
    return ToolQuestion(text, tool, _slots(kind, text, (thing, other), (first, second, third), word, backdrop))


def _slots(
    kind: str,
    text: str,
    things: tuple[Thing, Thing],
    happenings: tuple[Happening, Happening, Happening],
    word: str,
    backdrop: str,
) -> dict[tuple[str, str], str]:
    """Values for the tool's own slot, and for the search that a default route would make instead."""
    thing, other = things
    present = [happening.present for happening in happenings]
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
    if kind in ("colour", "direction", "beside", "front"):
        return {("look", "question"): text, query: thing.a}
    if kind == "describe":
        return {query: OPEN}
    return {("look", "question"): text, query: OPEN}


def choice_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """Which tool does a question want?"""
    question = sample_tool_question(rng, held_out=held_out)
    return Example(prompts.render("choose_tool", question=question.text), question.tool)


def slot_example(rng: random.Random, *, held_out: bool = False) -> Example:
    """What fills a slot? Mostly of the tool that the question wants."""
    while True:
        question = sample_tool_question(rng, held_out=held_out)
        own = [key for key in question.slots if key[0] == question.tool]
        keys = own if own and rng.random() < 0.7 else list(question.slots)
        if not keys:
            continue
        tool, slot = rng.choice(keys)
        prompt = prompts.render("fill_slot", question=question.text, tool=tool, slot=slot)
        return Example(prompt, question.slots[tool, slot])
