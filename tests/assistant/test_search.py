from types import SimpleNamespace

import numpy as np
import pytest

from assistant.library.records import Track
from assistant.search import CACHED_QUERIES, LibrarySearch
from tools.errors import VideoAssistantError
from tools.ports import Calibration
from tools.types import Keyframe

SCALE = Calibration(0.5, 8.0)
TRACK = Track(np.arange(4), np.arange(4.0), np.eye(4, dtype=np.float32))
KEYFRAMES = [Keyframe("v", i, float(i), 0, i, "") for i in range(4)]


class CountingEncoder:
    """Gives each text its own axis and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed_texts(self, texts):
        self.asked += texts
        return np.stack([np.eye(4, dtype=np.float32)[int(t) % 4] for t in texts])

    def embed_images(self, images):
        return np.eye(4, dtype=np.float32)[:1]


def _library():
    def search_vectors(vectors, *, limit, **_):
        scores = vectors @ np.eye(4, dtype=np.float32)
        return [[(KEYFRAMES[i], float(row[i])) for i in np.argsort(-row)[:limit]] for row in scores]

    return SimpleNamespace(search_vectors=search_vectors, track=lambda _: TRACK, videos=list)


def test_a_hit_says_why_and_how_well() -> None:
    hit = LibrarySearch(_library(), CountingEncoder(), SCALE).search("2", limit=1)[0]
    assert (hit.keyframe.frame_index, hit.score, hit.why) == (2, 1.0, "2")


def test_the_same_words_are_encoded_once() -> None:
    encoder = CountingEncoder()
    search = LibrarySearch(_library(), encoder, SCALE)
    search.search("1")
    search.similarities(["1", "3"], video_id="v")
    assert encoder.asked == ["1", "3"]


def test_more_queries_than_the_cache_holds_all_come_back() -> None:
    scores = (
        LibrarySearch(_library(), CountingEncoder(), SCALE)
        .similarities([str(i) for i in range(CACHED_QUERIES + 9)], video_id="v")
        .scores
    )
    assert scores.shape == (CACHED_QUERIES + 9, 4)


def test_a_limit_below_one_is_refused_in_one_line() -> None:
    with pytest.raises(VideoAssistantError, match="limit is 0"):
        LibrarySearch(_library(), CountingEncoder(), SCALE).search("1", limit=0)
