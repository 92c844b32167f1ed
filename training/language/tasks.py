"""All language tasks by name."""

from functools import partial

from training.language.example import Example, Task
from training.language.rewrites import rewrite_example
from training.language.summaries import summary_example
from training.language.tool_calls import TOOLS, choice_example, slot_example
from training.language.translation import english_example, vietnamese_example

TASKS: dict[str, Task] = {
    "tools": Task(choice_example, partial(choice_example, held_out=True), weight=3, candidates=TOOLS),
    "slots": Task(slot_example, partial(slot_example, held_out=True), weight=3),
    "rewrite": Task(rewrite_example, partial(rewrite_example, held_out=True), weight=3),
    "vi_en": Task(english_example, partial(english_example, held_out=True), weight=3),
    "en_vi": Task(vietnamese_example, partial(vietnamese_example, held_out=True), weight=1.5),
    "summary": Task(summary_example, summary_example, weight=0.5),  # only its seeds are held out
}

__all__ = ["TASKS", "Example", "Task"]
