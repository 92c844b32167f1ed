"""The frozen language model inside BLIP-2 and InstructBLIP: a T5, or a decoder such as Vicuna and OPT.

A prompt is read once, and candidates are scored or text is written from its states. (Li et al. 2023, "BLIP-2", section
3.2, figure 3: the queries stand before the prompt; a decoder continues after both, an encoder-decoder reads both.)
"""

from __future__ import annotations

from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

MAX_PROMPT_TOKENS = 480  # T5 was trained on 512; a longer prompt loses its beginning, never the question at its end


class Prompt(NamedTuple):
    """An embedded prompt: in each row the queries of the visual input, then the words."""

    embeddings: Tensor  # (rows, tokens, width)
    mask: Tensor  # (rows, tokens), 1 for a token and 0 for padding


class Written(NamedTuple):
    """Decoded tokens, without the prompt."""

    ids: Tensor  # (rows, tokens)
    log_probabilities: Tensor  # (rows, tokens), of the chosen tokens


class LanguageModel:
    """What encoder-decoders and decoders share.

    Args:
        model: the language model of transformers inside the core.
        tokenizer: its tokenizer.
    """

    start_tokens = 0
    """Number of tokens that precede the written text while it is decoded."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @property
    def device(self) -> Any:
        """The device of its embeddings, where prompts have to be."""
        return self.model.get_input_embeddings().weight.device

    @property
    def end_tokens(self) -> list[int]:
        """The tokens at which a text ends; the first is the one that it was trained to end with."""
        return [self.tokenizer.eos_token_id]

    def embed_prompt(self, text: str, visual: Tensor | None = None) -> Prompt:
        """Embeds a text after the rows of `visual` `(rows, k, width)`; a single row without it."""
        import torch

        tokens = self.tokenizer(text, return_tensors="pt").to(self.device)
        ids, mask = tokens["input_ids"][:, -MAX_PROMPT_TOKENS:], tokens["attention_mask"][:, -MAX_PROMPT_TOKENS:]
        words = self.model.get_input_embeddings()(ids)
        if visual is None:
            return Prompt(words, mask)
        rows = visual.shape[0]
        ones = torch.ones(visual.shape[:2], dtype=mask.dtype, device=self.device)
        embeddings = torch.cat([visual.to(self.device, words.dtype), words.expand(rows, -1, -1)], 1)
        return Prompt(embeddings, torch.cat([ones, mask.expand(rows, -1)], 1))

    def embed_prompts(self, prompts: Sequence[tuple[str, Tensor | None]]) -> Prompt:
        """Embeds several texts with their `visual` as one batch, in the given order.

        Shorter ones are padded on the left, so that a decoder continues right after the last word of each. Padding
        shifts no position: T5 and Vicuna use relative positions, OPT and `generate` count only unmasked tokens.
        """
        import torch
        from torch.nn.functional import pad

        embedded = [self.embed_prompt(text, visual) for text, visual in prompts]
        longest = max(prompt.mask.shape[1] for prompt in embedded)
        padding = [longest - prompt.mask.shape[1] for prompt in embedded]
        return Prompt(
            torch.cat([pad(prompt.embeddings, (0, 0, n, 0)) for prompt, n in zip(embedded, padding, strict=True)]),
            torch.cat([pad(prompt.mask, (n, 0)) for prompt, n in zip(embedded, padding, strict=True)]),
        )

    def first_logits(self, prompt: Prompt) -> Tensor:
        """Computes the logits `(rows, vocabulary)` of the first token after a prompt."""
        raise NotImplementedError

    def score(self, prompt: Prompt, candidates: Sequence[Sequence[str]]) -> list[Tensor]:
        """Computes for each row the log-likelihood of each of its candidates as the whole text after the prompt."""
        raise NotImplementedError

    def write(self, prompt: Prompt, *, max_new_tokens: int, min_new_tokens: int = 1, **more: Any) -> Written:
        """Decodes greedily, at least one token, since an empty text is no answer. `more` is passed to `generate`."""
        import torch

        # Both ends are given, since the inner generation config is not read from the checkpoint; Vicuna's is wrong.
        output = self.model.generate(
            **self._generate_inputs(prompt),
            attention_mask=prompt.mask,
            max_new_tokens=max_new_tokens,
            min_new_tokens=min_new_tokens,
            num_beams=1,
            do_sample=False,
            eos_token_id=self.end_tokens,
            pad_token_id=self.tokenizer.pad_token_id,
            output_logits=True,
            return_dict_in_generate=True,
            **more,
        )
        ids = output.sequences[:, -len(output.logits) :]
        chosen = torch.stack(output.logits, 1).float().log_softmax(-1).gather(-1, ids[..., None])[..., 0]
        return Written(ids, chosen)

    def search_beams(
        self, prompt: Prompt, *, beams: int, length_penalty: float, max_new_tokens: int, best: int = 1
    ) -> Tensor:
        """Decodes by beam search the ids `(rows * best, tokens)` of the best texts, special tokens included."""
        sequences: Tensor = self.model.generate(
            **self._generate_inputs(prompt),
            attention_mask=prompt.mask,
            max_new_tokens=max_new_tokens,
            min_new_tokens=1,
            num_beams=beams,
            length_penalty=length_penalty,
            num_return_sequences=best,
            do_sample=False,
            eos_token_id=self.end_tokens,
            pad_token_id=self.tokenizer.pad_token_id,
        )
        return sequences

    def _generate_inputs(self, prompt: Prompt) -> dict[str, Any]:
        raise NotImplementedError


class EncoderDecoder(LanguageModel):
    """A T5, whose encoder reads the prompt once."""

    start_tokens = 1

    def _generate_inputs(self, prompt: Prompt) -> dict[str, Any]:
        return {"encoder_outputs": self._encode(prompt)}

    def _encode(self, prompt: Prompt, copies: Tensor | int = 1) -> Any:
        from transformers.modeling_outputs import BaseModelOutput

        states = self.model.encoder(inputs_embeds=prompt.embeddings, attention_mask=prompt.mask).last_hidden_state
        return BaseModelOutput(last_hidden_state=states.repeat_interleave(copies, 0))

    def first_logits(self, prompt: Prompt) -> Tensor:
        import torch

        starts = torch.full((len(prompt.mask), 1), self.model.config.decoder_start_token_id, device=self.device)
        output = self.model(encoder_outputs=self._encode(prompt), attention_mask=prompt.mask, decoder_input_ids=starts)
        logits: Tensor = output.logits[:, -1].float()
        return logits

    def score(self, prompt: Prompt, candidates: Sequence[Sequence[str]]) -> list[Tensor]:
        import torch

        counts = [len(row_candidates) for row_candidates in candidates]
        copies = torch.tensor(counts, device=self.device)
        texts = list(chain.from_iterable(candidates))
        tokens = self.tokenizer(texts, return_tensors="pt", padding=True, padding_side="right").to(self.device)
        labels = tokens["input_ids"].masked_fill(tokens["attention_mask"] == 0, -100)
        logits = self.model(
            encoder_outputs=self._encode(prompt, copies),
            attention_mask=prompt.mask.repeat_interleave(copies, 0),
            labels=labels,
        ).logits
        return list(torch.split(_log_likelihoods(logits, labels), counts))


class Decoder(LanguageModel):
    """A decoder such as Vicuna or OPT, which reads the prompt once into a cache that all candidates continue from."""

    @property
    def end_tokens(self) -> list[int]:
        if self.model.config.model_type != "opt":
            return super().end_tokens
        # BLIP-2's OPT was trained on lines: it writes a line feed where others write their end token.
        return [self.tokenizer("\n", add_special_tokens=False).input_ids[-1], self.tokenizer.eos_token_id]

    def _generate_inputs(self, prompt: Prompt) -> dict[str, Any]:
        # From embeddings without ids, `generate` returns the new tokens alone.
        return {"inputs_embeds": prompt.embeddings}

    def first_logits(self, prompt: Prompt) -> Tensor:
        logits: Tensor = self.model(inputs_embeds=prompt.embeddings, attention_mask=prompt.mask).logits[:, -1].float()
        return logits

    def score(self, prompt: Prompt, candidates: Sequence[Sequence[str]]) -> list[Tensor]:
        import torch

        counts = [len(row_candidates) for row_candidates in candidates]
        copies = torch.tensor(counts, device=self.device)
        prompt_output = self.model(inputs_embeds=prompt.embeddings, attention_mask=prompt.mask, use_cache=True)
        labels = self._labels(list(chain.from_iterable(candidates)))
        cache = deepcopy(prompt_output.past_key_values)
        cache.batch_repeat_interleave(copies)
        ids = labels.clamp(min=0)
        # Padding stands at the end, where it changes nothing before it.
        mask = torch.cat([prompt.mask.repeat_interleave(copies, 0), torch.ones_like(ids)], 1)
        later = self.model(input_ids=ids[:, :-1], attention_mask=mask[:, :-1], past_key_values=cache).logits
        first = prompt_output.logits[:, -1:].repeat_interleave(copies, 0)
        return list(torch.split(_log_likelihoods(torch.cat([first, later], 1), labels), counts))

    def _labels(self, candidates: Sequence[str]) -> Tensor:
        """The token ids `(candidates, tokens)` of texts after a blank, with their end token; -100 for padding."""
        import torch

        texts = [f" {text}" if self._needs_blank else text for text in candidates]
        end = self.end_tokens[0]
        rows = [[*self.tokenizer(text, add_special_tokens=False).input_ids, end] for text in texts]
        longest = max(map(len, rows))
        return torch.tensor([row + [-100] * (longest - len(row)) for row in rows], device=self.device)

    @property
    def _needs_blank(self) -> bool:
        """Whether a blank must be written before a text; SentencePiece adds it by itself, byte-level BPE does not."""
        return bool(self.model.config.model_type == "opt")


def _log_likelihoods(logits: Tensor, labels: Tensor) -> Tensor:
    """Sums over the tokens the log-probabilities of `labels` `(rows, tokens)`; -100 is padding."""
    per_token = logits.float().log_softmax(-1).gather(-1, labels.clamp(min=0)[..., None])[..., 0]
    return (per_token * (labels >= 0)).sum(-1)
