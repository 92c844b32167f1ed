"""What the page suggests to ask first about videos of one's own."""

from types import SimpleNamespace

from tools.types import Keyframe, Line, NamedPicture
from ui.state.suggestions import suggest_first_questions


def session(lines: list[Line], named: list[str], revision: int) -> SimpleNamespace:
    keyframe = Keyframe("v", 0, 0.0, 0, 0, "")
    pictures = [NamedPicture(keyframe, 1.0, text) for text in named]
    library = SimpleNamespace(
        revision=revision, videos=lambda: [SimpleNamespace(video_id="v")], lines=lambda video_id: lines
    )
    return SimpleNamespace(library=library, names=SimpleNamespace(named_pictures=lambda video_id: pictures))


def test_questions_are_about_what_was_named_heard_and_read() -> None:
    lines = [
        Line("v", 0.0, 1.0, "speech", "Every telescope has a mirror."),
        Line("v", 1.0, 2.0, "speech", "This telescope unfolds."),
        Line("v", 1.0, 2.0, "ocr", "NASA"),
    ]
    named = ["dog; animal", "dog; animal", "umbrella"]
    assert suggest_first_questions(session(lines, named, 1), "en") == [
        "When does a dog appear?",
        "When does an umbrella appear?",
        "What is said about telescope?",
        "What is in this video?",
        "What does the text on screen say?",
        "What is this video about?",
    ]
    vietnamese = suggest_first_questions(session(lines, named, 1), "vi")
    assert vietnamese[0] == "Khi nào thấy con chó?"
    assert "Trong video nói gì về telescope?" in vietnamese


def test_of_a_video_without_text_speech_and_names_only_the_general_question_is_left() -> None:
    assert suggest_first_questions(session([], [], 2), "en") == ["What is this video about?"]
