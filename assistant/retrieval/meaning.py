"""Search of lines by their meaning, beside the search by their words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.text.language import detect_language
from tools.types import SOURCES, Line, Source

if TYPE_CHECKING:
    from assistant.library import Library
    from assistant.models.meaning import SentenceEncoder
    from tools.types import PassageHit

CACHED_QUERIES = 256


@dataclass(frozen=True, slots=True)
class MeaningOptions:
    """How passages are ranked by their meaning, and from where on they answer."""

    candidates: int = 12  # passages nearest by cosine that are compared with the query word by word: 70 ms each
    # Factor on the mean of cosine and late interaction. It puts .408, which four of five questions about what a library
    # does not hold stay below, at the share of a question's words from which a line answers it (.6).
    scale: float = 1.47
    answers: float = 0.6  # score in [0, 1] from which a passage is an answer


class MeaningSearch:
    """Finds passages whose meaning is near to that of a question.

    Args:
        library: holds the passages and their vectors.
        encoder: placed them.
        translate: returns a question in the encoder's language, or None where it does not know the words.
        options: the thresholds.
    """

    def __init__(
        self,
        library: Library,
        encoder: SentenceEncoder,
        translate: Callable[[str], str | None],
        options: MeaningOptions | None = None,
    ) -> None:
        self._library = library
        self._encoder = encoder
        self._translate = translate
        self.options = options or MeaningOptions()
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def search(
        self,
        question: str,
        *,
        video_id: str | None = None,
        sources: Sequence[Source] = SOURCES,
        start_seconds: float | None = None,
        end_seconds: float | None = None,
        limit: int = 20,
    ) -> list[Line]:
        """Returns passages as lines, best first, `score` in [0, 1]; a question that no encoder understands finds none.

        Args:
            question: as it was typed.
            video_id: the only video to search; None searches all.
            sources: of the passages.
            start_seconds: passages that end before it are left out.
            end_seconds: passages that start from it on are left out.
            limit: the most passages; of two that overlap the better one stays.
        """
        wanted = self._in_known_language(question)
        if wanted is None:
            return []
        hits = self._library.passage_vectors.search(
            self._encoder.identity,
            self._vector(wanted),
            video_id=video_id,
            sources=sources,
            start_seconds=start_seconds,
            end_seconds=end_seconds,
            limit=self.options.candidates,
        )
        if not hits:
            return []
        near_words = self._encoder.late_interaction(wanted, [hit.passage.text for hit in hits])
        lines = [self._line(hit, float(words)) for hit, words in zip(hits, near_words, strict=True)]
        return without_overlaps(sorted(lines, key=lambda line: -line.score), limit)

    def _line(self, hit: PassageHit, near_words: float) -> Line:
        passage = hit.passage
        score = min(1.0, max(0.0, self.options.scale * (hit.score + near_words) / 2))
        return Line(
            video_id=passage.video_id,
            start_seconds=passage.start_seconds,
            end_seconds=passage.end_seconds,
            source=passage.source if passage.source != "name" else "caption",
            text=passage.text,
            score=score,
            language=passage.language,
            why=f"meaning {(hit.score + near_words) / 2:.2f}",
            shown=score >= self.options.answers,
        )

    def _in_known_language(self, question: str) -> str | None:
        language = detect_language(question)
        return question if language in self._encoder.languages else self._translate(question)

    def _vector(self, text: str) -> NDArray[np.float32]:
        if text not in self._vectors:
            self._vectors[text] = self._encoder.embed([text])[0]
            while len(self._vectors) > CACHED_QUERIES:
                self._vectors.popitem(last=False)
        return self._vectors[text]


def fuse_lines(by_words: Sequence[Line], by_meaning: Sequence[Line], limit: int) -> list[Line]:
    """Returns lines of two searches as one ranking, best first; of those that overlap in a video the best stays.

    Both score how much of a question a line holds, in [0, 1], so the greater score wins. A sum would let words of the
    topic, which half the library shares, outweigh the passage that answers.
    """
    worded = [replace(line, why=line.why or "words") for line in by_words]
    return without_overlaps(sorted([*worded, *by_meaning], key=lambda line: -line.score), limit)


def without_overlaps(lines: Sequence[Line], limit: int) -> list[Line]:
    """Returns the first `limit` lines of which none overlaps an earlier one of the same video and source."""
    chosen: list[Line] = []
    for line in lines:
        if len(chosen) == limit:
            break
        if not any(
            line.video_id == other.video_id
            and line.source == other.source
            and line.start_seconds < other.end_seconds
            and other.start_seconds < line.end_seconds
            for other in chosen
        ):
            chosen.append(line)
    return chosen
