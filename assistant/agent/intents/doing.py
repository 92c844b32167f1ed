"""What somebody or something does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.answer_types import fits
from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.intents.seeing import best_moments, frames_of
from assistant.agent.phrasing import answer_sentence
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings
    from tools.ports import Answer
    from tools.types import Evidence

_RULES = (
    Rules(
        "en",
        r"what (?:is|are|was|were) (?P<subject>.+?) (?:doing|up to|busy with)(?: (?:there|here|then))?(?: (?P<where>(?:in|on|at|by|near|under|next to) .+))?$",
        r"what (?:does|do|did|has|have) (?P<subject>.+?) (?:do|done|get up to)(?: (?:there|here|then|next|afterwards))?$",
        r"what (?:happens|happened|is happening|is going on|becomes|became|has become)(?: in the end)? (?:to|of|with) (?P<subject>.+?)(?: (?:in the end|then|there|afterwards))?$",
        r"(?P<subject>.+?)[,:] what (?:is|are|was|were|does|do|did) (?:he|she|it|they) (?:doing|do|up to)(?: (?:there|here|then))?$",
        r"where (?:does|did|do) (?P<subject>.+?) end up$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?:dang |da |se )?(?:lam|lam nhung|dinh lam) (?:cai |viec |chuyen )?(?:gi|j|chi)(?: (?:o|trong|the|vay|do|sau do|tiep theo|luc do|nua).*)?$",
        r"(?P<subject>.+?) (?:thi )?(?:bi|ra|lam) sao(?: roi)?$",
        r"(?:chuyen|dieu) gi (?:da )?(?:xay ra|den) (?:voi|cho) (?P<subject>.+)$",
        r"(?P<subject>.+?) (?:ket cuc|cuoi cung|sau cung) (?:thi )?(?:ra sao|the nao|bi gi|o dau)$",
    ),
)


class Doing(LookIntent):
    """Answered by an act, read from several frames in order."""

    name: ClassVar[str] = "doing"
    rank: ClassVar[int] = 180
    rules: ClassVar = _RULES
    of_a_moment: ClassVar[bool] = True
    expects: ClassVar[str] = "act"

    def ask(self, reading: Reading) -> str:
        return f"what is the {reading.bare_subject} doing?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """The surest act that the core reads from pictures in order: of each moment as a whole, and of its end."""
        moments = best_moments(findings)
        if not moments:
            return None
        around = findings.options.around_seconds
        questions = (findings.asked, f"what happens to the {findings.reading.bare_subject}?")
        readings: list[tuple[Answer, Evidence]] = []
        for moment in moments[: findings.options.answer_frames]:
            whole = frames_of(findings, moment, before=1.0, after=1.0)
            end = moment.moment.end_seconds
            last = findings.frames.keyframes(moment.moment.video_id, max(0.0, end - around), end + around / 2)
            for frames in (whole, last):
                readings += [(findings.looker.answer_across(question, frames), moment) for question in questions]
                happens = findings.looker.answer_across("what happens?", frames)
                if findings.reading.bare_subject.split()[-1] in happens.text.split():
                    readings.append((happens, moment))
        acts = [(answer, moment) for answer, moment in readings if fits("act", answer.text)]
        if not acts:
            return None
        answer, moment = max(acts, key=lambda pair: pair[0].confidence)
        told = findings.answering.localiser.phrase(answer.text, findings.language)
        sure = min(answer.confidence, moment.score)
        if not told or sure < findings.options.min_confidence:
            return None
        return ReplyDraft(answer_sentence(told, (moment,), findings.language), sure, answer.text, (moment,))


INTENT = Doing()
