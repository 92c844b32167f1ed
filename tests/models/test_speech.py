from pathlib import Path

import numpy as np
import pytest

from assistant.media.audio import SAMPLE_RATE, read_audio
from assistant.models.base import ModelNotFoundError
from assistant.models.speech import Whisper


def test_chunks_of_the_pipeline_become_cues_in_the_videos_time() -> None:
    whisper = Whisper("unused")
    chunks = [
        {"timestamp": (0.0, 2.5), "text": " Xin chào "},
        {"timestamp": (2.5, 3.0), "text": "  "},
        {"timestamp": (3.0, None), "text": "tạm biệt"},
    ]
    whisper._loaded = lambda heard, **_: {"chunks": chunks}
    cues = whisper.transcribe(np.zeros(5 * SAMPLE_RATE, np.float32), 10.0)
    assert [(cue.start_seconds, cue.end_seconds, cue.text) for cue in cues] == [
        (10.0, 12.5, "Xin chào"),
        (13.0, 15.0, "tạm biệt"),
    ]


def test_a_checkpoint_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"speech: no checkpoint in .* models pull speech"):
        Whisper(str(tmp_path)).transcribe(np.zeros(SAMPLE_RATE, np.float32), 0.0)


@pytest.mark.shared
def test_sound_is_mono_at_the_rate_that_is_heard(media: Path) -> None:
    ((start, samples),) = read_audio(media / "video" / "friday.mp4", 0.0)
    assert abs(start) < 0.1
    assert len(samples) / SAMPLE_RATE == pytest.approx(6.166, abs=0.1)
    assert 0.01 < np.abs(samples).max() <= 1.5
    assert list(read_audio(media / "video" / "flower.webm", 0.0))
    assert list(read_audio(media / "derived" / "vi_news_lower_thirds.mp4", 0.0)) == []
