"""What a recogniser hears on the tracks of a set."""

import json
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assistant.media.readings import Cue, Transcript
from bench.quality.real.speech import evaluate, figures, judge
from bench.quality.understanding.question_files import write_rows

RATE = 16_000


def _item(name: str, **fields: object) -> dict[str, Any]:
    item = {"id": name, "file": "a.wav", "stream": 0, "kind": "speech", "transcript": "Hello.", "words": []}
    return item | {"word_seconds": {}, "certain": True} | fields


def _write_tone(path: Path, level: float) -> None:
    samples = (level * 32767 * np.sin(np.arange(RATE) / 20)).astype(np.int16)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


class _Recogniser:
    """Hears a sentence in loud sound, half a second after it begins, and rejects what is quiet."""

    language = "en"

    def transcribe(self, samples: np.ndarray, start_seconds: float) -> Transcript:
        if np.abs(samples).max() < 0.5:
            return Transcript((), ("too quiet",))
        begin = start_seconds + 0.5
        return Transcript((Cue(begin, begin + 2, "Clean rooms, NASA's.", "en", (begin, begin + 1.0, begin + 1.5)),))


def test_tracks_are_heard_and_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write_tone(tmp_path / "loud.wav", 0.9)
    _write_tone(tmp_path / "quiet.wav", 0.1)
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    silent = {"transcript": None, "kind": "music"}
    items = [
        _item("found", file="loud.wav", words=["clean", "nasa|esa", "moon"], word_seconds={"clean": 0.4, "moon": 1.0}),
        _item("phrase", file="loud.wav", words=["cleanrooms|clean rooms"], word_seconds={"rooms": 2.0}),
        _item("invented", file="loud.wav", **silent),
        _item("uncertain", file="loud.wav", certain=False, words=["moon"], **silent),
        _item("silent", file="quiet.wav", **silent),
        _item("no track", file="quiet.wav", stream=1, **silent),
        _item("broken", file="broken.wav", **silent),
        _item("missing", file="missing.wav", **silent),
    ]
    write_rows(tmp_path / "speech.jsonl", items)
    session: Any = SimpleNamespace(listener=_Recogniser())
    result = evaluate(session, tmp_path, media=tmp_path, out=tmp_path / "rows.jsonl")
    assert result["figures"] == {
        "speech.words_found": 0.75,
        "speech.invented": 1,
        "speech.word_error_seconds": 0.3,
        "speech.max_word_error_seconds": 0.5,
    }
    assert result["settings"] == {"tracks": 5, "left_out": 3, "certain": 4}
    rows = {row["id"]: row for row in map(json.loads, (tmp_path / "rows.jsonl").read_text("utf-8").splitlines())}
    assert rows["found"]["words_missed"] == ["moon"]
    assert rows["found"]["cues"] == [{"start_seconds": 0.5, "end_seconds": 2.5, "text": "Clean rooms, NASA's."}]
    assert rows["silent"]["rejected"] == ["too quiet"]
    reported = capsys.readouterr().err
    assert all(line in reported for line in ("missing.wav is not in", "has 1 audio tracks, and no track 1", "broken:"))


def test_the_nearest_of_equal_words_is_timed_and_a_cue_without_word_times_starts_its_words() -> None:
    cues = [Cue(1.0, 2.0, "a dog", "en"), Cue(4.0, 6.0, "the dog's bone", "en", (4.0, 5.0, 5.5))]
    row = judge(_item("x", words=["dog", "the dog"], word_seconds={"dog": 4.8, "bone": 5.0}), cues)
    assert row["word_error_seconds"] == {"dog": 0.2, "bone": 0.5}
    assert row["words_found"] == ["dog", "the dog"]


def test_a_set_without_words_has_no_share_of_them() -> None:
    assert figures([judge(_item("x", transcript=None), [])]) == {"speech.invented": 0}
