"""Builds captions from the phrases of a user, and finds the tokens of each phrase in a caption."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.text.noun_phrases import noun_phrases
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Span = tuple[int, int]
"""A range of characters `[start, end)` of a caption."""

MAX_PHRASES = 40  # in a caption, as in the original's evaluation of long label lists
JOINT = ". "
_BRACKETS = re.compile(r"([^\[\]]*)\[([^\[\]]+)\]([^\[\]]*)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name to find. The words around it help the model, but only the name's tokens are scored (GLIP, section 5.2)."""

    name: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """The text that BERT reads, with the positions of each name."""

    text: str
    names: tuple[str, ...]
    spans: tuple[tuple[Span, ...], ...]  # for each name all its occurrences


def clean_name(name: str) -> str:
    """Returns a category's name as in the training: without remarks in parentheses and without underscores."""
    return re.sub("  ", " ", re.sub(r"\(.*\)", "", name).replace("_", " "))


def split_phrases(text: str) -> list[str]:
    """Returns the parts of a list `a . b . c`; a text without full stops is a single part.

    Raises:
        VideoAssistantError: the text holds no word.
    """
    parts = [part.strip() for part in re.split(r"\s*\.(?:\s+|$)", text)]
    parts = list(dict.fromkeys(part for part in parts if part))
    for part in parts or [text]:
        if not re.search(r"[^\W_]", part):
            raise VideoAssistantError(f"{part!r} names nothing; write what to find, such as 'red car . person'")
    return parts


def build_captions(text: str, count_tokens: Callable[[str], int], max_tokens: int) -> list[Caption]:
    """Builds captions from the text of a user.

    `red car . person` is a list. `there are some [holes] on the road . car` is a list whose first name has words around
    it. Any other text is a sentence whose noun phrases are the names. A long list becomes several captions.

    Args:
        count_tokens: returns the number of tokens of a caption.
        max_tokens: the number of tokens that the model reads.

    Raises:
        VideoAssistantError: the text holds no word, brackets do not pair, or a phrase is too long.
    """
    parts = split_phrases(text)
    if len(parts) == 1 and "[" not in text and "]" not in text and (spans := noun_phrases(parts[0])):
        caption = _sentence_caption(parts[0], spans)
        if count_tokens(caption.text) > max_tokens:
            raise _length_error(caption.text, max_tokens)
        return [caption]
    return chunk_phrases([_parse_phrase(part) for part in parts], count_tokens, max_tokens)


def chunk_phrases(phrases: Iterable[Phrase], count_tokens: Callable[[str], int], max_tokens: int) -> list[Caption]:
    """Splits phrases into captions of at most `MAX_PHRASES` phrases and `max_tokens` tokens.

    Raises:
        VideoAssistantError: a single phrase has too many tokens.
    """
    captions: list[Caption] = []
    current: list[Phrase] = []
    for phrase in phrases:
        if count_tokens(join_phrases([phrase]).text) > max_tokens:
            raise _length_error(phrase.name, max_tokens)
        if current and (
            len(current) == MAX_PHRASES or count_tokens(join_phrases([*current, phrase]).text) > max_tokens
        ):
            captions.append(join_phrases(current))
            current = []
        current.append(phrase)
    return [*captions, join_phrases(current)] if current else captions


def join_phrases(phrases: Sequence[Phrase]) -> Caption:
    """Joins phrases with `. ` to a caption, which ends with the last phrase."""
    text, spans = "", []
    for phrase in phrases:
        text += (JOINT if text else "") + phrase.prefix
        spans.append(((len(text), len(text) + len(phrase.name)),))
        text += phrase.name + phrase.suffix
    return Caption(text, tuple(phrase.name for phrase in phrases), tuple(spans))


def _sentence_caption(sentence: str, spans: Sequence[Span]) -> Caption:
    """The sentence as a caption; a phrase that occurs twice is a single name with two spans."""
    spans_by_name: dict[str, list[Span]] = {}
    for start, end in spans:
        spans_by_name.setdefault(sentence[start:end].lower(), []).append((start, end))
    names = tuple(sentence[start:end] for (start, end), *_ in spans_by_name.values())
    return Caption(f"{sentence}.", names, tuple(tuple(occurrences) for occurrences in spans_by_name.values()))


def _parse_phrase(part: str) -> Phrase:
    if "[" in part or "]" in part:
        match = _BRACKETS.fullmatch(part)
        if match is None:
            raise VideoAssistantError(f"brackets in {part!r} do not pair; write 'words [name] words', one name each")
        phrase = Phrase(clean_name(match[2]).strip(), match[1], match[3])
    else:
        phrase = Phrase(clean_name(part).strip())
    if not re.search(r"[^\W_]", phrase.name):
        raise VideoAssistantError(f"{part!r} names nothing outside its parentheses; write the name itself")
    return phrase


def _length_error(text: str, max_tokens: int) -> VideoAssistantError:
    return VideoAssistantError(f"{text[:60]!r}… has more than the {max_tokens} tokens that the model reads; shorten it")


def find_token_positions(encoding: Any, spans: Sequence[Sequence[Span]], row: int = 0) -> list[list[int]]:
    """Finds for each name the positions of its tokens; the list is empty if it has no token.

    Args:
        encoding: the output of a fast tokenizer of transformers for a batch of captions.
        spans: for each name its occurrences in the caption.
        row: of the caption in the batch.
    """
    positions_by_name = []
    for occurrences in spans:
        positions: set[int] = set()
        for start, end in occurrences:
            # The first or last character may have no token; like the originals, try up to two characters inwards.
            first = _first_token(encoding, row, range(start, min(start + 3, end)))
            last = _first_token(encoding, row, range(end - 1, max(end - 4, start - 1), -1))
            if first is not None and last is not None:
                positions.update(range(first, last + 1))
        positions_by_name.append(sorted(positions))
    return positions_by_name


def _first_token(encoding: Any, row: int, characters: Iterable[int]) -> int | None:
    """The token of the first of these characters that has a token."""
    tokens = (encoding.char_to_token(row, character) for character in characters)
    return next((token for token in tokens if token is not None), None)
