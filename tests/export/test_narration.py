import wave
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from PIL import Image

from assistant.export.narration import Part, narrate


class _Voice:
    """Says each text as a tone that lasts a tenth of a second a letter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def speak(self, text: str, language: str):
        path = self.folder / f"{text}.wav"
        tone = (np.sin(np.arange(2205 * len(text)) / 10) * 9000).astype(np.int16)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(22050)
            file.writeframes(tone.tobytes())
        return SimpleNamespace(path=path, notice=None)


def _picture(path: Path, shade: int) -> Path:
    Image.new("RGB", (64, 36), (shade, shade, shade)).save(path)
    return path


def test_each_picture_is_shown_while_it_is_spoken_of(tmp_path: Path) -> None:
    parts = [
        Part("a" * 10, _picture(tmp_path / "1.png", 60)),
        Part("b" * 20, None),
        Part("c" * 10, _picture(tmp_path / "2.png", 200)),
    ]
    film = narrate(parts, "en", _Voice(tmp_path), tmp_path / "films")
    ends = [end for _, end, _ in film.cues]
    assert ends == pytest.approx([1.35, 3.7, 5.05], abs=0.1)
    with av.open(str(film.path)) as container:
        shades = [(frame.time, frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]
        length = float(container.duration / av.time_base)
    assert length == pytest.approx(ends[-1], abs=0.3)
    assert all(abs(shade - 60) < 8 for at, shade in shades if at < ends[1] - 0.25)
    assert all(abs(shade - 200) < 8 for at, shade in shades if at > ends[1] + 0.25)
    made = film.path.stat().st_mtime_ns
    assert narrate(parts, "en", _Voice(tmp_path), tmp_path / "films").path.stat().st_mtime_ns == made, "made once"


def test_faster_speech_takes_less_time_and_another_film(tmp_path: Path) -> None:
    parts = [Part("a" * 20, None), Part("b" * 20, None)]
    slow = narrate(parts, "en", _Voice(tmp_path), tmp_path / "films")
    fast = narrate(parts, "en", _Voice(tmp_path), tmp_path / "films", speed=1.5)
    assert fast.path != slow.path
    assert fast.cues[-1][1] < 0.8 * slow.cues[-1][1]
