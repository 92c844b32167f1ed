"""Synthetic lines of text to search: possible Vietnamese syllables and English words, with natural frequencies."""

from __future__ import annotations

import random
import unicodedata

ONSETS = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x".split()
RIMES = (
    "a ai an ang anh ao ay ac at au âm ân âng ây ât e em en eo ê êm ên êt i im in inh iên iêng iêu it o oi on ong "
    "ô ôi ôm ôn ông ôt ơ ơi ơn u ui ung uôn uông ư ưa ưng ươi ươn ương uyên oan oang iêt uôt ươt"
).split()
MARKED = "âêôơư"
TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
ENGLISH = (
    "market morning river station window garden mountain teacher student problem answer number history weather winter "
    "summer bridge village factory engine driver traffic signal network picture camera screen message document library "
    "science physics theorem equation function variable integral matrix vector kernel gradient training learning "
    "memory language sentence grammar chapter section example exercise lecture question because through between "
    "against people country government economy company president minister report hospital doctor patient medicine "
    "vaccine research energy climate ocean island harbour airport flight ticket hotel kitchen coffee breakfast dinner "
    "restaurant festival music concert theatre museum painting football champion victory defeat season player coach"
).split()
SYLLABLES = 2500  # distinct ones in Vietnamese text of this size, about


def sample_lines(count: int, seed: int) -> list[str]:
    """`count` distinct lines of 4 to 9 words, seven of ten in Vietnamese."""
    rng = random.Random(seed)
    vietnamese = _syllables(rng)
    # Zipf's law: the word of rank r is about 1/r as frequent as the first.
    frequent = {
        "vi": [1 / (rank + 3) for rank in range(len(vietnamese))],
        "en": [1 / (r + 3) for r in range(len(ENGLISH))],
    }
    lines: dict[str, None] = {}
    while len(lines) < count:
        words, weights = (vietnamese, frequent["vi"]) if rng.random() < 0.7 else (ENGLISH, frequent["en"])
        lines[" ".join(rng.choices(words, weights, k=rng.randint(4, 9)))] = None
    return list(lines)


def damage(text: str, share: float, rng: random.Random) -> str:
    """`text` with `share` of its characters dropped, swapped with the next one, or stripped of their accents."""
    letters = list(unicodedata.normalize("NFC", text))
    for place in sorted(rng.sample(range(len(letters)), round(share * len(letters))), reverse=True):
        bare = unicodedata.normalize("NFD", letters[place])[0].replace("đ", "d").replace("Đ", "D")
        kind = rng.choice(("drop", "swap", "strip"))
        if kind == "drop" or (kind == "strip" and bare == letters[place]):
            del letters[place]
        elif kind == "strip":
            letters[place] = bare
        elif place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def _syllables(rng: random.Random) -> list[str]:
    possible = [onset + _toned(rime, tone) for onset in ONSETS for rime in RIMES for tone in TONES]
    return rng.sample(possible, SYLLABLES)


def _toned(rime: str, tone: str) -> str:
    """The rime with its tone on the last marked vowel, else on the first letter."""
    place = max((i for i, letter in enumerate(rime) if letter in MARKED), default=0)
    return unicodedata.normalize("NFC", rime[: place + 1] + tone + rime[place + 1 :])
