"""Proves the port equal to both original code bases, on vectors that they made.

`python -m assistant.models.glip.parity FOLDER [--case NAME]` prints one JSON object for each case: the largest
differences, and whether they are within `TOLERANCES`. Exit 1 if any is not.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from assistant.models.glip import boxes, image, text
from assistant.models.glip.checkpoint import build, convert
from assistant.models.glip.config import GlipConfig
from assistant.models.glip.head import Prediction, Step
from assistant.models.glip.loss import Target, grounding_loss
from assistant.models.glip.model import Glip
from assistant.models.glip.tuned import TABLE, Tuned

if TYPE_CHECKING:
    from collections.abc import Sequence

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
PADDED = 256  # tokens of a caption in the vectors
MEMBERS: dict[Step, str] = {"fusion": "VLFuse", "text": "BertEncoderLayer", "dyconv": "DyConv"}
"""What the vectors call a step of the head."""


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


class Case:
    """One case: its vectors, and how far we are from them."""

    def __init__(self, vectors: Vectors, name: str) -> None:
        self.vectors, self.name = vectors, name
        self.info: dict[str, Any] = vectors.config["cases"][name]
        self.model = vectors.unfused if "glipA" in name else vectors.fused
        self.errors: dict[str, float] = {}  # the largest difference of each kind
        self.equal = True  # labels, tokens, captions, resized pixels: all that must not differ at all

    def vector(self, name: str) -> Tensor | None:
        found: Tensor | None = self.vectors.tensors.get(f"{self.name}/{name}")
        return found

    def compare(self, kind: str, name: str, ours: Tensor) -> None:
        """With the vector of that name; not every case keeps every one."""
        theirs = self.vector(name)
        if theirs is None:
            return
        if ours.shape != theirs.shape:
            self.must(same=False)
            return
        difference = (ours.float() - theirs.float()).abs().max().item() if ours.numel() else 0.0
        self.errors[kind] = max(self.errors.get(kind, 0.0), difference)

    def compare_tokens(self, kind: str, name: str, ours: Tensor, mask: Tensor, axis: int) -> None:
        """Token by token: the vectors keep the first few places, those of padding included."""
        theirs = self.vector(name)
        if theirs is None:
            return
        ours, theirs = ours.movedim(axis, 1), theirs.movedim(axis, 1)
        kept = min(theirs.shape[1], mask.shape[1])
        real = mask[:, :kept].bool()
        difference = (ours[:, :kept][real] - theirs[:, :kept][real]).abs().max().item()
        self.errors[kind] = max(self.errors.get(kind, 0.0), difference)

    def must_equal(self, name: str, ours: Tensor) -> None:
        theirs = self.vector(name)
        self.must(same=theirs is None or torch.equal(ours, theirs))

    def must(self, *, same: bool) -> None:
        self.equal &= same

    @property
    def passed(self) -> bool:
        # Written so that a NaN does not pass, nor a case that holds nothing to compare with.
        within = [value <= TOLERANCES[kind] for kind, value in self.errors.items()]
        return self.equal and bool(within) and all(within)


def check(vectors: Vectors, name: str) -> dict[str, Any]:
    """One case's row."""
    case = Case(vectors, name)
    kind = _kind(case)
    if kind == "loss":
        _check_loss(case)
    else:
        _check_detection(case)
    rounded = {error: float(f"{value:.3g}") for error, value in case.errors.items()}
    equal = {} if kind == "loss" else {"labels_equal": case.equal}
    return {"case": name, "kind": kind, **rounded, **equal, "passed": case.passed}


def _kind(case: Case) -> str:
    if case.vector("loss_cls") is not None:
        return "loss"
    if "tokens_positive" in case.info:
        return "phrases"
    if "caption_prompt" in case.info:
        return "enhanced"
    return "chunked" if len(case.info["captions"]) > 1 else "detection"


