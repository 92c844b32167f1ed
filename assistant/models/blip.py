"""InstructBLIP and BLIP-2: picture features once, questions many times."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.models.base import LazyModel, checkpoint_identity, no_features
from assistant.models.blip_checkpoint import Loaded, Precision, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.models.constraint import Pieces
    from assistant.models.familiarity import Familiarity

MAX_INSTRUCTION_TOKENS = 128  # and never more than the Q-Former has positions; its processor does not truncate


@dataclass(frozen=True, slots=True)
class Text:
    """What was written, and how surely."""

    text: str
    confidence: float  # geometric mean probability of its tokens, in [0, 1]


class InstructBlip(LazyModel[Loaded]):
    """One InstructBLIP or BLIP-2. Calls are serialised: the CPU gains nothing from two at once.

    Args:
        checkpoint: its folder.
        precision: of the frozen language model.
    """

    def __init__(self, checkpoint: str, precision: Precision = "float32") -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self.precision = precision
        self._busy = threading.Lock()
        self._pieces: Pieces | None = None

    @classmethod
    def of(cls, loaded: Loaded) -> InstructBlip:
        """Around what is loaded already."""
        blip = cls("", loaded.precision)
        blip._loaded = loaded
        return blip

    @cached_property
    def identity(self) -> str:
        """Changes when the weights do."""
        return checkpoint_identity(self.checkpoint)

    def _load(self) -> Loaded:
        return load(self.checkpoint, self.precision)

    def clean(self, text: str) -> str:
        """`text` without the strings that the tokenizers read as special tokens, such as `<image>`."""
        processor = self.loaded.processor
        special = {*processor.tokenizer.all_special_tokens, *processor.tokenizer.get_added_vocab()}
        special |= {"<image>", "<video>"}
        if self.loaded.instructed:
            special |= set(processor.qformer_tokenizer.all_special_tokens)
        before = None
        # Removing one may join the halves of another.
        while before != text:
            before = text
            for token in sorted(special, key=len, reverse=True):
                text = text.replace(token, " ")
        return " ".join(text.split())

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        """ViT states `(n, tokens, width)` of HWC RGB pictures; no question plays a part, so they can be stored."""
        import torch

        vision, processor = self.loaded.model.vision_model, self.loaded.processor
        if len(images) == 0:
            return no_features(vision.config)
        with self._busy, torch.inference_mode():
            # Named, since the axes of a picture of one pixel cannot be guessed.
            read = processor.image_processor(list(images), return_tensors="pt", input_data_format="channels_last")
            values = read["pixel_values"].to(vision.device, vision.dtype)
            states = vision(values).last_hidden_state
        found: NDArray[np.float16] = states.to(torch.float16).cpu().numpy()
        return found

    @cached_property
    def _familiarity(self) -> Familiarity | None:
        from assistant.models.familiarity import Familiarity

        return Familiarity.load(Path(self.checkpoint))

    def knows(self, features: NDArray[np.float16]) -> list[bool]:
        """Whether each picture is of the kind that the checkpoint was trained on; without a measure of it, all are."""
        return [True] * len(features) if self._familiarity is None else self._familiarity.knows(features)

    def queries(self, features: NDArray[np.float16], instruction: str) -> Any:
        """Projected queries `(n, queries, width of the language model)` of stored features.

        InstructBLIP's heed the instruction; BLIP-2's do not read it.
        """
        import torch

        model, instructed = self.loaded.model, self.loaded.instructed
        qformer = model.qformer
        with torch.inference_mode():
            states = torch.from_numpy(np.array(features)).to(qformer.device, qformer.dtype)
            n, count = len(states), model.config.num_query_tokens
            more: dict[str, Any] = {}
            if instructed:
                text = self._instruction(instruction).to(qformer.device)
                ones = torch.ones(n, count, dtype=torch.long, device=qformer.device)
                more["input_ids"] = text["input_ids"].expand(n, -1)
                more["attention_mask"] = torch.cat([ones, text["attention_mask"].expand(n, -1)], 1)
            out = qformer(
                query_embeds=model.query_tokens.to(qformer.dtype).expand(n, -1, -1),
                encoder_hidden_states=states,
                encoder_attention_mask=torch.ones(states.shape[:2], dtype=torch.long, device=qformer.device),
                **more,
            ).last_hidden_state[:, :count]
            return model.language_projection(out)

    def _instruction(self, text: str) -> Any:
        """The question as the Q-Former reads it."""
        longest = min(MAX_INSTRUCTION_TOKENS, self.loaded.model.config.qformer_config.max_position_embeddings)
        tokenizer = self.loaded.processor.qformer_tokenizer
        return tokenizer(self.clean(text), return_tensors="pt", truncation=True, max_length=longest)

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        """Log-likelihood `(rows, candidates)` of each whole candidate, the end of the text included; one reading pass.

        `visual` is `(rows, k, width)`; without it there is one row.
        """
        import torch

        language = self.loaded.language
        with self._busy, torch.inference_mode():
            found = language.score(language.prompt(self.clean(prompt), visual), candidates)
        scores: NDArray[np.float64] = found.double().cpu().numpy()
        return scores

    def probability_yes(self, prompt: str, visual: Any) -> list[float]:
        """P(yes) against no, for each row of `visual`."""
        scores = self.score(prompt, ("yes", "no"), visual)
        return [float(p) for p in 1.0 / (1.0 + np.exp(np.clip(scores[:, 1] - scores[:, 0], -60, 60)))]

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        """Greedy text, one for each row of `visual`, one without it."""
        import torch

        language = self.loaded.language
        tokenizer = language.tokenizer
        with self._busy, torch.inference_mode():
            asked = language.prompt(self.clean(prompt), visual)
            ids, chosen = language.write(asked, max_new_tokens=max_new_tokens)
            real = (ids != tokenizer.pad_token_id).float()
            sure = ((chosen * real).sum(1) / real.sum(1).clamp(min=1)).exp().tolist()
        texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
        return [Text(" ".join(t.split()), float(c)) for t, c in zip(texts, sure, strict=True)]

    def write_matching(self, prompt: str, pattern: str, *, max_new_tokens: int = 96) -> str:
        """The likeliest text, token by token, among those that match `pattern` (a regular expression) as a whole.

        Raises:
            ValueError: no text of the tokenizer matches within `max_new_tokens`.
        """
        import regex
        import torch

        from assistant.models.constraint import Pieces, RegexConstraint

        language = self.loaded.language
        if self._pieces is None:
            self._pieces = Pieces(language.tokenizer)
        constraint = RegexConstraint(pattern, self._pieces, language.tokenizer.eos_token_id, skip=language.starts_with)
        with self._busy, torch.inference_mode():
            asked = language.prompt(self.clean(prompt))
            ids, _ = language.write(asked, max_new_tokens=max_new_tokens, logits_processor=[constraint])
        text: str = self._pieces.read(ids[0].tolist())
        if regex.fullmatch(pattern, text) is None:
            raise ValueError(f"no text of {max_new_tokens} tokens matches {pattern!r}")
        return text

    def count_tokens(self, text: str) -> int:
        """How many tokens the language model reads in a text."""
        return len(self.loaded.processor.tokenizer(self.clean(text)).input_ids)
