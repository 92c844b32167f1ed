"""Ways to search passages: as the chat does, and by their words or their meaning alone, which shows what each adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from assistant.session import Session

Ranking = Literal["words", "meaning", "both"]
RANKINGS: tuple[Ranking, ...] = get_args(Ranking)


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage or line that a search returned."""

    video_id: str
    start_seconds: float
    end_seconds: float
    source: str
    text: str
    score: float
    is_shown: bool = True  # as an answer, rather than folded under "nothing like it; the nearest"


def search_passages(session: Session, question: str, by: Ranking, limit: int) -> list[FoundPassage]:
    """Returns what is written or said about a question in the whole library, best first.

    Args:
        session: over the library.
        question: as it was typed.
        by: the ranking: `both` is the search that the chat's answers come from.
        limit: the most passages.

    Raises:
        VideoAssistantError: passages shall be ranked by meaning, and there is no sentence encoder.
    """
    if by == "meaning":
        if session.meaning_search is None:
            raise VideoAssistantError("no sentence encoder is installed; `video-assistant doctor` says how to get it")
        lines = session.meaning_search.search(question, limit=limit)
    else:
        search = session.search if by == "both" else session.library
        lines = search.passages(question, limit=limit)
    return [
        FoundPassage(
            line.video_id,
            line.start_seconds,
            line.end_seconds,
            line.source,
            line.text,
            line.score,
            line.shown,
        )
        for line in lines
    ]
