"""Where somebody lives: a house by number or name, with its street, town and postcode.

A postcode by itself stays, since it says where to look for help, and so do streets and houses by themselves: they may
be a school's or a group's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.privacy.found import Found

ADDRESS = "address"

_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", re.I)
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+|\.[^\W\d_]+|(?<=\d)/\d+)*")
_HOUSE_NUMBER = re.compile(r"\d{1,4}(?:[a-zA-Z]|[/-]\d{1,4}[a-zA-Z]?)?")
_WITHIN = re.compile(r"(?:\s?[,.]\s?|\s{1,2}|\s?\n\s?)")
_PRICE_OR_PART = frozenset("£$€./-")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that cannot be part of an address: what stands before them is a count, an age or a time.
_ORDINARY = _set(
    "in near at on of for a an and or to with from by around about is are was were has have had live lives living down up off "
    "along across over under that this my our his her their its your we he she they it not no year years yr yrs yo old month "
    "months week weeks day days hour hours hr hrs minute minutes min mins second seconds mile miles km kid kids children child "
    "boy boys girl girls son sons daughter daughters people pupil pupils student students school schools time times session "
    "sessions group groups place places long different other more less half per night nights am pm bus buses who which what "
    "when where if can do does need needs close way i im you me him them us but so because as then there here main only same "
    "first next car same one two three parent parents staff hourly teacher teachers please thanks ask leave best after before"
)
_CLEAR_STREETS = _set("street road avenue lane terrace crescent drive st rd ave ln tce cres terr")
_OTHER_STREETS = _set(
    "close court gardens grove place square way view walk park green row mews hill rise villas cottages bank garth mount"
)
_BUILDINGS = _set(
    "house cottage lodge farm farmhouse barn vicarage rectory bungalow manor grange mill forge chapel hall tower towers heights "
    "mews court hostel apartments flats mansions villa view croft stables"
)
_LIVING_ONLY = _set("cottage farm farmhouse barn vicarage rectory bungalow forge stables croft hostel villa")
_ENDS_OF_NAMES = _CLEAR_STREETS | _OTHER_STREETS | _BUILDINGS
_UNITS = _set("flat apartment apt unit room caravan plot maisonette chalet")
_COUNTED_BEFORE = _set(
    "age aged ages year years yr yrs under over section page tier band grade class within about around and or to than is am "
    "turned nearly almost key stage ks level bus room ward form part step number"
)
# After a street's name these make it the name of a school or a group.
_OF_A_SERVICE = _set(
    "primary school schools academy nursery college surgery centre church infant infants junior juniors community hub clinic "
    "hospital depot library medical youth"
)
# "the group at Gannet House, Crook" is no home.
_VENUE_BEFORE = _set("at in near to from does is of for with by and or visit called")
_NEVER_A_HOUSE_IN = _set("year yr section stage tier band class ward form level page bus key")
# "we live at", "pick her up from", "my address is": what follows is where somebody lives.
_HOME = re.compile(
    r"\b(?:liv(?:e|es|ed|ing)|stay(?:s|ed|ing)?|moved?|moving|home|house|address|pick\s(?:\w{1,8}\s)?up|send\s\w{1,8}|post\s\w{1,8}|we\s?are|we're|i'?m|collect\s\w{1,8})"
    r"\b[\s:,-]{0,3}(?:(?:is|are|at|in|on|to|from|address|now|just|the|here|number|no|over|with)\b[\s:.,]{0,2}){0,4}",
    re.I,
)
_MOST_NAME_WORDS = 3


class _Word(NamedTuple):
    start: int
    end: int
    low: str
    capital: bool
    joins: bool  # only a space, comma or full stop parts it from the word before
    comma: bool  # a comma or the end of a line stands before it


def find_addresses(text: str) -> Iterator[Found]:
    """Find them in the figures form of a text."""
    words = _words(text)
    if not any(word.low.rstrip(".") in _ENDS_OF_NAMES for word in words) and not _POSTCODE.search(text):
        return
    homes = {match.end() for match in _HOME.finditer(text)}
    postcodes = {match.start(): match.end() for match in _POSTCODE.finditer(text)}
    index, any_found = 0, False
    while index < len(words):
        last = _address_at(text, words, index, homes, postcodes)
        if last is None:
            index += 1
            continue
        any_found = True
        start, end, following = _with_the_rest(words, index, last, postcodes, words[index].start in homes)
        yield Found(start, end, ADDRESS)
        index = following
    if any_found:
        # Beside a street or a house number, a postcode elsewhere in the message says where someone lives.
        for start, end in postcodes.items():
            yield Found(start, end, ADDRESS)


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    before = 0
    for match in _WORD.finditer(text):
        between = text[before : match.start()]
        words.append(
            _Word(
                match.start(),
                match.end(),
                match[0].lower(),
                match[0][0].isupper(),
                bool(words) and bool(_WITHIN.fullmatch(between)) or between in (" - ", " , ", ", ,", " (", ") "),
                "," in between or "\n" in between,
            )
        )
        before = match.end()
    return words


def _address_at(
    text: str, words: Sequence[_Word], index: int, homes: set[int], postcodes: dict[int, int]
) -> int | None:
    """Return the last word of an address whose first word this is; None where there is none."""
    word = words[index]
    at_home = word.start in homes
    if word.low in _UNITS:
        return _from_unit(text, words, index, homes, postcodes)
    if word.low in ("number", "no") and index + 1 < len(words) and _HOUSE_NUMBER.fullmatch(words[index + 1].low):
        last = _from_number(words, index + 1, at_home, postcodes)
        return last if last is not None and words[last].low not in ("number", "no") else None
    if word.start in postcodes:
        return _postcode_then_number(text, words, index, postcodes)
    if _is_number(text, word):
        previous = words[index - 1] if index and word.joins else None
        if not at_home and previous and previous.low in _NEVER_A_HOUSE_IN:
            return None
        counted = bool(previous) and previous is not None and previous.low in _COUNTED_BEFORE and not at_home
        return _from_number(words, index, at_home, postcodes, counted)
    return _from_name(words, index, at_home, postcodes)


def _is_number(text: str, word: _Word) -> bool:
    if not word.low[0].isdigit():
        return False
    before = text[word.start - 1 : word.start]
    return bool(_HOUSE_NUMBER.fullmatch(word.low)) and before not in _PRICE_OR_PART


def _name_end(words: Sequence[_Word], index: int, ends: frozenset[str], capitals: bool = False) -> int | None:
    """Return the word of `ends` that ends a name of one to three words beginning at `index`."""
    for last in range(index + 1, min(index + 1 + _MOST_NAME_WORDS, len(words))):
        before = words[last - 1]
        if _parts(before) or (capitals and not before.capital):
            return None
        if not words[last].joins or words[last].comma:
            return None
        if words[last].low.rstrip(".") in ends and (not capitals or words[last].capital):
            following = words[last + 1] if last + 1 < len(words) else None
            return (
                None
                if following and following.joins and not following.comma and following.low in _OF_A_SERVICE
                else last
            )
    return None


def _parts(word: _Word) -> bool:
    """Tell whether a word cannot be part of a name: "old" can in "The Old Vicarage"."""
    return word.low[0].isdigit() or (word.low in _ORDINARY and not (word.low == "old" and word.capital))


def _street_end(words: Sequence[_Word], index: int, at_home: bool) -> int | None:
    """Return the last word of a street's name that begins at `index`."""
    if index >= len(words):
        return None
    if at_home:
        return _name_end(words, index, _CLEAR_STREETS | _OTHER_STREETS)
    clear = _name_end(words, index, _CLEAR_STREETS)
    return clear if clear is not None else _name_end(words, index, _OTHER_STREETS, capitals=True)


