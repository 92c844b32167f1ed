"""Translation by the core's own language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompts import render

if TYPE_CHECKING:
    from assistant.models.blip import InstructBlip

NAMES = {"vi": "Vietnamese", "en": "English"}


class T5Translator:
    """Implements `tools.ports.Translator`."""

    def __init__(self, blip: InstructBlip) -> None:
        self._blip = blip

    def translate(self, text: str, *, source: str, target: str) -> str:
        """`text` in `target` (ISO 639-1, vi or en); itself if nothing is to be done or nothing comes out."""
        if source == target or not text.strip():
            return text
        prompt = render("translate", source=NAMES[source], target=NAMES[target], text=text)
        return self._blip.write(prompt, max_new_tokens=64)[0].text or text
