"""Writes the tiny checkpoints of this folder, and what the release that wrote them made of a picture and a question.

Run it with a transformers release of the time, never with ours: what it writes is what users hold on their disks, and
the numbers in `expected.json` are that release's own. 4.33.3 stands for what was on the hub before December 2024 (no
`image_token_index`, no `num_query_tokens` in the processor), 4.46.3 for what has been there since:

    python -m pip install --no-deps --target old transformers==4.46.3 tokenizers==0.20.3 huggingface_hub==0.26.5
    PYTHONPATH=old python tests/models/layouts/write.py
"""

import json
import shutil
import string
import tempfile
from pathlib import Path

import numpy as np
import sentencepiece
import torch
import transformers
from transformers import (
    BertTokenizerFast,
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    BlipImageProcessor,
    GPT2TokenizerFast,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    LlamaConfig,
    LlamaTokenizerFast,
    OPTConfig,
    T5Config,
    T5TokenizerFast,
)

HERE = Path(__file__).parent
OLD = transformers.__version__.startswith("4.33")
QUERIES, SIDE, PATCH = 4, 14, 7
PROMPT, CANDIDATES = "Question: what is the red thing? Short answer:", ["a car", "a bus"]
WORDS = "a an the is are what where red blue green car bus dog man question short answer thing yes no in on of".split()
LETTERS = string.ascii_letters + string.digits + ".,?!:;'-()\""
VISION = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": SIDE,
    "patch_size": PATCH,
}
QFORMER = {
    "hidden_size": 16,
    "encoder_hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "cross_attention_frequency": 2,
    "max_position_embeddings": 64,
}


def picture() -> np.ndarray:
    """HWC uint8, the same everywhere."""
    rows, columns = np.mgrid[0:40, 0:60]
    return np.stack([rows * 5 % 256, columns * 4 % 256, (rows * columns) % 256], -1).astype(np.uint8)


def sentence_pieces(kind: str, size: int, **ids: int) -> Path:
    folder = Path(tempfile.mkdtemp())
    text = folder / "text.txt"
    text.write_text("\n".join([" ".join(WORDS), " ".join(LETTERS), *(f"Question: {w}" for w in WORDS)] * 20))
    sentencepiece.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "spiece"),
        model_type=kind,
        vocab_size=size,
        hard_vocab_limit=False,
        normalization_rule_name="identity",  # without its table of 240 KB
        minloglevel=2,
        **ids,
    )
    return folder / "spiece.model"


def t5_tokenizer() -> T5TokenizerFast:
    pieces = sentence_pieces("unigram", 130, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    return T5TokenizerFast(vocab_file=str(pieces), extra_ids=10)


def llama_tokenizer() -> LlamaTokenizerFast:
    pieces = sentence_pieces("bpe", 400, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, byte_fallback=True)
    tokenizer = LlamaTokenizerFast(vocab_file=str(pieces), padding_side="left", add_prefix_space=True)
    tokenizer.add_special_tokens({"pad_token": "[PAD]"})
    return tokenizer


def bert_tokenizer() -> BertTokenizerFast:
    path = Path(tempfile.mkdtemp()) / "vocab.txt"
    letters = sorted(set(LETTERS.lower()))
    names = [*WORDS, *(c for c in letters if c not in WORDS), *(f"##{c}" for c in letters)]
    path.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *names]))
    tokenizer = BertTokenizerFast(vocab_file=str(path), truncation_side="left")
    tokenizer.add_special_tokens({"bos_token": "[DEC]"})
    return tokenizer


