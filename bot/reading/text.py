"""From what people type to words a model knows: look-alike letters, text-speak, dialect, abbreviations, spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from pathlib import Path

import symspellpy

from bot.paths import ANSWERS
from bot.reading.characters import plain_characters
from bot.reading.spelling import Spelling
from bot.reading.vocabulary import Vocabulary, load_vocabulary

_TOKEN = re.compile(r"[a-z0-9£]+(?:['.&-][a-z0-9]+)*", re.I)
_REPEATED = re.compile(r"([a-z])\1{2,}", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ROLE = (
    r"(?:(?:new|trainee|primary|secondary|nursery|school|special|acting|deputy|community|pastoral|family|duty)\s+){0,2}"
    r"(?:sencos?|hv|health visitor|social worker|gp|doctor|paediatrician|nurse|teacher|head|head ?teacher|ta|teaching assistant|"
    r"childminder|governor|chair of governors|ed psych|ep|educational psychologist|physio|ot|occupational therapist|"
    r"speech (?:and language )?therapist|salt|youth worker|support worker|case ?worker|commissioner|councillor|"
    r"foster carer|foster mam|grandad|grandma|gran|nana|dad|mam|mum)"
)
# "SENCO here." and the like at the start: who asks, not what is asked. It would draw the message to answers about that role.
_INTRODUCTION = re.compile(
    r"^(?:(?:hi|hello|hiya|hey|morning|afternoon)\b[,.! ]*)?(?:"
    rf"(?:(?:i am|i'm|im)\s+)?(?:an?\s+|the\s+)?{_ROLE}\s+(?:here|speaking|enquiry|query|question|asking)\s*[:.,;!-]+\s*|"
    rf"{_ROLE}\s*:\s*|"
    rf"(?:as an?)\s+{_ROLE}\s*,\s*|"
    rf"(?:i am|i'm|im)\s+an?\s+{_ROLE}\s*,?\s+and\s+)"
)
_FEWEST_WORDS_LEFT = 3
LONG_MESSAGE_WORDS = 30
SHORTEST_PART_WORDS = 3
MOST_PARTS = 10
_DICTIONARY = Path(symspellpy.__file__).parent / "frequency_dictionary_en_82_765.txt"
_COMMON = 10_000
_DOMAIN_BOOST = 10**11
SHORTEST_REPAIRED = 4
TWO_ERRORS_FROM = 7


def clean(text: str) -> str:
    """Return `text` in plain characters (`plain_characters`), with single spaces and none at its ends."""
    return re.sub(r"[ \t]+", " ", plain_characters(text)).strip()


def sentences(text: str) -> list[str]:
    """Return the sentences of a message, as people punctuate: full stops, question marks, new lines."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def without_introduction(normalised: str) -> str:
    """Return a normalised message without an opening that only says who asks ("senco here."), where enough is left."""
    rest = _INTRODUCTION.sub("", normalised, count=1)
    return rest if len(rest.split()) >= _FEWEST_WORDS_LEFT else normalised


def words(text: str) -> list[str]:
    """Return the words of a text in any alphabet, in lower case, numbers left out."""
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text.lower())


