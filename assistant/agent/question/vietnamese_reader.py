"""Reads a Vietnamese noun phrase or clause from left to right and writes it in English order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.question.english_phrase import (
    BY_LAST_SYLLABLE,
    CROSSED,
    DEFAULT_PREPOSITIONS,
    MOTION,
    NounPhrase,
    adverb,
    circumstance,
    signal_colour,
    towards,
)
from assistant.agent.question.lexicon import words_of
from assistant.agent.question.vietnamese_items import NOTHING, Item
from assistant.agent.question.vietnamese_nouns import PURE_PREPOSITIONS, NounPhraseReader

if TYPE_CHECKING:
    from assistant.text.concepts import Concept


class VietnameseReader(NounPhraseReader):
    """Reads one phrase. `unknown` holds, after `read`, the words that nothing knows."""

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

    def _clause(self) -> str:
        negated = ""
        while self._peek_role("existence", "aspect") and self._item(1) is not None:
            if self._peek_role("aspect") or self._starts_noun(1) or self._is_existence(1):
                self._at += 1
            else:
                break
        if any(word.english == "without" for word in (self._item() or NOTHING).functions):
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
        if verb is None or (self._starts_noun(1) and any(word.form in PURE_PREPOSITIONS for word in item.functions)):
            return None
        if subject is None and item.leading_kind != "act" and item.noun is not None:
            return None
        if (following := self._object_ahead(1)) is not None and following.kind == "clothing" and item.has_act("wear"):
            return next(sense.concept for sense in item.senses if sense.concept.english == "wear")
        vehicle = subject is not None and subject.concept is not None and subject.concept.kind == "vehicle"
        acts = [sense.concept for sense in item.senses if sense.concept.kind == "act"]
        if verb.english in ("cross", "pass"):
            wanted = "cross" if following is None or following.english in CROSSED else "pass"
            return next((act for act in acts if act.english == wanted), verb)
        if vehicle:
            return next((act for act in acts if act.english in ("drive", "arrive")), verb)
        if verb.english == "arrive" or item.text == "đến":
            return next((act for act in acts if act.english == "arrive"), verb)
        return verb

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
                english = "on" if preposition.english == "onto" and verb.english not in MOTION else preposition.english
                pieces.append(self._prepositional(english, verb.english))
            elif verb.english in ("change", "turn") and (colour := self._colour_reached(item_after)):
                pieces.append(f"to {signal_colour(colour, subject)}")
            elif direction is not None and not self._starts_noun(1) and not preposition:
                self._at += 1
                pieces.append(towards(direction, verb))
            elif (particle_word := item_after.role("particle")) is not None and not (
                item_after.act and self._starts_noun(1)
            ):
                self._at += 1
                each_other = particle_word.english == "each other" and verb.english != "shake hands"
                if each_other or (verb.english in MOTION and particle_word.english and not particle):
                    particle = particle_word.english
                    pieces.append(particle)
            elif item_after.leading_kind == "direction":
                self._at += 1
                pieces.append(towards(direction, verb) if direction else "")
            elif item_after.leading_kind == "quality" and (quality := item_after.sense(("quality",))):
                self._at += 1
                pieces.append(adverb(quality.english))
            elif item_after.leading_kind in ("time_of_day", "weather") and item_after.noun is not None:
                self._at += 1
                pieces.append(circumstance(item_after.noun))
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
        return verb.english in MOTION and any(word.form in ("qua", "sang", "ngang qua") for word in item.functions)

    def _through(self) -> str:
        phrase = self._noun_phrase()
        if phrase is None:
            return ""
        return f"{'across' if phrase.head in CROSSED else 'past'} {phrase.text()}"

    def _object(self, verb: Concept, item: Item, *, first: bool) -> str:
        phrase = self._noun_phrase()
        if phrase is None:
            return ""
        if not first:
            return phrase.text()
        last = item.text.split()[-1] if " " in item.text else ""
        preposition = (
            BY_LAST_SYLLABLE.get(_folded(last))
            if verb.english in DEFAULT_PREPOSITIONS | dict.fromkeys(MOTION)
            else None
        )
        preposition = preposition or DEFAULT_PREPOSITIONS.get(verb.english)
        return f"{preposition} {phrase.text()}" if preposition else phrase.text()


def _folded(word: str) -> str:
    words = words_of(word)
    return words[0].key if words else ""
