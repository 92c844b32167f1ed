"""Everyday names of things, and the text of a named picture."""

import pytest

from assistant.text.things import display_name, load_things, names_to_say, shows_thing, singular, write_names

DOG = write_names(["dog"], ["pet", "animal", "golden retriever"])


def test_every_thing_has_its_own_name_and_kinds_of_imagenet() -> None:
    things = load_things()
    names = [name for thing in things for name in thing.names]
    assert len(set(names)) == len(names)
    assert all(thing.kinds and thing.kinds <= set(range(1000)) for thing in things)
    assert all(not set(",;") & set(name) for name in names)
    assert len(next(thing for thing in things if thing.name == "dog").kinds) == 118


def test_a_named_picture_says_its_first_names_only() -> None:
    assert names_to_say(DOG) == ["dog"]
    assert names_to_say(write_names(["cup", "table"], [])) == ["cup", "table"]
    assert names_to_say(write_names([], [])) == []


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("dog", True), ("Dogs", True), ("animals", True), ("golden retrievers", True), ("puppy", False), ("cat", False)],
)
def test_a_thing_is_shown_under_its_names_and_what_they_entail(asked: str, shown: bool) -> None:
    assert shows_thing(DOG, asked) is shown


def test_other_names_of_a_thing_match_too() -> None:
    assert shows_thing(write_names(["cup"], []), "mugs")
    assert not shows_thing(write_names([], []), "mug")


def test_names_are_read_in_vietnamese() -> None:
    assert display_name("dog", "vi") == "con chó"
    assert display_name("hourglass", "vi") == "đồng hồ cát"
    assert display_name("isopod", "vi") == "isopod"
    assert display_name("dog", "en") == "dog"


@pytest.mark.parametrize(
    ("plural", "name"),
    [("buses", "bus"), ("knives", "knife"), ("hatchets", "hatchet"), ("dresses", "dress"), ("torches", "torch"),
     ("glass", "glass"), ("people", "person")],
)  # fmt: skip
def test_plurals_have_the_key_of_their_singular(plural: str, name: str) -> None:
    assert singular(plural) == singular(name)
