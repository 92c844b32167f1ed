"""InstructBLIP with a T5 inside: picture features once, questions many times."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.models.base import LazyModel, checkpoint_identity, default_device, hub_error, without_bars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.models.constraint import Pieces
    from assistant.models.familiarity import Familiarity

MAX_PROMPT_TOKENS = 480  # T5 was trained on 512; longer prompts lose their beginning, never the question at the tail
MAX_INSTRUCTION_TOKENS = 128  # and never more than the Q-Former has positions; its processor does not truncate


@dataclass(frozen=True, slots=True)
class Loaded:
    """The parts that the calls use."""

    model: Any
    processor: Any


@dataclass(frozen=True, slots=True)
class Text:
    """What was written, and how surely."""

    text: str
    confidence: float  # geometric mean probability of its tokens, in [0, 1]


class InstructBlip(LazyModel[Loaded]):
    """One checkpoint: a local folder or a hub id. Calls are serialised: the CPU gains nothing from two at once."""

    def __init__(self, checkpoint: str) -> None:
        super().__init__()
        self.checkpoint = checkpoint
        self._busy = threading.Lock()
        self._pieces: Pieces | None = None

    @cached_property
    def identity(self) -> str:
        """Changes when the weights do."""
        return checkpoint_identity(self.checkpoint)

    def _load(self) -> Loaded:
        import torch
        from transformers import InstructBlipForConditionalGeneration, InstructBlipProcessor

        without_bars()
        try:
            processor = InstructBlipProcessor.from_pretrained(self.checkpoint)
            model = InstructBlipForConditionalGeneration.from_pretrained(self.checkpoint, dtype=torch.float32)
        except (OSError, ValueError) as error:
            raise hub_error("core", self.checkpoint, error) from error
        return Loaded(model.to(default_device()).eval(), processor)

    def clean(self, text: str) -> str:
        """`text` without the strings that the tokenizers read as special tokens, such as `<image>`."""
        processor = self.loaded.processor
        special = {*processor.tokenizer.all_special_tokens, *processor.qformer_tokenizer.all_special_tokens}
        special |= {str(t) for t in processor.tokenizer.get_added_vocab()} | {"<image>", "<video>"}
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

        model, processor = self.loaded.model, self.loaded.processor
        if len(images) == 0:
            config = model.config.vision_config
            tokens = (config.image_size // config.patch_size) ** 2 + 1
            return np.zeros((0, tokens, config.hidden_size), np.float16)
        with self._busy, torch.inference_mode():
            # Named, since the axes of a picture of one pixel cannot be guessed.
            read = processor.image_processor(list(images), return_tensors="pt", input_data_format="channels_last")
            values = read["pixel_values"].to(model.device)
            states = model.vision_model(values).last_hidden_state
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
        """Projected queries `(n, queries, width of the T5)` of stored features, under one instruction."""
        import torch

        model, processor = self.loaded.model, self.loaded.processor
        tokenizer = processor.qformer_tokenizer
        with torch.inference_mode():
            states = torch.from_numpy(np.array(features)).to(model.device, torch.float32)
            longest = min(MAX_INSTRUCTION_TOKENS, model.config.qformer_config.max_position_embeddings)
            text = tokenizer(self.clean(instruction), return_tensors="pt", truncation=True, max_length=longest).to(
                model.device
            )
            n, count = len(states), model.config.num_query_tokens
            ones = torch.ones(n, count, dtype=torch.long, device=model.device)
            out = model.qformer(
                input_ids=text["input_ids"].expand(n, -1),
                attention_mask=torch.cat([ones, text["attention_mask"].expand(n, -1)], 1),
                query_embeds=model.query_tokens.expand(n, -1, -1),
                encoder_hidden_states=states,
                encoder_attention_mask=torch.ones(states.shape[:2], dtype=torch.long, device=model.device),
            ).last_hidden_state[:, :count]
            return model.language_projection(out)

    def _encode(self, prompt: str, visual: Any = None) -> tuple[Any, Any]:
        """T5 encoder states and mask; `visual` `(rows, k, width)` stands before the prompt in each row."""
        import torch

        model, tokenizer = self.loaded.model, self.loaded.processor.tokenizer
        text = tokenizer(self.clean(prompt), return_tensors="pt").to(model.device)
        ids = text["input_ids"][:, -MAX_PROMPT_TOKENS:]
        mask = text["attention_mask"][:, -MAX_PROMPT_TOKENS:]
        words = model.get_input_embeddings()(ids)
        if visual is not None:
            rows = visual.shape[0]
            words = torch.cat([visual.to(words.dtype), words.expand(rows, -1, -1)], 1)
            ones = torch.ones(visual.shape[:2], dtype=mask.dtype, device=model.device)
            mask = torch.cat([ones, mask.expand(rows, -1)], 1)
        return model.language_model.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state, mask

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        """Log-likelihood `(rows, candidates)` of each whole candidate, the end of the text included; one encoder pass.

        `visual` is `(rows, k, width)`; without it there is one row.
        """
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        model, tokenizer = self.loaded.model, self.loaded.processor.tokenizer
        with self._busy, torch.inference_mode():
            states, mask = self._encode(prompt, visual)
            rows, many = states.shape[0], len(candidates)
            ids = tokenizer(list(candidates), return_tensors="pt", padding=True, padding_side="right").to(model.device)
            labels = ids["input_ids"].masked_fill(ids["attention_mask"] == 0, -100).repeat(rows, 1)
            logits = model.language_model(
                encoder_outputs=BaseModelOutput(last_hidden_state=states.repeat_interleave(many, 0)),
                attention_mask=mask.repeat_interleave(many, 0),
                labels=labels,
            ).logits.float()
            each = logits.log_softmax(-1).gather(-1, labels.clamp(min=0)[..., None])[..., 0] * (labels >= 0)
            scores: NDArray[np.float64] = each.sum(-1).reshape(rows, many).double().cpu().numpy()
        return scores

    def probability_yes(self, prompt: str, visual: Any) -> list[float]:
        """P(yes) against no, for each row of `visual`."""
        scores = self.score(prompt, ("yes", "no"), visual)
        return [float(p) for p in 1.0 / (1.0 + np.exp(np.clip(scores[:, 1] - scores[:, 0], -60, 60)))]

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        """Greedy text, one for each row of `visual`, one without it."""
        import torch

        tokenizer = self.loaded.processor.tokenizer
        with self._busy, torch.inference_mode():
            out = self._generate(prompt, visual, max_new_tokens)
            ids = out.sequences[:, -len(out.logits) :]
            chosen = torch.stack(out.logits, 1).float().log_softmax(-1).gather(-1, ids[..., None])[..., 0]
            real = (ids != tokenizer.pad_token_id).float()
            sure = ((chosen * real).sum(1) / real.sum(1).clamp(min=1)).exp().tolist()
        texts = tokenizer.batch_decode(ids, skip_special_tokens=True)
        return [Text(" ".join(t.split()), float(c)) for t, c in zip(texts, sure, strict=True)]

    def _generate(self, prompt: str, visual: Any, max_new_tokens: int, **more: Any) -> Any:
        """Greedy decoding of the T5 after a prompt, with its logits."""
        from transformers.modeling_outputs import BaseModelOutput

        tokenizer = self.loaded.processor.tokenizer
        states, mask = self._encode(prompt, visual)
        # The inner generation config does not come from the checkpoint's file: name the ends.
        return self.loaded.model.language_model.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=states),
            attention_mask=mask,
            max_new_tokens=max_new_tokens,
            num_beams=1,
            do_sample=False,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            output_logits=True,
            return_dict_in_generate=True,
            **more,
        )

    def write_matching(self, prompt: str, pattern: str, *, max_new_tokens: int = 96) -> str:
        """The likeliest text, token by token, among those that match `pattern` (a regular expression) as a whole.

        Raises:
            ValueError: no text of the tokenizer matches within `max_new_tokens`.
        """
        import regex
        import torch

        from assistant.models.constraint import Pieces, RegexConstraint

        tokenizer = self.loaded.processor.tokenizer
        if self._pieces is None:
            self._pieces = Pieces(tokenizer)
        constraint = RegexConstraint(pattern, self._pieces, tokenizer.eos_token_id, skip=1)
        with self._busy, torch.inference_mode():
            out = self._generate(prompt, None, max_new_tokens, logits_processor=[constraint])
        text: str = self._pieces.read(out.sequences[0, 1:].tolist())
        if regex.fullmatch(pattern, text) is None:
            raise ValueError(f"no text of {max_new_tokens} tokens matches {pattern!r}")
        return text

    def count_tokens(self, text: str) -> int:
        """How many tokens the language model reads in a text."""
        return len(self.loaded.processor.tokenizer(self.clean(text)).input_ids)
