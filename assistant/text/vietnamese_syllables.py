"""Tells whether a word is a Vietnamese syllable, by its rhyme."""

from __future__ import annotations

import re
import unicodedata

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_ONSET = re.compile(r"(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdđghklmnprstvx])?")
_RHYMES = frozenset(
    """a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et
    ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu o oa oac oach oai oam oan oang
    oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt
    ơ ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uơ uê uêch uênh uân uât uâng uây uy uya uych
    uynh uyên uyêt uyt uyu uyn uyp ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y ych yn ynh yt yêm yên
    yêng yêt yêu êc""".split()
)


def is_syllable(word: str) -> bool:
    """Returns whether a word could be a Vietnamese syllable, wherever its tone mark stands: `trước`, not `trứoc`."""
    letters = unicodedata.normalize("NFD", word.casefold())
    toneless = unicodedata.normalize("NFC", _TONES.sub("", letters))
    onset = _ONSET.match(toneless)
    longest = onset.end() if onset else 0
    return any(
        toneless[split:] in _RHYMES for split in range(longest + 1) if _ONSET.fullmatch(toneless[:split]) is not None
    )
