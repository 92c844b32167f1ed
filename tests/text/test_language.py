import unicodedata

import pytest

from assistant.text.fold import fold
from assistant.text.language import detect_language

VIETNAMESE = [
    "cái ô màu gì",
    "xe bus",
    "ok cảm ơn",
    "chào bạn",
    "có ai đội mũ không",
    "mấy giờ rồi",
    "con chó",
    "tìm đoạn có con mèo",
    "người ta nói gì về ngân sách",
    "xe hơi đỏ chạy đi đâu vậy",
    "ô tô",
    "bao nhiêu người",
    "cho tôi xem cảnh có xe cứu thương",
    "trời mưa lúc nào",
    "slide thứ ba nói gì",
    "còn cái màu đen thì sao",
    "laptop của ai",
    "sau đó thì sao",
    "ai bước xuống taxi",
]
ENGLISH = [
    "dog",
    "to do list",
    "hello",
    "bus",
    "man",
    "can you see a man on the hill",
    "red car",
    "ok thanks",
    "a hat",
    "no",
    "the cat sat on a mat",
    "in a van",
    "who sang that song",
    "what about the other one",
    "how many men are there",
    "and then",
    "What does the phở sign say?",
    'When does it say "Xin chào các bạn"?',
    "Le café est fermé à midi",
    "😀",
    "",
    "12:30",
    "show me Nguyen",
    "tell me more about it",
    "yes",
    "long road",
]


@pytest.mark.parametrize("text", VIETNAMESE)
def test_vietnamese_in_any_spelling(text: str) -> None:
    assert detect_language(text) == "vi"
    assert detect_language(unicodedata.normalize("NFD", text)) == "vi"
    assert detect_language(fold(text)) == "vi"
    assert detect_language(text.upper() + " 😀") == "vi"


@pytest.mark.parametrize("text", ENGLISH)
def test_english_and_what_cannot_be_said(text: str) -> None:
    assert detect_language(text) == "en"


def test_a_text_of_quotes_alone_is_read() -> None:
    assert detect_language('"con mèo đen"') == "vi"
