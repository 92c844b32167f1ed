"""The offline voice as a process of its own: espeak-ng is GPL, and not safe to call from two threads.

python -m assistant.models.espeak VOICE OUT.wav    # reads the text from stdin
"""

from __future__ import annotations

import ctypes
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

AUDIO_OUTPUT_SYNCHRONOUS = 2
CHARS_UTF8 = 1
OK = 0
WORDS_A_MINUTE = {"en": 160, "vi": 170}  # by the language of a voice such as vi-vn-x-south
RATE = 1  # espeakRATE


def synthesise(text: str, voice: str, out: Path) -> None:
    """Writes `text` as mono 16-bit wav.

    Raises:
        OSError: the library does not load, or refuses the voice or the text.
    """
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    with tempfile.TemporaryDirectory() as folder:
        # espeak-ng holds its data's path in 160 bytes, and a longer one is not read at all: a link is short anywhere.
        short = Path(folder) / "espeak-ng-data"
        short.symlink_to(espeakng_loader.get_data_path(), target_is_directory=True)
        sample_rate = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, str(short).encode(), 0)
        if sample_rate <= 0:
            raise OSError(f"espeak-ng does not start with the data in {espeakng_loader.get_data_path()}")
        _write(library, sample_rate, text, voice, out)


def _write(library: Any, sample_rate: int, text: str, voice: str, out: Path) -> None:
    samples = bytearray()
    callback_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

    def collect(chunk: Any, count: int, _events: Any) -> int:
        if chunk and count > 0:
            samples.extend(ctypes.string_at(chunk, count * 2))
        return 0

    callback = callback_type(collect)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != OK:
        raise OSError(f"espeak-ng has no voice {voice!r}")
    library.espeak_SetParameter(RATE, WORDS_A_MINUTE.get(voice.partition("-")[0], 165), 0)
    raw = text.encode() + b"\0"
    if library.espeak_Synth(raw, len(raw), 0, 0, 0, CHARS_UTF8, None, None) != OK:
        raise OSError("espeak-ng refuses the text")
    library.espeak_Synchronize()
    # Opened here: of a file that it could not open itself, wave complains once more at the end.
    with out.open("wb") as target, wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(bytes(samples))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m assistant.models.espeak LANGUAGE OUT.wav < TEXT")
    try:
        synthesise(sys.stdin.buffer.read().decode("utf-8", "replace"), sys.argv[1], Path(sys.argv[2]))
    except (OSError, ImportError) as failure:
        sys.exit(str(failure))
