"""Narrated evidence: a short film that shows each keyframe while the voice talks about it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.media.audio import SAMPLE_RATE, read_audio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.models.voice import Voice
    from assistant.text.language import Language

WIDTH, HEIGHT = 640, 360  # pixels
FRAMES_PER_SECOND = 5  # the pictures stand still; so many are enough for a player to seek
PAUSE_SECONDS = 0.35  # after each part
AUDIO_BLOCK = 1024  # samples per AAC frame


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a narration: its words, and the picture shown meanwhile."""

    words: str
    image: Path | None  # None keeps the picture before


@dataclass(frozen=True, slots=True)
class Narration:
    """A film (mp4) and the times at which its parts are spoken."""

    path: Path
    cues: tuple[tuple[float, float, str], ...]  # start and end in seconds, words
    notice: str | None  # set if the offline voice replaced the online one


def narrate(parts: Sequence[Part], language: Language, voice: Voice, folder: Path, *, speed: float = 1.0) -> Narration:
    """Speaks the parts one after the other over their pictures; films are cached in `folder`.

    Args:
        parts: in the order in which they are spoken.
        language: of the words.
        voice: speaks the words.
        folder: the cache.
        speed: of the speech, from 0.5 to 2; the pitch stays the same.

    Raises:
        VideoAssistantError: there are no words to speak, or no voice works.
    """
    speeches = [voice.speak(part.words, language) for part in parts]
    sounds = [_read_sound(speech.path, speed) for speech in speeches]
    cues, now = [], 0.0
    for part, samples in zip(parts, sounds, strict=True):
        cues.append((now, now + len(samples) / SAMPLE_RATE, part.words))
        now += len(samples) / SAMPLE_RATE
    key = "\0".join(f"{speech.path.name} {part.image}" for speech, part in zip(speeches, parts, strict=True))
    name = hashlib.blake2b(f"{key}\0{speed}".encode(), digest_size=12).hexdigest()
    path = folder / f"{name}.mp4"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(path, [part.image for part in parts], sounds)
    notices = [speech.notice for speech in speeches if speech.notice]
    return Narration(path, tuple(cues), notices[0] if notices else None)


def _read_sound(path: Path, speed: float) -> NDArray[np.float32]:
    """A spoken file, mono in [-1, 1] at `SAMPLE_RATE`, with a pause at its end."""
    pieces = [samples for _, samples in read_audio(path, 0.0)]
    whole = np.concatenate([*pieces, np.zeros(0, np.float32)])
    return np.concatenate([_change_speed(whole, speed), np.zeros(round(PAUSE_SECONDS * SAMPLE_RATE), np.float32)])


def _change_speed(samples: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
    """The samples spoken faster or slower at the same pitch."""
    if speed == 1.0 or not len(samples):
        return samples
    import av
    import av.filter

    graph = av.filter.Graph()
    base = Fraction(1, SAMPLE_RATE)
    source = graph.add_abuffer(sample_rate=SAMPLE_RATE, format="flt", layout="mono", time_base=base)
    pace, sink = graph.add("atempo", f"{speed:g}"), graph.add("abuffersink")
    source.link_to(pace)
    pace.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, base
    graph.push(frame)
    graph.push(None)
    blocks = []
    while True:
        try:
            blocks.append(np.asarray(graph.pull().to_ndarray(), np.float32).reshape(-1))
        except (av.BlockingIOError, av.EOFError):
            return np.concatenate(blocks)


def _write(path: Path, images: Sequence[Path | None], sounds: Sequence[NDArray[np.float32]]) -> None:
    """Writes the film under a temporary name and renames it once it is complete."""
    import av

    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".mp4")
    os.close(handle)
    part = Path(name)
    try:
        with av.open(str(part), "w", options={"movflags": "faststart"}) as target:
            film = target.add_stream(
                "libx264", rate=FRAMES_PER_SECOND, options={"preset": "veryfast", "tune": "stillimage"}
            )
            film.width, film.height, film.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            track = target.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
            _write_pictures(target, film, images, sounds)
            _write_sound(target, track, np.concatenate(sounds))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_pictures(
    target: Any, film: Any, images: Sequence[Path | None], sounds: Sequence[NDArray[np.float32]]
) -> None:
    import av

    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    end_frame = written = 0.0
    for image, samples in zip(images, sounds, strict=True):
        picture = picture if image is None else _fit_picture(image)
        end_frame += len(samples) / SAMPLE_RATE * FRAMES_PER_SECOND
        while written < end_frame:
            target.mux(film.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
            written += 1
    target.mux(film.encode())


def _write_sound(target: Any, track: Any, samples: NDArray[np.float32]) -> None:
    import av

    for start in range(0, len(samples), AUDIO_BLOCK):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + AUDIO_BLOCK], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        target.mux(track.encode(frame))
    target.mux(track.encode())


def _fit_picture(image: Path) -> NDArray[np.uint8]:
    """The picture scaled into the film's size on a black ground; all black if its file is gone."""
    from PIL import Image, ImageOps

    if not image.is_file():
        return np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    with Image.open(image) as file:
        return np.asarray(ImageOps.pad(file.convert("RGB"), (WIDTH, HEIGHT)))
