"""Decoding that can only write what a pattern matches.

A pattern is a regular expression whose matches are bounded in length. After each token the text so far must still be
the beginning of a match (partial matching of the package `regex`), and the text may end only where it is one. Every
token adds a character, so a text ends within as many tokens as the longest match has characters, and one. The same few
lines serve SentencePiece, byte-level BPE and WordPiece, encoder-decoders and decoders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

LIKELIEST = 64  # tried before the whole vocabulary is sorted, which takes milliseconds where that is large
WORD_PIECE, SENTENCE_PIECE, BYTE_LEVEL = "##", "▁", "Ġ"


class Pieces:
    """The text of every token of a tokenizer; None for special ones, which no pattern may use."""

    def __init__(self, tokenizer: Any) -> None:
        tokens = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        special = set(tokenizer.all_special_ids)
        self.joined_by_spaces = any((t or "").startswith(WORD_PIECE) for t in tokens)
        self.texts = [None if i in special or t is None else self._text(t) for i, t in enumerate(tokens)]

    def _text(self, token: str) -> str | None:
        if token.startswith(("<extra_id_", "<image", "<video", "[")) and len(token) > 1:
            return None
        if byte := regex.fullmatch(r"<0x([0-9A-F]{2})>", token):
            code = int(byte[1], 16)
            return chr(code) if 32 <= code < 127 else None
        return token.replace(SENTENCE_PIECE, " ").replace(BYTE_LEVEL, " ")

    def append(self, text: str, token: int) -> str | None:
        """`text` with one more token; None if that token may not be written, or would add nothing."""
        piece = self.texts[token] if token < len(self.texts) else None
        if not piece:
            return None
        if not self.joined_by_spaces:
            # A lone space that begins a text is read as nothing: a model that likes it would never come to an end.
            return text + piece if text else piece.lstrip(" ") or None
        if piece.startswith(WORD_PIECE):
            return text + piece.removeprefix(WORD_PIECE) if text else None
        return f"{text} {piece}" if text else piece

    def read(self, tokens: list[int]) -> str:
        """The text of tokens, special ones left out."""
        text = ""
        for token in tokens:
            text = self.append(text, token) or text
        return text


class RegexConstraint:
    """A logits processor that keeps the likeliest tokens after which `pattern` can still match.

    Args:
        pattern: a regular expression over the text that `pieces` reads.
        pieces: of the tokenizer that decodes.
        end: the token that ends a text.
        skip: how many leading tokens are not the answer (1 for an encoder-decoder, whose first token starts it).
        keep: how many tokens to keep for sampling; 1 is enough for greedy decoding.
    """

    def __init__(self, pattern: str, pieces: Pieces, end: int, *, skip: int, keep: int = 1) -> None:
        self._pattern = regex.compile(pattern)
        self._pieces, self._end, self._skip, self._keep = pieces, end, skip, keep

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Scores `(rows, vocabulary)` with everything else at minus infinity."""
        kept = torch.full_like(scores, float("-inf"))
        for row, written in enumerate(input_ids[:, self._skip :].tolist()):
            allowed = [self._end] if self._end in written else self._allowed(written, scores[row])
            kept[row, allowed] = scores[row, allowed]
        return kept

    def _allowed(self, written: list[int], scores: Tensor) -> list[int]:
        text = self._pieces.read(written)
        found: list[int] = []
        for token in _ranking(scores):
            if token == self._end:
                fits = self._pattern.fullmatch(text) is not None
            else:
                longer = self._pieces.append(text, token)
                fits = longer is not None and self._pattern.fullmatch(longer, partial=True) is not None
            if fits:
                found.append(token)
                if len(found) >= self._keep:
                    break
        return found or [self._end]


def _ranking(scores: Tensor) -> Iterator[int]:
    """Tokens, likeliest first: the model's own choice nearly always fits, so few are ever looked at."""
    likeliest = scores.topk(min(LIKELIEST, len(scores))).indices.tolist()
    yield from likeliest
    tried = set(likeliest)
    yield from (token for token in scores.argsort(descending=True).tolist() if token not in tried)
