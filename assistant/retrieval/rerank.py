"""The best of a search, put in order by a model that reads the words and the picture together."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tools.types import FrameHit, Keyframe

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RerankOptions:
    """How much of a search is put in order anew."""

    candidates: int = 50  # the best of a search
    batch: int = 10  # pictures at once; between batches the clock is looked at
    seconds: float = 1.0  # of one search; what is not reached keeps its place behind


class Matcher(Protocol):
    """What re-ranking needs of a matching model."""

    def match(self, text: str, features: NDArray[np.float16]) -> NDArray[np.float32]: ...


class Features(Protocol):
    """Image states of keyframes, stored or made now."""

    def __call__(self, keyframes: Sequence[Keyframe]) -> NDArray[np.float16]: ...


class Reranker:
    """Puts hits in order by how well their pictures match the query.

    Args:
        matcher: the matching model.
        features: what it reads of keyframes.
        options: how many, and how long.
        english: puts a query into English, which is all that a matching model reads; None: queries come so.
    """

    def __init__(
        self,
        matcher: Matcher,
        features: Features,
        options: RerankOptions | None = None,
        *,
        english: Callable[[str], str] | None = None,
    ) -> None:
        self._matcher = matcher
        self._features = features
        self._english = english or str
        self.options = options or RerankOptions()

    def order(self, query: str, hits: Sequence[FrameHit]) -> list[FrameHit]:
        """The same hits: those that were matched first, by their match; then the rest as they came.

        A model that cannot be had leaves the order as it is, with one line in the log.
        """
        head = list(hits[: self.options.candidates])
        scores: list[float] = []
        began = time.monotonic()
        try:
            query = self._english(query) if head else query
            while len(scores) < len(head):
                # The first batch is always done: it tells how long one takes.
                if (
                    scores
                    and (time.monotonic() - began) * (1 + self.options.batch / len(scores)) > self.options.seconds
                ):
                    break
                some = head[len(scores) : len(scores) + self.options.batch]
                scores += self._matcher.match(query, self._features([hit.keyframe for hit in some])).tolist()
        except VideoAssistantError as error:
            log.warning("%s; this search is not re-ranked", error)
            return list(hits)
        best = np.argsort(-np.asarray(scores), kind="stable")
        return [*(head[i] for i in best), *hits[len(scores) :]]