def passes(info: dict[str, Any]) -> list[list[text.Caption]]:
    """For each pass of the head, one caption for each picture."""
    if "tokens_positive" in info:
        spans = tuple(tuple((start, end) for start, end in entry) for entry in info["tokens_positive"])
        sentence = info["images"][0]["text"]
        names = tuple(sentence[entry[0][0] : entry[0][1]] for entry in spans)
        return [[text.Caption(sentence, names, spans) for _ in info["images"]]]
    around = info.get("caption_prompt", {})
    found: list[list[text.Caption]] = [[] for _ in info["captions"]]
    for picture in info["images"]:
        given = picture["text"]
        labels = given.strip(". ").split(". ") if isinstance(given, str) else given
        cleaned = [text.clean(label) for label in labels]
        phrases = [text.Phrase(**({"name": name} | around.get(name, {}))) for name in cleaned]
        size = -(-len(phrases) // len(found))
        for i, captions in enumerate(found):
            captions.append(text.from_phrases(phrases[i * size : (i + 1) * size]))
    return found


def _check_detection(case: Case) -> None:
    sides = case.model.config.short_side, case.model.config.long_side
    pictures = [case.vectors.picture(one["ori_shape"]) for one in case.info["images"]]
    for i, picture in enumerate(pictures):
        resized = torch.from_numpy(image.resize(picture, *sides).copy()).permute(2, 0, 1).flip(0)
        case.must_equal(f"resized_bgr_u8.{i}", resized)
    seen = [image.prepare(picture, *sides) for picture in pictures]
    with torch.inference_mode():
        levels = _check_vision(case, image.batch(seen))
        found: list[list[dict[boxes.Rules, boxes.PhraseBoxes]]] = [[] for _ in seen]  # by picture, then by pass
        named = 0
        for number, captions in enumerate(passes(case.info)):
            case.must(same=[caption.text for caption in captions] == case.info["captions"][number])
            encoding, prediction = _check_head(case, number, levels, captions)
            for row, (one, caption) in enumerate(zip(seen, captions, strict=True)):
                tokens = text.token_sets(encoding, caption.spans, row)
                if len(case.info["captions"]) == 1:
                    case.must(same=tokens == list(case.info["images"][row]["token_positive_map"].values()))
                mmdet = boxes.find(prediction, row, tokens, one.size, one.scale, rules="mmdet")
                original = boxes.find(prediction, row, tokens, one.size)
                every: dict[boxes.Rules, boxes.PhraseBoxes] = {"mmdet": mmdet, "original": original}
                found[row].append({rules: f._replace(labels=f.labels + named) for rules, f in every.items()})
            named += len(captions[0].names)
    for row, parts in enumerate(found):
        mmdet, original = (_together([part[rules] for part in parts]) for rules in ("mmdet", "original"))
        case.compare("boxes_pixels", f"pred.{row}.boxes", mmdet.boxes)
        case.compare("scores", f"pred.{row}.scores", mmdet.scores)
        case.must_equal(f"pred.{row}.labels", mmdet.labels)
        if row == 0:  # the original was run on single pictures
            inclusive = original.boxes - torch.tensor([0.0, 0.0, 1.0, 1.0])
            case.compare("boxes_pixels", "orig_pred.boxes_inclusive_network_pixels", inclusive)
            case.compare("scores", "orig_pred.scores", original.scores)
            case.must_equal("orig_pred.labels", original.labels)


def _together(parts: Sequence[boxes.PhraseBoxes]) -> boxes.PhraseBoxes:
    """The boxes of several captions, one after the other."""
    return boxes.PhraseBoxes(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _check_vision(case: Case, pixels: Tensor) -> list[Tensor]:
    case.compare("features", "inputs", pixels)
    maps = case.model.backbone(pixels)
    levels: list[Tensor] = case.model.fpn(maps)
    for group, tensors in (("backbone", maps), ("fpn", levels)):
        for i, tensor in enumerate(tensors):
            case.compare("features", f"{group}.{i}", tensor)
    return levels


def _check_head(
    case: Case, number: int, levels: Sequence[Tensor], captions: Sequence[text.Caption]
) -> tuple[Any, Prediction]:
    """Words, blocks and prediction; captions are padded to the longest of them, not to 256."""
    head, suffix = case.model.head, f".chunk{number}" if number else ""
    encoding = case.vectors.tokenizer([c.text for c in captions], padding="longest", return_tensors="pt")
    ids, mask = encoding["input_ids"], encoding["attention_mask"]
    padded = torch.nn.functional.pad(ids, (0, PADDED - ids.shape[1]), value=case.vectors.tokenizer.pad_token_id)
    case.must_equal(f"lang{suffix}.input_ids", padded)
    words = case.model.read(ids, mask)
    case.compare_tokens("features", f"lang{suffix}.hidden", words.hidden, mask, 1)
    case.compare_tokens("features", f"lang{suffix}.embedded", words.embedded, mask, 1)
    fused = words.hidden
    for place, (step, levels, fused) in enumerate(head.steps(levels, words)):  # noqa: B020 - each goes on from the last
        if not number:  # the vectors keep the blocks of the first caption alone
            name = f"tower.{place}.{MEMBERS[step]}"
            case.compare_tokens("features", f"{name}.lang", fused, mask, 1)
            for i, level in enumerate(levels):
                case.compare("features", f"{name}.visual.{i}", level)
    prediction = head.predict(levels, fused)
    for i, (logits, deltas, centerness) in enumerate(zip(*prediction, strict=True)):
        case.compare_tokens("logits", f"head{suffix}.cls_logits.{i}", logits, mask, 2)
        case.compare("logits", f"head{suffix}.bbox_pred.{i}", deltas)
        case.compare("logits", f"head{suffix}.centerness.{i}", centerness)
    return encoding, prediction


def _check_loss(case: Case) -> None:
    """The three losses, and the gradient of their sum with respect to a prompt table of zeros."""
    model, vectors = case.model, case.vectors
    count = sum(name.startswith(f"{case.name}/gt_boxes.") for name in vectors.tensors)
    pictures = vectors.pictures()[:count]
    seen = [image.prepare(picture, model.config.short_side, model.config.long_side) for picture in pictures]
    caption = text.from_phrases([text.Phrase(name) for name in case.info["text"].strip(". ").split(". ")])
    encoding = vectors.tokenizer([caption.text] * count, return_tensors="pt")
    tokens = text.token_sets(encoding, caption.spans)
    targets = []
    for i in range(count):
        corners = vectors.tensors[f"{case.name}/gt_boxes.{i}"] + torch.tensor([0.0, 0.0, 1.0, 1.0])  # stored inclusive
        labels = vectors.tensors[f"{case.name}/gt_labels.{i}"].tolist()
        targets.append(Target(corners, [tokens[label] for label in labels]))
    table = torch.zeros(PROMPT_POSITIONS, model.config.text_width, requires_grad=True)
    with torch.no_grad():
        levels = model.see(image.batch(seen))
        words = model.read(encoding["input_ids"], encoding["attention_mask"])
    prediction = Tuned(caption.names, {TABLE: table}, "").predict(model, levels, words)
    losses = grounding_loss(prediction, words.mask, targets)
    for name, ours in (("cls", losses.tokens), ("bbox", losses.boxes), ("centerness", losses.centerness)):
        relative = abs(ours.item() / vectors.tensors[f"{case.name}/loss_{name}"].item() - 1)
        case.errors["loss"] = max(case.errors.get("loss", 0.0), relative)
    (gradient,) = torch.autograd.grad(losses.total, table)
    kept = len(vectors.tensors[f"{case.name}/grad_tunable_linear"])
    case.compare("gradient", "grad_tunable_linear", gradient[:kept])


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
