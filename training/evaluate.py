"""Quality of the pocket models on seeds and wordings that no training saw."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol

PARTS = ("retrieval", "answers", "language", "all")


class Core(Protocol):
    """What the evaluation asks of the product's InstructBLIP, which it may not import."""

    def features(self, images: Sequence[Any]) -> Any: ...

    def queries(self, features: Any, instruction: str) -> Any: ...

    def write(self, prompt: str, visual: Any = None, *, max_new_tokens: int = 24) -> Sequence[Any]: ...

    def score(self, prompt: str, candidates: Sequence[str], visual: Any = None) -> Any: ...


def evaluate(part: str, retrieval: str, core: Core, *, seed: int, size: int) -> dict[str, Any]:
    """Figures of the two checkpoints.

    Args:
        part: `retrieval` (text to image), `answers` (questions about single frames, each answer written freely and
            compared as a whole), `language` (tool choice, slots, follow-ups, translation; on held-out wordings), `all`.
        retrieval: folder of the CLIP checkpoint.
        core: the product's own InstructBLIP.
        seed: of the frames and questions; trainings use seeds below 20,000.
        size: how many frames; a tenth of it for each kind of question and each language task.
    """
    if part not in PARTS:
        raise ValueError(f"no evaluation {part!r}; there are {', '.join(PARTS)}")
    figures: dict[str, float] = {}
    if part in ("retrieval", "all"):
        figures |= _retrieval(retrieval, seed, size)
    if part in ("answers", "all"):
        figures |= _answers(core, seed, max(10, size // 10))
    if part in ("language", "all"):
        figures |= _language(core, seed, max(10, size // 10))
    return {"figures": figures, "settings": {"seed": seed, "size": size}}


def _retrieval(folder: str, seed: int, size: int) -> dict[str, float]:
    from transformers import CLIPModel

    from training.clip import retrieval_figures
    from training.tokenizer import build_tokenizer

    model = CLIPModel.from_pretrained(folder, dtype="float32")
    return retrieval_figures(model, build_tokenizer("clip"), size=size, seed=seed)


def _answers(blip: Core, seed: int, size: int) -> dict[str, float]:
    """`vqa.<kind>`: share of right answers; `vqa.mean` over all kinds."""
    import prompts
    from training.models import IMAGE_SIZE
    from training.world.questions import QUESTION_KINDS, full_caption, sample_question, sample_statement
    from training.world.render import model_frame
    from training.world.scene import sample_scene

    right: dict[str, list[bool]] = {kind: [] for kind in (*QUESTION_KINDS, "verify", "caption")}
    for kind, results in right.items():
        rng = random.Random(f"{seed} {kind}")
        while len(results) < size:
            scene = sample_scene(rng)
            if kind == "verify":
                statement, there = sample_statement(scene, rng)
                prompt, instruction = prompts.render("verify", statement=statement), statement
                answer = "yes" if there else "no"
            elif kind == "caption":
                prompt, answer = prompts.render("caption"), full_caption(scene)
                instruction = prompt.lower()
            else:
                question = sample_question(scene, rng, kind)
                if question is None:
                    continue
                prompt, instruction = prompts.render("answer", question=question.text), question.text
                answer = question.answer
            queries = blip.queries(blip.features([model_frame(scene, IMAGE_SIZE)]), instruction)
            written = blip.write(prompt, queries, max_new_tokens=40)[0].text
            results.append(written.replace(" ", "") == answer.replace(" ", ""))
    figures = {f"vqa.{kind}": sum(results) / len(results) for kind, results in right.items()}
    asked = [figures[f"vqa.{kind}"] for kind in QUESTION_KINDS]
    return figures | {"vqa.mean": sum(asked) / len(asked)}


def _language(blip: Core, seed: int, size: int) -> dict[str, float]:
    """`language.<task>`: share of outputs right as a whole, on wordings that training never sees."""
    from training.language.tasks import TASKS

    figures = {}
    for name, task in TASKS.items():
        rng = random.Random(f"{seed} {name}")
        right = 0
        for _ in range(size):
            example = task.held_out(rng)
            if task.candidates:
                scores = blip.score(example.prompt, task.candidates)[0]
                right += task.candidates[int(scores.argmax())] == example.target
            else:
                written = blip.write(example.prompt, max_new_tokens=64)[0].text
                right += written.replace(" ", "") == example.target.replace(" ", "")
        figures[f"language.{name}"] = right / size
    return figures