def _from_number(
    words: Sequence[_Word], index: int, at_home: bool, postcodes: dict[int, int], counted: bool = False
) -> int | None:
    """Read "12 Station Road", "7 tern close" after a word of living, and "14a, Crook, DL15 9AA"."""
    following = index + 1
    if following >= len(words) or not words[following].joins:
        return None
    street = _street_end(words, following, at_home)
    if street is not None:
        return street
    building = _name_end(words, following, _BUILDINGS, capitals=not at_home)
    if building is not None and (at_home or words[building].low in _LIVING_ONLY):
        return building
    if counted:
        return None
    for last in range(following, min(following + 6, len(words))):
        if words[last].start in postcodes:
            return last
        if words[last].low in _ORDINARY or not words[last].joins:
            return None
    return None


def _from_unit(text: str, words: Sequence[_Word], index: int, homes: set[int], postcodes: dict[int, int]) -> int | None:
    """Read "Flat 3, 14 High Street" and "Flat 3, Gannet House"."""
    at = index + 1
    if at >= len(words) or not words[at].joins or not _is_number(text, words[at]) or at + 1 >= len(words):
        return None
    following = words[at + 1]
    if not following.joins or following.low in _ORDINARY:
        return None
    if _is_number(text, following):
        return _from_number(words, at + 1, True, postcodes)
    building = _name_end(words, at + 1, _BUILDINGS | _OTHER_STREETS | _CLEAR_STREETS)
    return building if building is not None else _from_number(words, at, words[index].start in homes, postcodes)


