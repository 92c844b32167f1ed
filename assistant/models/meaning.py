"""Sentences as vectors: near in meaning is near in angle.

Reimers and Gurevych 2019, "Sentence-BERT", section 3: the mean of a transformer's token states, L2-normalised.
Khattab and Zaharia 2020, "ColBERT", section 3.2: late interaction, each word of a query against its nearest in a text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import (
    LazyModel,
    checkpoint_folder,
    checkpoint_identity,
    default_device,
    disable_progress_bars,
    load_error,
)
from assistant.models.packaged import MINILM, PackagedFile
from assistant.text.language import Language
from assistant.text.stop_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch

MAX_TOKENS = 256  # of a text, for which the checkpoint was trained; the rest is cut off
BATCH = 32
PACKAGED_ENCODERS: dict[str, PackagedFile] = {"packaged:all-MiniLM-L6-v2": MINILM}
"""Encoders that a Python package carries, by the name that a profile gives them."""


class SentenceEncoder(LazyModel[tuple[Any, Any]]):
    """A sentence encoder of the BERT family, with mean pooling.

    Args:
        checkpoint: its folder, or a name of `PACKAGED_ENCODERS`.
        languages: the languages whose sentences it places by meaning.
    """

    def __init__(self, checkpoint: str, languages: Sequence[Language] = ("en",)) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.languages = tuple(languages)

    @property
    def is_installed(self) -> bool:
        """Whether its files are on this machine; nothing is loaded."""
        if packaged := PACKAGED_ENCODERS.get(self.checkpoint):
            return packaged.location is not None
        return any(Path(self.checkpoint).glob("*.safetensors"))

    @property
    def identity(self) -> str:
        """Names the weights: vectors of different identities cannot be compared."""
        if packaged := PACKAGED_ENCODERS.get(self.checkpoint):
            return f"{self.checkpoint.partition(':')[2]}-{packaged.sha256[:12]}"
        return checkpoint_identity(self.checkpoint)

    def _load(self) -> tuple[Any, Any]:
        from transformers import AutoModel, AutoTokenizer

        packaged = PACKAGED_ENCODERS.get(self.checkpoint)
        folder = checkpoint_folder("meaning", self.checkpoint) if packaged is None else packaged.checked().parent
        disable_progress_bars()
        try:
            model = AutoModel.from_pretrained(folder, local_files_only=True)
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise load_error("meaning", self.checkpoint, error) from error
        return model.eval().to(default_device()), tokenizer

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns `(n, d)` float32, L2-normalised, for n texts.

        Raises:
            ModelNotFoundError: the checkpoint is missing, or its weights were altered.
        """
        import torch

        vectors = np.empty((len(texts), int(self.loaded[0].config.hidden_size)), np.float32)
        for rows, states, tokens in self._states(texts):
            mask = tokens["attention_mask"].unsqueeze(-1)
            means = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
            vectors[rows] = torch.nn.functional.normalize(means, dim=-1).float().cpu().numpy()
        return vectors

    def late_interaction(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns `(n,)` float32 in [-1, 1]: how near the content words of a query come to the words of each text.

        That is the mean, over the query's tokens, of the greatest cosine with a token of the text. Words of grammar and
        punctuation do not count; a query of nothing else is near to no text, 0.
        """
        import torch

        _, tokenizer = self.loaded
        ((_, query_states, query_tokens),) = self._states([query])
        names = tokenizer.convert_ids_to_tokens(query_tokens["input_ids"][0])
        counted = [row for row, name in enumerate(names) if name.strip("#").isalnum() and name not in FUNCTION_WORDS]
        scores = np.zeros(len(texts), np.float32)
        if not counted:
            return scores
        wanted = torch.nn.functional.normalize(query_states[0, counted], dim=-1)
        for rows, states, tokens in self._states(texts):
            cosines = torch.nn.functional.normalize(states, dim=-1) @ wanted.T  # (texts, tokens, counted)
            cosines = cosines.masked_fill(tokens["attention_mask"].unsqueeze(-1) == 0, -1.0)
            scores[rows] = cosines.amax(1).mean(-1).float().cpu().numpy()
        return scores

    def _states(self, texts: Sequence[str]) -> Iterator[tuple[list[int], torch.Tensor, Any]]:
        """Yields batches of texts of like length: their rows, token states `(b, tokens, d)`, and tokens."""
        import torch

        model, tokenizer = self.loaded
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))  # like lengths waste no padding
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            tokens = tokenizer(
                [texts[row] for row in rows],
                padding=True,
                truncation=True,
                max_length=MAX_TOKENS,
                return_tensors="pt",
            ).to(model.device)
            with torch.inference_mode():
                yield rows, model(**tokens).last_hidden_state, tokens
