"""Turns a spoken question into text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import VideoAssistantError
from ui.texts import Language, text

if TYPE_CHECKING:
    from assistant.session import Session


def transcribe_question(session: Session, recording: bytes, language: Language) -> str:
    """Returns the words spoken in `recording`, a WAV file. Messages of errors are in `language`.

    Raises:
        VideoAssistantError: the speech model is missing, no words were recognised, or the recording cannot be read.
    """
    from assistant.media.audio import read_audio

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "question.wav"
        path.write_bytes(recording)
        transcripts = [session.listener.transcribe(samples, start) for start, samples in read_audio(path, 0.0)]
    words = " ".join(cue.text for transcript in transcripts for cue in transcript.cues).strip()
    if not words:
        raise VideoAssistantError(text("no_words_heard", language))
    return words
