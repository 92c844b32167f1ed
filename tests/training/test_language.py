import random
import re

import pytest

from training.common.frames import unknown_thing_task
from training.common.tokenizer import build_tokenizer
from training.language import (
    held_out,
    out_of_distribution,
    rewording,
    rewrites,
    tool_calls,
    tool_wordings,
    translation,
    translation_wordings,
    unknown_things,
)
from training.language.names import Thing
from training.language.noise import add_typo
from training.language.summaries import summary_example
from training.language.tasks import TASKS
from training.world.questions import UNKNOWN
from training.world.wordings import OUT_OF_WORLD, WORDINGS


@pytest.mark.parametrize("name", TASKS)
def test_a_task_depends_on_its_seed_alone(name: str) -> None:
    def sample(seed: int) -> list[object]:
        rng = random.Random(seed)
        return [TASKS[name].sample(rng) for _ in range(20)]

    assert sample(3) == sample(3) != sample(4)


@pytest.mark.parametrize("name", TASKS)
def test_every_text_is_short_and_written_without_unknown_tokens(name: str) -> None:
    tokenizer, rng = build_tokenizer("t5"), random.Random(1)
    for sampler in (TASKS[name].sample, TASKS[name].held_out):
        for _ in range(200):
            example = sampler(rng)
            for text in (example.prompt, example.target):
                ids = tokenizer(text).input_ids
                assert tokenizer.unk_token_id not in ids, text
                assert 1 < len(ids) < (220 if name == "summary" else 100), text


def _bare(pattern: str) -> str:
    """Returns a pattern with normalised blanks, so that "the {name}" and "{the}" are the same wording."""
    pattern = re.sub(r"the \{(name|kind|other)\}|\{(the|other|person|it)\}", "#", pattern)
    return re.sub(r"\{(?!a\})\w+\}", "%", pattern)


def test_no_held_out_wording_is_trained_under_another_name() -> None:
    trained = [*WORDINGS.values(), *rewrites.FOLLOW_UPS.values(), rewrites.OPENINGS, rewrites.ABOUT_NO_THING]
    trained += [wordings for _, wordings in tool_wordings.QUESTIONS.values()]
    trained += [tuple(translation_wordings.ENGLISH.values()), tuple(rewrites.ABOUT.values())]
    known = {_bare(wording) for wordings in trained for wording in wordings}
    tables = held_out.QUESTION_WORDINGS, held_out.TOOL_WORDINGS, held_out.FOLLOW_UP_WORDINGS
    assert known.isdisjoint(_bare(w) for table in tables for wordings in table.values() for w in wordings)


@pytest.mark.parametrize(
    ("asked", "trained"),
    [
        (held_out.TOOL_WORDINGS, {kind: wordings for kind, (_, wordings) in tool_wordings.QUESTIONS.items()}),
        (held_out.FOLLOW_UP_WORDINGS, rewrites.FOLLOW_UPS),
        (held_out.VI_WORDINGS, translation_wordings.VI_WORDINGS),
        (held_out.QUESTION_WORDINGS, WORDINGS),
    ],
)
def test_held_out_wordings_are_never_trained(
    asked: dict[str, tuple[str, ...]], trained: dict[str, tuple[str, ...]]
) -> None:
    assert asked.keys() <= trained.keys()
    everything = {wording for wordings in trained.values() for wording in wordings}
    assert everything.isdisjoint(wording for wordings in asked.values() for wording in wordings)


def test_every_class_of_questions_has_held_out_wordings() -> None:
    assert held_out.TOOL_WORDINGS.keys() == tool_wordings.QUESTIONS.keys()
    assert held_out.FOLLOW_UP_WORDINGS.keys() == rewrites.FOLLOW_UPS.keys()
    assert held_out.QUESTION_WORDINGS.keys() == WORDINGS.keys()


def test_every_tool_is_wanted_and_has_only_its_own_slot() -> None:
    assert {tool for tool, _ in tool_wordings.QUESTIONS.values()} == set(tool_calls.TOOLS)
    rng = random.Random(2)
    for kind in tool_wordings.QUESTIONS:
        question = tool_calls.sample_tool_question(rng, kind=kind)
        assert all(tool_calls.SLOTS[tool] == slot for tool, slot in question.slots)
        assert all(question.slots.values())


def test_a_sequence_joins_its_events_in_the_order_asked() -> None:
    rng = random.Random(5)
    for _ in range(50):
        question = tool_calls.sample_tool_question(rng, kind="sequence3", open_vocabulary=False)
        events = question.slots["find events", "sequence"].split(" ; ")
        places = [question.text.find(event) for event in events]
        assert len(events) == 3
        assert min(places) >= 0


def test_a_follow_up_becomes_a_question_without_a_pronoun() -> None:
    rng = random.Random(6)
    for _ in range(300):
        history, question, standalone = rewrites.sample_follow_up(rng)
        assert 1 <= len(history) <= 2
        assert question != standalone
        if "raining" not in standalone and "is it day" not in standalone:
            assert not {"it", "he", "she", "they", "that"} & set(standalone.strip("?.").split()), standalone


