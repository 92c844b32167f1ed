import time

import numpy as np

from assistant.retrieval.features import KeyframeFeatures
from assistant.retrieval.rerank import Reranker, RerankOptions
from tools.errors import ModelNotFoundError
from tools.types import FrameHit, Keyframe


def _hits(count: int) -> list[FrameHit]:
    return [FrameHit(Keyframe("v", i, float(i), 0, 0, ""), 1 - i / 1000) for i in range(count)]


class LaterIsBetter:
    """Matches a picture the better the later it is."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds, self.batches = seconds, []

    def match(self, text, features):
        time.sleep(self.seconds)
        self.batches.append(len(features))
        return features.ravel().astype(np.float32)


def _features(keyframes):
    return np.array([k.seconds for k in keyframes], np.float16)


def test_the_best_are_put_in_order_and_the_rest_keep_theirs() -> None:
    matcher = LaterIsBetter()
    ordered = Reranker(matcher, _features).order("x", _hits(60))
    assert [hit.keyframe.frame_index for hit in ordered] == [*range(49, -1, -1), *range(50, 60)]
    assert matcher.batches == [10] * 5


def test_what_the_time_does_not_reach_keeps_its_place() -> None:
    matcher = LaterIsBetter(seconds=0.05)
    ordered = Reranker(matcher, _features, RerankOptions(seconds=0.01)).order("x", _hits(50))
    assert [hit.keyframe.frame_index for hit in ordered] == [*range(9, -1, -1), *range(10, 50)]


def test_no_hit_no_work() -> None:
    matcher = LaterIsBetter()
    assert Reranker(matcher, _features).order("x", []) == []
    assert matcher.batches == []


def test_a_model_that_cannot_be_had_leaves_the_order(caplog) -> None:
    class Absent:
        def match(self, text, features):
            raise ModelNotFoundError("matching: not here")

    hits = _hits(5)
    assert Reranker(Absent(), _features).order("x", hits) == hits
    assert "not re-ranked" in caplog.text


def test_features_of_another_vit_are_not_taken_from_the_store(tmp_path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 4), (200, 0, 0)).save(tmp_path / "0.jpg")
    keyframe = Keyframe("v", 0, 0.0, 0, 0, str(tmp_path / "0.jpg"))

    class Stored:
        def features(self, video_id, frame_indexes):
            return np.zeros((len(frame_indexes), 1, 1), np.float16)

    class Vision:
        def __init__(self, width):
            self.width = width

        def features(self, images):
            return np.ones((len(images), 1, self.width), np.float16)

    assert KeyframeFeatures(Stored(), Vision(1), shared=True)([keyframe]).item() == 0
    assert KeyframeFeatures(Stored(), Vision(1), shared=False)([keyframe]).item() == 1
    assert KeyframeFeatures(Stored(), Vision(2), shared=True)([keyframe]).tolist() == [[[1, 1]]]


def test_a_query_is_put_into_english_once_and_only_where_there_is_something_to_order() -> None:
    asked: list[str] = []

    class Hears(LaterIsBetter):
        def match(self, text, features):
            asked.append(text)
            return super().match(text, features)

    translated: list[str] = []

    def english(text: str) -> str:
        translated.append(text)
        return "a red car"

    reranker = Reranker(Hears(), _features, english=english)
    reranker.order("xe đỏ", [])
    reranker.order("xe đỏ", _hits(20))
    assert translated == ["xe đỏ"]
    assert asked == ["a red car"] * 2
