import pytest

from assistant.text.inflection import (
    ing_form,
    is_plural,
    past_form,
    plural_noun,
    singular_noun,
    third_person,
    with_indefinite_article,
)


@pytest.mark.parametrize(
    ("singular", "plural"),
    [
        ("bus", "buses"), ("bench", "benches"), ("box", "boxes"), ("puppy", "puppies"), ("boy", "boys"),
        ("person", "people"), ("woman", "women"), ("photo", "photos"), ("glass", "glasses"), ("knife", "knives"),
    ],
)  # fmt: skip
def test_plurals(singular: str, plural: str) -> None:
    assert (plural_noun(singular), singular_noun(plural)) == (plural, singular)
    assert (is_plural(plural), is_plural(singular)) == (True, False)


@pytest.mark.parametrize(
    ("verb", "third"),
    [("stop", "stops"), ("cross", "crosses"), ("carry", "carries"), ("go", "goes"), ("get off", "gets off"),
     ("are", "is"), ("have", "has"), ("play", "plays")],
)  # fmt: skip
def test_third_person(verb: str, third: str) -> None:
    assert third_person(verb) == third


def test_other_forms() -> None:
    assert [ing_form(verb) for verb in ("get off", "drive", "lie", "be")] == [
        "getting off",
        "driving",
        "lying",
        "being",
    ]
    assert [past_form(verb) for verb in ("stop", "hurry", "wave")] == ["stopped", "hurried", "waved"]
    assert [with_indefinite_article(noun) for noun in ("orange", "uniform", "hour", "umbrella", "red car")] == [
        "an orange", "a uniform", "an hour", "an umbrella", "a red car",
    ]  # fmt: skip
