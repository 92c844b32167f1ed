"""Answer sentences: whole and natural in each language, and each in one language only."""

import re
import string
import typing

import pytest

from assistant.agent import answer_texts, conversation, phrasing
from assistant.agent.answer_texts import say
from assistant.agent.records import Condition, Sentence
from tools.types import EventMoment, EventSequence, Evidence, Moment, Video

TEXTS = answer_texts._TEXTS
PLACEHOLDER = re.compile(r"\{[^}]*\}")
LANGUAGES = ("en", "vi")


def _evidence(start: float, end: float | None = None, video: str = "street-abcdef", text: str = "") -> Evidence:
    return Evidence(Moment(video, start, start + 1 if end is None else end), tool="look", score=0.9, text=text or None)


BUS, TAXI = _evidence(27.4, 34.2), _evidence(9.0, video="rain-012345")
VIDEOS = [Video("street-abcdef", (), 44.0, 640, 360, 44, 0), Video("rain-012345", (), 61.0, 640, 360, 32, 0)]


def _words(key: str, language: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", PLACEHOLDER.sub(" ", TEXTS[key][language]).lower()))


@pytest.mark.parametrize("key", TEXTS)
def test_a_text_exists_in_both_languages_with_the_same_values(key: str) -> None:
    assert TEXTS[key].keys() == set(LANGUAGES)
    names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in TEXTS[key].values()]
    assert names[0] == names[1]


def test_no_text_holds_a_word_of_the_other_language() -> None:
    english = set.union(*(_words(key, "en") for key in TEXTS)) - {"video"}
    for key in TEXTS:
        assert not _words(key, "vi") & english, key
        assert TEXTS[key]["en"].replace("“", "").replace("”", "").isascii(), key


def _all_sentences(language: typing.Any) -> dict[str, Sentence]:
    """Every function that makes a sentence; its words are given in the language."""
    thing, colour = {"en": ("car", "blue"), "vi": ("chiếc xe", "xanh")}[language]
    clause = {"en": "the bus is blue.", "vi": "xe buýt màu xanh."}[language]
    events = (EventMoment(thing, False, 3.0, 5.0, 4.0, 4), EventMoment(colour, True))
    checked = {"street-abcdef": 12, "rain-012345": 1}
    sentences = {
        "moments": phrasing.moments_sentence([BUS, TAXI], language),
        "answer": phrasing.answer_sentence(colour, [BUS], language),
        "verdict": phrasing.verdict_sentence(False, clause, [BUS], language),
        "absent": phrasing.absent_sentence(say("no", language), 32, language, total=106),
        "who": phrasing.who_sentence(thing, [BUS], language),
        "where": phrasing.where_sentence(thing, [BUS], language),
        "colour": phrasing.colour_sentence(colour, [BUS], language),
        "count": phrasing.count_sentence(2, thing, [BUS], language),
        "no count": phrasing.count_sentence(0, thing, [BUS], language, checked=4),
        "duration": phrasing.duration_sentence(6.8, [BUS], language),
        "compare": phrasing.compare_sentence(thing, clause, [BUS], language),
        "first": phrasing.first_sentence(thing, colour, [BUS], language),
        "why": phrasing.why_sentence(clause, [BUS], language),
        "why unseen": phrasing.why_sentence("", [], language),
        "untold": phrasing.untold_sentence([BUS], language),
        "in some": phrasing.in_some_videos_sentence([BUS, TAXI], 2, language),
        "differing": phrasing.differing_sentence([(colour, BUS), (thing, TAXI)], language),
        "asking back": phrasing.asking_back_sentence([(colour, BUS), (thing, TAXI)], language),
        "description": phrasing.description_sentence([(clause, BUS)], language),
        "unusual": phrasing.unusual_sentence([(clause, BUS)], language),
        "comparison": phrasing.comparison_sentence((((clause, BUS),), ((thing, TAXI),)), ([thing], []), language),
        "sequence": phrasing.sequence_sentence(EventSequence("street-abcdef", 0.9, True, events), language),
        "unknown": phrasing.unknown_sentence([BUS], language),
        "out of scope": conversation.out_of_scope(language),
        "reading": conversation.reading_sentence(clause, language),
        "readings": conversation.readings_sentence(thing, colour, language),
        "left out": conversation.left_out_sentence(clause, language),
        "empty": conversation.empty_library_sentence(language),
        "video count": conversation.video_count_sentence(VIDEOS, language),
        "video length": conversation.video_length_sentence(VIDEOS, language),
        "videos with": conversation.videos_with_sentence([TAXI], checked, language),
        "none with": conversation.videos_with_sentence([], checked, language),
        "videos without": conversation.videos_without_sentence([TAXI], checked, language),
        "none without": conversation.videos_without_sentence([TAXI, BUS], checked, language),
    }
    for kind in typing.get_args(conversation.SmallTalk):
        sentences[kind] = conversation.small_talk(kind, language)
    for what in typing.get_args(conversation.Unknowable):
        sentences[f"cannot tell {what}"] = conversation.cannot_tell(what, language)
    return sentences


