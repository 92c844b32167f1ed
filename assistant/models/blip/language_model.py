"""The frozen language model inside BLIP-2 and InstructBLIP: a T5, or a decoder such as Vicuna and OPT, behind one door.

A prompt is read once; candidates are scored and text is written from what was read. (Li et al. 2023, "BLIP-2", section
3.2, figure 3: the queries stand before the prompt; a decoder goes on after both, an encoder-decoder reads both.)
"""

from __future__ import annotations

from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

MAX_PROMPT_TOKENS = 480  # T5 was trained on 512; longer prompts lose their beginning, never the question at the tail


class Prompt(NamedTuple):
    """Embedded: what the queries say in each row, then the words."""

    embeddings: Tensor  # (rows, tokens, width)
    mask: Tensor  # (rows, tokens), 1 where a token stands


class Written(NamedTuple):
    """What was decoded, without the prompt."""

    ids: Tensor  # (rows, tokens)
    log_probabilities: Tensor  # (rows, tokens), of the tokens chosen


class LanguageModel:
    """What both kinds share.

    Args:
        model: the inner model of transformers.
        tokenizer: its tokenizer.
    """

    starts_with = 0
    """How many tokens stand before the answer while it is decoded."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @property
    def device(self) -> Any:
        """Of its embeddings, where prompts have to be."""
        return self.model.get_input_embeddings().weight.device

    def embed_prompt(self, text: str, visual: Tensor | None = None) -> Prompt:
        """Embeds a text; `visual` `(rows, k, width)` stands before it in each row."""
        import torch

        read = self.tokenizer(text, return_tensors="pt").to(self.device)
        ids, mask = read["input_ids"][:, -MAX_PROMPT_TOKENS:], read["attention_mask"][:, -MAX_PROMPT_TOKENS:]
        words = self.model.get_input_embeddings()(ids)
        if visual is None:
            return Prompt(words, mask)
        rows = visual.shape[0]
        ones = torch.ones(visual.shape[:2], dtype=mask.dtype, device=self.device)
        embeddings = torch.cat([visual.to(self.device, words.dtype), words.expand(rows, -1, -1)], 1)
        return Prompt(embeddings, torch.cat([ones, mask.expand(rows, -1)], 1))

    def embed_prompts(self, asked: Sequence[tuple[str, Tensor | None]]) -> Prompt:
        """Embeds several texts, the rows of each after those of the one before.

        Shorter ones are padded on the left, so that a decoder goes on right after the last word of each. No position is
        shifted by that: T5 and Vicuna count from token to token, OPT and `generate` count what the mask lets stand.
        """
        import torch
        from torch.nn.functional import pad

        each = [self.embed_prompt(text, visual) for text, visual in asked]
        longest = max(one.mask.shape[1] for one in each)
        missing = [longest - one.mask.shape[1] for one in each]
        return Prompt(
            torch.cat([pad(one.embeddings, (0, 0, left, 0)) for one, left in zip(each, missing, strict=True)]),
            torch.cat([pad(one.mask, (left, 0)) for one, left in zip(each, missing, strict=True)]),
        )

    def first_logits(self, prompt: Prompt) -> Tensor:
        """Logits `(rows, vocabulary)` of the first token to be written."""
        raise NotImplementedError

    def score(self, prompt: Prompt, candidates: Sequence[Sequence[str]]) -> list[Tensor]:
        """For each row, the log-likelihood of each of its candidates as a whole, the end of the text included."""
        raise NotImplementedError

    def write(self, prompt: Prompt, *, max_new_tokens: int, min_new_tokens: int = 1, **more: Any) -> Written:
        """Greedy decoding, of one token at least: an empty text is no answer. `more` goes to `generate`."""
        import torch

        # The inner generation config does not come from the checkpoint's file, and Vicuna's names the wrong ends.
        out = self.model.generate(
            **self._generate_from(prompt),
            attention_mask=prompt.mask,
            max_new_tokens=max_new_tokens,
            min_new_tokens=min_new_tokens,
            num_beams=1,
            do_sample=False,
            eos_token_id=self.tokenizer.eos_token_id,
            pad_token_id=self.tokenizer.pad_token_id,
            output_logits=True,
            return_dict_in_generate=True,
            **more,
        )
        ids = out.sequences[:, -len(out.logits) :]
        chosen = torch.stack(out.logits, 1).float().log_softmax(-1).gather(-1, ids[..., None])[..., 0]
        return Written(ids, chosen)

    def search_beams(
        self, prompt: Prompt, *, beams: int, length_penalty: float, max_new_tokens: int, best: int = 1
    ) -> Tensor:
        """Beam search: the ids `(rows * best, tokens)` of the best texts of each row, special tokens included."""
        out: Tensor = self.model.generate(
            **self._generate_from(prompt),
            attention_mask=prompt.mask,
            max_new_tokens=max_new_tokens,
            min_new_tokens=1,
            num_beams=beams,
            length_penalty=length_penalty,
            num_return_sequences=best,
            do_sample=False,
            eos_token_id=self.tokenizer.eos_token_id,
            pad_token_id=self.tokenizer.pad_token_id,
        )
        return out

    def _generate_from(self, prompt: Prompt) -> dict[str, Any]:
        raise NotImplementedError


class EncoderDecoder(LanguageModel):
    """A T5: the prompt goes through the encoder once."""

    starts_with = 1

    def _generate_from(self, prompt: Prompt) -> dict[str, Any]:
        return {"encoder_outputs": self._encoded(prompt)}

    def _encoded(self, prompt: Prompt, copies: Tensor | int = 1) -> Any:
        from transformers.modeling_outputs import BaseModelOutput

        states = self.model.encoder(inputs_embeds=prompt.embeddings, attention_mask=prompt.mask).last_hidden_state
        return BaseModelOutput(last_hidden_state=states.repeat_interleave(copies, 0))

    def first_logits(self, prompt: Prompt) -> Tensor:
        import torch

        starts = torch.full((len(prompt.mask), 1), self.model.config.decoder_start_token_id, device=self.device)
        out = self.model(encoder_outputs=self._encoded(prompt), attention_mask=prompt.mask, decoder_input_ids=starts)
        logits: Tensor = out.logits[:, -1].float()
        return logits

    def score(self, prompt: Prompt, candidates: Sequence[Sequence[str]]) -> list[Tensor]:
        import torch

        many = [len(own) for own in candidates]
        copies = torch.tensor(many, device=self.device)
        texts = list(chain.from_iterable(candidates))
        read = self.tokenizer(texts, return_tensors="pt", padding=True, padding_side="right").to(self.device)
        labels = read["input_ids"].masked_fill(read["attention_mask"] == 0, -100)
        logits = self.model(
            encoder_outputs=self._encoded(prompt, copies),
            attention_mask=prompt.mask.repeat_interleave(copies, 0),
            labels=labels,
        ).logits
        return list(torch.split(_sum(logits, labels), many))


class Decoder(LanguageModel):
    """Vicuna, OPT: the prompt is read once into the cache that every candidate goes on from."""

    def _generate_from(self, prompt: Prompt) -> dict[str, Any]:
        # Without the prompt's ids, what comes back are the new tokens alone.
        return {"inputs_embeds": prompt.embeddings}

    def first_logits(self, prompt: Prompt) -> Tensor:
        logits: Tensor = self.model(inputs_embeds=prompt.embeddings, attention_mask=prompt.mask).logits[:, -1].float()
        return logits

    def score(self, prompt: Prompt, candidates: Sequence[Sequence[str]]) -> list[Tensor]:
        import torch

        many = [len(own) for own in candidates]
        copies = torch.tensor(many, device=self.device)
        read = self.model(inputs_embeds=prompt.embeddings, attention_mask=prompt.mask, use_cache=True)
        labels = self._labels(list(chain.from_iterable(candidates)))
        cache = deepcopy(read.past_key_values)
        cache.batch_repeat_interleave(copies)
        ids = labels.clamp(min=0)
        # A pad at the end changes nothing before it.
        mask = torch.cat([prompt.mask.repeat_interleave(copies, 0), torch.ones_like(ids)], 1)
        after = self.model(input_ids=ids[:, :-1], attention_mask=mask[:, :-1], past_key_values=cache).logits
        first = read.logits[:, -1:].repeat_interleave(copies, 0)
        return list(torch.split(_sum(torch.cat([first, after], 1), labels), many))

    def _labels(self, candidates: Sequence[str]) -> Tensor:
        """`(candidates, tokens)` of each after a blank, with its end; -100 where there is none."""
        import torch

        texts = [f" {text}" if self._spaced else text for text in candidates]
        rows = [[*self.tokenizer(t, add_special_tokens=False).input_ids, self.tokenizer.eos_token_id] for t in texts]
        longest = max(map(len, rows))
        return torch.tensor([row + [-100] * (longest - len(row)) for row in rows], device=self.device)

    @property
    def _spaced(self) -> bool:
        """Whether a blank must be written out: SentencePiece puts one before a text by itself."""
        return bool(self.model.config.model_type == "opt")


def _sum(logits: Tensor, labels: Tensor) -> Tensor:
    each = logits.float().log_softmax(-1).gather(-1, labels.clamp(min=0)[..., None])[..., 0]
    return (each * (labels >= 0)).sum(-1)
