import pytest

from assistant.text.vietnamese_syllables import is_syllable


@pytest.mark.parametrize("word", ["trước", "nghiêng", "gì", "giây", "quyển", "hoà", "hòa", "Đường", "xanh", "ở", "yêu"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["trứoc", "đuờng", "bus", "street", "nguời", "", "zô"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)
