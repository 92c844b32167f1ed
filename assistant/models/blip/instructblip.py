"""InstructBLIP and BLIP-2, loaded in this process."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.models.base import LazyModel, checkpoint_identity, empty_features
from assistant.models.blip.checkpoint import LoadedCore, load
from assistant.models.blip.core_model import CoreModel, PromptFamily, Text, remove_special_tokens
from prompts import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.models.blip.constraint import Pieces
    from assistant.models.blip.event_timer import EventTimer
    from assistant.models.blip.ood_detector import OodDetector
    from assistant.models.blip.precision import Precision
    from tools.events.timing import Timing

MAX_INSTRUCTION_TOKENS = 128  # the number of the Q-Former's positions is a second limit; its processor does not cut


class Scoring(NamedTuple):
    """The arguments of a call of `score`."""

    prompt: str
    candidates: Sequence[str]
    visual: Any = None


class Writing(NamedTuple):
    """The arguments of a call of `write`."""

    prompt: str
    visual: Any = None
    max_new_tokens: int = 24


class InstructBlip(LazyModel[LoadedCore], CoreModel):
    """An InstructBLIP or BLIP-2. Its calls are serialised, since a CPU gains nothing from two at once.

    Calls of several users are answered in one pass by `queries_batch`, `score_batch` and `write_batch`. Each gets the
    result that it would get alone, but for rounding in the last digits.

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
    def from_loaded(cls, loaded: LoadedCore) -> InstructBlip:
        """Builds a core around a model that is in memory already."""
        blip = cls("", loaded.precision)
        blip._loaded = loaded
        return blip

    @cached_property
    def identity(self) -> str:
        """A name that changes when the weights change."""
        return checkpoint_identity(self.checkpoint)

    def _load(self) -> LoadedCore:
        return load(self.checkpoint, self.precision, InstructBlip.from_loaded)

    @property
    def prompt_family(self) -> PromptFamily:
        # The recipes of the pocket models write the name into the config; no official one has it.
        return "pocket" if getattr(self.loaded.model.config, "prompt_family", None) == "pocket" else "flan"

    @cached_property
    def special_tokens(self) -> frozenset[str]:
        """The strings that the tokenizers read as special tokens."""
        processor = self.loaded.processor
        tokens = {*processor.tokenizer.all_special_tokens, *processor.tokenizer.get_added_vocab()}
        tokens |= {"<image>", "<video>"}
        if self.loaded.instructed:
            tokens |= set(processor.qformer_tokenizer.all_special_tokens)
        return frozenset(tokens)

    def clean(self, text: str) -> str:
        return remove_special_tokens(text, self.special_tokens)

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        import torch

        vision, processor = self.loaded.model.vision_model, self.loaded.processor
        if len(images) == 0:
            return empty_features(vision.config)
        with self._busy, torch.inference_mode():
            # Named, since the axes of a picture of one pixel cannot be guessed.
            inputs = processor.image_processor(list(images), return_tensors="pt", input_data_format="channels_last")
            pixels = inputs["pixel_values"].to(vision.device, vision.dtype)
            states = vision(pixels).last_hidden_state
        features: NDArray[np.float16] = states.to(torch.float16).cpu().numpy()
        return features

    @cached_property
    def _ood_detector(self) -> OodDetector | None:
        from assistant.models.blip.ood_detector import OodDetector

        return OodDetector.load(Path(self.checkpoint))

    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        detector = self._ood_detector
        return [True] * len(features) if detector is None else detector.in_domain(features)

    def queries(self, features: NDArray[np.float16], instruction: str) -> Any:
        """Computes the projected queries `(n, queries, width of the language model)` of stored features.

        InstructBLIP's Q-Former reads the instruction, BLIP-2's does not.
        """
        (queries,) = self.queries_batch([(features, instruction)])
        return queries

    def queries_batch(self, calls: Sequence[tuple[NDArray[np.float16], str]]) -> list[Any]:
        """Answers several calls of `queries`, each given as features and instruction, in one pass."""
        import torch

        model, instructed = self.loaded.model, self.loaded.instructed
        qformer = model.qformer
        sizes = [len(features) for features, _ in calls]
        with torch.inference_mode():
            all_features = np.concatenate([features for features, _ in calls])
            states = torch.from_numpy(all_features).to(qformer.device, qformer.dtype)
            n, count = len(states), model.config.num_query_tokens
            text_inputs: dict[str, Any] = {}
            if instructed:
                tokens = self._tokenize_instructions([instruction for _, instruction in calls]).to(qformer.device)
                copies = torch.tensor(sizes, device=qformer.device)
                ones = torch.ones(n, count, dtype=torch.long, device=qformer.device)
                text_inputs["input_ids"] = tokens["input_ids"].repeat_interleave(copies, 0)
                text_mask = tokens["attention_mask"].repeat_interleave(copies, 0)
                text_inputs["attention_mask"] = torch.cat([ones, text_mask], 1)
            outputs = qformer(
                query_embeds=model.query_tokens.to(qformer.dtype).expand(n, -1, -1),
                encoder_hidden_states=states,
                encoder_attention_mask=torch.ones(states.shape[:2], dtype=torch.long, device=qformer.device),
                **text_inputs,
            ).last_hidden_state[:, :count]
            return list(torch.split(model.language_projection(outputs), sizes))

    def window_queries(self, features: NDArray[np.float16], instruction: str, windows: Sequence[Sequence[int]]) -> Any:
        return self.join_windows(self.queries(features, instruction), windows)

    def join_windows(self, queries: Any, windows: Sequence[Sequence[int]]) -> Any:
        """Joins the queries of frames to those of windows.

        A pocket core reads each frame after the words that give its number; an official one reads the queries alone,
        as its authors' code joins them.

        Args:
            queries: (frames, k, width).
            windows: for each window the indexes of its frames.

        Returns:
            (windows, tokens, width).
        """
        import torch

        model, tokenizer = self.loaded.model, self.loaded.processor.tokenizer
        frame_queries = queries[torch.tensor(windows, device=queries.device)]  # (windows, frames, k, width)
        if self.prompt_family != "pocket":
            return frame_queries.flatten(1, 2)
        parts = []
        for place in range(frame_queries.shape[1]):
            tokens = tokenizer(render("pocket/frame", number=place + 1), add_special_tokens=False, return_tensors="pt")
            words = model.get_input_embeddings()(tokens["input_ids"].to(model.device))
            parts.append(words.expand(len(frame_queries), -1, -1).to(frame_queries.dtype))
            parts.append(frame_queries[:, place].to(words.device))
        return torch.cat(parts, 1)

    @cached_property
    def _timer(self) -> EventTimer | None:
        from assistant.models.blip.event_timer import EventTimer

        timer = EventTimer.load(Path(self.checkpoint))
        return None if timer is None else timer.to(self.loaded.model.get_input_embeddings().weight.device)

    @property
    def has_event_timer(self) -> bool:
        return self._timer is not None

    def locate_events(
        self, events: Sequence[str], features: NDArray[np.float16], seconds: NDArray[np.float64]
    ) -> list[Timing] | None:
        if self._timer is None:
            return None
        queries = self.queries(features, render("pocket/caption").lower())
        return self._timer.time_events(queries, [self._embed_words(event) for event in events], seconds)

    def event_probability(self, words: str) -> float | None:
        return None if self._timer is None else self._timer.event_probability(self._embed_words(words))

    def _embed_words(self, text: str) -> Any:
        """The embeddings `(words, width)` of a text in the language model's table."""
        import torch

        model = self.loaded.model
        tokens = self.loaded.processor.tokenizer(self.clean(text), add_special_tokens=False, return_tensors="pt")
        with torch.inference_mode():
            return model.get_input_embeddings()(tokens["input_ids"].to(model.device))[0]

    def _tokenize_instructions(self, texts: Sequence[str]) -> Any:
        """The tokens of questions for the Q-Former; padded on the right, since its positions count from the left."""
        max_tokens = min(MAX_INSTRUCTION_TOKENS, self.loaded.model.config.qformer_config.max_position_embeddings)
        return self.loaded.processor.qformer_tokenizer(
            [self.clean(text) for text in texts],
            return_tensors="pt",
            padding=True,
            padding_side="right",
            truncation=True,
            max_length=max_tokens,
        )

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        (scores,) = self.score_batch([Scoring(prompt, candidates, visual)])
        return scores

    def score_batch(self, calls: Sequence[Scoring]) -> list[NDArray[np.float64]]:
        """Answers several calls of `score` in one pass."""
        import torch

        language = self.loaded.language
        sizes = [_count_rows(call.visual) for call in calls]
        candidates = [call.candidates for call, size in zip(calls, sizes, strict=True) for _ in range(size)]
        with self._busy, torch.inference_mode():
            prompt = language.embed_prompts([(self.clean(call.prompt), call.visual) for call in calls])
            rows = [row.double().cpu().numpy() for row in language.score(prompt, candidates)]
        ends = np.cumsum(sizes)
        return [np.stack(rows[end - size : end]) for size, end in zip(sizes, ends, strict=True)]

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        (texts,) = self.write_batch([Writing(prompt, visual, max_new_tokens)])
        return texts

    def write_batch(self, calls: Sequence[Writing]) -> list[list[Text]]:
        """Answers several calls of `write` in one pass.

        All are decoded up to the largest limit and then cut at their own, which changes nothing in greedy decoding.
        """
        import torch

        language = self.loaded.language
        tokenizer = language.tokenizer
        sizes = [_count_rows(call.visual) for call in calls]
        with self._busy, torch.inference_mode():
            prompt = language.embed_prompts([(self.clean(call.prompt), call.visual) for call in calls])
            ids, log_probabilities = language.write(prompt, max_new_tokens=max(call.max_new_tokens for call in calls))
            limits = torch.tensor([call.max_new_tokens for call in calls]).repeat_interleave(torch.tensor(sizes))
            over_limit = torch.arange(ids.shape[1]) >= limits[:, None]
            ids = ids.masked_fill(over_limit.to(ids.device), tokenizer.pad_token_id)
            not_padding = (ids != tokenizer.pad_token_id).float()
            means = (log_probabilities * not_padding).sum(1) / not_padding.sum(1).clamp(min=1)
            confidences = means.exp().tolist()
        decoded = tokenizer.batch_decode(ids, skip_special_tokens=True)
        texts = iter([Text(" ".join(text.split()), float(c)) for text, c in zip(decoded, confidences, strict=True)])
        return [[next(texts) for _ in range(size)] for size in sizes]

    def first_logits(self, prompt: str, visual: Any) -> NDArray[np.float32]:
        """Returns the logits `(rows, vocabulary)` of the first token after a prompt, for each picture of `visual`."""
        import torch

        language = self.loaded.language
        with self._busy, torch.inference_mode():
            logits = language.first_logits(language.embed_prompt(self.clean(prompt), visual))
        return np.asarray(logits.cpu().numpy())

    def write_alternatives(self, prompt: str, *, count: int, max_new_tokens: int) -> list[str]:
        """Writes `count` texts by beam search, ranked by the mean log-probability of their tokens."""
        import torch

        language = self.loaded.language
        with self._busy, torch.inference_mode():
            embedded = language.embed_prompts([(self.clean(prompt), None)])
            ids = language.search_beams(
                embedded, beams=count, best=count, length_penalty=1.0, max_new_tokens=max_new_tokens
            )
        texts: list[str] = language.tokenizer.batch_decode(ids, skip_special_tokens=True)
        return [text.strip() for text in texts]

    def write_matching(self, prompt: str, pattern: str, *, max_new_tokens: int = 96) -> str:
        """Writes, token by token, the most likely text that matches `pattern` (a regular expression) as a whole.

        Raises:
            ValueError: no text of the tokenizer matches within `max_new_tokens`.
        """
        import regex
        import torch

        from assistant.models.blip.constraint import Pieces, RegexConstraint

        language = self.loaded.language
        if self._pieces is None:
            self._pieces = Pieces(language.tokenizer)
        constraint = RegexConstraint(pattern, self._pieces, language.tokenizer.eos_token_id, skip=language.start_tokens)
        with self._busy, torch.inference_mode():
            embedded = language.embed_prompt(self.clean(prompt))
            ids, _ = language.write(embedded, max_new_tokens=max_new_tokens, logits_processor=[constraint])
        text: str = self._pieces.read(ids[0].tolist())
        if regex.fullmatch(pattern, text) is None:
            raise ValueError(f"no text of {max_new_tokens} tokens matches {pattern!r}")
        return text

    def count_tokens(self, text: str) -> int:
        """Returns the number of tokens of a text for the language model."""
        return len(self.loaded.processor.tokenizer(self.clean(text)).input_ids)


def _count_rows(visual: Any) -> int:
    """The number of rows of a call; it is 1 without pictures."""
    return 1 if visual is None else len(visual)
