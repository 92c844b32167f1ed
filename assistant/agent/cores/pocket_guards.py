"""Guards against what the pocket InstructBLIP gets wrong, since it knows the words of its small world only.

They are rules about words, not about meaning. A core that needs none of them passes them too.
"""

from __future__ import annotations

import re

from assistant.agent.question.lexicon import annotate, simplify

_ARTICLES = frozenset({"a", "an", "the"})
_COLOURED_PERSON = re.compile(
    r"\b(?P<colour>red|blue|green|yellow|white|black|orange|purple|pink|brown|gr[ae]y) (?P<person>person)\b"
)
_STEM_LETTERS = 3  # "run", "runs" and "running" begin alike


def is_about_question(question: str, slot_value: str) -> bool:
    """Whether a value written for a slot has a word, articles apart, that begins as a word of the question does.

    Asked about what it never met, the pocket core writes what it knows: a black bird for the price of a ticket.
    """
    asked, written = ({_stem(word) for word in split_words(text)} for text in (question, slot_value))
    return not asked.isdisjoint(written - _ARTICLES)


def question_names(question: str, thing: str) -> bool:
    """Whether a word, of three letters or more, of what is searched stands in the question.

    If none does, the pocket core may have made up what it searches, and its verdict on that is none on the question.
    """
    asked = set(split_words(question))
    return any(word in asked for word in re.findall(r"\w{3,}", thing.lower()))


def untranslated_word(text: str) -> str | None:
    """A word of the question that the pocket core kept in its language, without an article; None if text is English.

    The pocket translator copies a Vietnamese word that it never met, so letters beyond ASCII mean that the text is in
    the language of the reply already. Translated again, it would become another word.
    """
    return None if text.isascii() else re.sub(r"^(an?|the) ", "", text)


def name_clothes(text: str) -> str:
    """Says of a person's colour that it is that of the clothes: `a red person` becomes `a person in red`.

    The pocket world dresses each person in a single colour, and its captions call the person by it; by day is `during
    the day`, as everybody else says.
    """
    dressed = _COLOURED_PERSON.sub(r"\g<person> in \g<colour>", text)
    return re.sub(r"\bby day\b", "during the day", dressed)


def split_words(text: str) -> tuple[str, ...]:
    """The words of a text, lower case, without punctuation."""
    return tuple(re.findall(r"\w+", text.lower()))


def _stem(word: str) -> str:
    return "per" if word == "people" else word[:_STEM_LETTERS]  # "person" and "people" mean the same


POCKET_NOUNS = frozenset(
    "car bus truck van motorbike bicycle person dog cat horse cow bird ball box bag bench umbrella backpack flag sign "
    "street road park beach square picture rain fog day night".split()
)
"""The things of the pocket world."""
POCKET_ACTS = frozenset(
    "stop leave enter cross overtake arrive appear board turn come go hold carry run walk drive pass be have see "
    "show do happen move face wear get".split()
) | {"get on", "get off", "pick up", "put down", "turn around", "get out", "get in", "go away", "drive away"}
"""The acts of the pocket world, and verbs that say no more than that something is there."""
UNKNOWN_PROBABILITY = 0.4
"""P(yes), in [0, 1], of an act that the pocket core never saw: neither seen nor surely not."""
_DRESSED = re.compile(
    r"\b(?P<article>an? )?(?P<person>person|people)(?: (?:wearing|wears|who wears))?(?: in)? (?:an? )?"
    r"(?P<colour>red|blue|green|yellow|white|black|orange|purple|pink|brown)(?: (?:shirt|top|coat|jacket|dress|clothes|"
    r"t-shirt|jumper|sweater|hoodie|outfit|suit|raincoat))?\b(?! \w+ (?:bus|car|truck|van))"
)

_NOUN_BEFORE = re.compile(r"\b(?:an?|the|in|on|of|at|by|with|near)\s+$", re.IGNORECASE)
_POSTURE = re.compile(r"\b(?:standing|waiting) (?=next|beside|near|by|with|on|in|at|under|behind)")
_UNKNOWN_WEATHER = re.compile(r"\b(?:sunny|wind\w*|cloud\w*|storm\w*|hot|cold|warm)\b")


def asks_unknown_weather(question: str) -> bool:
    """Whether a question is about weather that the pocket world does not have: it knows rain, fog and clear skies."""
    return _UNKNOWN_WEATHER.search(question) is not None


def to_pocket_words(english: str) -> str:
    """A question or statement in the words of the pocket world: `a lorry` as `a truck`.

    A word beyond that world becomes a broader one that it has; `vehicle`, for which it has none, becomes a car.
    Vietnamese, which the pocket retrieval model reads, stays as it is.
    """
    if not english.isascii():
        return english
    text = re.sub(r"\bvehicle(s?)\b", r"car\1", simplify(english, POCKET_NOUNS))
    text = re.sub(r"\bchair(s?)\b", lambda match: "benches" if match[1] else "bench", text)  # its only seat
    return _DRESSED.sub(_dressed, _POSTURE.sub("", text))


def vehicle_variants(statement: str) -> list[str]:
    """A statement about any vehicle as one about each kind that the pocket world has; else the statement alone."""
    if not re.search(r"\bvehicles?\b", statement):
        return [statement]
    return [re.sub(r"\bvehicle(s?)\b", kind, statement) for kind in ("car", "bus", "truck", "van", "motorbike")]


def _dressed(match: re.Match[str]) -> str:
    colour = match["colour"]
    article = ("an " if colour[0] in "aeiou" else "a ") if match["article"] else ""
    return f"{article}{colour} {match['person']}"


def names_unknown_act(statement: str) -> bool:
    """Whether a statement names an act that the pocket world does not have: "a person sits on a bench"."""
    matches = annotate(statement, "en")
    acts = [
        m.concepts[0] for m in matches if m.concepts[0].kind == "act" and not _NOUN_BEFORE.search(statement[: m.start])
    ]
    return any(act.english not in POCKET_ACTS for act in acts)
