import hashlib
import random
import string

import pytest
from transformers import PreTrainedTokenizerFast

import prompts
from training.common.tokenizer import COLUMN_MARKS, IMAGE_TOKEN, VIETNAMESE_LETTERS, build_tokenizer, vocabulary
from training.world.scene import COLUMNS, sample_scene, scene_words

SENTENCES = (
    "Có chiếc xe đỏ nào không?",
    "Nghiêng ngả, khuỷu tay; những quyển sách cũ kỹ ở Đà Nẵng!",
    'who is the president of france? [0:12] {"a": 1} <b> \\ ~ `',
)


@pytest.fixture(scope="module")
def t5() -> PreTrainedTokenizerFast:
    return build_tokenizer("t5")


def test_the_vocabulary_does_not_change() -> None:
    # Its order fixes the frozen word table: a change makes every trained checkpoint worthless.
    digest = hashlib.sha256("\n".join(vocabulary()).encode()).hexdigest()
    assert (len(vocabulary()), digest[:12]) == (1306, "2e34b0c54844")


def test_special_ids_are_those_of_a_t5(t5: PreTrainedTokenizerFast) -> None:
    assert (t5.pad_token_id, t5.eos_token_id) == (0, 1)
    assert t5("a car").input_ids[-1] == 1
    assert t5.convert_tokens_to_ids(IMAGE_TOKEN) == vocabulary().index(IMAGE_TOKEN)


@pytest.mark.parametrize("text", SENTENCES)
def test_no_vietnamese_or_ascii_text_is_unknown(t5: PreTrainedTokenizerFast, text: str) -> None:
    assert t5.unk_token_id not in t5(text).input_ids


def test_every_letter_has_a_token_alone_and_inside_a_word(t5: PreTrainedTokenizerFast) -> None:
    for letter in string.ascii_letters + VIETNAMESE_LETTERS + VIETNAMESE_LETTERS.upper():
        assert t5.unk_token_id not in t5(f"{letter} z{letter}").input_ids, letter


def test_accents_are_kept(t5: PreTrainedTokenizerFast) -> None:
    assert t5.tokenize("Đỏ") == ["đỏ"]
    assert t5.decode(t5("Xe ĐỎ rẽ trái").input_ids, skip_special_tokens=True) == "xe đỏ rẽ trái"


def test_decomposed_letters_are_composed(t5: PreTrainedTokenizerFast) -> None:
    assert t5("đo\u0309").input_ids == t5("đỏ").input_ids


def test_words_of_scenes_and_prompts_are_whole(t5: PreTrainedTokenizerFast) -> None:
    words = {word for _ in range(300) for slot in scene_words(sample_scene(random.Random(_))) for word in slot}
    for name in ("pocket/answer", "pocket/caption", "pocket/choose_tool", "pocket/verify"):
        filled = prompts.render(name, **dict.fromkeys(prompts.variables(name), ""))
        words |= set(filled.lower().replace(":", " ").replace("?", " ").split())
    assert {word for word in words - set(COLUMN_MARKS) if len(t5.tokenize(word)) != 1} == set()


def test_the_marks_of_columns_are_words_that_no_text_contains(t5: PreTrainedTokenizerFast) -> None:
    marks = {vocabulary().index(mark) for mark in COLUMN_MARKS}
    assert len(marks) == COLUMNS
    assert marks.isdisjoint(t5(" ".join(COLUMN_MARKS)).input_ids)


@pytest.mark.parametrize(
    ("kind", "first", "last"), [("t5", "a", "</s>"), ("bert", "[CLS]", "[SEP]"), ("clip", "<s>", "</s>")]
)
def test_each_kind_frames_the_text(kind: str, first: str, last: str) -> None:
    tokenizer = build_tokenizer(kind)
    tokens = tokenizer.convert_ids_to_tokens(tokenizer("a bus").input_ids)
    assert (tokens[0], tokens[-1]) == (first, last)
