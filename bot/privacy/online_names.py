"""Where somebody is reached or seen online: e-mail addresses, user names, internet addresses, and places by a code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.privacy.found import Found, found
from bot.privacy.own_texts import knowledge_texts

EMAIL, USER, PLACE, INTERNET = "e-mail address", "user name", "place on a map", "internet address"

_ENDS = r"(?:com|org|net|uk|co|ac|sch|gov|nhs|me|info|eu|de|fr|pl|ie|io|edu|biz|test|example)(?![\w-])"
_PROVIDERS = r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|live|btinternet|aol|sky|msn|protonmail)"
_LABEL = r"(?!dot\b)[\w-]{1,63}(?![\w-])"
_DOT = r"(?:\s?[.,]{1,2}\s?|\s?[(\[{<]\s?dot\s?[)\]}>]\s?|\s?\bdot\b\s?)"
_DOT_WORD = r"\sdot\s"
# What stands between the two parts of an address; a word for the sign is taken as one only before a likely domain.
_AT_SIGN = re.compile(r"[(\[{<]\s?@\s?[)\]}>]|@|[(\[{<]\s?at?\s?[)\]}>]|(?<=[^\W_])_at_", re.I)
_AT_WORD = re.compile(r"(?<=\s)at(?=\s)", re.I)
_MAIL_WORD = re.compile(r"\be?-?mails?\b", re.I)
_DOMAIN = re.compile(
    rf"(?<![^\W_])(?<!-)\s?{_LABEL}(?:{_DOT}{_LABEL}){{0,3}}?(?:{_DOT}{_ENDS}){{1,3}}|\s?{_PROVIDERS}(?![\w-])", re.I
)
_UNBROKEN_DOMAIN = re.compile(rf"(?<![\w-]){_LABEL}(?:\.{{1,2}}{_LABEL}){{0,4}}\.{{1,2}}[^\W\d_]{{2,24}}(?![\w-])")
_SPELT_DOMAIN = re.compile(
    rf"\s{_LABEL}(?:{_DOT_WORD}{_LABEL}){{0,3}}?(?:{_DOT_WORD}{_ENDS}){{1,3}}"
    rf"|\s{_PROVIDERS}\.(?:com|co\.uk|net|org)(?![\w-])",
    re.I,
)


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SIGNS_OF_A_NAME = frozenset(".+'-_%&")
_SPELT_SIGNS = frozenset(("dot", "underscore", "dash", "hyphen"))
_LONGEST_NAME = 64
_NOT_A_NAME = _words("look see go looked live is am are was were meet be there here back not it them us")

_SITES = r"(?:insta(?:gram)?|ig|snap(?:chat)?|sc|tik\s?tok|facebook|fb|discord|twitter|messenger|roblox|xbox|psn|youtube|twitch|gamertag)"
_CALLED = r"(?:\s{0,2}(?:(?:is|user\s?name|user|handle|name|id|me|at|on|as|account)\b|[:=-])){0,3}"
_HANDLE = r"@?[\w.#-]{2,40}[\w#]"
_SITE_THEN_NAME = re.compile(rf"\b(?:{_SITES}|user\s?name|handle)(?:'s)?\b{_CALLED}\s{{0,2}}(?P<name>{_HANDLE})", re.I)
_NAME_THEN_SITE = re.compile(rf"(?<![\w.#-])(?P<name>{_HANDLE})\s+on\s+(?:my\s+)?{_SITES}\b", re.I)
_SITE_ADDRESS = re.compile(
    r"(?:https?://)?(?<![\w-])(?:www\.|m\.)?(?:instagram|facebook|fb|tiktok|snapchat|twitter|x|discord|youtube)\.(?:com|me|gg)/[^\s\x00]{2,80}",
    re.I,
)
_AT_NAME = re.compile(r"(?<![\w@.])@(?=[A-Za-z])[\w.]{2,30}\w")
_TIME_OR_YEAR = re.compile(r"[\d.:-]+\w{0,2}")
_MADE_UP = re.compile(r"[\d_#]|\w\.\w|^@|\w-\w")

_DECIMALS = r"[-+]?\d{1,3}\.\d{3,10}\s?°?\s?[NSEW]?"
_COORDINATES = re.compile(
    rf"(?<![\d.\w]){_DECIMALS}(?:\s?[,;/]\s?|\s{{1,2}}|\s?(?:and|long|lon|lng|longitude)\s?){_DECIMALS}(?![\d.])", re.I
)
_ONE_COORDINATE = re.compile(
    r"\b(?:lat|latitude|long|lon|lng|longitude)\b[\s:=]{0,3}(?P<at>[-+]?\d{1,3}\.\d{2,10})", re.I
)
_DEGREES = re.compile(
    r"\d{1,3}\s?°\s?\d{1,2}(?:\.\d{1,6})?\s?'(?:\s?\d{1,2}(?:\.\d{1,4})?\s?(?:\"|''))?\s?[NSEW](?!\w)", re.I
)
_GRID = re.compile(r"\b(?!NO)[HNOST][A-HJ-Z](?:\s?\d{5}\s?\d{5}|\s?\d{4}\s?\d{4}|\s?\d{3}\s?\d{3})\b")
_THREE_WORDS = r"[^\W\d_]{2,18}\.[^\W\d_]{2,18}\.[^\W\d_]{2,18}(?![.\w])"
_WHAT3WORDS = re.compile(
    rf"(?:https?://)?(?:www\.)?w3w\.co/{_THREE_WORDS}|///\s?{_THREE_WORDS}"
    rf"|\b(?:what\s?(?:3|three)\s?words|w3w)\b[\s:=]{{0,3}}(?:(?:is|are|address)\s)?[/\s]{{0,3}}(?P<at>{_THREE_WORDS})",
    re.I,
)
_IP4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\d\w]|\.\d)")
_IP6 = re.compile(r"(?<![\w:])(?=[\da-f:]{3,39}(?![\w:]))(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?![\w:])", re.I)
_IP_WORD = re.compile(r"\bip\b", re.I)
_VERSION_WORD = re.compile(r"\b(?:version|ver|v|section|paragraph|para)\b", re.I)
_NEAR = 24


def find_online_names(text: str) -> Iterator[Found]:
    """Find them in the plain form of a text."""
    yield from _emails(text)
    for pattern in (_SITE_ADDRESS, _AT_NAME):
        for match in pattern.finditer(text):
            if pattern is _SITE_ADDRESS or _MADE_UP.search(match[0], 1):
                yield found(match, USER)
    for pattern in (_SITE_THEN_NAME, _NAME_THEN_SITE):
        for match in pattern.finditer(text):
            if _MADE_UP.search(match["name"]) and not _TIME_OR_YEAR.fullmatch(match["name"]):
                yield found(match, USER, "name")
    yield from _places(text)
    for match in _IP4.finditer(text):
        parts = [int(part) for part in match[0].split(".")]
        if _VERSION_WORD.search(text, max(0, match.start() - _NEAR), match.start()):
            continue
        named = _IP_WORD.search(text, max(0, match.start() - _NEAR), match.start())
        # Numbers of versions and sections are small.
        if max(parts) < 256 and (named or sum(part >= 10 for part in parts) > 1):
            yield found(match, INTERNET)
    for match in _IP6.finditer(text):
        if "::" in match[0] or match[0].count(":") == 7:
            yield found(match, INTERNET)


def _places(text: str) -> Iterator[Found]:
    for match in _COORDINATES.finditer(text):
        if _is_here(match[0]):
            yield found(match, PLACE)
    for pattern in (_DEGREES, _GRID):
        for match in pattern.finditer(text):
            yield found(match, PLACE)
    for match in _ONE_COORDINATE.finditer(text):
        yield found(match, PLACE, "at")
    for match in _WHAT3WORDS.finditer(text):
        yield found(match, PLACE, "at" if match["at"] else 0)


def _is_here(pair: str) -> bool:
    """Tell whether two decimals are degrees: they say so, or lie in these islands."""
    if re.search(r"[NSEW°+]|-\d", pair, re.I):
        return True
    low, high = sorted(float(number) for number in re.findall(r"\d{1,3}\.\d+", pair))
    return low < 9 and 49 < high < 61


def _emails(text: str) -> Iterator[Found]:
    for sign in _AT_SIGN.finditer(text):
        spaced = text[sign.end() : sign.end() + 1].isspace() or sign[0] != "@"
        domain = _DOMAIN.match(text, sign.end()) or (None if spaced else _UNBROKEN_DOMAIN.match(text, sign.end()))
        yield from _email(text, sign, domain)
    for sign in _AT_WORD.finditer(text):
        domain = _SPELT_DOMAIN.match(text, sign.end())
        if domain is None and _MAIL_WORD.search(text, max(0, sign.start() - _NEAR), sign.start()):
            domain = _DOMAIN.match(text, sign.end())
        yield from _email(text, sign, domain)


def _email(text: str, sign: re.Match[str], domain: re.Match[str] | None) -> Iterator[Found]:
    if domain is None:
        return
    start = _start_of_name(text, sign.start())
    name = text[start : sign.start()].strip()
    if name and name.lower() not in _NOT_A_NAME and f"{name}@{domain[0]}".lower() not in _given_by_the_guide():
        yield Found(start, domain.end(), EMAIL)


def _start_of_name(text: str, end: int) -> int:
    """Return where the name before an at sign begins: "jane dot doe" is one name."""
    start = _back_over_word(text, _back_over_space(text, end))
    for _ in range(3):
        sign_end = _back_over_space(text, start)
        sign_start = _back_over_word(text, sign_end)
        if text[sign_start:sign_end].lower() not in _SPELT_SIGNS:
            break
        start = _back_over_word(text, _back_over_space(text, sign_start))
    if sign_end == start - 1 and end - start == 1:
        while (
            start > 1
            and text[start - 1] == " "
            and text[start - 2].isalnum()
            and not text[start - 3 : start - 2].isalnum()
        ):
            start -= 2
    return start


def _back_over_space(text: str, end: int) -> int:
    return end - 1 if end and text[end - 1].isspace() else end


def _back_over_word(text: str, end: int) -> int:
    start = end
    while start and end - start < _LONGEST_NAME and (text[start - 1].isalnum() or text[start - 1] in _SIGNS_OF_A_NAME):
        start -= 1
    return start


@lru_cache(maxsize=1)
def _given_by_the_guide() -> frozenset[str]:
    """Return the e-mail addresses that our own texts give: they are nobody's secret."""
    return frozenset(
        f"{text[_back_over_word(text, sign.start()) : sign.start()]}@{domain[0]}".lower()
        for text in knowledge_texts()
        for sign in re.finditer("@", text)
        if (domain := _UNBROKEN_DOMAIN.match(text, sign.end()))
    )
