"""Some videos of a library, searched as if there were no others."""

import numpy as np

from assistant.retrieval.search import LibrarySearch
from tools.ports import Calibration


def test_a_search_within_some_videos_brings_back_nothing_else(add, library) -> None:
    video_ids = [add(library, name, seed=seed, texts=("đạo hàm",)) for seed, name in enumerate("abc")]
    search = LibrarySearch(library, _Unit(), Calibration(0.5, 8.0))
    chosen = search.within(video_ids[:2])
    assert [video.video_id for video in chosen.videos()] == video_ids[:2]
    everywhere = [hit for hit in search.search_pictures("0", limit=15) if hit.keyframe.video_id != video_ids[2]]
    hits = chosen.search_pictures("0", limit=15)
    assert [(h.keyframe.video_id, h.keyframe.seconds) for h in hits] == [
        (h.keyframe.video_id, h.keyframe.seconds) for h in everywhere
    ]
    assert {line.video_id for line in chosen.search_lines("đạo hàm")} == set(video_ids[:2])
    assert list(chosen.peaks(["0"]).video_ids) == video_ids[:2]
    assert {hit.keyframe.video_id for hit in chosen.search("đạo hàm")} == set(video_ids[:2])
    assert len(search.videos()) == 3


class _Unit:
    def embed_texts(self, texts):
        return np.eye(8, dtype=np.float32)[: len(texts)]

    def embed_images(self, images):
        raise AssertionError
