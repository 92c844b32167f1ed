"""Things, colours and actions of the world, in English and in Vietnamese."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.world.questions import article, plural
from training.world.scene import ANIMALS, CARRIED, COLOURS, KINDS, LIVING, OBJECTS

VI_KINDS: dict[str, tuple[str, ...]] = {
    "car": ("ô tô", "xe hơi", "xe ô tô", "xe"),
    "bus": ("xe buýt",),
    "truck": ("xe tải",),
    "van": ("xe van",),
    "motorbike": ("xe máy",),
    "bicycle": ("xe đạp",),
    "person": ("người",),
    "dog": ("chó",),
    "cat": ("mèo",),
    "horse": ("ngựa",),
    "cow": ("bò",),
    "bird": ("chim",),
    "ball": ("bóng",),
    "box": ("hộp", "thùng"),
    "bag": ("túi",),
    "bench": ("ghế băng", "ghế"),
}
"""Translations into Vietnamese use the first name; questions use any of them."""
VI_CLASSIFIERS: dict[str, str] = (
    dict.fromkeys(KINDS, "chiếc")
    | {"person": ""}
    | dict.fromkeys(ANIMALS, "con")
    | dict.fromkeys(OBJECTS, "cái")
    | {"ball": "quả"}
)
VI_CARRIED: dict[str, tuple[str, ...]] = {
    "umbrella": ("cầm ô", "cầm dù", "che ô"),
    "backpack": ("đeo ba lô", "mang ba lô"),
    "flag": ("cầm lá cờ", "cầm cờ"),
}
VI_COLOURS: dict[str, tuple[str, ...]] = {
    "red": ("đỏ",),
    "blue": ("xanh dương", "xanh lam", "xanh"),
    "green": ("xanh lá", "xanh lục"),
    "yellow": ("vàng",),
    "white": ("trắng",),
    "black": ("đen",),
    "orange": ("cam",),
    "purple": ("tím",),
    "pink": ("hồng",),
    "brown": ("nâu",),
}
VI_NUMBERS = {
    "zero": "không",
    "one": "một",
    "two": "hai",
    "three": "ba",
    "four": "bốn",
    "five": "năm",
    "six": "sáu",
}
PRONOUNS = dict.fromkeys(KINDS, ("it",)) | {"person": ("he", "she")}


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing as a question names it: its kind, and its colour and what it carries if they are named."""

    kind: str
    colour: str | None = None
    carries: str | None = None
    vietnamese: str | None = None  # only for an unknown thing: its Vietnamese name, such as "con voi"

    @property
    def name(self) -> str:
        """The name without an article, such as `red car` or `person with an umbrella`."""
        return self._named(self.kind)

    @property
    def a(self) -> str:
        """The name with the indefinite article, such as `a red car`."""
        return article(self.name)

    @property
    def the(self) -> str:
        """The name with the definite article, such as `the red car`."""
        return f"the {self.name}"

    @property
    def plural_name(self) -> str:
        """The plural, such as `red cars`; an unknown Vietnamese word does not change."""
        return self._named(self.kind if self.vietnamese else plural(self.kind))

    def _named(self, kind: str) -> str:
        bare = f"{self.colour} {kind}" if self.colour else kind
        return f"{bare} with {article(self.carries)}" if self.carries else bare

    def vi(self, rng: random.Random | None = None, *, classifier: bool = True) -> str:
        """Returns the Vietnamese name, such as `chiếc ô tô đỏ`; with `rng`, draws one of its variants."""
        words = [self.vietnamese] if self.vietnamese else self._known_in_vietnamese(rng, classifier=classifier)
        if self.colour:
            colour = rng.choice(VI_COLOURS[self.colour]) if rng else VI_COLOURS[self.colour][0]
            if self.kind == "person":
                words.append("mặc áo")
            elif rng and rng.random() < 0.4:
                words.append("màu")
            words.append(colour)
        if self.carries:
            words.append(rng.choice(VI_CARRIED[self.carries]) if rng else VI_CARRIED[self.carries][0])
        return " ".join(words)

    def _known_in_vietnamese(self, rng: random.Random | None, *, classifier: bool) -> list[str]:
        kind = rng.choice(VI_KINDS[self.kind]) if rng else VI_KINDS[self.kind][0]
        # People often leave out the classifier "chiếc", but seldom "con", and seldom "chiếc" before a bare "xe".
        with_classifier = rng is None or self.kind in (*ANIMALS, *OBJECTS) or kind == "xe" or rng.random() < 0.6
        word = VI_CLASSIFIERS[self.kind]
        return [word, kind] if classifier and with_classifier and word else [kind]

    def vi_a(self, rng: random.Random | None = None) -> str:
        """Returns the Vietnamese name with "một" (a), such as `một chiếc ô tô đỏ`."""
        return f"một {self.vi(rng)}"


