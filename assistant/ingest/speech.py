"""Hears what is said in a video where no subtitle says it, as lines whose words have times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.ingest import subtitles
from assistant.ingest.records import SpeechRecogniser
from assistant.media.audio import SAMPLE_RATE, audio_stream_count, read_audio
from assistant.media.readings import Cue
from assistant.text.fold import folded_words
from assistant.text.language import detect_language
from tools.types import Line

MERGED_GAP_SECONDS = 1.5  # between subtitles: what is said in a shorter gap belongs to one of them
NEAR_SECONDS = 2.0  # two lines of the same words this near say the same
SAME_SHARE = 0.6  # of a line's words that another line must hold to say the same
AUDIBLE = 1e-4  # of full scale; sound below it is silence

_SOUND_EFFECT = re.compile(r"[\[(♪♫].*[\])♪♫]", re.DOTALL)  # a subtitle such as [applause], which says no words


def hear(
    path: Path,
    video_id: str,
    origin_seconds: float,
    recogniser: SpeechRecogniser,
    written: Sequence[Line],
    *,
    progress: Callable[[float], None] | None = None,
    check_cancelled: Callable[[], None] = lambda: None,
) -> tuple[list[Line], list[str]]:
    """Returns the lines that are spoken in a video, and warnings.

    Every audio track is heard. What subtitles in the recogniser's language say already is neither heard nor stored
    twice, nor is what two tracks say alike.

    Args:
        path: the media file.
        video_id: of the lines.
        origin_seconds: time of the first displayed frame in the container's own time.
        recogniser: turns sound into text.
        written: the video's lines so far, of which the subtitles count.
        progress: called with the seconds of sound that were heard.
        check_cancelled: called between blocks; what it raises ends the hearing.
    """
    subtitle_lines = [line for line in written if line.source == "subtitle"]
    said_spans = list(_said_spans(subtitle_lines, recogniser.language))
    lines: list[Line] = []
    rejected: Counter[str] = Counter()
    for stream in range(audio_stream_count(path)):
        cues: list[Cue] = []
        for start, samples in read_audio(path, origin_seconds, stream):
            check_cancelled()
            unsaid = _silence(samples, start, said_spans)
            if unsaid is not None:
                transcript = recogniser.transcribe(unsaid, start)
                cues += transcript.cues
                rejected.update(transcript.rejected)
            if progress is not None:
                progress(start + len(samples) / SAMPLE_RATE)
        known = [*subtitle_lines, *lines]
        heard = [replace(line, source="speech") for line in subtitles.lines_from_cues(cues, video_id)]
        lines += [line for line in heard if not _is_said(line, known)]
    warnings = []
    if rejected:
        reasons = ", ".join(f"{count} {reason}" for reason, count in rejected.most_common())
        only = " (it knows English alone)" if recogniser.language == "en" else ""
        warnings.append(f"speech: {rejected.total()} doubtful segment(s) are left out: {reasons}{only}")
    return lines, warnings


def _said_spans(subtitle_lines: Sequence[Line], language: str | None) -> Iterator[tuple[float, float]]:
    """Yields the seconds `(start, end)` in which subtitles already say what a recogniser of one language could hear.

    A recogniser that detects languages (None) may hear another one than the subtitles', so nothing is left out.
    """
    if language is None:
        return
    current: tuple[float, float] | None = None
    for line in sorted(subtitle_lines, key=lambda line: line.start_seconds):
        if (line.language or detect_language(line.text)) != language or _SOUND_EFFECT.fullmatch(line.text.strip()):
            continue
        if current is not None and line.start_seconds <= current[1] + MERGED_GAP_SECONDS:
            current = current[0], max(current[1], line.end_seconds)
            continue
        if current is not None:
            yield current
        current = line.start_seconds, line.end_seconds
    if current is not None:
        yield current


def _silence(
    samples: NDArray[np.float32], start_seconds: float, spans: Sequence[tuple[float, float]]
) -> NDArray[np.float32] | None:
    """Returns the samples with silence in some spans of time; None if nothing audible is left."""
    end_seconds = start_seconds + len(samples) / SAMPLE_RATE
    touching = [span for span in spans if span[0] < end_seconds and span[1] > start_seconds]
    if touching:
        samples = samples.copy()
        for begin, end in touching:
            first, last = (max(0, round((second - start_seconds) * SAMPLE_RATE)) for second in (begin, end))
            samples[first:last] = 0.0
    return samples if np.abs(samples).max(initial=0.0) > AUDIBLE else None


def _is_said(line: Line, known: Sequence[Line]) -> bool:
    """Whether lines near in time hold most of a line's words already."""
    words = folded_words(line.text)
    near = {
        word
        for other in known
        if other.start_seconds < line.end_seconds + NEAR_SECONDS
        and other.end_seconds > line.start_seconds - NEAR_SECONDS
        for word in folded_words(other.text)
    }
    return bool(words) and sum(word in near for word in words) >= SAME_SHARE * len(words)