def test_a_thing_in_vietnamese() -> None:
    assert Thing("car", "red").vi_a() == "một chiếc ô tô đỏ"
    assert Thing("person", "green").vi() == "người mặc áo xanh lá"
    assert Thing("dog").vi(random.Random(0)) == "con chó"
    assert Thing("person", "red", "flag").vi() == "người mặc áo đỏ cầm lá cờ"
    assert Thing("person", None, "umbrella").plural_name == "people with an umbrella"


def test_the_unknown_things_of_the_evaluation_are_never_trained() -> None:
    rng = random.Random(12)
    names = {name for pair in held_out.UNKNOWN_THINGS for name in pair}
    assert names.isdisjoint([*unknown_things.ENGLISH, *unknown_things.VIETNAMESE])
    drawn = [unknown_things.unknown_thing_question(rng) for _ in range(2000)]
    drawn += [translation.sample_unknown_thing_pair(rng)[0] for _ in range(2000)]
    drawn += OUT_OF_WORLD
    pairs = [out_of_distribution.sample_out_of_distribution_question(rng) for _ in range(1000)]
    drawn += [text for pair in pairs for text in pair]
    for name in names:
        assert not [text for text in drawn if re.search(rf"\b{name}\b", text)], name


def test_a_translation_keeps_the_word_of_an_unknown_thing() -> None:
    assert unknown_things.sample_vietnamese_unknown_thing(random.Random(2)).vietnamese
    thing = Thing("voi", "red", vietnamese="con voi")
    assert (thing.a, thing.plural_name, thing.vi_a()) == ("a red voi", "red voi", "một con voi đỏ")
    rng, with_vietnamese = random.Random(3), 0
    for _ in range(300):
        vietnamese, english = translation.sample_unknown_thing_pair(rng)
        words = [word for word in re.findall(r"\w+", english) if not word.isascii()]
        with_vietnamese += bool(words)
        assert all(word in vietnamese for word in words), (vietnamese, english)
    assert with_vietnamese > 100


def test_questions_about_unknown_things_are_unknown_and_statements_false() -> None:
    rng = random.Random(4)
    for _ in range(200):
        instruction, prompt, answer = unknown_thing_task(rng)
        assert answer == (UNKNOWN if instruction[-1] in "?." else "no"), prompt


def test_somebody_becomes_a_person_in_a_slot() -> None:
    rng, count = random.Random(5), 0
    for _ in range(400):
        question = tool_calls.sample_tool_question(rng, kind="when_happens")
        if any(f" {word} " in question.text for word in tool_calls.SOMEBODY):
            assert question.slots["find events", "sequence"].startswith("a person ")
            count += 1
    assert count > 10


def test_a_typo_changes_at_most_one_word() -> None:
    rng, question = random.Random(1), "what colour is the motorbike?"
    changed = [add_typo(question, rng, share=1.0).split() for _ in range(40)]
    assert all(sum(a != b for a, b in zip(words, question.split(), strict=True)) <= 1 for words in changed)
    assert len({tuple(words) for words in changed}) > 10


def test_a_summary_names_every_actor_once() -> None:
    rng = random.Random(4)
    for _ in range(30):
        example = summary_example(rng)
        names = re.findall(r"an? \w+ \w+", re.sub(r" with an? \w+", "", example.target))
        assert len(names) == len(set(names))
        assert all(name in example.prompt for name in names)
        assert names or example.target.startswith("nothing")


def test_translations_into_vietnamese_always_use_the_same_wording() -> None:
    rng = random.Random(8)
    translations: dict[str, str] = {}
    for _ in range(3000):
        vietnamese, english = translation.sample_pair(rng, to_vietnamese=True)
        assert translations.setdefault(english, vietnamese) == vietnamese


def test_no_other_wording_is_a_held_out_wording() -> None:
    from bench.quality.dialogues.wordings import FOLLOW_UPS
    from bench.quality.dialogues.wordings import WORDINGS as DIALOGUES

    tables = [held_out.QUESTION_WORDINGS, held_out.TOOL_WORDINGS, held_out.FOLLOW_UP_WORDINGS, held_out.VI_WORDINGS]
    tables += [table[language] for table in (DIALOGUES, FOLLOW_UPS) for language in ("en", "vi")]
    wordings_held_out = [wording for table in tables for wordings in table.values() for wording in wordings]
    patterns = [
        re.compile(re.sub(r"\\\{\w+\\\}", r"(?:\\w+ ){0,2}\\w+", re.escape(wording.lower())))
        for wording in wordings_held_out
    ]
    ways = [way for table in (rewording.ENGLISH, rewording.VIETNAMESE) for ways in table.values() for way in ways]
    ways += [*rewrites.TOO, *(pattern for part in out_of_distribution.PATTERNS for pair in part for pattern in pair)]
    for way in ways:
        for blank in ("it", "the red car", "a red car", "nó", "xe đỏ", "một xe đỏ"):
            text = re.sub(r"\{\w+\}", blank, way)
            assert not [pattern.pattern for pattern in patterns if pattern.fullmatch(text)], text
    follow_ups = {
        wording.replace("{its}", "its").replace("{it}", "it")
        for wordings in rewrites.FOLLOW_UPS.values()
        for wording in wordings
    }
    assert follow_ups.isdisjoint(wording.lower() for wording in wordings_held_out)
