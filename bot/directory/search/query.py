"""What somebody looks for: read from their own words, without chance, and said again in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bot.directory.records.places import gazetteer
from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.words import search_words, stem, words_of
from bot.guidance.wording import wording
from bot.reading.spelling import Spelling
from bot.reading.vocabulary import load_vocabulary

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS, WEEKEND = 31, 96
OLDEST = 30
_MOST_PHRASE_WORDS = 5
_NO_AGE_AFTER = (
    r"(?!\s*(?:%|miles?|mins?|minutes?|hours?|hrs?|days?|weeks?\s+(?:ago|wait)|pm|am|o'?clock|times|people|kids|children|other|"
    r"of\s+us|years?\s+ago|years?\s+(?:on|wait)|sessions?|services?|more|different|problems?|:|\.\d|pound|quid|/|-\s*\d))"
)
_UNIT = r"(?:[\s-]*(?P<unit>years?|yrs?|yr|y\.?o|yo|months?|mths?|mos?|weeks?|wks?)\b(?:[\s-]*(?:olds?\b|of\s+age))?)"
_NUMBER = r"(?P<number>\d{1,2}|{words})"
# School years in England: a child in year 1 is 5 or 6.
_SCHOOL_YEAR = re.compile(r"\b(?:year|yr)\s?(\d{1,2})\b(?!\s*(?:old|check|olds))", re.IGNORECASE)
_A_WAIT = re.compile(r"\b(?:wait\w*|after|last|past|took|been)(?:\s+(?:for|over|about|nearly|almost))?\s*$", re.I)
_LONGEST_WAIT = 60  # letters before an age in which it may be said to be a wait: "waited for nearly"
_BANDS = {
    "baby": (0, 1), "babies": (0, 1), "newborn": (0, 0), "newborns": (0, 0), "toddler": (1, 3), "toddlers": (1, 3),
    "preschooler": (2, 4), "preschoolers": (2, 4), "preschool": (2, 4), "teen": (13, 19), "teens": (13, 19), "teenager": (13, 19),
    "teenagers": (13, 19), "teenage": (13, 19), "adult": (18, 25), "adults": (18, 25), "adolescent": (12, 18), "adolescents": (12, 18),
}  # fmt: skip
_PHRASE_BANDS = (
    (re.compile(r"\bpre[- ]school\b", re.I), (2, 4)),
    (re.compile(r"\bprimary(?:[- ]school)?[- ]age\w*\b|\bat primary\b", re.I), (4, 11)),
    (re.compile(r"\bsecondary(?:[- ]school)?[- ]age\w*\b|\bat secondary\b|\bat comp\b", re.I), (11, 16)),
    (re.compile(r"\byoung adults?\b", re.I), (16, 25)),
)
_NOT_ADULTS = re.compile(
    r"\b(?:move|moving|transition|transfer|turn\w*)\s+(?:in)?to\s+adult|\badult\s+(?:services?|care|social)", re.I
)
_DAY_WORDS = {
    **{day.lower(): 1 << number for number, day in enumerate(DAYS)},
    **{f"{day.lower()}s": 1 << number for number, day in enumerate(DAYS)},
    "weekend": WEEKEND, "weekends": WEEKEND, "weekday": WEEKDAYS, "weekdays": WEEKDAYS,
}  # fmt: skip
_SHORT_DAYS = re.compile(
    r"\b(?:on|every|this|next)\s+(mon|tues?|wed|thurs?|fri|sat|sun)\b"
    r"|\b(mon|tues?|wed|thurs?|fri|sat|sun)\s+(?:morning|afternoon|night|evening|am|pm)",
    re.I,
)
_PARTS = (
    (re.compile(r"\bmornings?\b", re.I), (0, 12 * 60)),
    (re.compile(r"\bafter[- ]school\b(?!\s+club)", re.I), (15 * 60, 18 * 60)),
    (re.compile(r"\bafternoons?\b|\bafter dinner\b", re.I), (12 * 60, 17 * 60)),
    (re.compile(r"\bevenings?\b|\bafter (?:work|tea)\b|\bat night\b", re.I), (17 * 60, 24 * 60)),
)
_CLOCK = re.compile(r"\b(after|from|before|by|at|around)\s+(\d{1,2})(?::(\d\d))?\s*(am|pm|o'?clock)?(?=\W|$)", re.I)
_NOT_WANTED = re.compile(
    r"\bwithout (?:having to |going (?:through|to) |seeing |needing |asking )*(?:(?:a|an|the|my|our|any|his|her) )?\w+|\bnot (?:a|an|the) \w+",
    re.I,
)
_MILES = re.compile(r"\bwithin (?:about )?(\d{1,2}) miles?\b", re.I)
_FREE = re.compile(
    r"\bfree(?! (?:school|time|spirit|meals?|from|range|of\s+(?!charge|cost)))\b(?<!gluten[- ]free)(?<!sugar[- ]free)(?<!dairy[- ]free)"
    r"(?<!stress[- ]free)"
    r"|\bno (?:cost|charge|fee)\b|\bwithout (?:paying|a fee)\b|\b(?:does not|doesn't|doesnt|dont|don't|do not) cost\b|\bfor nowt\b|\bfor nothing\b",
    re.I,
)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; empty parts mean "any".

    `words` is their own text. `needs`, `kinds`, `suitabilities` and `accessibility` are ids of `knowledge/taxonomy.yml`.
    `place` is a name or a postcode. Ages are in years, `age_to` where a span was named. `days` is a sum of bits
    (Monday 1 ... Sunday 64); minutes are after midnight. `subject` are the stems of what is left: what must be found.
    `weak` are stems that help to order results only.
    """

    words: str = ""
    needs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    suitabilities: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    place: str | None = None
    within_miles: float | None = None
    age: float | None = None
    age_to: float | None = None
    days: int = 0
    from_minute: int | None = None
    to_minute: int | None = None
    is_free: bool = False
    subject: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    text: str = ""

    def in_words(self) -> str:
        """Return what was understood, for the reply: "autism, near Seaham, age 7"."""
        return ", ".join(self.conditions_in_words().values()) or wording("records.anything")

    def conditions_in_words(self) -> dict[str, str]:
        """Return each condition that is set, by its name, in words."""
        said: dict[str, str] = {}
        if self.kinds:
            said["kinds"] = ", ".join(_shown("kind", kind) for kind in self.kinds)
        if self.subject:
            said["subject"] = wording("directory_search.subject", words=self.text)
        if self.needs:
            said["needs"] = wording(
                "directory_search.need", needs=_joined([_shown("need", need) for need in self.needs])
            )
        if self.place:
            near = "directory_search.within" if self.within_miles else "directory_search.place"
            place = gazetteer().named(self.place)
            near = "directory_search.in_county" if place and place.is_whole_county else near
            said["place"] = wording(near, place=self.place, miles=f"{self.within_miles or 0:g}")
        if self.age is not None:
            said["age"] = wording("directory_search.age", age=_age_in_words(self.age, self.age_to))
        if self.days:
            said["days"] = wording("directory_search.days", days=_days_in_words(self.days))
        if self.from_minute is not None or self.to_minute is not None:
            said["time"] = _time_in_words(self.from_minute, self.to_minute)
        if self.is_free:
            said["is_free"] = wording("directory_search.free")
        if self.accessibility:
            shown = _joined([_shown("accessibility", term) for term in self.accessibility])
            said["accessibility"] = wording("directory_search.accessibility", what=shown)
        return said

    def without(self, condition: str) -> Wanted:
        """Return the same with one condition, as named by `conditions_in_words`, left out; KeyError for an unknown one."""
        if condition == "place" and self.place and (self.within_miles or 0) < 25:
            return replace(self, within_miles=25.0)
        cleared: dict[str, dict[str, Any]] = {
            "kinds": {"kinds": ()},
            "subject": {"subject": (), "text": ""},
            "needs": {"needs": ()},
            "place": {"place": None, "within_miles": None},
            "age": {"age": None, "age_to": None},
            "days": {"days": 0},
            "time": {"from_minute": None, "to_minute": None},
            "is_free": {"is_free": False},
            "accessibility": {"accessibility": ()},
        }
        return replace(self, **cleared[condition])


