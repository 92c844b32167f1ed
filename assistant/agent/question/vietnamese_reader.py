"""Reads a Vietnamese noun phrase or clause from left to right and writes it in English order."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.question.lexicon import Accents, Word, accents_of, cut, senses_of, words_of
from assistant.agent.question.vietnamese_grammar import FunctionWord, Role, function_words
from assistant.text.concepts import NOUN_KINDS, RARE_RANK, Concept, Sense, accent_key, load_senses
from assistant.text.inflection import with_article

if TYPE_CHECKING:
    from collections.abc import Collection

_CROSSED = frozenset(
    "road street bridge river square field zebra crossing,crossroads,railway,highway,lane,level crossing".replace(
        " ", ","
    ).split(",")
) | {"zebra crossing", "level crossing", "football pitch"}
"""Places that one goes across; one goes past all others."""
_MOTION = frozenset(
    {"go", "come", "walk", "run", "drive", "ride", "fly", "jump", "climb", "crawl", "swim", "move", "fall"}
)
_DEFAULT_PREPOSITIONS = {
    "stop": "at", "wait": "for", "look": "at", "arrive": "at", "talk": "about", "sit": "on", "sit down": "on",
    "stand": "at", "listen": "to", "crash": "into", "turn": "into", "point": "at", "live": "in", "go": "to",
    "come": "to", "walk": "to", "run": "to", "move": "to", "lie": "on", "fall": "into", "shelter": "from",
    "shake hands": "with", "smile": "at", "bark": "at", "slip": "on", "fly": "to", "appear": "in", "return": "to",
    "disappear": "from", "search": "for", "wave": "at",
}  # fmt: skip
"""What stands before the object of an intransitive verb when the Vietnamese says nothing."""
_BY_LAST_SYLLABLE = {"len": "onto", "xuong": "onto", "vao": "into", "qua": "over", "ra": "out of"}
_AT_PLACES = frozenset(
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
_PURE_PREPOSITIONS = frozenset(
    "trong,ở trong,trên,ở trên,dưới,ở dưới,ở,tại,bên,cạnh,bên cạnh,gần,giữa,ở giữa,với,cùng,cùng với,ngoài,quanh,từ,"
    "trước,sau,phía trước,phía sau,ở cuối,ở đầu,cuối".split(",")
)
"""Prepositions that are no verbs, too, as "qua" and "lên" are."""
_LABELS = frozenset(
    {"button", "menu", "option", "setting", "error", "message", "icon", "page", "link", "command", "sign", "key"}
)
"""Nouns that a verb names: "nút lưu", the save button."""
_TOPICAL = frozenset({"speech", "screen"})
_DEFINITE = frozenset({"sky", "sun", "moon", "horizon", "background", "foreground", "world", "traffic light"})
_NO_ARTICLE = frozenset({"home", "indoors", "outdoors", "upstairs", "space"})
_AT_TIME = {
    "day": "during the day", "night": "at night", "noon": "at noon", "dawn": "at dawn", "midnight": "at midnight",
    "sunset": "at sunset", "today": "today", "tomorrow": "tomorrow", "yesterday": "yesterday",
    "weekend": "at the weekend",
}  # fmt: skip
_WEATHER_AROUND = frozenset({"rain", "snow", "fog", "wind", "sunny", "storm"})
_ADVERBS = {"good": "well", "happy": "happily", "loud": "loudly"}
_SHOWN_BY_WEARING = frozenset({"wear", "hold", "carry", "cover", "have"})
_GENERIC_CLOTHES = frozenset({"shirt", "clothes"})


class Item(NamedTuple):
    """A stretch of the phrase with all that it may be."""

    text: str
    senses: tuple[Sense, ...]
    functions: tuple[FunctionWord, ...]

    def sense(self, kinds: Collection[str]) -> Concept | None:
        """The likeliest concept of these kinds."""
        return next((sense.concept for sense in self.senses if sense.concept.kind in kinds), None)

    @property
    def noun(self) -> Concept | None:
        return next((sense.concept for sense in self.senses if sense.concept.is_noun), None)

    @property
    def act(self) -> Concept | None:
        return self.sense(("act",))

    def has_act(self, english: str) -> bool:
        return any(sense.concept.kind == "act" and sense.concept.english == english for sense in self.senses)

    @property
    def is_rarely_noun(self) -> bool:
        """Whether it usually tells a quality, as `tối` is "dark" before it is "evening"."""
        noun_rank = next((sense.rank for sense in self.senses if sense.concept.is_noun), 0)
        return self.leading_kind in ("quality", "colour") and noun_rank >= RARE_RANK

    def counted_by(self, classifier: str) -> Concept | None:
        """The likeliest noun, one that goes with the classifier before others."""
        nouns = [sense.concept for sense in self.senses if sense.concept.is_noun]
        return next((noun for noun in nouns if classifier in noun.classifiers), nouns[0] if nouns else None)

    def role(self, *roles: Role) -> FunctionWord | None:
        return next((word for word in self.functions if word.role in roles), None)

    @property
    def leading_kind(self) -> str | None:
        return self.senses[0].concept.kind if self.senses else None


_NOTHING = Item("", (), ())


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
        return with_article(phrase)


class _Openers(NamedTuple):
    """What stands before a noun."""

    before: str  # English: a number or a determiner
    plural: bool
    of: str  # `a pair of`
    classifier: str  # Vietnamese
    gendered: str  # `male`, `female`


class VietnameseReader:
    """Reads one phrase. `unknown` holds, after `read`, the words that nothing knows."""

    def __init__(self, phrase: str) -> None:
        self.unknown: list[str] = []
        self._items = _items_of(phrase)
        self._at = 0

    @property
    def knows_any(self) -> bool:
        return any(item.senses for item in self._items)

    def read(self) -> str:
        """Returns the English of the phrase."""
        clauses: list[str] = []
        while self._at < len(self._items):
            before = self._at
            if (joint := self._peek_role("joint")) is not None:
                self._at += 1
                if clauses and joint.english:
                    clauses.append(joint.english)
                continue
            if text := self._clause():
                clauses.append(text)
            if self._at == before:
                quality = self._items[self._at].sense(("quality", "colour"))
                clauses += [quality.english] if quality is not None and not clauses else []
                self._at += 1  # else a particle with nothing to belong to
        return " ".join(clauses)

    # Looking ahead

    def _item(self, offset: int = 0) -> Item | None:
        place = self._at + offset
        return self._items[place] if place < len(self._items) else None

    def _peek_role(self, *roles: Role) -> FunctionWord | None:
        item = self._item()
        return item.role(*roles) if item is not None else None

    def _starts_noun(self, offset: int = 0) -> bool:
        """Whether a noun phrase begins there: a noun, a number, a classifier or an unknown word."""
        item = self._item(offset)
        if item is None:
            return False
        if item.noun is not None or item.sense(("number",)) or item.role("classifier", "plural"):
            return True
        determiner = item.role("determiner")
        return (determiner is not None and determiner.form in ("một", "mỗi", "cả", "từng")) or _is_unknown(item)

    # Clauses

    def _clause(self) -> str:
        negated = ""
        while self._peek_role("existence", "aspect") and self._item(1) is not None:
            if self._peek_role("aspect") or self._starts_noun(1) or self._is_existence(1):
                self._at += 1
            else:
                break
        if any(word.english == "without" for word in (self._item() or _NOTHING).functions):
            self._at += 1
            negated = "no"
        phrase = self._noun_phrase()
        if phrase is not None and negated:
            phrase.before = "no"
            if phrase.concept is not None and phrase.concept.english == "person" and not phrase.after:
                phrase = NounPhrase("nobody", before="")
        predicates = self._predicates(phrase)
        return " ".join(part for part in (phrase.text() if phrase else "", predicates) if part)

    def _is_existence(self, offset: int) -> bool:
        item = self._item(offset)
        return item is not None and item.role("existence") is not None

    def _predicates(self, subject: NounPhrase | None) -> str:
        texts: list[str] = []
        read_to = -1
        while read_to < self._at:
            read_to = self._at
            if (text := self._verb_phrase(subject)) is None:
                break
            if texts and texts[-1] in ("goes", "go"):  # đi mua sắm
                texts[-1] = text
            elif texts:
                texts += ["and", text]
            else:
                texts.append(text)
        return " ".join(texts)

    def _verb_phrase(self, subject: NounPhrase | None) -> str | None:
        """Reads one verb with its object and surroundings; None, and nothing read, if none stands here."""
        start, negated, passive = self._at, False, False
        while (word := self._peek_role("aspect", "negation", "passive")) is not None:
            negated |= word.role == "negation"
            passive |= word.role == "passive"
            self._at += 1
        item = self._item()
        verb = self._verb_of(item, subject) if item is not None else None
        if passive and verb is None and self._starts_noun() and self._at < len(self._items):
            return self._with_fault(subject)
        if item is None or verb is None:
            self._at = start
            return None
        self._at += 1
        pieces = [self._conjugated(verb, subject, negated=negated, passive=passive)]
        pieces += self._after_verb(verb, item, subject)
        return " ".join(pieces)

    def _with_fault(self, subject: NounPhrase | None) -> str:
        """`bị lỗi` → `has an error`."""
        phrase = self._noun_phrase()
        verb = "have" if subject is not None and subject.plural else "has"
        return f"{verb} {phrase.text()}" if phrase is not None else verb

    def _verb_of(self, item: Item, subject: NounPhrase | None) -> Concept | None:
        verb = item.act
        if verb is None or (self._starts_noun(1) and any(word.form in _PURE_PREPOSITIONS for word in item.functions)):
            return None
        if subject is None and item.leading_kind != "act" and item.noun is not None:
            return None
        if (following := self._object_ahead(1)) is not None and following.kind == "clothing" and item.has_act("wear"):
            return next(sense.concept for sense in item.senses if sense.concept.english == "wear")
        vehicle = subject is not None and subject.concept is not None and subject.concept.kind == "vehicle"
        acts = [sense.concept for sense in item.senses if sense.concept.kind == "act"]
        if verb.english in ("cross", "pass"):
            wanted = "cross" if following is None or following.english in _CROSSED else "pass"
            return next((act for act in acts if act.english == wanted), verb)
        if vehicle:
            return next((act for act in acts if act.english in ("drive", "arrive")), verb)
        if verb.english == "arrive" or item.text == "đến":
            return next((act for act in acts if act.english == "arrive"), verb)
        return verb

    def _object_ahead(self, offset: int) -> Concept | None:
        """The noun that follows, classifiers skipped."""
        while (item := self._item(offset)) is not None:
            if item.noun is not None and not (item.role("classifier") and self._starts_noun(offset + 1)):
                return item.noun
            if not item.role("classifier", "plural", "determiner"):
                return None
            offset += 1
        return None

    def _conjugated(self, verb: Concept, subject: NounPhrase | None, *, negated: bool, passive: bool) -> str:
        plural = subject is not None and subject.plural
        if passive and verb.english not in ("fall", "slip", "crash", "hit", "die"):
            return f"{'are' if plural else 'is'}{' not' if negated else ''} {verb.inflect('participle')}"
        if negated:
            return f"{'do' if plural else 'does'} not {verb.english}"
        return verb.english if plural else verb.inflect("third")

    def _after_verb(self, verb: Concept, item: Item, subject: NounPhrase | None) -> list[str]:
        pieces: list[str] = []
        particle = ""
        read_to = -1
        while (item_after := self._item()) is not None and read_to < self._at:
            read_to = self._at
            preposition, direction = item_after.role("preposition"), item_after.sense(("direction",))
            if item_after.role("aspect", "degree") and not item_after.act:
                self._at += 1
            elif self._moves_through(verb, item_after) and self._starts_noun(1):
                self._at += 1
                pieces.append(self._through())
            elif (preposition or item_after.role("joint")) and preposition is not None and self._starts_noun(1):
                self._at += 1
                english = "on" if preposition.english == "onto" and verb.english not in _MOTION else preposition.english
                pieces.append(self._prepositional(english, verb.english))
            elif verb.english in ("change", "turn") and (colour := self._colour_reached(item_after)):
                pieces.append(f"to {_signal(colour, subject)}")
            elif direction is not None and not self._starts_noun(1) and not preposition:
                self._at += 1
                pieces.append(_towards(direction, verb))
            elif (particle_word := item_after.role("particle")) is not None and not (
                item_after.act and self._starts_noun(1)
            ):
                self._at += 1
                each_other = particle_word.english == "each other" and verb.english != "shake hands"
                if each_other or (verb.english in _MOTION and particle_word.english and not particle):
                    particle = particle_word.english
                    pieces.append(particle)
            elif item_after.leading_kind == "direction":
                self._at += 1
                pieces.append(_towards(direction, verb) if direction else "")
            elif item_after.leading_kind == "quality" and (quality := item_after.sense(("quality",))):
                self._at += 1
                pieces.append(_adverb(quality.english))
            elif item_after.leading_kind in ("time_of_day", "weather") and item_after.noun is not None:
                self._at += 1
                pieces.append(_circumstance(item_after.noun))
            elif self._starts_noun() and (item_after.leading_kind != "act" or item_after.act is None):
                before = self._at
                pieces.append(self._object(verb, item, first=not pieces))
                if self._at == before:  # what looked like a noun begins no phrase
                    break
            else:
                break
        return [piece for piece in pieces if piece]

    def _colour_reached(self, item: Item) -> str | None:
        """Reads `sang màu đỏ`: what colour something turns to."""
        following = self._item(1)
        colour = following.sense(("colour",)) if following is not None else None
        if colour is None or not any(word.form in ("sang", "thành") for word in item.functions):
            return None
        self._at += 2
        return colour.english

    def _moves_through(self, verb: Concept, item: Item) -> bool:
        return verb.english in _MOTION and any(word.form in ("qua", "sang", "ngang qua") for word in item.functions)

    def _through(self) -> str:
        phrase = self._noun_phrase()
        if phrase is None:
            return ""
        return f"{'across' if phrase.head in _CROSSED else 'past'} {phrase.text()}"

    def _prepositional(self, preposition: str, verb: str = "") -> str:
        phrase = self._noun_phrase(prefer_place=preposition in ("in", "on", "near", "under", "outside"))
        if phrase is None:
            return preposition
        if preposition in ("in", "on") and phrase.head in _AT_PLACES:
            preposition = "at"
        elif preposition == "on" and phrase.head in ("sky", "air"):
            preposition = "in"
        elif preposition == "on" and verb == "fly":
            preposition = "over"
        elif preposition == "for" and verb in ("give", "hand", "show", "bring"):
            preposition = "to"
        return f"{preposition} {phrase.text()}"

    def _object(self, verb: Concept, item: Item, *, first: bool) -> str:
        phrase = self._noun_phrase()
        if phrase is None:
            return ""
        if not first:
            return phrase.text()
        last = item.text.split()[-1] if " " in item.text else ""
        preposition = (
            _BY_LAST_SYLLABLE.get(_folded(last))
            if verb.english in _DEFAULT_PREPOSITIONS | dict.fromkeys(_MOTION)
            else None
        )
        preposition = preposition or _DEFAULT_PREPOSITIONS.get(verb.english)
        return f"{preposition} {phrase.text()}" if preposition else phrase.text()

    # Noun phrases

    def _noun_phrase(self, *, prefer_place: bool = False) -> NounPhrase | None:
        """Reads a noun phrase; None, and nothing read, if none begins here."""
        start = self._at
        before, plural, of, classifier, gendered = self._openers()
        phrase = self._head(classifier, prefer_place=prefer_place)
        if phrase is None:
            self._at = start
            return None
        phrase.before, phrase.plural = before, plural or phrase.plural
        phrase.qualities += [gendered] if gendered else []
        if phrase.concept is not None and not phrase.concept.counted:
            phrase.plural = False
            phrase.before = "" if phrase.before in ("a", "one") else phrase.before
        if of:
            phrase.plural = (
                phrase.concept is not None and phrase.concept.counted and not of.startswith(("a bowl", "a cup"))
            )
            phrase.before = f"{before or ''} {of}".strip() if before not in ("a", "one") else of
        read_to = -1
        while read_to < self._at:  # until nothing more is read
            read_to = self._at
            self._modifier(phrase)
        return phrase

    def _openers(self) -> _Openers:
        """Reads what stands before a noun."""
        before, plural, of, classifier, gendered = "", False, "", "", ""
        while (item := self._item()) is not None:
            number = item.sense(("number",))
            word = item.role("plural", "determiner", "classifier")
            if item.text.isdigit() and self._starts_noun(1):
                before, plural = item.text, item.text != "1"
            elif word is not None and word.role == "plural" and self._starts_noun(1):
                before, plural = (word.english, True) if not word.english.startswith("a ") else (before, plural)
                of = word.english if word.english.startswith("a ") else of
                classifier = "con" if of == "a herd of" else classifier
            elif word is not None and word.form in ("một", "mỗi", "từng", "cả") and self._starts_noun(1):
                before = word.english
            elif (
                number is not None
                and number.english != "half"
                and self._starts_noun(1)
                and not self._is_noun_first(item)
            ):
                before, plural = number.english, number.english != "one"
            elif (gender := item.sense(("quality",))) and gender.english in ("male", "female") and self._is_person(1):
                gendered = gender.english
            elif word is not None and word.role == "classifier" and self._is_classifier():
                of = word.english if word.english.startswith("a ") else of
                classifier = word.form
            else:
                break
            self._at += 1
        return _Openers(before, plural, of, classifier, gendered)

    def _is_person(self, offset: int) -> bool:
        item = self._item(offset)
        return item is not None and item.leading_kind == "person"

    def _is_noun_first(self, item: Item) -> bool:
        return item.leading_kind != "number"

    def _is_classifier(self) -> bool:
        """Whether the classifier here belongs to a noun that follows, rather than being a noun itself."""
        following = self._item(1)
        if following is None:
            return False
        noun = following.noun
        word = self._peek_role("classifier")
        if word is not None and word.english in ("person", "man", "woman", "child"):
            return noun is not None and following.leading_kind == "person" and not following.has_act("wear")
        return (noun is not None and following.leading_kind not in ("act", "colour", "quality")) or _is_unknown(
            following
        )

    def _head(self, classifier: str, *, prefer_place: bool) -> NounPhrase | None:
        item = self._item()
        if item is None:
            return None
        word = item.role("classifier")
        if (noun := item.counted_by(classifier)) is not None and (classifier or not item.is_rarely_noun):
            self._at += 1
            if prefer_place and not classifier:
                noun = item.sense(("place",)) or noun
            return NounPhrase(noun.english, noun)
        following = self._item(1)
        counts_unnamed = following is None or following.leading_kind not in NOUN_KINDS | {"act"}
        if word is not None and counts_unnamed:
            self._at += 1  # "chiếc màu đỏ": what is counted is not said
            if word.form == "con" and following is None:
                return NounPhrase("child", _concept("child"))
            return NounPhrase("one" if not word.english or word.english.startswith("a ") else word.english)
        if _is_unknown(item):
            return NounPhrase(self._unknown_run())
        return None

    def _unknown_run(self) -> str:
        texts = []
        while (item := self._item()) is not None and _is_unknown(item):
            texts.append(item.text)
            if not item.text.isdigit():
                self.unknown.append(item.text)
            self._at += 1
        return " ".join(texts)

    def _modifier(self, phrase: NounPhrase) -> bool:
        """Reads one modifier after the noun; False, and nothing read, if there is none."""
        item = self._item()
        if item is None:
            return False
        person = phrase.concept is not None and phrase.concept.kind in ("person", "animal")
        if (colour := item.sense(("colour",))) is not None and not (
            (person or phrase.colours) and item.act and self._starts_noun(1)
        ):
            self._at += 1
            phrase.colours.append(self._shade(colour.english))
        elif (word := item.role("determiner")) is not None and word.form in ("này", "đó", "kia", "ấy", "nọ"):
            self._at += 1
            phrase.before = {"this": "these", "that": "those"}[word.english] if phrase.plural else word.english
        elif (ordinal := item.role("ordinal")) is not None and ordinal.english:
            self._at += 1
            phrase.before, phrase.qualities = "the", [ordinal.english, *phrase.qualities]
        elif item.role("degree") and (following := self._item(1)) is not None and following.sense(("quality",)):
            self._at += 1
            return self._modifier(phrase)
        elif (
            item.leading_kind == "quality"
            and (quality := item.sense(("quality",)))
            and not (item.act and self._starts_noun(1) and self._item(1) is not None)
        ):
            self._at += 1
            if quality.english in ("first", "last", "next", "other"):
                phrase.before = "the"
            phrase.qualities.append(quality.english)
        elif person and (worn := item.sense(("clothing",))) is not None and not item.role("preposition"):
            phrase.after.append(self._dressed(worn))
        elif person and item.act and self._shows_thing(item):
            self._at += 1
            phrase.after.append(self._shown())
        elif item.role("possession") and self._starts_noun(1):
            self._at += 1
            phrase.after.append(self._prepositional("of"))
        elif (direction := item.sense(("direction",))) is not None and phrase.head in (
            "corner",
            "side",
            "half",
            "hand",
        ):
            self._at += 1
            phrase.qualities.append(direction.english)
        elif direction is not None and not self._starts_noun(1):
            self._at += 1
            phrase.after.append(_located(direction))
        elif (preposition := self._preposition_of(phrase, item)) is not None:
            self._at += 1
            phrase.after.append(self._prepositional(preposition))
        elif item.noun is not None and (item.noun.kind == "time_of_day" or item.noun.english in _WEATHER_AROUND):
            self._at += 1
            phrase.after.append(_circumstance(item.noun))
        elif item.noun is not None and item.leading_kind in NOUN_KINDS and not item.role("joint", "aspect"):
            self._at += 1
            self._join(phrase, item.noun)
        elif phrase.head in _LABELS and item.act and not self._starts_noun(1):
            self._at += 1
            phrase.compounds.insert(0, item.act.english)
        elif _is_unknown(item):
            phrase.after.append(self._unknown_run())
        else:
            return False
        return True

    def _preposition_of(self, phrase: NounPhrase, item: Item) -> str | None:
        """The preposition that begins here and belongs to the noun rather than to a verb."""
        preposition = item.role("preposition")
        if preposition is None or not self._starts_noun(1):
            return None
        topical = phrase.concept is not None and phrase.concept.kind in _TOPICAL
        if topical and any(word.form == "về" for word in item.functions):
            return "about"
        if item.act is None:
            return preposition.english
        return next((word.english for word in item.functions if word.form in _PURE_PREPOSITIONS), None)

    def _join(self, phrase: NounPhrase, noun: Concept) -> None:
        """Adds a noun that follows the head: `football` match, number 10, a bride and a groom."""
        digits = self._item()
        if noun.english == "number" and digits is not None and digits.text.isdigit():
            self._at += 1
            phrase.after.append(f"number {digits.text}")
        elif noun.kind == "person" and phrase.concept is not None and phrase.concept.kind == "person":
            phrase.after.append(f"and {with_article(noun.english)}")
        else:
            phrase.compounds.insert(0, noun.english)

    def _shade(self, colour: str) -> str:
        following = self._item()
        shade = following.sense(("quality",)) if following is not None else None
        if shade is not None and shade.english in ("dark", "light", "bright"):
            self._at += 1
            return f"{shade.english} {colour}"
        return colour

    def _shows_thing(self, item: Item) -> bool:
        """Whether the verb here tells what somebody wears or carries."""
        noun = self._object_ahead(1)
        if noun is None or item.act is None:
            return False
        if noun.kind == "clothing" and item.has_act("wear"):
            return True
        return item.act.english in _SHOWN_BY_WEARING and noun.kind in (
            "carried",
            "thing",
            "clothing",
            "person",
            "animal",
        )

    def _shown(self) -> str:
        item = self._item()
        worn = item.sense(("clothing",)) if item is not None else None
        if worn is not None:
            return self._dressed(worn)
        return self._prepositional("with")

    def _dressed(self, worn: Concept) -> str:
        """`áo xanh` → `in blue`; `mũ đỏ` → `in a red hat`; `kính` → `with glasses`."""
        phrase = self._noun_phrase()
        if phrase is None:
            return ""
        if (
            worn.english in _GENERIC_CLOTHES
            and phrase.colours
            and not (phrase.qualities or phrase.after or phrase.compounds)
        ):
            return f"in {' and '.join(phrase.colours)}"
        preposition = "with" if worn.english in ("glasses", "sunglasses", "mask", "watch") else "in"
        return f"{preposition} {phrase.text()}"


@functools.cache
def _concept(english: str) -> Concept:
    return next(concept for concept in load_senses().concepts if concept.english == english)


def _items_of(phrase: str) -> list[Item]:
    words = words_of(phrase)
    accents = accents_of(words)
    stretches = cut(phrase, words, lambda run: _item_of(run, accents), load_senses().longest)
    items = []
    for start, end, value in stretches:
        text = phrase[words[start].start : words[end - 1].end]
        items.append(value if value is not None else Item(text, (), ()))
    return items


def _item_of(words: list[Word], accents: Accents) -> Item | None:
    senses = senses_of(words, "vi", accents)
    functions = _functions_of(words, accents)
    if functions and accents != "none" and not any(_agrees(words, sense.form) for sense in senses):
        senses = ()  # "trong" is "in" before it is "trống"
    is_name = words[0].text[0].isupper() and words[0].start > 0
    senses = senses or (() if functions or is_name else senses_of(words, "en", accents))
    return Item(" ".join(word.text for word in words), senses, functions) if senses or functions else None


def _functions_of(words: list[Word], accents: Accents) -> tuple[FunctionWord, ...]:
    candidates = function_words().get(" ".join(word.key for word in words), ())
    agreeing = tuple(word for word in candidates if _agrees(words, word.form))
    return candidates if accents == "none" else agreeing


def _agrees(words: list[Word], form: str) -> bool:
    return all(accent_key(word.text) == accent_key(f) for word, f in zip(words, form.split(), strict=True))


def _is_unknown(item: Item) -> bool:
    return not item.senses and not item.functions


def _folded(word: str) -> str:
    words = words_of(word)
    return words[0].key if words else ""


def _signal(colour: str, subject: NounPhrase | None) -> str:
    """The colour that `xanh` means: a traffic light is green."""
    return "green" if colour == "blue" and subject is not None and subject.head == "traffic light" else colour


def _located(direction: Concept) -> str:
    if direction.english in ("left", "right"):
        return f"on the {direction.english}"
    if direction.english in ("front", "middle", "top", "bottom", "side", "north", "south", "east", "west"):
        return f"{'at' if direction.english in ('top', 'bottom') else 'in'} the {direction.english}"
    return direction.english


def _towards(direction: Concept, verb: Concept) -> str:
    """`goes left`, but `stands on the left`."""
    if direction.english in ("left", "right") and verb.english in _MOTION | {"turn", "look", "slide", "point"}:
        return direction.english
    return "in the opposite direction" if direction.english == "opposite" else _located(direction)


def _circumstance(concept: Concept) -> str:
    if concept.kind == "weather":
        return f"in the {'sun' if concept.english == 'sunny' else concept.english}"
    return _AT_TIME.get(concept.english, f"in the {concept.english}")


def _adverb(quality: str) -> str:
    return _ADVERBS.get(quality, f"{quality}ly" if quality in ("slow", "strong", "quiet", "strange") else quality)
