"""InstructBLIP-Flan-T5-XL at its full size with random weights: how long each part takes, whatever it would answer.

In bfloat16 it takes 8 GB. On a GPU the same weights are loaded once more in 8 bits, to compare the memory of both.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.speed.synthetic_videos import StoredFeatures, keyframes
from bench.speed.timing import repeat
from prompts import render

if TYPE_CHECKING:
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
        session: whose processor turns words into tokens.
        device: cpu or cuda; None: the GPU where there is one.
    """
    import torch

    where = device or ("cuda" if torch.cuda.is_available() else "cpu")
    blip = _full_size(where, session.profile.core)
    rounds, batch = ROUNDS[where], VIT_BATCH[where]
    pictures = list(np.random.default_rng(0).integers(0, 255, (batch, SIDE, SIDE, 3), np.uint8))
    vit_seconds = repeat(lambda: blip.features(pictures), rounds=rounds, device=where)
    features = np.repeat(blip.features(pictures[:1]), VERIFIED_FRAMES, axis=0)
    few = features[:ASKED_FRAMES]
    answer_seconds = repeat(lambda: _answer(blip, few), rounds=rounds, device=where)
    figures = {
        "core.vit_frames_per_second": batch / statistics.median(vit_seconds),
        "core.answer_p50_seconds": statistics.median(answer_seconds),
        "core.static_cache_ratio": _static_cache_ratio(blip, few, rounds, where),
        "core.verify_speedup": _verify_speedup(blip, features, rounds, where),
        "core.second_question_vision_seconds": _vision_seconds(blip, few),
        **{f"core.part.{name}_seconds": seconds for name, seconds in _parts(blip, few, rounds, where).items()},
    }
    if where == "cuda":
        figures["core.int8_memory_ratio"] = _memory_ratio(blip)
    return {
        "figures": figures,
        "settings": {"model": NAME, "device": where, "precision": "bfloat16", "weights": "random"},
    }


def _full_size(device: str, checkpoint: str) -> InstructBlip:
    """A model of the official sizes on a device, with the processor of another checkpoint: only lengths matter."""
    import torch

    from assistant.models.blip.checkpoint import LoadedCore
    from assistant.models.blip.instructblip import InstructBlip
    from assistant.models.blip.language_model import EncoderDecoder
    from assistant.models.blip.precision import HEADROOM, free_bytes, weight_bytes
    from assistant.models.hub.official import empty_model
    from tools.errors import VideoAssistantError

    processor = InstructBlip(checkpoint).loaded.processor
    processor.image_processor.size = {"height": SIDE, "width": SIDE}
    model = empty_model(NAME).to(torch.bfloat16)
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


def _answer(blip: InstructBlip, features: NDArray[np.float16], **generation: str) -> None:
    """Writes exactly `ANSWER_TOKENS` tokens, though random weights might end earlier."""
    import torch

    language = blip.loaded.language
    with torch.inference_mode():
        visual = blip.queries(features, QUESTION)
        text = render("video_qa/answer", question=QUESTION)
        prompt = language.embed_prompt(text, visual.reshape(1, -1, visual.shape[-1]))
        language.write(prompt, max_new_tokens=ANSWER_TOKENS, min_new_tokens=ANSWER_TOKENS, **generation)


def _static_cache_ratio(blip: InstructBlip, features: NDArray[np.float16], rounds: int, device: str) -> float:
    """Time of an answer with a static key-value cache (compiled, on a GPU), over that with a growing one."""
    growing = repeat(lambda: _answer(blip, features), rounds=rounds, device=device)
    static = repeat(lambda: _answer(blip, features, cache_implementation="static"), rounds=rounds, device=device)
    return statistics.median(static) / statistics.median(growing)


def _verify_speedup(blip: InstructBlip, features: NDArray[np.float16], rounds: int, device: str) -> float:
    """How many times faster frames are verified in one pass than one by one; a single frame is timed for the latter."""
    prompt = render("video_qa/answer", question=f"does this show {QUESTION}")

    def verify(rows: NDArray[np.float16]) -> None:
        blip.probability_yes(prompt, blip.queries(rows, QUESTION))

    alone = repeat(lambda: verify(features[:1]), rounds=max(3, rounds), device=device)
    together = repeat(lambda: verify(features), rounds=rounds, device=device)
    return len(features) * statistics.median(alone) / statistics.median(together)


def _vision_seconds(blip: InstructBlip, features: NDArray[np.float16]) -> float:
    """Seconds in the ViT while a second question is asked about frames whose features are stored; 0 if it rests."""
    from assistant.agent.cores.instructblip import InstructBlipCore

    vit_seconds: list[float] = []
    usual_forward = blip.loaded.model.vision_model.forward

    def forward(*arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        output = usual_forward(*arguments, **named)
        vit_seconds.append(time.perf_counter() - start)
        return output

    blip.loaded.model.vision_model.forward = forward
    InstructBlipCore(blip, StoredFeatures(features)).verify(QUESTION, keyframes(len(features)))
    blip.loaded.model.vision_model.forward = usual_forward
    return sum(vit_seconds)


def _parts(blip: InstructBlip, features: NDArray[np.float16], rounds: int, device: str) -> dict[str, float]:
    """Median seconds of the Q-Former (`queries`), of the first token and of each further one."""
    import torch

    language = blip.loaded.language
    text = render("video_qa/answer", question=QUESTION)
    with torch.inference_mode():
        visual = blip.queries(features, QUESTION)
        prompt = language.embed_prompt(text, visual.reshape(1, -1, visual.shape[-1]))

        def write_first() -> None:
            language.first_logits(prompt)

        def write_all() -> None:
            language.write(prompt, max_new_tokens=ANSWER_TOKENS, min_new_tokens=ANSWER_TOKENS)

        calls = (lambda: blip.queries(features, QUESTION), write_first, write_all)
        queries, first_token, answer = (statistics.median(repeat(call, rounds=rounds, device=device)) for call in calls)
    return {
        "queries": queries,
        "first_token": first_token,
        "next_token": (answer - first_token) / (ANSWER_TOKENS - 1),
    }


def _memory_ratio(blip: InstructBlip) -> float:
    """Memory of the GPU with the language model in 8 bits, over that in bfloat16."""
    import torch

    from assistant.models.blip.checkpoint import read_model, save
    from assistant.models.hub.official import empty_model

    with tempfile.TemporaryDirectory() as folder:
        save(blip.loaded, Path(folder))
        blip.unload()
        sizes = {}
        for precision in ("bfloat16", "int8"):
            gc.collect()
            torch.cuda.empty_cache()
            before = torch.cuda.memory_allocated()
            model = read_model(Path(folder), "instructblip", empty_model(NAME), precision, torch.device("cuda"))
            sizes[precision] = torch.cuda.memory_allocated() - before
            del model
    return sizes["int8"] / sizes["bfloat16"]