def wanted_from_text(text: str, entities: Iterable[Mapping[str, Any]] = ()) -> Wanted:
    """Return what a message asks for. `entities` (Rasa's) fill in what the words themselves did not give."""
    rest = text
    mention = gazetteer().in_text(text)
    if mention:
        rest = f"{text[: mention.start]} , {text[mention.end :]}"
    miles = _MILES.search(rest)
    rest = _cut(rest, miles) if miles else rest
    rest, age, age_to = _take_age(rest)
    rest, days = _take_days(rest)
    rest, from_minute, to_minute = _take_time(rest)
    is_free = bool(_FREE.search(rest))
    terms, left = _terms(_plain_words(_without_asides(rest)))
    subject, weak = _subject(left)
    named: dict[str, list[str]] = {}
    for entity in entities:
        named.setdefault(str(entity["entity"]), []).append(str(entity["value"]))
    place = (
        mention.place.name
        if mention
        else next((name for name in named.get("place", []) if gazetteer().named(name)), None)
    )
    if age is None and named.get("age"):
        _, age, age_to = _take_age(named["age"][0])
    return Wanted(
        words=text,
        needs=_ids(terms, "need"),
        kinds=_ids(terms, "kind"),
        suitabilities=_ids(terms, "suitability"),
        accessibility=_ids(terms, "accessibility"),
        place=place,
        within_miles=float(miles[1]) if miles and place else None,
        age=age,
        age_to=age_to,
        days=days,
        from_minute=from_minute,
        to_minute=to_minute,
        is_free=is_free,
        subject=tuple(dict.fromkeys(own for own, _ in subject)),
        weak=tuple(dict.fromkeys(weak)),
        text=" ".join(dict.fromkeys(word for _, word in subject)),
    )


