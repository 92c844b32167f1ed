"""Compares the port with both original code bases, on test vectors that they computed.

`python -m assistant.models.glip.parity FOLDER [--case NAME]` prints a JSON object for each case: the largest
differences, and whether they are within `TOLERANCES`. The exit status is 1 if any case is not.
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
PROMPT_POSITIONS = 1000  # of the prompt table whose gradient the vectors hold
PADDED_TOKENS = 256  # of a caption in the vectors
MEMBERS: dict[Step, str] = {"fusion": "VLFuse", "text": "BertEncoderLayer", "dyconv": "DyConv"}
"""The names of the head's steps in the vectors."""


class Vectors:
    """A folder of test vectors, with its models, pictures and cases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.tensors = load_file(folder / "vectors.safetensors")
        original = folder / "vectors_original_repo.safetensors"
        self.tensors |= load_file(original) if original.is_file() else {}

    def case_names(self) -> list[str]:
        """Returns the names of the cases that have vectors."""
        with_vectors = {name.partition("/")[0] for name in self.tensors}
        return [name for name in self.config["cases"] if name in with_vectors]

    @cached_property
    def tokenizer(self) -> Any:
        from transformers import BertTokenizerFast

        return BertTokenizerFast.from_pretrained(self.folder / "tokenizer")

    @cached_property
    def fused_model(self) -> Glip:
        return self._build_model(fusion=True)

    @cached_property
    def unfused_model(self) -> Glip:
        return self._build_model(fusion=False)

    def _build_model(self, *, fusion: bool) -> Glip:
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
        """Returns the pictures, HWC uint8 RGB."""
        return [self.tensors[f"img{letter}_bgr_u8"].numpy()[..., ::-1].copy() for letter in "AB"]

    def picture(self, shape: Sequence[int]) -> NDArray[np.uint8]:
        """Returns the picture with this height and width."""
        return next(picture for picture in self.pictures() if picture.shape[:2] == tuple(shape))


class Case:
    """A case: its vectors, and the largest differences from them."""

    def __init__(self, vectors: Vectors, name: str) -> None:
        self.vectors, self.name = vectors, name
        self.info: dict[str, Any] = vectors.config["cases"][name]
        self.model = vectors.unfused_model if "glipA" in name else vectors.fused_model
        self.errors: dict[str, float] = {}  # the largest difference for each kind of tensor
        self.equal = True  # whether labels, tokens, captions and resized pixels are identical

    def vector(self, name: str) -> Tensor | None:
        """Returns a vector of this case; None if the case has none of that name."""
        vector: Tensor | None = self.vectors.tensors.get(f"{self.name}/{name}")
        return vector

    def compare(self, kind: str, name: str, ours: Tensor) -> None:
        """Compares a tensor with the vector of that name, if the case has it."""
        theirs = self.vector(name)
        if theirs is None:
            return
        if ours.shape != theirs.shape:
            self.require(same=False)
            return
        difference = (ours.float() - theirs.float()).abs().max().item() if ours.numel() else 0.0
        self.errors[kind] = max(self.errors.get(kind, 0.0), difference)

    def compare_tokens(self, kind: str, name: str, ours: Tensor, mask: Tensor, axis: int) -> None:
        """Compares a tensor token by token; the vectors hold the first few positions, including padding."""
        theirs = self.vector(name)
        if theirs is None:
            return
        ours, theirs = ours.movedim(axis, 1), theirs.movedim(axis, 1)
        count = min(theirs.shape[1], mask.shape[1])
        is_token = mask[:, :count].bool()
        difference = (ours[:, :count][is_token] - theirs[:, :count][is_token]).abs().max().item()
        self.errors[kind] = max(self.errors.get(kind, 0.0), difference)

    def require_equal(self, name: str, ours: Tensor) -> None:
        """Requires that a tensor is identical to the vector of that name, if the case has it."""
        theirs = self.vector(name)
        self.require(same=theirs is None or torch.equal(ours, theirs))

    def require(self, *, same: bool) -> None:
        """Notes whether something that must be identical is."""
        self.equal &= same

    @property
    def passed(self) -> bool:
        # `<=` so that a NaN fails; a case without any comparison fails too.
        are_within = [value <= TOLERANCES[kind] for kind, value in self.errors.items()]
        return self.equal and bool(are_within) and all(are_within)


def check_case(vectors: Vectors, name: str) -> dict[str, Any]:
    """Compares a case and returns its row of the output."""
    case = Case(vectors, name)
    kind = _case_kind(case)
    if kind == "loss":
        _check_loss(case)
    else:
        _check_detection(case)
    rounded = {error: float(f"{value:.3g}") for error, value in case.errors.items()}
    equal = {} if kind == "loss" else {"labels_equal": case.equal}
    return {"case": name, "kind": kind, **rounded, **equal, "passed": case.passed}


def _case_kind(case: Case) -> str:
    if case.vector("loss_cls") is not None:
        return "loss"
    if "tokens_positive" in case.info:
        return "phrases"
    if "caption_prompt" in case.info:
        return "enhanced"
    return "chunked" if len(case.info["captions"]) > 1 else "detection"


def head_passes(info: dict[str, Any]) -> list[list[text.Caption]]:
    """Returns for each pass of the head the captions of all pictures."""
    if "tokens_positive" in info:
        spans = tuple(tuple((start, end) for start, end in entry) for entry in info["tokens_positive"])
        sentence = info["images"][0]["text"]
        names = tuple(sentence[entry[0][0] : entry[0][1]] for entry in spans)
        return [[text.Caption(sentence, names, spans) for _ in info["images"]]]
    words_around = info.get("caption_prompt", {})  # prefix and suffix by name
    passes: list[list[text.Caption]] = [[] for _ in info["captions"]]
    for picture in info["images"]:
        entry = picture["text"]
        labels = entry.strip(". ").split(". ") if isinstance(entry, str) else entry
        cleaned_labels = [text.clean_name(label) for label in labels]
        phrases = [text.Phrase(**({"name": name} | words_around.get(name, {}))) for name in cleaned_labels]
        size = -(-len(phrases) // len(passes))
        for i, captions in enumerate(passes):
            captions.append(text.join_phrases(phrases[i * size : (i + 1) * size]))
    return passes


def _check_detection(case: Case) -> None:
    sides = case.model.config.short_side, case.model.config.long_side
    pictures = [case.vectors.picture(entry["ori_shape"]) for entry in case.info["images"]]
    for i, picture in enumerate(pictures):
        resized = torch.from_numpy(image.resize_image(picture, *sides).copy()).permute(2, 0, 1).flip(0)
        case.require_equal(f"resized_bgr_u8.{i}", resized)
    prepared = [image.prepare_image(picture, *sides) for picture in pictures]
    with torch.inference_mode():
        levels = _check_vision(case, image.batch_images(prepared))
        by_picture: list[list[dict[boxes.Rules, boxes.PhraseBoxes]]] = [[] for _ in prepared]  # then by pass
        label_offset = 0
        for number, captions in enumerate(head_passes(case.info)):
            case.require(same=[caption.text for caption in captions] == case.info["captions"][number])
            encoding, prediction = _check_head(case, number, levels, captions)
            for row, (picture_input, caption) in enumerate(zip(prepared, captions, strict=True)):
                tokens = text.find_token_positions(encoding, caption.spans, row)
                if len(case.info["captions"]) == 1:
                    case.require(same=tokens == list(case.info["images"][row]["token_positive_map"].values()))
                mmdet = boxes.select_boxes(
                    prediction, row, tokens, picture_input.size, picture_input.scale, rules="mmdet"
                )
                original = boxes.select_boxes(prediction, row, tokens, picture_input.size)
                selections: dict[boxes.Rules, boxes.PhraseBoxes] = {"mmdet": mmdet, "original": original}
                by_picture[row].append(
                    {
                        rules: selected._replace(labels=selected.labels + label_offset)
                        for rules, selected in selections.items()
                    }
                )
            label_offset += len(captions[0].names)
    for row, parts in enumerate(by_picture):
        mmdet, original = (_concatenate([part[rules] for part in parts]) for rules in ("mmdet", "original"))
        case.compare("boxes_pixels", f"pred.{row}.boxes", mmdet.boxes)
        case.compare("scores", f"pred.{row}.scores", mmdet.scores)
        case.require_equal(f"pred.{row}.labels", mmdet.labels)
        if row == 0:  # the original code was run on single pictures
            inclusive = original.boxes - torch.tensor([0.0, 0.0, 1.0, 1.0])
            case.compare("boxes_pixels", "orig_pred.boxes_inclusive_network_pixels", inclusive)
            case.compare("scores", "orig_pred.scores", original.scores)
            case.require_equal("orig_pred.labels", original.labels)


def _concatenate(parts: Sequence[boxes.PhraseBoxes]) -> boxes.PhraseBoxes:
    """The boxes of all captions in their order."""
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
    """Compares words, blocks and prediction; captions are padded to the longest of them instead of to 256 tokens."""
    head, suffix = case.model.head, f".chunk{number}" if number else ""
    encoding = case.vectors.tokenizer([caption.text for caption in captions], padding="longest", return_tensors="pt")
    ids, mask = encoding["input_ids"], encoding["attention_mask"]
    padded = torch.nn.functional.pad(ids, (0, PADDED_TOKENS - ids.shape[1]), value=case.vectors.tokenizer.pad_token_id)
    case.require_equal(f"lang{suffix}.input_ids", padded)
    words = case.model.encode_text(ids, mask)
    case.compare_tokens("features", f"lang{suffix}.hidden", words.hidden, mask, 1)
    case.compare_tokens("features", f"lang{suffix}.embedded", words.masked_hidden, mask, 1)
    fused = words.hidden
    for position, (step, levels, fused) in enumerate(head.steps(levels, words)):  # noqa: B020 - each continues the last
        if not number:  # the vectors hold only the blocks of the first caption
            name = f"tower.{position}.{MEMBERS[step]}"
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
    """Compares the three losses, and the gradient of their sum with respect to a prompt table of zeros."""
    model, vectors = case.model, case.vectors
    count = sum(name.startswith(f"{case.name}/gt_boxes.") for name in vectors.tensors)
    pictures = vectors.pictures()[:count]
    prepared = [image.prepare_image(picture, model.config.short_side, model.config.long_side) for picture in pictures]
    caption = text.join_phrases([text.Phrase(name) for name in case.info["text"].strip(". ").split(". ")])
    encoding = vectors.tokenizer([caption.text] * count, return_tensors="pt")
    tokens = text.find_token_positions(encoding, caption.spans)
    targets = []
    for i in range(count):
        corners = vectors.tensors[f"{case.name}/gt_boxes.{i}"] + torch.tensor([0.0, 0.0, 1.0, 1.0])  # stored inclusive
        labels = vectors.tensors[f"{case.name}/gt_labels.{i}"].tolist()
        targets.append(Target(corners, [tokens[label] for label in labels]))
    table = torch.zeros(PROMPT_POSITIONS, model.config.text_width, requires_grad=True)
    with torch.no_grad():
        levels = model.encode_images(image.batch_images(prepared))
        words = model.encode_text(encoding["input_ids"], encoding["attention_mask"])
    prediction = Tuned(caption.names, {TABLE: table}, "").predict(model, levels, words)
    losses = grounding_loss(prediction, words.mask, targets)
    for name, ours in (("cls", losses.tokens), ("bbox", losses.boxes), ("centerness", losses.centerness)):
        relative = abs(ours.item() / vectors.tensors[f"{case.name}/loss_{name}"].item() - 1)
        case.errors["loss"] = max(case.errors.get("loss", 0.0), relative)
    (gradient,) = torch.autograd.grad(losses.total, table)
    count_of_rows = len(vectors.tensors[f"{case.name}/grad_tunable_linear"])
    case.compare("gradient", "grad_tunable_linear", gradient[:count_of_rows])


def main() -> None:
    """Compares the cases of a folder."""
    parser = argparse.ArgumentParser(prog="python -m assistant.models.glip.parity", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds config.json, the vectors, the weights and the tokenizer")
    parser.add_argument("--case", help="only this one")
    arguments = parser.parse_args()
    if not (arguments.folder / "config.json").is_file():
        parser.error(f"{arguments.folder} holds no config.json; give a folder of parity vectors")
    vectors = Vectors(arguments.folder)
    names = vectors.case_names()
    if arguments.case is not None and arguments.case not in names:
        parser.error(f"no case {arguments.case!r} with vectors; there are: {', '.join(names)}")
    passed = True
    for name in names if arguments.case is None else [arguments.case]:
        row = check_case(vectors, name)
        passed &= row["passed"]
        sys.stdout.write(json.dumps(row) + "\n")
        sys.stdout.flush()
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
