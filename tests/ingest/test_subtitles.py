from pathlib import Path

import pytest

from assistant.ingest.subtitles import read_sidecar, sidecars

SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Đường phố</i>\nHà Nội\n\n2\n00:00:00,200 --> 00:00:00,900\nTrước\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_marks_and_order(tmp_path: Path, encoding: str, newline: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.replace("\n", newline).encode(encoding))
    lines = read_sidecar(path, "v", "vi")
    assert [(line.start_seconds, line.end_seconds, line.text) for line in lines] == [
        (0.2, 0.9, "Trước"),
        (1.0, 2.5, "Đường phố Hà Nội"),
    ]


def test_sidecars_are_those_with_the_videos_name(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.srt", "a.vi.vtt", "a.eng.ass", "ab.srt", "b.srt", "a.txt"):
        (tmp_path / name).touch()
    found = {path.name: language for path, language in sidecars(tmp_path / "a.mp4")}
    assert found == {"a.srt": None, "a.vi.vtt": "vi", "a.eng.ass": "en"}


def test_what_is_no_subtitle_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(b"\x00\x01 nothing of the kind")
    with pytest.raises(ValueError, match=r"a\.srt"):
        read_sidecar(path, "v", None)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["friday.vtt", "popeye_p1.eng.srt", "sintel-de.vtt", "moviepy_subtitles.srt"])
def test_real_files(media: Path, name: str) -> None:
    lines = read_sidecar(media / "subs" / name, "v", None)
    assert lines
    assert all(line.text and "<" not in line.text for line in lines)
