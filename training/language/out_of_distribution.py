"""Questions about anything but a street scene, in both languages, so that the models recognise such questions.

All of the Vietnamese ones have the same translation, a question that no picture answers.
"""

from __future__ import annotations

import random

OUT_OF_DISTRIBUTION_QUESTION = "what is your name?"
"""The translation of every out-of-distribution question."""

_THINGS = (
    ("house", "ngôi nhà"), ("coffee", "ly cà phê"), ("shoes", "đôi giày"), ("phone", "điện thoại"),
    ("book", "quyển sách"), ("film", "bộ phim"), ("school", "trường học"), ("song", "bản nhạc"),
    ("computer", "máy tính"), ("dinner", "bữa tối"), ("company", "công ty"), ("river", "dòng sông"),
    ("mountain", "ngọn núi"), ("painting", "bức tranh"), ("airport", "sân bay"), ("language", "ngôn ngữ"),
    ("medicine", "thuốc"), ("festival", "lễ hội"), ("recipe", "công thức"), ("planet", "hành tinh"),
    ("shirt", "cái áo"), ("hospital", "bệnh viện"), ("letter", "lá thư"), ("meeting", "cuộc họp"),
)  # fmt: skip
_PEOPLE = (
    ("teacher", "thầy giáo"), ("doctor", "bác sĩ"), ("singer", "ca sĩ"), ("king", "vị vua"), ("mother", "người mẹ"),
    ("writer", "nhà văn"), ("minister", "bộ trưởng"), ("engineer", "kỹ sư"), ("farmer", "nông dân"),
    ("actor", "diễn viên"), ("neighbour", "người hàng xóm"), ("manager", "giám đốc"), ("owner", "chủ nhân"),
)  # fmt: skip
_LANDS = (
    ("japan", "nhật bản"), ("italy", "nước ý"), ("china", "trung quốc"), ("spain", "tây ban nha"), ("egypt", "ai cập"),
    ("brazil", "bra-xin"), ("germany", "nước đức"), ("thailand", "thái lan"), ("hanoi", "hà nội"), ("mars", "sao hoả"),
)  # fmt: skip
_ABOUT_THINGS = (
    ("what does the {0} cost?", "{0} có giá bao nhiêu?"),
    ("who made the {0}?", "ai đã làm ra {0}?"),
    ("how old is the {0}?", "{0} bao nhiêu tuổi?"),
    ("how heavy is the {0}?", "{0} nặng bao nhiêu?"),
    ("where can i buy a {0}?", "tôi có thể mua {0} ở đâu?"),
    ("who owns the {0}?", "{0} là của ai?"),
    ("how do i repair a {0}?", "làm sao để sửa {0}?"),
    ("what brand is the {0}?", "{0} của hãng nào?"),
    ("why is the {0} so famous?", "tại sao {0} nổi tiếng?"),
    ("tell me a story about a {0}.", "kể cho tôi một câu chuyện về {0}."),
    ("is the {0} expensive?", "{0} có đắt không?"),
    ("what does {0} mean?", "{0} nghĩa là gì?"),
    ("when was the {0} invented?", "{0} được phát minh khi nào?"),
    ("recommend me a good {0}.", "giới thiệu cho tôi {0} hay."),
)
_ABOUT_PEOPLE = (
    ("what is the {0} called?", "{0} được gọi là gì?"),
    ("how old is the {0}?", "{0} bao nhiêu tuổi?"),
    ("what does the {0} think?", "{0} nghĩ gì?"),
    ("how much does the {0} earn?", "{0} kiếm được bao nhiêu tiền?"),
    ("is the {0} married?", "{0} đã kết hôn chưa?"),
    ("where was the {0} born?", "{0} sinh ra ở đâu?"),
    ("who is the {0}'s best friend?", "bạn thân của {0} là ai?"),
    ("what did the {0} study?", "{0} đã học gì?"),
    ("why is the {0} sad?", "tại sao {0} buồn?"),
    ("what is the {0}'s phone number?", "số điện thoại của {0} là gì?"),
)
_ABOUT_LANDS = (
    ("how many people live in {0}?", "bao nhiêu người sống ở {0}?"),
    ("who rules {0}?", "ai lãnh đạo {0}?"),
    ("how far is it to {0}?", "từ đây đến {0} bao xa?"),
    ("what do they eat in {0}?", "họ ăn gì ở {0}?"),
    ("is it warm in {0}?", "ở {0} có ấm không?"),
    ("what is the largest city of {0}?", "thành phố lớn nhất của {0} là gì?"),
    ("which language is spoken in {0}?", "ở {0} nói tiếng gì?"),
    ("when was {0} founded?", "{0} được thành lập khi nào?"),
)
_PLAIN = (
    ("what is two plus three?", "hai cộng ba bằng mấy?"),
    ("what is the meaning of life?", "ý nghĩa cuộc sống là gì?"),
    ("will it rain tomorrow?", "ngày mai trời có mưa không?"),
    ("how do i feel better?", "làm sao để tôi khoẻ hơn?"),
    ("do you love me?", "bạn có yêu tôi không?"),
    ("tell me a joke.", "kể một câu chuyện cười đi."),
    ("which team plays tonight?", "tối nay đội nào đá?"),
    ("what is the temperature?", "nhiệt độ là bao nhiêu?"),
    ("how tall are you?", "bạn cao bao nhiêu?"),
    ("translate this into french.", "dịch câu này sang tiếng pháp."),
    ("who invented the telephone?", "ai phát minh ra điện thoại?"),
    ("what should i cook?", "tôi nên nấu món gì?"),
    ("whose birthday is it?", "hôm nay là sinh nhật của ai?"),
    ("what was the score?", "tỉ số là bao nhiêu?"),
    ("how fast can one drive here?", "ở đây được chạy nhanh bao nhiêu?"),
    ("who recorded the sound?", "ai thu âm thanh này?"),
    ("what does it smell like?", "nó có mùi gì?"),
    ("how much money is left?", "còn lại bao nhiêu tiền?"),
)
PATTERNS = (_ABOUT_THINGS, _ABOUT_PEOPLE, _ABOUT_LANDS, _PLAIN)


def sample_out_of_distribution_question(rng: random.Random) -> tuple[str, str]:
    """Draws an out-of-distribution question: (English, Vietnamese)."""
    draw = rng.random()
    if draw < 0.2:
        return rng.choice(_PLAIN)
    patterns, names = (
        (_ABOUT_THINGS, _THINGS) if draw < 0.5 else (_ABOUT_PEOPLE, _PEOPLE) if draw < 0.78 else (_ABOUT_LANDS, _LANDS)
    )
    (english, vietnamese), (name, vi_name) = rng.choice(patterns), rng.choice(names)
    return english.format(name), vietnamese.format(vi_name)