def _without_asides(text: str) -> str:
    """Return the text without set phrases that say nothing, and without what the person does not want."""
    plain = search_words().meanings
    text = _phrases_meant().sub(lambda match: f" {plain[match[0].lower()]} ", text.replace("’", "'"))
    return _NOT_WANTED.sub(" , ", _set_phrases().sub(" , ", text))


@lru_cache(maxsize=1)
def _set_phrases() -> re.Pattern[str]:
    return _any_of(search_words().phrases)


@lru_cache(maxsize=1)
def _phrases_meant() -> re.Pattern[str]:
    return _any_of(search_words().meanings)


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.I)


def _plain_words(text: str) -> list[str]:
    """Return the words with dialect and text-speak put into plain English."""
    plain = load_vocabulary().replacements
    return [word for written in words_of(text) for word in words_of(plain.get(written, written))]


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, ...], list[tuple[str, str]]]:
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for term in our_taxonomy().terms:
        for phrase in term.words:
            found.setdefault(tuple(words_of(phrase)), []).append((term.facet, term.id))
    return found


@lru_cache(maxsize=1)
def _long_single_words() -> dict[str, tuple[str, ...]]:
    return {phrase[0]: phrase for phrase in _phrases() if len(phrase) == 1 and len(phrase[0]) >= 6}


