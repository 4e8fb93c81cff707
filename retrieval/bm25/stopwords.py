"""Short lists of words that carry no topic."""

from __future__ import annotations

# The 33 words that Lucene's English analyzer drops.
_ENGLISH = """
a an and are as at be but by for if in into is it no not of on or such that the their then there
these they this to was will with
"""

# Hindi postpositions, pronouns, auxiliaries and conjunctions, in NFC, in each usual spelling.
_HINDI = """
अपना अपनी अपने इन इनका इनकी इनके इन्हें इस इसका इसकी इसके इसमें इसे उन उनका उनकी उनके उनमें उन्हें
उन्होंने उस उसका उसकी उसके उसमें उसे एक एवं ऐसे और कर करता करती करते करना करने का कि किए किया किसी
की कुछ के को कोई क्योंकि गई गए गया गयी गये जब जा जाता जाती जाते जाना जिस जिसका जिसकी जिसके जिसमें
जिससे जिसे जैसे जो तक तथा तब तो था थी थीं थे दिया द्वारा ने पर फिर बहुत भी में मैं यदि यह यहाँ
यहां यही या ये रहा रही रहे लिए लिये लेकिन व वह वहाँ वहां वाला वाली वाले वे सकता सकती सकते सभी साथ
से ही हुआ हुई हुए हुये हूँ हूं है हैं हो होता होती होते होना होने
"""

STOPWORDS: dict[str, tuple[str, ...]] = {
    "en": tuple(_ENGLISH.split()),
    "hi": tuple(_HINDI.split()),
}
