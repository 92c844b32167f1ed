import unicodedata

import pytest

from assistant.agent.question.spelling import mend_spelling


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("is there a perosn with an umbrela", "is there a person with an umbrella"),
        ("Whats the colour of teh bycicle?", "What's the colour of the bicycle?"),
        ("does the motorbke stopp", "does the motorbike stop"),
        ("peple on the steet", "people on the street"),
        ("an ambulanze arives", "an ambulance arrives"),
        ("where r u going w/ that", "where are you going with that"),
        ("the guy w/o a hat walks thru", "the guy without a hat walks through"),
        ("doesnt it stop", "doesn't it stop"),
        ("whereeee is it", "where is it"),
        ("WHATS THE COLUOR", "WHAT'S THE COLOUR"),
        ("how many childern", "how many children"),
    ],
)
def test_english_typing_errors(typed: str, mended: str) -> None:
    assert mend_spelling(typed, "en") == mended


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("ko có ai", "không có ai"),
        ("co ai k", "co ai khong"),
        ("ng mặc áo đỏ lm j", "người mặc áo đỏ làm gì"),
        ("xe dừng ở đâu z", "xe dừng ở đâu vậy"),
        ("có bn xe đc đỗ", "có bao nhiêu xe được đỗ"),
        ("trứoc khi xe chạy wa đuờng", "trước khi xe chạy qua đường"),
        ("đâuuuu", "đâu"),
        ("nguoif dan ong", "nguoi dan ong"),
        ("Ko thấy gì hông", "Không thấy gì không"),
    ],
)
def test_vietnamese_typing_errors(typed: str, mended: str) -> None:
    assert mend_spelling(typed, "vi") == mended
    decomposed = mend_spelling(unicodedata.normalize("NFD", typed), "vi")
    assert unicodedata.normalize("NFC", decomposed) == mended


@pytest.mark.parametrize(
    "text",
    [
        'when does it say "perosn"',
        "open my_vidoe.mp4",
        "the file perosn.txt",
        "show me Perosn Street",
        "read MAX_RETRYS",
        "mp4 at 1:20 or 12x",
        "the others feel the same guess",
        "a brand new trial",
        "zxqwv",
        "",
        "   ",
    ],
)
def test_what_stays_as_typed_in_english(text: str) -> None:
    assert mend_spelling(text, "en") == text


@pytest.mark.parametrize("text", ["hoà và hòa", "anh Trường ở Đắk Lắk", "xe bus màu xanh", "cai o mau gi", "áo hồng"])
def test_what_stays_as_typed_in_vietnamese(text: str) -> None:
    assert mend_spelling(text, "vi") == text
