from pathlib import Path

import numpy as np
import pytest

from assistant.media.audio import SAMPLE_RATE
from assistant.models.base import ModelNotFoundError
from assistant.models.speech.transformers_whisper import TransformersWhisper


def test_chunks_of_the_pipeline_become_cues_in_the_videos_time() -> None:
    whisper = TransformersWhisper("unused")
    chunks = [
        {"timestamp": (0.0, 2.5), "text": " Xin chào "},
        {"timestamp": (2.5, 3.0), "text": "  "},
        {"timestamp": (3.0, None), "text": "tạm biệt"},
    ]
    whisper._loaded = lambda heard, **_: {"chunks": chunks}
    cues = whisper.transcribe(np.zeros(5 * SAMPLE_RATE, np.float32), 10.0).cues
    assert [(cue.start_seconds, cue.end_seconds, cue.text) for cue in cues] == [
        (10.0, 12.5, "Xin chào"),
        (13.0, 15.0, "tạm biệt"),
    ]


def test_a_checkpoint_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"speech: no checkpoint in .* models pull speech"):
        TransformersWhisper(str(tmp_path)).transcribe(np.zeros(SAMPLE_RATE, np.float32), 0.0)
