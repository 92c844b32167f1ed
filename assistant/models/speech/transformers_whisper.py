"""Whisper through transformers: for checkpoints that were not converted for CTranslate2.

Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", section 2.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.media.audio import SAMPLE_RATE
from assistant.media.readings import Cue, Transcript
from assistant.models.base import LazyModel, checkpoint_folder, default_device, disable_progress_bars, load_error

if TYPE_CHECKING:
    from collections.abc import Sequence

WINDOW_SECONDS = 30  # length of the sound that the model reads at once
BATCH = 4  # windows in one pass


class TransformersWhisper(LazyModel[Any]):
    """A Whisper checkpoint.

    Args:
        checkpoint: its folder.
    """

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint

    def _load(self) -> Any:
        from transformers import WhisperForConditionalGeneration, WhisperProcessor, pipeline

        folder = checkpoint_folder("speech", self.checkpoint)
        disable_progress_bars()
        try:
            model = WhisperForConditionalGeneration.from_pretrained(folder)
            processor = WhisperProcessor.from_pretrained(folder)
        except (OSError, ValueError) as error:
            raise load_error("speech", self.checkpoint, error) from error
        return pipeline(
            "automatic-speech-recognition",
            model=model.eval(),
            tokenizer=processor.tokenizer,
            feature_extractor=processor.feature_extractor,
            device=default_device(),
            chunk_length_s=WINDOW_SECONDS,
        )

    @property
    def language(self) -> str | None:
        """None: it detects the language."""
        return None

    def transcribe(self, samples: NDArray[np.float32], start_seconds: float) -> Transcript:
        """Returns what is said in `samples` (mono, 16 kHz, in [-1, 1]) in time order.

        The samples begin at `start_seconds`, and so do the times of the cues. This pipeline states no probabilities, so
        nothing is rejected.
        """
        result = self.loaded({"raw": samples, "sampling_rate": SAMPLE_RATE}, return_timestamps=True, batch_size=BATCH)
        return Transcript(tuple(_build_cues(result["chunks"], start_seconds, len(samples) / SAMPLE_RATE)))


def _build_cues(chunks: Sequence[dict[str, Any]], start_seconds: float, length_seconds: float) -> list[Cue]:
    """The pipeline's chunks as cues; a last chunk without an end lasts to the end of the sound."""
    cues = []
    for chunk in chunks:
        begin, end = chunk["timestamp"]
        begin = 0.0 if begin is None else float(begin)
        end = length_seconds if end is None else float(end)
        if chunk["text"].strip() and end >= begin:
            cues.append(Cue(max(0.0, start_seconds + begin), start_seconds + end, chunk["text"].strip(), None))
    return cues
