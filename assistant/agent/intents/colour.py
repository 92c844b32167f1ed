"""Which colour something is, or what somebody wears."""

from __future__ import annotations

from typing import ClassVar

from assistant.agent.intents.base import Rules
from assistant.agent.intents.looking import LookIntent
from assistant.agent.question.reading import Reading

_COLOUR = r"colou?rs?"
_BE = r"(?:is|are|was|were)"
_RULES = (
    Rules(
        "en",
        rf"(?:what|which|of what|in what) {_COLOUR} (?:would you say |do you think )?{_BE} (?P<subject>.+?)(?:'s)? (?P<part>shirt|top|clothes|coat|jacket|dress|hat|hair|outfit|trousers|jumper)$",
        rf"(?:what|which|of what|in what) {_COLOUR} (?:would you say |do you think )?(?:{_BE}|has|have) (?P<subject>.+?)(?: (?:is|was|wearing|painted))?$",
        rf"(?:what|which) {_COLOUR} (?:would you say|do you think|you think) (?P<subject>.+?) (?:is|was|are|were|has|have)$",
        rf"(?:what|which) {_COLOUR} (?:does|do|did) (?P<subject>.+?) (?:have|wear|get painted)(?: on)?$",
        rf"(?:what|which) {_COLOUR} (?P<subject>.+?) (?:{_BE}|has|have|had|wears|wore)(?: on)?$",
        rf"(?:(?:the|its|their|his|her) )?{_COLOUR} of (?P<subject>.+)$",
        rf"(?P<subject>.+?)(?:,|:)? (?:{_BE} )?(?:of )?(?:what|which) {_COLOUR}(?: (?:{_BE}|does|do|did) (?:it|he|she|they|that)(?: have)?)?$",
        rf"what (?:about|of) (?P<subject>its|his|her|their) {_COLOUR}$",
        rf"(?P<subject>.+?)[,:] what {_BE} (?:its|his|her|their|the) {_COLOUR}$",
        rf"what {_BE} (?P<subject>.+?)(?:'s)? {_COLOUR}$",
        rf"(?P<subject>its|his|her|their) {_COLOUR}$",
        rf"what {_BE} (?P<subject>.+?) (?:wearing|dressed in)$",
        r"what (?:does|do|did) (?P<subject>.+?) (?:wear|have on)$",
        rf"how {_BE} (?P<subject>.+?) dressed$",
    ),
    Rules(
        "vi",
        r"(?P<subject>.+?) (?:dang )?(?:mac|dien|khoac)(?: cai| chiec| bo)? ?(?:ao|quan|do|vay|quan ao|trang phuc)(?: quan)? ?(?:co )?(?:mau )?(?:gi|nao|ra sao|the nao)$",
        r"(?P<subject>.+?) (?:doi|deo) (?:mu|non|kinh) (?:mau )?(?:gi|nao)$",
        r"(?:ao|quan|vay|mu|non|toc) (?:cua )?(?P<subject>.+?) (?:co |la |mang |thi )?mau (?:gi|nao|sac gi)$",
        r"(?P<subject>.+?)[, ]+(?:do |nay |kia |ay )?(?:thi |co |la |mang |son |duoc son )*mau (?:sac )?(?:la )?(?:gi|nao|chi|j)$",
        r"mau (?:sac )?(?:cua )?(?P<subject>.+?) (?:la )?(?:mau )?(?:gi|nao|the nao|chi)$",
        r"(?:co )?mau (?:gi|nao)$",
        r"(?:con )?mau (?:sac )?(?:cua )?(?P<subject>no|ho|nguoi do)$",
    ),
)


class Colour(LookIntent):
    """Answered by a colour, or not at all."""

    name: ClassVar[str] = "colour"
    rank: ClassVar[int] = 140
    rules: ClassVar = _RULES
    of_a_moment: ClassVar[bool] = True
    expects: ClassVar[str] = "colour"

    def ask(self, reading: Reading) -> str:
        return f"what colour is the {reading.bare_subject}?"


INTENT = Colour()
