"""What is there before, after or during an event, or the last answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.intents.looking import search
from assistant.agent.question.clauses import with_article
from assistant.agent.question.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

DESCRIBE = "describe"
_HAPPENS = (
    r"what (?:(?:\w+ )?(?:happens?|happened|comes?|came|is|was|are|were|goes|went|follows?|followed|drives?|drove|appears?|appeared|enters?|arrives?|arrived|passes|passed|do (?:we|you) see|can be seen|"
    r"is (?:going on|happening|there)|(?:does|do|did) (?:he|she|it|they|we) do))(?: (?:next|on|there|in|by|up|past|along|around))*"
)
_RIGHT = r"(?:right |just |immediately |directly |shortly |straight |soon )?"
_THAT = r"(?:that|this|it|then|there)"
_RULES = (
    Rules("en", rf"{_HAPPENS} {_RIGHT}(?P<side>after|before|during|while|when) {_THAT}$", rf"(?:what (?:about|is|was) )?{_RIGHT}(?P<side2>after|before|during) {_THAT}$",
          r"(?:and )?(?:what )?(?:happens |happened |comes |came |is )?(?P<side3>then|next|afterwards?|later|before|earlier|beforehand)(?: on)?$"),
    Rules("en", r"then what$", side="after"),
    Rules("en", r"what (?:does|do|did) (?P<subject>.+?) do (?:next |right |just )?(?P<side>after|before|once|when|while) (?:it |he |she |they )?(?P<event>.+)$",
          rf"{_HAPPENS} {_RIGHT}(?P<side>after|before|during|while|when|once|until) (?P<event>.+)$", rf"{_RIGHT}(?P<side2>after|before|while|when|during) (?P<event2>.+?),? {_HAPPENS}$"),
    Rules("vi", r"(?:chuyen gi |dieu gi |co gi |co chuyen gi |roi |va |the )*(?:xay ra )?(?:ngay )?(?P<side>sau|truoc|trong|luc) (?:do|day|nay|ay)(?: (?:thi|co|la|xay ra|chuyen|gi|the nao|ra sao|nua))*$",
          r"(?:roi |tiep |va )*(?:thi )?(?P<side2>sao|tiep theo|gi nua)(?: nua| thi sao)?$", r"(?:chuyen gi |dieu gi |co gi )?(?:xay ra )?(?P<side3>tiep theo|ke tiep|sau do)(?: la gi| thi sao)?$"),
    Rules("vi", r"(?:chuyen gi |dieu gi |co gi |cai gi )(?:da )?(?:xay ra |xuat hien |den )?(?:ngay )?(?P<side>sau|truoc|trong)(?: (?:khi|luc|do))? (?P<event>.+)$",
          r"(?:ngay )?(?P<side2>sau|truoc|trong)(?: (?:khi|luc)) (?P<event2>.+?)(?:,| thi| thi co)+ (?:co )?(?:chuyen |dieu |cai |xe |con )?gi\b.*$",
          r"(?:co )?(?:chuyen|dieu|cai) gi (?:xay ra )?(?P<side3>khi|luc) (?P<event3>.+)$"),
)  # fmt: skip
_BEFORE = frozenset({"before", "truoc", "trước", "earlier", "beforehand", "until"})
_DURING = frozenset({"during", "while", "when", "trong", "luc", "lúc", "khi"})


class Beside(IntentDefaults):
    """Describes what lies beside an event that is searched first, or beside the last answer."""

    name: ClassVar[str] = "beside"
    rank: ClassVar[int] = 90
    rules: ClassVar = _RULES
    beside: ClassVar[bool] = True

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        event = reading.slots.get("event", "")
        if event and reading.subject:
            event = f"{with_article(reading.subject)} {event}"  # "what does the man do after he gets off"
        if event:
            return search(event, planning, tool=DESCRIBE)
        return describe_beside(planning, planning.last_stretch, side_of(reading))

    def retry(self, reading: Reading, planning: Planning) -> Plan | None:
        """Once the event is seen, what lies beside it."""
        return describe_beside(planning, planning.last_stretch, side_of(reading)) if planning.last_stretch else None


def side_of(reading: Reading) -> str:
    """`before`, `after` or `during`."""
    side = reading.slots.get("side", "after").lower().split()[-1]
    return "before" if side in _BEFORE else "during" if side in _DURING else "after"


def describe_beside(planning: Planning, stretch: Mapping[str, Any] | None, side: str) -> Plan:
    """Plans to describe what lies beside a stretch (`video`, `start`, `end`) of a video."""
    if stretch is None:
        return Plan(DESCRIBE, (planning.scope.slots,), what="")
    seconds = planning.options.beside_seconds
    start, end = stretch["start"], stretch["end"]
    if side == "before":
        start, end = max(0.0, start - seconds), start
    elif side == "after":
        start, end = end, end + seconds
    return Plan(DESCRIBE, ({"video": stretch["video"], "start": start, "end": end},), what="")


INTENT = Beside()
