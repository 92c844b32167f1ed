"""Whether it is the one or the other: open or closed, red or yellow, by day or at night."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.answer_types import fits
from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.intents.seeing import best_moments, frames_of
from assistant.agent.intents.usual import compose_seen
from assistant.agent.phrasing import answer_sentence
from assistant.agent.question.clauses import with_article
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft
from tools.events.verification import verify_frames
from tools.moments import sample_evenly

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings

_BE = r"(?:is|are|was|were)"
_TIME = r"(?:by |at |during the |in the )?(?:day(?:time|light)?|night(?:-?time)?)"
_TIME_VI = r"(?:ban )?(?:ngay|dem)"
_RULES = (
    Rules(
        "en",
        rf"(?:.*\b)?{_TIME} or (?:is it |was it |is this |was this )?{_TIME}(?: (?:here|there|then|outside))?$",
        about="time_of_day",
    ),
    Rules("en", r"what time of (?:the )?day (?:is|was) (?:it|this|that)(?: .*)?$", about="time_of_day"),
    Rules("vi", rf"(?:.*\b)?{_TIME_VI} hay (?:la )?{_TIME_VI}$", about="time_of_day"),
    Rules(
        "en",
        rf"{_BE} (?P<subject>(?:it|this|that|the scene|the video))(?: (?:filmed|shot|recorded|taken))? (?P<first>(?:by |at |in the )?\w+) or (?:is it |was it )?(?P<second>(?:by |at |in the )?\w+)(?: (?:here|there|then|outside))?$",
        rf"{_BE} (?P<subject>(?:the|a|an|that|this|his|her|its|their|any|these|those) .+?) (?:a |an )?(?P<first>\w+) or (?:a |an )?(?P<second>\w+)(?: when (?P<event>.+)| at the .+)?$",
        rf"{_BE} (?P<subject>it|he|she|they) (?:a |an )?(?P<first>[\w ]+?) or (?:a |an )?(?P<second>[\w ]+)$",
        r"(?:would you call (?:it|this|that) )?(?P<first>day(?:time)?|night(?:-?time)?|dark|light|rain|sun) or (?P<second>day(?:time)?|night(?:-?time)?|dark|light|rain|sun)$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?:dang |la |quay |duoc quay |vao |luc |thi |mau |co |dang o )*(?P<first>ban ngay|ngay|ban dem|dem|dong|mo|mua|nang|toi|sang|d[o\x7f]|xanh|vang|trang|de[n\x7f]|dung|chay|nam|nu|tat|bat|dung yen|di chuyen) hay (?:la )?(?:dang |mau |la |vao )?(?P<second>\w+(?: \w+)?)$",
        r"(?:la )?(?P<first>ban ngay|ngay|ban dem|dem) hay (?P<second>ban ngay|ngay|ban dem|dem)$",
    ),
)


class Choice(LookIntent):
    """Answered by one of the two words."""

    name: ClassVar[str] = "choice"
    rank: ClassVar[int] = 230
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "option"

    def query(self, reading: Reading) -> str:
        return reading.slots.get("event", "") or reading.subject

    def ask(self, reading: Reading) -> str:
        if "about" in reading.slots:
            return "is it day or night?"
        first, second = reading.slots["first"], reading.slots["second"]
        if not reading.subject:
            return f"is it {first} or {second}?"
        return f"is the {reading.bare_subject} {first} or {second}?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """The core's answer if it is one of the two, else the one that is surely seen while the other is surely not."""
        if not findings.scored:
            return None
        usual = compose_seen(findings)
        if usual.short and fits("option", usual.short, findings.asked):
            return usual
        moments = best_moments(findings)
        subject = findings.reading.bare_subject
        if not moments or not subject:
            return findings.answering.compose_unknown(moments, findings.language, 0.0)
        options = [findings.reading.slots.get(name, "") for name in ("first", "second")]
        if all(fits("colour", option) for option in options):
            colour = findings.looker.answer(
                f"what colour is the {subject}?", frames_of(findings, moments[0])[: findings.options.answer_frames]
            )
            if colour.text in options:
                told = findings.answering.localiser.phrase(colour.text, findings.language)
                sure = min(colour.confidence, moments[0].score)
                return ReplyDraft(answer_sentence(told, moments[:1], findings.language), sure, colour.text, moments[:1])
        frames = sample_evenly(frames_of(findings, moments[0]), findings.options.answer_frames)
        probabilities = [
            max(
                verify_frames(
                    findings.frames,
                    findings.looker,
                    with_article(f"{option} {subject}"),
                    frames,
                    are_best_matches=False,
                )
            )
            for option in options
        ]
        best, other = max(probabilities), min(probabilities)
        if best < findings.options.min_seen or other > 1 - findings.options.min_seen:
            return findings.answering.compose_unknown(moments, findings.language, best)
        answer = options[probabilities.index(best)]
        told = findings.answering.localiser.phrase(answer, findings.language)
        return ReplyDraft(answer_sentence(told, moments[:1], findings.language), best, answer, moments[:1])


INTENT = Choice()
