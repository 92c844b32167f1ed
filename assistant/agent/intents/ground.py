"""Where in the picture something is: boxes around it."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.looking import LookIntent, sample_frames, search
from assistant.agent.question.reading import Reading
from tools.clock import format_moment

GROUND = "ground"
_RULES = (
    Rules(
        "en",
        r"(?:draw|put|place|make|show) (?:me )?(?:a |the )?(?:bounding )?(?:box|boxes|frame|rectangle|circle|square)(?:es)? (?:around|on|round|over|for|about) (?P<subject>.+)$",
        r"(?:mark|highlight|circle|outline|box|frame|localise|localize|annotate)(?: out| in)? (?P<subject>.+?)(?: (?:in|on) (?:it|them|there))?$",
        r"point (?:out|at|to) (?:where )?(?P<subject>.+?)(?: (?:is|are))?$",
        r"where (?:exactly |precisely )?(?:in|on) the (?:picture|image|frame|screen|shot) (?:is|are|was|were|would|do (?:i|you|we) see|can i see) (?P<subject>.+?)(?: be)?$",
        r"where (?:is|are|was|were) (?P<subject>.+?) (?:exactly )?(?:in|on) the (?:picture|image|frame|screen|shot)(?: exactly)?$",
        r"(?:show|find|give|detect)(?: me)? (?:the )?(?:exact )?(?:position|location|place|coordinates)s? of (?P<subject>.+?)(?: in the (?:picture|image|frame))?$",
    ),
    Rules(
        "vi",
        r"(?:hay )?(?:khoanh|ve|danh dau|to|dong) (?:vung|khung|tron|o|hop|vong|dau|sang|cho|mot khung|vong tron)*(?: bao)?(?: quanh| xung quanh| vao| quanh cho| len| vi tri)? ?(?P<subject>.+)$",
        r"(?:hay )?chi (?:ra|giup|ro|vao|cho)(?: (?:toi|minh|em|tui))?(?: (?:vi tri|cho|noi))?(?: cua)? (?P<subject>.+?)(?: (?:o dau|nam dau|trong hinh|trong anh).*)?$",
        r"(?:hay )?(?:chi|cho biet) (?:vi tri|cho) (?:cua )?(?P<subject>.+)$",
        r"(?P<subject>.+?) (?:nam |dung |o )+(?:vi tri|cho) nao(?: (?:trong|tren) (?:hinh|anh|khung hinh|man hinh))?$",
        r"vi tri (?:cua )?(?P<subject>.+?) (?:trong|tren|la|o)\b.*$",
    ),
)


class Ground(LookIntent):
    """Boxes in the frames that match best, or at the time that is named."""

    name: ClassVar[str] = "ground"
    rank: ClassVar[int] = 110
    serves: ClassVar[str] = "ground"
    rules: ClassVar = _RULES
    tool: ClassVar[str] = GROUND

    def ask(self, reading: Reading) -> str:
        return f"where is the {reading.bare_subject}?"

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        phrases = reading.subject
        frames = sample_frames(planning) if planning.scope.exact else []
        if not frames:
            hits = planning.frames.search(
                phrases,
                video_id=planning.scope.video_id,
                start_seconds=planning.scope.start,
                end_seconds=planning.scope.end,
                limit=planning.options.answer_frames,
            )
            frames = [hit.keyframe for hit in hits]
        calls = tuple({"phrases": phrases, "moment": format_moment(frame)} for frame in frames)
        return Plan(GROUND, calls, what=phrases) if calls else search(phrases, planning)

    def retry(self, reading: Reading, planning: Planning) -> Plan | None:
        """Without boxes, the moments are found all the same."""
        return search(reading.subject, planning, tool=GROUND)


INTENT = Ground()
