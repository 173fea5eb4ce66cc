"""What a message means right after services were shown: more of them, something about one of them, or another search.

Everything here is read by rule, and only what is certain: whatever asks for more than these is an ordinary message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from bot.directory.search.query import wanted_from_text
from bot.directory.search.wanted import Wanted
from bot.directory.search.words import search_words

LONGEST_FOLLOW_UP_WORDS = 14
LONGEST_CHANGE_WORDS = 9
USUAL_MILES = 10.0
NEAREST_MILES = 1.0

_POLITE = (
    r"(?:ok(?:ay)?|right|great|thanks?(?: you)?|ta|cheers|please|pls|plz|hi|hiya|oh|ah|and|but|so|then|also|"
    r"aye|yes|yeah|no|nope|nah|sorry)"
)
_LEAD = re.compile(rf"^(?:{_POLITE}\b[,.! ]*)+", re.I)
_POLITE_ONLY = re.compile(_POLITE, re.I)
_SIGNS = ",.!? "
_MORE = re.compile(
    r"(?:(?:can|could) (?:you|i|we) )?(?:show|see|give|list|have|got|get)?(?: me| us)? ?(?:(?:some|any) )?"
    r"(?:more|other(?: one)?s?|another(?: one)?|next(?: ones?| page| five)?|the rest)"
    r"(?: (?:of (?:them|these|those)|ones?|like (?:that|this|these)|places|groups|services|results|options))?"
    r"|what else(?: (?:is|have you|'s)(?: there| got)?)?|any(?:thing|where)? else"
    r"|is (?:that|there) (?:all|it|any(?:thing)? (?:more|else))|keep going",
    re.I,
)
_NEARER = re.compile(
    r"(?:(?:is|are) there |have you |got |do you have )?"
    r"(?:(?:any(?:thing|where|one)?|some(?:thing|where)?|one|ones|owt|something|a) )?(?:got )?(?:a bit |much |any )?"
    r"(?:nearer|closer|more local|not (?:so|as) far)(?: (?:to (?:me|us|home|here|wor house)|by|than that|one|ones|please))?"
    r"|(?:that(?: i|')?s|they(?: are|'re)|it(?: i|')?s|thats|theyre|all) (?:all )?(?:too|a bit|ower) far(?: away| for (?:us|me))?",
    re.I,
)
_CHANGE = re.compile(
    r"^(?:(?:what|how) about|what if|(?:is|are) there|any(?:thing|where)?|owt|(?:have|has) (?:you|they) (?:got )?|"
    r"got any(?:thing)?|do (?:you|they) (?:have|do)|or|same|only|just|instead|not|"
    r"(?:i|we) (?:mean|meant)|make it|try|for|in|near|round|around|on|at|ones?)\b",
    re.I,
)
_ORDINALS = {
    "first": 1, "1st": 1, "top": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "last": -1, "bottom": -1,
}  # fmt: skip
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_ORDINAL = re.compile(rf"\b(?:the )?({'|'.join(_ORDINALS)})(?: one)?\b", re.I)
_NUMBERED = re.compile(rf"\b(?:number|no\.?|option|choice) ?([1-5]|{'|'.join(_WORDS)})\b", re.I)
_ONE_OF_THEM = re.compile(
    r"\b(?:that|this|the) (?:one|group|place|service|team|club)\b|\b(?:it|its|it's|they|them|their|theirs|they're|there)\b",
    re.I,
)
_DETAILS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("phone", re.compile(r"\b(?:phone|telephone|tel|mobile|number|ring|call|contact)\b", re.I)),
    ("email", re.compile(r"\be-?mail\b", re.I)),
    ("url", re.compile(r"\b(?:web ?(?:site|page)?|link|online|page)\b", re.I)),
    ("place", re.compile(r"\b(?:where|address|postcode|far|which town|whereabouts|directions)\b", re.I)),
    ("ages", re.compile(r"\b(?:ages?|old|young)\b", re.I)),
    ("needs", re.compile(r"\b(?:needs?|disabilit\w+|conditions?)\b", re.I)),
    (
        "last_checked",
        re.compile(r"\b(?:up to date|checked|still (?:on|going|running|there|open)|how old is (?:this|that))\b", re.I),
    ),
)
_TELL_MORE = re.compile(
    r"^(?:(?:can|could) (?:you|i|we) )?(?:tell|give|show|let)?(?: me| us)? ?(?:a bit |some )?"
    r"(?:more|details?|info(?:rmation)?|about|know (?:more )?about)\b|"
    r"^(?:what is|what's|whats|who is|who are|what are|what do) ",
    re.I,
)


@dataclass(frozen=True)
class More:
    """The next services of the same search."""


@dataclass(frozen=True)
class AboutOne:
    """Something about one that was shown: its place in the list from 1 on (None: not said which), and what is asked.

    `detail` is a field of the record in the chat API's form, or None for all that is known.
    """

    position: int | None
    detail: str | None


@dataclass(frozen=True)
class Change:
    """The same search with some conditions changed, and whether it should be nearer."""

    wanted: Wanted
    nearer: bool = False


def read(text: str, names: Sequence[str]) -> More | AboutOne | Change | None:
    """Return what a message means after the services called `names` were shown, or None for an ordinary message."""
    said = _without_polite_end(_LEAD.sub("", " ".join(text.split()))).strip()
    if not said or len(said.split()) > LONGEST_FOLLOW_UP_WORDS:
        return None
    if _MORE.fullmatch(said):
        return More() if names else None
    if _NEARER.fullmatch(said):
        return Change(Wanted(), nearer=True)
    return _about_one(said, names) or _change(said)


def _without_polite_end(said: str) -> str:
    """Return a message without the polite words at its end ("more, please!"), word by word: a pattern would try every start."""
    said = said.rstrip(_SIGNS.replace(",", ""))
    while True:
        before = _before_last_word(said)
        if _POLITE_ONLY.fullmatch(said, len(before)) is None:
            before = _before_last_word(before.removesuffix(" "))  # "thank you"
        rest = before.rstrip(_SIGNS)
        if rest == before or _POLITE_ONLY.fullmatch(said, len(before)) is None:
            return said
        said = rest


def _before_last_word(text: str) -> str:
    """Return what stands before the last word of `text`, with the punctuation between them."""
    return text[: max(map(text.rfind, _SIGNS)) + 1]


def changed(before: Wanted, change: Change) -> Wanted:
    """Return the search `before` with what `change` states put in place of its own."""
    stated = {
        field.name: value
        for field in fields(Wanted)
        if (value := getattr(change.wanted, field.name)) not in ((), None, 0, False, "")
        and field.name not in ("words", "text")
    }
    after = replace(before, **stated)
    if change.wanted.place:
        after = replace(after, within_miles=change.wanted.within_miles)
    if change.wanted.age is not None:
        after = replace(after, age_to=change.wanted.age_to)
    if change.wanted.kinds and change.wanted.kinds != before.kinds:
        after = replace(after, subject=(), text="", weak=())
    if change.nearer:
        after = replace(after, within_miles=max((before.within_miles or USUAL_MILES) / 2, NEAREST_MILES))
    return after


def _about_one(said: str, names: Sequence[str]) -> AboutOne | None:
    if not names:
        return None
    position = _position(said, names)
    points = position is not None or _ONE_OF_THEM.search(said)
    asked = _NUMBERED.sub(" ", said)
    detail = next((name for name, pattern in _DETAILS if pattern.search(asked)), None)
    named = position if position is not None else (1 if len(names) == 1 else None)
    rest = _telling_words(said, names, position)
    if detail and points and not rest:
        return AboutOne(named, detail)
    if position is not None and not rest:
        return AboutOne(position, None)
    if _TELL_MORE.search(said) and points and not rest:
        return AboutOne(named, None)
    return None


def _position(said: str, names: Sequence[str]) -> int | None:
    """Return which of the services is meant, by its place or its name."""
    found = _ORDINAL.search(said)
    numbered = _NUMBERED.search(said)
    place = None
    if found:
        place = _ORDINALS[found[1].lower()]
    elif numbered:
        place = _WORDS.get(numbered[1].lower()) or int(numbered[1])
    if place is not None:
        place = len(names) if place < 0 else place
        return place if place <= len(names) else None
    if not _TELL_MORE.search(said) and not any(pattern.search(said) for _, pattern in _DETAILS):
        return None
    own = [_name_words(name) for name in names]
    words = set(re.findall(r"[a-z']+", said.lower())) - search_words().pointing
    meant = [place for place, name in enumerate(own, 1) if words and words <= name | _detail_words(said)]
    meant = [place for place in meant if words & own[place - 1]]
    return meant[0] if len(meant) == 1 else None


def _telling_words(said: str, names: Sequence[str], position: int | None) -> set[str]:
    """Return the words that ask for something which these rules do not know."""
    words = set(re.findall(r"[a-z0-9']+", said.lower())) - search_words().pointing - set(_ORDINALS) - set(_WORDS)
    words = {word for word in words if not word.isdigit()} - _detail_words(said)
    return words - (_name_words(names[position - 1]) if position else set())


def _detail_words(said: str) -> set[str]:
    return {word for _, pattern in _DETAILS for match in pattern.finditer(said) for word in match[0].lower().split()}


def _name_words(name: str) -> set[str]:
    return set(re.findall(r"[a-z']+", name.lower())) - {"and", "the", "of", "for", "in"}


def _change(said: str) -> Change | None:
    """Return the conditions that a short message states and nothing else."""
    if len(said.split()) > LONGEST_CHANGE_WORDS:
        return None
    wanted = wanted_from_text(said)
    if wanted.subject:
        return None
    simple = wanted.place or wanted.age is not None or wanted.days or wanted.is_free or wanted.from_minute is not None
    led = bool(_CHANGE.search(said))
    about_the_same = simple or wanted.accessibility or wanted.needs or wanted.kinds or wanted.suitabilities
    asks = re.search(r"\b(?:how|why|when|who|can|should|what(?! about| if))\b", said, re.I)
    if not about_the_same or asks:
        return None
    return Change(wanted) if led or (simple and not wanted.needs and not wanted.kinds) else None
