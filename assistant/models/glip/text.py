"""Words: from what a user writes to captions, and from a caption to each phrase's tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.text.noun_phrases import noun_phrases
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Span = tuple[int, int]
"""Characters `[start, end)` of a caption."""

MOST_PHRASES = 40  # in one caption, as in the original's evaluation of long label lists
JOINT = ". "
_BRACKETS = re.compile(r"([^\[\]]*)\[([^\[\]]+)\]([^\[\]]*)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name to be found; words around it help the model, and only the name's tokens are scored (GLIP, section 5.2)."""

    name: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """What BERT reads, and where each name stands in it."""

    text: str
    names: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]  # for each name, everywhere it is said


def clean(name: str) -> str:
    """A category's name as the model was trained on it: no remark in parentheses, no underscores."""
    return re.sub("  ", " ", re.sub(r"\(.*\)", "", name).replace("_", " "))


def split_phrases(text: str) -> list[str]:
    """The parts of `a . b . c`; one part if there is no such list.

    Raises:
        VideoAssistantError: there is not a word in it.
    """
    parts = [part.strip() for part in re.split(r"\s*\.(?:\s+|$)", text)]
    parts = list(dict.fromkeys(part for part in parts if part))
    for part in parts or [text]:
        if not re.search(r"[^\W_]", part):
            raise VideoAssistantError(f"{part!r} names nothing; write what to find, such as 'red car . person'")
    return parts


def captions(text: str, tokens: Callable[[str], int], max_tokens: int) -> list[Caption]:
    """What a user writes as captions.

    `red car . person` is a list; `there are some [holes] on the road . car` is one whose first name has words around
    it; anything else is a sentence, in which noun phrases are sought. Long lists become several captions.

    Args:
        tokens: how many tokens a caption has.
        max_tokens: how many the model reads.

    Raises:
        VideoAssistantError: there is no word in it, brackets do not pair, or one phrase is too long.
    """
    parts = split_phrases(text)
    if len(parts) == 1 and "[" not in text and "]" not in text and (spans := noun_phrases(parts[0])):
        caption = _sentence(parts[0], spans)
        if tokens(caption.text) > max_tokens:
            raise _too_long(caption.text, max_tokens)
        return [caption]
    return chunks([_phrase(part) for part in parts], tokens, max_tokens)


def chunks(phrases: Iterable[Phrase], tokens: Callable[[str], int], max_tokens: int) -> list[Caption]:
    """As many captions as it takes for each to hold at most `MOST_PHRASES` and `max_tokens`.

    Raises:
        VideoAssistantError: one phrase alone has too many tokens.
    """
    found: list[Caption] = []
    run: list[Phrase] = []
    for phrase in phrases:
        if tokens(from_phrases([phrase]).text) > max_tokens:
            raise _too_long(phrase.name, max_tokens)
        if run and (len(run) == MOST_PHRASES or tokens(from_phrases([*run, phrase]).text) > max_tokens):
            found.append(from_phrases(run))
            run = []
        run.append(phrase)
    return [*found, from_phrases(run)] if run else found


def from_phrases(phrases: Sequence[Phrase]) -> Caption:
    """One caption: the phrases joined by `. `, nothing after the last one."""
    text, spans = "", []
    for phrase in phrases:
        text += (JOINT if text else "") + phrase.prefix
        spans.append(((len(text), len(text) + len(phrase.name)),))
        text += phrase.name + phrase.suffix
    return Caption(text, tuple(phrase.name for phrase in phrases), tuple(spans))


def _sentence(sentence: str, spans: Sequence[Span]) -> Caption:
    """The whole sentence as caption; a phrase said twice is one name with two spans."""
    said: dict[str, list[Span]] = {}
    for start, end in spans:
        said.setdefault(sentence[start:end].lower(), []).append((start, end))
    names = tuple(sentence[spans[0][0] : spans[0][1]] for spans in said.values())
    return Caption(f"{sentence}.", names, tuple(tuple(places) for places in said.values()))


def _phrase(part: str) -> Phrase:
    if "[" in part or "]" in part:
        found = _BRACKETS.fullmatch(part)
        if found is None:
            raise VideoAssistantError(f"brackets in {part!r} do not pair; write 'words [name] words', one name each")
        phrase = Phrase(clean(found[2]).strip(), found[1], found[3])
    else:
        phrase = Phrase(clean(part).strip())
    if not re.search(r"[^\W_]", phrase.name):
        raise VideoAssistantError(f"{part!r} names nothing outside its parentheses; write the name itself")
    return phrase


def _too_long(text: str, max_tokens: int) -> VideoAssistantError:
    return VideoAssistantError(f"{text[:60]!r}… has more than the {max_tokens} tokens that the model reads; shorten it")


def token_sets(encoding: Any, spans: Sequence[Sequence[Span]], row: int = 0) -> list[list[int]]:
    """For each name the places of its tokens; none where it has no token.

    Args:
        encoding: what a fast tokenizer of transformers gave for a batch of captions; `row` is the caption's.
    """
    found = []
    for places in spans:
        own: set[int] = set()
        for start, end in places:
            # A border may fall on a character without a token; the originals try up to two more inwards.
            first = _token(encoding, row, range(start, min(start + 3, end)))
            last = _token(encoding, row, range(end - 1, max(end - 4, start - 1), -1))
            if first is not None and last is not None:
                own.update(range(first, last + 1))
        found.append(sorted(own))
    return found


def _token(encoding: Any, row: int, characters: Iterable[int]) -> int | None:
    tokens = (encoding.char_to_token(row, character) for character in characters)
    return next((token for token in tokens if token is not None), None)
