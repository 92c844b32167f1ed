"""Other wordings of a question, in English and in Vietnamese.

A key is the pattern of a whole question with blanks; its values are other wordings of every question that matches.
They multiply the templates of the tasks, so that a small model learns the question and not a sentence. None of them is
a held-out wording of an evaluation; a test compares all of them.
"""

from __future__ import annotations

import random
import re
from functools import cache

A = r"((?:an?|any|the|some) [^?.,;]+)"
THE = r"(the [^?.,;]+|it|he|she)"
ENGLISH: dict[str, tuple[str, ...]] = {
    rf"(?:is there|can you see|do you see|was there) {A}\?": (
        "have you spotted {0}?",
        "does {0} come along?",
        "i wonder whether there is {0}.",
        "could we find {0} somewhere?",
        "does the recording contain {0}?",
        "look whether {0} comes up.",
        "verify that there is {0}.",
        "{0}: is it there?",
        "is {0} around?",
        "has {0} come by?",
        "was {0} in there?",
        "is {0} among the things shown?",
        "are we shown {0}?",
        "would there be {0}?",
        "find out if there is {0}.",
    ),
    r"(?:is there|can you see|do you see|was there) a person with (an? [^?.,; ]+)\?": (
        "is anyone holding {0}?",
        "is anybody carrying {0}?",
        "is someone with {0} there?",
        "does anyone have {0}?",
        "does somebody carry {0}?",
        "has anybody got {0}?",
        "are there people with {0}?",
    ),
    r"when (?:does|do|did) a person with (an? [^?.,; ]+) appear\?": (
        "when is somebody holding {0}?",
        "when does anyone carry {0}?",
        "when do people with {0} come?",
        "when is someone with {0} there?",
    ),
    rf"when (?:does|do|did) {A} appear\?": (
        "at which second does {0} come into view?",
        "when does {0} pop up?",
        "how far in does {0} come up?",
        "when could i see {0}?",
        "what is the time at which {0} appears?",
        "i need the second at which {0} appears.",
        "say when {0} comes.",
        "when do i get {0}?",
        "around what time does {0} come?",
        "{0}: when?",
        "from which second on is {0} visible?",
        "give me the time of {0}.",
        "locate {0} in time.",
    ),
    rf"what colou?r (?:is|was) {THE}\?": (
        "how is {0} coloured?",
        "what shade is {0}?",
        "{0} has what colour?",
        "in what colour is {0} painted?",
        "say the colour of {0}.",
        "what would the colour of {0} be?",
        "{0}, what colour?",
        "do you remember the colour of {0}?",
        "what colour did {0} have?",
        "can you name the colour of {0}?",
        "i need the colour of {0}.",
        "of {0} i want the colour.",
        "which colour can be seen on {0}?",
    ),
    rf"which way (?:is|was) {THE} (?:going|facing)\?": (
        "in what direction is {0} moving?",
        "what direction does {0} take?",
        "{0}: left or right?",
        "where is {0} headed?",
        "where is {0} heading to?",
        "what is the heading of {0}?",
        "towards which side is {0} moving?",
        "to which side is {0} turned?",
        "does {0} point left or right?",
        "what direction is {0} turned to?",
        "does {0} move to the left or to the right?",
        "is {0} moving leftwards or rightwards?",
        "is {0} looking left or right?",
        "name the direction of {0}.",
        "what was the direction of {0}?",
    ),
    r"is it day or night( then| there|)\?": (
        "is it dark or light{0}?",
        "does this happen at night or in the day{0}?",
        "was the sun up or was it night{0}?",
        "does it play by day or by night{0}?",
        "do we have day or night{0}?",
        "say if it is day or night{0}.",
        "day, or is it night{0}?",
    ),
    r"is it raining( then| there|)\?": (
        "does rain fall{0}?",
        "is it pouring{0}?",
        "are there raindrops{0}?",
        "are people getting wet{0}?",
        "is there a shower{0}?",
        "was there rain{0}?",
        "say if it rains{0}.",
        "it rains{0}, yes or no?",
    ),
    r"what does the sign say\?": (
        "what can be read on the sign?",
        "what letters are on the sign?",
        "read out the sign.",
        "spell the sign.",
        "give me the text of the sign.",
        "the sign has which words?",
        "what is the sign's text?",
        "read me the words of the sign.",
    ),
    r"how many ([^?.,;]+) are there( at the start| at the end|)\?": (
        "how many {0} stand there{1}?",
        "what is the count of {0}{1}?",
        "how often do you see {0}{1}?",
        "say how many {0} there are{1}.",
        "{0}{1}: how many?",
        "how many {0} would you find{1}?",
        "i need the number of {0}{1}.",
        "how many {0} are present{1}?",
        "how many {0} are around{1}?",
    ),
    rf"where is {THE}\?": (
        "at what spot is {0}?",
        "locate {0}.",
        "in which corner is {0}?",
        "highlight {0}.",
        "put a box around {0}.",
        "show {0} with a box.",
        "where do i find {0}?",
        "where has {0} got to?",
    ),
    rf"what (?:is {THE} doing|does {THE} do)\?": (
        "what is up with {0}?",
        "what goes on with {0}?",
        "say what {0} does.",
        "what action does {0} take?",
        "describe what {0} does.",
    ),
    rf"what (?:is {THE} (?:holding|carrying)|does {THE} (?:hold|carry))\?": (
        "what is in the hands of {0}?",
        "what has {0} with it?",
        "which thing is with {0}?",
        "what has {0} taken along?",
        "say what {0} carries.",
        "what object does {0} hold?",
    ),
    rf"what is (?:to the )?left of {THE}\?": (
        "what is beside {0} on the left?",
        "which thing is next to {0} on the left side?",
        "looking left of {0}, what is there?",
        "who stands at the left of {0}?",
    ),
    rf"what is (?:to the )?right of {THE}\?": (
        "what is beside {0} on the right?",
        "which thing is next to {0} on the right side?",
        "looking right of {0}, what is there?",
        "who stands at the right of {0}?",
    ),
    r"first ([^?.;,]+), then ([^?.;,]+)(?:: when\?|\.)": (
        "look for when {0}, and later {1}.",
        "i saw that {0} and next {1}.",
        "to begin with {0}, later {1}.",
        "there is a place where {0} and right after {1}.",
        "{0}; later {1}.",
        "search for this: {0}, next {1}.",
        "{0}, and soon after {1}: which second?",
    ),
    r"what about ([^?.,;]+)\?": ("as for {0}?", "and with {0}?", "so, {0}?", "same question for {0}."),
    r"what colou?r\?": ("the colour?", "in what colour?", "coloured how?"),
    r"which way\?": ("to which side?", "in what direction?", "left or right?", "the direction?"),
    r"when\?": ("at which second?", "what time was it?", "the time?", "when exactly?"),
    r"when (?:was|is) that\?": ("what time was that?", "at which second was that?", "when did that happen?"),
    r"when (?:does|did) (it|he|she) appear\?": (
        "when does {0} pop up?",
        "what time did {0} come?",
        "when did {0} come into view?",
        "when do i see {0}?",
        "at which second is {0} visible?",
        "how far in was {0}?",
        "since when is {0} there?",
    ),
    r"what (?:happens|happened) (?:next|after that)\?": (
        "how does it go on?",
        "what did we see after that?",
        "what follows?",
        "and afterwards?",
    ),
}
VI = r"([^?.,;:]+?)"
VIETNAMESE: dict[str, tuple[str, ...]] = {
    rf"(?:trong video )?có {VI}(?: nào)? không\?": (
        "xem thử có {0} không.",
        "video này có chứa {0} không?",
        "có bắt gặp {0} không?",
        "cho hỏi có {0} không?",
        "bạn tìm được {0} không?",
        "ở đây có {0} chứ?",
        "tôi muốn biết có {0} hay không.",
        "xác định xem có {0} không.",
        "{0} có ở đó không?",
        "trong clip có {0} không?",
        "cảnh quay có {0} không?",
        "từng thấy {0} chưa?",
        "đã có {0} nào đi qua chưa?",
        "có nhìn ra {0} không?",
    ),
    rf"{VI} (?:có )?màu gì\?": (
        "{0} màu nào?",
        "{0} mang sắc màu nào?",
        "màu sắc của {0} là gì?",
        "cho biết màu của {0}.",
        "{0} được sơn màu gì?",
        "hỏi màu của {0}.",
        "{0} có màu sắc ra sao?",
        "nói màu của {0} đi.",
        "{0} thuộc màu nào?",
        "bạn nhớ màu của {0} không?",
    ),
    rf"{VI} xuất hiện (?:khi|lúc) nào\?": (
        "bao giờ {0} xuất hiện?",
        "{0} hiện ra ở giây nào?",
        "thời điểm {0} xuất hiện là khi nào?",
        "vào giây thứ mấy thì {0} xuất hiện?",
        "nói tôi biết lúc {0} xuất hiện.",
        "{0} tới vào thời điểm nào?",
        "tìm lúc {0} hiện ra.",
        "khi nào thì thấy được {0}?",
        "{0} ở khoảng giây nào?",
        "mấy giây thì có {0}?",
    ),
    rf"{VI} (?:đang )?(?:đi|chạy) về (?:hướng|phía) nào\?": (
        "{0} rẽ về bên nào?",
        "{0} tiến về hướng nào?",
        "{0} nhìn về hướng nào?",
        "hướng đi của {0} là gì?",
        "{0} hướng sang trái hay phải?",
        "{0} quay mặt về phía nào?",
        "{0} di chuyển hướng nào?",
        "{0} đi sang trái hay sang phải?",
        "{0} xoay về bên nào?",
        "{0} đang hướng về đâu?",
    ),
    rf"có (?:bao nhiêu|mấy) {VI}\?": (
        "số lượng {0} là bao nhiêu?",
        "bạn đếm được mấy {0}?",
        "hãy đếm {0}.",
        "cho biết số {0}.",
        "tất cả có mấy {0}?",
        "thấy được bao nhiêu {0}?",
    ),
    r"trời có mưa không\?": (
        "ngoài kia có mưa không?",
        "có thấy trời mưa không?",
        "trời đổ mưa à?",
        "khi đó trời có mưa không?",
        "đang mưa đúng không?",
        "có hạt mưa nào không?",
    ),
    r"là ban ngày hay ban đêm\?": (
        "trời tối hay sáng?",
        "khi đó là ban ngày hay ban đêm?",
        "cảnh diễn ra ban ngày hay đêm?",
        "lúc ấy là đêm hay ngày?",
        "đang là ngày hay đêm?",
        "quay vào ban ngày hay vào ban đêm?",
    ),
    r"biển hiệu viết gì\?": (
        "biển hiệu ghi gì?",
        "trên bảng hiệu ghi chữ gì?",
        "hãy đọc chữ trên biển hiệu.",
        "biển hiệu ghi những chữ nào?",
        "dòng chữ trên biển là gì?",
        "biển ghi gì vậy?",
    ),
    rf"{VI} (?:đang )?làm gì\?": (
        "{0} có hành động gì?",
        "{0} làm những gì?",
        "hãy nói {0} làm gì.",
        "có chuyện gì với {0}?",
    ),
    rf"{VI} ở đâu\?": ("vị trí của {0} là đâu?", "hãy khoanh {0}.", "đánh dấu {0}.", "{0} đứng ở đâu?"),
    rf"còn {VI} thì sao\?": ("vậy còn {0}?", "{0} thì sao?", "với {0} thì thế nào?", "thế {0} thì sao?"),
}
VIETNAMESE_BEFORE = (
    "cho hỏi ",
    "bạn ơi, ",
    "xin hỏi ",
    "làm ơn cho biết ",
    "này, ",
    "ừm, ",
    "trong clip này, ",
    "thế ",
)
VIETNAMESE_AFTER = (" vậy", " thế", " nhỉ", " ạ", " vậy bạn", " hả", " được không", " trong clip này", " đó")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def other_wordings(question: str, table: dict[str, tuple[str, ...]]) -> list[str]:
    """Returns all other wordings of a question that the table has."""
    wordings = []
    for pattern, ways in table.items():
        if matched := _compiled(pattern).fullmatch(question):
            blanks = [
                blank for blank in matched.groups() if blank is not None
            ]  # None: an alternative that did not match
            wordings += [way.format(*blanks) for way in ways]
    return wordings


def reword(question: str, rng: random.Random, *, share: float = 0.8) -> str:
    """Returns the question; with probability `share`, in other words if the table has some."""
    if rng.random() >= share:
        return question
    ways = other_wordings(question, ENGLISH)
    return rng.choice(ways) if ways else question


def reword_vietnamese(question: str, rng: random.Random, *, share: float = 0.6) -> str:
    """Returns a Vietnamese question, often in other words, and at times with a phrase that changes nothing."""
    if rng.random() < share and (ways := other_wordings(question, VIETNAMESE)):
        question = rng.choice(ways)
    draw = rng.random()
    if draw < 0.07:
        return rng.choice(VIETNAMESE_BEFORE) + question
    if draw < 0.14 and question[-1] == "?":
        return question[:-1] + rng.choice(VIETNAMESE_AFTER) + "?"
    return question
