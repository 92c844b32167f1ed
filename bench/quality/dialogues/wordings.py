"""The wordings of the evaluation's questions: written by hand, and in no training (a test compares them).

Fields: `{a}`, `{the}`, `{kind}` and `{many}` name a thing (`a red car`, `xe hơi đỏ`); `{first}` and `{second}` are
events; `{at}` is a time.
"""

from __future__ import annotations

from assistant.text.language import Language

WORDINGS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "when": (
            "At which point can I find {a}?",
            "Tell me the moment when {a} turns up.",
            "When exactly do we get to see {a}?",
            "I am looking for {a}, when is it shown?",
            "When is {a} on screen?",
        ),
        "exist": (
            "Did you notice {a} anywhere?",
            "Is {a} part of this video?",
            "Would you say there is {a} in it?",
            "Please check whether {a} is there.",
            "Was {a} anywhere to be seen?",
        ),
        "colour": (
            "Could you tell me which colour the {kind} has?",
            "The {kind}: what is its colour?",
            "What colour would you say the {kind} is?",
            "I forgot the colour of the {kind}, what was it?",
            "Of what colour is the {kind}?",
        ),
        "direction": (
            "In which direction does {the} move?",
            "Is {the} heading left or right?",
            "To the left or to the right: where does {the} head?",
            "Which direction is {the} facing?",
        ),
        "time": (
            "Was this filmed by day or at night?",
            "Would you call this day or night?",
            "Daytime or night-time?",
            "Is that at night or by day?",
        ),
        "rain": (
            "Was it a rainy scene?",
            "Do you see rain falling?",
            "Is the weather rainy?",
            "Does it look as if it rains?",
        ),
        "sign": (
            "Which word is written on the sign?",
            "Could you read the sign to me?",
            "What stands on the sign?",
            "Please read what is written there.",
        ),
        "sequence": (
            "Find me where first {first} and then {second}.",
            "First {first}, afterwards {second}: when was that?",
            "I remember that first {first}, then {second}. When?",
        ),
        "count_at": (
            "How many {many} do you count at {at}?",
            "At {at}, how many {many} were there?",
            "What number of {many} is there at {at}?",
        ),
        "unanswerable": (
            "Who filmed this?",
            "What is the driver's name?",
            "How much did the ticket cost?",
            "Which song is playing?",
            "Who won the match?",
            "What is the capital of Peru?",
        ),
        "absent_colour": (
            "Could you tell me which colour the {kind} has?",
            "The {kind}: what is its colour?",
            "Of what colour is the {kind}?",
        ),
    },
    "vi": {
        "when": (
            "Tôi có thể thấy {a} vào lúc nào?",
            "Cho tôi biết khi nào {a} xuất hiện.",
            "{a} được nhìn thấy vào lúc nào?",
            "Lúc nào thì {a} có mặt?",
        ),
        "exist": (
            "Bạn có để ý thấy {a} không?",
            "Trong đoạn phim này có {a} không?",
            "Hãy kiểm tra xem có {a} không.",
            "Liệu có {a} nào không?",
        ),
        "colour": (
            "{kind} đó có màu gì vậy?",
            "Cho hỏi {kind} mang màu gì?",
            "Màu của {kind} là gì thế?",
        ),
        "direction": (
            "{the} di chuyển về phía nào?",
            "{the} quay sang trái hay sang phải?",
            "{the} hướng về bên nào?",
        ),
        "time": (
            "Cảnh này quay ban ngày hay ban đêm?",
            "Lúc đó là ngày hay đêm?",
            "Đây là ban đêm hay ban ngày vậy?",
        ),
        "rain": (
            "Lúc đó trời có mưa không?",
            "Bạn có thấy mưa không?",
            "Ngoài trời đang mưa phải không?",
        ),
        "sign": (
            "Trên biển hiệu viết chữ gì vậy?",
            "Đọc giúp tôi biển hiệu.",
            "Chữ trên bảng hiệu là gì?",
        ),
        "unanswerable": (
            "Ai đã quay đoạn phim này?",
            "Người lái xe tên là gì?",
            "Vé giá bao nhiêu tiền?",
            "Thủ đô của Peru là gì?",
        ),
        "absent_colour": (
            "{kind} đó có màu gì vậy?",
            "Cho hỏi {kind} mang màu gì?",
        ),
    },
}

FOLLOW_UPS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "colour": ("And its colour?", "Which colour has it?", "What about its colour?", "Tell me, what colour is it?"),
        "when": ("And when was that?", "When did it show up?", "At what moment do I see it?"),
        "direction": ("Does it head left or right?", "In which direction was it moving?", "Which way did it head?"),
        "time": ("Was it day or night then?", "And was that by day or at night?"),
        "exist": ("And was there {a}?", "What about {a}, was it there too?", "Did you notice {a} as well?"),
    },
    "vi": {
        "colour": ("Còn màu của nó?", "Nó mang màu gì vậy?", "Thế nó có màu gì?"),
        "when": ("Lúc đó là khi nào?", "Nó có mặt vào lúc nào?", "Vậy nó xuất hiện lúc mấy giây?"),
        "direction": ("Nó di chuyển về phía nào?", "Nó quay sang trái hay phải?"),
        "time": ("Lúc đó là ngày hay đêm?", "Khi ấy là ban ngày hay ban đêm?"),
        "exist": ("Còn {a} thì sao, có không?", "Thế có {a} không?"),
    },
}

TRAINED_WORDINGS: dict[str, tuple[str, ...]] = {
    "when": ("When does {a} appear?",),
    "exist": ("Is there {a}?",),
    "colour": ("What colour is the {kind}?",),
    "direction": ("Which way is {the} going?",),
    "time": ("Is it day or night?",),
    "rain": ("Is it raining?",),
    "sign": ("What does the sign say?",),
}
"""Wordings of the same kinds in English that the trainings do use, to compare the answers to both."""

UNKNOWN_THING_WORDINGS: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {
        "when": (*WORDINGS["en"]["when"], "When does {a} come into the picture?"),
        "exist": WORDINGS["en"]["exist"],
        "colour": WORDINGS["en"]["absent_colour"],
        "direction": WORDINGS["en"]["direction"],
        "count": ("How many {many} did you notice?", "Could you count the {many} for me?"),
        "find": ("Search for {a}.", "Can you find me {a}?"),
        "where": ("Where in the picture would {the} be?", "Please point at {the}."),
        "stops": ("When does {a} stop?", "Does {a} come to a halt at some point?"),
    },
    "vi": {
        "when": WORDINGS["vi"]["when"],
        "exist": WORDINGS["vi"]["exist"],
        "colour": WORDINGS["vi"]["absent_colour"],
        "direction": WORDINGS["vi"]["direction"],
        "count": ("Bạn đếm được mấy {kind}?", "Hãy cho biết có bao nhiêu {kind}."),
        "find": ("Tìm giúp tôi {a}.", "Tìm xem {a} ở đoạn nào."),
        "where": ("{the} nằm chỗ nào trong hình?", "Hãy chỉ giúp {the}."),
        "stops": ("Khi nào thì {a} dừng lại?",),
    },
}
"""Questions about a thing that the world does not have, of `training.language.held_out.UNKNOWN_THINGS`."""
