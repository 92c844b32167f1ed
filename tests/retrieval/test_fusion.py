import pytest

from assistant.retrieval.fusion import Channel, ChannelHit, fuse, hits_at_keyframes, picture_weight, text_weight
from tools.types import FrameHit, Keyframe, Line

FRAMES = [Keyframe("v", i, float(i), 0, i, "") for i in range(10)]


def _pictures(*order: int, weight: float = 0.5) -> Channel:
    hits = [ChannelHit(FrameHit(FRAMES[i], 0.5, why="a dog"), rank) for rank, i in enumerate(order)]
    return Channel("picture", weight, hits)


def _words(*order: int, weight: float) -> Channel:
    lines = [(Line("v", float(i), i + 1.0, "ocr", f"line {i}"), [FRAMES[i]]) for i in order]
    return Channel("words", weight, hits_at_keyframes(lines, []))


def _frames(*channels: Channel, limit: int = 5) -> list[int]:
    return [hit.keyframe.frame_index for hit in fuse(channels, limit)]


def test_without_other_evidence_pictures_stay_as_they_are() -> None:
    hits = fuse([_pictures(3, 1, 2), Channel("words", 0.0, [])], 5)
    assert [(hit.keyframe.frame_index, hit.why) for hit in hits] == [(3, "a dog"), (1, "a dog"), (2, "a dog")]


def test_weak_words_do_not_displace_the_first_pictures() -> None:
    assert _frames(_pictures(0, 1, 2, 3, 4, 5), _words(9, 8, weight=0.08)) == [0, 1, 2, 3, 4]


def test_strong_words_come_first_and_leave_room_for_the_best_picture() -> None:
    hits = _frames(_pictures(0, 1, 2), _words(9, 8, 7, 6, 5, weight=1.5))
    assert hits[:2] == [9, 8]
    assert 0 in hits


def test_what_two_channels_agree_on_rises() -> None:
    assert _frames(_pictures(0, 1, 2), _words(2, weight=0.5))[0] == 2


def test_a_hit_is_the_winners_and_keeps_the_line_of_the_other() -> None:
    hit, *_ = fuse([_pictures(2), _words(2, weight=0.1)], 1)
    assert (hit.channel, hit.why) == ("picture", "a dog (picture 0.83, words 0.17)")
    assert hit.line is not None
    assert hit.line.text == "line 2"


def test_a_line_stands_at_its_first_keyframe_and_where_pictures_found_one() -> None:
    line = Line("v", 1.0, 5.0, "speech", "words")
    hits = hits_at_keyframes([(line, FRAMES[1:5])], [FrameHit(FRAMES[3], 0.4)])
    assert [hit.hit.keyframe.frame_index for hit in hits] == [1, 3]


@pytest.mark.parametrize("scores", [[0.5] * 10, [0.5], [0.0, 0.0]])
def test_pictures_without_a_peak_weigh_one_half(scores: list[float]) -> None:
    assert picture_weight(scores) == 0.5


def test_weights_follow_peaks_lengths_and_quotes() -> None:
    assert picture_weight([0.9, *[0.2] * 99]) > picture_weight([0.5, 0.45, 0.4, *[0.2] * 50]) > 0
    base = text_weight([1.0], words=2, quoted=False)
    assert base == 1.0
    assert text_weight([1.0] * 50, words=2, quoted=False) < base / 2
    assert text_weight([0.6], words=2, quoted=False) < base / 2
    assert text_weight([1.0], words=1, quoted=False) < base < text_weight([1.0], words=4, quoted=False)
    assert text_weight([1.0], words=2, quoted=True) == 2 * base
    assert text_weight([], words=2, quoted=True) == 0
