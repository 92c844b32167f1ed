"""The closed classes of Vietnamese that the glossary reads: prepositions, particles, determiners and classifiers."""

from __future__ import annotations

import functools
from typing import Literal, NamedTuple

from assistant.text.concepts import words_key

Role = Literal[
    "preposition", "aspect", "negation", "plural", "determiner", "classifier", "possession", "joint", "existence",
    "degree", "ordinal", "passive", "particle",
]  # fmt: skip


class FunctionWord(NamedTuple):
    """A word of grammar, with what it becomes in English; empty if it becomes nothing."""

    form: str  # with accents
    role: Role
    english: str


_TABLE: dict[Role, str] = {
    "preposition": (
        "trong: in; ở trong: in; bên trong: inside; ở: in; tại: at; trên: on; ở trên: on; dưới: under; "
        "ở dưới: under; bên dưới: under; bên: beside; cạnh: beside; bên cạnh: beside; kế bên: beside; gần: near; "
        "ở gần: near; trước: in front of; phía trước: in front of; trước mặt: in front of; "
        "đằng trước: in front of; sau: behind; phía sau: behind; đằng sau: behind; giữa: between; "
        "ở giữa: between; với: with; cùng: with; cùng với: with; về phía: towards; về hướng: towards; từ: from; "
        "đến: to; tới: to; qua: across; ngang qua: across; băng qua: across; sang: across; vào: into; "
        "vào trong: into; ra khỏi: out of; khỏi: out of; dọc: along; dọc theo: along; quanh: around; "
        "xung quanh: around; ngoài: outside; bên ngoài: outside; đối diện: opposite; bằng: by; về: about; "
        "cho: for; trên đầu: over; phía trên: above; bên trái: to the left of; bên phải: to the right of; "
        "có: with; lên: onto; xuống: onto; theo: along; ra: out to; không có: without; "
        "ở cuối: at the end of; ở đầu: at the beginning of; cuối: at the end of; thành: into"
    ),
    "aspect": ("đang:; đã:; sẽ:; sắp:; vừa:; vừa mới:; vẫn:; vẫn đang:; cũng:; bắt đầu:; đều:; đang có:; rồi:"),
    "negation": ("không: not; chưa: not; chẳng: not; không hề: not; không còn: not"),
    "plural": (
        "các:; những:; nhiều: many; vài: several; một vài: several; mấy: several; tất cả: all; mọi: all; đám:; "
        "tất cả các: all; rất nhiều: many; một số: some; bọn:; lũ:; đàn: a herd of; hàng: a row of; "
        "bầy: a herd of; đoàn:"
    ),
    "determiner": ("này: this; đó: that; kia: that; ấy: that; nọ: that; mỗi: each; một: a; cả: the whole; từng: each"),
    "classifier": (
        "con:; chiếc:; cái:; chú:; cây:; quả:; trái:; tấm:; bức:; lá:; cuốn:; quyển:; tờ:; ngôi:; căn:; tòa:; "
        "bông:; đôi: a pair of; cặp: a pair of; bộ:; vụ:; cuộc:; trận:; buổi:; ngọn:; đứa: child; người: person; "
        "viên:; vị:; hòn:; cơn:; bó: a bunch of; chai: a bottle of; ly: a glass of; cốc: a cup of; tô: a bowl of; "
        "bát: a bowl of; đĩa: a plate of; nhóm: a group of; sự:; việc:; bài:; miếng: a piece of; lon: a can of; "
        "túi: a bag of; hộp: a box of; ông: man; bà: woman; cô: woman; anh: man; tên: person; toa:; cánh:; cục:; "
        "dòng:; món:; chùm: a bunch of; đống: a pile of; chồng: a pile of; giỏ: a basket of"
    ),
    "possession": ("của: of; thuộc: of"),
    "joint": (
        "và: and; hoặc: or; hay: or; nhưng: but; rồi: and then; sau đó: and then; khi: when; trong khi: while; "
        "để: to; nơi: where; mà: that; vì: because; lẫn: and; còn: while; thì:"
    ),
    "existence": (
        "có:; có một: a; thấy:; nhìn thấy:; xuất hiện:; hình:; hình ảnh:; cảnh:; đoạn:; lúc:; khoảnh khắc:; chỗ:; "
        "cảnh có:; hình có:; đoạn có:; chỗ có:; trời:"
    ),
    "degree": ("rất: very; quá: very; lắm: very; hơi: slightly; khá: quite; cực kỳ: very; thật: very"),
    "ordinal": ("thứ:; thứ hai: second; thứ ba: third; thứ tư: fourth; thứ năm: fifth; thứ nhất: first"),
    "passive": ("bị:; được:"),
    "particle": (
        "lại:; lên: up; xuống: down; ra: out; đi: away; vào: in; qua: past; lên trên: up; lấy:; nhau: each other; "
        "với nhau: together; tiếp:; luôn:; mất:; xong:; thôi:; ngay:; theo:; phải:; trúng:; cả:; đến:; tới:; "
        "về: back"
    ),
}
"""By role: the form, then its English, if it has any."""


@functools.cache
def function_words() -> dict[str, tuple[FunctionWord, ...]]:
    """Returns the words of grammar of each folded form."""
    table: dict[str, list[FunctionWord]] = {}
    for role, entries in _TABLE.items():
        for entry in entries.split(";"):
            form, _, english = entry.partition(":")
            table.setdefault(words_key(form), []).append(FunctionWord(form.strip(), role, english.strip()))
    return {key: tuple(words) for key, words in table.items()}
