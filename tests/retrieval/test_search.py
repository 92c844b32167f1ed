from types import SimpleNamespace

import numpy as np
import pytest

from assistant.library.records import KeyframeArrays
from assistant.retrieval.feedback import apply_feedback, is_rejected
from assistant.retrieval.search import CACHED_QUERIES, LibrarySearch
from tools.errors import VideoAssistantError
from tools.ports import Calibration, Feedback
from tools.types import Keyframe, Line, Video

SCALE = Calibration(0.5, 8.0)
TRACK = KeyframeArrays(np.arange(4), np.arange(4.0), np.eye(4, dtype=np.float32))
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


def _library(*lines: Line):
    def search_vectors(vectors, *, limit, **_):
        scores = vectors @ np.eye(4, dtype=np.float32)
        return [[(KEYFRAMES[i], float(row[i])) for i in np.argsort(-row)[:limit]] for row in scores]

    def keyframes(video_id, start_seconds, end_seconds):
        return [k for k in KEYFRAMES if start_seconds <= k.seconds < end_seconds]

    def search_lines(words, *, source=None, excluded_source=None, **_):
        return [
            x for x in lines if x.source in (source or x.source,) and x.source != excluded_source and words in x.text
        ]

    return SimpleNamespace(
        search_vectors=search_vectors,
        vectors=lambda _: (KEYFRAMES, np.eye(4, dtype=np.float32)),
        keyframe_arrays=lambda _: TRACK,
        videos=list,
        revision=1,
        share_held=lambda words, line: float(words in line.text),
        keyframes=keyframes,
        nearest_keyframe=lambda _, seconds: min(KEYFRAMES, key=lambda k: abs(k.seconds - seconds)),
        search_lines=search_lines,
    )


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


def test_words_that_a_line_holds_bring_its_keyframe_and_say_so() -> None:
    line = Line("v", 2.4, 2.6, "subtitle", "gate 1 closes")
    hits = LibrarySearch(_library(line), CountingEncoder(), SCALE).search("1", words="gate 1 closes", limit=4)
    assert [hit.keyframe.frame_index for hit in hits[:2]] == [2, 1]
    assert (hits[0].channel, hits[0].line, hits[0].score) == ("subtitle", line, 1.0)
    assert hits[0].why.startswith("gate 1 closes (picture ")
    assert (hits[1].channel, hits[1].line) == ("picture", None)


def test_captions_are_a_channel_of_their_own() -> None:
    lines = [Line("v", 3.0, 4.0, "caption", "a dog runs"), Line("v", 0.0, 1.0, "ocr", "the dog shop")]
    hits = LibrarySearch(_library(*lines), CountingEncoder(), SCALE).search("1", words="dog")
    assert {hit.channel for hit in hits} == {"picture", "caption", "ocr"}
    assert "words" in hits[0].why
    assert "caption" in hits[0].why


def test_similar_videos_come_in_the_order_of_their_likeness() -> None:
    axes = np.eye(4, dtype=np.float32)
    vectors = {"v": axes[:2], "near": axes[[1, 0, 3]], "far": axes[[2, 3]], "half": axes[[1, 2]]}
    frames = {name: [Keyframe(name, i, float(i), 0, i, "") for i in range(len(rows))] for name, rows in vectors.items()}
    library = SimpleNamespace(
        vectors=lambda name: (frames[name], vectors[name]),
        videos=lambda: [Video(name, (), 1.0, 1, 1, 1, 0) for name in vectors],
    )
    hits = LibrarySearch(library, CountingEncoder(), SCALE).similar_videos("v")
    assert [(hit.keyframe.video_id, hit.score) for hit in hits] == [("near", 1.0), ("half", 0.5), ("far", 0.0)]
    assert hits[1].keyframe.frame_index == 0


def test_what_was_pinned_pulls_and_what_was_rejected_is_gone() -> None:
    search = LibrarySearch(_library(), CountingEncoder(), SCALE)

    def ranked(**marked):
        return [hit.keyframe.frame_index for hit in search.search("2", feedback=Feedback(**marked), limit=4)]

    assert ranked(pinned=(KEYFRAMES[3],))[:2] == [2, 3]
    assert ranked(rejected=(KEYFRAMES[0],)) == [2, 1, 3]
    assert ranked(pinned=(KEYFRAMES[1],), rejected=(KEYFRAMES[2],))[0] == 1


def test_near_duplicates_beside_what_was_rejected_go_with_it_and_those_far_off_stay() -> None:
    same = [Keyframe("v", i, i * 4.0, 0, 0, "") for i in range(3)]
    other = Keyframe("w", 0, 0.0, 0, 0, "")
    assert [is_rejected(k, [same[0]]) for k in (*same, other)] == [True, True, False, False]


def test_a_moved_query_stays_a_unit_vector() -> None:
    query, pinned, rejected = np.eye(3, dtype=np.float32)
    there = apply_feedback(query[None], pinned=[pinned], rejected=[rejected])
    assert np.linalg.norm(there) == pytest.approx(1.0)
    assert (there[0] @ pinned) > 0 > (there[0] @ rejected)
    assert np.array_equal(apply_feedback(query[None], pinned=[], rejected=[]), query[None])


class Pictures:
    """A library of two videos, in which two keyframes of three belong to one group of near-duplicates."""

    def __init__(self) -> None:
        self.revision, self.reads = 1, 0
        self.names = ["a", "b"]

    def videos(self):
        return [Video(name, (), 3.0, 1, 1, 3, 0) for name in self.names]

    def keyframes(self, video_id):
        return [Keyframe(video_id, i, float(i), 0, (0, 0, 1)[i], "") for i in range(3)]

    def vectors(self, video_id):
        self.reads += 1
        return self.keyframes(video_id), np.eye(4, dtype=np.float32)[[0, 1, 2 if video_id == "a" else 3]]


def test_the_background_holds_each_distinct_picture_once_and_is_read_once_a_revision() -> None:
    library = Pictures()
    search = LibrarySearch(library, CountingEncoder(), SCALE)
    background = search.background(["0", "3"])
    assert background.pictures == 4
    assert background.cosines.tolist() == [[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    search.background(["1"])
    assert library.reads == 2
    library.names, library.revision = ["b"], 2
    assert search.background(["0"]).cosines.tolist() == [[1.0, 0.0]]
    library.names, library.revision = [], 3
    assert search.background(["0"]).pictures == 0


def test_a_large_library_is_sampled_evenly(monkeypatch) -> None:
    monkeypatch.setattr("assistant.retrieval.search.SAMPLED_PICTURES", 2)
    background = LibrarySearch(Pictures(), CountingEncoder(), SCALE).background(["0"])
    assert (background.pictures, background.cosines.shape) == (4, (1, 2))
    assert background.cosines.tolist() == [[1.0, 1.0]], "the first picture of each video"


def test_a_trained_curve_replaces_a_guess_and_never_a_measurement() -> None:
    trained = Calibration(0.15, 112.0, trained=True)
    measured = Calibration(0.5, 8.0, measured=True)
    for calibration, expected in ((SCALE, trained), (measured, measured)):
        search = LibrarySearch(_library(), CountingEncoder(), calibration, trained_curve=lambda: trained)
        assert search.calibration is expected
