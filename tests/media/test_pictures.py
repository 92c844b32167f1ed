from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.media.pictures import draw_boxes, draw_thumbnail, read_picture
from tools.errors import VideoAssistantError


def _saved(folder: Path, image: Image.Image, name: str = "a.png", **options) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def test_what_is_transparent_is_white(tmp_path) -> None:
    path = _saved(tmp_path, Image.new("RGBA", (4, 2), (255, 0, 0, 0)))
    assert (read_picture(path) == 255).all()
    assert read_picture(path).shape == (2, 4, 3)
    assert (read_picture(_saved(tmp_path, Image.new("LA", (4, 2), (0, 0)))) == 255).all()


def test_sixteen_bits_keep_their_greys(tmp_path) -> None:
    grey = Image.fromarray(np.array([[0, 0x8000, 0xFFFF]], np.uint16))
    assert read_picture(_saved(tmp_path, grey))[0, :, 0].tolist() == [0, 128, 255]


def test_it_is_turned_as_a_camera_held_it(tmp_path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = _saved(tmp_path, Image.new("RGB", (40, 20)), "a.jpg", exif=exif)
    assert read_picture(path).shape == (40, 20, 3)


def test_one_pixel(tmp_path) -> None:
    assert read_picture(_saved(tmp_path, Image.new("RGB", (1, 1), (1, 2, 3)))).tolist() == [[[1, 2, 3]]]


def test_what_is_no_whole_picture_is_one_line(tmp_path) -> None:
    whole = _saved(tmp_path, Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)))
    for name, data in (("cut.png", whole.read_bytes()[:3000]), ("text.png", b"no picture"), ("empty.png", b"")):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(VideoAssistantError, match=f"{name}.*is no picture") as error:
            read_picture(path)
        assert "\n" not in str(error.value)
    with pytest.raises(VideoAssistantError, match="no such picture"):
        read_picture(tmp_path / "nowhere.png")
    with pytest.raises(VideoAssistantError, match="is no picture"):
        read_picture(tmp_path)


def test_boxes_are_drawn_where_they_are(tmp_path) -> None:
    drawn = np.asarray(draw_boxes(Image.new("RGB", (200, 100)), [(50, 40, 150, 90)], ["red car 0.90"]))
    assert drawn[89, 100].any(), "the lower side"
    assert not drawn[60, 100].any(), "what is inside stays to be seen"
    assert not drawn[60, 20].any()
    same_name = np.asarray(
        draw_boxes(Image.new("RGB", (200, 90)), [(9, 30, 60, 80), (109, 30, 160, 80)], ["a 0.9", "a 0.8"])
    )
    assert (same_name[80, 30] == same_name[80, 130]).all()
    assert same_name[80, 30].any()


def test_a_thumbnail_shows_boxes_of_the_displayed_frame(tmp_path) -> None:
    path = _saved(tmp_path, Image.new("RGB", (100, 50)), "a.jpg")
    drawn = np.asarray(draw_thumbnail(str(path), [(200, 100, 800, 400)], [], (1000, 500)))
    assert drawn[25, 20].any()
    assert drawn[25, 80].any()
    assert not drawn[25, 50].any()
