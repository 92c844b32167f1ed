import os
from pathlib import Path

import av
import numpy as np
import pytest

from ui.widgets.player import prepare_clip


def _clip(path: Path, codec: str, pixel_format: str = "yuv420p") -> Path:
    """Writes a video of ten seconds, each brighter than the second before."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 90, pixel_format
        for number in range(100):
            picture = np.full((90, 160, 3), 20 + 20 * (number // 10), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    return path


def test_what_the_browser_plays_is_played_as_it_is(tmp_path: Path) -> None:
    path = _clip(tmp_path / "a.mp4", "libx264")
    clip = prepare_clip(path, 4.4, tmp_path / "cuts")
    assert (clip.path, clip.is_cut) == (path, False)
    assert abs(clip.start_seconds - 4.4) <= 0.5


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "libx264"), ("a.avi", "mpeg4"), ("a.mp4", "libx265")])
def test_what_it_does_not_play_becomes_a_cut_at_the_same_moment(tmp_path: Path, name: str, codec: str) -> None:
    path = _clip(tmp_path / name, codec)
    clip = prepare_clip(path, 6.5, tmp_path / "cuts")
    assert clip.is_cut
    with av.open(str(clip.path)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        first_frame = next(f for f in container.decode(video=0) if f.time >= clip.start_seconds - 1e-3)
    assert abs(first_frame.to_ndarray(format="gray").mean() - (20 + 20 * 6)) < 8
    before = clip.path.stat().st_mtime_ns
    assert prepare_clip(path, 6.5, tmp_path / "cuts").path.stat().st_mtime_ns == before, "cut once"


def test_a_changed_file_is_cut_again(tmp_path: Path) -> None:
    path = _clip(tmp_path / "a.mkv", "libx264")
    first = prepare_clip(path, 2.0, tmp_path / "cuts").path
    os.utime(path, (1, 1))
    assert prepare_clip(path, 2.0, tmp_path / "cuts").path != first


def test_a_file_that_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        prepare_clip(tmp_path / "gone.mp4", 1.0, tmp_path / "cuts")
