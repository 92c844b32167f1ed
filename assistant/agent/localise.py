"""Puts the English words of the core into the language of the reply, so that no reply mixes two languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.agent.answer_texts import say
from assistant.agent.cores.pocket_guards import name_clothes, untranslated_word
from assistant.agent.phrasing import join_list
from assistant.agent.question.glossary import is_made_of, to_vietnamese
from assistant.agent.records import Condition
from assistant.text.quantities import format_number, merge_repeats

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.agent.records import ReplyDraft, Verdict
    from assistant.text.language import Language
    from tools.types import EventSequence, Evidence

_QUOTING_TOOLS = frozenset({"read_text"})
"""Tools whose evidence quotes a text of the video, which stays as it is written."""
_VERDICTS = frozenset({"yes", "no"})
_IN_BOTH = frozenset({"taxi", "video", "clip", "tivi", "internet", "menu", "robot", "logo", "van", "ten", "can", "hay"})
"""Words of three or more letters that are written alike in English and Vietnamese."""
_SHORT_WORDS = 4  # up to which the lexicon writes a phrase as well as a translator does
_BETWEEN_THINGS = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")
_LABEL = re.compile(r"^(?P<phrase>.*?)\s*(?P<score>\d\.\d+)$")


class Localiser:
    """Translates the core's words for a reply, and says where it cannot.

    Args:
        translate: takes a text, its language and the wanted one; returns what it cannot translate unchanged.
    """

    def __init__(self, translate: Callable[[str, str, str], str]) -> None:
        self._translate = translate

    def phrase(self, text: str, language: Language) -> str:
        """Returns English words in the language of the reply; empty if they cannot be said in it."""
        text = text.strip()
        if language == "en" or not any(letter.isalpha() for letter in text):
            return text
        if (word := untranslated_word(text)) is not None:
            return word
        if text.lower() in _VERDICTS:
            return say(text.lower(), language)
        is_short = len(text.split()) <= _SHORT_WORDS
        if is_short and (glossed := to_vietnamese(name_clothes(text))):
            return glossed  # the lexicon knows what it says; a translator may not
        translated = self._translate(text, "en", language).strip()
        if translated and not _remains(text, translated) and is_made_of(text, translated):
            return translated
        return "" if is_short else self._by_parts(text, language)

    def _by_parts(self, text: str, language: Language) -> str:
        """A caption put into the language thing by thing; empty if one of them cannot be said."""
        things = [to_vietnamese(name_clothes(thing)) for thing in _BETWEEN_THINGS.split(text)]
        known = [thing for thing in things if thing]
        return join_list(known, language) if len(known) == len(things) else ""

    def caption(self, text: str, language: Language) -> str:
        """Returns a caption in the language of the reply, with equal things counted; empty if it cannot be said."""
        return merge_repeats(self.phrase(text, language), language)

    def condition(self, text: str, verdict: Verdict, language: Language) -> Condition:
        """Returns a part of the question with its verdict; a part that cannot be said is named as what was asked."""
        return Condition(self.phrase(text, language) or say("what_was_asked", language), verdict)

    def draft(self, draft: ReplyDraft, language: Language) -> ReplyDraft:
        """Returns a draft whose pictures and sequences bear no word of another language."""
        return replace(
            draft,
            evidence=tuple(self._evidence(item, language) for item in draft.evidence),
            sequences=tuple(self.sequence(sequence, language) for sequence in draft.sequences),
        )

    def sequence(self, sequence: EventSequence, language: Language) -> EventSequence:
        """Returns a sequence with its events in the language; one that cannot be said is called by its number."""
        if language == "en":
            return sequence
        moments = tuple(
            replace(moment, event=self.phrase(moment.event, language) or say("event_number", language, number=number))
            for number, moment in enumerate(sequence.moments, start=1)
        )
        return replace(sequence, moments=moments)

    def _evidence(self, evidence: Evidence, language: Language) -> Evidence:
        labels = tuple(self._label(label, language) for label in evidence.labels)
        if evidence.tool in _QUOTING_TOOLS or evidence.text is None:
            return replace(evidence, labels=labels)
        return replace(evidence, text=self.caption(evidence.text, language) or None, labels=labels)

    def _label(self, label: str, language: Language) -> str:
        """A label of a box, `red car 0.90`, with its words and its number as the language writes them."""
        if language == "en":
            return label
        if (match := _LABEL.match(label)) is None:
            return self.phrase(label, language)
        score = format_number(float(match["score"]), language, digits=2)
        return f"{self.phrase(match['phrase'], language)} {score}".strip()


def _remains(english: str, translated: str) -> bool:
    """Whether a translation still holds a word of the English text that is no word of both languages."""
    before, after = (set(re.findall(r"[a-z]{3,}", text.lower())) for text in (english, translated))
    return not translated or bool(before & after - _IN_BOTH)
