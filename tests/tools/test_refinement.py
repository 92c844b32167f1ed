"""Frame-exact moments on real files whose changes are known to the frame, evenly spaced or not."""

from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import pytest

from assistant.library import KeyframeRow, Library, VideoRecord
from assistant.retrieval.frame_reader import LibraryFrames
from assistant.retrieval.search import LibrarySearch
from tools.events.options import VerificationOptions
from tools.events.query import event_query, parse_event_query
from tools.events.refinement import refine_by_retrieval, refine_by_time
from tools.events.search import find_sequences
from tools.events.timing import Timing
from tools.ports import Calibration

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}
SPANS = {"red": (0.3, 1.72), "green": (1.72, 4.36), "blue": (4.36, 5.4)}
"""Seconds of each colour; before and after them it is grey."""


class Colours:
    """A picture is its mean colour less its grey; a text is a colour."""

    def __init__(self) -> None:
        self.pictures = 0

    def embed_texts(self, texts):
        return self._unit(np.array([COLOURS[text] for text in texts], np.float32))

    def embed_images(self, images):
        self.pictures += len(images)
        return self._unit(np.stack([image.reshape(-1, 3).mean(0) for image in images]).astype(np.float32))

    def _unit(self, rows):
        rows = rows - rows.min(axis=1, keepdims=True) + 1e-3
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _times(even: bool) -> list[float]:
    rng = np.random.default_rng(0)
    steps = np.full(150, 0.04) if even else rng.choice([0.012, 0.035, 0.073], 150)
    return [round(float(t), 3) for t in np.concatenate([[0.0], np.cumsum(steps)[:-1]])]


def _shown(at: float) -> tuple[int, int, int]:
    return next((COLOURS[name] for name, (start, end) in SPANS.items() if start <= at < end), (110, 110, 110))


