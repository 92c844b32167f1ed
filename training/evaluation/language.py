"""The agent's language tasks, measured on wordings that no training uses."""

from __future__ import annotations

from training.evaluation.protocol import Core, Figures, Split, is_same, share
from training.language.tasks import TASKS

NAMES = {
    "tools": "tool.choice",
    "slots": "tool.slots",
    "rewrite": "rewrite.exact",
    "vi_en": "translate.vi_en",
    "en_vi": "translate.en_vi",
    "summary": "summary.exact",
}
MAX_TOKENS = 80


def language(core: Core, split: Split) -> Figures:
    """Measures the share of outputs that are right as a whole.

    Returns:
        `tool.choice`, `tool.slots`, `rewrite.exact`, `summary.exact`, `translate.vi_en`, `translate.en_vi`, and
        `translate.exact`, the mean of both directions.
    """
    figures: Figures = {}
    for task_name, task in TASKS.items():
        rng = split.rng(f"language {task_name}")
        results = []
        for _ in range(split.size):
            example = task.held_out(rng)
            if task.candidates:
                scores = core.score(example.prompt, task.candidates)[0]
                results.append(task.candidates[int(scores.argmax())] == example.target)
            else:
                results.append(is_same(core.write(example.prompt, max_new_tokens=MAX_TOKENS)[0].text, example.target))
        figures |= share(NAMES[task_name], results)
    figures["translate.exact"] = (figures["translate.vi_en"] + figures["translate.en_vi"]) / 2
    return figures
