"""The event timer: padding changes nothing, a stored timer is read whole, and a core without a timer returns None."""

from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.models.blip.event_timer import EventTimer
from assistant.models.blip.instructblip import InstructBlip

QUERIES, WIDTH = 5, 16
SECONDS = np.array([0.0, 1.0, 2.5, 3.0, 4.0])


@pytest.fixture
def timer() -> EventTimer:
    torch.manual_seed(0)
    return EventTimer(QUERIES, WIDTH, unit=2.0).half().float().eval()


def test_events_of_several_lengths_are_timed_together_as_each_alone(timer: EventTimer) -> None:
    queries, words = torch.randn(len(SECONDS), QUERIES, WIDTH), [torch.randn(n, WIDTH) for n in (2, 6, 3)]
    together = timer.time_events(queries, words, SECONDS)
    for timing, event in zip(together, words, strict=True):
        (alone,) = timer.time_events(queries, [event], SECONDS)
        assert timing.ongoing.shape == SECONDS.shape
        for a, b in ((timing.ongoing, alone.ongoing), (timing.starts, alone.starts), (timing.ends, alone.ends)):
            np.testing.assert_allclose(a, b, atol=1e-5)


def test_it_is_stored_beside_a_core_and_read_back(timer: EventTimer, tmp_path: Path) -> None:
    assert EventTimer.load(tmp_path) is None
    timer.save(tmp_path)
    read = EventTimer.load(tmp_path)
    assert read is not None
    queries, words = torch.randn(len(SECONDS), QUERIES, WIDTH), [torch.randn(4, WIDTH)]
    np.testing.assert_allclose(
        read.time_events(queries, words, SECONDS)[0].ends, timer.time_events(queries, words, SECONDS)[0].ends
    )


def test_words_are_read_alone_as_they_are_among_others(timer: EventTimer) -> None:
    words = [torch.randn(n, WIDTH) for n in (2, 6)]
    rows = torch.nn.utils.rnn.pad_sequence(words, True)
    said = torch.tensor([[1.0, 1, 0, 0, 0, 0], [1.0] * 6])
    _, event = timer(torch.randn(2, 3, QUERIES, WIDTH), rows, said, torch.arange(3.0).expand(2, -1))
    assert event.sigmoid().tolist() == pytest.approx([timer.event_probability(vectors) for vectors in words], abs=1e-5)


def test_a_text_without_a_word_is_no_event_and_stops_nobody(timer: EventTimer) -> None:
    nothing, something = torch.zeros(0, WIDTH), torch.randn(3, WIDTH)
    assert timer.event_probability(nothing) == 0.0
    queries = torch.randn(len(SECONDS), QUERIES, WIDTH)
    _, beside = timer.time_events(queries, [nothing, something], SECONDS)
    np.testing.assert_allclose(beside.ongoing, timer.time_events(queries, [something], SECONDS)[0].ongoing, atol=1e-5)


def test_times_do_not_hang_on_where_a_video_begins(timer: EventTimer) -> None:
    queries, words = torch.randn(len(SECONDS), QUERIES, WIDTH), [torch.randn(4, WIDTH)]
    (early,), (late,) = timer.time_events(queries, words, SECONDS), timer.time_events(queries, words, SECONDS + 600.0)
    np.testing.assert_allclose(early.ongoing, late.ongoing, atol=1e-4)
    np.testing.assert_allclose(early.starts + 600.0, late.starts, atol=1e-3)


def test_a_core_without_one_tells_no_times(tmp_path: Path) -> None:
    features = np.zeros((2, 4, 8), np.float16)
    core = InstructBlip(str(tmp_path))
    assert core.locate_events(["a red car stops"], features, np.array([0.0, 1.0])) is None
    assert core.event_probability("a red car stops") is None
