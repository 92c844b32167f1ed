"""Reads a short English answer (a noun phrase, a verb phrase or a word) and writes it in Vietnamese order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.agent.question.lexicon import Word, cut, senses_of, words_of
from assistant.text.concepts import NOUN_KINDS, Concept, Sense, load_senses

if TYPE_CHECKING:
    from collections.abc import Collection

_WHOLE = {
    "yes": "có", "no": "không", "nothing": "không có gì", "nobody": "không có ai", "no one": "không có ai",
    "none": "không có", "night": "ban đêm", "day": "ban ngày", "the same": "giống nhau",
    "i don't know": "tôi không biết", "unknown": "không rõ", "clear": "trời quang", "rain": "trời mưa",
    "raining": "trời đang mưa", "is raining": "trời đang mưa", "it is raining": "trời đang mưa", "sunny": "trời nắng",
}  # fmt: skip
_PREPOSITIONS = {
    "in": "trong", "on": "trên", "at": "ở", "under": "dưới", "beside": "bên cạnh", "next to": "bên cạnh",
    "near": "gần", "in front of": "trước", "behind": "sau", "to": "đến", "into": "vào", "out of": "ra khỏi",
    "from": "từ", "of": "của", "past": "qua", "across": "qua", "over": "qua", "along": "dọc theo",
    "towards": "về phía", "toward": "về phía", "to the left of": "bên trái", "to the right of": "bên phải",
    "on the left of": "bên trái", "onto": "lên", "on the right of": "bên phải", "between": "giữa", "around": "quanh",
    "through": "qua", "for": "cho", "by": "bằng", "outside": "bên ngoài", "inside": "bên trong", "above": "phía trên",
    "below": "phía dưới", "without": "không có", "about": "về", "off": "khỏi", "with": "với", "down": "dọc theo",
    "up": "lên",
}  # fmt: skip
_ARTICLES = frozenset({"a", "an", "the"})
_DETERMINERS = {"this": "này", "that": "đó", "these": "này", "those": "đó"}
_JOINTS = {"and": "và", "or": "hoặc", "then": "rồi", "and then": "rồi", "but": "nhưng"}
_PLACED = {
    "on the left": "ở bên trái", "on the right": "ở bên phải", "in the middle": "ở giữa", "in front": "ở phía trước",
    "to the left": "sang trái", "to the right": "sang phải", "in the background": "ở hậu cảnh",
    "at the top": "ở trên cùng", "at the bottom": "ở dưới cùng", "in the foreground": "ở tiền cảnh",
    "at night": "ban đêm", "on the left side": "ở bên trái", "on the right side": "ở bên phải",
    "in the rain": "trong mưa", "in the morning": "buổi sáng", "in the evening": "buổi tối",
    "in the afternoon": "buổi chiều", "during the day": "ban ngày",
}  # fmt: skip
_ON_SURFACES = frozenset(
    {"street", "road", "sidewalk", "bridge", "beach", "square", "highway", "field", "lane", "zebra crossing"}
)
_CARRIED_BY = {
    "backpack": "đeo", "handbag": "xách", "bag": "xách", "suitcase": "kéo", "briefcase": "xách", "headphone": "đeo",
    "basket": "xách", "box": "bê", "baby": "bế", "child": "bế", "camera": "cầm", "bucket": "xách",
}  # fmt: skip
_WORN_BY = {
    "hat": "đội", "cap": "đội", "helmet": "đội", "crown": "đội", "conical hat": "đội", "glasses": "đeo",
    "sunglasses": "đeo", "mask": "đeo", "watch": "đeo", "ring": "đeo", "necklace": "đeo", "earring": "đeo",
    "bracelet": "đeo", "glove": "đeo", "tie": "đeo", "scarf": "quàng", "shoe": "đi", "boot": "đi", "sandal": "đi",
    "trainer": "đi", "high heel": "đi", "sock": "đi", "belt": "thắt", "goggles": "đeo", "hood": "đội",
}  # fmt: skip
_ADVERBS = {
    "fast": "nhanh", "slowly": "chậm", "quickly": "nhanh", "away": "đi", "back": "lại", "together": "cùng nhau",
    "alone": "một mình", "up": "lên", "down": "xuống", "out": "ra", "in": "vào", "again": "lại", "off": "đi",
}  # fmt: skip
_SPLIT = frozenset({"xuống", "lên", "lại", "ra", "đi"})
"""What stands behind the object: "đặt túi xuống"."""
_APOSTROPHES = re.compile(r"['’]s?\b")


class Piece(NamedTuple):
    """A stretch of the phrase: its folded text and what it may mean."""

    text: str
    senses: tuple[Sense, ...]

    def sense(self, kinds: Collection[str]) -> Sense | None:
        return next((sense for sense in self.senses if sense.concept.kind in kinds), None)

    @property
    def noun(self) -> Sense | None:
        return self.sense(NOUN_KINDS)


def to_vietnamese(phrase: str) -> str | None:
    """Returns a short English answer in Vietnamese: `a red car` → `chiếc ô tô đỏ`, `gets off` → `xuống`.

    None unless every word is known, and the whole is a noun phrase, a verb phrase, a clause or a word.
    """
    plain = phrase.strip().rstrip(".!").casefold()
    if plain in _WHOLE:
        return _WHOLE[plain]
    if _APOSTROPHES.search(plain):
        return None
    words = words_of(plain)
    stretches = cut(plain, words, _piece_of, load_senses().longest)
    if not stretches or any(piece is None for _, _, piece in stretches):
        return None
    reader = _EnglishReader([piece for _, _, piece in stretches if piece is not None])
    return reader.read()


def _piece_of(words: list[Word]) -> Piece | None:
    text = " ".join(word.key for word in words)
    senses = senses_of(words, "en", "all")
    grammar = (_PREPOSITIONS, _DETERMINERS, _JOINTS, _PLACED, _ADVERBS)
    known = senses or text in _ARTICLES or text.isdigit() or any(text in table for table in grammar)
    return Piece(text, senses) if known or text in ("is", "are", "not") else None


class _EnglishReader:
    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces, self._at = pieces, 0

    def read(self) -> str | None:
        """Returns the Vietnamese of the whole; None if a piece is left over."""
        if len(self._pieces) == 1 and self._pieces[0].senses:
            return self._pieces[0].senses[0].concept.vietnamese
        parts: list[str] = []
        subject: Concept | None = None
        while (piece := self._piece()) is not None:
            before = self._at
            if piece.text in _JOINTS:
                self._at += 1
                parts.append(_JOINTS[piece.text])
            elif (noun_phrase := self._noun_phrase(classified=True)) is not None:
                parts.append(noun_phrase[0])
                subject = noun_phrase[1]
            elif (verb_phrase := self._verb_phrase(subject)) is not None:
                parts.append(verb_phrase)
            elif (circumstance := self._circumstance()) is not None:
                parts.append(circumstance)
            elif (word := piece.sense(("colour", "quality", "number", "direction"))) is not None:
                self._at += 1
                parts.append(word.concept.vietnamese)
            if self._at == before:
                return None
        return " ".join(parts) or None

    def _piece(self, offset: int = 0) -> Piece | None:
        place = self._at + offset
        return self._pieces[place] if place < len(self._pieces) else None

    def _noun_phrase(self, *, classified: bool) -> tuple[str, Concept] | None:
        """Reads a noun phrase: its Vietnamese and what its head means; None, and nothing read, if there is none."""
        start = self._at
        number, determiner, indefinite = "", "", False
        qualities: list[str] = []
        colours: list[str] = []
        while (piece := self._piece()) is not None:
            adjective, after = piece.sense(("colour", "quality")), self._piece(1)
            counted = piece.sense(("number",))
            if piece.text in _ARTICLES:
                indefinite |= piece.text != "the"
            elif piece.text in _DETERMINERS:
                determiner = _DETERMINERS[piece.text]
            elif (counted or piece.text.isdigit()) and after is not None:
                number = piece.text if counted is None else counted.concept.vietnamese
            elif (
                adjective
                and after is not None
                and (piece.noun is None or after.noun or after.sense(("colour", "quality")))
            ):
                (colours if adjective.concept.kind == "colour" else qualities).append(adjective.concept.vietnamese)
            else:
                break
            self._at += 1
        nouns: list[Sense] = []
        while (
            (piece := self._piece()) is not None
            and (noun := piece.noun) is not None
            and not self._is_verb_here(piece, nouns)
        ):
            nouns.append(noun)
            self._at += 1
        if not nouns:
            self._at = start
            return None
        head = nouns[-1].concept
        plural = nouns[-1].inflection == "plural"
        words = [number] if number else []
        if (number or (indefinite and classified and not plural)) and head.classifiers and not _has_classifier(head):
            words.append(head.classifiers[0])
        words.append(head.vietnamese)
        words += [noun.concept.vietnamese for noun in reversed(nouns[:-1])]
        words += [*qualities, *(["màu"] if qualities and colours else []), *colours]
        while (modifier := self._modifier(head)) is not None:
            words.append(modifier)
        if determiner:
            words.append(determiner)
        return " ".join(words), head

    def _is_verb_here(self, piece: Piece, nouns: list[Sense]) -> bool:
        """Whether a word that is a noun or a verb is the verb: "a boy walks", "plays football"."""
        act = piece.sense(("act",))
        if act is None:
            return False
        opened = self._at > 0 and (
            self._pieces[self._at - 1].text in _ARTICLES
            or bool(self._pieces[self._at - 1].sense(("colour", "quality")))
        )
        after_plural = bool(nouns) and nouns[-1].inflection == "plural"
        return after_plural if act.inflection == "base" else not opened

    def _modifier(self, head: Concept) -> str | None:
        """Reads `in blue`, `in a red hat`, `with an umbrella`; None, and nothing read, if it is none of these."""
        piece, start = self._piece(), self._at
        if piece is None:
            return None
        if piece.text in ("in", "with", "wearing", "carrying", "holding") and head.kind in ("person", "animal"):
            self._at += 1
            colour = self._piece()
            following = self._piece(1)
            if (
                colour is not None
                and (hue := colour.sense(("colour",)))
                and (following is None or following.noun is None)
            ):
                self._at += 1
                return f"áo {hue.concept.vietnamese}"
            phrase = self._noun_phrase(classified=False)
            if phrase is not None and phrase[1].kind in ("clothing", "carried", "thing", "person", "animal"):
                return f"{_shown_by(phrase[1])} {phrase[0]}"
            self._at = start
        return self._circumstance()

    def _circumstance(self) -> str | None:
        piece, start = self._piece(), self._at
        if piece is None:
            return None
        if piece.text in _PLACED:
            self._at += 1
            return _PLACED[piece.text]
        if piece.text not in _PREPOSITIONS:
            return None
        self._at += 1
        phrase = self._noun_phrase(classified=False)
        if phrase is None:
            self._at = start
            return None
        text, head = phrase
        preposition = _PREPOSITIONS[piece.text]
        if piece.text in ("in", "on", "at") and head.english in _ON_SURFACES:
            preposition = "trên"
        return f"{preposition} {text}"

    def _verb_phrase(self, subject: Concept | None) -> str | None:
        start, progressive, negated = self._at, False, False
        while (piece := self._piece()) is not None and piece.text in ("is", "are", "not"):
            progressive |= piece.text != "not"
            negated |= piece.text == "not"
            self._at += 1
        piece = self._piece()
        verb = piece.sense(("act",)) if piece is not None else None
        if verb is None or piece is None or piece.text in ("is", "are"):
            if progressive and piece is not None and (quality := piece.sense(("colour", "quality", "direction"))):
                self._at += 1
                return f"{'không ' if negated else ''}{quality.concept.vietnamese}"
            self._at = start
            return None
        self._at += 1
        said = (
            "chạy"
            if verb.concept.english == "drive" and subject and subject.kind == "vehicle"
            else verb.concept.vietnamese
        )
        words = ["không"] if negated else ["đang"] if verb.inflection == "ing" else []
        words.append(said)
        if (phrase := self._noun_phrase(classified=False)) is not None:
            verb_words = (_worn(phrase[1]) if verb.concept.english == "wear" else said).split()
            particle = verb_words[1:] if verb_words[-1] in _SPLIT else []
            words = [*words[:-1], *(verb_words[:1] if particle else verb_words), phrase[0], *particle]
        while (following := self._piece()) is not None:
            if following.text in _ADVERBS and following.text not in _JOINTS and self._circumstance_ahead() is None:
                self._at += 1
                words.append(_ADVERBS[following.text])
            elif (circumstance := self._circumstance()) is not None:
                words.append(circumstance)
            elif (direction := following.sense(("direction",))) is not None:
                self._at += 1
                words.append(direction.concept.vietnamese)
            else:
                break
        return " ".join(words)

    def _circumstance_ahead(self) -> str | None:
        start = self._at
        text = self._circumstance()
        self._at = start
        return text


def _has_classifier(concept: Concept) -> bool:
    return concept.vietnamese.split()[0] in concept.classifiers


def _worn(concept: Concept) -> str:
    return _WORN_BY.get(concept.english, "mặc" if concept.kind == "clothing" else "đeo")


def _shown_by(concept: Concept) -> str:
    if concept.kind == "clothing":
        return _worn(concept)
    if concept.kind in ("carried", "person"):
        return _CARRIED_BY.get(concept.english, "cầm" if concept.kind == "carried" else "cùng")
    return "dắt" if concept.english == "dog" else "với" if concept.kind == "animal" else "có"
