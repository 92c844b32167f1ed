"""Speaks sentences: online by gTTS within a deadline, or else by espeak-ng on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.text.language import Language
from tools.errors import VideoAssistantError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Engine = Literal["online", "offline"]
REST_SECONDS = 60.0  # for which the online voice is not tried again after a failure
OFFLINE_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Accent:
    """An accent of a language in the two voices."""

    espeak: str  # name of the voice in espeak-ng
    tld: str | None  # domain of the service that speaks with this accent; None if there is none


ACCENTS: dict[Language, dict[str, Accent]] = {
    "en": {"american": Accent("en-us", "com"), "british": Accent("en-gb-x-rp", "co.uk")},
    "vi": {
        "north": Accent("vi", "com"),
        "central": Accent("vi-vn-x-central", None),
        "south": Accent("vi-vn-x-south", None),
    },
}
"""The accents of each language by name; the first is the default."""
NOTICES: dict[Language, str] = {
    "en": "The online voice cannot be reached; this machine speaks instead.",
    "vi": "Không kết nối được giọng trực tuyến; máy này sẽ đọc thay.",
}


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken sentence as a file."""

    path: Path  # mp3 of the online voice, wav of the offline voice
    engine: Engine
    notice: str | None  # that the offline voice replaces the online one, in the sentence's language; given once


class Voice:
    """Speaks sentences and caches the files. Threads may share it.

    Args:
        folder: of the cached files.
        online: whether the online voice may be used; False never touches the network.
        deadline_seconds: for the whole answer of the online voice.
        accents: the name of an accent in `ACCENTS` for each language; the default is the first.
        clock: returns seconds that never decrease.

    Raises:
        VideoAssistantError: an accent is unknown.
    """

    def __init__(
        self,
        folder: Path,
        *,
        online: bool,
        deadline_seconds: float,
        accents: Mapping[Language, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accents = {language: find_accent(language, (accents or {}).get(language)) for language in ACCENTS}
        self._folder, self._online, self._deadline, self._clock = folder, online, deadline_seconds, clock
        self._rests_until = float("-inf")
        self._noticed = False
        self._lock = threading.Lock()

    def speak(self, text: str, language: Language) -> Speech:
        """Returns a file in which `text` is spoken.

        Raises:
            VideoAssistantError: the text holds nothing to say, or neither voice works.
        """
        words = _clean_text(text)
        if not words:
            raise VideoAssistantError("there is nothing to say; give a text with words")
        try:
            return self._speak(words, language)
        except OSError as error:
            raise VideoAssistantError(
                f"{self._folder}: the voice cannot write there ({error.strerror or error}); give a folder with room"
            ) from None

    def _speak(self, words: str, language: Language) -> Speech:
        self._folder.mkdir(parents=True, exist_ok=True)
        is_online = self._online and self._accents[language].tld is not None
        if is_online:
            path = self._path("online", language, words)
            if _is_written(path):
                return Speech(path, "online", None)
            if self._clock() >= self._rests_until:
                if self._speak_online(words, language, path):
                    return Speech(path, "online", None)
                self._rests_until = self._clock() + REST_SECONDS
        path = self._path("offline", language, words)
        if not _is_written(path):
            self._speak_offline(words, language, path)
        return Speech(path, "offline", self._first_notice(language) if is_online else None)

    def _path(self, engine: Engine, language: Language, words: str) -> Path:
        accent = self._accents[language]
        spoken_by = accent.espeak if engine == "offline" else f"{language}@{accent.tld}"
        key = hashlib.blake2b(f"{engine}\0{spoken_by}\0{words}".encode(), digest_size=12).hexdigest()
        return self._folder / f"{key}.{'mp3' if engine == 'online' else 'wav'}"

    def _first_notice(self, language: Language) -> str | None:
        with self._lock:
            is_first, self._noticed = not self._noticed, True
        return NOTICES[language] if is_first else None

    def _speak_online(self, words: str, language: Language, path: Path) -> bool:
        """Returns whether the service wrote the file within the deadline.

        It is called in a thread, since the timeouts of the library do not cover the resolution of a host's name.
        """
        done: queue.Queue[bool] = queue.Queue()
        threading.Thread(target=self._fetch, args=(words, language, path, done), daemon=True).start()
        try:
            return done.get(timeout=self._deadline)
        except queue.Empty:
            return False

    def _fetch(self, words: str, language: Language, path: Path, done: queue.Queue[bool]) -> None:
        try:
            import requests
            from gtts import gTTS, gTTSError

            try:
                with _temporary(path) as part:
                    gTTS(words, lang=language, tld=self._accents[language].tld or "com", timeout=self._deadline).save(
                        str(part)
                    )
                done.put(True)
            except (gTTSError, requests.RequestException, OSError, AssertionError):
                done.put(False)
        finally:
            done.put(False)  # so that nobody waits for a thread that ended with another error

    def _speak_offline(self, words: str, language: Language, path: Path) -> None:
        with _temporary(path) as part:
            command = [sys.executable, "-m", "assistant.models.espeak", self._accents[language].espeak, str(part)]
            try:
                subprocess.run(  # noqa: S603 - our own module, without a shell; the text goes through stdin
                    command, input=words.encode(), capture_output=True, timeout=OFFLINE_TIMEOUT_SECONDS, check=True
                )
            except subprocess.CalledProcessError as error:
                reason = error.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
                raise VideoAssistantError(
                    f"the offline voice failed: {reason[0]}; see `video-assistant doctor`"
                ) from None
            except subprocess.TimeoutExpired:
                raise VideoAssistantError("the offline voice took too long; ask for a shorter text") from None


def find_accent(language: Language, name: str | None) -> Accent:
    """Returns the accent of that name, or the language's first one without a name.

    Raises:
        VideoAssistantError: the language has no such accent.
    """
    known = ACCENTS[language]
    if name is None:
        return next(iter(known.values()))
    if name not in known:
        raise VideoAssistantError(f"no {language} accent {name!r}; there are {', '.join(known)}")
    return known[name]


def _clean_text(text: str) -> str:
    """The text without control and format characters and lone surrogates; "" if nothing in it can be spoken."""
    # A NUL would end the text for espeak-ng, a surrogate cannot be encoded, and "..." would be a file of silence.
    kinds = [(letter, unicodedata.category(letter)) for letter in unicodedata.normalize("NFC", text)]
    if not any(kind[0] in "LNS" for _, kind in kinds):
        return ""
    return " ".join(
        "".join(" " if kind in {"Cc", "Cs", "Co"} else letter for letter, kind in kinds if kind != "Cf").split()
    )


def _is_written(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A file beside `path` that is renamed to `path` once it is complete."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        if not _is_written(part):
            raise OSError("nothing was written")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
