"""The offline voice in a separate process, since espeak-ng is GPL and not thread-safe.

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
WORDS_PER_MINUTE = {"en": 160, "vi": 170}  # by the language at the beginning of a voice's name, as in vi-vn-x-south
ESPEAK_RATE = 1  # the parameter espeakRATE


def synthesise(text: str, voice: str, out: Path) -> None:
    """Speaks `text` into a mono 16-bit wav file.

    Raises:
        OSError: the library cannot be loaded, or it refuses the voice or the text.
    """
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    with tempfile.TemporaryDirectory() as folder:
        # espeak-ng has 160 bytes for the path of its data and fails with a longer one; the path of a link is short.
        data_link = Path(folder) / "espeak-ng-data"
        data_link.symlink_to(espeakng_loader.get_data_path(), target_is_directory=True)
        sample_rate = library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, str(data_link).encode(), 0)
        if sample_rate <= 0:
            raise OSError(f"espeak-ng does not start with the data in {espeakng_loader.get_data_path()}")
        _write_wav(library, sample_rate, text, voice, out)


def _write_wav(library: Any, sample_rate: int, text: str, voice: str, out: Path) -> None:
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
    library.espeak_SetParameter(ESPEAK_RATE, WORDS_PER_MINUTE.get(voice.partition("-")[0], 165), 0)
    raw = text.encode() + b"\0"
    if library.espeak_Synth(raw, len(raw), 0, 0, 0, CHARS_UTF8, None, None) != OK:
        raise OSError("espeak-ng refuses the text")
    library.espeak_Synchronize()
    # Opened here, since wave reports a file that it could not open a second time when it is deleted.
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
