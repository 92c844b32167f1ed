import unicodedata
from pathlib import Path

import av
import numpy as np
import pytest

from assistant.ingest.screen_text import read_text_lines
from assistant.ingest.subtitles import (
    MAX_LINE_LETTERS,
    find_subtitle_files,
    limit_to_duration,
    lines_from_cues,
    read_subtitle_file,
)
from assistant.media.readings import Cue
from assistant.media.subtitle_streams import PictureCue, SubtitleTracks, read_palette
from assistant.models.ocr.rapidocr import RapidOcrReader
from tools.types import Line

SRT = "1\n00:00:01,000 --> 00:00:02,500\n<i>Đường phố</i>\nHà Nội\n\n2\n00:00:00,200 --> 00:00:00,900\nTrước\n"
TONES = "\u0300\u0301\u0303\u0309\u0323"


def _windows_1258(text: str) -> bytes:
    """As old Vietnamese files are written: tones apart from their letters."""
    written = ""
    for letter in text:
        marks = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in marks if mark in TONES)
        written += unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)) + tone
    return written.encode("cp1258")


def _read(path: Path, data: bytes, language: str | None = None) -> list[Line]:
    path.write_bytes(data)
    return read_subtitle_file(path, "v", language)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_marks_and_order(tmp_path: Path, encoding: str, newline: str) -> None:
    text = SRT.replace("\n", newline)
    lines = _read(tmp_path / "a.srt", _windows_1258(text) if encoding == "cp1258" else text.encode(encoding), "vi")
    assert [(line.start_seconds, line.end_seconds, line.text, line.language) for line in lines] == [
        (0.2, 0.9, "Trước", "vi"),
        (1.0, 2.5, "Đường phố Hà Nội", "vi"),
    ]


def test_sidecars_are_those_with_the_videos_name(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.srt", "a.vi.vtt", "a.eng.ass", "ab.srt", "b.srt", "a.txt", "a.en.txt", "a.docx"):
        (tmp_path / name).touch()
    languages = {path.name: language for path, language in find_subtitle_files(tmp_path / "a.mp4")}
    assert languages == {"a.srt": None, "a.vi.vtt": "vi", "a.eng.ass": "en", "a.txt": None, "a.en.txt": "en"}


def test_markup_comments_and_drawings_are_no_words(tmp_path: Path) -> None:
    vtt = "WEBVTT\n\nNOTE hidden\n\n00:01.000 --> 00:02.000 line:80%\n<v Bob>Tom &amp; <c.red>you</c> <00:01.500>two\n"
    assert [line.text for line in _read(tmp_path / "a.vtt", vtt.encode())] == ["Tom & you two"]
    events = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    rows = ("{\\p1}m 0 0 l 100 0{\\p0}", "{\\an8}Xin\\Nchào")
    ass = "[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n\n" + events
    ass += "".join(f"Dialogue: 0,0:00:0{i}.00,0:00:0{i + 1}.00,Default,,0,0,0,,{row}\n" for i, row in enumerate(rows))
    assert [line.text for line in _read(tmp_path / "a.ass", ass.encode())] == ["Xin chào"]


def test_a_transcript_mixes_hours_of_one_and_two_digits(tmp_path: Path) -> None:
    text = "\ufeff0:00:14 - 0:00:21, Xin chào, các bạn\r\ngoes on\r\n01:02:03 - 1:02:04.5, second\n"
    text += "\n00:05 - 00:06, third\n"
    lines = _read(tmp_path / "a.txt", text.encode())
    assert [(line.start_seconds, line.end_seconds, line.text) for line in lines] == [
        (5.0, 6.0, "third"),
        (14.0, 21.0, "Xin chào, các bạn goes on"),
        (3723.0, 3724.5, "second"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.srt", b"", "empty"),
        ("a.srt", b"\n \n", "empty"),
        ("a.srt", b"\x00\x01\xff\xfe nothing of the kind \x00\x9f" * 40, r"a\.srt"),
        ("a.vtt", bytes(range(256)) * 30, r"a\.vtt"),
        ("a.srt", b"just a sentence", "no subtitles"),
        ("a.txt", b"just a sentence", "0:00:14 - 0:00:21"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\n", "no subtitles"),
    ],
)
def test_what_is_no_timed_text_says_so_in_one_line(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        _read(tmp_path / name, data)
    assert "\n" not in str(raised.value)


def test_ten_megabytes_of_one_cue_become_lines_of_a_size_that_can_be_shown(tmp_path: Path) -> None:
    text = "một hai ba " * 900_000
    lines = _read(tmp_path / "a.srt", f"1\n00:00:00,000 --> 00:00:10,000\n{text}\n".encode())
    assert " ".join(line.text for line in lines) == text.strip()
    assert max(len(line.text) for line in lines) <= MAX_LINE_LETTERS
    assert (lines[0].start_seconds, lines[-1].end_seconds) == (0.0, 10.0)


def test_overlapping_and_repeated_cues_and_any_script_are_kept() -> None:
    texts = ("مرحبا بالعالم", "🎬 phim 🎥", "שלום")
    cues = [Cue(1.0, 4.0, text, "eng") for text in (*texts, texts[0])] + [Cue(3.0, 2.0, "backwards", None)]
    assert [(line.text, line.language) for line in lines_from_cues(cues, "v")] == [(text, "en") for text in texts]


def test_lines_after_the_end_are_counted_and_the_last_is_cut() -> None:
    lines = lines_from_cues([Cue(float(i), i + 1.5, str(i), None) for i in range(4)], "v")
    limited, late_count = limit_to_duration(lines, 2.0)
    assert [(line.start_seconds, line.end_seconds) for line in limited] == [(0.0, 1.5), (1.0, 2.0)]
    assert late_count == 2


def test_a_palette_is_brightness_over_black() -> None:
    entries = bytes([0, 16, 128, 128, 0, 7, 235, 128, 128, 255, 8, 200, 128, 128, 128])
    segment = bytes([0x14]) + (len(entries) + 2).to_bytes(2, "big") + b"\0\0" + entries
    palette = read_palette(b"\x16\x00\x01\x00" + segment + b"\x80\x00\x00")
    assert palette is not None
    assert palette[[0, 7, 8, 9]].tolist() == [0, 235, 100, 0]
    assert palette.dtype == np.uint8
    assert read_palette(b"\x16\x00\x0b") is None


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "count"),
    [("friday.vtt", 5), ("popeye_p1.eng.srt", 14), ("sintel-de.vtt", 14), ("moviepy_subtitles.srt", 5)],
)
def test_real_files(media: Path, name: str, count: int) -> None:
    lines = read_subtitle_file(media / "subs" / name, "v", None)
    assert len(lines) == count
    assert all(line.text and "<" not in line.text for line in lines)


@pytest.mark.shared
def test_picture_subtitles_are_read(media: Path) -> None:
    reader, tracks = RapidOcrReader(accents=None), SubtitleTracks()
    with av.open(str(media / "video" / "popeye_p1_pgs.mkv")) as container:
        packets = container.demux(container.streams.subtitles)
        cues = [cue for packet in packets for cue in tracks.feed(packet)]
    assert len(cues) == 13
    cue = cues[1]
    assert isinstance(cue, PictureCue)
    assert (cue.start_seconds, cue.end_seconds) == pytest.approx((13.0, 16.416))
    assert [line.text for line in read_text_lines(reader, cue.image)] == ["I'm Sinbad the sailor", "So hearty and hale"]
