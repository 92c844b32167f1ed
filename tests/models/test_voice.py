import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from assistant.models.voice import ACCENTS, NOTICES, REST_SECONDS, Voice
from tools.errors import VideoAssistantError


class Service:
    """Stands in for the online voice; counts what it is asked."""

    def __init__(self, monkeypatch, act=None) -> None:
        self.asked: list[tuple[str, str]] = []
        self.sites: list[str] = []
        service = self

        class Fake:
            def __init__(self, text, lang, tld, timeout):
                service.asked.append((text, lang))
                service.sites.append(tld)

            def save(self, path):
                if act is not None:
                    act()
                Path(path).write_bytes(b"ID3 sound")

        monkeypatch.setattr("gtts.gTTS", Fake)


def _fail() -> None:
    raise OSError("no route")


def _loudness(path: Path) -> tuple[float, float]:
    """Seconds, and root mean square of the samples in [-1, 1]."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
        return len(samples) / file.getframerate(), float(np.sqrt((samples**2).mean()))


def test_the_online_voice_is_asked_once_for_a_sentence(tmp_path, monkeypatch) -> None:
    service = Service(monkeypatch)
    voice = Voice(tmp_path, online=True, deadline_seconds=5)
    first, second = voice.speak("xin chào", "vi"), voice.speak(" xin  chào ", "vi")
    assert first == second
    assert (first.engine, first.notice, first.path.suffix) == ("online", None, ".mp3")
    assert service.asked == [("xin chào", "vi")]


def test_each_accent_is_another_sound_and_only_those_that_the_service_has_are_asked_of_it(
    tmp_path, monkeypatch
) -> None:
    service = Service(monkeypatch)
    spoken = [
        Voice(tmp_path, online=False, deadline_seconds=5, accents={"vi": name}).speak("xin chào các bạn", "vi").path
        for name in ACCENTS["vi"]
    ]
    assert len({path.read_bytes() for path in spoken}) == 3
    british = Voice(tmp_path, online=True, deadline_seconds=5, accents={"en": "british", "vi": "south"})
    assert british.speak("hello", "en").engine == "online"
    southern = british.speak("xin chào các bạn", "vi")
    assert (southern.engine, southern.notice) == ("offline", None)
    assert (service.asked, service.sites) == ([("hello", "en")], ["co.uk"])
    with pytest.raises(VideoAssistantError, match="there are american, british"):
        Voice(tmp_path, online=False, deadline_seconds=5, accents={"en": "martian"})


@pytest.mark.parametrize(("text", "language"), [("xin chào các bạn", "vi"), ("a blue bus, at 24 seconds", "en")])
def test_switched_off_nothing_is_sent_and_this_machine_speaks(tmp_path, monkeypatch, text, language) -> None:
    service = Service(monkeypatch)
    speech = Voice(tmp_path, online=False, deadline_seconds=5).speak(text, language)
    assert service.asked == []
    assert (speech.engine, speech.notice) == ("offline", None)
    seconds, loudness = _loudness(speech.path)
    assert 0.4 < seconds < 10
    assert loudness > 0.01


def test_the_two_languages_sound_different(tmp_path) -> None:
    voice = Voice(tmp_path, online=False, deadline_seconds=5)
    vietnamese, english = voice.speak("ba con ma", "vi"), voice.speak("ba con ma", "en")
    assert vietnamese.path.read_bytes() != english.path.read_bytes()


def test_after_a_failure_the_service_rests_and_it_is_said_once(tmp_path, monkeypatch) -> None:
    service, now = Service(monkeypatch, _fail), [0.0]
    voice = Voice(tmp_path, online=True, deadline_seconds=5, clock=lambda: now[0])
    assert voice.speak("một", "vi").notice == NOTICES["vi"]
    assert voice.speak("hai", "vi").notice is None
    assert len(service.asked) == 1
    now[0] = REST_SECONDS + 1
    voice.speak("ba", "vi")
    assert len(service.asked) == 2


def test_a_service_that_hangs_is_not_waited_for(tmp_path, monkeypatch) -> None:
    never = threading.Event()
    Service(monkeypatch, never.wait)
    speech = Voice(tmp_path, online=True, deadline_seconds=0.05).speak("hello", "en")
    assert speech.engine == "offline"
    never.set()


def test_no_half_written_file_is_ever_spoken(tmp_path, monkeypatch) -> None:
    def empty_handed(self, path):
        Path(path).write_bytes(b"")

    Service(monkeypatch)
    monkeypatch.setattr("gtts.gTTS.save", empty_handed)
    assert Voice(tmp_path, online=True, deadline_seconds=5).speak("hello", "en").engine == "offline"
    assert list(tmp_path.glob("*.mp3")) == []


@pytest.mark.parametrize("text", ["  ", "...", "\u200b", "\0"])
def test_nothing_to_say_is_an_error_in_one_line(tmp_path, text) -> None:
    with pytest.raises(VideoAssistantError, match="nothing to say"):
        Voice(tmp_path, online=False, deadline_seconds=5).speak(text, "en")


def test_what_cannot_be_spoken_is_left_out(tmp_path) -> None:
    voice = Voice(tmp_path, online=False, deadline_seconds=5)
    assert voice.speak("hello\0 \ud800 wor\u200bld", "en") == voice.speak("hello world", "en")


def test_a_folder_that_cannot_be_is_an_error_in_one_line(tmp_path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(VideoAssistantError, match="cannot write there"):
        Voice(tmp_path / "file" / "voice", online=False, deadline_seconds=5).speak("hello", "en")
