"""What somebody looks for, read from their own words, without chance. This is the one reading of a search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from bot.directory.records.places import gazetteer
from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.ages import take_age
from bot.directory.search.times import take_days, take_time
from bot.directory.search.wanted import Wanted
from bot.directory.search.words import cut, search_words, stem, words_of
from bot.reading.spelling import Spelling
from bot.reading.vocabulary import load_vocabulary

_MOST_PHRASE_WORDS = 5
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


def wanted_from_text(text: str) -> Wanted:
    """Return what a message asks for."""
    rest = text
    mention = gazetteer().in_text(text)
    if mention:
        rest = f"{text[: mention.start]} , {text[mention.end :]}"
    miles = _MILES.search(rest)
    rest = cut(rest, miles) if miles else rest
    rest, age, age_to = take_age(rest)
    rest, days = take_days(rest)
    rest, from_minute, to_minute = take_time(rest)
    is_free = bool(_FREE.search(rest))
    terms, left = _terms(_plain_words(_without_asides(rest)))
    subject, weak = _subject(left)
    place = mention.place.name if mention else None
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
