"""The interface of GLIP: from a picture and the phrases of a user to named boxes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.models.base import LazyModel, default_device, disable_progress_bars
from tools.errors import ModelNotFoundError, VideoAssistantError
from tools.types import Detection

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from assistant.models.glip.head import Words
    from assistant.models.glip.model import Glip
    from assistant.models.glip.text import Caption
    from assistant.models.glip.tuned import Tuned

BERT = "bert-base-uncased"  # whose vocabulary the official weights were trained with


class LoadedGlip(NamedTuple):
    """A model in memory, with its tokenizer."""

    model: Glip
    tokenizer: Any
    device: torch.device
    tuned: Tuned | None = None

    def encode_caption(self, caption: Caption) -> EncodedCaption:
        """Encodes a caption and locates the tokens of its names.

        Raises:
            VideoAssistantError: the vocabulary has no token of a name.
        """
        import torch

        from assistant.models.glip.text import find_token_positions

        encoding = self.tokenizer([caption.text], return_tensors="pt")
        ids, mask = encoding["input_ids"].to(self.device), encoding["attention_mask"].to(self.device)
        positions = find_token_positions(encoding, caption.spans)
        for name, tokens in zip(caption.names, positions, strict=True):
            if all(ids[0, token] == self.tokenizer.unk_token_id for token in tokens):
                raise VideoAssistantError(f"the grounding model knows no word of {name!r}; say it in other words")
        with torch.no_grad():  # no inference mode, since prompt tuning uses these tensors in a backward pass
            return EncodedCaption(caption, self.model.encode_text(ids, mask), positions)

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a caption, including [CLS] and [SEP]."""
        return len(self.tokenizer(text)["input_ids"])


class EncodedCaption(NamedTuple):
    """A caption that was encoded by the model."""

    caption: Caption
    words: Words
    token_positions: list[list[int]]  # for each name


class GlipGrounder(LazyModel[LoadedGlip]):
    """Finds boxes for phrases with a GLIP checkpoint.

    Args:
        checkpoint: our folder, an official `.pth`, or a folder that holds one; see `checkpoint.load`.
        tuned: a file that `tune-prompt` wrote; with it only its names can be found.
    """

    def __init__(self, checkpoint: str, tuned: Path | None = None) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self._tuned_path = tuned
        self._last_phrases: tuple[str, list[EncodedCaption]] | None = None

    @property
    def has_checkpoint(self) -> bool:
        """Whether the checkpoint exists."""
        path = Path(self.checkpoint)
        return path.is_file() or any(path.glob("*.safetensors")) or any(path.glob("*.pth"))

    def _load(self) -> LoadedGlip:
        from assistant.models.glip.checkpoint import load
        from assistant.models.glip.tuned import Tuned

        disable_progress_bars()
        path = Path(self.checkpoint)
        device = default_device()
        model = load(path).to(device)
        tuned = None if self._tuned_path is None else Tuned.load(self._tuned_path, model)
        return LoadedGlip(model, load_tokenizer(path), device, tuned)

    def names(self, phrases: str) -> list[str]:
        """Returns the names that `detect` would look for. It raises the same errors."""
        tuned = self.loaded.tuned
        if tuned is not None:
            return _select_tuned(tuned, phrases)
        return [name for encoded in self._encode_phrases(phrases) for name in encoded.caption.names]

    def detect(self, picture: NDArray[np.uint8], phrases: str) -> list[Detection]:
        """Finds the boxes of phrases, best first; also weak ones, down to a score of about 0.1.

        Args:
            picture: HWC uint8 RGB.
            phrases: as a user writes them; see `text.build_captions`.

        Raises:
            ModelNotFoundError: there is no checkpoint.
            VideoAssistantError: `phrases` names nothing that can be found; says why.
        """
        import torch

        from assistant.models.glip import boxes, image

        model, _, device, tuned = self.loaded
        captions = self._encode_phrases(phrases)
        prepared = image.prepare_image(picture, model.config.short_side, model.config.long_side)
        height, width = picture.shape[:2]
        detections: list[Detection] = []
        with torch.inference_mode():
            levels = model.encode_images(image.batch_images([prepared]).to(device))
            for encoded in captions:
                if tuned is None:
                    prediction = model.head(levels, encoded.words)
                else:
                    prediction = tuned.predict(model, levels, encoded.words)
                selected = boxes.select_boxes(prediction, 0, encoded.token_positions, prepared.size, prepared.scale)
                rows = zip(selected.boxes.tolist(), selected.scores.tolist(), selected.labels.tolist(), strict=True)
                detections += [
                    Detection(encoded.caption.names[label], score, (x1, y1, min(x2, width), min(y2, height)))
                    for (x1, y1, x2, y2), score, label in rows
                ]
        if tuned is not None:
            names = _select_tuned(tuned, phrases)
            detections = [detection for detection in detections if detection.phrase in names]
        return sorted(detections, key=lambda detection: -detection.score)

    def _encode_phrases(self, phrases: str) -> list[EncodedCaption]:
        """The encoded captions of phrases; those of the last call are cached for the next picture."""
        last = self._last_phrases
        if last is None or last[0] != phrases:
            loaded = self.loaded
            last = phrases, [loaded.encode_caption(caption) for caption in _build_captions(loaded, phrases)]
            self._last_phrases = last
        return last[1]


def _build_captions(loaded: LoadedGlip, phrases: str) -> Sequence[Caption]:
    """The captions of phrases; for a tuned model always the caption that it was tuned with."""
    from assistant.models.glip.text import Phrase, build_captions, join_phrases

    if loaded.tuned is not None:
        return [join_phrases([Phrase(name) for name in loaded.tuned.names])]
    return build_captions(phrases, loaded.count_tokens, loaded.model.config.max_tokens)


def _select_tuned(tuned: Tuned, phrases: str) -> list[str]:
    """The tuned names that `phrases` lists.

    Raises:
        VideoAssistantError: it lists another name.
    """
    from assistant.models.glip.text import split_phrases

    names = split_phrases(phrases)
    if unknown := [name for name in names if name not in tuned.names]:
        raise VideoAssistantError(f"{unknown[0]!r} was not tuned; the file knows: {', '.join(tuned.names)}")
    return names


def load_tokenizer(path: Path) -> Any:
    """Loads the tokenizer beside a checkpoint, or that of BERT for an official checkpoint without a tokenizer.

    Raises:
        ModelNotFoundError: there is none, and the hub cannot be reached.
    """
    from transformers import AutoTokenizer

    folder = path if path.is_dir() else path.parent
    has_tokenizer = (folder / "tokenizer.json").is_file() or (folder / "vocab.txt").is_file()
    try:
        return AutoTokenizer.from_pretrained(folder if has_tokenizer else BERT)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:100]
        raise ModelNotFoundError(
            f"the grounding model's words: no tokenizer in {folder}, and {BERT} cannot be had ({reason}); put its "
            "tokenizer.json or vocab.txt there, or connect to the hub once"
        ) from error
