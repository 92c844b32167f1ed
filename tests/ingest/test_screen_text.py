import numpy as np
import pytest

from assistant.ingest.options import ScreenTextOptions
from assistant.ingest.screen_text import ScreenTextTracker
from assistant.ingest.text_gate import FrameToRead, TextGate
from assistant.media.readings import ReadLine, Region

OPTIONS = ScreenTextOptions()
TOP, BOTTOM = (10.0, 10.0, 90.0, 20.0), (10.0, 70.0, 90.0, 80.0)
BLANK = np.full((100, 160, 3), 90, np.uint8)


class Board:
    """A reader of pictures on which a line is a bright bar: the darker its stripes, the other its words."""

    def __init__(self, *words: tuple[str, float]) -> None:
        self.words = words
        self.asked = 0

    def picture(self, *places: tuple[int, tuple[float, float, float, float]]) -> np.ndarray:
        picture = BLANK.copy()
        for number, (x0, y0, x1, y1) in places:
            picture[int(y0) : int(y1), int(x0) : int(x1)] = 255
            picture[int(y0) : int(y1), int(x0) : int(x1) : number + 2] = 10 * number
        return picture

    def detect(self, image):
        return [Region.from_box(box) for box in (TOP, BOTTOM) if image[int(box[1]), int(box[0]) + 1].max() > 200]

    def recognise(self, image, regions):
        self.asked += len(regions)
        numbers = [image[int(region.box[1]), int(region.box[0])].max() // 10 for region in regions]
        return [ReadLine(*self.words[n], region) for n, region in zip(numbers, regions, strict=True)]


def _lines(board: Board, *pictures: np.ndarray) -> list[tuple[str, float, float]]:
    text = ScreenTextTracker("v", board, OPTIONS)
    for seconds, picture in enumerate(pictures):
        text.read_frame(FrameToRead(float(seconds), picture, picture[::3, ::3], ()))
    return [(line.text, line.start_seconds, line.end_seconds) for line in text.finish(float(len(pictures)))]


def test_the_same_words_in_the_same_place_are_one_line_and_are_read_once() -> None:
    board = Board(("TIN 24H", 0.9), ("Xin chào", 0.9), ("Tạm biệt", 0.9))
    pictures = [board.picture((0, TOP), (1, BOTTOM)), board.picture((0, TOP)), board.picture((0, TOP), (2, BOTTOM))]
    assert _lines(board, *pictures) == [("TIN 24H", 0.0, 3.0), ("Xin chào", 0.0, 1.0), ("Tạm biệt", 2.0, 3.0)]
    assert board.asked == 3


def test_a_line_that_was_missed_once_goes_on() -> None:
    board = Board(("TIN 24H", 0.9))
    assert _lines(board, board.picture((0, TOP)), BLANK, board.picture((0, TOP))) == [("TIN 24H", 0.0, 3.0)]


def test_the_best_reading_of_a_line_is_kept() -> None:
    board = Board(("T1N 24H", 0.7), ("TIN 24H", 0.95))
    assert _lines(board, board.picture((0, TOP)), board.picture((1, TOP))) == [("TIN 24H", 0.0, 2.0)]


def test_another_letter_is_read_again() -> None:
    board = Board(("page 1", 0.9), ("page 2", 0.9))
    first = board.picture((0, TOP))
    second = first.copy()
    second[10:20, 80:90] = 0
    board.recognise = lambda image, regions: [  # type: ignore[method-assign]
        ReadLine("page one" if image[12, 85].max() else "page two is here", 0.9, r) for r in regions
    ]
    assert [text for text, _, _ in _lines(board, first, second)] == ["page one", "page two is here"]


@pytest.mark.parametrize("junk", [("~", 0.99), ("texture", 0.3)])
def test_noise_is_left_out(junk: tuple[str, float]) -> None:
    board = Board(junk)
    assert _lines(board, board.picture((0, TOP))) == []


def test_a_line_starts_with_the_frame_from_which_its_place_looks_so() -> None:
    picture = BLANK.copy()
    picture[10:20, 10:90] = 255
    small, before = picture[::3, ::3], BLANK[::3, ::3]
    frame = FrameToRead(2.0, picture, small, ((1.2, before), (1.4, before), (1.6, small), (1.8, small)))
    assert frame.find_start(TOP, OPTIONS.changed_cell) == 1.6
    assert frame.find_start(BOTTOM, OPTIONS.changed_cell) == 1.2


class _Frame:
    def __init__(self, seconds: float, bright: bool, noise: int = 0) -> None:
        self.seconds = seconds
        self.small = np.full((36, 64, 3), 100 + noise, np.uint8)
        if bright:
            self.small[30:32, 10:20] = 255


def _read(frames, keyframes=()) -> list[float]:
    """When pictures are read, with keyframes at the given times."""
    gate, read = TextGate(1.0, OPTIONS), []

    def take(frame) -> None:
        read.append(frame.seconds)
        gate.prepare(frame, frame.small)

    for frame in gate.watch(frames, take):
        if frame.seconds in keyframes and gate.should_read_keyframe(frame, 0):
            take(frame)
    return read


def test_what_appears_between_keyframes_is_read_once_it_stands_still() -> None:
    frames = [_Frame(i / 8, i >= 4) for i in range(16)]
    assert _read(frames, keyframes=(0.0, 1.0)) == [0.0, 0.75]


def test_keyframes_that_changed_nothing_are_not_read() -> None:
    frames = [_Frame(i / 10, False, noise=i % 3) for i in range(30)]
    assert _read(frames, keyframes=(0.0, 1.0, 2.0)) == [0.0]


def test_what_moves_all_the_time_is_read_at_keyframes_alone() -> None:
    frames = [_Frame(i / 10, False, noise=20 * (i % 5)) for i in range(30)]
    assert _read(frames, keyframes=(0.0, 1.1, 2.2)) == [0.0, 1.1, 2.2]