def _postcode_then_number(text: str, words: Sequence[_Word], index: int, postcodes: dict[int, int]) -> int | None:
    """Read "DH1 3PU number 12"."""
    at = index
    while at < len(words) and words[at].start < postcodes[words[index].start]:
        at += 1
    signs = 0
    while at < len(words) and words[at].joins and words[at].low in ("house", "number", "no", "flat") and signs < 2:
        at, signs = at + 1, signs + 1
    return at if signs and at < len(words) and words[at].joins and _is_number(text, words[at]) else None


def _from_name(words: Sequence[_Word], index: int, at_home: bool, postcodes: dict[int, int]) -> int | None:
    """Read "Rose Cottage, Front Street", "The Old Vicarage, Witton Gilbert", and a street before its postcode."""
    word = words[index]
    if not (at_home or word.capital) or word.low in _CLEAR_STREETS:
        return None
    first = index + 1 if word.low == "the" else index
    if first >= len(words):
        return None
    building = _name_end(words, first, _BUILDINGS, capitals=not at_home)
    if first > index and words[first].low in _LIVING_ONLY and words[first].joins:
        building = first
    if building is not None:
        if at_home and (words[building].low in _LIVING_ONLY or _ends_here(words, building)):
            return building
        following = building + 1
        if following < len(words) and words[following].comma and words[following].joins:
            street = _street_end(words, following, at_home=False)
            if street is not None:
                return street
            is_venue = bool(index) and words[index - 1].low in _VENUE_BEFORE and not at_home
            if words[following].capital and not _parts(words[following]) and not is_venue:
                return building
        if following < len(words) and words[following].joins and words[following].start in postcodes:
            return following
        return None
    street = _street_end(words, index, at_home=False)
    if street is not None and words[index].capital and _reaches_postcode(words, street, postcodes) is not None:
        return street
    return None


def _ends_here(words: Sequence[_Word], last: int) -> bool:
    following = words[last + 1] if last + 1 < len(words) else None
    return following is None or following.comma or not following.joins


def _reaches_postcode(words: Sequence[_Word], last: int, postcodes: dict[int, int]) -> int | None:
    """Return the first word of a postcode at most four words after `last`, with nothing but names between."""
    for at in range(last + 1, min(last + 6, len(words))):
        if not words[at].joins:
            return None
        if words[at].start in postcodes:
            return at
        if _parts(words[at]):
            return None
    return None


def _with_the_rest(
    words: Sequence[_Word], first: int, last: int, postcodes: dict[int, int], at_home: bool
) -> tuple[int, int, int]:
    """Return where the address lies with the streets, towns and postcode that go on from it, and the word after it."""
    end = words[last].end
    if words[last].start in postcodes:
        end = postcodes[words[last].start]
    else:
        code = _reaches_postcode(words, last, postcodes)
        end = _over_streets_and_towns(words, last, at_home) if code is None else postcodes[words[code].start]
    following = last + 1
    while following < len(words) and words[following].start < end:
        following += 1
    return words[first].start, end, following


def _over_streets_and_towns(words: Sequence[_Word], last: int, at_home: bool) -> int:
    """Return the end of ", Front Street, Tow Law" after an address: parts after a comma, with capitals or alone."""
    end = words[last].end
    for _ in range(3):
        at = last + 1
        if at >= len(words) or not (words[at].joins and words[at].comma):
            break
        street = _street_end(words, at, at_home=False)
        if street is None:
            alone = at_home and _ends_here(words, at)
            if not (words[at].capital or alone) or _parts(words[at]):
                break
            street = at
            while street + 1 < len(words) and words[street + 1].joins and words[street + 1].capital and street - at < 2:
                if words[street + 1].comma:
                    break
                street += 1
        last, end = street, words[street].end
    return end
