"""Vietnamese to English and back: by the core's own language model, or by two models made for it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.models.base import LazyModel, checkpoint_folder, default_device, disable_progress_bars, load_error
from prompts import render

if TYPE_CHECKING:
    from assistant.models.blip.core_model import CoreModel

MAX_NEW_TOKENS = 128
NAMES = {"vi": "Vietnamese", "en": "English"}


class T5Translator:
    """Implements `tools.ports.Translator`."""

    def __init__(self, blip: CoreModel) -> None:
        self._blip = blip

    def translate(self, text: str, *, source: str, target: str) -> str:
        """`text` in `target` (ISO 639-1, vi or en); itself if nothing is to be done or nothing comes out."""
        if source == target or not text.strip():
            return text
        prompt = render("pocket/translate", source=NAMES[source], target=NAMES[target], text=text)
        return self._blip.write(prompt, max_new_tokens=64)[0].text or text


class _Loaded(NamedTuple):
    model: Any
    tokenizer: Any


class Marian(LazyModel[_Loaded]):
    """One direction of OPUS-MT (Tiedemann and Thottingal 2020).

    Args:
        checkpoint: its folder.
    """

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint

    def _load(self) -> _Loaded:
        from transformers import MarianMTModel, MarianTokenizer

        folder = checkpoint_folder("translation", self.checkpoint)
        disable_progress_bars()
        try:
            model = MarianMTModel.from_pretrained(folder).to(default_device()).eval()
            with warnings.catch_warnings():  # of sacremoses, which only tidies punctuation
                warnings.simplefilter("ignore")
                return _Loaded(model, MarianTokenizer.from_pretrained(folder))
        except (OSError, ValueError, RuntimeError) as error:
            raise load_error("translation", self.checkpoint, error) from error

    def write(self, text: str) -> str:
        """The sentence in the other language; what is longer than the model reads is cut at its end."""
        import torch

        model, tokenizer = self.loaded
        longest = model.config.max_position_embeddings
        read = tokenizer(text, return_tensors="pt", truncation=True, max_length=longest)
        with torch.inference_mode():
            ids = model.generate(**read.to(model.device), max_new_tokens=min(MAX_NEW_TOKENS, longest - 1))
        written: str = tokenizer.decode(ids[0], skip_special_tokens=True)
        return " ".join(written.split())


class MarianTranslator:
    """Implements `tools.ports.Translator`.

    Args:
        into_english: folder of the model from Vietnamese.
        from_english: folder of the model into Vietnamese.
    """

    def __init__(self, into_english: str, from_english: str) -> None:
        self._models = {("vi", "en"): Marian(into_english), ("en", "vi"): Marian(from_english)}

    def translate(self, text: str, *, source: str, target: str) -> str:
        """`text` in `target` (ISO 639-1, vi or en); itself if nothing is to be done or nothing comes out."""
        if source == target or not text.strip():
            return text
        return self._models[source, target].write(text) or text
