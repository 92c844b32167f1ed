"""What to ask: example questions that the assistant understands as they stand, and what it does with them."""

from __future__ import annotations

from assistant.text.language import Language

TEXTS: dict[str, dict[Language, str]] = {
    "guide_intro": {
        "en": "Questions that the demo clips can answer; click one to ask it. "
        "A follow-up such as “What colour is it?” is about the last answer.",
        "vi": "Đây là những câu hỏi có thể hỏi về các clip mẫu; bấm vào một câu để hỏi. "
        "Câu hỏi tiếp theo, chẳng hạn “Nó màu gì?”, nói về câu trả lời vừa rồi.",
    },
    "guide_limits": {
        "en": "The bundled models know the rendered street world of the demo clips. In other videos they hear English "
        "speech, read text on screen, find what is said by its meaning, and name some of a thousand kinds of things; "
        "about the rest they say that they cannot tell.",
        "vi": "Các mô hình đi kèm biết thế giới đường phố dựng sẵn của các clip mẫu. Với video khác, chúng nghe được "
        "tiếng Anh, đọc chữ trên màn hình, tìm lời nói theo ý nghĩa và nhận ra một số trong một nghìn loại sự vật; "
        "ngoài ra, chúng sẽ nói là không biết.",
    },
    "ask_when_seen": {"en": "When does {thing} appear?", "vi": "Khi nào thấy {thing}?"},
    "ask_what_is_said": {"en": "What is said about {topic}?", "vi": "Trong video nói gì về {topic}?"},
    "ask_what_is_there": {"en": "What is in this video?", "vi": "Trong video này có gì?"},
}

EXAMPLES: dict[Language, tuple[str, ...]] = {
    "en": (
        "When does a bus appear?",
        "How many people are there at the start?",
        "First a dog runs by, then a car stops: when?",
        "What is this video about?",
        "Biển hiệu viết gì?",
    ),
    "vi": (
        "Khi nào xe buýt xuất hiện?",
        "Có bao nhiêu người lúc đầu?",
        "Có chiếc xe đỏ nào không?",
        "Video này nói về gì?",
        "Biển hiệu viết gì?",
    ),
}
"""Questions about the demo clips."""

OTHER_EXAMPLES: dict[Language, tuple[str, ...]] = {
    "en": ("What does the text on screen say?", "What is this video about?"),
    "vi": ("Chữ trên màn hình viết gì?", "Video này nói về gì?"),
}
"""Questions about any video."""

GUIDE: dict[Language, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "en": (
        (
            "When, where, whether",
            "Finds keyframes by meaning, checks each one, and gives the times.",
            ("When does a bus appear?", "Is there a red car?", "Is it raining?"),
        ),
        (
            "How many, what colour",
            "Looks at the frames of the time that you name.",
            ("How many people are there at the start?", "What colour is the bus?"),
        ),
        (
            "Events in order",
            "Finds one moment for each event; one may be missing. "
            "Correct it in words: “without the dog”, “the second one is later”.",
            ("First a dog runs by, then a bus stops: when?", "What happened before the bus left?"),
        ),
        (
            "Text and speech",
            "Reads text on screen and subtitles; missing accents and typos do no harm.",
            ("What does the sign say?", "Biển hiệu viết gì?"),
        ),
        (
            "The whole video",
            "Describes the video part by part.",
            ("What is this video about?", "What happens at the end?"),
        ),
        (
            "Something unusual",
            "Ranks moments by how little they resemble the rest of their video.",
            ("Is there anything unusual?",),
        ),
    ),
    "vi": (
        (
            "Khi nào, ở đâu, có hay không",
            "Tìm khung hình theo ý nghĩa, kiểm tra từng khung hình rồi cho biết thời điểm.",
            ("Khi nào xe buýt xuất hiện?", "Có chiếc xe đỏ nào không?", "Trời có mưa không?"),
        ),
        (
            "Bao nhiêu, màu gì",
            "Xem các khung hình trong khoảng thời gian bạn nêu.",
            ("Có bao nhiêu người lúc đầu?", "Xe buýt màu gì?"),
        ),
        (
            "Sự kiện theo thứ tự",
            "Tìm một khoảnh khắc cho mỗi sự kiện; có thể thiếu một sự kiện. "
            "Bạn có thể sửa bằng lời: “bỏ con chó”, “cái thứ hai muộn hơn”.",
            ("Đầu tiên một con chó chạy qua, sau đó xe buýt dừng: khi nào?",),
        ),
        (
            "Chữ và lời nói",
            "Đọc chữ trên màn hình và phụ đề; gõ không dấu hay sai chính tả vẫn tìm được.",
            ("Biển hiệu viết gì?", "What does the sign say?"),
        ),
        ("Toàn bộ video", "Mô tả video theo từng đoạn.", ("Video này nói về gì?",)),
        (
            "Điều bất thường",
            "Xếp các khoảnh khắc theo mức độ khác biệt so với phần còn lại của video.",
            ("Có gì bất thường không?",),
        ),
    ),
}
"""For each kind of question: its name, what the assistant does, and questions to click."""