ENGLISH_WORDS = re.compile(r"\b(?:the|of|is|are|at|and|with|second|seconds|minute|picture|pictures|seen|about)\b", re.I)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_whole_and_in_one_language(language: str) -> None:
    for name, sentence in _all_sentences(language).items():
        for text in sentence:
            assert text[0].isupper() or text[0].isdigit() or text.startswith(("street", "rain")), name
            assert text.endswith((".", "!", "?")), name
            assert "{" not in text, name
            assert not re.search(r"  |\.\.|\( | \)|abcdef|012345", text), name
            if language == "vi":
                assert not ENGLISH_WORDS.search(text), name
            else:
                assert text.isascii(), name


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("en", "verdict", "No, the bus is blue (0:27 in street)."),
        ("vi", "verdict", "Không, xe buýt màu xanh (0:27 trong street)."),
        ("en", "absent", "No: none of the 32 of 106 pictures I checked shows it."),
        ("vi", "absent", "Không: không hình nào trong 32/106 hình tôi đã xem cho thấy điều đó."),
        ("en", "colour", "Blue (0:27 in street)."),
        ("vi", "colour", "Màu xanh (0:27 trong street)."),
        ("en", "count", "2 cars (0:27 in street)."),
        ("vi", "count", "2 chiếc xe (0:27 trong street)."),
        ("en", "no count", "0 cars: none of the 4 pictures I checked shows any."),
        ("vi", "no count", "0 chiếc xe: không hình nào trong 4 hình tôi đã xem cho thấy."),
        ("en", "duration", "About 7 seconds (0:27 to 0:34 in street)."),
        ("vi", "duration", "Khoảng 7 giây (0:27 đến 0:34 trong street)."),
        ("en", "sequence", "In street: car 0:03, blue not found."),
        ("vi", "sequence", "Trong street: chiếc xe 0:03, không tìm thấy xanh."),
        ("en", "video count", "2 videos: street and rain."),
        ("vi", "video count", "2 video: street và rain."),
        (
            "en",
            "video length",
            "street is 44 seconds long; rain is 1 minute 1 second long. Together: 1 minute 45 seconds.",
        ),
        ("vi", "video length", "street dài 44 giây; rain dài 1 phút 1 giây. Tổng cộng: 1 phút 45 giây."),
        ("en", "videos with", "Seen in rain (0:09)."),
        ("en", "videos without", "Not in street (none of the 12 pictures I checked shows it)."),
        ("vi", "videos without", "Trong street thì không có (không hình nào trong 12 hình tôi đã xem)."),
        ("en", "out of scope", "I can only answer about your videos."),
        ("vi", "out of scope", "Tôi chỉ trả lời được về các video của bạn."),
    ],
)
def test_the_answer_comes_first_and_then_what_shows_it(language: str, name: str, text: str) -> None:
    assert _all_sentences(language)[name].text == text


def test_a_time_is_spoken_where_the_text_writes_it() -> None:
    assert phrasing.verdict_sentence(True, "", [BUS], "en") == Sentence("Yes (0:27 in street).", "Yes, at 27 seconds.")
    assert phrasing.moments_sentence([BUS], "vi").spoken == "Thấy lúc giây 27."
    assert phrasing.sequence_sentence(
        EventSequence("v", 0.9, True, (EventMoment("xe dừng", False, 3.0, 9.0, 6.0, 6),)), "vi"
    ) == Sentence("Trong v: xe dừng 0:03.", "Trong v: xe dừng lúc giây 3.")


def test_moments_are_cited_in_time_order_video_by_video() -> None:
    cited = phrasing.cite_moments([_evidence(32), _evidence(29), _evidence(31)], "en")
    assert cited == "0:29, 0:31 and 0:32 in street"
    assert phrasing.cite_moments([TAXI, BUS], "vi") == "0:09 trong rain; 0:27 trong street"


@pytest.mark.parametrize(("count", "en", "vi"), [(1, "1 picture", "1 hình"), (2, "2 pictures", "2 hình")])
def test_a_number_agrees_with_its_noun(count: int, en: str, vi: str) -> None:
    assert say("say_look", "en", what=count) == f"Looking at {en}"
    assert say("say_look", "vi", what=str(count)) == f"Đang xem {vi}"


def test_a_number_alone_is_written_for_its_language() -> None:
    assert phrasing.count_sentence(1234, "", [], "en").text == "1,234."
    assert phrasing.count_sentence(1234, "", [], "vi").text == "1.234."


def test_a_verdict_without_evidence_stands_alone() -> None:
    assert phrasing.verdict_sentence(True, "", [], "vi").text == "Có."


def test_the_parts_of_a_question_are_answered_one_after_the_other() -> None:
    parts = [phrasing.verdict_sentence(True, "", [BUS], "en"), phrasing.colour_sentence("blue", [BUS], "en")]
    assert phrasing.joined(parts).text == "Yes (0:27 in street). Blue (0:27 in street)."


def test_videos_outside_what_the_models_know_are_counted() -> None:
    assert phrasing.coverage_note(3, 9, "en") == " I looked at 3 of 9 videos; 6 are unlike what the models know."
    assert phrasing.coverage_note(1, 2, "en") == " I looked at 1 of 2 videos; 1 is unlike what the models know."
    assert phrasing.coverage_note(3, 9, "vi") == " Tôi đã xem 3/9 video; 6 video không giống những gì mô hình đã học."
    assert phrasing.coverage_note(9, 9, "vi") == ""


def test_a_condition_that_was_not_met_is_named() -> None:
    conditions = [Condition("in the rain", "not seen"), Condition("red", "cannot tell"), Condition("bus", "seen")]
    assert phrasing.unmet_conditions(conditions, "en") == " Not seen: in the rain. I cannot tell: red."
