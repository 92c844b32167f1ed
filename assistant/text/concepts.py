"""The lexicon's concepts: what people film and ask about, with its English and Vietnamese forms.

The rows lie in `lexicon/*.tsv`, with five columns: kind; English forms; Vietnamese forms; Vietnamese classifiers;
the broader concept. Forms are separated by commas, the canonical form first. An English form may carry its irregular
inflections (`man/men`, `run/ran/run`), `to ` where a noun's row has a verb, and `!` where the noun has no plural and no
article. `~` marks a form whose usual meaning is another concept. What stands earlier in its row, then earlier in the
files, is the commoner meaning of a form.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal, NamedTuple, get_args

from assistant.text.fold import fold
from assistant.text.inflection import Inflection, ing_form, past_form, pluralise, third_person

Kind = Literal[
    "thing", "person", "vehicle", "animal", "clothing", "carried", "colour", "act", "quality", "place", "weather",
    "time_of_day", "direction", "number", "screen", "speech",
]  # fmt: skip

NOUN_KINDS: frozenset[str] = frozenset(
    {"thing", "person", "vehicle", "animal", "clothing", "carried", "place", "weather", "time_of_day", "screen"}
) | {"speech"}
_KINDS: frozenset[str] = frozenset(get_args(Kind))
_FILES = (
    "people", "traffic", "animals", "qualities", "clothing", "acts", "nature", "sport", "home", "food", "screen",
)  # fmt: skip
RARE_RANK = 1_000_000
"""From this rank on, a form usually means another concept."""
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_FINAL_Y = re.compile(r"^(h|k|l|m|s|t|qu)y$")
WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f][^\W_]*)*")
"""A word of a text, composed or decomposed; a hyphen, an apostrophe and a blank separate words."""


@dataclass(frozen=True, eq=False)
class Concept:
    """Something that people film or ask about, in both languages. Concepts are equal only to themselves."""

    kind: Kind
    english: str  # the canonical form
    vietnamese: str  # the canonical form
    english_forms: tuple[str, ...] = ()  # without inflections, the canonical form first
    vietnamese_forms: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()  # Vietnamese, the usual one first; empty: none
    broader: str | None = None  # the canonical English form of a more general concept
    counted: bool = True  # whether the English noun has a plural and an article
    inflected: dict[Inflection, str] = field(default_factory=dict)  # of the canonical English form

    @property
    def is_noun(self) -> bool:
        return self.kind in NOUN_KINDS

    def inflect(self, inflection: Inflection) -> str:
        """Returns the canonical English form in this inflection; the form itself if it has none."""
        return self.inflected.get(inflection, self.english)


class Sense(NamedTuple):
    """A concept as the meaning of a form."""

    concept: Concept
    form: str  # as the lexicon spells it, with accents
    rank: int  # lower is commoner
    inflection: Inflection = "base"


class Senses(NamedTuple):
    """The senses of every folded form of each language, and the length in words of the longest form."""

    english: dict[str, tuple[Sense, ...]]
    vietnamese: dict[str, tuple[Sense, ...]]
    concepts: tuple[Concept, ...]
    longest: int

    def of(self, language: str) -> dict[str, tuple[Sense, ...]]:
        return self.vietnamese if language == "vi" else self.english


class LexiconError(ValueError):
    """A row of the lexicon that cannot be read."""


def words_key(text: str) -> str:
    """Returns the folded words of a text, joined by blanks: the key of a form. `kỹ` and `kĩ` have one key."""
    folded = (text.lower() if text.isascii() else fold(text)).replace("-", " ")
    return " ".join(_FINAL_Y.sub(r"\1i", word) if word[-1] == "y" else word for word in folded.split())


def accent_key(word: str) -> str:
    """Returns the word's letters with its tone at the end, so that `hoà` and `hòa` are equal, in NFD."""
    letters = unicodedata.normalize("NFD", word.casefold())
    tones = "".join(_TONES.findall(letters))
    return _FINAL_Y.sub(r"\1i", _TONES.sub("", letters)) + tones


