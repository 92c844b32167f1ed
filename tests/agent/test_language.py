import pytest

from assistant.text.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("When does a bus appear?", "en"),
        ("Có chiếc xe đỏ nào không?", "vi"),
        ("co xe do nao khong", "vi"),
        ("Nó đi về hướng nào?", "vi"),
        ("bus", "en"),
        ("Le café est fermé à midi", "en"),
        ("mau gi", "vi"),
        ("", "en"),
    ],
)
def test_language_of_a_question(text: str, language: str) -> None:
    assert detect_language(text) == language
