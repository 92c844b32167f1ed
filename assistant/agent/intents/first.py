"""Which of two things comes first or last."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.intents.seeing import seen_moments
from assistant.agent.phrasing import first_sentence
from assistant.agent.question.clauses import with_article
from assistant.agent.question.reading import Reading
from assistant.agent.records import ReplyDraft

if TYPE_CHECKING:
    from assistant.agent.intents.base import Findings

_RULES = (
    Rules(
        "en",
        r"(?:which|who|what) (?:came|comes|was|is|appeared|appears|arrived|arrives|left|leaves|is seen|got there)(?: \w+)? (?P<which>first|last|earlier|later)[,:]? (?P<first>.+?) or (?P<second>.+)$",
        r"(?:did|does|do|is|was) (?P<first>.+?) or (?P<second>.+?) (?:come|appear|arrive|leave|go|get there|seen|show up|there)(?: \w+)? (?P<which>first|last|earlier|later)$",
        r"(?P<first>.+?) or (?P<second>.+?)[:,] (?:which|who) (?:came|comes|was|is|appeared|appears|arrived) (?P<which>first|last)$",
    ),
    Rules(
        "vi",
        r"(?P<first>.+?) (?:toi|den|xuat hien|di|chay qua|ra|vao|co mat) (?P<which>truoc|sau) hay (?:la )?(?P<second>.+?) (?:toi|den|xuat hien|di|chay qua|ra|vao|co mat)?(?: ?(?:truoc|sau))?$",
        r"(?:giua )?(?P<first>.+?) (?:va|hay) (?P<second>.+?)[, ]+(?:cai|con|xe|ai|ben|chiec|thu)(?: nao)? (?:toi|den|xuat hien|di|chay qua|ra|vao|co mat) (?P<which>truoc|sau)$",
    ),
)


class First(LookIntent):
    """Answered by one of the two, read from the moments at which each is seen."""

    name: ClassVar[str] = "first"
    rank: ClassVar[int] = 80
    rules: ClassVar = _RULES
    expects: ClassVar[str] = "option"
    tool: ClassVar[str] = "find_events"

    def query(self, reading: Reading) -> str:
        return f"{reading.slots['first']} and {reading.slots['second']}"

    def ask(self, reading: Reading) -> str:
        return f"which was {reading.slots['which']}, {reading.slots['first']} or {reading.slots['second']}?"

    def compose(self, findings: Findings) -> ReplyDraft | None:
        """Looks for each of the two in every video in scope, until one video shows both."""
        slots = findings.reading.slots
        statements = [with_article(slots["first"]), with_article(slots["second"])]
        videos = [v.video_id for v in findings.frames.videos() if findings.scope.video_id in (None, v.video_id)]
        late = slots["which"].lower() in ("last", "later", "sau")
        for video_id in videos[: findings.options.sampled_videos]:
            moments = [seen_moments(findings, statement, video_id=video_id) for statement in statements]
            if not all(moments):
                continue
            at = [m[-1].moment.end_seconds if late else m[0].moment.start_seconds for m in moments]
            earlier, later = (0, 1) if at[0] < at[1] else (1, 0)
            evidence = tuple(moments[i][-1 if late else 0] for i in (earlier, later))
            answer = statements[later if late else earlier]
            told = [findings.answering.localiser.phrase(statements[i], findings.language) for i in (earlier, later)]
            sentence = first_sentence(told[0], told[1], evidence, findings.language)
            return ReplyDraft(sentence, min(e.score for e in evidence), answer, evidence)
        return findings.answering.compose_unknown(findings.evidence, findings.language, 0.0)


INTENT = First()
