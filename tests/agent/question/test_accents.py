import pytest

from assistant.agent.intents import recognise
from assistant.agent.question.accents import restore_accents
from assistant.agent.question.english import EnglishPhrases
from assistant.agent.question.question import read_question
from assistant.text.fold import fold

QUESTIONS = [
    "Khi nào trọng tài rút thẻ đỏ?",
    "Con mèo trốn ở đâu?",
    "Tìm cảnh bà cụ bán rau ở chợ",
    "Có bao nhiêu chiếc xe tải trên cầu?",
    "Ai mở cửa sổ?",
    "Tàu hỏa đến ga lúc nào?",
    "Ông già ngồi trên ghế đang đọc báo phải không?",
    "Khi nào đèn chuyển sang màu xanh?",
    "Đầu bếp đang thái gì?",
    "Có lá cờ nào bay trên nóc nhà không?",
    "Chiếc thuyền màu trắng đậu ở đâu?",
    "Ai đang vẽ tranh?",
    "Trong 10 giây đầu có gì?",
    "Từ phút 2 đến phút 4 có ai vào phòng không?",
    "Nửa sau của video có mưa không?",
    "Cậu bé đá bóng vào lưới lúc nào?",
    "Sau khi tắt đèn thì sao?",
    "Diễn giả nói gì về biến đổi khí hậu?",
    "Hai người bắt tay nhau khi nào?",
    "Bảng giá ghi bao nhiêu tiền?",
    "Khán giả vỗ tay lúc nào?",
    "Cái bánh sinh nhật có mấy ngọn nến?",
    "Người phụ nữ mặc áo dài trắng đứng cạnh ai?",
    "Con khỉ lấy mất cái mũ của ai?",
    "Chị lao công quét gì trước cổng trường?",
    "Vận động viên nhảy cao bị ngã lúc nào?",
    "Nút lưu màu gì?",
    "Chiếc váy của cô dâu màu gì?",
    "Con voi uống nước ở sông lúc nào?",
    "Tìm lúc lính cứu hỏa dập lửa",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_accents_come_back(question: str) -> None:
    assert restore_accents(_bare(question)).text == question


@pytest.mark.parametrize(
    "text",
    ["xe buýt dừng o dau", "Shopee Live", "GPT-4 la gì", "ai", "", "   ", "12:30", "😀", "</s> <pad>", "xkcd qwz"],
)
def test_what_no_phrase_has_stays_as_typed(text: str) -> None:
    assert restore_accents(text).text == text


def test_a_word_that_its_neighbours_do_not_explain_is_left_open() -> None:
    assert restore_accents("dau").open_words == {"dau"}
    assert restore_accents("co dau").open_words == frozenset()


def test_case_and_marks_stay() -> None:
    assert restore_accents("XE BUYT mau Do,  Chay o DAU?").text == "XE BUÝT màu Đỏ,  Chạy ở ĐÂU?"


@pytest.mark.parametrize(
    "question",
    [
        "Giây 10 và giây 50 có gì khác nhau?",
        "Từ phút 2 đến phút 4 có ai vào phòng không?",
        "Lúc 3:20 trên màn hình viết gì?",
        "Trong 10 giây đầu có gì?",
        "Nửa sau của video có mưa không?",
        "Chú rể mặc áo màu gì?",
        "Có con cáo nào trong rừng không?",
        "Ai đang bế em bé?",
    ],
)
def test_a_question_without_accents_is_read_as_with_them(question: str) -> None:
    accented, bare = read_question(question, "vi"), read_question(_bare(question), "vi")
    assert bare.times.ranges == accented.times.ranges
    assert recognise(bare) == recognise(accented)
    assert (accented.open_words, bare.open_words) == (None, frozenset())


class _Refuses:
    """A planner that translates nothing."""

    def translate(self, text: str, *, source: str, target: str) -> str:
        return text


def test_an_open_phrase_stays_as_typed() -> None:
    english = EnglishPhrases(_Refuses(), "vi", frozenset({"dau"}))  # type: ignore[arg-type]  # no more is asked of it
    assert english("dau") == "dau"
    assert english("con chó") == "a dog"
    assert english.as_typed("lãi suất") == "lai suat"
    assert EnglishPhrases(_Refuses(), "vi").as_typed("lãi suất") == "lãi suất"  # type: ignore[arg-type]  # as above


def _bare(text: str) -> str:
    return "".join(fold(letter).upper() if letter.isupper() else fold(letter) for letter in text)
