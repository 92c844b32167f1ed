import numpy as np

from assistant.ingest.screen_text import ReadLine, ScreenText

TOP, BOTTOM = (10.0, 10.0, 90.0, 20.0), (10.0, 70.0, 90.0, 80.0)


def test_the_same_words_in_the_same_place_are_one_line() -> None:
    text = ScreenText("v")
    text.add([ReadLine("TIN 24H", 0.8, TOP), ReadLine("Xin chào", 0.9, BOTTOM)], 0.0)
    text.add([ReadLine("TIN 24H", 0.95, TOP)], 1.0)
    text.add([ReadLine("T1N 24H", 0.7, TOP), ReadLine("Tạm biệt", 0.9, BOTTOM)], 2.0)
    lines = text.finish(3.0)
    assert [(line.text, line.start_seconds, line.end_seconds) for line in lines] == [
        ("TIN 24H", 0.0, 3.0),
        ("Xin chào", 0.0, 1.0),
        ("Tạm biệt", 2.0, 3.0),
    ]


def test_noise_is_left_out() -> None:
    text = ScreenText("v")
    text.add([ReadLine("~", 0.99, TOP), ReadLine("texture", 0.3, BOTTOM)], 0.0)
    assert text.finish(1.0) == []


def test_only_changed_pictures_are_read() -> None:
    text = ScreenText("v")
    still = np.full((36, 64, 3), 100, np.uint8)
    written = still.copy()
    written[30:32, 10:20] = 255
    assert [text.changed(picture) for picture in (still, still + 3, written, written)] == [True, False, True, False]
