import unicodedata

import pytest

from assistant.agent.question.glossary import is_made_of, to_english, to_vietnamese
from assistant.text.fold import fold

PHRASES = [
    ("người phụ nữ áo xanh cầm ô", "a woman in blue with an umbrella"),
    ("xe buýt dừng lại", "a bus stops"),
    ("con chó trắng chạy qua đường", "a white dog runs across the road"),
    ("có người bước xuống xe", "a person gets off a vehicle"),
    ("ba chiếc xe hơi màu đen", "three black cars"),
    ("ông già đội mũ ngồi trên ghế đá", "an old man in a hat sits on a bench"),
    ("đàn bò", "a herd of cows"),
    ("xe buýt không dừng lại", "a bus does not stop"),
    ("không có ai", "nobody"),
    ("slide cuối cùng", "the last slide"),
    ("trận đấu bóng đá", "a football match"),
    ("đèn giao thông", "the traffic light"),
    ("người giao hàng đặt thùng hàng trước cửa", "a delivery man puts a box in front of a door"),
    ("con chó con chơi với quả bóng", "a puppy plays with a ball"),
    ("nút đăng nhập", "a log in button"),
    ("người đội nón lá", "a person in a conical hat"),
]


@pytest.mark.parametrize(("vietnamese", "english"), PHRASES)
def test_vietnamese_phrases_in_english(vietnamese: str, english: str) -> None:
    glossed = to_english(vietnamese)
    assert glossed is not None
    assert (glossed.text, glossed.complete) == (english, True)


@pytest.mark.parametrize(("vietnamese", "english"), PHRASES)
def test_other_spellings_give_the_same_english(vietnamese: str, english: str) -> None:
    for spelling in (unicodedata.normalize("NFD", vietnamese), fold(vietnamese)):
        glossed = to_english(spelling)
        assert glossed is not None
        assert glossed.text == english


@pytest.mark.parametrize(
    ("vietnamese", "english"),
    [
        ("cầu thủ áo số 10 sút bóng", "a player in a shirt number 10 kicks a ball"),
        ("đèn giao thông chuyển sang màu xanh", "the traffic light changes to green"),
        ("ví dụ về hàm số", "an example about a function"),
        ("trang web bị lỗi", "a website has an error"),
        ("nữ phóng viên", "a female reporter"),
        ("hai đứa trẻ ngồi ăn kem", "two children sit and eat an ice cream"),
        ("chú hề tặng bóng bay cho em bé", "a clown gives a balloon to a child"),
        ("thuyền trôi trên biển", "a boat floats on the sea"),
        ("đỏ", "red"),
        ("trời bắt đầu tối", "dark"),
        ("logo ở góc trái màn hình", "a logo in the left screen corner"),
    ],
)
def test_phrases_with_accents(vietnamese: str, english: str) -> None:
    glossed = to_english(vietnamese)
    assert glossed is not None
    assert glossed.text == english


def test_unknown_words_stay_and_are_named() -> None:
    glossed = to_english("cửa hàng Phúc Long")
    assert glossed is not None
    assert glossed.text == "the shop Phúc Long"
    assert glossed.unknown == ("Phúc", "Long")
    assert not glossed.complete


@pytest.mark.parametrize("phrase", ["", "  ", "qwz xkk", "!!!"])
def test_nothing_known_gives_none(phrase: str) -> None:
    assert to_english(phrase) is None


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("red", "đỏ"),
        ("left", "trái"),
        ("two", "hai"),
        ("yes", "có"),
        ("a red car", "chiếc ô tô đỏ"),
        ("gets off the bus", "xuống xe buýt"),
        ("a person in orange with an umbrella", "người áo cam cầm ô"),
        ("a man in a red hat", "người đàn ông đội mũ đỏ"),
        ("two dogs", "hai con chó"),
        ("puts down the bag", "đặt túi xuống"),
        ("people are walking on the street", "người đang đi bộ trên đường phố"),
        ("a bus stops", "chiếc xe buýt dừng lại"),
        ("a gizmotron", None),
        ("", None),
        ("the dog's ball", None),
    ],
)
def test_short_answers_in_vietnamese(english: str, vietnamese: str | None) -> None:
    assert to_vietnamese(english) == vietnamese


@pytest.mark.parametrize(
    ("english", "vietnamese", "made"),
    [
        ("a woman in blue with an umbrella", "người phụ nữ áo xanh cầm ô", True),
        ("a woman with a cat", "người phụ nữ áo xanh cầm ô", False),
        ("the puppy", "con cún", True),
        ("a dog", "con cún", True),
        ("a man", "người", False),
        ("a bus does not stop", "xe buýt dừng lại", False),
        ("a bus does not stop", "xe buýt không dừng lại", True),
        ("the Phuc Long shop", "cửa hàng Phúc Long", True),
        ("when does the white dog cross the road?", "con chó trắng chạy qua đường khi nào?", True),
        ("what is your name?", "khi nào trời mưa?", False),
        ("2 cars", "hai chiếc xe hơi", True),
    ],
)
def test_translations_made_of_their_source(english: str, vietnamese: str, made: bool) -> None:
    assert is_made_of(english, vietnamese) == made
