"""How many there are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.looking import LookIntent, look, search
from assistant.agent.intents.seeing import SEEN, named_things, seen_frames
from assistant.agent.phrasing import count_sentence
from assistant.agent.question.clauses import bare, singular, split_clause, with_article
from assistant.agent.question.lexicon import lookup
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft
from tools.types import Evidence, KeyframeRef, Moment
from tools.words import NUMBERS

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings

COUNT = "count"
MIN_CAPTIONS = 2
_NO_TIME = r"(?!(?:seconds?|minutes?|hours?|times? (?:does|did|do)|videos?|clips?)\b)"
_NO_TIME_VI = r"(?!(?:giay|phut|gio|lau|lan|tien|video|clip|tuoi|dong|bay|tinh|anh|quay|giat|lanh|moc|xuc|keo|cay|in|chieu|ui|khoan|phat)\b)"
_RULES = (
    Rules(
        "en",
        rf"how many {_NO_TIME}(?P<subject>.+?)(?: (?:are|is|were|was|do|does|did|can|could|r)(?: there| be| you| we| i| u)?(?: (?:see|count|notice|spot|find|seen|visible|counted|shown))?(?: (?:in total|altogether|overall|together|then|at once))?)$",
        rf"how many {_NO_TIME}(?P<subject>.+?) (?:are|is|were|was) (?:there )?(?P<where>(?:in|on|at|under|near|beside|by|with) .+)$",
        rf"how many {_NO_TIME}(?P<subject>.+?) (?:are|is|were|was) (?P<act>\w+(?:ing|ed|en)\b.*)$",
        rf"how many {_NO_TIME}(?P<subject>.+)$",
        r"(?:please )?count (?:up )?(?:all )?(?:the )?(?:number of )?(?P<subject>.+)$",
        r"(?:(?:what|give me|tell me) (?:is |was )?)?the (?:total )?(?:number|count|total) of (?P<subject>.+?)(?: (?:is|are|there))?$",
        r"what (?:number|amount) of (?P<subject>.+?)(?: (?:is|are|was|were) there)?$",
        r"(?:the )?number of (?P<subject>.+)$",
    ),
    Rules(
        "vi",
        rf"(?:hay )?(?:dem|tinh) (?:xem )?(?:co )?(?:duoc )?(?:so luong |so |tong so |bao nhieu |may )?{_NO_TIME_VI}(?P<subject>.+?)(?: (?:giup|cho) \w+| di)?$",
        rf"(?:(?:ban )?dem duoc |tong cong |tat ca |co tat ca |trong \w+ |o \w+ |tren \w+ |luc do |khi do |o do |(?:cho )?biet )*(?:co |thay )?(?:tong cong |chung |khoang |tam |tat ca )*(?:bao nhieu|may) {_NO_TIME_VI}(?P<subject>.+?)(?: (?:tat ca|ca thay|tong cong|qua lai))?$",
        rf"(?P<where>(?:trong|tren|o|ngoai|duoi) .+?) (?:thi )?(?:co |thay )?(?:tong cong |chung |khoang |tam |tat ca )*(?:bao nhieu|may) {_NO_TIME_VI}(?P<subject>.+)$",
        r"(?:so luong|so|tong so) (?P<subject>.+?) (?:la )?bao nhieu$",
        r"(?P<subject>.+?) co (?:may|bao nhieu) (?:cai|chiec|con|nguoi)$",
    ),
)


class Count(LookIntent):
    """At a time, how many there are at once; over a video, how many different ones come."""

    name: ClassVar[str] = "count"
    rank: ClassVar[int] = 120
    serves: ClassVar[str] = "count"
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "number"
    tool: ClassVar[str] = COUNT

    def query(self, reading: Reading) -> str:
        """The things with what is said of them: where they are, what they do."""
        more = " ".join(reading.slots[name] for name in ("act", "where") if name in reading.slots)
        who, does = split_clause(reading.subject)
        return " ".join(part for part in (singular(bare(who)), does, more) if part)

    def ask(self, reading: Reading) -> str:
        return f"how many {reading.plural_subject} are there?"

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        call = {"phrase": self.query(reading), **planning.scope.slots}
        return Plan(COUNT, (call,), what=self.query(reading))

    def retry(self, reading: Reading, planning: Planning) -> Plan | None:
        """Without boxes, the core counts."""
        if planning.scope.exact:
            return look(self.ask(reading), planning)
        return search(self.query(reading), planning, tool=COUNT)

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """Over a video, the different ones that come, as the captions tell them apart; at a time, the usual count."""
        if findings.scope.exact:
            return self._count_again(findings)
        thing = singular(bare(split_clause(findings.reading.subject)[0]))
        evidence: list[Evidence] = []
        names: list[str] = []
        for video in findings.frames.videos()[: findings.options.sampled_videos]:
            if findings.scope.video_id not in (None, video.video_id):
                continue
            frames = [s.keyframe for s in seen_frames(findings, with_article(thing), video_id=video.video_id)]
            frames = [k for k, known in zip(frames, findings.looker.in_domain(frames), strict=True) if known]
            captions = [named_things(findings, [frame]) for frame in frames]
            for name in dict.fromkeys(name for caption in captions for name in caption):
                showing = [frame for frame, caption in zip(frames, captions, strict=True) if name in caption]
                # A thing that a single caption names was misread as likely as not.
                if _is_a(name, thing) and len(showing) >= min(MIN_CAPTIONS, len(frames)):
                    names.append(f"{name} in {video.video_id}")
                    evidence.append(Evidence(Moment.at(showing[0]), SEEN, 1.0, KeyframeRef.of(showing[0])))
        at_once = max((int(e.text) for e in findings.evidence if e.text and e.text.isdigit()), default=0)
        if len(names) < max(1, at_once):  # captions name two alike only once
            return None
        noun = findings.answering.localiser.phrase(thing, findings.language)
        ordered = tuple(sorted(evidence, key=lambda e: (e.moment.video_id, e.moment.start_seconds)))
        sentence = count_sentence(len(names), noun, ordered, findings.language)
        return ReplyDraft(sentence, findings.options.fairly_sure, str(len(names)), ordered)

    def _count_again(self, findings: Findings) -> ReplyDraft | None:
        """Where no box was found, the core's number, if it sees any: a small or half hidden thing gets no sure box."""
        if any(e.text != "0" for e in findings.evidence) or not findings.evidence:
            return None
        moment = findings.evidence[0].moment
        scope = findings.scope
        frames = findings.frames.keyframes(scope.video_id or moment.video_id, scope.start, scope.end)
        answer = findings.looker.answer(findings.asked, frames[: findings.options.answer_frames])
        number = NUMBERS.get(answer.text.lower()) or (int(answer.text) if answer.text.isdigit() else 0)
        if not number or answer.confidence < findings.options.min_agreed:
            return None
        noun = findings.answering.localiser.phrase(singular(findings.reading.bare_subject), findings.language)
        evidence = tuple(replace(e, text=str(int(number))) for e in findings.evidence[:1])
        sentence = count_sentence(int(number), noun, evidence, findings.language)
        sure = min(answer.confidence, findings.options.fairly_sure)
        return ReplyDraft(sentence, sure, str(int(number)), evidence)


def _is_a(name: str, thing: str) -> bool:
    """Whether the head of a caption's phrase is the thing that is counted, or a kind of it."""
    head, counted = name.split()[-1], thing.split()[-1]
    if head == counted:
        return True
    concepts = set(lookup(head))
    return any(
        concept in concepts or any(c.broader == concept.english for c in concepts) for concept in lookup(counted)
    )


INTENT = Count()
