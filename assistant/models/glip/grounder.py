"""The door to GLIP: a picture and what a user wrote, in; named boxes, out."""

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

BERT = "bert-base-uncased"  # whose vocabulary the official weights read


class Loaded(NamedTuple):
    """A model with its tokenizer."""

    model: Glip
    tokenizer: Any
    device: torch.device
    tuned: Tuned | None = None

    def read(self, caption: Caption) -> Read:
        """A caption as the model reads it, and where its names stand.

        Raises:
            VideoAssistantError: the vocabulary knows no part of a name.
        """
        import torch

        from assistant.models.glip.text import token_sets

        encoding = self.tokenizer([caption.text], return_tensors="pt")
        ids, mask = encoding["input_ids"].to(self.device), encoding["attention_mask"].to(self.device)
        places = token_sets(encoding, caption.spans)
        for name, tokens in zip(caption.names, places, strict=True):
            if all(ids[0, token] == self.tokenizer.unk_token_id for token in tokens):
                raise VideoAssistantError(f"the grounding model knows no word of {name!r}; say it in other words")
        with torch.no_grad():  # no inference mode: what is tuned goes back through these
            return Read(caption, self.model.read(ids, mask), places)

    def count_tokens(self, text: str) -> int:
        """Of a caption, [CLS] and [SEP] included."""
        return len(self.tokenizer(text)["input_ids"])


class Read(NamedTuple):
    """A caption that was read."""

    caption: Caption
    words: Words
    places: list[list[int]]  # tokens of each name


class GlipGrounder(LazyModel[Loaded]):
    """A GLIP checkpoint.

    Args:
        checkpoint: our folder, an official `.pth`, or a folder that holds one; see `checkpoint.load`.
        tuned: a file of `tune-prompt`; then only its names are found.
    """

    def __init__(self, checkpoint: str, tuned: Path | None = None) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self._tuned_path = tuned
        self._last: tuple[str, list[Read]] | None = None

    @property
    def has_checkpoint(self) -> bool:
        """Whether something lies where the checkpoint belongs."""
        path = Path(self.checkpoint)
        return path.is_file() or any(path.glob("*.safetensors")) or any(path.glob("*.pth"))

    def _load(self) -> Loaded:
        from assistant.models.glip.checkpoint import load
        from assistant.models.glip.tuned import Tuned

        disable_progress_bars()
        path = Path(self.checkpoint)
        device = default_device()
        model = load(path).to(device)
        tuned = None if self._tuned_path is None else Tuned.load(self._tuned_path, model)
        return Loaded(model, load_tokenizer(path), device, tuned)

    def names(self, phrases: str) -> list[str]:
        """What `detect` would look for. Raises as it does."""
        tuned = self.loaded.tuned
        return _asked(tuned, phrases) if tuned else [name for r in self._read(phrases) for name in r.caption.names]

    def detect(self, picture: NDArray[np.uint8], phrases: str) -> list[Detection]:
        """Boxes for what is written (see `text.captions`), best first; weak ones too, down to a score of about 0.1.

        Args:
            picture: HWC uint8 RGB.

        Raises:
            ModelNotFoundError: there is no checkpoint.
            VideoAssistantError: nothing in `phrases` can be sought; says why.
        """
        import torch

        from assistant.models.glip import boxes, image

        model, _, device, tuned = self.loaded
        reads = self._read(phrases)
        seen = image.prepare(picture, model.config.short_side, model.config.long_side)
        height, width = picture.shape[:2]
        found: list[Detection] = []
        with torch.inference_mode():
            levels = model.see(image.batch([seen]).to(device))
            for read in reads:
                if tuned is None:
                    prediction = model.head(levels, read.words)
                else:
                    prediction = tuned.predict(model, levels, read.words)
                one = boxes.find(prediction, 0, read.places, seen.size, seen.scale)
                rows = zip(one.boxes.tolist(), one.scores.tolist(), one.labels.tolist(), strict=True)
                found += [
                    Detection(read.caption.names[label], score, (x1, y1, min(x2, width), min(y2, height)))
                    for (x1, y1, x2, y2), score, label in rows
                ]
        asked = None if tuned is None else _asked(tuned, phrases)
        return sorted((d for d in found if asked is None or d.phrase in asked), key=lambda d: -d.score)

    def _read(self, phrases: str) -> list[Read]:
        """The captions, kept for the next picture."""
        last = self._last
        if last is None or last[0] != phrases:
            loaded = self.loaded
            last = phrases, [loaded.read(caption) for caption in _captions(loaded, phrases)]
            self._last = last
        return last[1]


def _captions(loaded: Loaded, phrases: str) -> Sequence[Caption]:
    """Of what is written; of a tuned model always the one that it was tuned with."""
    from assistant.models.glip.text import Phrase, captions, from_phrases

    if loaded.tuned is not None:
        return [from_phrases([Phrase(name) for name in loaded.tuned.names])]
    return captions(phrases, loaded.count_tokens, loaded.model.config.max_tokens)


def _asked(tuned: Tuned, phrases: str) -> list[str]:
    """Which of the tuned names are asked for."""
    from assistant.models.glip.text import split_phrases

    asked = split_phrases(phrases)
    if unknown := [name for name in asked if name not in tuned.names]:
        raise VideoAssistantError(f"{unknown[0]!r} was not tuned; the file knows: {', '.join(tuned.names)}")
    return asked


def load_tokenizer(path: Path) -> Any:
    """The tokenizer beside a checkpoint; for an official one without it, BERT's own.

    Raises:
        ModelNotFoundError: there is none, nor can the hub be reached.
    """
    from transformers import AutoTokenizer

    folder = path if path.is_dir() else path.parent
    beside = (folder / "tokenizer.json").is_file() or (folder / "vocab.txt").is_file()
    try:
        return AutoTokenizer.from_pretrained(folder if beside else BERT)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:100]
        raise ModelNotFoundError(
            f"the grounding model's words: no tokenizer in {folder}, and {BERT} cannot be had ({reason}); put its "
            "tokenizer.json or vocab.txt there, or connect to the hub once"
        ) from error
