from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from assistant.media.clip import browser_can_play, cut_clip
from assistant.media.decode import MediaError, open_media


def _with_sound(
    path: Path,
    seconds: int = 6,
    codec: str = "libx264",
    size=(160, 90),
    layout: str = "mono",
    voice: str = "aac",
    late: int = 0,
) -> Path:
    """Brightness tells the second; the sound is a tone that starts at second 3."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        sound = container.add_stream(voice if path.suffix != ".avi" else "mp3", rate=44_100, layout=layout)
        for number in range(seconds * 10):
            picture = np.full((size[1], size[0], 3), 20 + 30 * (number // 10), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = number + late * 10, Fraction(1, 10)
            container.mux(stream.encode(frame))
        times = np.arange(seconds * 44_100) / 44_100
        tone = (np.sin(2 * np.pi * 440 * times) * (times >= 3)).astype(np.float32)
        for start in range(0, len(tone), 1024):
            channels = np.repeat(tone[None, start : start + 1024], 1 if layout == "mono" else 2, axis=0)
            frame = av.AudioFrame.from_ndarray(channels, format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = 44_100, start + late * 44_100, Fraction(1, 44_100)
            container.mux(sound.encode(frame))
        container.mux(stream.encode())
        container.mux(sound.encode())
    return path


def test_a_cut_starts_where_it_was_asked_and_lasts_as_long(tmp_path: Path) -> None:
    source = _with_sound(tmp_path / "a.mkv")
    out = cut_clip(source, 2.0, 5.0, tmp_path / "out.mp4")
    with av.open(str(out)) as container:
        frames = list(container.decode(video=0))
        assert (container.streams.video[0].codec_context.name, frames[0].format.name) == ("h264", "yuv420p")
    assert len(frames) == 30
    assert frames[0].to_ndarray(format="gray").mean() == pytest.approx(80, abs=6)
    with av.open(str(out)) as container:
        sound = list(container.decode(audio=0))
        samples = np.concatenate([frame.to_ndarray()[0] for frame in sound])
        loud = np.flatnonzero(np.abs(samples) > 0.3)[0] / sound[0].sample_rate + sound[0].time
    assert loud == pytest.approx(1.0, abs=0.1), "the tone begins a second into the cut"
    assert list(tmp_path.glob("tmp*")) == []


def test_a_tall_picture_is_made_smaller_and_even(tmp_path: Path) -> None:
    out = cut_clip(_with_sound(tmp_path / "a.mkv", seconds=1, size=(1000, 1500)), 0.0, 1.0, tmp_path / "out.mp4")
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (480, 720)


def test_only_what_browsers_share_is_played_as_it_is(tmp_path: Path) -> None:
    assert browser_can_play(_with_sound(tmp_path / "a.mp4", seconds=1))
    assert not browser_can_play(_with_sound(tmp_path / "a.mkv", seconds=1))
    assert not browser_can_play(_with_sound(tmp_path / "a.avi", seconds=1, codec="mpeg4"))
    assert not browser_can_play(_with_sound(tmp_path / "b.mp4", seconds=1, codec="libx265"))


def test_mp3_in_mp4_is_played_as_it_is(tmp_path: Path) -> None:
    assert browser_can_play(_with_sound(tmp_path / "a.mp4", seconds=1, voice="mp3"))


@pytest.mark.parametrize("start", [0.5, 2.0, 4.5])
def test_a_transport_stream_without_an_index_is_cut_where_it_was_asked(tmp_path: Path, start: float) -> None:
    out = cut_clip(_with_sound(tmp_path / "a.ts"), start, start + 1, tmp_path / "out.mp4")
    with av.open(str(out)) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 10
    assert frames[0].to_ndarray(format="gray").mean() == pytest.approx(20 + 30 * int(start), abs=6)


def test_sound_that_changes_its_channels_goes_on(tmp_path: Path) -> None:
    mono = _with_sound(tmp_path / "mono.ts", layout="mono")
    stereo = _with_sound(tmp_path / "stereo.ts", layout="stereo", late=6)
    (tmp_path / "both.ts").write_bytes(mono.read_bytes() + stereo.read_bytes())
    out = cut_clip(tmp_path / "both.ts", 0.0, 12.0, tmp_path / "out.mp4")
    with av.open(str(out)) as container:
        heard = [frame.time for frame in container.decode(audio=0) if np.abs(frame.to_ndarray()).max() > 0.3]
    assert (heard[0], heard[-1]) == pytest.approx((3.0, 12.0), abs=0.2)


@pytest.mark.parametrize(("start", "end"), [(3.0, 1.0), (float("nan"), 1.0)])
def test_a_range_without_length_is_an_error_in_one_line(tmp_path: Path, start: float, end: float) -> None:
    with pytest.raises(MediaError, match="nothing lies between"):
        cut_clip(_with_sound(tmp_path / "a.mkv", seconds=1), start, end, tmp_path / "out.mp4")


def test_past_the_end_there_is_nothing_to_cut_and_nothing_is_left(tmp_path: Path) -> None:
    source = _with_sound(tmp_path / "a.mkv", seconds=1)
    with pytest.raises(MediaError, match="no picture"):
        cut_clip(source, 9.0, 10.0, tmp_path / "out.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["a.mkv"]


@pytest.mark.shared
@pytest.mark.parametrize("name", ["odd/rot_90.mov", "odd/odd_dims_321x241_vp9.mp4", "odd/corrupted_mid.mp4"])
def test_odd_files_are_cut_as_they_are_displayed(tmp_path: Path, media: Path, name: str) -> None:
    out = cut_clip(media / name, 0.0, 2.0, tmp_path / "out.mp4")
    with open_media(media / name) as source:
        first = next(iter(source.frames_between(0.0, 2.0)))
    with av.open(str(out)) as container:
        frame = next(container.decode(video=0))
    assert frame.width / frame.height == pytest.approx(first.size[0] / first.size[1], rel=0.02)
