"""What a video or a part of it is about, and what happens in it."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.reading import Reading

DESCRIBE = "describe"
_VIDEO = r"(?:the |this |that |it|these |all |my |your |our |whole |entire |\w+ )*(?:video|clip|footage|recording|film|movie|scene|part|lecture|meeting|match|game|lesson|everything|story|all)s?"
_RULES = (
    Rules(
        "en",
        r"what (?:is|are|was) (?:it|this|that|these|they|the .+|.+ (?:video|clip|one)) (?:all )?about$",
        r"(?:please )?(?:sum(?:mari[sz]e)?(?: up)?|recap|outline|give (?:me )?(?:a |an )?(?:short |brief |quick )?(?:summary|overview|recap|idea|description)(?: of)?|a (?:short |brief )?summary of)\b.*$",
        r"(?:please )?describe\b.*$",
        r"what (?:all )?(?:happens|happened|is happening|was happening|goes on|went on|is going on|was going on|is there|is there to see|can (?:i|you|we) see|do (?:you|we|i) see|is to be seen|is shown|is visible|takes place)(?: (?:there|here|then|in|on|at|during|over|inside|around) ?.*)?$",
        # "in this video" says where to look, and is cut off before: "what is in this video?" leaves "what is".
        r"what (?:all )?(?:things |objects )?(?:is|are)(?: there)?(?: in (?:it|there|here|this|that|them))?$",
        r"what is (?P<edge>the (?:last|first|final) thing)s? (?:that )?(?:happens?|happened|we see|you see|shown|to happen|there).*$",
        r"(?:what|how) does (?:the |this )?(?:video|clip|it|everything) (?P<edge>ends?|start|begin)$",
        rf"(?:tell me|talk)(?: something)? (?:about|what (?:happens|is) in) {_VIDEO}$",
        r"(?:walk|take) me through .*$",
        r"(?:the|this|that|my) (?:whole )?(?:video|clip|recording|film)$",
    ),
    Rules(
        "vi",
        r"(?:.*\b)?(?:video|clip|phim|doan nay|canh|buoi hoc|bai giang|tran dau|no|noi dung)\b.{0,30}? (?:noi|ke|viet)? ?(?:ve |la )?(?:cai |dieu |chuyen |nhung )?gi(?: (?:vay|the|trong do))?$",
        r"(?:hay )?(?:tom tat|tom luoc|tom gon|mo ta|ta lai|ke lai|ke so|ke so so|ke qua|ke nhanh|diem lai|dien ta|thuat lai)\b.*$",
        r"(?:o |trong |tren |ngoai )?(?:do |day |.{0,24} )?(?:co |da |dang )?(?:chuyen|dieu|viec|su kien|cai|nhung) gi (?:da |dang )?(?:xay ra|dien ra|o do|trong)\b.*$",
        r"(?:o |trong |tren |ngoai )?(?:video|clip|phim|do|day|canh|doan)\b.{0,24}? (?:co|dang co|thay) (?:nhung )?(?:cai )?gi$",
        r"(?:co |thay |nhin thay )(?:nhung )?(?:cai )?gi(?: (?:o|trong|tren|ngoai) .*)?$",
        r"(?:dieu|viec|chuyen|canh) (?P<edge>cuoi cung|dau tien) (?:xay ra |la |trong .*? )*(?:la )?gi\b.*$",
        r"(?:video|clip|phim|no)\b.{0,20}? (?P<edge>ket thuc|bat dau|mo dau)(?: (?:nhu )?the nao| ra sao)$",
        r"dien bien\b.*$",
    ),
)
_LAST = ("last", "final", "end", "cuoi", "cuối", "ket thuc", "kết thúc")


class Describe(IntentDefaults):
    """Captions, in time order."""

    name: ClassVar[str] = "describe"
    rank: ClassVar[int] = 210
    serves: ClassVar[str] = "describe"
    rules: ClassVar = _RULES

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        call = planning.scope.slots
        if (edge := reading.slots.get("edge")) and planning.scope.start is None:
            call = _edge_slots(planning, last=any(word in edge.lower() for word in _LAST))
        return Plan(DESCRIBE, (call,), what="")


def _edge_slots(planning: Planning, *, last: bool) -> dict[str, object]:
    """The slots of what lies at the beginning or the end of the video; of all, if several are in scope."""
    videos = [v for v in planning.frames.videos() if planning.scope.video_id in (None, v.video_id)]
    seconds = planning.options.edge_seconds
    if not last:
        return {"video": planning.scope.video_id, "start": 0.0, "end": seconds}
    if len(videos) != 1:
        return planning.scope.slots
    return {"video": videos[0].video_id, "start": max(0.0, videos[0].duration_seconds - seconds), "end": None}


INTENT = Describe()
