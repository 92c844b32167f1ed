"""The words that an English phrase needs and its Vietnamese one does not say: prepositions, articles, adverbs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.text.inflection import with_indefinite_article

if TYPE_CHECKING:
    from assistant.text.concepts import Concept

CROSSED = frozenset(
    "road street bridge river square field zebra crossing,crossroads,railway,highway,lane,level crossing".replace(
        " ", ","
    ).split(",")
) | {"zebra crossing", "level crossing", "football pitch"}
"""Places that one goes across; one goes past all others."""
MOTION = frozenset(
    {"go", "come", "walk", "run", "drive", "ride", "fly", "jump", "climb", "crawl", "swim", "move", "fall"}
)
DEFAULT_PREPOSITIONS = {
    "stop": "at", "wait": "for", "look": "at", "arrive": "at", "talk": "about", "sit": "on", "sit down": "on",
    "stand": "at", "listen": "to", "crash": "into", "turn": "into", "point": "at", "live": "in", "go": "to",
    "come": "to", "walk": "to", "run": "to", "move": "to", "lie": "on", "fall": "into", "shelter": "from",
    "shake hands": "with", "smile": "at", "bark": "at", "slip": "on", "fly": "to", "appear": "in", "return": "to",
    "disappear": "from", "search": "for", "wave": "at",
}  # fmt: skip
"""What stands before the object of an intransitive verb when the Vietnamese says nothing."""
BY_LAST_SYLLABLE = {"len": "onto", "xuong": "onto", "vao": "into", "qua": "over", "ra": "out of"}
AT_PLACES = frozenset(
    {
        "bus stop",
        "crossroads",
        "roundabout",
        "zebra crossing",
        "traffic light",
        "airport",
        "train station",
        "petrol station",
    }
)
_DEFINITE = frozenset({"sky", "sun", "moon", "horizon", "background", "foreground", "world", "traffic light"})
_NO_ARTICLE = frozenset({"home", "indoors", "outdoors", "upstairs", "space"})
_AT_TIME = {
    "day": "during the day", "night": "at night", "noon": "at noon", "dawn": "at dawn", "midnight": "at midnight",
    "sunset": "at sunset", "today": "today", "tomorrow": "tomorrow", "yesterday": "yesterday",
    "weekend": "at the weekend",
}  # fmt: skip
WEATHER_AROUND = frozenset({"rain", "snow", "fog", "wind", "sunny", "storm"})
_ADVERBS = {"good": "well", "happy": "happily", "loud": "loudly"}


@dataclass
class NounPhrase:
    """An English noun phrase that is being put together."""

    head: str  # singular
    concept: Concept | None = None
    before: str = ""  # `three`, `many`, `this`; empty: an article
    plural: bool = False
    qualities: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    compounds: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def text(self) -> str:
        head = self.concept.inflect("plural") if self.plural and self.concept is not None else self.head
        phrase = " ".join([*self.qualities, *self.colours, *self.compounds, head])
        return " ".join([self._opened(phrase), *self.after])

    def _opened(self, phrase: str) -> str:
        if self.before:
            return f"{self.before} {phrase}"
        if self.concept is None or self.head in _NO_ARTICLE:
            return phrase
        if self.concept.kind == "place" or self.head in _DEFINITE:
            return f"the {phrase}"
        if (
            self.plural
            or not (self.concept.counted or self.compounds)
            or self.concept.kind in ("weather", "time_of_day")
        ):
            return phrase
        return with_indefinite_article(phrase)


def signal_colour(colour: str, subject: NounPhrase | None) -> str:
    """The colour that `xanh` means: a traffic light is green."""
    return "green" if colour == "blue" and subject is not None and subject.head == "traffic light" else colour


def located(direction: Concept) -> str:
    """Where something is: `on the left`, `in the middle`, `upwards`."""
    if direction.english in ("left", "right"):
        return f"on the {direction.english}"
    if direction.english in ("front", "middle", "top", "bottom", "side", "north", "south", "east", "west"):
        return f"{'at' if direction.english in ('top', 'bottom') else 'in'} the {direction.english}"
    return direction.english


def towards(direction: Concept, verb: Concept) -> str:
    """`goes left`, but `stands on the left`."""
    if direction.english in ("left", "right") and verb.english in MOTION | {"turn", "look", "slide", "point"}:
        return direction.english
    return "in the opposite direction" if direction.english == "opposite" else located(direction)


def circumstance(concept: Concept) -> str:
    """In which weather, or at which time of the day: `in the rain`, `at night`."""
    if concept.kind == "weather":
        return f"in the {'sun' if concept.english == 'sunny' else concept.english}"
    return _AT_TIME.get(concept.english, f"in the {concept.english}")


def adverb(quality: str) -> str:
    """How something is done: `slowly`, `well`, `fast`."""
    return _ADVERBS.get(quality, f"{quality}ly" if quality in ("slow", "strong", "quiet", "strange") else quality)
