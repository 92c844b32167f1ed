"""Decoding that is constrained to the matches of a regular expression.

The pattern's matches must be bounded in length. After each token the text so far must still be the beginning of a match
(partial matching of the package `regex`), and the text may end only where it is a match. Every token adds at least one
character, so the number of tokens is at most the length of the longest match, plus one for the end. The constraint
works with SentencePiece, byte-level BPE and WordPiece, and with encoder-decoders and decoders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import regex
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

FIRST_TRIED = 64  # tokens that are tried before the whole vocabulary is sorted; sorting a large one takes milliseconds
WORD_PIECE, SENTENCE_PIECE, BYTE_LEVEL = "##", "▁", "Ġ"


class Pieces:
    """The text that every token of a tokenizer stands for; None for special tokens, which no text may contain."""

    def __init__(self, tokenizer: Any) -> None:
        tokens = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        special = set(tokenizer.all_special_ids)
        self.joined_by_spaces = any((token or "").startswith(WORD_PIECE) for token in tokens)
        self.texts = [
            None if index in special or token is None else self._token_text(token) for index, token in enumerate(tokens)
        ]

    def _token_text(self, token: str) -> str | None:
        if token.startswith(("<extra_id_", "<image", "<video", "[")) and len(token) > 1:
            return None
        if byte := regex.fullmatch(r"<0x([0-9A-F]{2})>", token):
            code = int(byte[1], 16)
            return chr(code) if 32 <= code < 127 else None
        return token.replace(SENTENCE_PIECE, " ").replace(BYTE_LEVEL, " ")

    def append(self, text: str, token: int) -> str | None:
        """Returns `text` with a token appended; None if the token is special or would add nothing."""
        piece = self.texts[token] if token < len(self.texts) else None
        if not piece:
            return None
        if not self.joined_by_spaces:
            # A space at the beginning of a text adds nothing: a model that prefers it would never come to an end.
            return text + piece if text else piece.lstrip(" ") or None
        if piece.startswith(WORD_PIECE):
            return text + piece.removeprefix(WORD_PIECE) if text else None
        return f"{text} {piece}" if text else piece

    def read(self, tokens: list[int]) -> str:
        """Returns the text of a token sequence, without its special tokens."""
        text = ""
        for token in tokens:
            text = self.append(text, token) or text
        return text


class RegexConstraint:
    """A logits processor that allows only the most likely tokens after which `pattern` can still match.

    Args:
        pattern: a regular expression over the text that `pieces` reads.
        pieces: the token texts of the tokenizer that decodes.
        end: the token that ends a text.
        skip: number of leading tokens that do not belong to the text; 1 for an encoder-decoder, whose first token only
            starts the decoding.
        allow: number of tokens to allow at each step; 1 is enough for greedy decoding, sampling needs more.
    """

    def __init__(self, pattern: str, pieces: Pieces, end: int, *, skip: int, allow: int = 1) -> None:
        self._pattern = regex.compile(pattern)
        self._pieces, self._end, self._skip, self._allow = pieces, end, skip, allow

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        """Sets the scores `(rows, vocabulary)` of all tokens that are not allowed to minus infinity."""
        constrained = torch.full_like(scores, float("-inf"))
        for row, written in enumerate(input_ids[:, self._skip :].tolist()):
            allowed = [self._end] if self._end in written else self._allowed_tokens(written, scores[row])
            constrained[row, allowed] = scores[row, allowed]
        return constrained

    def _allowed_tokens(self, written: list[int], scores: Tensor) -> list[int]:
        text = self._pieces.read(written)
        allowed: list[int] = []
        for token in _rank_tokens(scores):
            if token == self._end:
                fits = self._pattern.fullmatch(text) is not None
            else:
                longer = self._pieces.append(text, token)
                fits = longer is not None and self._pattern.fullmatch(longer, partial=True) is not None
            if fits:
                allowed.append(token)
                if len(allowed) >= self._allow:
                    break
        return allowed or [self._end]


def _rank_tokens(scores: Tensor) -> Iterator[int]:
    """Yields the tokens by falling score. The best ones nearly always fit, so few are tried."""
    best = scores.topk(min(FIRST_TRIED, len(scores))).indices.tolist()
    yield from best
    tried = set(best)
    yield from (token for token in scores.argsort(descending=True).tolist() if token not in tried)
