"""Takes off a question what carries no meaning: greetings before it, politeness, particles at its end.

Patterns match folded text (`assistant.text.fold`), so that accents may be missing; the text itself is cut at the same
characters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from assistant.text.fold import fold

if TYPE_CHECKING:
    from assistant.text.language import Language

_CONTRACTIONS = (
    (r"\b(what|where|who|when|how|that|there|it|he|she)(?:'s|s(?= (?:the|a|an|that|this|going|it|he|she|no|my|your)\b))\b", r"\1 is"),
    (r"\b(what|where|who|when|how)'re\b", r"\1 are"),
    (r"\b(they|we|you)'re\b", r"\1 are"),
    (r"\b(is|are|was|were|do|does|did|has|have|had|could|would|should)n'?t\b", r"\1 not"),
    (r"\bcan'?t\b", "can not"),
    (r"\b(?:wanna)\b", "want to"),
    (r"\b(?:gonna)\b", "going to"),
    (r"\bw/ ?(?=\w)", "with "),
)  # fmt: skip
_EXPANDED = tuple((re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in _CONTRACTIONS)

_ASKED_TO = (
    "tell|show|find|describe|count|read|mark|draw|point|compare|summari[sz]e|sum up|check|list|give|look|search|explain|"
    "quote|help|highlight|circle|outline|play|get|name|locate"
)
_OPENINGS: dict[Language, tuple[str, ...]] = {
    "en": (
        r"(?:hey|hi|hello|ok(?:ay)?|so|well|um+|uh+|er+m*|please|pls|just|btw|by the way|oh|ah|yo|sorry|excuse me|right"
        r"|quick question|question|now|hmm+|alright)\b[\s,!.:-]*(?=\S)",
        rf"(?:can|could|would|will) (?:you|u|we)(?: please| kindly| just)* (?=(?:{_ASKED_TO})\b)",
        r"(?:please )?(?:tell|remind) (?:me|us)(?: again)?(?: about| please)?,? (?=\S)",
        r"(?:please )?(?:let me know|say|check|help me (?:check|see|find out)|find out|look up)"
        r"(?: if| whether)? (?=(?:if|whether|wh\w+|how|is|are|was|were|do|does|did|there|the)\b)",
        r"(?:check|find out|see) (?:if|whether) (?=\S)",
        r"(?:if|whether) (?=(?:there|the|a|an|any\w*|some\w*|he|she|it|they)\b)",
        r"(?:do|would) (?:you|u)(?: happen to)? (?:know|remember|recall|say|notice)(?: if| whether| that)? (?=\S)",
        r"i(?: would|'d)? (?:want|like|need|love)(?: to)? (?:know|find out|ask|check|hear)(?: about| if| whether)? (?=\S)",
        r"i (?:forget|forgot|wonder|was wondering|am wondering|think|guess|believe|am not sure|can not (?:recall|remember))"
        r"(?: that| if| whether)?,? (?=\S)",
        r"(?:any|got any|have any) (?:idea|clue|chance)(?: if| whether)? (?=\S)",
        r"is it true that (?=\S)",
        r"am i right that (?=\S)",
    ),
    "vi": (
        r"(?:a ?lo|nay|ok(?:e|ay)?|uhm?|um+|da|thua|xin loi|lam on|vui long|hay|khong biet|lieu|hinh nhu|chac la|hoi nay|the|vay"
        r"|vay thi|the thi)\b[\s,!.:-]*(?=\S)",
        r"(?:ban|cau|ad|em|anh|chi|bot) (?:oi|ơi)[\s,!.:-]*(?=\S)",
        r"(?:ban|cau|em|anh|chi) (?:co (?:biet|nho|the)|vui long|lam on|hay|giup|cho (?=(?:toi|minh|em) (?:hoi|biet))|xem giup"
        r"|kiem tra(?: giup)?)\s*(?=\S)",
        r"cho (?:toi|minh|em|anh|chi|tui|tao)? ?hoi(?: la| xem| ti| chut)?[\s,]*(?=\S)",
        r"cho (?:toi|minh|em|anh|chi|tui|tao) biet(?: la| xem)?[\s,]*(?=\S)",
        r"(?:toi|minh|em|tui) (?:muon|can) (?:biet|hoi|kiem tra)(?: la| xem)?[\s,]*(?=\S)",
        r"(?:kiem tra|xem)(?: giup)?(?: toi| minh| em)?(?: xem| thu)? (?=(?:co|trong|xe|ai|nguoi|con)\b)",
        r"giup (?:toi|minh|em|tui)(?: voi)?[\s,]*(?=\S)",
    ),
}
_CLOSINGS: dict[Language, tuple[str, ...]] = {
    "en": (
        r"[\s,]+(?:please|pls|plz|thanks|thank you|thx|do you know|or what|or not|or so|mate|buddy|exactly|again|tho|though"
        r"|at all|then please|in short|roughly|just roughly|for me|to me)",
        r",\s*(?:what|which|who|where|when) (?:is|was|were|are) (?:it|that|he|she|they)",
        r"[\s,]+at (?:some|any) (?:point|time|stage)",
        r"[\s,]+(?:in|on|from|of) (?:the|this|that|my|your|any|one of the) (?:whole |entire )?"
        r"(?:videos?|clips?|footage|pictures?|recordings?|movies?|films?)",
        r"[\s,]+in (?:three|two|a few|one|\d+) (?:sentences?|words?|lines?)",
        r",\s*(?:right|correct|yes|no|is it|is he|does it|did they|is there|was it)",
        r"\s+(?:right|correct)(?=\?*$)(?<!left or right)(?<!the right)(?<!or right)",
    ),
    "vi": (
        r"[\s,]+(?:vay|the|nhi|nha|nhe|a|ha|z|v|voi|ta|luon|hen|nua|(?<!roi )(?<!bo )(?<!chay )(?<!mang )(?<!bay )(?<!ra )di|lan|thoi|ne|u|hong)",
        r"[\s,]+(?:giup|cho) (?:toi|minh|em|tui|anh|chi)(?: voi| di| nhe| nha)?",
        r"[\s,]+(?:duoc khong|duoc ko|cam on|xin cam on)",
        r"[\s,]+(?:trong|o) (?:ca )?(?:cac |nhung )?(?:doan |cuon )?(?:video|clip|phim|doan camera|camera|canh quay|hinh)(?: nay| do| tren)?",
    ),
}  # fmt: skip
_OPENING = {
    language: re.compile(rf"(?:{'|'.join(patterns)})", re.IGNORECASE) for language, patterns in _OPENINGS.items()
}
_CLOSING = {
    language: re.compile(rf"(?:{'|'.join(patterns)})\s*[?!.…]*$", re.IGNORECASE)
    for language, patterns in _CLOSINGS.items()
}
_JOINS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"^(?:and|n|but|also|as well)\b[\s,]*"),
    "vi": re.compile(r"^(?:the con|vay con|con|va|roi)\b[\s,]*"),
}
_MARKS = re.compile(r"[\s?!.…,;:]+$")


def folded_alike(text: str) -> str:
    """Folds text so that each character stays at its place; a character that folding would lengthen is left alone."""
    return "".join(folded if len(folded := fold(letter)) == 1 else letter.lower()[:1] for letter in text)


def compose_text(text: str) -> str:
    """Returns text in NFC with full-width characters made narrow, straight quotation marks and single spaces."""
    narrow = "".join(
        unicodedata.normalize("NFKC", letter) if unicodedata.east_asian_width(letter) == "F" else letter
        for letter in unicodedata.normalize("NFC", text)
    )
    straight = narrow.translate(str.maketrans("’‘“”´`", "''\"\"''"))
    return " ".join(straight.split())


def expand_contractions(text: str) -> str:
    """Writes out the contractions of English question words and verbs: `what's` as `what is`."""
    for pattern, replacement in _EXPANDED:
        text = pattern.sub(replacement, text)
    return text


def without_fillers(text: str, language: Language) -> str:
    """Returns a question without what stands before and after it; the question itself if nothing would be left."""
    for _ in range(len(text)):
        shorter = _without_opening(_MARKS.sub("", text), language)
        shorter = _without_closing(shorter, language)
        if not shorter or shorter == text:
            break
        text = shorter
    return text


def split_join(text: str, language: Language) -> tuple[bool, str]:
    """Whether a question begins with "and", "còn" or the like, and the question without it."""
    match = _JOINS[language].match(folded_alike(text))
    if match is None or _is_classifier(text[: match.end()], text):
        return False, text
    return True, text[match.end() :]


def _is_classifier(word: str, text: str) -> bool:
    """Whether "con" counts an animal, as in "con chó", and does not mean "còn" without its accent."""
    if word.strip().lower() != "con":
        return False
    return not text.isascii() or re.search(r"\bthi sao\W*$|\blu[ck]\b", text) is None


def _without_opening(text: str, language: Language) -> str:
    match = _OPENING[language].match(folded_alike(text))
    return text[match.end() :] if match else text


def _without_closing(text: str, language: Language) -> str:
    match = _CLOSING[language].search(folded_alike(text))
    return text[: match.start()] if match and match.start() > 0 else text


_EMPTY_WORDS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\s*\b(?:ever|anywhere|somewhere|at all|already|actually|exactly|at some point|for me)\b"),
    "vi": re.compile(r"\s*\b(?:nao|bat ky|bat cu|gi do)(?!\w)"),
}


def clean_phrase(phrase: str, language: Language) -> str:
    """A phrase that was cut from a question, without words that say nothing about it and marks around it."""
    folded = folded_alike(phrase)
    for match in reversed(list(_EMPTY_WORDS[language].finditer(folded))):
        phrase = phrase[: match.start()] + phrase[match.end() :]
    return phrase.strip(" ,;:?!.\"'")
