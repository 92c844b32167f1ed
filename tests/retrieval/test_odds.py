"""What a search shows as a match, and what it folds as the nearest of what does not match."""

from dataclasses import replace

import numpy as np

from assistant.retrieval.fusion import Channel, ChannelHit, fuse
from assistant.retrieval.odds import mark_pictures, passages_shown
from tools.odds import LibraryOdds
from tools.ports import Calibration
from tools.types import FrameHit, Keyframe, Line, Passage, PassageHit

GUESS = Calibration(0.22, 60.0)
MEASURED = Calibration(0.4, 50.0, measured=True)


def hits(*scores: float) -> list[FrameHit]:
    return [FrameHit(Keyframe("v", i, float(i), 0, i, ""), score) for i, score in enumerate(scores)]


def library_of(pictures: int) -> LibraryOdds:
    return LibraryOdds.of(np.random.default_rng(0).normal(0.155, 0.015, (1, pictures)), pictures, GUESS)


def shown(marked: list[FrameHit]) -> list[bool]:
    return [hit.shown for hit in marked]


def test_what_stands_out_from_the_library_is_shown() -> None:
    assert shown(mark_pictures(hits(0.26, 0.20, 0.15), library_of(1000))) == [True, False, False]


def test_chance_shows_something_in_one_search_of_ten() -> None:
    rng = np.random.default_rng(1)
    answered = 0
    for _ in range(300):
        cosines = rng.normal(0.155, 0.015, (1, 1000))
        odds = LibraryOdds.of(cosines, 1000, GUESS)
        answered += any(shown(mark_pictures(hits(*np.sort(cosines[0])[-20:]), odds)))
    assert 0.02 < answered / 300 < 0.16


def test_a_small_library_shows_all_since_it_cannot_tell() -> None:
    assert shown(mark_pictures(hits(0.26, 0.15), library_of(20))) == [True, True]


def test_a_measured_curve_decides_where_it_holds() -> None:
    assert shown(mark_pictures(hits(0.5, 0.41, 0.3), MEASURED)) == [True, True, False]
    only_first = mark_pictures(hits(0.5, 0.41, 0.3), MEASURED, lambda frames: [f.frame_index == 0 for f in frames])
    assert shown(only_first) == [True, False, False]


def test_passages_are_judged_by_the_passages_of_the_library() -> None:
    usual = np.random.default_rng(2).normal(0.1, 0.08, 500)
    found = [PassageHit(Passage("v", 0.0, 1.0, "speech", "x"), score) for score in (0.55, 0.3)]
    assert passages_shown(found, usual) == [True, False]
    assert passages_shown(found, usual[:20]) == [True, True]
    assert passages_shown([], usual) == []


def test_a_hit_is_shown_if_any_channel_shows_it() -> None:
    picture = [replace(hit, shown=False) for hit in hits(0.2, 0.2)]
    line = Line("v", 0.0, 1.0, "ocr", "exit")
    written = FrameHit(picture[0].keyframe, 1.0, channel="ocr", line=line)
    channels = [
        Channel("picture", 0.9, [ChannelHit(hit, rank) for rank, hit in enumerate(picture)]),
        Channel("words", 0.1, [ChannelHit(written, 0)]),
    ]
    assert [hit.shown for hit in fuse(channels, 5)] == [True, False]
