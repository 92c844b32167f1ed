"""What is unlike the rest."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Plan, Planning, Rules
from assistant.agent.intents.defaults import IntentDefaults
from assistant.agent.question.reading import Reading

UNUSUAL = "find_unusual"
_RULES = (
    Rules(
        "en",
        r".*\b(?:unusual|out of the ordinary|anomal(?:y|ies|ous)|suspicious|abnormal|out of place)\b",
        r".*\b(?:any|some|no)thing (?:is |was |looks? )?(?:strange|odd|weird|wrong|funny|off)\b",
        r".*\b(?:strange|odd|weird)(?:est)? (?:moments?|things?|scenes?|frames?|parts?)\b",
        r".*\b(?:do not|does not|don't|doesn't|not) (?:fit|belong|match)\b.*\b(?:rest|others?|in)\b",
        r".*\bstands? out\b",
        r".*\b(?:least|most) (?:typical|unlike|different)\b.*\brest\b",
    ),
    Rules(
        "vi",
        r".*\b(?:bat thuong|khac thuong|l[a\x7f] thuong|dang ngo|kha nghi|ky l[a\x7f]|ky quac|khac l[a\x7f])(?!\w)",
        r".*\b(?:gi|dieu|thu|chuyen) (?:ky )?l[a\x7f](?!\w)(?! (?:gi|ai|nguoi|con|cai|mot))(?: .*)?$",
        r".*\bkhong (?:giong|khop|hop)(?: gi)? (?:voi )?(?:phan )?(?:con lai|cac)\b",
    ),
)


class Unusual(IntentDefaults):
    """The moments that resemble the rest least."""

    name: ClassVar[str] = "unusual"
    rank: ClassVar[int] = 60
    rules: ClassVar = _RULES

    def plan(self, reading: Reading, planning: Planning) -> Plan:
        return Plan(UNUSUAL, ({"video": planning.scope.video_id},))


INTENT = Unusual()
