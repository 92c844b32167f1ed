"""Proves the port equal to both original code bases, on vectors that they made.

`python -m assistant.models.glip.parity FOLDER [--case NAME]` prints one JSON object for each case: the largest
differences, and whether they are within `TOLERANCES`. Exit 1 if any is not.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from assistant.models.glip import boxes, image, text
from assistant.models.glip.checkpoint import build, convert
from assistant.models.glip.config import GlipConfig
from assistant.models.glip.head import Prediction, Words
from assistant.models.glip.loss import Target, grounding_loss
from assistant.models.glip.model import Glip
from assistant.models.glip.tuned import TABLE, Tuned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

TOLERANCES = {
    "features": 1e-4,
    "logits": 1e-4,
    "boxes_pixels": 5e-3,
    "scores": 5e-5,
    "loss": 1e-5,  # relative
    "gradient": 1e-4,
}
PROMPT_POSITIONS = 1000  # of the table whose gradient the vectors hold


@dataclass(slots=True)
class Worst:
    """The largest difference of each kind so far, and whether all that must be equal is."""

    errors: dict[str, float]
    equal: bool = True

    def compare(self, kind: str, ours: Tensor, theirs: Tensor) -> None:
        if ours.shape != theirs.shape:
            self.equal = False
            return
        difference = (ours.float() - theirs.float()).abs().max().item() if ours.numel() else 0.0
        self.errors[kind] = max(self.errors.get(kind, 0.0), difference)

    def must_equal(self, same: bool) -> None:
        self.equal &= same

    @property
    def passed(self) -> bool:
        # Written so that a NaN does not pass.
        return self.equal and all(value <= TOLERANCES[kind] for kind, value in self.errors.items())


class Vectors:
    """A folder of parity vectors: its models, its pictures, its cases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.tensors = load_file(folder / "vectors.safetensors")
        original = folder / "vectors_original_repo.safetensors"
        self.tensors |= load_file(original) if original.is_file() else {}

    def cases(self) -> list[str]:
        """Those that are listed and whose vectors are there."""
        there = {name.partition("/")[0] for name in self.tensors}
        return [name for name in self.config["cases"] if name in there]

    @cached_property
    def tokenizer(self) -> Any:
        from transformers import BertTokenizerFast

        return BertTokenizerFast.from_pretrained(self.folder / "tokenizer")

    @cached_property
    def fused(self) -> Glip:
        return self._model(fusion=True)

    @cached_property
    def unfused(self) -> Glip:
        return self._model(fusion=False)

    def _model(self, *, fusion: bool) -> Glip:
        name, file = ("glip_fused", "fused") if fusion else ("glip_a", "glipA")
        swin, head = self.config[name]["backbone"], self.config[name]["bbox_head"]
        bert, vlfuse = self.config["bert"], self.config["vlfuse"]
        config = GlipConfig(
            width=swin["embed_dims"],
            depths=tuple(swin["depths"]),
            heads=tuple(swin["num_heads"]),
            window=swin["window_size"],
            channels=head["feat_channels"],
            blocks=head["num_dyhead_blocks"],
            fusion=fusion,
            fusion_width=vlfuse["embed_dim"],
            fusion_heads=vlfuse["num_heads"],
            vocabulary=bert["vocab_size"],
            text_width=bert["hidden_size"],
            text_layers=bert["num_hidden_layers"],
            text_heads=bert["num_attention_heads"],
            text_hidden=bert["intermediate_size"],
            text_positions=bert["max_position_embeddings"],
            short_side=min(self.config["resize_scale"]),
            long_side=max(self.config["resize_scale"]),
        )
        state = load_file(self.folder / f"state_dict_mmdet_{file}.safetensors")
        return build(config, convert(state, Glip(config).state_dict()))

    def pictures(self) -> list[NDArray[np.uint8]]:
        """HWC uint8 RGB."""
        return [self.tensors[f"img{letter}_bgr_u8"].numpy()[..., ::-1].copy() for letter in "AB"]

    def picture(self, shape: Sequence[int]) -> NDArray[np.uint8]:
        """The one of this height and width."""
        return next(picture for picture in self.pictures() if picture.shape[:2] == tuple(shape))


def check(vectors: Vectors, case: str) -> dict[str, Any]:
    """One case's row."""
    info = vectors.config["cases"][case]
    worst = Worst({})
    if f"{case}/loss_cls" in vectors.tensors:
        kind = "loss"
        _check_loss(vectors, case, info, worst)
    else:
        kind = _kind(info)
        _check_detection(vectors, case, info, worst)
    rounded = {name: float(f"{value:.3g}") for name, value in worst.errors.items()}
    equal = {} if kind == "loss" else {"labels_equal": worst.equal}
    return {"case": case, "kind": kind, **rounded, **equal, "passed": worst.passed}


def _kind(info: dict[str, Any]) -> str:
    if "tokens_positive" in info:
        return "phrases"
    if "caption_prompt" in info:
        return "enhanced"
    return "chunked" if len(info["captions"]) > 1 else "detection"


