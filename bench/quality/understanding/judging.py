"""Whether an answer to an everyday question is right, wrong or declined, and why.

`right` of a turn holds alternatives, of which the answer needs one: a word or phrase; "yes", "no" (its verdict);
"a & b" (both); "2of: a, b, c"; "~7s" (a length of time); "none", "unknown"; the name of a clip; `[start, end]` or
`[start, end, clip]` (a moment in seconds). `must_not` holds what a right answer does not say, or says only afterwards.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bench.quality.understanding.vocabulary import COLOURS, canonical, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.quality.understanding.spoken_answer import Cited, SpokenAnswer

SLACK_SECONDS = 1.0  # that a cited time may lie beside a right moment
SURE = 0.85  # confidence from which the page says "I am sure"
MAX_WORDS = {"en": 45, "vi": 65}  # of an answer, unless it was to describe: a right word is buried in a longer one
MIN_LENGTH_SLACK_SECONDS = 1.5  # that a length of time may be off; a tenth of it if that is more
COLOUR_REACH = 40  # characters from the beginning within which another colour is part of the answer
_NOT_MEANT = {"no": ("no", "not", "none", "nobody", "không"), "yes": ("yes", "có")}
"""Words of a verdict; beside something else it need not come first."""


class Judgement(NamedTuple):
    """What came of a turn."""

    verdict: Literal["right", "wrong", "declined"]
    why: str

    def is_confident_wrong(self, confidence: float) -> bool:
        """Whether it is wrong, and said with a confidence from which the page is sure."""
        return self.verdict == "wrong" and confidence >= SURE


def judge(turn: Mapping[str, Any], answer: SpokenAnswer) -> Judgement:
    """Judges the answer to a turn; one that is wrong but offers what is right as a choice is declined.

    Args:
        turn: a line of `questions.jsonl`.
        answer: to its question.
    """
    judgement = _judge(turn, answer)
    if judgement.verdict == "wrong" and answer.offers_choices:
        words = [part for alternative in _words(turn) for part in alternative.split(" & ")]
        if any(place_in_answer(answer, word, turn) >= 0 for word in words):
            return Judgement("declined", f"asks back, and offers what is right; {judgement.why}")
    return judgement


def _judge(turn: Mapping[str, Any], answer: SpokenAnswer) -> Judgement:
    if answer.declines:
        return _judge_declined(turn, answer)
    if answer.lacks_text and _kind(turn) not in ("sign", "none"):
        return Judgement("declined", "looked for text where none was asked for")
    places = {word: place for word in _words(turn) if (place := place_in_answer(answer, word, turn)) >= 0}
    by_moment = not places and _names_right_moment(turn, answer)
    if not places and not by_moment:
        return Judgement("wrong", "nothing that is right is said")
    is_long = len(answer.body.split()) > MAX_WORDS[turn["language"]]
    if is_long and _kind(turn) != "describe" and not by_moment:
        return Judgement("wrong", "buried in a long answer")
    first = 0 if by_moment else min(places.values())
    if fault := _forbidden_word(turn, answer, first, by_moment=by_moment) or _other_colour(turn, answer, places):
        return Judgement("wrong", fault)
    where = _where(turn)
    if where and answer.cited and not any(is_inside(cited, where, turn["clip"]) for cited in answer.cited):
        return Judgement("wrong", "the right word, but what it cites is elsewhere")
    return Judgement("right", "moment" if by_moment else ", ".join(places))


def _judge_declined(turn: Mapping[str, Any], answer: SpokenAnswer) -> Judgement:
    """Declining is right where nobody can know, and a friendly word to small talk is an answer."""
    words = _words(turn)
    if turn["kind"] == "none":
        friendly = [word for word in words if word not in ("none", "unknown", "no")]
        if spoken := [word for word in friendly if place_of(answer.words, canonical(word)) >= 0]:
            return Judgement("right", ", ".join(spoken))
        if {"none", "unknown"} & set(words):
            return Judgement("right", "declines what nobody can know")
    return Judgement("declined", answer.error or "does not know")


def place_in_answer(answer: SpokenAnswer, alternative: str, turn: Mapping[str, Any]) -> int:
    """Where an answer says an alternative of `right`, in characters (0 if that has no place); -1 where it does not."""
    if " & " in alternative:
        return _place_of_all(answer, alternative.split(" & "), turn)
    if alternative.startswith("2of:"):
        places = [place_of(answer.words, canonical(word)) for word in alternative[4:].split(",")]
        return _place(sum(place >= 0 for place in places) >= 2)
    if length := re.fullmatch(r"~(\d+(?:\.\d+)?)s", alternative):
        wanted = float(length[1])
        slack = max(MIN_LENGTH_SLACK_SECONDS, wanted / 10)
        return _place(any(abs(seconds - wanted) <= slack for seconds in answer.lengths))
    if alternative in ("yes", "no"):
        return _place(answer.verdict == alternative)
    if alternative in ("none", "unknown"):
        is_zero = alternative == "none" and answer.words == "0"
        return _place(answer.says_nothing_is_there or place_of(answer.words, "nobody") == 0 or is_zero)
    if alternative in answer.clips:
        return _place_of_clip(answer, alternative, turn)
    if alternative.isdigit() and _kind(turn) == "count":
        numbers = re.findall(r"(?<![\w:])\d+(?![\w:])", answer.words)
        is_nobody = alternative == "0" and answer.words in ("không", "nobody", "none")
        return _place(is_nobody or numbers[:1] == [alternative])
    return place_of(answer.words, alternative if alternative.isdigit() else canonical(alternative))


def _place_of_all(answer: SpokenAnswer, parts: Sequence[str], turn: Mapping[str, Any]) -> int:
    places = [
        max(
            place_in_answer(answer, part, turn),
            *(place_of(answer.words, word) for word in _NOT_MEANT.get(part, ())),
            -1,
        )
        for part in parts
    ]
    return -1 if min(places) < 0 else min(places)


def _place_of_clip(answer: SpokenAnswer, clip: str, turn: Mapping[str, Any]) -> int:
    """Of an answer with a verdict on each clip, the one with a verdict of its own is named."""
    if verdicts := answer.clip_verdicts:
        is_alone = list(verdicts.values()).count(verdicts.get(clip, "")) == 1
        return _place(is_alone and (verdicts[clip] == "yes" or turn["kind"] == "negation"))
    if answer.verdict == "no":
        return -1
    return max(place_of(answer.whole, clip), place_of(answer.whole, clip.replace("-", " ")))


def is_inside(cited: Cited, moments: Sequence[Sequence[Any]], scope: str | None) -> bool:
    """Whether a cited time touches one of some moments `[start, end]` or `[start, end, clip]`, within the slack."""
    for start, end, *clip in moments:
        meant = clip[0] if clip else scope
        same_clip = meant is None or cited.clip in (None, meant)
        if same_clip and cited.start <= end + SLACK_SECONDS and cited.end >= start - SLACK_SECONDS:
            return True
    return False


def _names_right_moment(turn: Mapping[str, Any], answer: SpokenAnswer) -> bool:
    """Whether at least half of the cited times lie in right moments."""
    moments = [alternative for alternative in turn["right"] if not isinstance(alternative, str)]
    if not moments or not answer.tells_a_moment(turn["question"]):
        return False
    hits = [is_inside(cited, moments, turn["clip"]) for cited in answer.cited]
    return 2 * sum(hits) >= len(hits)


def _forbidden_word(turn: Mapping[str, Any], answer: SpokenAnswer, first: int, *, by_moment: bool) -> str:
    """What the answer says, before what is right at `first`, of `must_not`; empty: nothing."""
    for word in turn["must_not"]:
        if word in answer.clips:
            if not answer.clip_verdicts and place_of(answer.whole, word) >= 0:
                return f"names {word} too"
        elif word in ("yes", "no"):
            if answer.verdict == word:
                return f"says {word}"
        else:
            place = place_of(answer.words, canonical(word))
            if 0 <= place < first or (place >= 0 and by_moment):
                return f"says {word}"
    return ""


def _other_colour(turn: Mapping[str, Any], answer: SpokenAnswer, places: Mapping[str, int]) -> str:
    """Which other colour an answer about colours says before the right one; empty: none."""
    if _kind(turn) != "colour" or not places or answer.offers_choices or places.keys() & {"yes", "no"}:
        return ""
    allowed = {colour for word in _words(turn) for colour in COLOURS if place_of(canonical(word), colour) >= 0}
    others = [c for c in COLOURS if c not in allowed and 0 <= place_of(answer.words, c) < COLOUR_REACH]
    if allowed and others and place_of(answer.words, others[0]) < min(places.values()):
        return f"says {others[0]}"
    return ""


def _where(turn: Mapping[str, Any]) -> Sequence[Sequence[Any]] | None:
    """The moments in one of which a cited time has to lie; None: anywhere."""
    if turn.get("where"):
        moments: Sequence[Sequence[Any]] = turn["where"]
        return moments
    return [[0, float("inf"), turn["about"]]] if turn.get("about") and turn["clip"] is None else None


def _kind(turn: Mapping[str, Any]) -> str:
    return str(turn.get("asks") or turn["kind"])


def _words(turn: Mapping[str, Any]) -> list[str]:
    return [alternative for alternative in turn["right"] if isinstance(alternative, str)]


def _place(is_met: bool) -> int:
    return 0 if is_met else -1
