"""Which kind a question is read as, and what about, in either language and every spelling."""

import unicodedata

import pytest

from assistant.agent import intents
from assistant.agent.intents import INTENTS, recognise
from assistant.agent.question.question import read_question
from assistant.text.fold import fold

ENGLISH = [
    ("hello there", "small_talk", ""),
    ("thank you so much!", "small_talk", ""),
    ("what can you do?", "small_talk", ""),
    ("how many clips do I have?", "library", ""),
    ("which video shows a lighthouse?", "library", "a lighthouse"),
    ("which clip doesn't have any goats?", "library", "goats"),
    ("what does he say about inflation?", "said", None),
    ("the part where she explains recursion", "said", None),
    ("what does the poster say?", "read", None),
    ("find where the screen shows ERR_42", "read", None),
    ("what's the number plate of the lorry", "read", None),
    ("how much did the ticket cost?", "unknowable", None),
    ("who filmed this?", "unknowable", None),
    ("what's the capital of Peru?", "out_of_scope", None),
    ("order me a pizza", "out_of_scope", None),
    ("anything weird going on?", "unusual", None),
    ("compare 0:10 and 0:50", "compare", None),
    ("which came first, the goat or the tractor?", "first", None),
    ("what happens after the goat jumps?", "beside", None),
    ("did the goat jump before the tractor stopped?", "sequence", None),
    ("first a goat jumps, then a tractor stops", "sequence", None),
    ("he opens a gate, walks in and sits down", "sequence", None),
    ("draw a box around the tractor", "ground", "the tractor"),
    ("how many goats are there", "count", "goats"),
    ("how long does the tractor stop?", "duration", None),
    ("what colour is the tractor?", "colour", "the tractor"),
    ("whats the farmer wearing", "colour", "the farmer"),
    ("which way is the goat going?", "direction", "the goat"),
    ("is the gate on the left or the right?", "side", "the gate"),
    ("what is the farmer holding?", "holding", "the farmer"),
    ("what is the goat doing?", "doing", "the goat"),
    ("who opens the gate?", "who", None),
    ("why does the goat run away?", "why", None),
    ("where is this?", "place", None),
    ("sum up the video please", "describe", None),
    ("what is in this video?", "describe", None),
    ("what things are in it?", "describe", None),
    ("when does the tractor appear?", "when", "the tractor"),
    ("is it day or night?", "choice", None),
    ("is the gate open or closed?", "choice", "the gate"),
    ("is there a goat in it?", "yes_no", "a goat"),
    ("isnt there a goat", "yes_no", "goat"),
    ("did anyone open the gate?", "yes_no", None),
    ("do they go the same way?", "same", None),
    ("show me the goat", "find", "the goat"),
    ("can you please find me the bit with the goat", "find", "the goat"),
]
VIETNAMESE = [
    ("chào bạn", "small_talk", ""),
    ("cảm ơn nhé", "small_talk", ""),
    ("có bao nhiêu video?", "library", ""),
    ("video nào có con dê?", "library", "con dê"),
    ("cô ấy nói gì về lạm phát?", "said", None),
    ("trên áp phích ghi gì?", "read", None),
    ("biển số xe là bao nhiêu?", "read", None),
    ("vé giá bao nhiêu?", "unknowable", None),
    ("thủ đô của Peru là gì?", "out_of_scope", None),
    ("có gì bất thường không?", "unusual", None),
    ("Có gì lạ ở đây không?", "unusual", None),
    ("co dieu gi la khong", "unusual", None),
    ("so sánh giây 5 và giây 20", "compare", None),
    ("đầu tiên con dê nhảy, sau đó máy kéo dừng lại", "sequence", None),
    ("khoanh vùng con dê", "ground", "con dê"),
    ("có mấy con dê?", "count", "con dê"),
    ("máy kéo dừng bao lâu?", "duration", "máy kéo"),
    ("con dê màu gì?", "colour", "con dê"),
    ("con dê đi về hướng nào?", "direction", "con dê"),
    ("người nông dân đang cầm gì?", "holding", "người nông dân"),
    ("con dê đang làm gì?", "doing", "con dê"),
    ("ai mở cổng?", "who", None),
    ("tại sao con dê chạy?", "why", None),
    ("tóm tắt video này", "describe", None),
    ("khi nào con dê xuất hiện?", "when", None),
    ("có con dê nào không?", "yes_no", None),
    ("không có ai ở cổng à?", "yes_no", None),
    ("tìm con dê", "find", "con dê"),
]


@pytest.mark.parametrize(("text", "kind", "subject"), ENGLISH)
def test_an_english_question_is_read_as_its_kind(text: str, kind: str, subject: str | None) -> None:
    reading = recognise(read_question(text, "en"))
    assert reading is not None
    assert reading.kind == kind
    if subject is not None:
        assert reading.subject == subject


@pytest.mark.parametrize(("text", "kind", "subject"), VIETNAMESE)
def test_a_vietnamese_question_is_read_as_its_kind_in_every_spelling(text: str, kind: str, subject: str | None) -> None:
    spellings = (text, unicodedata.normalize("NFD", text), fold(text))
    readings = [recognise(read_question(spelling, "vi")) for spelling in spellings]
    assert [reading.kind for reading in readings if reading] == [kind] * 3
    if subject is not None:
        assert readings[0] is not None
        assert readings[0].subject == subject
        assert readings[1] == readings[0]


@pytest.mark.parametrize("text", ["", "🙂🙂🙂", "</s><pad><image>", "a " * 5000, "((((((", "?!?!", "\u200b"])
def test_any_text_is_read_or_left_in_a_moment(text: str) -> None:
    for language in ("en", "vi"):
        reading = recognise(read_question(text, language))
        assert reading is None or reading.kind in intents.BY_NAME


def test_every_kind_has_a_name_and_a_rank_of_its_own() -> None:
    assert len({intent.name for intent in INTENTS}) == len(INTENTS)
    assert len({intent.rank for intent in INTENTS}) == len(INTENTS)


def test_a_new_kind_is_one_file(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "smell.py").write_text(
        """
from assistant.agent.intents.base import Plan, Rules
from assistant.agent.intents.defaults import IntentDefaults


class Smell(IntentDefaults):
    name, rank, rules = "smell", 1, (Rules("en", "what does (?P<subject>.+) smell of$"),)

    def plan(self, reading, planning):
        return Plan("")


INTENT = Smell()
"""
    )
    monkeypatch.setattr(intents, "__path__", [*intents.__path__, str(tmp_path)])
    found = intents._load_intents()
    assert found[0].name == "smell"
    monkeypatch.setattr(intents, "INTENTS", found)
    reading = recognise(read_question("What does the goat smell of?", "en"))
    assert reading is not None
    assert (reading.kind, reading.subject) == ("smell", "the goat")
