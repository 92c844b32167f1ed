"""The spoken answer: gTTS inside a deadline, espeak-ng on this machine when it cannot be reached or is switched off."""

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
REST_SECONDS = 60.0  # after a failure the online voice is left alone for so long
OFFLINE_TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Accent:
    """How a language is spoken."""

    espeak: str  # espeak-ng's name of the voice
    tld: str | None  # of the service's site, which is how it takes an accent; None: the service does not have it


ACCENTS: dict[Language, dict[str, Accent]] = {
    "en": {"american": Accent("en-us", "com"), "british": Accent("en-gb-x-rp", "co.uk")},
    "vi": {
        "north": Accent("vi", "com"),
        "central": Accent("vi-vn-x-central", None),
        "south": Accent("vi-vn-x-south", None),
    },
}
"""Of each language, the usual one first."""
NOTICES: dict[Language, str] = {
    "en": "The online voice cannot be reached; this machine speaks instead.",
    "vi": "Không kết nối được giọng trực tuyến; máy này sẽ đọc thay.",
}


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken sentence."""

    path: Path  # mp3 of the online voice, wav of the offline one
    engine: Engine
    notice: str | None  # that the offline voice stepped in, in the sentence's language; said once


class Voice:
    """Speaks, and keeps what it spoke in `folder`. Safe to share between threads.

    Args:
        folder: where the files are kept.
        online: False never touches the network.
        deadline_seconds: how long the online voice may take in all.
        accents: for each language one of `ACCENTS`; default: its first.
        clock: seconds that only grow.

    Raises:
        VideoAssistantError: there is no such accent.
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
        self._accents = {language: accent(language, (accents or {}).get(language)) for language in ACCENTS}
        self._folder, self._online, self._deadline, self._clock = folder, online, deadline_seconds, clock
        self._rests_until = float("-inf")
        self._noticed = False
        self._lock = threading.Lock()

    def speak(self, text: str, language: Language) -> Speech:
        """The file that says `text`.

        Raises:
            VideoAssistantError: the text is empty, or neither voice works.
        """
        words = _speakable(text)
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
        served = self._online and self._accents[language].tld is not None
        if served:
            path = self._path("online", language, words)
            if _there(path):
                return Speech(path, "online", None)
            if self._clock() >= self._rests_until:
                if self._from_service(words, language, path):
                    return Speech(path, "online", None)
                self._rests_until = self._clock() + REST_SECONDS
        path = self._path("offline", language, words)
        if not _there(path):
            self._from_machine(words, language, path)
        return Speech(path, "offline", self._notice(language) if served else None)

    def _path(self, engine: Engine, language: Language, words: str) -> Path:
        chosen = self._accents[language]
        spoken_by = chosen.espeak if engine == "offline" else f"{language}@{chosen.tld}"
        key = hashlib.blake2b(f"{engine}\0{spoken_by}\0{words}".encode(), digest_size=12).hexdigest()
        return self._folder / f"{key}.{'mp3' if engine == 'online' else 'wav'}"

    def _notice(self, language: Language) -> str | None:
        with self._lock:
            first, self._noticed = not self._noticed, True
        return NOTICES[language] if first else None

    def _from_service(self, words: str, language: Language, path: Path) -> bool:
        """True if the file is there. In a thread, since a name that never resolves obeys no timeout."""
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
            done.put(False)  # whatever else happened in this thread, nobody waits for it

    def _from_machine(self, words: str, language: Language, path: Path) -> None:
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


def accent(language: Language, name: str | None) -> Accent:
    """The accent of that name, the language's usual one without a name.

    Raises:
        VideoAssistantError: there is none.
    """
    known = ACCENTS[language]
    if name is None:
        return next(iter(known.values()))
    if name not in known:
        raise VideoAssistantError(f"no {language} accent {name!r}; there are {', '.join(known)}")
    return known[name]


def _speakable(text: str) -> str:
    """The text without control and format characters and lone surrogates; empty where nothing in it has a sound."""
    # A NUL would end the text for espeak-ng, a surrogate cannot be encoded, and "..." becomes a file of silence.
    kinds = [(letter, unicodedata.category(letter)) for letter in unicodedata.normalize("NFC", text)]
    if not any(kind[0] in "LNS" for _, kind in kinds):
        return ""
    return " ".join(
        "".join(" " if kind in {"Cc", "Cs", "Co"} else letter for letter, kind in kinds if kind != "Cf").split()
    )


def _there(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its name only when it is whole."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=path.suffix)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        if not _there(part):
            raise OSError("nothing was written")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
