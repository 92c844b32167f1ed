import pytest

from assistant.models.glip.text import Phrase, build_captions, chunk_phrases, clean_name, join_phrases, split_phrases
from assistant.text.noun_phrases import noun_phrases
from tools.errors import VideoAssistantError


def _words(text: str) -> int:
    return len(text.replace(".", " .").split()) + 2


def _names(text: str) -> list[tuple[str, ...]]:
    return [caption.names for caption in build_captions(text, _words, 256)]


@pytest.mark.parametrize(
    "text", ["red car . person", "red car. person.", " red car .  person . ", "red car. red car. person"]
)
def test_a_list_is_split_at_its_full_stops(text) -> None:
    (caption,) = build_captions(text, _words, 256)
    assert caption.names == ("red car", "person")
    assert caption.text == "red car. person"
    assert [caption.text[start:end] for ((start, end),) in caption.spans] == ["red car", "person"]


def test_a_number_keeps_its_point() -> None:
    assert split_phrases("2.5 litre bottle . car") == ["2.5 litre bottle", "car"]


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        ("There is two cat and a remote in the picture", ["two cat", "remote", "picture"]),
        ("A man in the red car is holding a blue umbrella.", ["man", "red car", "blue umbrella"]),
        (
            "two people riding bicycles down the busy street near a traffic light",
            ["two people", "bicycles", "busy street", "traffic light"],
        ),
        ("a woman wearing a straw hat sits on the wooden bench", ["woman", "straw hat", "wooden bench"]),
        ('the left door, parked cars (red) and "dogs"', ["left door", "cars", "red", "dogs"]),
        ("running", []),
        ("in the of", []),
    ],
)
def test_noun_phrases_of_a_sentence(sentence, phrases) -> None:
    assert [sentence[start:end] for start, end in noun_phrases(sentence)] == phrases


def test_a_sentence_stays_whole_and_a_phrase_said_twice_is_one_name() -> None:
    (caption,) = build_captions("a dog chases the red car and a Dog", _words, 256)
    assert caption.text == "a dog chases the red car and a Dog."
    assert caption.names[0] == "dog chases"
    (caption,) = build_captions("a dog, the red car and a Dog", _words, 256)
    assert caption.names == ("dog", "red car")
    assert [caption.text[start:end] for start, end in caption.spans[0]] == ["dog", "Dog"]


def test_words_around_a_name_are_read_but_not_sought() -> None:
    (caption,) = build_captions("there are some [holes] on the road . car", _words, 256)
    assert caption.text == "there are some holes on the road. car"
    assert caption.names == ("holes", "car")
    assert [caption.text[start:end] for ((start, end),) in caption.spans] == ["holes", "car"]


def test_long_lists_become_several_captions() -> None:
    captions = build_captions(" . ".join(f"thing{i}" for i in range(300)), _words, 256)
    assert [len(caption.names) for caption in captions] == [40] * 7 + [20]
    assert [name for caption in captions for name in caption.names] == [f"thing{i}" for i in range(300)]


def test_a_caption_never_holds_more_tokens_than_the_model_reads() -> None:
    captions = chunk_phrases([Phrase(f"very long name number {i}") for i in range(20)], _words, 30)
    assert all(_words(caption.text) <= 30 for caption in captions)
    assert sum(len(caption.names) for caption in captions) == 20


def test_names_are_cleaned_as_in_training() -> None:
    assert clean_name("traffic_light (set)") == "traffic light "
    assert join_phrases([Phrase("a", "some ", " here"), Phrase("b")]).text == "some a here. b"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names nothing"),
        (" . . ", "names nothing"),
        ("🙂", "names nothing"),
        ("car . 🙂", "'🙂' names nothing"),
        ("a [car", "do not pair"),
        ("a [car] [bus] b", "do not pair"),
        ("[]", "names nothing"),
        ("car . (red)", "outside its parentheses"),
        ("car " * 300, "more than the 256 tokens"),
        ("car . " + "car " * 300, "more than the 256 tokens"),
    ],
)
def test_what_cannot_be_sought_is_one_line(text, words) -> None:
    with pytest.raises(VideoAssistantError, match=words) as error:
        build_captions(text, _words, 256)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ['a "red" car', "chiếc xe đỏ", "red 🙂 car", "dog's", "<image> [SEP]", "x" * 50])
def test_any_other_text_is_sought(text) -> None:
    assert _names(text)
