import unicodedata
from collections import Counter
from typing import get_args

import pytest

from assistant.agent.question.lexicon import annotate, broader_of, lookup, partners, simplify
from assistant.text.concepts import Kind, load_senses

CONCEPTS = load_senses().concepts
KNOWN = ("car", "bus", "van", "truck", "person", "dog", "bag", "taxi sign")


def english(phrase: str) -> list[str]:
    return [concept.english for concept in lookup(phrase)]


def test_every_kind_has_concepts_in_both_languages() -> None:
    kinds = Counter(concept.kind for concept in CONCEPTS)
    assert set(kinds) == set(get_args(Kind))
    assert all(concept.english and concept.vietnamese for concept in CONCEPTS)
    assert len(CONCEPTS) > 600


def test_broader_concepts_exist_and_end() -> None:
    for concept in CONCEPTS:
        assert len(broader_of(concept)) < 5
    assert [concept.english for concept in broader_of(lookup("taxi")[0])] == ["car", "vehicle"]


def test_no_row_repeats_a_form() -> None:
    for concept in CONCEPTS:
        assert len(set(concept.vietnamese_forms)) == len(concept.vietnamese_forms), concept
        assert len(set(concept.english_forms)) == len(concept.english_forms), concept


@pytest.mark.parametrize(
    ("phrase", "meant"),
    [
        ("lorries", "truck"), ("women", "woman"), ("Got off", "get off"), ("stopping", "stop"), ("xế hộp", "car"),
        ("chiếc dù", "umbrella"),
        ("thuỷ thủ", "sailor"), ("thủy thủ", "sailor"), ("kĩ sư", "engineer"), ("xe bus", "bus"),

        ("bike", "bicycle"), ("mũ", "hat"), ("mu", "hat"), ("nguoi phu nu", "woman"), ("bigger", "big"),
    ],
)  # fmt: skip
def test_commonest_meaning_comes_first(phrase: str, meant: str) -> None:
    assert english(phrase)[0] == meant
    assert english(unicodedata.normalize("NFD", phrase))[0] == meant


def test_accents_that_are_typed_must_agree() -> None:
    assert english("mụ") == []
    assert "fog" in english("mu")
    assert "fog" not in english("mũ")


def test_ambiguous_words_keep_all_meanings() -> None:
    assert english("xanh")[:2] == ["blue", "green"]
    assert {"umbrella", "cell"} <= set(english("ô"))


def test_partners_are_the_forms_of_the_other_language() -> None:
    assert {"ô", "dù", "chiếc ô"} <= partners("brolly")
    assert {"car", "automobile"} <= partners("xe hoi")
    assert partners("qwzx") == frozenset()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_annotation_prefers_few_long_forms_and_gives_spans_of_the_text(form: str) -> None:
    text = unicodedata.normalize(form, "lái xe tải, rồi người phụ nữ mở ô")  # type: ignore[arg-type]
    matches = annotate(text, "vi")
    assert [match.concepts[0].english for match in matches] == ["drive", "truck", "woman", "open", "umbrella"]
    assert all(text[match.start : match.end] == match.text for match in matches)


def test_annotation_does_not_join_words_over_a_comma() -> None:
    assert [match.text for match in annotate("fire, engine", "en")] == ["fire", "engine"]


def test_annotation_of_vietnamese_knows_english_words() -> None:
    assert [match.concepts[0].english for match in annotate("cái laptop màu đen", "vi")] == ["laptop", "black"]


def test_english_without_accents_is_not_read_as_vietnamese() -> None:
    assert [match.text for match in annotate("to do an x", "en")] == ["do"]


@pytest.mark.parametrize(
    ("question", "simple"),
    [
        ("the lorries pull over", "the trucks stop"),
        ("When does the guy with the brolly hop on a coach?", "When does the man with the umbrella get on a bus?"),
        ("a infant", "a baby"),
        ("is it a cab", "is it a taxi"),
        ("a bloke with a parasol", "a man with an umbrella"),
        ("the bus stops", "the bus stops"),
        ("the second train leaves the park", "the second train leaves the park"),
    ],
)
def test_simplify_writes_canonical_forms(question: str, simple: str) -> None:
    assert simplify(question) == simple


@pytest.mark.parametrize(
    ("question", "simple"),
    [
        ("two women leave a taxi", "two people leave a car"),
        ("an ambulance", "a van"),
        ("a puppy", "a dog"),
        ("the rucksack", "the bag"),
        ("a giraffe", "a giraffe"),
    ],
)
def test_simplify_goes_up_to_what_the_vocabulary_has(question: str, simple: str) -> None:
    assert simplify(question, KNOWN) == simple