def sample_thing(rng: random.Random, *, coloured: float = 0.6, kinds: tuple[str, ...] = KINDS) -> Thing:
    """Draws a thing of one of `kinds`; with probability `coloured` it has a colour."""
    kind = "person" if "person" in kinds and rng.random() < 0.12 else rng.choice(kinds)
    colour = rng.choice(list(COLOURS)) if rng.random() < coloured else None
    return Thing(kind, colour, rng.choice(CARRIED) if kind == "person" and rng.random() < 0.2 else None)


MOVING = tuple(kind for kind in KINDS if kind not in OBJECTS)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb phrase, such as `stops`, and the kinds of actor that it is possible for."""

    present: str  # "stops"
    base: str  # "stop"
    vi: tuple[str, ...]  # translations use the first
    living: bool = False  # only for people and animals
    driven: bool = False  # only for vehicles


VERBS = (
    Verb("stops", "stop", ("dừng lại", "dừng")),
    Verb("passes", "pass", ("đi ngang qua",)),
    Verb("drives by", "drive by", ("chạy ngang qua",), driven=True),
    Verb("turns around", "turn around", ("quay lại", "quay đầu")),
    Verb("comes in", "come in", ("đi vào",)),
    Verb("overtakes the bus", "overtake the bus", ("vượt xe buýt",), driven=True),
    Verb("overtakes the bicycle", "overtake the bicycle", ("vượt xe đạp",), driven=True),
    Verb("picks up the bag", "pick up the bag", ("nhặt cái túi",), living=True),
    Verb("puts down the box", "put down the box", ("đặt cái hộp xuống",), living=True),
    Verb("crosses the street", "cross the street", ("băng qua đường", "qua đường")),
    Verb("turns left", "turn left", ("rẽ trái",)),
    Verb("turns right", "turn right", ("rẽ phải",)),
    Verb("leaves", "leave", ("rời đi", "đi khỏi")),
    Verb("appears", "appear", ("xuất hiện",)),
    Verb("arrives", "arrive", ("đến", "tới")),
    Verb("waits", "wait", ("đứng chờ",)),
    Verb("runs by", "run by", ("chạy qua",), living=True),
    Verb("walks by", "walk by", ("đi bộ qua",), living=True),
    Verb("gets on the bus", "get on the bus", ("lên xe buýt",), living=True),
    Verb("gets off the bus", "get off the bus", ("xuống xe buýt",), living=True),
    Verb("enters the shop", "enter the shop", ("vào cửa hàng",), living=True),
)


@dataclass(frozen=True, slots=True)
class Action:
    """An actor and what it does."""

    who: Thing
    verb: Verb

    @property
    def present(self) -> str:
        """The action as a statement, such as `a dog runs by`."""
        return f"{self.who.a} {self.verb.present}"

    @property
    def ask(self) -> str:
        """The words after `does` in a question, such as `a dog run by`."""
        return f"{self.who.a} {self.verb.base}"

    def vi(self, rng: random.Random | None = None) -> str:
        """Returns the statement in Vietnamese, such as `một con chó chạy qua`; with `rng`, draws a variant."""
        return f"{self.who.vi_a(rng)} {rng.choice(self.verb.vi) if rng else self.verb.vi[0]}"


def sample_action(rng: random.Random) -> Action:
    """Draws an actor and an action that is possible for it."""
    who = sample_thing(rng, coloured=0.4, kinds=MOVING)
    living = who.kind in LIVING
    verbs = [verb for verb in VERBS if not (verb.driven if living else verb.living)]
    return Action(who, rng.choice(verbs))


@dataclass(frozen=True, slots=True)
class Predicate:
    """What a player of a story does, in both languages: `gets off the red bus`, `xuống chiếc xe buýt đỏ`."""

    does: str
    vi: str


_PREDICATES = {
    "enters": "đi vào",
    "leaves": "rời đi",
    "stops": "dừng lại",
    "turns around": "quay lại",
    "crosses the street": "băng qua đường",
    "gets on": "lên",
    "gets off": "xuống",
    "overtakes": "vượt",
    "picks up": "nhặt",
    "puts down": "đặt xuống",
}


def sample_predicate(rng: random.Random) -> Predicate:
    """Draws a predicate of one of the kinds of event that stories contain."""
    does, vi = rng.choice(tuple(_PREDICATES.items()))
    if does in ("gets on", "gets off"):
        other = sample_thing(rng, coloured=0.9, kinds=("bus", "car", "van", "truck"))
    elif does == "overtakes":
        other = sample_thing(rng, coloured=0.9, kinds=MOVING)
    elif does == "puts down":
        other = sample_thing(rng, coloured=0.9, kinds=("box", "bag", "ball"))
    elif does == "picks up":
        other = sample_thing(rng, coloured=0.9, kinds=("box", "bag", "ball", "person"))
        vi = "đón" if other.kind == "person" else vi
    else:
        return Predicate(does, vi)
    return Predicate(f"{does} {other.the}", f"{vi} {other.vi()}")
