"""Whatever a model prefers, only what the pattern matches is written: random scores stand for every model."""

import pytest
import regex
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import BPE, Unigram
from transformers import PreTrainedTokenizerFast

from assistant.agent.cores import schema
from assistant.models.blip.constraint import Pieces, RegexConstraint
from training.common.tokenizer import build_tokenizer

CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789 .,;:'?-"
SCHEMAS = [
    {"type": "string", "maxLength": 12},
    {"type": "integer", "minimum": 1, "maximum": 9},
    {"type": "number"},
    {"type": "string", "minLength": 5, "maxLength": 5},
    {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 9},
    {"type": "integer", "minimum": 1, "maximum": 99, "multipleOf": 7},
    {"type": "number", "exclusiveMinimum": 0},
    {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 3},
    {"type": "array", "items": {"type": "string"}},
    {"anyOf": [{"type": "number"}, {"type": "null"}]},
]


def _sentence_piece() -> PreTrainedTokenizerFast:
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(c.replace(" ", "▁"), -3.0) for c in CHARACTERS] + [("▁red", -1.0), ("▁car", -1.0)]
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(Unigram(pieces, unk_id=2)), eos_token="</s>", pad_token="<pad>", unk_token="<unk>"
    )


def _byte_level() -> PreTrainedTokenizerFast:
    words = ["<pad>", "</s>", *(c.replace(" ", "Ġ") for c in CHARACTERS), "Ġred", "Ġcar"]
    model = BPE({word: i for i, word in enumerate(words)}, [])
    return PreTrainedTokenizerFast(tokenizer_object=Tokenizer(model), eos_token="</s>", pad_token="<pad>")


TOKENIZERS = {"word pieces": build_tokenizer("t5"), "sentence pieces": _sentence_piece(), "bytes": _byte_level()}


def _write(pattern: str, name: str, seed: int, loved: int | None = None, *, most: int = schema.MOST_TOKENS) -> str:
    """What random scores write; `loved` is a token that they always want, and then never the end."""
    tokenizer = TOKENIZERS[name]
    pieces, end = Pieces(tokenizer), tokenizer.eos_token_id
    constraint = RegexConstraint(pattern, pieces, end, skip=1)
    scores, written = torch.Generator().manual_seed(seed), [0]
    for _ in range(most):
        row = torch.randn(1, len(tokenizer), generator=scores)
        if loved is not None:
            row[0, loved % len(tokenizer)], row[0, end] = 100.0, -100.0
        token = int(constraint(torch.tensor([written]), row).argmax())
        if token == end:
            break
        written.append(token)
    else:
        pytest.fail("it never ends")
    return pieces.read(written[1:])


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), rules=st.sampled_from(SCHEMAS), loved=st.none() | st.integers(0, 800))
def test_every_slot_parses_whatever_the_scores(name: str, seed: int, rules: dict, loved: int | None) -> None:
    text = _write(schema.pattern(rules), name, seed, loved)
    assert regex.fullmatch(schema.pattern(rules), text)
    value = schema.value(text, rules)
    for number in [value] if isinstance(value, int | float) else []:
        assert rules.get("minimum", number) <= number <= rules.get("maximum", number)
        assert rules.get("exclusiveMinimum", number - 1) < number < rules.get("exclusiveMaximum", number + 1)
        assert number % rules.get("multipleOf", 1) == 0 or rules.get("type") != "integer"
    if rules.get("type") in ("string", "array"):
        of = "Items" if rules["type"] == "array" else "Length"
        assert rules.get(f"min{of}", 1) <= len(value) <= rules.get(f"max{of}", schema.MOST_CHARACTERS)


def test_a_lone_space_is_never_written_for_ever() -> None:
    space = TOKENIZERS["sentence pieces"].convert_tokens_to_ids("▁")
    assert _write(schema.pattern({"type": "string"}), "sentence pieces", 0, loved=space)


@pytest.mark.parametrize(
    ("rules", "meant"),
    [
        ({"enum": ["Red", None]}, {"Red": "Red", "none": None}),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, {"yes": True, "no": False, "none": None}),
        ({"type": "array", "items": {"const": 5}}, {"5": [5]}),
        ({"anyOf": [{"enum": ["a"]}, {"type": "string"}]}, None),
    ],
)
def test_a_few_values_are_chosen_and_never_spelled(rules: dict, meant: dict | None) -> None:
    assert schema.choices(rules) == meant


def test_the_models_own_choice_is_kept_where_it_fits() -> None:
    tokenizer = TOKENIZERS["word pieces"]
    scores = torch.zeros(1, len(tokenizer))
    red, dog = (tokenizer.convert_tokens_to_ids(word) for word in ("red", "dog"))
    scores[0, red], scores[0, dog] = 5.0, 4.0
    constraint = RegexConstraint("(?:dog|red) car", Pieces(tokenizer), tokenizer.eos_token_id, skip=1)
    assert int(constraint(torch.tensor([[0]]), scores).argmax()) == red
    only = RegexConstraint("dog", Pieces(tokenizer), tokenizer.eos_token_id, skip=1)
    assert int(only(torch.tensor([[0]]), scores).argmax()) == dog


def test_rows_of_a_batch_are_held_to_the_pattern_each_alone() -> None:
    tokenizer = TOKENIZERS["word pieces"]
    red, end = tokenizer.convert_tokens_to_ids("red"), tokenizer.eos_token_id
    constraint = RegexConstraint("red(?: car)?", Pieces(tokenizer), end, skip=1, allow=4)
    allowed = constraint(torch.tensor([[0, red], [0, end]]), torch.zeros(2, len(tokenizer))).isfinite()
    assert allowed[0].sum() >= 2
    assert allowed[1].nonzero().flatten().tolist() == [end]


@pytest.mark.parametrize(
    "rules",
    [
        {"type": "object"},
        {"$ref": "#/$defs/X"},
        {"type": "string", "pattern": "^a$"},
        {"type": "string", "minLength": 61},
        {"type": "array", "items": {"type": "array"}},
        {"type": "array", "items": {"enum": ["a"]}, "minItems": 2},
    ],
)
def test_what_cannot_be_written_is_refused(rules: dict) -> None:
    with pytest.raises(schema.SlotError, match="cannot be filled"):
        schema.pattern(rules)
    assert not schema.fillable(rules)
