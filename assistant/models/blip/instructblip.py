"""InstructBLIP and BLIP-2: picture features once, questions many times."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant.models.base import LazyModel, checkpoint_identity, empty_features
from assistant.models.blip.checkpoint import LoadedCore, load
from assistant.models.blip.core_model import CoreModel, Text, remove_special_tokens
from prompts import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from assistant.models.blip.constraint import Pieces
    from assistant.models.blip.event_timer import EventTimer
    from assistant.models.blip.ood_detector import OodDetector
    from assistant.models.blip.precision import Precision
    from tools.events.timing import Timing

MAX_INSTRUCTION_TOKENS = 128  # and never more than the Q-Former has positions; its processor does not truncate


class Scoring(NamedTuple):
    """One call of `score`."""

    prompt: str
    candidates: Sequence[str]
    visual: Any = None


class Writing(NamedTuple):
    """One call of `write`."""

    prompt: str
    visual: Any = None
    max_new_tokens: int = 24


class InstructBlip(LazyModel[LoadedCore], CoreModel):
    """One InstructBLIP or BLIP-2. Calls are serialised: the CPU gains nothing from two at once.

    Calls of several people are answered together by `queries_batch`, `score_batch` and `write_batch`: padded
    into one pass, each gets what it would have got alone, but for the rounding of the last digits.

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
        """Changes when the weights do."""
        return checkpoint_identity(self.checkpoint)

    def _load(self) -> LoadedCore:
        return load(self.checkpoint, self.precision, InstructBlip.from_loaded)

    @cached_property
    def special_tokens(self) -> frozenset[str]:
        """The strings that the tokenizers read as special tokens."""
        processor = self.loaded.processor
        special = {*processor.tokenizer.all_special_tokens, *processor.tokenizer.get_added_vocab()}
        special |= {"<image>", "<video>"}
        if self.loaded.instructed:
            special |= set(processor.qformer_tokenizer.all_special_tokens)
        return frozenset(special)

    def clean(self, text: str) -> str:
        return remove_special_tokens(text, self.special_tokens)

    def features(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float16]:
        import torch

        vision, processor = self.loaded.model.vision_model, self.loaded.processor
        if len(images) == 0:
            return empty_features(vision.config)
        with self._busy, torch.inference_mode():
            # Named, since the axes of a picture of one pixel cannot be guessed.
            read = processor.image_processor(list(images), return_tensors="pt", input_data_format="channels_last")
            values = read["pixel_values"].to(vision.device, vision.dtype)
            states = vision(values).last_hidden_state
        found: NDArray[np.float16] = states.to(torch.float16).cpu().numpy()
        return found

    @cached_property
    def _ood_detector(self) -> OodDetector | None:
        from assistant.models.blip.ood_detector import OodDetector

        return OodDetector.load(Path(self.checkpoint))

    def in_domain(self, features: NDArray[np.float16]) -> list[bool]:
        return [True] * len(features) if self._ood_detector is None else self._ood_detector.in_domain(features)

    def queries(self, features: NDArray[np.float16], instruction: str) -> Any:
        """Projected queries `(n, queries, width of the language model)` of stored features.

        InstructBLIP's heed the instruction; BLIP-2's do not read it.
        """
        (found,) = self.queries_batch([(features, instruction)])
        return found

    def queries_batch(self, looks: Sequence[tuple[NDArray[np.float16], str]]) -> list[Any]:
        """`queries` of several, each with its instruction."""
        import torch

        model, instructed = self.loaded.model, self.loaded.instructed
        qformer = model.qformer
        sizes = [len(features) for features, _ in looks]
        with torch.inference_mode():
            together = np.concatenate([features for features, _ in looks])
            states = torch.from_numpy(together).to(qformer.device, qformer.dtype)
            n, count = len(states), model.config.num_query_tokens
            more: dict[str, Any] = {}
            if instructed:
                text = self._instructions([text for _, text in looks]).to(qformer.device)
                each = torch.tensor(sizes, device=qformer.device)
                ones = torch.ones(n, count, dtype=torch.long, device=qformer.device)
                more["input_ids"] = text["input_ids"].repeat_interleave(each, 0)
                more["attention_mask"] = torch.cat([ones, text["attention_mask"].repeat_interleave(each, 0)], 1)
            out = qformer(
                query_embeds=model.query_tokens.to(qformer.dtype).expand(n, -1, -1),
                encoder_hidden_states=states,
                encoder_attention_mask=torch.ones(states.shape[:2], dtype=torch.long, device=qformer.device),
                **more,
            ).last_hidden_state[:, :count]
            return list(torch.split(model.language_projection(out), sizes))

    def window_queries(self, features: NDArray[np.float16], instruction: str, windows: Sequence[Sequence[int]]) -> Any:
        return self.join_windows(self.queries(features, instruction), windows)

    def join_windows(self, queries: Any, windows: Sequence[Sequence[int]]) -> Any:
        """What the queries `(frames, k, width)` say of each window, `(windows, length, width)`."""
        import torch

        model, tokenizer = self.loaded.model, self.loaded.processor.tokenizer
        chosen = queries[torch.tensor(windows, device=queries.device)]
        parts = []
        for number in range(chosen.shape[1]):
            text = tokenizer(render("pocket/frame", number=number + 1), add_special_tokens=False, return_tensors="pt")
            words = model.get_input_embeddings()(text["input_ids"].to(model.device))
            parts += [words.expand(len(chosen), -1, -1).to(chosen.dtype), chosen[:, number].to(words.device)]
        return torch.cat(parts, 1)

    @cached_property
    def _timer(self) -> EventTimer | None:
        from assistant.models.blip.event_timer import EventTimer

        found = EventTimer.load(Path(self.checkpoint))
        return None if found is None else found.to(self.loaded.model.get_input_embeddings().weight.device)

    @property
    def has_event_timer(self) -> bool:
        return self._timer is not None

    def locate_events(
        self, events: Sequence[str], features: NDArray[np.float16], seconds: NDArray[np.float64]
    ) -> list[Timing] | None:
        if self._timer is None:
            return None
        queries = self.queries(features, render("pocket/caption").lower())
        return self._timer.time_events(queries, [self._words(event) for event in events], seconds)

    def event_probability(self, words: str) -> float | None:
        return None if self._timer is None else self._timer.event_probability(self._words(words))

    def _words(self, text: str) -> Any:
        """The vectors `(words, width)` of a text in the language model's table."""
        import torch

        model = self.loaded.model
        ids = self.loaded.processor.tokenizer(self.clean(text), add_special_tokens=False, return_tensors="pt")
        with torch.inference_mode():
            return model.get_input_embeddings()(ids["input_ids"].to(model.device))[0]

    def _instructions(self, texts: Sequence[str]) -> Any:
        """The questions as the Q-Former reads them. Its positions are counted from the left, so pads stand right."""
        longest = min(MAX_INSTRUCTION_TOKENS, self.loaded.model.config.qformer_config.max_position_embeddings)
        return self.loaded.processor.qformer_tokenizer(
            [self.clean(text) for text in texts],
            return_tensors="pt",
            padding=True,
            padding_side="right",
            truncation=True,
            max_length=longest,
        )

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> NDArray[np.float64]:
        (found,) = self.score_batch([Scoring(prompt, candidates, visual)])
        return found

    def score_batch(self, asked: Sequence[Scoring]) -> list[NDArray[np.float64]]:
        """`score` of several."""
        import torch

        language = self.loaded.language
        sizes = [_rows(one.visual) for one in asked]
        each = [one.candidates for one, size in zip(asked, sizes, strict=True) for _ in range(size)]
        with self._busy, torch.inference_mode():
            prompt = language.embed_prompts([(self.clean(one.prompt), one.visual) for one in asked])
            rows = [row.double().cpu().numpy() for row in language.score(prompt, each)]
        ends = np.cumsum(sizes)
        return [np.stack(rows[end - size : end]) for size, end in zip(sizes, ends, strict=True)]

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> list[Text]:
        (found,) = self.write_batch([Writing(prompt, visual, max_new_tokens)])
        return found

    def write_batch(self, asked: Sequence[Writing]) -> list[list[Text]]:
        """`write` of several: all up to the longest limit, then cut at their own; greedy text does not look ahead."""
        import torch

        language = self.loaded.language
        tokenizer = language.tokenizer
        sizes = [_rows(one.visual) for one in asked]
        with self._busy, torch.inference_mode():
            prompt = language.embed_prompts([(self.clean(one.prompt), one.visual) for one in asked])
            ids, chosen = language.write(prompt, max_new_tokens=max(one.max_new_tokens for one in asked))
            limits = torch.tensor([one.max_new_tokens for one in asked]).repeat_interleave(torch.tensor(sizes))
            beyond = torch.arange(ids.shape[1]) >= limits[:, None]
            ids = ids.masked_fill(beyond.to(ids.device), tokenizer.pad_token_id)
            real = (ids != tokenizer.pad_token_id).float()
            sure = ((chosen * real).sum(1) / real.sum(1).clamp(min=1)).exp().tolist()
        read = tokenizer.batch_decode(ids, skip_special_tokens=True)
        texts = iter([Text(" ".join(t.split()), float(c)) for t, c in zip(read, sure, strict=True)])
        return [[next(texts) for _ in range(size)] for size in sizes]

    def first_logits(self, prompt: str, visual: Any) -> NDArray[np.float32]:
        """Returns the logits `(rows, vocabulary)` of the first token after a prompt, for each picture of `visual`."""
        import torch

        language = self.loaded.language
        with self._busy, torch.inference_mode():
            logits = language.first_logits(language.embed_prompt(self.clean(prompt), visual))
        return np.asarray(logits.cpu().numpy())

    def write_alternatives(self, prompt: str, *, count: int, max_new_tokens: int) -> list[str]:
        """By beam search, each as likely as the mean of its tokens."""
        import torch

        language = self.loaded.language
        with self._busy, torch.inference_mode():
            asked = language.embed_prompts([(self.clean(prompt), None)])
            ids = language.search_beams(
                asked, beams=count, best=count, length_penalty=1.0, max_new_tokens=max_new_tokens
            )
        texts: list[str] = language.tokenizer.batch_decode(ids, skip_special_tokens=True)
        return [text.strip() for text in texts]

    def write_matching(self, prompt: str, pattern: str, *, max_new_tokens: int = 96) -> str:
        """The likeliest text, token by token, among those that match `pattern` (a regular expression) as a whole.

        Raises:
            ValueError: no text of the tokenizer matches within `max_new_tokens`.
        """
        import regex
        import torch

        from assistant.models.blip.constraint import Pieces, RegexConstraint

        language = self.loaded.language
        if self._pieces is None:
            self._pieces = Pieces(language.tokenizer)
        constraint = RegexConstraint(pattern, self._pieces, language.tokenizer.eos_token_id, skip=language.starts_with)
        with self._busy, torch.inference_mode():
            asked = language.embed_prompt(self.clean(prompt))
            ids, _ = language.write(asked, max_new_tokens=max_new_tokens, logits_processor=[constraint])
        text: str = self._pieces.read(ids[0].tolist())
        if regex.fullmatch(pattern, text) is None:
            raise ValueError(f"no text of {max_new_tokens} tokens matches {pattern!r}")
        return text

    def count_tokens(self, text: str) -> int:
        """How many tokens the language model reads in a text."""
        return len(self.loaded.processor.tokenizer(self.clean(text)).input_ids)


def _rows(visual: Any) -> int:
    """How many rows a call has: one without pictures."""
    return 1 if visual is None else len(visual)
