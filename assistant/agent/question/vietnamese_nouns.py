"""Reads Vietnamese noun phrases from left to right and writes them in English order."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.question.english_phrase import AT_PLACES, WEATHER_AROUND, NounPhrase, circumstance, located
from assistant.agent.question.vietnamese_items import Item, items_of
from assistant.text.concepts import NOUN_KINDS, Concept, load_senses
from assistant.text.inflection import with_indefinite_article

if TYPE_CHECKING:
    from assistant.agent.question.vietnamese_grammar import FunctionWord, Role

PURE_PREPOSITIONS = frozenset(
    "trong,ở trong,trên,ở trên,dưới,ở dưới,ở,tại,bên,cạnh,bên cạnh,gần,giữa,ở giữa,với,cùng,cùng với,ngoài,quanh,từ,"
    "trước,sau,phía trước,phía sau,ở cuối,ở đầu,cuối".split(",")
)
"""Prepositions that are no verbs, too, as "qua" and "lên" are."""
_LABELS = frozenset(
    {"button", "menu", "option", "setting", "error", "message", "icon", "page", "link", "command", "sign", "key"}
)
"""Nouns that a verb names: "nút lưu", the save button."""
_TOPICAL = frozenset({"speech", "screen"})
_SHOWN_BY_WEARING = frozenset({"wear", "hold", "carry", "cover", "have"})
_GENERIC_CLOTHES = frozenset({"shirt", "clothes"})


class _Openers(NamedTuple):
    """What stands before a noun."""

    before: str  # English: a number or a determiner
    plural: bool
    of: str  # `a pair of`
    classifier: str  # Vietnamese
    gendered: str  # `male`, `female`


class NounPhraseReader:
    """Reads the noun phrases of one phrase. `unknown` holds the words, as typed, that nothing knows."""

    def __init__(self, phrase: str) -> None:
        self.unknown: list[str] = []
        self._items = items_of(phrase)
        self._at = 0

    @property
    def knows_any(self) -> bool:
        return any(item.senses for item in self._items)

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
        return (determiner is not None and determiner.form in ("một", "mỗi", "cả", "từng")) or item.is_unknown

    def _object_ahead(self, offset: int) -> Concept | None:
        """The noun that follows, classifiers skipped."""
        while (item := self._item(offset)) is not None:
            if item.noun is not None and not (item.role("classifier") and self._starts_noun(offset + 1)):
                return item.noun
            if not item.role("classifier", "plural", "determiner"):
                return None
            offset += 1
        return None

    def _prepositional(self, preposition: str, verb: str = "") -> str:
        phrase = self._noun_phrase(prefer_place=preposition in ("in", "on", "near", "under", "outside"))
        if phrase is None:
            return preposition
        if preposition in ("in", "on") and phrase.head in AT_PLACES:
            preposition = "at"
        elif preposition == "on" and phrase.head in ("sky", "air"):
            preposition = "in"
        elif preposition == "on" and verb == "fly":
            preposition = "over"
        elif preposition == "for" and verb in ("give", "hand", "show", "bring"):
            preposition = "to"
        return f"{preposition} {phrase.text()}"

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
        return (noun is not None and following.leading_kind not in ("act", "colour", "quality")) or following.is_unknown

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
        if item.is_unknown:
            return NounPhrase(self._unknown_run())
        return None

    def _unknown_run(self) -> str:
        texts = []
        while (item := self._item()) is not None and item.is_unknown:
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
            phrase.after.append(located(direction))
        elif (preposition := self._preposition_of(phrase, item)) is not None:
            self._at += 1
            phrase.after.append(self._prepositional(preposition))
        elif item.noun is not None and (item.noun.kind == "time_of_day" or item.noun.english in WEATHER_AROUND):
            self._at += 1
            phrase.after.append(circumstance(item.noun))
        elif item.noun is not None and item.leading_kind in NOUN_KINDS and not item.role("joint", "aspect"):
            self._at += 1
            self._join(phrase, item.noun)
        elif phrase.head in _LABELS and item.act and not self._starts_noun(1):
            self._at += 1
            phrase.compounds.insert(0, item.act.english)
        elif item.is_unknown:
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
        return next((word.english for word in item.functions if word.form in PURE_PREPOSITIONS), None)

    def _join(self, phrase: NounPhrase, noun: Concept) -> None:
        """Adds a noun that follows the head: `football` match, number 10, a bride and a groom."""
        digits = self._item()
        if noun.english == "number" and digits is not None and digits.text.isdigit():
            self._at += 1
            phrase.after.append(f"number {digits.text}")
        elif noun.kind == "person" and phrase.concept is not None and phrase.concept.kind == "person":
            phrase.after.append(f"and {with_indefinite_article(noun.english)}")
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
