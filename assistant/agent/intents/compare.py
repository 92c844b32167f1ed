"""What two moments or videos have in common and not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.reading import Reading

if TYPE_CHECKING:
    from assistant.agent.question.question import Question
    from tools.types import Keyframe

DESCRIBE = "describe"
_RULES = (
    Rules(
        "en",
        r"(?:please )?compare\b",
        r".*\b(?:difference|differences|comparison) (?:between|of|in)\b",
        r".*\b(?:what|how|anything|something) (?:is|are|was|were|has|have|does|do|did)? ?(?:\w+ )?(?:different|differ|differs|changed?)\b.*\b(?:between|from|compared|to|and)\b",
        r"(?:what|which things?) changed\b",
        r"(?:has|have|did|is|are|was|were) .+ (?:got|gotten|become|get|grown|changed?)\b.*\bfrom .+ to\b.+",
        r"how (?:do|does|did) .+ (?:differ|compare)\b",
    ),
    Rules(
        "vi",
        r"(?:hay )?(?:doi chieu|so sanh)\b",
        r".*\bkhac (?:nhau|biet|gi)\b",
        r".*\b(?:thay doi|giong nhau)\b.*\b(?:giua|tu|so voi|va)\b",
    ),
)
_DIFFERS = re.compile(r"\b(?:differ\w*|compare\w*|chang\w+|same|khac|giong|so sanh|thay doi)\b")


class Compare(IntentDefaults):
    """Describes both places; two that are not named are the first and the last scene, or the two videos there are."""

    name: ClassVar[str] = "compare"
    rank: ClassVar[int] = 70
    rules: ClassVar = _RULES

    def recognise(self, question: Question) -> Reading | None:
        """By its words; of two times, "different" alone is enough."""
        if len(question.times.ranges) == 2 and _DIFFERS.search(question.folded):
            return Reading(self.name)
        return super().recognise(question) or super().recognise(question.with_rest(question.typed.strip(" ?!.")))

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        places = planning.pair or _unnamed_pair(planning)
        calls = tuple(_place_slots(planning, *place) for place in places)
        return Plan(DESCRIBE, calls, what="")


def _unnamed_pair(planning: Planning) -> tuple[tuple[str, float | None], ...]:
    videos = [v.video_id for v in planning.frames.videos()]
    if planning.scope.video_id is None and len(videos) == 2:
        return (videos[0], None), (videos[1], None)
    video_id = planning.scope.video_id or (videos[0] if videos else "")
    frames: list[Keyframe] = planning.frames.keyframes(video_id) if video_id in videos else []
    return ((video_id, frames[0].seconds), (video_id, frames[-1].seconds)) if frames else ()


def _place_slots(planning: Planning, video_id: str, seconds: float | None) -> dict[str, Any]:
    """The slots of a call about a whole video, or about the keyframe nearest to a time in it."""
    if seconds is None:
        return {"video": video_id}
    nearest = min(planning.frames.keyframes(video_id), key=lambda keyframe: abs(keyframe.seconds - seconds))
    return {"video": video_id, "start": nearest.seconds, "end": nearest.seconds + planning.options.compared_seconds}


INTENT = Compare()
