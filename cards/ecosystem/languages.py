"""Languages as MTEB names them: ISO 639-3 and the script, as ``eng-Latn``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# ISO 639-1 code, ISO 639-3 code (a macrolanguage where the first is one) and the script of ISO
# 15924 that most of its texts are in.
_TABLE = """
af afr Latn  am amh Ethi  ar ara Arab  as asm Beng  az aze Latn  be bel Cyrl  bg bul Cyrl
bn ben Beng  bo bod Tibt  bs bos Latn  ca cat Latn  cs ces Latn  cy cym Latn  da dan Latn
de deu Latn  el ell Grek  en eng Latn  eo epo Latn  es spa Latn  et est Latn  eu eus Latn
fa fas Arab  fi fin Latn  fr fra Latn  ga gle Latn  gl glg Latn  gu guj Gujr  ha hau Latn
he heb Hebr  hi hin Deva  hr hrv Latn  hu hun Latn  hy hye Armn  id ind Latn  ig ibo Latn
is isl Latn  it ita Latn  ja jpn Jpan  jv jav Latn  ka kat Geor  kk kaz Cyrl  km khm Khmr
kn kan Knda  ko kor Hang  ky kir Cyrl  la lat Latn  lo lao Laoo  lt lit Latn  lv lav Latn
mi mri Latn  mk mkd Cyrl  ml mal Mlym  mn mon Cyrl  mr mar Deva  ms msa Latn  mt mlt Latn
my mya Mymr  nb nob Latn  ne nep Deva  nl nld Latn  nn nno Latn  no nor Latn  or ori Orya
pa pan Guru  pl pol Latn  ps pus Arab  pt por Latn  ro ron Latn  ru rus Cyrl  rw kin Latn
sa san Deva  sd snd Arab  si sin Sinh  sk slk Latn  sl slv Latn  so som Latn  sq sqi Latn
sr srp Cyrl  su sun Latn  sv swe Latn  sw swa Latn  ta tam Taml  te tel Telu  tg tgk Cyrl
th tha Thai  tl tgl Latn  tr tur Latn  tt tat Cyrl  uk ukr Cyrl  ur urd Arab  uz uzb Latn
vi vie Latn  xh xho Latn  yi yid Hebr  yo yor Latn  zh zho Hans  zu zul Latn
"""
_WORDS = _TABLE.split()
_NAMES = {
    code: f"{name}-{script}"
    for code, name, script in zip(_WORDS[::3], _WORDS[1::3], _WORDS[2::3], strict=True)
}
_FORM = re.compile(r"[a-z]{3}-[A-Z][a-z]{3}")


def mteb_languages(codes: Iterable[str]) -> list[str]:
    """MTEB's names of languages, each once and in order.

    Args:
        codes: ISO 639-1 codes, or names of MTEB's form; what is neither is left out.
    """
    named = (code if _FORM.fullmatch(code) else _NAMES.get(code) for code in codes)
    return list(dict.fromkeys(name for name in named if name is not None))
