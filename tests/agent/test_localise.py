"""No reply mixes two languages: what cannot be said in the language of the reply is left out."""

import pytest

from assistant.agent.localise import Localiser
from assistant.agent.records import ReplyDraft, Sentence
from tests.fakes import WordTranslator
from tools.types import EventMoment, EventSequence, Evidence, Moment


def _localiser(pairs: dict[str, str] | None = None) -> Localiser:
    translator = WordTranslator(pairs or {})
    return Localiser(lambda text, source, target: translator.translate(text, source=source, target=target))


def _evidence(text: str | None, tool: str = "describe", labels: tuple[str, ...] = ()) -> Evidence:
    return Evidence(Moment("v", 1.0, 2.0), tool=tool, score=0.9, text=text, labels=labels)


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("yes", "có"),
        ("No", "không"),
        ("2", "2"),
        ("a red car", "chiếc ô tô đỏ"),
        ("a red person", "người áo đỏ"),
        ("gà", "gà"),
        ("a dog, a bag and a bag", "con chó và 2 chiếc túi"),
        ("a flumph in the gloaming", ""),
    ],
)
def test_short_answers_need_no_translator(english: str, vietnamese: str) -> None:
    assert _localiser().caption(english, "vi") == vietnamese


def test_an_english_reply_keeps_the_words_of_the_core() -> None:
    assert _localiser().phrase("a flumph in the gloaming", "en") == "a flumph in the gloaming"


def test_a_translation_counts_only_if_it_says_the_same() -> None:
    caption = "a red car stands in the street beside a tree"
    right = "một chiếc ô tô đỏ đứng trên đường phố bên cạnh cái cây"
    assert _localiser({caption: right}).phrase(caption, "vi") == right
    assert _localiser({caption: "hai con chó chạy trong công viên"}).phrase(caption, "vi") != (
        "hai con chó chạy trong công viên"
    )
    assert "car" not in _localiser({caption: "một chiếc car đỏ trên đường phố"}).phrase(caption, "vi").split()


def test_pictures_of_a_vietnamese_reply_bear_no_english_word() -> None:
    sequence = EventSequence("v", 0.9, True, (EventMoment("a flumph yawns", True), EventMoment("a bus stops", True)))
    draft = ReplyDraft(
        Sentence("Có.", "Có."),
        evidence=(
            _evidence("a red car", labels=("red car 0.90", "flumph 0.81")),
            _evidence("a flumph"),
            _evidence("EXIT", tool="read_text"),
        ),
        sequences=(sequence,),
    )
    shown = _localiser().draft(draft, "vi")
    assert [item.text for item in shown.evidence] == ["chiếc ô tô đỏ", None, "EXIT"]
    assert shown.evidence[0].labels == ("ô tô đỏ 0,90", "0,81")
    assert [moment.event for moment in shown.sequences[0].moments] == ["sự kiện 1", "chiếc xe buýt dừng lại"]
    english = _localiser().draft(draft, "en")
    assert (english.evidence[:2], english.sequences) == (draft.evidence[:2], draft.sequences)


def test_a_condition_that_cannot_be_said_is_called_what_was_asked() -> None:
    condition = _localiser().condition("a flumph", "not seen", "vi")
    assert (condition.text, condition.verdict) == ("điều được hỏi", "not seen")
