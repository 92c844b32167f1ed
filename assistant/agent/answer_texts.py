"""The texts of answers in both languages, and how their values are filled in.

`{count:picture}` in an English text, and `{count:hình}` in its Vietnamese one, stands for a number with its noun.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

from assistant.text.quantities import count_noun

if TYPE_CHECKING:
    from assistant.text.language import Language

_TEXTS: dict[str, dict[Language, str]] = {
    # --- Words between times and names
    "in": {"en": "in", "vi": "trong"},
    "and": {"en": "and", "vi": "và"},
    "at": {"en": "at {time}", "vi": "lúc {time}"},
    "span": {"en": "{start} to {end}", "vi": "{start} đến {end}"},
    # --- What was seen
    "yes": {"en": "yes", "vi": "có"},
    "no": {"en": "no", "vi": "không"},
    "none": {"en": "none", "vi": "không có"},
    "moments": {"en": "Seen at {where}.", "vi": "Thấy lúc {where}."},
    "answer": {"en": "{answer} ({where}).", "vi": "{answer} ({where})."},
    "answer_spoken": {"en": "{answer}, {where}.", "vi": "{answer}, {where}."},
    "verdict": {"en": "{verdict}, {statement}", "vi": "{verdict}, {statement}"},
    "in_some": {
        "en": "{verdict}, in {where}; not in the other {count:video}.",
        "vi": "{verdict}, trong {where}; {count:video} còn lại thì không.",
    },
    "in_some_not_one": {
        "en": "{verdict}, in {where}; not in the other video.",
        "vi": "{verdict}, trong {where}; video còn lại thì không.",
    },
    "otherwise": {"en": "the {thing} that I see is {colour}", "vi": "{thing} tôi thấy có màu {colour}"},
    "absent": {
        "en": "{answer}: none of the {count:picture} I checked shows it.",
        "vi": "{answer}: không hình nào trong {count:hình} tôi đã xem cho thấy điều đó.",
    },
    "absent_of": {
        "en": "{answer}: none of the {count} of {total:picture} I checked shows it.",
        "vi": "{answer}: không hình nào trong {count}/{total:hình} tôi đã xem cho thấy điều đó.",
    },
    "counted_none": {
        "en": "{counted}: none of the {count:picture} I checked shows any.",
        "vi": "{counted}: không hình nào trong {count:hình} tôi đã xem cho thấy.",
    },
    "colour": {"en": "{colour}", "vi": "màu {colour}"},
    "duration": {"en": "about {length}", "vi": "khoảng {length}"},
    "reason": {"en": "{answer}: {reason}", "vi": "{answer}: {reason}"},
    "first": {"en": "{first} first, then {second}", "vi": "{first} trước, rồi đến {second}"},
    "why": {
        "en": "What I see around it: {seen}. Why it is so, I cannot tell.",
        "vi": "Quanh lúc đó tôi thấy: {seen}. Vì sao thì tôi không biết chắc.",
    },
    "why_unseen": {
        "en": "I cannot tell why: nothing that I see around it gives a reason.",
        "vi": "Tôi không biết vì sao: quanh lúc đó tôi không thấy điều gì giải thích được.",
    },
    "differs": {"en": "{parts}.", "vi": "{parts}."},
    "which": {"en": "{parts}. Which one do you mean?", "vi": "{parts}. Bạn muốn hỏi cái nào?"},
    "placed": {"en": "{question} at {clock} in {video}?", "vi": "{question} lúc {clock} trong {video}?"},
    "unseen": {"en": " Not seen: {what}.", "vi": " Không thấy: {what}."},
    "unsure": {"en": " I cannot tell: {what}.", "vi": " Không chắc: {what}."},
    "what_was_asked": {"en": "what was asked about", "vi": "điều được hỏi"},
    "only": {"en": " Only {where}: {what}.", "vi": " Chỉ có {where}: {what}."},
    "alike": {"en": " I see no difference.", "vi": " Tôi không thấy khác biệt."},
    "unusual": {"en": "Least like the rest: {parts}.", "vi": "Khác với phần còn lại nhất: {parts}."},
    "sequence": {"en": "In {video}: {where}.", "vi": "Trong {video}: {where}."},
    "event_number": {"en": "event {number}", "vi": "sự kiện {number}"},
    "missed": {"en": "{event} not found", "vi": "không tìm thấy {event}"},
    "lines": {"en": "It says {where}.", "vi": "Chữ đọc được: {where}."},
    "no_text": {"en": "I found no such text.", "vi": "Tôi không tìm thấy chữ như vậy."},
    "untold": {
        "en": "I cannot put it into English; it is to be seen at {where}.",
        "vi": "Tôi chưa diễn đạt được bằng tiếng Việt; bạn xem lúc {where} nhé.",
    },
    # --- What is not known
    "unknown": {"en": "I don't know.", "vi": "Tôi không biết."},
    "nearest": {"en": " The nearest moments: {where}.", "vi": " Những lúc gần nhất: {where}."},
    "outside": {
        "en": "I cannot tell: these pictures are unlike anything that the models of this profile were trained on. "
        "Text on screen and subtitles can be searched all the same.",
        "vi": "Tôi không thể biết: những hình này không giống những gì mô hình của cấu hình này đã học. "
        "Vẫn có thể tìm chữ trên màn hình và phụ đề.",
    },
    "named": {"en": "Recognised in these pictures: {parts}.", "vi": "Nhận ra trong những hình này: {parts}."},
    "recognised": {"en": "a classifier recognises: {names}", "vi": "bộ nhận dạng thấy: {names}"},
    "named_by": {
        "en": " This rests on a classifier of 1,000 kinds of things; the official models see more.",
        "vi": " Câu trả lời dựa vào một bộ nhận dạng 1.000 loại sự vật; mô hình chính thức nhìn được nhiều hơn.",
    },
    "coverage": {
        "en": " I looked at {known} of {total:video}; {outside} unlike what the models know.",
        "vi": " Tôi đã xem {known}/{total:video}; {outside} không giống những gì mô hình đã học.",
    },
    "are_outside": {"en": "{count} are", "vi": "{count:video}"},
    "is_outside": {"en": "{count} is", "vi": "{count:video}"},
    "cannot_tell": {"en": "I cannot tell: {reason}.", "vi": "Tôi không biết: {reason}."},
    "tell_picture": {"en": "no picture shows that", "vi": "không hình nào cho thấy điều đó"},
    "tell_plate": {
        "en": "number plates cannot be read in these pictures",
        "vi": "không đọc được biển số xe trong những hình này",
    },
    "tell_price": {"en": "no picture shows what it costs", "vi": "không hình nào cho thấy giá tiền"},
    "tell_name": {"en": "a picture does not show a name", "vi": "hình ảnh không cho biết tên"},
    "tell_breed": {
        "en": "I recognise the kind of animal, not its breed",
        "vi": "tôi chỉ nhận ra loài vật, không phân biệt được giống",
    },
    "tell_person": {
        "en": "the pictures do not show enough of the person",
        "vi": "hình ảnh không cho thấy đủ rõ về người đó",
    },
    "tell_line": {
        "en": "no number or destination can be read on it",
        "vi": "không đọc được số hiệu hay nơi đến trên đó",
    },
    "tell_hours": {"en": "no picture shows the opening hours", "vi": "không hình nào cho thấy giờ mở cửa"},
    "tell_mind": {
        "en": "a picture does not show what somebody thinks or feels",
        "vi": "hình ảnh không cho biết ai đó nghĩ gì hay cảm thấy gì",
    },
    "tell_sound": {
        "en": "I see pictures and read text, I hear nothing",
        "vi": "tôi xem hình và đọc chữ, không nghe được",
    },
    "tell_future": {"en": "the videos show only what was recorded", "vi": "video chỉ cho thấy những gì đã được quay"},
    # --- The conversation
    "unread": {
        "en": "I did not understand the time {times}.",
        "vi": "Tôi không hiểu mốc thời gian {times}.",
    },
    "reading": {"en": "I read this as: {reading}.", "vi": "Tôi hiểu câu hỏi là: {reading}."},
    "readings": {"en": "What do you mean: {first}, or {second}?", "vi": "Ý bạn là: {first}, hay {second}?"},
    "left_out": {
        "en": "That was more than I answer at once; ask again: {parts}.",
        "vi": "Bạn hỏi nhiều hơn số câu tôi trả lời một lần; hãy hỏi lại: {parts}.",
    },
    "removed": {
        "en": "The video {video} is no longer in the library; ask about another one.",
        "vi": "Video {video} không còn trong thư viện; hãy hỏi về video khác.",
    },
    "out_of_scope": {
        "en": "I can only answer about your videos.",
        "vi": "Tôi chỉ trả lời được về các video của bạn.",
    },
    "greeting": {
        "en": "Hello! What would you like to know about your videos?",
        "vi": "Chào bạn! Bạn muốn hỏi gì về các video của mình?",
    },
    "how_are_you": {
        "en": "Hello, I am fine, thank you! What would you like to know about your videos?",
        "vi": "Chào bạn, mình vẫn khoẻ, cảm ơn bạn! Bạn muốn hỏi gì về các video của mình?",
    },
    "thanks": {
        "en": "You're welcome, glad to help! Ask me anything else about your videos.",
        "vi": "Rất vui được giúp bạn, không có gì đâu! Bạn cứ hỏi tiếp về các video nhé.",
    },
    "praise": {
        "en": "Glad to hear that! Ask me anything else about your videos.",
        "vi": "Nghe vậy mình vui lắm! Bạn cứ hỏi tiếp về các video nhé.",
    },
    "complaint": {
        "en": "Sorry, I got that wrong. Try other words, or name the video or the time.",
        "vi": "Xin lỗi, mình trả lời chưa đúng. Bạn thử hỏi cách khác, hoặc nêu rõ video hay thời điểm nhé.",
    },
    "who_are_you": {
        "en": "I am an assistant that looks through your videos and answers questions about them, with the pictures "
        "that prove it.",
        "vi": "Mình là trợ lý xem các video của bạn và trả lời câu hỏi về chúng, kèm những hình làm bằng chứng.",
    },
    "abilities": {
        "en": "Ask me about your videos: when something happens, who or what is to be seen, how many, what colour, "
        "where, for how long, what is written or said. I find the moments and show them.",
        "vi": "Bạn có thể hỏi về các video: việc gì xảy ra khi nào, có ai hay có gì, bao nhiêu, màu gì, ở đâu, "
        "trong bao lâu, chữ viết hay lời nói nào. Mình tìm và cho xem đúng lúc đó.",
    },
    "farewell": {"en": "Goodbye, see you next time!", "vi": "Tạm biệt, hẹn gặp lại bạn!"},
    # --- The library
    "empty": {
        "en": "I don't know: the library holds no video yet.",
        "vi": "Tôi không biết: thư viện chưa có video nào.",
    },
    "video_count": {"en": "{count:video}: {names}.", "vi": "{count:video}: {names}."},
    "video_length": {"en": "{video} is {length} long", "vi": "{video} dài {length}"},
    "total_length": {"en": " Together: {length}.", "vi": " Tổng cộng: {length}."},
    "no_video_shows": {
        "en": "None of the {total:video}: none of the {count:picture} I checked shows it.",
        "vi": "Không có video nào trong {total:video}: không hình nào trong {count:hình} tôi đã xem cho thấy điều đó.",
    },
    "side_left": {"en": "left", "vi": "bên trái"},
    "side_right": {"en": "right", "vi": "bên phải"},
    "shown_in": {"en": "Seen in {videos}.", "vi": "Thấy trong {videos}."},
    "not_shown_in": {
        "en": "not in {video} (none of the {count:picture} I checked shows it)",
        "vi": "trong {video} thì không có (không hình nào trong {count:hình} tôi đã xem)",
    },
    "every_video_shows": {
        "en": "None: every video shows it ({where}).",
        "vi": "Không có video nào: video nào cũng có ({where}).",
    },
    "nothing_recorded": {
        "en": "no video was recorded between {start} and {end}; those of the library are from {first} to {last}",
        "vi": "không có video nào được quay từ {start} đến {end}; các video trong thư viện từ {first} đến {last}",
    },
    # --- The steps of the assistant
    "say_understand": {"en": "Understanding the question: {what}", "vi": "Đang hiểu câu hỏi: {what}"},
    "say_find_frames": {"en": "Looking for frames that match: {what}", "vi": "Đang tìm khung hình khớp với: {what}"},
    "say_find_events": {
        "en": "Looking for events in this order: {what}",
        "vi": "Đang tìm các sự kiện theo thứ tự: {what}",
    },
    "say_read_text": {"en": "Reading the text: {what}", "vi": "Đang đọc chữ: {what}"},
    "say_describe": {"en": "Describing what is seen", "vi": "Đang mô tả những gì thấy được"},
    "say_find_unusual": {
        "en": "Looking for what is unlike the rest",
        "vi": "Đang tìm điều khác với phần còn lại",
    },
    "say_ground": {"en": "Pointing at: {what}", "vi": "Đang chỉ ra: {what}"},
    "say_count": {"en": "Counting: {what}", "vi": "Đang đếm: {what}"},
    "say_look": {"en": "Looking at {what:picture}", "vi": "Đang xem {what:hình}"},
    "say_time": {
        "en": "Looking at pictures in a row for when: {what}",
        "vi": "Đang xem nhiều hình liên tiếp để biết khi nào: {what}",
    },
    "say_verify": {"en": "Checking {what:picture} one by one", "vi": "Đang kiểm tra từng hình trong {what:hình}"},
}


class _Filler(string.Formatter):
    """Fills in values; a number whose place names a noun is written with it."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        return count_noun(int(value), format_spec, self._language) if format_spec else str(value)


def say(key: str, language: Language, **values: object) -> str:
    """Returns the text `key` with its values."""
    return _Filler(language).vformat(_TEXTS[key][language], (), values)
