"""Whisper in the format of CTranslate2, run by faster-whisper: on a CPU some twenty times faster than speech is spoken.

Silero's voice activity detection comes first, so music, noise and silence are never given to the recogniser.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.media.audio import SAMPLE_RATE
from assistant.media.readings import Cue, Transcript
from assistant.models.base import LazyModel, checkpoint_folder, load_error
from assistant.models.packaged import WHISPER_TINY_EN, PackagedFile
from assistant.models.speech.guards import HearingOptions, Segment, rejection
from tools.errors import ModelNotFoundError

WEIGHTS = "model.bin"
MIN_SILENCE_MS = 500  # a pause this long ends a stretch of speech
BEAMS = 5
PACKAGED_CHECKPOINTS: dict[str, PackagedFile] = {"packaged:whisper-tiny.en": WHISPER_TINY_EN}
"""Checkpoints that a Python package carries, by the name that a profile gives them."""


class CTranslateWhisper(LazyModel[Any]):
    """A Whisper checkpoint in CTranslate2's format.

    Args:
        checkpoint: its folder, or a name of `PACKAGED_CHECKPOINTS`.
        options: what is believed of it.
    """

    def __init__(self, checkpoint: str, options: HearingOptions | None = None) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self._options = options or HearingOptions()

    def _load(self) -> Any:
        packaged = PACKAGED_CHECKPOINTS.get(self.checkpoint)
        folder = checkpoint_folder("speech", self.checkpoint) if packaged is None else packaged.checked().parent
        try:
            import ctranslate2
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise ModelNotFoundError(
                f"speech: faster-whisper is not installed ({error}); pip install 'video-assistant[hearing]'"
            ) from error
        on_gpu = ctranslate2.get_cuda_device_count() > 0
        try:
            return WhisperModel(
                str(folder),
                device="cuda" if on_gpu else "cpu",
                compute_type="int8_float16" if on_gpu else "int8",
                cpu_threads=os.cpu_count() or 1,
                local_files_only=True,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise load_error("speech", self.checkpoint, error) from error

    @property
    def language(self) -> str | None:
        """The only language that it knows, `en`; None if it detects the language."""
        if self.checkpoint in PACKAGED_CHECKPOINTS:
            return "en"
        return None if self.loaded.model.is_multilingual else "en"

    def transcribe(self, samples: NDArray[np.float32], start_seconds: float) -> Transcript:
        """Returns what is said in `samples` (mono, 16 kHz, in [-1, 1]) in time order, with the times of words.

        The samples begin at `start_seconds`, and so do the times of the cues.

        Raises:
            ModelNotFoundError: the checkpoint or the package that runs it is missing, or its weights were altered.
        """
        segments, info = self.loaded.transcribe(
            samples,
            language=self.language,
            beam_size=BEAMS,
            temperature=0.0,  # a second try at a higher one writes more inventions, and takes as long again
            condition_on_previous_text=False,  # else one invention begets the next
            word_timestamps=True,
            vad_filter=True,
            vad_parameters={"min_silence_duration_ms": MIN_SILENCE_MS},
        )
        cues, rejected, previous_text = [], [], ""
        for found in segments:
            segment = Segment(found.text, found.avg_logprob, found.no_speech_prob, found.compression_ratio)
            reason = rejection(segment, previous_text, self._options)
            previous_text = found.text
            if reason is None:
                length_seconds = len(samples) / SAMPLE_RATE
                cues.append(_cue(found, start_seconds, length_seconds, info.language))
            else:
                rejected.append(reason)
        return Transcript(tuple(cues), tuple(rejected))


def is_converted(folder: Path) -> bool:
    """Whether a folder holds a checkpoint in CTranslate2's format."""
    return (folder / WEIGHTS).is_file()


def _cue(segment: Any, start_seconds: float, length_seconds: float, language: str) -> Cue:
    """A segment as a cue that begins with its first word; what belongs to one word between blanks has one time."""
    text, starts = "", []
    for word in segment.words or ():
        if word.word.startswith(" ") or not text:
            starts.append(round(start_seconds + float(word.start), 3))
        text += word.word
    begin = float(segment.words[0].start if segment.words else segment.start)
    end = min(length_seconds, max(begin, float(segment.words[-1].end if segment.words else segment.end)))
    return Cue(
        max(0.0, start_seconds + begin),
        max(0.0, start_seconds + end),
        (text or segment.text).strip(),
        language,
        tuple(max(0.0, start) for start in starts),
    )
