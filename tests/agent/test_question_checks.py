"""Only what is made of the user's own words counts, whatever wrote it."""

import random
import string

import pytest

from assistant.agent.question.checks import (
    content_words,
    rewrite_is_from,
    same_word,
    slot_is_from,
    translation_is_from,
)
from assistant.text.fold import folded_words
from tools.ports import Turn

QUESTION = "When does the yellow lorry stop near the fountain?"
HISTORY = [Turn("how many ducks are swimming?", "three")]


@pytest.mark.parametrize(
    ("question", "slot"),
    [
        (QUESTION, "the yellow lorry"),
        (QUESTION, "a yellow lorry stops"),
        (QUESTION, "lorry stopping near a fountain"),
        ("Who is feeding the ducks?", "a person feeds the ducks"),
        ("where are the umberllas?", "umbrellas"),
        ("khi nào chiếc thuyền cập bến?", "chiec thuyen cap ben"),
        ("một cái ô màu đỏ", "cái ô màu đỏ"),
        ("which van leaves?", "a van"),
    ],
)
def test_a_slot_of_the_words_of_the_question_counts(question: str, slot: str) -> None:
    assert slot_is_from(question, slot)


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "none",
        "the",
        "who is it",
        "!?",
        "a blue lorry",
        "a yellow lorry in the rain",
        "a person",
        "xk qzv",
        "yellow " * 10_000,
        "<pad> <pad>",
    ],
)
def test_a_slot_with_other_words_or_none_does_not(slot: str) -> None:
    assert not slot_is_from(QUESTION, slot)


def test_an_english_slot_of_a_vietnamese_question_is_made_of_partners_in_the_lexicon() -> None:
    question = "chiếc xe tải màu vàng dừng khi nào?"
    assert slot_is_from(question, "a yellow truck")
    assert not slot_is_from(question, "a green truck")
    assert not slot_is_from(question, "the")


@pytest.mark.parametrize(
    ("vietnamese", "english"),
    [
        ("con bạch tuộc màu đỏ bơi ở đâu?", "where does the red octopus swim?"),
        ("chiếc kayak màu vàng ở đâu?", "where is the yellow kayak?"),
        ("con gluvop màu đỏ ở đâu?", "where is the red glovop?"),
        ("ở đâu?", "where?"),
    ],
)
def test_a_translation_of_the_words_counts(vietnamese: str, english: str) -> None:
    assert translation_is_from(vietnamese, english)


@pytest.mark.parametrize(
    ("vietnamese", "english"),
    [
        ("con bạch tuộc màu đỏ bơi ở đâu?", "where is it?"),
        ("con bạch tuộc màu đỏ bơi ở đâu?", "where is the blue octopus?"),
        ("con bạch tuộc màu đỏ bơi ở đâu?", "who is your name"),
        ("con gluvop màu đỏ ở đâu?", "where is the green bird on the roof?"),
        ("con gluvop màu đỏ ở đâu?", "the glovop"),
        ("con bạch tuộc màu đỏ bơi ở đâu?", ""),
    ],
)
def test_a_translation_of_something_else_does_not(vietnamese: str, english: str) -> None:
    assert not translation_is_from(vietnamese, english)


def test_random_words_are_no_translation() -> None:
    rng = random.Random(9)
    words = ["bus", "red", "person", "when", "does", "the", "stop", "what", "your", "name"]
    texts = [_random_text(rng, words) for _ in range(1000)]
    question = "con bạch tuộc màu đỏ bơi ở đâu?"
    for text in texts:
        if translation_is_from(question, text):
            assert set(content_words(text)) <= {"red"}, text


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        ("and the geese?", "how many geese are swimming?"),
        ("what colour are they?", "what colour are the ducks?"),
        ("when do they leave?", "when do the ducks leave?"),
        ("which of them is the biggest?", "which of the ducks is the biggest?"),
        ("what stands beside them?", "what is beside the ducks?"),
    ],
)
def test_a_rewriting_that_puts_the_two_together_counts(question: str, rewritten: str) -> None:
    assert rewrite_is_from(question, HISTORY, rewritten)


@pytest.mark.parametrize(
    ("question", "rewritten"),
    [
        ("and the geese?", ""),
        ("and the geese?", "same"),
        ("and the geese?", "and the geese?"),
        ("and the geese?", "how many ducks are swimming?"),
        ("and the geese?", "how many geese are flying?"),
        ("and the geese?", "is it the geese?"),
        ("what colour are they?", "what colour is the bus?"),
        ("what colour are they?", "what colour are the ducks? " * 500),
    ],
)
def test_a_rewriting_that_drops_or_invents_does_not(question: str, rewritten: str) -> None:
    assert not rewrite_is_from(question, HISTORY, rewritten)


def test_nothing_can_be_brought_in_where_there_is_no_turn_before() -> None:
    assert not rewrite_is_from("what colour are they?", [], "what colour are the ducks?")


def _random_text(rng: random.Random, words: list[str]) -> str:
    """Random letters, with a word of the question, of its kind, or of grammar among them."""

    def word() -> str:
        if rng.random() < 0.4:
            return rng.choice(words)
        return "".join(rng.choices(string.ascii_lowercase + "ăđêưẽ", k=rng.randint(1, 9)))

    return " ".join(word() for _ in range(rng.randint(0, 6)))


def test_random_texts_pass_only_if_they_are_made_of_the_question() -> None:
    rng = random.Random(7)
    vocabulary = [*folded_words(QUESTION), "a", "is", "bus", "person", "red", "blue", "appears", "none", "yes"]
    passed = 0
    for _ in range(1000):
        text = _random_text(rng, vocabulary)
        if slot_is_from(QUESTION, text):
            passed += 1
            stems = {word[:3] for word in folded_words(QUESTION)}
            assert {word[:3] for word in content_words(text)} <= stems, text
    assert passed < 100


def test_random_texts_pass_as_rewritings_only_if_they_are_made_of_the_conversation() -> None:
    rng = random.Random(8)
    vocabulary = ["how", "many", "geese", "bus", "appears", "when", "colour", "red", "same", "the"]
    texts = [_random_text(rng, vocabulary) for _ in range(1000)]
    passed = [text for text in texts if rewrite_is_from("and the geese?", HISTORY, text)]
    assert len(passed) < 20
    for text in passed:
        assert {"geese", "how"} <= set(folded_words(text)) or {"geese", "many"} <= set(folded_words(text))
        assert set(folded_words(text)) <= {"geese", "how", "many", "the", "appears", "when", "same"}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("stop", "stopping", True),
        ("carries", "carry", True),
        ("men", "man", True),
        ("bus", "buses", True),
        ("umbrella", "umberlla", True),
        ("bottle", "botle", True),
        ("car", "cat", False),
        ("red", "read", False),
        ("bus", "busy", False),
        ("horse", "house", False),
        ("house", "mouse", False),
    ],
)
def test_words_are_the_same_but_for_inflection_and_a_slip(first: str, second: str, same: bool) -> None:
    assert same_word(first, second) == same
