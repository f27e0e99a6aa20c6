"""What a Vietnamese syllable is, by its structure: onset, rime, tone and where the tone may stand."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+")
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph r s t th tr v x"
_BEFORE_FRONT = {"k", "gh", "ngh"}  # these stand before i, e, ê, y; c, g, ng before the others
_BEFORE_BACK = {"c", "g", "ng"}
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oc oi om on ong ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet
u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uân uâng uât uây uê uêch uênh uơ uy uya uych uyên uyêt uyn uynh uyt uyu
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y
"""
_AFTER_Q = """
ua uac uach uai uan uang uanh uao uat uau uay uăc uăm uăn uăng uăp uăt uân uâng uât uâu uây ue uen ueo uet
uê uêch uên uênh uêt ui uinh uit uy uych uyên uyêt uynh uyt uơ uôc
"""
_WITHOUT_ONSET = "yêm yên yêng yêt yêu"
_STOPS = ("c", "ch", "p", "t")
_MARKED = "ăâêôơư"


def is_syllable(word: str) -> bool:
    """Tell whether `word` (NFC) can be a Vietnamese syllable in a usual case: nhà, Nhà or NHÀ."""
    return word.lower() in _syllables() and (word[1:].islower() or word.isupper() or len(word) == 1)


def is_vietnamese(text: str) -> bool:
    """Tell whether every accented word of `text` can be a Vietnamese syllable."""
    return all(word.isascii() or is_syllable(word) for word in WORD.findall(text))


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    """Return all of them, lower case, NFC, with the tone at each place where people write it."""
    bodies = [("q" + rime, rime) for rime in _AFTER_Q.split()] + [(rime, rime) for rime in _WITHOUT_ONSET.split()]
    for rime in _RIMES.split():
        bodies.append((rime, rime))
        for onset in _ONSETS.split():
            front = rime[0] in "ieêy"
            if onset == "gi" and rime[0] in "iy":  # written gì, giếng: the i of both is one
                continue
            if not (onset in _BEFORE_FRONT and not front) and not (onset in _BEFORE_BACK and front and onset + rime[0] != "gi"):
                bodies.append((onset + rime, rime))
        if rime.startswith("iê"):  # giếng, giết
            bodies.append(("g" + rime, rime))
    return frozenset(word for body, rime in bodies for word in _toned(body, rime))


def _toned(body: str, rime: str) -> set[str]:
    tones = ("", "\u0301", "\u0323") if rime.endswith(_STOPS) else TONES
    start = len(body) - len(rime)
    marked = [n for n in range(start, len(body)) if body[n] in _MARKED]
    if marked:
        places = marked[-1:]
    elif rime in ("oa", "oe", "uy"):  # hòa and hoà
        places = [start, start + 1]
    else:
        places = [start + (rime[:2] in ("oa", "oe", "oo", "uy") or body[0] == "q")]
    return {unicodedata.normalize("NFC", body[: n + 1] + tone + body[n + 1 :]) for n in places for tone in tones}