class Normaliser:
    """Rewrites a message in plain lower-case words. Deterministic; about a tenth of a millisecond a word."""

    def __init__(self, vocabulary: Vocabulary, domain_words: frozenset[str]) -> None:
        self._replacements = vocabulary.replacements
        self._phrases = {key: value for key, value in self._replacements.items() if " " in key or "." in key}
        self._phrase_pattern = (
            re.compile(
                r"(?<!\w)(" + "|".join(map(re.escape, sorted(self._phrases, key=len, reverse=True))) + r")(?!\w)"
            )
            if self._phrases
            else None
        )
        self._abbreviations = vocabulary.abbreviations
        self._spelling, self._known = _spelling_of(domain_words, frozenset(vocabulary.abbreviations))

    def __call__(self, text: str) -> str:
        """Return `text` in lower case with text-speak and dialect in plain words and misspelt words repaired."""
        text = _REPEATED.sub(r"\1\1", clean(text))
        text = _TOKEN.sub(lambda match: self._word(match[0].lower(), _is_name(match)), text).lower()
        if self._phrase_pattern:
            text = self._phrase_pattern.sub(lambda match: self._phrases[match[0]], text)
        return re.sub(r"\s{2,}", " ", text).strip()

    def is_known(self, word: str) -> bool:
        """Tell whether a lower-case word is English, of the field, or text-speak or dialect of the vocabulary."""
        return word in self._known or word in self._replacements or word.replace("'", "") in self._known

    def expand(self, normalised: str) -> str:
        """Return a normalised text with each abbreviation followed by what it stands for."""
        return _TOKEN.sub(lambda match: self._expanded(match[0]), normalised)

    def _expanded(self, word: str) -> str:
        stands_for = self._abbreviations.get(word)
        return f"{word} ({stands_for.lower()})" if stands_for else word

    def _word(self, word: str, is_name: bool) -> str:
        if word in self._replacements:
            return self._replacements[word]
        if is_name or len(word) < SHORTEST_REPAIRED or word in self._known or not word.isalpha():
            return word
        return self._repaired(word)

    @lru_cache(maxsize=20_000)  # noqa: B019 - one normaliser lives as long as its process
    def _repaired(self, word: str) -> str:
        return self._spelling.repaired(word, 2 if len(word) >= TWO_ERRORS_FROM else 1)


def _is_name(match: re.Match[str]) -> bool:
    """Tell whether a word looks like a name: a capital letter first, within a sentence that has small letters too."""
    word, before = match[0], match.string[: match.start()].rstrip()
    return word[:1].isupper() and word[1:].islower() and bool(before) and before[-1] not in ".!?"


@lru_cache(maxsize=1)
def normaliser() -> Normaliser:
    """Return the normaliser of this project's vocabulary and answers."""
    words = set(load_vocabulary().spelling_words)
    for file in sorted(ANSWERS.glob("*/*.md")):
        words.update(re.findall(r"[a-z]{4,}", file.read_text(encoding="utf-8").lower()))
    return Normaliser(load_vocabulary(), frozenset(words))


def _spelling_of(domain_words: frozenset[str], abbreviations: frozenset[str]) -> tuple[Spelling, frozenset[str]]:
    """Return the repairer, which offers only common and domain words, and every word that needs no repair."""
    counts: dict[str, int] = {}
    with open(_DICTIONARY, encoding="utf-8-sig") as lines:
        for line in lines:
            word, count = line.split()
            counts[word] = int(count)
    common = sorted(counts, key=counts.__getitem__, reverse=True)[:_COMMON]
    offered = {word: counts[word] for word in common}
    for word in sorted(domain_words):
        # Among the common words already: counted once as one of those, and once as one of the field.
        offered[word] = offered.get(word, 0) + counts.get(word, 0) + _DOMAIN_BOOST
    return Spelling(offered, most_slips=2), frozenset(counts) | domain_words | abbreviations


def plain(text: str) -> str:
    """Return a text as the ranking reads it: normalised, abbreviations spelt out, without who is writing."""
    normalise = normaliser()
    return normalise.expand(without_introduction(normalise(text)))


def plain_words(text: str) -> tuple[str, list[str]]:
    """Return the normalised text and, for a long story of several sentences, each sentence by itself.

    The question of a story may be one sentence of eight, which the whole message drowns.
    """
    whole = plain(text)
    if len(text.split()) <= LONG_MESSAGE_WORDS:
        return whole, []
    # From the last one back: of a hundred sentences ninety need not be read.
    plainly = (plain(part) for part in reversed(sentences(text)))
    parts = list(islice((part for part in plainly if len(part.split()) >= SHORTEST_PART_WORDS), MOST_PARTS))[::-1]
    return whole, parts if len(parts) > 1 else []