@functools.cache
def load_senses() -> Senses:
    """Reads the lexicon.

    Raises:
        LexiconError: if a row has an unknown kind, or no English or Vietnamese form.
    """
    english: dict[str, list[Sense]] = {}
    vietnamese: dict[str, list[Sense]] = {}
    concepts: list[Concept] = []
    folder = files("assistant.text") / "lexicon"
    for name in _FILES:
        for line in (folder / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
            concept = _read_row(line, name, len(concepts), english, vietnamese)
            concepts.append(concept)
    _drop_plurals_read_as_clauses(english)
    longest = max(key.count(" ") + 1 for forms in (english, vietnamese) for key in forms)
    by_rank = [
        {key: tuple(sorted(senses, key=_rank)) for key, senses in forms.items()} for forms in (english, vietnamese)
    ]
    return Senses(by_rank[0], by_rank[1], tuple(concepts), longest)


def _drop_plurals_read_as_clauses(english: dict[str, list[Sense]]) -> None:
    """Removes `bus stops` and `car crashes`, which more often tell what a bus or a car does."""
    verbs = {key for key, senses in english.items() if any(sense.inflection == "third" for sense in senses)}
    for key in [key for key in english if " " in key and key.rpartition(" ")[2] in verbs]:
        if key.rpartition(" ")[0] in english and all(sense.inflection == "plural" for sense in english[key]):
            del english[key]


def _rank(sense: Sense) -> int:
    return sense.rank


def _read_row(
    line: str, name: str, number: int, english: dict[str, list[Sense]], vietnamese: dict[str, list[Sense]]
) -> Concept:
    """Returns the row's concept, and adds its senses to both tables."""
    kind, english_forms, vietnamese_forms, classifiers, broader = (*line.split("\t"), "", "", "")[:5]
    forms = [_read_english(form.strip(), kind) for form in english_forms.split(",")]
    vi_forms = [form.strip() for form in vietnamese_forms.split(",")]
    if kind not in _KINDS or not forms[0] or not vi_forms[0]:
        raise LexiconError(
            f"{name}.tsv: {line!r} is no row of the lexicon; write kind, English, Vietnamese, tab by tab."
        )
    concept = Concept(
        kind=kind,  # type: ignore[arg-type]  # tested above
        english=forms[0]["base"],
        vietnamese=vi_forms[0].rstrip("~"),
        english_forms=tuple(form["base"] for form in forms),
        vietnamese_forms=tuple(form.rstrip("~") for form in vi_forms),
        classifiers=tuple(word.strip() for word in classifiers.split(",") if word.strip()),
        broader=broader.strip() or None,
        counted=not english_forms.split(",")[0].strip().rstrip("~").endswith("!"),
        inflected=forms[0],
    )
    for place, (source, form) in enumerate(zip(english_forms.split(","), forms, strict=True)):
        rank = _sense_rank(place, number, rare="~" in source)
        for inflection, text in form.items():
            english.setdefault(text.replace("-", " "), []).append(Sense(concept, text, rank, inflection))
    for place, vi_form in enumerate(vi_forms):
        rank = _sense_rank(place, number, rare="~" in vi_form)
        vietnamese.setdefault(words_key(vi_form.rstrip("~")), []).append(Sense(concept, vi_form.rstrip("~"), rank))
    return concept


def _sense_rank(place: int, number: int, *, rare: bool) -> int:
    """Usual meanings before rare ones, then canonical forms before synonyms, then by the order of the files."""
    return (RARE_RANK if rare else 0) + min(place, 3) * 100_000 + number


def _read_english(source: str, kind: str) -> dict[Inflection, str]:
    """The inflections of a form as the file writes it; `base` first."""
    source = source.strip().rstrip("~")
    mass, source = source.endswith("!"), source.rstrip("!~")
    verb = kind == "act" or source.startswith("to ")
    base, *irregular = (part.strip(" ~") for part in source.removeprefix("to ").split("/"))
    forms: dict[Inflection, str] = {"base": base}
    if not base:
        return {}
    if verb:
        past = irregular[0] if irregular else past_form(base)
        participle = irregular[1] if len(irregular) > 1 else past
        forms |= {"third": third_person(base), "ing": ing_form(base), "past": past, "participle": participle}
    elif kind in NOUN_KINDS and not mass:
        forms["plural"] = irregular[0] if irregular else pluralise(base)
    elif irregular:  # bigger, biggest
        forms["comparative"] = irregular[0]
        if len(irregular) > 1:
            forms["superlative"] = irregular[1]
    return forms
