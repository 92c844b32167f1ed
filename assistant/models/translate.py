"""Translation between Vietnamese and English, by the language model of the core or by two OPUS-MT models."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.models.base import LazyModel, checkpoint_folder, default_device, disable_progress_bars, load_error
from assistant.text.shorten import shorten
from prompts import render

if TYPE_CHECKING:
    from assistant.models.blip.core_model import CoreModel

MAX_NEW_TOKENS = 128
MAX_CHARACTERS = 400  # of a text for the core's language model; a longer prompt would lose its instruction
LANGUAGE_CODES = {"vi": ">>vie<<", "en": ">>eng<<"}
"""The words by which OPUS-MT models of several languages are told the target."""
LANGUAGE_NAMES = {"vi": "Vietnamese", "en": "English"}


class T5Translator:
    """Translates with the language model of the core. Implements `tools.ports.Translator`."""

    def __init__(self, blip: CoreModel) -> None:
        self._blip = blip

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates a text; returns the text itself if the languages are equal or the model writes nothing.

        Args:
            source: ISO 639-1 code of the text's language, vi or en.
            target: ISO 639-1 code of the wanted language.
        """
        if source == target or not text.strip():
            return text
        prompt = render(
            f"{self._blip.prompt_family}/translate",
            source=LANGUAGE_NAMES[source],
            target=LANGUAGE_NAMES[target],
            text=shorten(text, MAX_CHARACTERS),
        )
        return self._blip.write(prompt, max_new_tokens=64)[0].text or text


class _Loaded(NamedTuple):
    model: Any
    tokenizer: Any


class Marian(LazyModel[_Loaded]):
    """An OPUS-MT model for one direction (Tiedemann and Thottingal 2020).

    Args:
        checkpoint: its folder.
        target: ISO 639-1 code of the language into which it translates, vi or en.
    """

    def __init__(self, checkpoint: str, target: str) -> None:
        super().__init__()
        self.checkpoint, self.target = checkpoint, target

    def _load(self) -> _Loaded:
        from transformers import MarianMTModel, MarianTokenizer

        folder = checkpoint_folder("translation", self.checkpoint)
        disable_progress_bars()
        try:
            model = MarianMTModel.from_pretrained(folder).to(default_device()).eval()
            with warnings.catch_warnings():  # the missing sacremoses would only tidy punctuation
                warnings.simplefilter("ignore")
                return _Loaded(model, MarianTokenizer.from_pretrained(folder))
        except (OSError, ValueError, RuntimeError) as error:
            raise load_error("translation", self.checkpoint, error) from error

    def translate(self, text: str) -> str:
        """Translates a text; one that is longer than the model reads is cut at its end."""
        import torch

        model, tokenizer = self.loaded
        max_tokens = model.config.max_position_embeddings
        # A model of several languages (opus-mt-en-vi is one) needs to be told which; one of a single has no such word.
        code = LANGUAGE_CODES[self.target]
        prefix = f"{code} " if code in tokenizer.supported_language_codes else ""
        inputs = tokenizer(prefix + text, return_tensors="pt", truncation=True, max_length=max_tokens)
        with torch.inference_mode():
            ids = model.generate(**inputs.to(model.device), max_new_tokens=min(MAX_NEW_TOKENS, max_tokens - 1))
        translation: str = tokenizer.decode(ids[0], skip_special_tokens=True)
        return " ".join(translation.split())


class MarianTranslator:
    """Translates with OPUS-MT. Implements `tools.ports.Translator`.

    Args:
        into_english: folder of the model from Vietnamese to English.
        from_english: folder of the model from English to Vietnamese.
    """

    def __init__(self, into_english: str, from_english: str) -> None:
        self._models = {("vi", "en"): Marian(into_english, "en"), ("en", "vi"): Marian(from_english, "vi")}

    def translate(self, text: str, *, source: str, target: str) -> str:
        """Translates a text; returns the text itself if the languages are equal or the model writes nothing.

        Args:
            source: ISO 639-1 code of the text's language, vi or en.
            target: ISO 639-1 code of the wanted language.
        """
        if source == target or not text.strip():
            return text
        return self._models[source, target].translate(text) or text
