"""Resolves what a question takes from the turn before: pronouns, "then", "after that", and what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.agent.question.clauses import bare, split_clause, with_article
from assistant.agent.question.fillers import folded_alike
from assistant.agent.question.grammar_words import mask_homographs
from assistant.agent.question.lexicon import annotate, lookup
from assistant.agent.question.reading import Reading
from assistant.text.noun_phrases import noun_phrases
from tools.events.query import EventQueryError, parse_event_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.agent.question.question import Question
    from assistant.text.language import Language

ToEnglish = Callable[[str], str]
PHRASES = ("subject", "event", "act", "first", "second", "where")
"""Slots that hold phrases: they are put into English, and pronouns in them are resolved."""

_PERSON = re.compile(
    r"\b(?:he|she|him|her|they|them|his|their|somebody|someone|person|people|man|woman|boy|girl|child)\b", re.IGNORECASE
)
_PRONOUN_EN = re.compile(
    r"\b(?:any of (?:them|those|these)|all of them|(?:that|this|the same|the) (?:one|thing|guy|person)|those ones|it|he|she|they|them|him|that|this|those|these|its|his|her|their)\b(?!\s+(?:who|with|in|on)\b)",
    re.IGNORECASE,
)
_PRONOUN_VI = re.compile(
    r"(?:(?:thang|con|cai|chiec|nguoi|xe|vat|ong|ba|anh|chi|co|be|chu|cau be|co be|thu|dua|mon)(?: \w+)? (?:do|ay|nay|kia|ta|ay)|no|ho|han|chung|chung no|bon ho|nguoi ta|xe(?=$| (?:co|da|dang|se|lai|dung|di|chay|re|quay|do|lui)\b))(?!\w)"
)
_DEMONSTRATIVE_VI = re.compile(r"\b(?:do|ay|nay|kia|day)$")
_THEN = {
    "en": re.compile(
        r"[\s,]*\b(?:then|at (?:that|this|the) (?:time|moment|point|same time)|meanwhile|in the meantime|at that|there and then|in (?:it|there|that one|this one))$",
        re.IGNORECASE,
    ),
    "vi": re.compile(
        r"^(?:vao )?(?:luc|khi)(?: do| ay| day| nay)\b[,\s]*(?:thi )?|[\s,]+(?:luc|khi) (?:do|ay|day)$|^trong khi do\b[,\s]*"
    ),
}
_AFTER = {
    "en": re.compile(
        r"[\s,]*\b(?:(?:right |just |immediately )?after(?: that| this|wards)|later(?: on)?|again later|next|in the end|from then on)$",
        re.IGNORECASE,
    ),
    "vi": re.compile(
        r"^(?:(?:roi|va|the|ngay) )*(?:sau do|sau day|sau ay|tiep theo|tiep do|roi)\b[,\s]*(?:thi )?|[\s,]+(?:sau do|sau day|tiep theo)$"
    ),
}
_BEFORE = {
    "en": re.compile(r"[\s,]*\b(?:(?:right |just )?before(?: that| this| then)|earlier|beforehand)$", re.IGNORECASE),
    "vi": re.compile(
        r"^(?:(?:va|the|ngay) )*(?:truoc do|truoc day|truoc ay)\b[,\s]*(?:thi )?|[\s,]+(?:truoc do|truoc ay)$"
    ),
}
_ABOUT_EN = re.compile(
    r"^(?:(?:and |so |or )?(?:what|how) about |what of |(?:and |or )?also |and |or |same for |i mean(?:t)? )",
    re.IGNORECASE,
)
_TAIL_EN = re.compile(
    r"[,\s]+(?:(?:was|is|were|are) (?:it|he|she|they|there|one) (?:there|too|in it|also)(?: (?:too|as well))?|too|as well|then|instead|is there one)$",
    re.IGNORECASE,
)
_ABOUT_VI = re.compile(r"^(?:(?:the |vay |roi |va )*con |y (?:toi|minh) la |va |the |hay |hoac )")
_TAIL_VI = re.compile(r"[,\s]+(?:thi sao[,\s]+co khong|thi sao|thi the nao|thi|sao|co khong|thi co khong|nua|the nao)$")
_QUALITY_VI = re.compile(r"^(?:con|cai|chiec|nguoi|thang|xe|ao) (?:mau )?(?P<quality>.+)$")
_ASKS_EXISTENCE = re.compile(r"\b(?:was|is|were|are) (?:it|he|she|they|there|one)\b|\bco khong\b")
_RELATIVE = re.compile(r"\s+(?:(?:that|which|who) |(?:it|he|she|they) )\S.*$", re.IGNORECASE)
_QUALITY_EN = re.compile(r"^(?:the |that |a |an )?(?P<quality>\w+) ones?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LastTurn:
    """What a follow-up can refer to."""

    reading: Reading  # its slots are English
    answer: str = ""  # short, in English
    stretch: Mapping[str, Any] | None = None  # of the answer: video, start, end
    mentions: tuple[str, ...] = ()  # things that the turns before named, in English, the latest first
    around: Mapping[str, Any] | None = None  # the stretch that it looked at because it followed another

    @property
    def antecedent(self) -> str:
        """What "it" means if nothing tells more: the answer to "who", else the subject, else who or what acts."""
        mentions = turn_mentions(self.reading, self.answer) or self.mentions
        return mentions[0] if mentions else ""

    def antecedent_of(self, pronoun: str) -> str:
        """What a pronoun means, by what it can stand for: a person, an animal, a vehicle or any thing."""
        wanted = _classes_of(folded_alike(pronoun))
        mentions = (*turn_mentions(self.reading, self.answer), *self.mentions)
        return next((mention for mention in mentions if _class_of(mention) in wanted), self.antecedent)

    @property
    def is_event(self) -> bool:
        """Whether the last question was about something that happens."""
        slots = self.reading.slots
        clause = slots.get("event") or slots.get("act") or slots.get("subject") or ""
        return "act" in slots or bool(split_clause(clause)[1])


def turn_mentions(reading: Reading, answer: str) -> tuple[str, ...]:
    """The things that a question and its answer name, in English: the subject first."""
    mentions: list[str] = []
    if reading.kind in _NAMED_BY_ANSWER and answer and not answer[0].isdigit():
        mentions.append(answer)
    if "act" in reading.slots or (reading.kind == "who" and "event" in reading.slots):
        mentions.append("a person")
    for name in ("subject", "event", "act", "first", "second"):
        clause = reading.slots.get(name, "")
        who, rest = split_clause(clause) if name != "act" else ("", clause)
        if who:
            mentions.append(with_article(who))
        mentions += [with_article(rest[start:end]) for start, end in noun_phrases(rest)]
    return tuple(dict.fromkeys(mentions))


_PEOPLE, _ANIMALS, _VEHICLES, _THINGS = (
    frozenset({"person"}), frozenset({"animal"}), frozenset({"vehicle"}), frozenset({"thing", "animal", "vehicle"}),
)  # fmt: skip
_CLASSES: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"(?:he|she|him|her|his|they|them|their|(?:that|this|the same|the) (?:guy|person)|any of|all of|(?:nguoi|anh|chi|ong|ba|co|chu|be|thang|dua|han|ho|bon ho|nguoi ta)\b)"), _PEOPLE),
    (re.compile(r"con\b"), _ANIMALS),
    (re.compile(r"xe\b"), _VEHICLES),
    (re.compile(r"(?:chiec|cai|it|its|that|this|no|those|these|chung)\b"), _THINGS),
)  # fmt: skip


def _classes_of(pronoun: str) -> frozenset[str]:
    """The classes of what a folded pronoun can stand for."""
    return next((classes for pattern, classes in _CLASSES if pattern.match(pronoun)), _THINGS)


def _class_of(mention: str) -> str:
    """`person`, `animal`, `vehicle` or `thing`."""
    concepts = lookup(_kind_of(mention))
    kind = concepts[0].kind if concepts else "thing"
    return kind if kind in ("person", "animal", "vehicle") else "thing"


_NAMED_BY_ANSWER = frozenset({"who", "holding", "first"})


@dataclass(frozen=True, slots=True)
class Referred:
    """A question with what it refers to."""

    question: Question
    follows: bool = False  # it takes something from the turn before
    stretch: Mapping[str, Any] | None = None  # where it looks: video, start, end (None: to the end)


def read_references(question: Question, last: LastTurn | None) -> Referred:
    """Takes "then", "after that" and "before that" off a question, as the stretch of the last answer that they mean."""
    if last is None or last.stretch is None:
        return Referred(question)
    stretch = last.stretch
    for patterns, start, end in (
        (_AFTER, stretch["end"], None),
        (_BEFORE, 0.0, stretch["start"]),
        (_THEN, stretch["start"], max(stretch["end"], stretch["start"] + 1.0)),
    ):
        match = patterns[question.language].search(question.folded)
        if match is None:
            continue
        rest = f"{question.rest[: match.start()]} {question.rest[match.end() :]}".strip(" ,")
        if len(rest.split()) > 1:
            return Referred(question.with_rest(rest), True, {"video": stretch["video"], "start": start, "end": end})
    return Referred(question)


def elliptical(
    question: Question, last: LastTurn | None, to_english: ToEnglish, *, is_recognised: bool = False
) -> Reading | None:
    """The last question asked again about something else, or at another time; None if the question stands alone.

    "And a cat?", "what about the bus?", "còn con chó thì sao?", "and at 2:15?".
    """
    if last is None:
        return None
    if not re.search(r"[^\W\d_]", question.rest):
        return last.reading if question.times.ranges or question.place is not None else None
    vietnamese = question.language == "vi"
    folded = question.folded
    about, tail = (_ABOUT_VI, _TAIL_VI) if vietnamese else (_ABOUT_EN, _TAIL_EN)
    opened, closed = about.match(folded), tail.search(folded)
    if not (opened or closed or question.continues):
        return None
    if is_recognised and not ((opened or question.continues) and closed):
        return None  # it is a question of its own
    start, end = opened.end() if opened else 0, closed.start() if closed else len(folded)
    thing = question.rest[start:end].strip(" ,")
    if not thing or len(thing.split()) > 7:
        return None
    quality = (_QUALITY_VI if vietnamese else _QUALITY_EN).match(folded_alike(thing))
    if "topic" in last.reading.slots:
        return replace(last.reading, slots={**last.reading.slots, "topic": thing})
    if quality is not None and _is_quality(thing[slice(*quality.span("quality"))], question.language):
        english = f"{to_english(thing[slice(*quality.span('quality'))])} {_kind_of(last.antecedent_of(thing))}"
    else:
        english = _RELATIVE.sub("", to_english(thing))
    if closed and _ASKS_EXISTENCE.search(closed[0]):
        return Reading("yes_no", {"subject": with_article(english)}, last.reading.decided_by)
    slots = _with_subject(last.reading.slots, with_article(english))
    if last.reading.kind == "choice" and _is_quality(slots.get("first", ""), "en"):
        return Reading("colour", {"subject": slots["subject"]}, last.reading.decided_by)
    return replace(last.reading, slots=slots)


def resolve(reading: Reading, last: LastTurn | None, language: Language, to_english: ToEnglish) -> tuple[Reading, bool]:
    """Puts the phrases of a reading into English, and what its pronouns mean in their place.

    Returns:
        The reading, and whether it refers to the turn before.
    """
    antecedent = last.antecedent if last is not None else ""
    slots, refers = dict(reading.slots), False
    if language == "vi":
        _name_the_person(reading, slots)
    if "sequence" in slots:
        slots["sequence"] = _resolve_sequence(slots["sequence"], to_english)
    if last is not None and _BOTH.fullmatch(folded_alike(slots.get("first", ""))) and "second" not in slots:
        mentions = tuple(dict.fromkeys((*turn_mentions(last.reading, last.answer), *last.mentions)))
        return replace(reading, slots={**slots, **dict(zip(("first", "second"), mentions, strict=False))}), True
    for name in PHRASES:
        if name in slots:
            slots[name], changed = _resolve_phrase(slots[name], last, language, to_english)
            refers = refers or changed
    if last is not None and reading.kind == "when" and (_lacks_subject(reading, slots) or _only_pronoun(reading)):
        same = {name: text for name, text in last.reading.slots.items() if name in (*PHRASES, "aux")}
        return replace(reading, slots={**slots, **same}), True
    if antecedent and _lacks_subject(reading, slots):
        slots["subject"], refers = antecedent, True
    return replace(reading, slots=slots), refers


_BOTH = re.compile(r"they|both(?: of them)?|(?:those|these|the)(?: two)?(?: of them)?|chung(?: no)?|ca hai|hai .+")


def _only_pronoun(reading: Reading) -> bool:
    """Whether "when was that" names nothing but a pronoun for what happened."""
    return reading.slots.get("subject", "").lower() in ("it", "that", "this")


def _name_the_person(reading: Reading, slots: dict[str, str]) -> None:
    """Makes "ai cầm dù" a phrase about a person, since an act alone is no phrase that can be translated."""
    name = "act" if "act" in slots else "event" if reading.kind == "who" and "event" in slots else None
    if name is not None:
        slots["subject"] = f"người {slots.pop(name)}"


def _resolve_sequence(sequence: str, to_english: ToEnglish) -> str:
    """A sequence of events in its canonical form, each event in English."""
    try:
        query = parse_event_query(sequence)
    except EventQueryError:
        return to_english(sequence)
    return replace(query, events=tuple(map(to_english, query.events))).canonical_text


def _resolve_phrase(phrase: str, last: LastTurn | None, language: Language, to_english: ToEnglish) -> tuple[str, bool]:
    """A phrase in English with its pronouns resolved, and whether it had any."""
    if language == "vi":
        folded = mask_homographs(phrase, folded_alike(phrase))
        quality = _QUALITY_VI.match(folded)
        if last and quality and _is_quality(named := phrase[slice(*quality.span("quality"))], "vi"):
            return with_article(f"{to_english(named)} {_kind_of(last.antecedent_of(phrase))}"), True
        match = _PRONOUN_VI.match(folded)
        antecedent = last.antecedent_of(match[0]) if last and match else ""
        if match is None or not antecedent:
            return to_english(phrase), False
        rest = phrase[match.end() :].strip()
        return (f"{antecedent} {to_english(rest)}" if rest else antecedent), True
    found = _PRONOUN_EN.search(phrase)
    antecedent = last.antecedent_of(found[0]) if last and found else ""
    if found is None or not antecedent:
        return phrase, False
    return f"{phrase[: found.start()]}the {bare(antecedent)}{phrase[found.end() :]}".strip(), True


def _kind_of(antecedent: str) -> str:
    """What a phrase names, without its qualities: `dog` of `a white dog by the road`."""
    head = bare(antecedent).split(" with ")[0].split(" in ")[0].split(" on ")[0].split()
    return head[-1] if head else antecedent


def _lacks_subject(reading: Reading, slots: Mapping[str, str]) -> bool:
    """Whether a reading of a kind that needs a subject names none."""
    return reading.kind in _NEED_SUBJECT and not any(
        slots.get(name) for name in ("subject", "event", "act", "first", "question")
    )


_NEED_SUBJECT = frozenset(
    {"colour", "direction", "side", "holding", "doing", "who", "duration", "when", "ground", "count"}
)


def _with_subject(slots: Mapping[str, str], subject: str) -> dict[str, str]:
    kept = {name: text for name, text in slots.items() if name not in ("event", "act", "verb", "where", "query")}
    if "query" in slots and "subject" not in slots:
        return {**kept, "query": subject}
    return {**kept, "subject": subject}


def _is_quality(text: str, language: Language) -> bool:
    matches = annotate(text, language)
    return bool(matches) and all(match.concepts[0].kind in ("colour", "quality") for match in matches)
