"""InstructBLIP-Flan-T5-XL at its full size with random weights: how long each part takes, whatever it would say.

In bfloat16 it takes 8 GB. On a GPU the same weights are read once more in 8 bits, to compare the room that both take.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from assistant.models.blip.instructblip import InstructBlip
    from assistant.session import Session

NAME = "instructblip-flan-t5-xl"
SIDE = 224  # pixels, of the ViT
QUESTION = "what is the man in the red jacket doing?"
ANSWER_TOKENS = 10
ASKED_FRAMES, VERIFIED_FRAMES = 4, 32
ROUNDS = {"cpu": 1, "cuda": 9}
VIT_BATCH = {"cpu": 1, "cuda": 32}


def measure(session: Session, *, device: str | None = None) -> dict[str, Any]:
    """Figures `core.*`.

    Args:
        device: cpu or cuda; None: the GPU where there is one.
    """
    import torch

    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    blip = _full_size(where, session.profile.core)
    rounds, batch = ROUNDS[where], VIT_BATCH[where]
    pictures = list(np.random.default_rng(0).integers(0, 255, (batch, SIDE, SIDE, 3), np.uint8))
    seen = _timed(lambda: blip.features(pictures), rounds, where)
    features = np.repeat(blip.features(pictures[:1]), VERIFIED_FRAMES, axis=0)
    four = features[:ASKED_FRAMES]
    figures = {
        "core.vit_frames_per_second": batch / statistics.median(seen),
        "core.answer_p50_seconds": statistics.median(_timed(lambda: _answer(blip, four), rounds, where)),
        "core.static_cache_ratio": _static_cache_ratio(blip, four, rounds, where),
        "core.verify_speedup": _verify_speedup(blip, features, rounds, where),
        "core.second_question_vision_seconds": _vision_seconds(blip, four),
        **{f"core.part.{name}_seconds": seconds for name, seconds in _parts(blip, four, rounds, where).items()},
    }
    if where == "cuda":
        figures["core.int8_memory_ratio"] = _memory_ratio(blip)
    return {
        "figures": figures,
        "settings": {"model": NAME, "device": where, "precision": "bfloat16", "weights": "random"},
    }


def _full_size(device: str, words: str) -> InstructBlip:
    """The official sizes on a device; `words` is a core whose processor serves: only lengths matter."""
    import torch

    from assistant.models.blip.checkpoint import LoadedCore
    from assistant.models.blip.instructblip import InstructBlip
    from assistant.models.blip.language_model import EncoderDecoder
    from assistant.models.blip.precision import HEADROOM, free_bytes, weight_bytes
    from assistant.models.hub.official import empty
    from tools.errors import VideoAssistantError

    processor = InstructBlip(words).loaded.processor
    processor.image_processor.size = {"height": SIDE, "width": SIDE}
    model = empty(NAME).to(torch.bfloat16)
    needed, free = weight_bytes(model, "bfloat16") * HEADROOM, free_bytes(device)
    if needed > free:
        raise VideoAssistantError(
            f"bench core needs {needed / 1e9:.1f} GB on {device}, and {free / 1e9:.1f} are free; try another --device"
        )
    model = model.to_empty(device=device).eval()
    with torch.inference_mode():
        for tensor in (*model.parameters(), *model.buffers()):
            if tensor.is_floating_point():
                tensor.uniform_(-0.03, 0.03)
        for module in model.modules():
            if "Norm" in type(module).__name__:
                module.weight.fill_(1.0)
        for module in model.modules():
            if hasattr(module, "position_ids"):
                module.position_ids.copy_(torch.arange(module.position_ids.shape[-1]).expand_as(module.position_ids))
    return InstructBlip.from_loaded(
        LoadedCore(model, processor, EncoderDecoder(model.language_model, processor.tokenizer), True, "bfloat16")
    )


def _answer(blip: InstructBlip, features: NDArray[np.float16], **more: str) -> None:
    """As many tokens as an answer has, whatever the model would like to write."""
    import torch

    language = blip.loaded.language
    with torch.inference_mode():
        visual = blip.queries(features, QUESTION)
        prompt = language.prompt(f"Question: {QUESTION} Short answer:", visual.reshape(1, -1, visual.shape[-1]))
        language.write(prompt, max_new_tokens=ANSWER_TOKENS, min_new_tokens=ANSWER_TOKENS, **more)


def _static_cache_ratio(blip: InstructBlip, features: NDArray[np.float16], rounds: int, device: str) -> float:
    """Time of an answer whose keys and values lie in room set aside (compiled, on a GPU), over one whose room grows."""
    growing = _timed(lambda: _answer(blip, features), rounds, device)
    static = _timed(lambda: _answer(blip, features, cache_implementation="static"), rounds, device)
    return statistics.median(static) / statistics.median(growing)


def _verify_speedup(blip: InstructBlip, features: NDArray[np.float16], rounds: int, device: str) -> float:
    """How many times faster frames are verified in one pass than one by one; a few of those stand for all."""
    prompt = f"Question: does this show {QUESTION} Short answer:"

    def verify(rows: NDArray[np.float16]) -> None:
        blip.probability_yes(prompt, blip.queries(rows, QUESTION))

    alone = _timed(lambda: verify(features[:1]), max(3, rounds), device)
    together = _timed(lambda: verify(features), rounds, device)
    return len(features) * statistics.median(alone) / statistics.median(together)


def _vision_seconds(blip: InstructBlip, features: NDArray[np.float16]) -> float:
    """Time in the ViT while a second question is asked about frames whose features are stored."""
    from assistant.agent.cores.instructblip import InstructBlipCore
    from tools.types import Keyframe

    class Stored:
        def features(self, video_id: str, frame_indexes: Sequence[int]) -> NDArray[np.float16]:  # noqa: ARG002
            return features[list(frame_indexes)]

    spent: list[float] = []
    usual = blip.loaded.model.vision_model.forward

    def forward(*arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        out = usual(*arguments, **named)
        spent.append(time.perf_counter() - start)
        return out

    blip.loaded.model.vision_model.forward = forward
    frames = [Keyframe("v", i, float(i), 0, 0, "") for i in range(len(features))]
    InstructBlipCore(blip, Stored()).verify(QUESTION, frames)
    blip.loaded.model.vision_model.forward = usual
    return sum(spent)


def _parts(blip: InstructBlip, features: NDArray[np.float16], rounds: int, device: str) -> dict[str, float]:
    """Seconds of each part of an answer."""
    import torch

    language = blip.loaded.language
    text = f"Question: {QUESTION} Short answer:"
    with torch.inference_mode():
        visual = blip.queries(features, QUESTION)
        prompt = language.prompt(text, visual.reshape(1, -1, visual.shape[-1]))

        def first() -> None:
            language.first(prompt)

        def write() -> None:
            language.write(prompt, max_new_tokens=ANSWER_TOKENS, min_new_tokens=ANSWER_TOKENS)

        queries = statistics.median(_timed(lambda: blip.queries(features, QUESTION), rounds, device))
        one = statistics.median(_timed(first, rounds, device))
        all_of_them = statistics.median(_timed(write, rounds, device))
    return {"queries": queries, "first_token": one, "next_token": (all_of_them - one) / (ANSWER_TOKENS - 1)}


def _timed(call: Callable[[], object], rounds: int, device: str) -> list[float]:
    """Seconds of each call. On a CPU, where a call takes many, nothing is gained by a first one that does not count."""
    import torch

    seconds = []
    for number in range(rounds + (device == "cuda")):
        start = time.perf_counter()
        call()
        if device == "cuda":
            torch.cuda.synchronize()
        if number or device != "cuda":
            seconds.append(time.perf_counter() - start)
    return seconds


def _memory_ratio(blip: InstructBlip) -> float:
    """Memory of the GPU with the language model in 8 bits, over that in bfloat16."""
    import torch

    from assistant.models.blip.checkpoint import read_model, save
    from assistant.models.hub.official import empty

    with tempfile.TemporaryDirectory() as folder:
        save(blip.loaded, Path(folder))
        blip.unload()
        sizes = {}
        for precision in ("bfloat16", "int8"):
            gc.collect()
            torch.cuda.empty_cache()
            before = torch.cuda.memory_allocated()
            model = read_model(Path(folder), "instructblip", empty(NAME), precision, torch.device("cuda"))
            sizes[precision] = torch.cuda.memory_allocated() - before
            del model
    return sizes["int8"] / sizes["bfloat16"]
