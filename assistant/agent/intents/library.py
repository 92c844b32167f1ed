"""About the library itself: how many videos there are, how long they are, and which of them show something."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.conversation import (
    empty_library_sentence,
    video_count_sentence,
    video_length_sentence,
    videos_with_sentence,
    videos_without_sentence,
)
from assistant.agent.intents.base import Findings, Plan, Planning, Rules
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.intents.looking import search
from assistant.agent.question.clauses import singular, with_article
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft
from tools.events.verification import verify_frames
from tools.moments import ScoredKeyframe, merge_into_moments

if TYPE_CHECKING:
    from tools.types import Evidence

_VIDEOS = r"(?:videos?|clips?|recordings?|films?|movies?|files?|footage|ones?)"
_NOT = r"(?:do not|does not|did not|don't|doesn't|didn't|has no|have no|is not|are not|without|never|no)"
_WHICH = r"(?:(?:in )?(?:which|what) (?:(?:of|one of|ones of) (?:the|these|those|my|them)(?: \w+)?|video|clip|recording|film|movie|file|footage|one)s?(?: (?:of (?:the|these|my) \w+|is it|is the one))?)"
_COUNT = (
    Rules(
        "en",
        rf"how many {_VIDEOS}(?: (?:do|are|did|have|can) (?:i|you|we|there|u)(?: (?:have|got|hold|see|search|indexed?))?.*| (?:have|has) (?:i|been|you)\b.*)?$",
        rf"(?:list|show|name)(?: me)? (?:all )?(?:the |my )?{_VIDEOS}$",
        rf"(?:what|which) {_VIDEOS} (?:do (?:i|you|we) have|are there|are in (?:the|my) library|have you got)$",
        about="count",
    ),
    Rules(
        "vi",
        r"(?:trong thu vien |thu vien |hien |toi |minh |ban |o day )*(?:co|dang co|luu)? ?(?:tat ca |tong cong )?(?:bao nhieu|may) (?:cai |doan |cuon )?(?:video|clip|phim)\b(?! (?:co|nao|quay|cho|nhac|thay)).*$",
        r"(?:liet ke|ke ten|cho xem|danh sach) (?:cac |tat ca |nhung )*(?:video|clip|phim)\b.*$",
        about="count",
    ),
)
_LENGTH = (
    Rules(
        "en",
        rf"how (?:long|many (?:minutes|seconds)) (?:is|are|does|was|do) (?P<video>(?:the |this |that |my |it |each |all )?(?:.*\b)?{_VIDEOS})(?: (?:last|in total|altogether|long|go on|run))?$",
        r"how (?:long|many (?:minutes|seconds))(?: (?:is|does|was))?(?: (?:it|this|that))?(?: last| run| go on)?$",
        rf"(?:what is )?(?:the )?(?:length|duration|running time) of (?P<video>.*\b{_VIDEOS})$",
        about="length",
    ),
    Rules(
        "vi",
        r"(?P<video>(?:doan |cai |cuon )?(?:video|clip|phim)\b.*?) (?:dai|keo dai)(?: (?:trong|khoang|la|bao lau|may phut|bao nhieu.*|may giay))*$",
        r"(?:dai|keo dai)(?: (?:trong|khoang|la))*(?: (?:bao lau|may phut|may giay|bao nhieu.*))?$",
        r"(?:do dai|thoi luong)(?: cua)? (?P<video>(?:doan )?(?:video|clip|phim)\b.*?)(?: la)?(?: (?:bao nhieu|may|bao lau).*)?$",
        about="length",
    ),
)
_WITH = (
    Rules(
        "en",
        rf"{_WHICH} (?:{_NOT})(?: (?:have|has|show|contain|got|any|a|an|feature))* (?P<subject>.+?)(?: in (?:it|them))?(?: at all)?$",
        rf"{_WHICH} (?:has|have) no (?P<subject>.+?)(?: in (?:it|them))?(?: at all)?$",
        about="without",
    ),
    Rules(
        "en",
        rf"{_WHICH} (?:has|have|had|shows?|showed|contains?|features?|is with|with|got|includes?) (?:got )?(?P<subject>.+?)(?: in (?:it|them))?$",
        rf"{_WHICH} (?:is|was|were|are) (?P<subject>(?:shot |filmed |recorded |taken )?(?:at|in|on|by|during|from) .+)$",
        rf"{_WHICH} (?:is|was) (?:the |a )?(?P<subject>.+?)(?: in)?$",
        rf"{_WHICH} (?:does|do|did|can) (?:i see |we see |you see )?(?P<subject>.+?) (?:appear|show up|come|turn up|happen|occur)(?: in)?$",
        about="with",
    ),
    Rules(
        "vi",
        r"(?:trong )?(?:video|clip|doan phim|phim|cai|doan video|ban ghi) nao (?:ma )?(?:lai )?(?:khong co|khong thay|khong he co|khong xuat hien|chang co|thieu)(?: (?:con|cai|chiec|bat ky|mot))*(?!\w) ?(?P<subject>.+?)(?: nao)?(?: (?:het|ca|trong do|luon))*$",
        about="without",
    ),
    Rules(
        "vi",
        r"(?:trong )?(?:video|clip|doan phim|phim|cai|doan video|ban ghi) nao (?:ma )?(?:thi )?(?:co|thay|xuat hien|quay|chieu|cho thay|ghi lai|la|chua)(?: (?:canh|duoc|thay|vao|o|luc|hinh))*(?!\w) ?(?P<subject>.+?)(?: (?:trong do|vay|the))*$",
        r"(?P<subject>.+?) (?:thi |la |nam |xuat hien )*(?:o|trong) (?:video|clip|doan phim|phim|doan video) nao$",
        about="with",
    ),
)


class Library(IntentDefaults):
    """Videos are counted and measured by the library; which of them show something is seen in each."""

    name: ClassVar[str] = "library"
    rank: ClassVar[int] = 20
    rules: ClassVar = (*_COUNT, *_LENGTH, *_WITH)

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        if reading.slots["about"] in ("count", "length"):
            return Plan("")
        return search(with_article(singular(reading.subject)), planning)

    def compose(self, findings: Findings) -> ReplyDraft | None:
        about, language = findings.reading.slots["about"], findings.language
        videos = findings.frames.videos()
        if not videos:
            return ReplyDraft(empty_library_sentence(language))
        if about == "count":
            return ReplyDraft(video_count_sentence(videos, language), 1.0, str(len(videos)))
        if about == "length":
            meant = [video for video in videos if findings.scope.video_id in (None, video.video_id)]
            return ReplyDraft(video_length_sentence(meant, language), 1.0, f"{meant[0].duration_seconds:.0f} seconds")
        return self._compose_videos(findings, without=about == "without")

    def _compose_videos(self, findings: Findings, *, without: bool) -> ReplyDraft:
        """Looks for the subject in each video by itself, since one video may fill a search of all."""
        options, frames = findings.options, findings.frames
        evidence: list[Evidence] = []
        checked: dict[str, int] = {}
        likeliest: list[float] = []
        for video in frames.videos()[: options.sampled_videos]:
            hits = frames.search(findings.query, video_id=video.video_id, limit=options.checked_frames)
            keyframes = [hit.keyframe for hit in hits]
            known = [k for k, ok in zip(keyframes, findings.looker.in_domain(keyframes), strict=True) if ok]
            if not known:
                continue
            probabilities = verify_frames(frames, findings.looker, findings.query, known)
            scored = [ScoredKeyframe(k, p) for k, p in zip(known, probabilities, strict=True)]
            checked[video.video_id] = len(scored)
            likeliest.append(max(probabilities))
            seen = [s for s in scored if s.score >= options.min_verified]
            evidence += merge_into_moments(seen, tool="find_frames")[:1]
        if not checked:
            return findings.answering.compose_out_of_domain(findings.asked, findings.evidence, findings.language)
        # Each video has its own verdict; the answer is as sure as the least sure of them.
        confidence = min(max(p, 1.0 - p) for p in likeliest)
        sentence = (videos_without_sentence if without else videos_with_sentence)(evidence, checked, findings.language)
        return ReplyDraft(
            sentence, confidence, ", ".join(e.moment.video_id for e in evidence) or "none", tuple(evidence)
        )


INTENT = Library()
