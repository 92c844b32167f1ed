"""The looker on a LangChain chat model that takes images and calls tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.agent.cores.chat import ChatCalls, CoreError, escape_quotes
from assistant.agent.cores.chat_replies import Captions, ShortAnswer, Verdict, Verdicts
from assistant.agent.cores.options import ChatOptions
from prompts import render
from tools.moments import sample_evenly
from tools.ports import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from langchain_core.language_models import BaseChatModel

    from tools.events.timing import Timing
    from tools.types import Keyframe, Line


class ChatModelLooker:
    """Implements `tools.ports.Looker`.

    Args:
        model: takes images and calls tools.
        name: what error messages call it, `provider:model`.
        options: limits, and the numbers that the model's words stand for.
    """

    def __init__(self, model: BaseChatModel, name: str, options: ChatOptions | None = None) -> None:
        self._name, self._options = name, options or ChatOptions()
        self._ask = ChatCalls(model, name, attempts=self._options.attempts)

    def in_domain(self, frames: Sequence[Keyframe]) -> list[bool]:
        """Every frame is in the domain of a chat model that takes images."""
        return [True] * len(frames)

    def verify(self, statement: str, frames: Sequence[Keyframe]) -> list[float]:
        """Returns P(yes) for each frame, in order."""
        probabilities: list[float] = []
        for part in self._batches(frames):
            prompt = render("chat/verify", statement=escape_quotes(statement), count=len(part))
            verdicts = self._ask(Verdicts, prompt, part).verdicts
            self._check_count(verdicts, part)
            probabilities += [self._options.verdicts[verdict] for verdict in verdicts]
        return probabilities

    def answer(self, question: str, frames: Sequence[Keyframe], lines: Sequence[Line] = ()) -> Answer:
        """Returns a short answer from all frames at once, in time order, and from lines."""
        in_order = sorted(frames, key=lambda k: (k.video_id, k.seconds))[: self._options.call_frames]
        text_of_lines = escape_quotes(" ; ".join(line.text for line in lines)[: self._options.lines_characters])
        prompt = render("chat/answer", question=escape_quotes(question), lines=text_of_lines)
        answer = self._ask(ShortAnswer, prompt, in_order)
        text = answer.text.strip().rstrip(".")
        return Answer(text, self._options.confidences[answer.sureness] if text else 0.0)

    def answer_across(self, question: str, frames: Sequence[Keyframe]) -> Answer:
        """Answers as `answer` does, which sends all frames at once in time order."""
        return self.answer(question, frames) if frames else Answer("", 0.0)

    def verify_windows(self, statement: str, windows: Sequence[Sequence[Keyframe]]) -> list[float]:
        """Returns P(yes) for each window; each takes one call."""
        return [self._verify_window(statement, window) for window in windows]

    def _verify_window(self, statement: str, window: Sequence[Keyframe]) -> float:
        frames = sample_evenly(window, self._options.call_frames)
        if not frames:
            return 0.0
        prompt = render("chat/verify_window", statement=escape_quotes(statement), count=len(frames))
        return self._options.verdicts[self._ask(Verdict, prompt, frames).verdict]

    def event_probability(self, _words: str) -> float | None:
        """Nothing: a chat model has no event timer."""
        return None

    def locate_events(self, _events: Sequence[str], _frames: Sequence[Keyframe]) -> list[Timing] | None:
        """Nothing: a chat model has no event timer."""
        return None

    def caption(self, frames: Sequence[Keyframe]) -> list[Answer]:
        """Returns one sentence for each frame."""
        captions: list[Answer] = []
        for part in self._batches(frames):
            sentences = self._ask(Captions, render("chat/caption", count=len(part)), part).sentences
            self._check_count(sentences, part)
            confidence = self._options.confidences["likely"]
            captions += [Answer(sentence.strip().rstrip("."), confidence) for sentence in sentences]
        return captions

    def _batches(self, frames: Sequence[Keyframe]) -> Iterator[Sequence[Keyframe]]:
        for start in range(0, len(frames), self._options.call_frames):
            yield frames[start : start + self._options.call_frames]

    def _check_count(self, replies: Sequence[object], frames: Sequence[Keyframe]) -> None:
        if len(replies) != len(frames):
            raise CoreError(
                f"core {self._name!r} said {len(replies)} things about {len(frames)} frames; choose a model that sees "
                "pictures, or set VIDEO_ASSISTANT_CORE_SEES=false to let the local core look"
            )
