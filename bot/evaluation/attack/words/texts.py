"""Texts made to cost much: runs of characters, words over and over, long words, oddities of Unicode. None is over 2,000 characters."""

from __future__ import annotations

LIMIT = 2000
COMMAS = "," * 1990
_PARAGRAPH = (
    "My daughter is nine and finds school very hard, and her teacher says that she should be seen by somebody, but we "
    "have waited since last spring and nobody tells us how long it takes or whom we should ask about the help she needs. "
)


def _filled(piece: str, end: str = "") -> str:
    """Return a piece over and over, as long as a message may be, with an end that does not fit it."""
    return piece * ((LIMIT - len(end)) // len(piece)) + end


# The reported one and its relatives: words that a pattern may read in more than one way, and an end that fits none.
THANKS = {
    "thank you x22": "thank you " * 22 + "bye for now from us",
    "thank you x190": _filled("thank you ", "bye for now from us"),
    **{
        f"{words.strip(' ,!')}...": _filled(words, end)
        for words, end in (
            ("thanks ", "zz"),
            ("thank you thanks ", "from us all"),
            ("Thank You, ", "x"),
            ("thankyou thank you ", "1"),
            ("thank  you ", "we"),
            ("ok thank you ", "so"),
            ("ok ok ", "then we"),
            ("yes please ", "my son"),
            ("no no ", "the school"),
            ("please ", "can"),
            ("hello hi hey ", "my"),
            ("bye bye ", "for him"),
            ("great lovely brilliant ", "it was"),
            ("cheers ta ", "his"),
            ("sorry ", "what"),
            ("haha lol ", "7"),
            ("sort of kind of ", "x"),
            ("I mean ", "for nursery"),
            ("and what about ", "?x"),
            ("and and without ", "plan"),
            ("more ", "than he"),
            ("any nearer ", "than us"),
            ("in Durham near Peterlee ", "?"),
            ("what's their number ", "and we"),
            ("can I speak to a person ", "no"),
            ("tell me more about that ", "zz"),
            ("i dont get it ", "zz"),
            ("my son is 7 and ", "x"),
            ("thank you and thank you, please and ", "z"),
            ("na na na hey hey ", "good"),
        )
    },
}
CHARACTERS = {
    "commas": COMMAS,
    "commas and an end": COMMAS + " thanks",
    "full stops": "." * LIMIT,
    "exclamation marks": "!" * LIMIT,
    "question marks": "?" * LIMIT,
    "brackets": "(" * LIMIT,
    "nested brackets": "(" * 1000 + ")" * 1000,
    "mixed brackets": _filled("([{<"),
    "quotation marks": '"' * LIMIT,
    "curly quotes": _filled("\u201c\u201d"),
    "apostrophes": "'" * LIMIT,
    "mixed punctuation": _filled(",.!? "),
    "other mixed punctuation": _filled(";:-/\\~^`"),
    "spaced commas": _filled(", "),
    "dashes": "-" * LIMIT,
    "underscores": "_" * LIMIT,
    "stars": _filled("**a"),
    "ampersands": _filled("&amp;"),
    "slashes": "/" * LIMIT,
    "at signs": _filled("a@"),
    "dots and letters": _filled("a."),
    "hash signs": "#" * LIMIT,
    "line ends": "a" + "\n" * 1998 + "b",
    "tabs": "a" + "\t" * 1998 + "b",
    "tags": _filled("<a href="),
    "a comma and a letter": _filled(",a"),
    "digits": "1" * LIMIT,
    "numbers and hyphens": _filled("0191-"),
    "telephone numbers": _filled("07700 900123 "),
    "dates": _filled("3/5/2015 "),
    "postcodes": _filled("DH1 5UL "),
    "born on": _filled("born on the "),
}
LONG = {
    "one letter": "a" * LIMIT,
    "two letters": "ab" * 1000,
    "one long word": _filled("disestablishmentarian"),
    "hyphened word": _filled("well-"),
    "long English": (_PARAGRAPH * 20)[:LIMIT],
    "short sentences": _filled("He is nine. "),
    "questions": _filled("What is Portage? "),
    "different questions": _filled("What is Portage? How do I join the Learning Library? Who pays? "),
    "and": _filled("and ", "plan"),
    "misspelt words": _filled("scohol fnding asessmnt "),
    "words nobody knows": _filled("qxzvkj wvqpz "),
    "capital letters": (_PARAGRAPH * 20)[:LIMIT].upper(),
    "an address of the web": "https://" + "a/" * 990,
    "an address with dots": "www." + "a." * 990 + "uk",
    "street names": _filled("12 Kestrel Park View "),
    "names": _filled("Zachariah Quillfeather "),
}
UNICODE = {
    "emoji": "\U0001f600" * LIMIT,
    "different emoji": "".join(chr(0x1F600 + number % 64) for number in range(LIMIT)),
    "families of emoji": _filled("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d"),
    "flags": _filled("\U0001f1ec\U0001f1e7"),
    "zalgo": _filled("z\u0351\u036f\u0357\u0321a\u0334\u0322l\u034dg\u0353o\u0345 "),
    "right to left": "\u202e" + "abc " * 400 + "\u202c",
    "direction marks": _filled("\u202a\u202b\u2066\u2069x"),
    "NUL": "help\x00" * 400,
    "control characters": "".join(chr(number % 31 + 1) for number in range(LIMIT)),
    "no-break spaces": _filled("\u00a0a"),
    "zero width": _filled("a\u200b"),
    "full width": _filled("\uff48\uff45\uff4c\uff50 "),
    "mathematical letters": _filled("\U0001d41a\U0001d41b "),
    "ligatures that grow": "\ufdfa" * LIMIT,
    "Chinese": _filled("\u6211\u7684\u5b69\u5b50"),
    "Arabic": _filled("\u0637\u0641\u0644\u064a "),
    "Thai without spaces": _filled("\u0e01\u0e33\u0e19\u0e49"),
    "private use": "\ue000" * LIMIT,
    "replacement": "\ufffd" * LIMIT,
    "variation selectors": _filled("a\ufe0f\ufe0e"),
}
EVERY_KIND = THANKS | CHARACTERS | LONG | UNICODE
# The dearest of each kind, for where each try takes several turns.
DEAREST = {
    name: EVERY_KIND[name]
    for name in (
        "commas",
        "commas and an end",
        "exclamation marks",
        "mixed punctuation",
        "brackets",
        "emoji",
        "long English",
        "two letters",
        "thank you x190",
        "any nearer...",
        "born on",
        "zalgo",
    )
}
