import subprocess
import sys
import wave
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

SILENCE = 0.01  # root mean square of samples in [-1, 1]; speech is about 0.1


def _say(text: str, language: str, out: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "assistant.models.espeak", language, str(out)]
    return subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, check=False)


def _heard(path: Path) -> tuple[float, float]:
    """Seconds, and root mean square of the samples in [-1, 1]."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
        return len(samples) / file.getframerate(), float(np.sqrt((samples**2).mean()))


@pytest.mark.parametrize(("text", "language"), [("xin chào", "vi"), ("hello there", "en")])
def test_it_speaks_mono_16_bit_wav(tmp_path: Path, text: str, language: str) -> None:
    done = _say(text, language, tmp_path / "out.wav")
    assert (done.returncode, done.stderr) == (0, b"")
    seconds, loudness = _heard(tmp_path / "out.wav")
    assert 0.3 < seconds < 5
    assert loudness > SILENCE


def test_all_of_a_long_text_is_spoken(tmp_path: Path) -> None:
    _say("một chiếc xe buýt. ", "vi", tmp_path / "one.wav")
    _say("một chiếc xe buýt. " * 40, "vi", tmp_path / "forty.wav")
    once, forty_times = _heard(tmp_path / "one.wav")[0], _heard(tmp_path / "forty.wav")[0]
    assert 20 * once < forty_times < 60 * once


def test_tones_are_spoken(tmp_path: Path) -> None:
    _say("ma", "vi", tmp_path / "level.wav")
    _say("mã", "vi", tmp_path / "broken.wav")
    assert (tmp_path / "level.wav").read_bytes() != (tmp_path / "broken.wav").read_bytes()


def test_an_unknown_voice_is_named_in_one_line_and_writes_nothing(tmp_path: Path) -> None:
    done = _say("hello", "zz", tmp_path / "out.wav")
    assert done.returncode == 1
    assert "'zz'" in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_last_line_says_why_nothing_was_written(tmp_path: Path) -> None:
    done = _say("hello", "en", tmp_path / "absent" / "out.wav")
    assert done.returncode == 1
    assert "absent" in done.stderr.decode().splitlines()[-1], "this line is what the parent shows"
    assert list(tmp_path.iterdir()) == []


def test_without_arguments_it_says_what_it_wants() -> None:
    command = [sys.executable, "-m", "assistant.models.espeak"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1
    assert b"usage:" in done.stderr


def test_data_under_a_long_path_is_read(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 200)
    long.symlink_to(espeakng_loader.get_data_path(), target_is_directory=True)
    code = (
        f"import espeakng_loader; espeakng_loader.get_data_path = lambda: {str(long)!r}\n"
        "from pathlib import Path; from assistant.models.espeak import synthesise\n"
        f"synthesise('xin chào', 'vi', Path({str(tmp_path / 'out.wav')!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert _heard(tmp_path / "out.wav")[0] > 0.3
