"""Keyframe cards: boxes that prove an answer are drawn over the picture."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image

from assistant.library import LibraryError
from tools.types import Evidence, KeyframeRef, Moment, Video
from ui.widgets.cards import draw_picture


def _session(known: bool = True):
    def video(video_id):
        if not known:
            raise LibraryError("no video")
        return Video(video_id, (), 9.0, 1280, 720, 1, 0)

    return SimpleNamespace(library=SimpleNamespace(video=video))


def _evidence(folder: Path, **fields) -> Evidence:
    Image.new("RGB", (480, 270)).save(folder / "a.jpg")
    return Evidence(Moment("v", 1.0, 1.0), "ground", 0.9, KeyframeRef(1.0, image=str(folder / "a.jpg")), **fields)


def test_boxes_are_drawn_over_the_keyframe(tmp_path) -> None:
    evidence = _evidence(tmp_path, boxes=((320.0, 240.0, 960.0, 640.0),), labels=("red car 0.90",))
    drawn = np.asarray(draw_picture(_session(), evidence))
    assert drawn.shape == (270, 480, 3)
    assert drawn[239, 240].any(), "the lower side, at 640 of 720 lines"
    assert not drawn[150, 240].any()


def test_a_keyframe_without_boxes_is_shown_as_it_is(tmp_path) -> None:
    assert draw_picture(_session(), _evidence(tmp_path)) == str(tmp_path / "a.jpg")


def test_a_video_that_was_removed_since_still_shows_its_picture(tmp_path) -> None:
    evidence = _evidence(tmp_path, boxes=((0.0, 0.0, 9.0, 9.0),))
    assert draw_picture(_session(known=False), evidence) == str(tmp_path / "a.jpg")
