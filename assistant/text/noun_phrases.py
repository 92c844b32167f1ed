"""Finds the noun phrases of an English sentence: the words between closed-class words and verbs.

Word lists are enough for the short phrases of this project, and need no data of a tagger.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_][\w'\-]*|\d+|[^\w\s]")
_CLOSED_CLASS = frozenset(
    """a an the this that these those some any each every no both all several many few is are was were be been being am
    do does did has have had having will would can could shall should may might must not and or but nor so yet if while
    when where who whom whose which what there here it its it's he she him her his hers they them their theirs we us our
    you your i me my of in on at by for with from to into onto over under above below between behind beside besides near
    next left right across along around through during before after against toward towards upon within without off up
    down out inside outside as than like about very quite too also just only then other another""".split()
)
_POSSIBLE_ADJECTIVES = frozenset({"left", "right", "other"})  # before a noun: "the left door"
_VERBS = frozenset(
    """holds hold wears wear sits sit stands stand rides ride plays play walks walk runs run looks look eats eat drinks
    drink jumps jump flies fly lies lie shows show see sees seen made parked covered filled surrounded gets boards
    enters leaves crosses overtakes passes picks puts takes comes goes appears disappears arrives turns stops""".split()
)


def noun_phrases(sentence: str) -> list[tuple[int, int]]:
    """Returns the spans `(start, end)` of noun phrases, in letters of the sentence and in order.

    `a man in the red car is waving` gives those of `man` and `red car`.
    """
    words = [(match.group().lower(), *match.span()) for match in _WORD.finditer(sentence)]
    spans: list[tuple[int, int]] = []
    run: list[tuple[str, int, int]] = []
    for word, following in zip(words, [*words, None][1:], strict=True):
        if _breaks(word[0], following[0] if following else "") or (run and _is_participle(word[0])):
            spans += _phrase_spans(run)
            run = []
        else:
            run.append(word)
    return spans + _phrase_spans(run)


def _breaks(word: str, following: str) -> bool:
    """Whether a lower-case word ends a noun phrase, given the word that follows (empty at the end)."""
    if not word[0].isalnum() or word in _VERBS:
        return True
    return word in _CLOSED_CLASS and not (
        word in _POSSIBLE_ADJECTIVES and following.isalpha() and following not in _CLOSED_CLASS
    )


def _is_participle(word: str) -> bool:
    """Whether a word acts as a verb when it follows a noun: "people riding bicycles"."""
    return word.endswith("ing") and len(word) > 4


def _phrase_spans(run: list[tuple[str, int, int]]) -> list[tuple[int, int]]:
    """Returns the span of a run of words without participles at its end; none if it is a participle alone."""
    if len(run) == 1 and _is_participle(run[0][0]):
        return []
    while len(run) > 1 and run[-1][0].endswith("ed"):
        run = run[:-1]
    return [(run[0][1], run[-1][2])] if run else []
