"""Short lists of words that carry no topic."""

from __future__ import annotations

# The 33 words that Lucene's English analyzer drops.
_ENGLISH = """
a an and are as at be but by for if in into is it no not of on or such that the their then there
these they this to was will with
"""

# Hindi postpositions, pronouns, auxiliaries and conjunctions, in NFC.
_HINDI = """
अपना अपनी अपने और इन इस इसका इसकी इसके इसमें इसे उन उनका उनकी उनके उस उसका उसकी उसके उसे
एक एवं ऐसे कर करता करते करना का कि किया किसी की कुछ के को कोई गई गए गया जब जा जाता जाती
जाते जैसे जो तक तथा तब तो था थी थे दिया द्वारा ने पर फिर बहुत भी में मैं यदि यह यहाँ यही या ये
लिए लेकिन व वह वहाँ वे सकता सकती सकते सभी साथ से ही हुआ हुई हुए हूँ है हैं हो होता होती होते होना
"""

STOPWORDS: dict[str, tuple[str, ...]] = {
    "en": tuple(_ENGLISH.split()),
    "hi": tuple(_HINDI.split()),
}