def _captions(info: dict[str, Any]) -> list[list[text.Caption]]:
    """For each pass of the head, one caption for each picture."""
    if "tokens_positive" in info:
        spans = tuple(tuple((start, end) for start, end in entry) for entry in info["tokens_positive"])
        sentence = info["images"][0]["text"]
        names = tuple(sentence[entry[0][0] : entry[0][1]] for entry in spans)
        return [[text.Caption(sentence, names, spans) for _ in info["images"]]]
    around = info.get("caption_prompt", {})
    passes: list[list[text.Caption]] = [[] for _ in info["captions"]]
    for picture in info["images"]:
        given = picture["text"]
        labels = given.strip(". ").split(". ") if isinstance(given, str) else given
        cleaned = [text.clean(label) for label in labels]
        phrases = [text.Phrase(**({"name": name} | around.get(name, {}))) for name in cleaned]
        size = -(-len(phrases) // len(passes))
        for i, captions in enumerate(passes):
            captions.append(text.from_phrases(phrases[i * size : (i + 1) * size]))
    return passes


def _check_detection(vectors: Vectors, case: str, info: dict[str, Any], worst: Worst) -> None:
    model = vectors.unfused if "glipA" in case else vectors.fused
    given = [vectors.picture(one["ori_shape"]) for one in info["images"]]
    for i, picture in enumerate(given):
        resized = torch.from_numpy(image.resize(picture, model.config.short_side, model.config.long_side).copy())
        worst.must_equal(torch.equal(resized.permute(2, 0, 1).flip(0), vectors.tensors[f"{case}/resized_bgr_u8.{i}"]))
    seen = [image.prepare(picture, model.config.short_side, model.config.long_side) for picture in given]
    found: dict[tuple[int, boxes.Rules], list[boxes.Found]] = {}
    named = 0
    for number, captions in enumerate(_captions(info)):
        worst.must_equal([caption.text for caption in captions] == info["captions"][number])
        suffix = f".chunk{number}" if number else ""
        encoding, prediction = _forward(vectors, model, case, suffix, seen, captions, worst)
        for row, (one, caption) in enumerate(zip(seen, captions, strict=True)):
            tokens = text.token_sets(encoding, caption.spans, row)
            if len(info["captions"]) == 1:
                worst.must_equal(tokens == list(info["images"][row]["token_positive_map"].values()))
            for rules, scale in (("mmdet", one.scale), ("original", (1.0, 1.0))):
                boxes_found = boxes.find(prediction, row, tokens, one.size, scale, rules=rules)  # type: ignore[arg-type]
                labelled = boxes_found._replace(labels=boxes_found.labels + named)
                found.setdefault((row, rules), []).append(labelled)  # type: ignore[arg-type]  # literals of the loop
        named += len(captions[0].names)
    for (row, rules), parts in found.items():
        together = boxes.Found(*(torch.cat(column) for column in zip(*parts, strict=True)))
        if rules == "mmdet":
            theirs = [vectors.tensors.get(f"{case}/pred.{row}.{name}") for name in ("boxes", "scores", "labels")]
        else:
            columns = ("boxes_inclusive_network_pixels", "scores", "labels")
            theirs = [vectors.tensors.get(f"{case}/orig_pred.{name}") for name in columns]
            together = together._replace(boxes=together.boxes - torch.tensor([0.0, 0.0, 1.0, 1.0]))
        if theirs[0] is not None and theirs[1] is not None and theirs[2] is not None:
            worst.compare("boxes_pixels", together.boxes, theirs[0])
            worst.compare("scores", together.scores, theirs[1])
            worst.must_equal(torch.equal(together.labels, theirs[2]))


def _forward(
    vectors: Vectors,
    model: Glip,
    case: str,
    suffix: str,
    seen: Sequence[image.Seen],
    captions: Sequence[text.Caption],
    worst: Worst,
) -> tuple[Any, Prediction]:
    """The model step by step, everything compared on the way; captions are padded to the longest, not to 256."""
    encoding = vectors.tokenizer([caption.text for caption in captions], padding="longest", return_tensors="pt")
    mask, length = encoding["attention_mask"], encoding["input_ids"].shape[1]
    ids = vectors.tensors.get(f"{case}/lang{suffix}.input_ids")
    worst.must_equal(ids is None or torch.equal(ids[:, :length], encoding["input_ids"]))

    def same(kind: str, name: str, ours: Tensor, *, tokens_at: int | None = None) -> None:
        theirs = vectors.tensors.get(f"{case}/{name}")
        if theirs is None:
            return
        if tokens_at is not None:  # the vectors keep the first few positions, padding included
            ours, theirs = ours.movedim(tokens_at, 1), theirs.movedim(tokens_at, 1)
            kept = min(theirs.shape[1], length)
            real = mask[:, :kept].bool()
            ours, theirs = ours[:, :kept][real], theirs[:, :kept][real]
        worst.compare(kind, ours, theirs)

    with torch.inference_mode():
        pixels = image.batch(seen)
        same("features", "inputs", pixels)
        maps = model.backbone(pixels)
        levels: list[Tensor] = model.fpn(maps)
        words = model.read(encoding["input_ids"], mask)
        for group, tensors in (("backbone", maps), ("fpn", levels)):
            for i, tensor in enumerate(tensors):
                same("features", f"{group}.{i}", tensor)
        same("features", f"lang{suffix}.hidden", words.hidden, tokens_at=1)
        same("features", f"lang{suffix}.embedded", words.embedded, tokens_at=1)
        last: tuple[list[Tensor], Tensor] = levels, words.embedded
        for name, tower_levels, tower_words in _tower(model, levels, words):
            last = tower_levels, tower_words
            if suffix:  # the vectors hold the tower of the first caption alone
                continue
            same("features", f"{name}.lang", tower_words, tokens_at=1)
            for i, tensor in enumerate(tower_levels):
                same("features", f"{name}.visual.{i}", tensor)
        prediction = model.head.predict(*last)
        for i, (logits, deltas, centerness) in enumerate(zip(*prediction, strict=True)):
            same("logits", f"head{suffix}.cls_logits.{i}", logits, tokens_at=2)
            same("logits", f"head{suffix}.bbox_pred.{i}", deltas)
            same("logits", f"head{suffix}.centerness.{i}", centerness)
    return encoding, prediction


def _tower(model: Glip, levels: list[Tensor], words: Words) -> Iterator[tuple[str, list[Tensor], Tensor]]:
    """The head's blocks one by one, under the names that the vectors give them."""
    head, member = model.head, 0
    hidden = words.hidden if head.fusion else words.embedded
    for i, dyconv in enumerate(head.dyconv):
        if head.fusion:
            levels, hidden = head.fusion[i](levels, hidden, words.mask)
            yield f"tower.{member}.VLFuse", levels, hidden
            hidden = head.text[i](hidden, words.mask)
            yield f"tower.{member + 1}.BertEncoderLayer", levels, hidden
            member += 2
        levels = dyconv(levels)
        yield f"tower.{member}.DyConv", levels, hidden
        member += 1


def _check_loss(vectors: Vectors, case: str, info: dict[str, Any], worst: Worst) -> None:
    """The three losses, and the gradient of their sum with respect to a prompt table of zeros."""
    model = vectors.fused
    sides = model.config.short_side, model.config.long_side
    count = sum(name.startswith(f"{case}/gt_boxes.") for name in vectors.tensors)
    seen = [image.prepare(picture, *sides) for picture in vectors.pictures()[:count]]
    caption = text.from_phrases([text.Phrase(name) for name in info["text"].strip(". ").split(". ")])
    encoding = vectors.tokenizer([caption.text] * count, return_tensors="pt")
    tokens = text.token_sets(encoding, caption.spans)
    targets = []
    for i in range(count):
        corners = vectors.tensors[f"{case}/gt_boxes.{i}"] + torch.tensor([0.0, 0.0, 1.0, 1.0])  # stored inclusive
        labels = vectors.tensors[f"{case}/gt_labels.{i}"].tolist()
        targets.append(Target(corners, [tokens[label] for label in labels]))
    table = torch.zeros(PROMPT_POSITIONS, model.config.text_width, requires_grad=True)
    with torch.no_grad():
        levels = model.see(image.batch(seen))
        words = model.read(encoding["input_ids"], encoding["attention_mask"])
    prediction = Tuned(caption.names, {TABLE: table}, "").predict(model, levels, words)
    losses = grounding_loss(prediction, words.mask, targets)
    torch.autograd.backward(losses.total)
    for name, ours in (("cls", losses.tokens), ("bbox", losses.boxes), ("centerness", losses.centerness)):
        theirs = vectors.tensors[f"{case}/loss_{name}"]
        worst.compare("loss", ours.detach() / theirs, torch.ones(()))
    gradient = vectors.tensors[f"{case}/grad_tunable_linear"]
    if table.grad is not None:
        worst.compare("gradient", table.grad[: len(gradient)], gradient)
    worst.must_equal(table.grad is not None)


def main() -> None:
    """Check the cases of a folder."""
    parser = argparse.ArgumentParser(prog="python -m assistant.models.glip.parity", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds config.json, the vectors, the weights and the tokenizer")
    parser.add_argument("--case", help="only this one")
    arguments = parser.parse_args()
    if not (arguments.folder / "config.json").is_file():
        parser.error(f"{arguments.folder} holds no config.json; give a folder of parity vectors")
    vectors = Vectors(arguments.folder)
    cases = vectors.cases()
    if arguments.case is not None and arguments.case not in cases:
        parser.error(f"no case {arguments.case!r} with vectors; there are: {', '.join(cases)}")
    passed = True
    for case in cases if arguments.case is None else [arguments.case]:
        row = check(vectors, case)
        passed &= row["passed"]
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
