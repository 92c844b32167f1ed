"""Re-ranks the best hits of a search by an image-text matching model."""

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
    """How much of a search is re-ranked."""

    candidates: int = 50  # hits at the head of a search that are re-ranked, at most
    batch: int = 10  # pictures in one forward pass; the time limit is checked between passes
    seconds: float = 1.0  # time limit of one search; hits that were not reached keep their order behind the others


class Matcher(Protocol):
    """The part of a matching model that re-ranking uses."""

    def match(self, text: str, features: NDArray[np.float16]) -> NDArray[np.float32]: ...


class Features(Protocol):
    """Image states of keyframes, stored ones or freshly computed."""

    def __call__(self, keyframes: Sequence[Keyframe]) -> NDArray[np.float16]: ...


class Reranker:
    """Orders hits by how well their pictures match the query.

    Args:
        matcher: the matching model.
        features: returns the image states of keyframes that it reads.
        options: limits of number and time.
        english: translates a query into English, the only language of matching models; None if queries are English.
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
        """Returns the same hits: first those that were scored, by their match; then the rest in their old order.

        If the model is missing, the order stays as it is and one line is logged.
        """
        head = list(hits[: self.options.candidates])
        scores: list[float] = []
        began = time.monotonic()
        try:
            query = self._english(query) if head else query
            while len(scores) < len(head):
                # The first batch always runs: it tells how long a batch takes.
                if (
                    scores
                    and (time.monotonic() - began) * (1 + self.options.batch / len(scores)) > self.options.seconds
                ):
                    break
                batch = head[len(scores) : len(scores) + self.options.batch]
                scores += self._matcher.match(query, self._features([hit.keyframe for hit in batch])).tolist()
        except VideoAssistantError as error:
            log.warning("%s; this search is not re-ranked", error)
            return list(hits)
        order = np.argsort(-np.asarray(scores), kind="stable")
        return [*(head[i] for i in order), *hits[len(scores) :]]
