"""One vocabulary in which answers in English and Vietnamese and what is right are compared."""

from __future__ import annotations

import re
import unicodedata

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple", "pink", "brown", "grey")
ACTS = (
    *("picks up", "gets on", "gets off", "stops", "leaves", "crosses", "overtakes", "enters", "turns around"),
    "puts down",
)
NOT_TELLING = {*COLOURS, "left", "right", "day", "night", "clear", "rain", "fog", "same", "xanh", "street"}
"""Words that answer what or which, and not when."""

_SYNONYMS: tuple[tuple[str, str], ...] = (
    # In this order: `ô tô` is a car before `ô` is an umbrella, and `ba lô` a backpack before `ba` is a number.
    ("backpack", r"ba ?lô|rucksack|back ?pack"),
    ("car", r"xe ô tô|ô tô|xe hơi|xe con|cars|automobile"),
    ("bus", r"xe buýt|xe bus|xe khách|buses|coach"),
    ("truck", r"xe tải|lorry|lorries|trucks"),
    ("van", r"xe van|vans|minivan"),
    ("motorbike", r"xe máy|mô ?tô|motorcycles?|motorbikes|motor bike|scooter"),
    ("bicycle", r"xe đạp|push ?bike|bikes?|bicycles"),
    ("umbrella", r"umbrellas|cái dù|chiếc dù|cầm dù|che dù|cầm ô|che ô|dù|ô"),
    ("flag", r"lá cờ|cờ|flags"),
    ("green", r"xanh lá cây|xanh lá|xanh lục"),
    ("blue", r"xanh dương|xanh lam|xanh nước biển|xanh da trời|xanh biển|navy"),
    ("red", r"đỏ"),
    ("yellow", r"vàng"),
    ("white", r"trắng"),
    ("black", r"đen"),
    ("orange", r"cam"),
    ("purple", r"tím|violet"),
    ("pink", r"hồng"),
    ("brown", r"nâu"),
    ("grey", r"xám|gray"),
    ("dog", r"chó|dogs|puppy"),
    ("cat", r"mèo|cats|kitty|kitten"),
    ("horse", r"ngựa|horses"),
    ("cow", r"bò|cows"),
    ("bird", r"chim|birds"),
    ("ball", r"quả bóng|trái bóng|bóng|balls"),
    ("box", r"hộp|thùng|boxes"),
    ("bag", r"túi xách|túi|bags|handbag"),
    ("bench", r"ghế băng|ghế đá|ghế|benches"),
    ("person", r"người|people|persons|pedestrians?|man|woman|men|women|guy|lady|somebody|someone"),
    (
        "picks up",
        r"picked up|pick up|picking up|picks (?:\w+ ){1,4}up|nhặt|đón|collects?",
    ),
    (
        "gets on",
        r"gets? (?:in|into|on|onto)|got (?:in|into|on)|getting (?:in|into|on)|boards?|boarding|climbs? in(?:to)?|"
        r"steps? in(?:to)?|bước lên|lên xe|lên",
    ),
    (
        "gets off",
        r"gets? (?:off|out)|got (?:off|out)|getting (?:off|out)|steps? out|hops? out|alights|bước xuống|xuống xe|xuống",
    ),
    ("stops", r"stop|stopped|stopping|dừng lại|dừng|đậu|đỗ"),
    ("leaves", r"leave|leaving|drives? (?:off|away)|goes (?:off|away)|rời đi|rời khỏi|đi khỏi"),
    ("crosses", r"cross|crossed|crossing|băng qua|qua đường|sang đường"),
    ("overtakes", r"overtake|overtook|vượt qua|vượt"),
    ("left", r"bên trái|phía trái|hướng trái|sang trái|qua trái|trái"),
    ("right", r"bên phải|phía phải|hướng phải|sang phải|qua phải|về phải"),
    ("rain", r"trời mưa|đang mưa|mưa"),
    ("sunny", r"nắng"),
    ("clear", r"trời quang|quang đãng|tạnh ráo|tạnh"),
    ("fog", r"sương mù|sương|foggy"),
    ("day", r"ban ngày|daytime"),
    ("night", r"ban đêm|đêm|night-time"),
    ("park", r"công viên"),
    ("square", r"quảng trường|plaza"),
    ("beach", r"bãi biển"),
    ("street", r"đường phố|phố"),
    ("road", r"con đường"),
    ("nobody", r"no one|no-one|không có ai|không ai|chẳng có ai"),
)
_NUMBERS = (
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    ("", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười"),
)
_REPLACED = [
    *((re.compile(rf"(?<!\w)(?:{phrases})(?!\w)"), word) for word, phrases in _SYNONYMS),
    *(
        (re.compile(rf"(?<!\w){word}(?!\w)"), str(number))
        for words in _NUMBERS
        for number, word in enumerate(words)
        if word
    ),
]


def plain(text: str) -> str:
    """The text composed, in small letters, with single spaces and straight quotes."""
    composed = unicodedata.normalize("NFC", text).casefold()
    return " ".join(composed.replace("’", "'").replace("“", '"').replace("”", '"').split())


def canonical(text: str) -> str:
    """The text in English words for colours, kinds, acts and places, and figures for numbers."""
    text = plain(text)
    for pattern, word in _REPLACED:
        text = pattern.sub(word, text)
    return " ".join(re.sub(r"^phải\W*$", "right", text).split())


def place_of(text: str, wanted: str) -> int:
    """Where a canonical text first has a word or phrase; -1 where it has not. `xanh` is both blue and green."""
    forms = [wanted, "xanh"] if wanted in ("blue", "green") else [wanted]
    matches = (re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text) for form in forms)
    return min((match.start() for match in matches if match), default=-1)
