"""The kinds that are answered by looking: the subject is searched, its frames are verified and asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from assistant.agent.conditions import main_phrase
from assistant.agent.intents.base import Plan
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.clauses import with_article
from tools.clock import format_moment
from tools.moments import sample_evenly

if TYPE_CHECKING:
    from assistant.agent.intents.base import Planning
    from assistant.agent.question.reading import Reading
    from tools.types import Keyframe

SEARCH, LOOK = "find_frames", "look"


class LookIntent(IntentDefaults):
    """Searches the subject; at a time at which it is not seen, looks at the frames all the same."""

    tool: ClassVar[str] = LOOK
    """The tool that answers: a search shows moments, a look answers a question about them."""

    def query(self, reading: Reading) -> str:
        """What is searched, in English."""
        return with_article(reading.subject)

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        query = self.query(reading)
        return search(query, planning, tool=self.tool) if query else look(self.ask(reading), planning)

    def retry(self, reading: Reading, planning: Planning) -> Plan | None:
        query, question = self.query(reading), self.ask(reading)
        if planning.scope.exact:
            return look(question, planning, query=query)
        return search(question, planning, tool=self.tool) if question and question != query else None


def search(query: str, planning: Planning, *, tool: str = SEARCH) -> Plan:
    """Plans a search for keyframes; `tool` is the one that answers in the end."""
    call = {"query": query, **planning.scope.slots}
    return Plan(tool, (call,), query=main_phrase(query), what=query, verify=True, runs=SEARCH)


def look(question: str, planning: Planning, *, query: str = "") -> Plan:
    """Plans to look at a few frames spread evenly over the range, of each video in scope."""
    frames = sample_frames(planning)
    if not frames:
        return search(query or question, planning, tool=LOOK)
    calls = tuple({"question": question, "moment": format_moment(frame)} for frame in frames)
    return Plan(LOOK, calls, query=query or None, what=len(calls))


def sample_frames(planning: Planning) -> list[Keyframe]:
    """A few keyframes spread evenly over the range of each video in scope."""
    scope, options = planning.scope, planning.options
    videos = [v.video_id for v in planning.frames.videos() if scope.video_id in (None, v.video_id)]
    per_video = max(1, options.answer_frames // max(1, len(videos)))
    sampled: list[Any] = []
    for video_id in videos[: options.sampled_videos]:
        frames = planning.frames.keyframes(video_id, scope.start, scope.end)
        sampled += frames if len(frames) <= per_video else sample_evenly(frames, per_video + 2)[1:-1]
    return sampled