def _write(path, times) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"g": "40", "crf": "16"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for at in times:
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), _shown(at), np.uint8), "rgb24")
            frame.pts, frame.time_base = round(at * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _keyframes(times) -> list[int]:
    indexes: list[int] = []
    for i, at in enumerate(times):
        if not indexes or at - times[indexes[-1]] >= 0.95:
            indexes.append(i)
    return indexes


@pytest.fixture(params=["even", "uneven"])
def searched(request, tmp_path):
    """A video of colours with a keyframe about each second, and the times of all its frames."""
    times = _times(request.param == "even")
    path = tmp_path / "clip.mp4"
    _write(path, times)
    indexes, encoder = _keyframes(times), Colours()
    library = Library(tmp_path / "library", embedder="colours")
    with library.writer() as writer:
        draft = writer.begin(path)
        pictures = [np.full((8, 8, 3), _shown(times[i]), np.uint8) for i in indexes]
        rows = [KeyframeRow(i, times[i], round(times[i] * 1000), 0, i) for i in indexes]
        draft.add_keyframes(rows, encoder.embed_images(pictures), None)
        draft.commit(VideoRecord(times[-1], 64, 48, "1/1000", len(times)))
    encoder.pictures = 0
    yield LibrarySearch(library, encoder, Calibration(0.8, 30.0)), encoder, times, path
    library.close()


def test_start_end_and_best_frame_are_exact_to_the_frame(searched) -> None:
    search, _, times, _ = searched
    asked = event_query(["red", "green", "blue"])
    (sequence,) = find_sequences(search, asked)
    refined = refine_by_retrieval(sequence, asked, search, LibraryFrames(search))
    for moment, (start, end) in zip(refined.moments, SPANS.values(), strict=True):
        assert moment.start_seconds == pytest.approx(min(t for t in times if t >= start), abs=2e-3)
        assert moment.end_seconds == pytest.approx(min((t for t in times if t >= end), default=times[-1]), abs=2e-3)
        assert moment.seconds == pytest.approx(times[moment.frame_index], abs=2e-3)
        assert moment.score >= 0.9
    assert (refined.score, refined.certified) == (sequence.score, sequence.certified)
    assert any(a.start_seconds != b.start_seconds for a, b in zip(sequence.moments, refined.moments, strict=True))


def test_order_and_limits_hold_for_single_frames(searched) -> None:
    search, *_ = searched
    asked = parse_event_query("red, then within 2 seconds green, then at least 2 seconds later blue")
    (sequence,) = find_sequences(search, asked)
    moments = refine_by_retrieval(sequence, asked, search, LibraryFrames(search)).moments
    gaps = [b.seconds - a.seconds for a, b in pairwise(moments)]
    assert 0 < gaps[0] <= 2.0 + 1e-3
    assert gaps[1] >= 2.0 - 1e-3


def test_a_missed_event_stays_missed(searched) -> None:
    search, encoder, *_ = searched
    asked = event_query(["red", "white", "blue"])
    encoder.embed_texts = lambda texts: (
        encoder._unit(np.array([COLOURS.get(text, (-9, -9, -8)) for text in texts], np.float32))
        * np.array([[1.0 if text in COLOURS else 0.0] for text in texts], np.float32)
    )
    (sequence,) = find_sequences(search, asked)
    refined = refine_by_retrieval(sequence, asked, search, LibraryFrames(search))
    assert [m.missed for m in refined.moments] == [False, True, False]
    assert refined.moments[1].seconds is None


def test_the_work_is_bounded(searched) -> None:
    search, encoder, times, _ = searched
    asked = event_query(["red"])
    sequence = find_sequences(search, asked)[0]
    refine_by_retrieval(sequence, asked, search, LibraryFrames(search), VerificationOptions(refine_frames_per_second=4))
    assert 0 < encoder.pictures <= 4 * 4
    encoder.pictures = 0
    refine_by_retrieval(sequence, asked, search, LibraryFrames(search))
    assert 16 < encoder.pictures < len(times)


def test_a_file_that_is_gone_leaves_the_moments(searched, caplog) -> None:
    search, _, _, path = searched
    asked = event_query(["red", "blue"])
    (sequence,) = find_sequences(search, asked)
    path.unlink()
    assert refine_by_retrieval(sequence, asked, search, LibraryFrames(search)) == sequence
    assert "no such file" in caplog.text


class Clock:
    """A core whose features are mean colours, and whose event timer knows when each colour shows."""

    has_event_timer = True

    def __init__(self) -> None:
        self.read: list[float] = []

    def features(self, images):
        return np.stack([image.reshape(-1, 3).mean(0) for image in images]).astype(np.float16)

    def locate_events(self, events, features, seconds):
        self.read += seconds.tolist()
        (event,) = events
        near = np.abs(features.astype(float) - np.array(COLOURS[event])).max(axis=1) < 25
        start, end = SPANS[event]
        return [Timing(seconds, near * 0.9, np.full(len(seconds), start), np.full(len(seconds), end))]


def test_the_event_timer_reads_single_frames_around_what_was_found(searched) -> None:
    search, _, times, _ = searched
    asked, clock = event_query(["red", "green", "blue"]), Clock()
    (sequence,) = find_sequences(search, asked)
    timed = refine_by_time(
        sequence, asked, search, LibraryFrames(search, clock), VerificationOptions(relocate_around_seconds=1.0)
    )
    for moment, (start, end) in zip(timed.moments, SPANS.values(), strict=True):
        assert (moment.start_seconds, moment.end_seconds) == pytest.approx((start, end))
        assert start - 2e-3 <= moment.seconds <= end
        assert moment.seconds == pytest.approx(times[moment.frame_index], abs=2e-3)
    assert (timed.score, timed.certified) == (sequence.score, sequence.certified)
    assert len(clock.read) <= 4 * 3 * (3.0 + 2 * 2.0), "a few frames a second"


def test_no_event_is_moved_past_its_neighbour_or_out_of_its_limits(searched) -> None:
    search, *_ = searched
    frames = LibraryFrames(search)

    def at(seconds: dict[str, float]):
        def locate_event(event, **where):
            times = np.array([seconds[event]])
            return np.array([7]), Timing(times, np.array([0.9]), times, times + 1.0)

        frames.locate_event = locate_event
        return [moment.seconds for moment in refine_by_time(sequence, asked, search, frames).moments]

    asked = parse_event_query("red, then at least 2 seconds later blue")
    (sequence,) = find_sequences(search, asked)
    before = [moment.seconds for moment in sequence.moments]
    assert at({"red": 1.2, "blue": 4.6}) == [1.2, 4.6]
    assert at({"red": 3.0, "blue": 3.0}) == before
    assert at({"red": 1.2, "blue": 3.1}) == before


def test_without_an_event_timer_or_the_file_everything_stays(searched) -> None:
    search, _, _, path = searched
    asked = event_query(["red", "blue"])
    (sequence,) = find_sequences(search, asked)
    assert refine_by_time(sequence, asked, search, LibraryFrames(search)) == sequence
    path.unlink()
    assert refine_by_time(sequence, asked, search, LibraryFrames(search, Clock())) == sequence
