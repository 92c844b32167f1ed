"""OPUS-MT's classes, tiny and untrained: what must hold whatever the weights."""

from pathlib import Path

import pytest
import sentencepiece
import torch

from assistant.models.translate import MarianTranslator
from tools.errors import ModelNotFoundError


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """As the official repositories are laid out: two SentencePiece models, one vocabulary, torch's own weights."""
    import json

    from transformers import MarianConfig, MarianMTModel

    root = tmp_path_factory.mktemp("marian")
    text = root / "text.txt"
    text.write_text("\n".join(["xe đỏ đang chạy", "the red car is driving", "a b c d e f g h i k l m n o p"] * 30))
    for side in ("source", "target"):
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=str(root / side), vocab_size=60, hard_vocab_limit=False, minloglevel=2
        )
        (root / f"{side}.model").rename(root / f"{side}.spm")
    pieces = sentencepiece.SentencePieceProcessor(str(root / "source.spm"))
    listed = [pieces.id_to_piece(i) for i in range(pieces.get_piece_size())]
    names = ["</s>", "<unk>", *(name for name in listed if name not in ("<s>", "</s>", "<unk>")), "<pad>"]
    (root / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    (root / "tokenizer_config.json").write_text(json.dumps({"source_lang": "vi", "target_lang": "en"}))
    torch.manual_seed(0)
    sizes = {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32}
    config = MarianConfig(
        vocab_size=len(names),
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        max_position_embeddings=64,
        pad_token_id=len(names) - 1,
        decoder_start_token_id=len(names) - 1,
        eos_token_id=0,
        **sizes,
    )
    MarianMTModel(config).save_pretrained(root)
    return root


@pytest.mark.slow
def test_any_sentence_becomes_a_sentence(folder) -> None:
    translator = MarianTranslator(str(folder), str(folder))
    for text in ("xe đỏ", "x" * 3000, "🙂 <pad> </s>"):
        assert translator.translate(text, source="vi", target="en").strip()


@pytest.mark.slow
def test_a_model_of_several_languages_is_told_which(folder, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    import json
    import shutil

    several = tmp_path / "several"
    shutil.copytree(folder, several)
    vocabulary = json.loads((folder / "vocab.json").read_text())
    piece = next(name for name, number in vocabulary.items() if number == 5)
    named = {">>vie<<" if name == piece else name: number for name, number in vocabulary.items()}
    (several / "vocab.json").write_text(json.dumps(named))
    translator = MarianTranslator(str(folder), str(several))
    read = []
    for direction, model in translator._models.items():
        loaded = model.loaded
        generate = loaded.model.generate

        def note(generate=generate, direction=direction, **inputs):
            read.append((direction, inputs["input_ids"][0].tolist()))
            return generate(**inputs)

        monkeypatch.setattr(loaded.model, "generate", note)
    translator.translate("the red car", source="en", target="vi")
    translator.translate("xe đỏ", source="vi", target="en")
    (into_vietnamese, with_code), (into_english, without) = read
    assert (into_vietnamese, into_english) == (("en", "vi"), ("vi", "en"))
    assert with_code[0] == 5
    assert without == translator._models["vi", "en"].loaded.tokenizer("xe đỏ").input_ids


def test_nothing_to_do_is_nothing_loaded() -> None:
    translator = MarianTranslator("/nowhere", "/nowhere")
    assert translator.translate("car", source="en", target="en") == "car"
    assert translator.translate("  ", source="vi", target="en") == "  "
    with pytest.raises(ModelNotFoundError, match="models pull translation"):
        translator.translate("xe", source="vi", target="en")