def opt_tokenizer() -> GPT2TokenizerFast:
    from transformers.models.gpt2.tokenization_gpt2 import bytes_to_unicode

    folder = Path(tempfile.mkdtemp())
    names = ["<s>", "<pad>", "</s>", "<unk>", *bytes_to_unicode().values()]
    (folder / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    names = {"bos_token": "</s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "</s>"}
    return GPT2TokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"), add_prefix_space=False, **names)


def t5(tokenizer) -> dict:
    config = T5Config(
        vocab_size=_round(len(tokenizer)),
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=2,
        num_decoder_layers=2,
        num_heads=2,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=1,
    )
    # As on the hub, where this was written out by hand.
    return {**config.to_dict(), "dense_act_fn": "gelu", "architectures": ["T5ForConditionalGeneration"]}


def llama(tokenizer) -> dict:
    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    # The ends of the official Vicuna checkpoint are wrong in its text_config: 0 and 1 where the tokenizer says 1 and 2.
    ends = {"bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 0}
    config = LlamaConfig(vocab_size=_round(len(tokenizer)), max_position_embeddings=128, **sizes, **ends)
    return {**config.to_dict(), "architectures": ["LLaMAForCausalLM"]}


def opt(tokenizer) -> dict:
    sizes = {"hidden_size": 16, "ffn_dim": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    ends = {"bos_token_id": 2, "eos_token_id": 50118, "pad_token_id": 1}
    config = OPTConfig(
        vocab_size=_round(len(tokenizer)), max_position_embeddings=128, word_embed_proj_dim=16, **sizes, **ends
    )
    return {**config.to_dict(), "architectures": ["OPTForCausalLM"]}


def _round(size: int) -> int:
    """Room for `<image>`, as the official tables have."""
    return (size + 1 + 7) // 8 * 8


def _fill(model) -> None:
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for name, tensor in sorted(model.named_parameters()):
            if tensor.dim() > 1:
                # Large enough that what is read decides what is written.
                spread = 1.0 if "query_tokens" in name or "embed" in name or "shared" in name else 0.35
                tensor.copy_(torch.randn(tensor.shape, generator=generator) * spread)
            elif "bias" in name:
                tensor.copy_(torch.randn(tensor.shape, generator=generator) * 0.1)


def _image_processor() -> BlipImageProcessor:
    return BlipImageProcessor(size={"height": SIDE, "width": SIDE})


def _save(name: str, model, processor, *, safe: bool = True, shards: str = "10GB") -> Path:
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, safe_serialization=safe, max_shard_size=shards)
    processor.save_pretrained(folder)
    return folder


def _expect(model, processor, *, instructed: bool) -> dict:
    """Features, likelihoods and a greedy answer, by this release's own top-level calls."""
    model.eval()
    torch.manual_seed(0)
    read = processor(images=[picture()], text=PROMPT, return_tensors="pt")
    tokenizer = processor.tokenizer
    with torch.no_grad():
        features = model.vision_model(read["pixel_values"]).last_hidden_state[0]
        more = {} if model.config.use_decoder_only_language_model else {"decoder_input_ids": torch.zeros(1, 1).long()}
        logits = model(**read, **more, return_dict=True).logits[0, -1]
        written = model.generate(
            **read, max_new_tokens=6, num_beams=1, do_sample=False, eos_token_id=tokenizer.eos_token_id
        )[0].tolist()
    return {
        "features": [round(float(v), 5) for v in features.flatten()[:24]],
        "first_log_probabilities": [round(float(v), 5) for v in logits.float().log_softmax(-1)],
        "prompt": read["input_ids"][0].tolist(),
        "greedy": written,
        "instructed": instructed,
    }


def instructblip(name: str, tokenizer, text_config: dict, **saving) -> dict:
    qformer = bert_tokenizer()
    config = InstructBlipConfig(
        vision_config=VISION,
        qformer_config={**QFORMER, "vocab_size": len(qformer)},
        text_config=text_config,
        num_query_tokens=QUERIES,
    )
    more = {} if OLD else {"num_query_tokens": QUERIES}
    processor = InstructBlipProcessor(_image_processor(), tokenizer, qformer, **more)
    if not OLD:
        config.image_token_index = processor.tokenizer.convert_tokens_to_ids("<image>")
    model = InstructBlipForConditionalGeneration(config)
    _fill(model)
    _save(name, model, processor, **saving)
    return _expect(model, processor, instructed=True)


def blip2(name: str, tokenizer, text_config: dict, **saving) -> dict:
    config = Blip2Config(
        vision_config=VISION, qformer_config=QFORMER, text_config=text_config, num_query_tokens=QUERIES
    )
    more = {} if OLD else {"num_query_tokens": QUERIES}
    processor = Blip2Processor(_image_processor(), tokenizer, **more)
    if not OLD:
        config.image_token_index = processor.tokenizer.convert_tokens_to_ids("<image>")
    model = Blip2ForConditionalGeneration(config)
    _fill(model)
    _save(name, model, processor, **saving)
    return _expect(model, processor, instructed=False)


def matching(name: str) -> dict:
    from transformers import Blip2ForImageTextRetrieval

    tokenizer = bert_tokenizer()
    processor = Blip2Processor(_image_processor(), tokenizer, num_query_tokens=QUERIES)
    config = Blip2Config(
        vision_config=VISION,
        qformer_config={**QFORMER, "vocab_size": _round(len(tokenizer)), "use_qformer_text_input": True},
        text_config={"model_type": "opt", "hidden_size": 16, "num_hidden_layers": 1},
        num_query_tokens=QUERIES,
        image_text_hidden_size=8,
        image_token_index=len(tokenizer),
    )
    model = Blip2ForImageTextRetrieval(config).eval()
    _fill(model)
    _save(name, model, processor)
    # The tokenizer alone: that release's processor puts `<image>` before the text, and its model reads that as words.
    pixels = processor.image_processor([picture()] * 2, return_tensors="pt")
    read = {**pixels, **tokenizer(CANDIDATES, return_tensors="pt", padding=True, return_token_type_ids=False)}
    with torch.no_grad():
        logits = model(**read, use_image_text_matching_head=True).logits_per_image
    return {"matched": [round(float(v), 5) for v in logits.softmax(1)[:, 1]], "texts": CANDIDATES}


if __name__ == "__main__":
    version = "-".join(transformers.__version__.split(".")[:2])
    made = {
        f"instructblip-t5-{version}": instructblip(
            f"instructblip-t5-{version}", t5_tokenizer(), t5(t5_tokenizer()), **({} if OLD else {"shards": "60KB"})
        ),
        f"blip2-opt-{version}": blip2(f"blip2-opt-{version}", opt_tokenizer(), opt(opt_tokenizer()), safe=not OLD),
        f"instructblip-vicuna-{version}": instructblip(
            f"instructblip-vicuna-{version}", llama_tokenizer(), llama(llama_tokenizer())
        ),
        f"blip2-t5-{version}": blip2(f"blip2-t5-{version}", t5_tokenizer(), t5(t5_tokenizer())),
    }
    if not OLD:
        made[f"blip2-itm-{version}"] = matching(f"blip2-itm-{version}")
    path = HERE / "expected.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | made, indent=1) + "\n")
