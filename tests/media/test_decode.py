from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from assistant.media.decode import MediaError, open_media


def _times(path: Path) -> list[float]:
    with open_media(path) as media:
        return [frame.seconds for frame in media.frames()]


def test_times_are_exact_and_start_at_zero(clip) -> None:
    times = _times(clip("a", ("red", 1.0)))
    assert times == pytest.approx([i / 25 for i in range(25)], abs=1e-3)


def test_variable_frame_rate_keeps_its_own_times(clip) -> None:
    wanted = [0.0, 0.04, 0.5, 0.54, 1.7]
    assert _times(clip("a", ("red", 0.2), times=wanted)) == pytest.approx(wanted, abs=1e-3)


def test_pixel_aspect_is_applied(clip) -> None:
    with open_media(clip("a", ("red", 0.2), aspect=Fraction(4, 3))) as media:
        assert next(media.frames()).image().shape == (90, 213, 3)


def test_grab_gives_the_picture_of_that_moment(clip) -> None:
    path = clip("a", ("red", 1.0), ("blue", 1.0))
    for seconds, channel in ((0.9, 0), (1.02, 2), (99.0, 2)):
        with open_media(path) as media:
            assert media.picture_at(seconds)[60, 100].argmax() == channel


def test_a_name_that_starts_with_a_dash_is_a_name(clip, tmp_path: Path, monkeypatch) -> None:
    clip("a", ("red", 0.2)).rename(tmp_path / "-i.mp4")
    monkeypatch.chdir(tmp_path)
    assert len(_times(Path("-i.mp4"))) == 5


@pytest.mark.parametrize(
    ("content", "message"), [(None, "no such file"), (b"", "empty"), (b"not media at all" * 99, "no media file")]
)
def test_what_cannot_be_read_is_named_in_one_line(tmp_path: Path, content, message) -> None:
    path = tmp_path / "x.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MediaError, match=message) as caught, open_media(path) as media:
        list(media.frames())
    assert "\n" not in str(caught.value)


@pytest.mark.shared
def test_rotation_is_applied(media: Path) -> None:
    shapes = {}
    for name in ("rot_0.mov", "rot_90.mov"):
        with open_media(media / "odd" / name) as opened:
            shapes[name] = next(opened.frames()).image().shape
    assert shapes == {"rot_0.mov": (320, 568, 3), "rot_90.mov": (568, 320, 3)}


@pytest.mark.shared
def test_cover_art_is_no_video_track(media: Path) -> None:
    with open_media(media / "odd" / "cover_art_h264_mjpeg.mp4") as opened:
        assert opened.info.video_codec == "h264"


@pytest.mark.shared
def test_embedded_subtitles_come_with_the_pictures(media: Path) -> None:
    with open_media(media / "odd" / "mov_text.mp4") as opened:
        frames = sum(1 for _ in opened.frames())
        assert frames > 10
        assert {cue.text for cue in opened.cues} == {"oop", "boop"}


@pytest.mark.shared
def test_a_stream_that_breaks_in_the_middle_keeps_what_decodes(media: Path) -> None:
    with open_media(media / "odd" / "corrupted_mid.mp4") as opened:
        pictures = [frame.image() for frame in opened.frames()]
        assert len(pictures) > 20
        assert opened.warnings
        assert all(isinstance(p, np.ndarray) for p in pictures)


@pytest.mark.parametrize(
    ("tag", "recorded"),
    [
        ("2026-05-03T18:04:00.000000Z", "2026-05-03T18:04:00+00:00"),
        ("1904-01-01T00:00:00.000000Z", None),
        ("sometime", None),
    ],
)
def test_a_container_says_when_it_was_recorded(clip, tmp_path: Path, tag: str, recorded: str | None) -> None:
    tagged = tmp_path / "tagged.mkv"
    with av.open(str(clip("plain", ("red", 1.0)))) as source, av.open(str(tagged), "w") as target:
        target.metadata["creation_time"] = tag
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    with open_media(tagged) as media:
        stated = media.info.recorded_at
    assert (stated and stated.isoformat()) == recorded