def _terms(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the taxonomy's terms that the words name, and the words that are left. The longest phrase wins."""
    phrases, terms, left, index = _phrases(), [], [], 0
    while index < len(words):
        for length in range(min(_MOST_PHRASE_WORDS, len(words) - index), 0, -1):
            phrase = tuple(words[index : index + length])
            found = phrases.get(phrase) or (phrases.get(_misspelt(phrase[0])) if length == 1 else None)
            if found:
                terms += found
                left += _still_telling(phrase, found, phrases)
                index += length
                break
        else:
            left.append(words[index])
            index += 1
    return list(dict.fromkeys(terms)), left


def _still_telling(
    phrase: tuple[str, ...],
    found: Sequence[tuple[str, str]],
    phrases: Mapping[tuple[str, ...], Sequence[tuple[str, str]]],
) -> list[str]:
    """Return the words of a phrase that say more than its term: "speech therapist" is any therapist's kind, but of speech."""
    if any(facet != "kind" for facet, _ in found):
        return [word for word in phrase if stem(word) in search_words().weak]
    head = phrases.get(phrase[-1:], ())
    return list(phrase[:-1]) if len(phrase) > 1 and set(found) & set(head) else []


@lru_cache(maxsize=10_000)
def _misspelt(word: str) -> tuple[str, ...]:
    """Return the one long word of the taxonomy that a word misspells by a letter, as a phrase, or ()."""
    if len(word) < 6 or word in search_words().ordinary or stem(word) in search_words().weak:
        return ()
    near = _spelling().near(word)
    return _long_single_words()[near[0].word] if len(near) == 1 else ()


@lru_cache(maxsize=1)
def _spelling() -> Spelling:
    return Spelling(dict.fromkeys(_long_single_words(), 1), most_slips=1)


def _subject(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return stems and forms of the words that say what is looked for, and the stems of those that only help to order."""
    known = search_words()
    subject: list[tuple[str, str]] = []
    weak: list[str] = []
    for word in words:
        if word in known.ordinary or len(word) < 2 or word.isdigit():
            continue
        own = known.same.get(stem(word), stem(word))
        if stem(word) in known.weak or own in known.weak:
            weak.append(own)
        else:
            subject.append((own, word))
    return subject, weak


def _ids(terms: Iterable[tuple[str, str]], facet: str) -> tuple[str, ...]:
    return tuple(ident for of_facet, ident in terms if of_facet == facet)


@lru_cache(maxsize=1)
def _age_patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(load_vocabulary().number_words, key=len, reverse=True))
    number = _NUMBER.replace("{words}", names)
    cue = (
        r"(?:aged?|is|he's|she's|hes|shes|they're|i'm|im|i am|turned|turning|turns|nearly|almost|just|now"
        r"|\w+'s|ds|dd|son|daughter|lad|lass|boy|girl|only)"
    )
    return (
        re.compile(rf"\bunder[- ]?\s*(?P<under>\d{{1,2}}|{names})s?\b(?:\s*(?:years?|yrs?))?", re.I),
        re.compile(
            r"\b(?P<low>\d{1,2})\s*(?:-|to|–|and)\s*(?P<high>\d{1,2})(?:[\s-]*(?:years?|yrs?|yo)\b(?:[\s-]*olds?)?)",
            re.I,
        ),
        re.compile(r"\bages?d?\s+(?P<low>\d{1,2})\s*(?:-|to|–|and)\s*(?P<high>\d{1,2})\b", re.I),
        re.compile(r"\b(?:over|above)\s+(?P<over>\d{1,2})s\b", re.I),
        re.compile(rf"\b{number}{_UNIT}", re.I),
        re.compile(rf"\b{cue}\s+{number}\b{_NO_AGE_AFTER}", re.I),
    )


def _take_age(text: str) -> tuple[str, float | None, float | None]:
    """Return the text without its age, and the age (and the end of a span) in years."""
    school = _SCHOOL_YEAR.search(text)
    if school and int(school[1]) <= 13:
        return _cut(text, school), int(school[1]) + 4.0, int(school[1]) + 5.0
    for pattern in _age_patterns():
        for match in pattern.finditer(text):
            if _A_WAIT.search(text, max(0, match.start() - _LONGEST_WAIT), match.start()) and not re.search(
                r"old|\byo\b", match[0], re.I
            ):
                continue
            low, high = _years(match)
            if low is not None and 0 <= low <= OLDEST:
                return _cut(text, match), low, high
    for pattern, (first, last) in _PHRASE_BANDS:
        found = pattern.search(text)
        if found:
            return _cut(text, found), float(first), float(last)
    adults_too = not _NOT_ADULTS.search(text)
    for word in words_of(text):
        if word in _BANDS and (adults_too or not word.startswith("adult")):
            return text, float(_BANDS[word][0]), float(_BANDS[word][1])
    return text, None, None


def _years(match: re.Match[str]) -> tuple[float | None, float | None]:
    parts = match.groupdict()
    if parts.get("under"):
        under = _number(parts["under"])
        return (0.0, float(under - 1)) if under else (None, None)
    if parts.get("low"):
        low, high = float(parts["low"]), float(parts["high"])
        return (low, high) if low <= high else (None, None)
    if parts.get("over"):
        return float(parts["over"]), float(OLDEST)
    number = _number(parts["number"])
    if number is None:
        return None, None
    unit = (parts.get("unit") or "").lower()
    if unit.startswith(("mo", "mth")):
        return float(number // 12), None
    if unit.startswith(("we", "wk")):
        old = re.search(r"olds?$|of\s+age$", match[0], re.I)
        return (float(number // 52), None) if old else (None, None)
    return float(number), None


def _number(written: str | None) -> int | None:
    if written is None:
        return None
    if written.isdigit():
        return int(written)
    numbers = load_vocabulary().number_words
    return numbers.index(written.lower()) + 1 if written.lower() in numbers else None


def _take_days(text: str) -> tuple[str, int]:
    days = 0
    for word in words_of(text):
        days |= _DAY_WORDS.get(word, 0)
    for match in _SHORT_DAYS.finditer(text):
        short = (match[1] or match[2]).lower()[:3]
        days |= next(bit for day, bit in _DAY_WORDS.items() if day.startswith(short))
    return _SHORT_DAYS.sub(lambda match: match[0].split()[-1] if match[2] else " , ", text), days


def _take_time(text: str) -> tuple[str, int | None, int | None]:
    for match in _CLOCK.finditer(text):
        hour, minute, half = int(match[2]), int(match[3] or 0), (match[4] or "").lower()
        if hour > 23 or (not half and match[1].lower() in {"at", "around", "by", "from"}):
            continue
        if half == "pm" and hour < 12 or (half != "am" and 1 <= hour <= 7):
            hour += 12
        at = hour * 60 + minute
        cut = _cut(text, match)
        word = match[1].lower()
        return (
            (cut, None, at)
            if word in {"before", "by"}
            else (cut, at, None)
            if word in {"after", "from"}
            else (cut, at, at + 1)
        )
    for pattern, (start, end) in _PARTS:
        found = pattern.search(text)
        if found:
            return _cut(text, found), start, end
    return text, None, None


def _cut(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} , {text[match.end() :]}"


def _shown(facet: str, ident: str) -> str:
    term = our_taxonomy().term(facet, ident)
    name = term.name if term else ident.replace("-", " ")
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _joined(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _age_in_words(low: float, high: float | None) -> str:
    return f"{low:g}" if high is None or high == low else f"{low:g} to {high:g}"


def _days_in_words(days: int) -> str:
    if days == WEEKEND:
        return wording("directory_search.weekend")
    if days == WEEKDAYS:
        return wording("directory_search.weekdays")
    return " or ".join(day for number, day in enumerate(DAYS) if days & (1 << number))


def _time_in_words(start: int | None, end: int | None) -> str:
    def clock(minute: int) -> str:
        hour, rest = divmod(minute, 60)
        shown = f"{(hour - 1) % 12 + 1}" + (f":{rest:02}" if rest else "")
        return f"{shown} {'am' if hour < 12 or hour == 24 else 'pm'}"

    if start is not None and end == start + 1:
        return wording("directory_search.time_at", time=clock(start))
    if not start:
        return wording("directory_search.time_before", time=clock(end or 0))
    if end is None or end == 24 * 60:
        return wording("directory_search.time_after", time=clock(start))
    return wording("directory_search.time_between", start=clock(start), end=clock(end))
