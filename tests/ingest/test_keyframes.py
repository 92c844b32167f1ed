import json
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.ingest.keyframes import KeyframePicker
from assistant.ingest.shots import ShotDetector
from assistant.media.decode import open_media


def _pick(path: Path, interval: float = 1.0):
    with open_media(path) as media:
        return list(KeyframePicker(interval).pick(media.frames()))


def test_each_shot_has_its_first_frame_kept(clip) -> None:
    picked = _pick(clip("a", ("red", 2.0), ("green", 0.6), ("blue", 1.5)))
    firsts = {keyframe.shot: keyframe.frame.seconds for keyframe in reversed(picked)}
    assert firsts == pytest.approx({0: 0.0, 1: 2.0, 2: 2.6}, abs=0.01)


def test_neighbours_are_at_most_a_second_apart(clip) -> None:
    times = [keyframe.frame.seconds for keyframe in _pick(clip("a", ("red", 3.3), ("green", 2.2)))]
    assert max(b - a for a, b in pairwise(times)) <= 1.0 + 1e-6


def test_uneven_frames_are_kept_as_densely_as_they_come(clip) -> None:
    wanted = [0.0, 0.4, 0.9, 1.3, 1.8, 4.0]
    times = [keyframe.frame.seconds for keyframe in _pick(clip("a", ("red", 0.24), times=wanted))]
    assert times == pytest.approx([0.0, 0.9, 1.8, 4.0], abs=1e-3)


def test_near_duplicates_share_a_group(clip) -> None:
    picked = _pick(clip("a", ("red", 3.0), ("green", 2.0)))
    assert {keyframe.shot: keyframe.group for keyframe in picked} == {0: 0, 1: 1}


@pytest.mark.slow
@pytest.mark.shared
def test_cuts_of_real_videos(media: Path) -> None:
    """Hard cuts found within two frames; few false ones (gradual changes count for neither)."""
    truth = json.loads((media / "anno" / "shots.dev.json").read_text())["videos"]
    hit = missed = false = 0
    for name, video in truth.items():
        detector = ShotDetector()
        with open_media(media / name) as opened:
            detected = [f.index for f in opened.frames() if detector.starts_shot(f.small, f.seconds) and f.index]
        spans = [(g[0] - 3, g[1] + 3) for g in video.get("gradual", []) if isinstance(g, list)]
        for cut in video["cuts"]:
            near_cut = [f for f in detected if abs(f - cut) <= 2]
            hit, missed = hit + bool(near_cut), missed + (not near_cut)
            detected = [f for f in detected if f not in near_cut]
        unsure = [a if isinstance(a, int) else a[0] for a in video.get("ambiguous", [])]
        false += sum(
            not any(a <= f <= b for a, b in spans) and not any(abs(f - u) <= 3 for u in unsure) for f in detected
        )
    assert hit >= 0.9 * (hit + missed), (hit, missed, false)
    assert false <= 0.15 * hit, (hit, missed, false)
