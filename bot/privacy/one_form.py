"""One form of a text to look for personal details in, and the way back to the text as it was typed.

A number may be typed full-width, in words, with letters for digits or with marks that are not seen. What looks for
numbers sees one form only; what is left of the text keeps its own characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.reading.characters import CYRILLIC_AS_LATIN

Span = tuple[int, int]

MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_MONTH = re.compile(MONTHS, re.I)
# Stands where something was taken out: no letter, digit or space, so that nothing is read across it.
_TAKEN = "\x00"
# A few characters stand for a whole sentence, which would make a text many times as long.
_LONGEST_APART = 4
# Letters that fill a place and are not seen, which Unicode does not count among the marks.
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’ʼʹ′`´ˈ＇", "'"),
        **dict.fromkeys("“”″", '"'),
        **dict.fromkeys("‐‑‒–—―−⁃﹘﹣－", "-"),
        **dict.fromkeys("·•∙⋅․。｡・", "."),
        **dict.fromkeys("⁄∕╱／", "/"),
        **dict.fromkeys("،、﹐，", ","),
        **dict.fromkeys("º˚", "°"),
        **CYRILLIC_AS_LATIN,
        # Greek letters that look like Latin ones.
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True)),
    }
)

_WORD = re.compile(r"[^\W_]+")
_BETWEEN_NUMBERS = re.compile(r"[ -]{1,2}")
_ZEROS = ("zero", "nought", "naught", "oh")


def _counted(words: str, first: int, step: int = 1) -> dict[str, int]:
    """Return what each word counts: `first`, and `step` more from word to word."""
    return {word: first + step * index for index, word in enumerate(words.split())}


_UNITS = {**dict.fromkeys(_ZEROS, 0), **_counted("one two three four five six seven eight nine", 1)}
_TEENS = _counted("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", 10)
_TENS = _counted("twenty thirty forty fifty sixty seventy eighty ninety", 20, 10)
_ORDINALS = {
    **_counted("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth", 1),
    **_counted("fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth", 14),
    "thirtieth": 30,
}
_TIMES = {"double": 2, "dubble": 2, "treble": 3, "triple": 3}
_CENTURIES = {"nineteen": 1900, "twenty": 2000}
_NUMBER_WORDS = frozenset((*_UNITS, *_TEENS, *_TENS, *_ORDINALS, *_TIMES))
_LOOKS_LIKE_DIGITS = re.compile(r"[\doOlISBZ]+")
_AS_DIGITS = str.maketrans("oOlISBZ", "0011582")


@dataclass(frozen=True)
class Form:
    """A text in another form: of each character, where in the text as typed it came from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def typed(self, span: Span) -> Span:
        """Return where in the text as typed a span of this form lies. The span is not empty."""
        return self.starts[span[0]], self.ends[span[1] - 1]

    def without(self, spans: Iterable[Span]) -> Form:
        """Return this form with the spans taken out of sight."""
        characters = list(self.text)
        for start, end in spans:
            characters[start:end] = _TAKEN * (end - start)
        return Form("".join(characters), self.starts, self.ends)


def plain_form(text: str) -> Form:
    """Return `text` with compatible characters alike (NFKC, accents apart), without marks that are not seen."""
    if text.isascii():
        return Form(text, tuple(range(len(text))), tuple(range(1, len(text) + 1)))
    written: list[str] = []
    starts: list[int] = []
    for index, character in enumerate(text):
        seen = _seen(character)
        written += seen
        starts += [index] * len(seen)
    return Form("".join(written), tuple(starts), tuple(start + 1 for start in starts))


def folded(text: str) -> str:
    """Return `text` in plain form where nobody asks for the way back."""
    return text if text.isascii() else "".join(map(_seen, text))


def figures_form(form: Form) -> Form:
    """Return a form in which numbers in words ("double oh", "twenty first of May") and with letters are figures."""
    words = list(_WORD.finditer(form.text))
    written: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = index = 0
    while index < len(words):
        read = _number_at(form.text, words, index)
        if read is None:
            index += 1
            continue
        figures, count = read
        begin, end = words[index].start(), words[index + count - 1].end()
        kept = range(at, begin)
        written += [form.text[at:begin], figures]
        starts += [form.starts[place] for place in kept] + [form.starts[begin]] * len(figures)
        ends += [form.ends[place] for place in kept] + [form.ends[end - 1]] * len(figures)
        at, index = end, index + count
    return Form("".join([*written, form.text[at:]]), (*starts, *form.starts[at:]), (*ends, *form.ends[at:]))


@lru_cache(maxsize=4096)
def _seen(character: str) -> str:
    """Return what a character is looked for as: nothing for one that is not seen, a space for white space."""
    apart = unicodedata.normalize("NFKD", character.translate(_SIGNS)).translate(_SIGNS)
    return "".join(map(_seen_one, apart if len(apart) <= _LONGEST_APART else character))


def _seen_one(character: str) -> str:
    kind = unicodedata.category(character)
    if character in "\n\t":
        return character
    if kind in ("Mn", "Me", "Cf", "Cc") or character in _FILLERS:
        return ""
    if kind == "Zs":
        return " "
    return str(unicodedata.digit(character)) if kind == "Nd" else character


def _number_at(text: str, words: list[re.Match[str]], index: int) -> tuple[str, int] | None:
    """Return the figures for the number that begins at a word, and how many words it takes; None for no number."""
    word = words[index][0]
    if word.isdigit():
        return None
    if any(map(str.isdigit, word)):
        return _unmasked(word)
    low = word.lower()
    if low in ("o", "i", "l"):
        return _lone_letter(words, index)
    if low not in _NUMBER_WORDS:
        return None
    run = _joined(text, words, index)
    if run[0] in _TIMES and len(run) > 1 and (digit := _digit(run[1])):
        return digit * _TIMES[run[0]], 2
    ordinal = _ordinal(words, index, run)
    if ordinal or run[0] in _ORDINALS:
        return ordinal
    if run[0] == "oh" and not _beside_a_number(words, index):
        return None
    return _year(run) or _cardinal(run)


def _unmasked(word: str) -> tuple[str, int] | None:
    """Return a word of digits and of letters that look like them in digits ("O7700", "9oo")."""
    if not _LOOKS_LIKE_DIGITS.fullmatch(word):
        return None
    if sum(map(str.isdigit, word)) < 2 and any(letter in "SBZ" for letter in word):
        return None
    return word.translate(_AS_DIGITS), 1


def _joined(text: str, words: list[re.Match[str]], index: int) -> list[str]:
    """Return up to five words, in lower case, with only a space or hyphen between each two."""
    run = [words[index][0].lower()]
    for here, following in zip(words[index : index + 4], words[index + 1 : index + 5], strict=False):
        if not _BETWEEN_NUMBERS.fullmatch(text, here.end(), following.start()):
            break
        run.append(following[0].lower())
    return run


def _digit(word: str) -> str:
    """Return the digit that a word or a single character is; "" for none."""
    if word in _UNITS:
        return str(_UNITS[word])
    return "0" if word == "o" else word if len(word) == 1 and word.isdigit() else ""


def _lone_letter(words: list[re.Match[str]], index: int) -> tuple[str, int] | None:
    """Read "o" as 0 beside a number, and "l" or "I" as 1 between two."""
    before = bool(index) and _is_numeric(words[index - 1][0].lower())
    after = index + 1 < len(words) and _is_numeric(words[index + 1][0].lower())
    if words[index][0] in ("o", "O"):
        return ("0", 1) if before or after else None
    return ("1", 1) if before and after else None


def _beside_a_number(words: list[re.Match[str]], index: int) -> bool:
    beside = words[index - 1 : index] if index else []
    return any(_is_numeric(each[0].lower()) for each in [*beside, *words[index + 1 : index + 2]])


def _is_numeric(word: str) -> bool:
    return word[0].isdigit() or word == "o" or word in _UNITS or word in _TEENS or word in _TENS or word in _TIMES


def _ordinal(words: list[re.Match[str]], index: int, run: list[str]) -> tuple[str, int] | None:
    """Read a day such as "twenty first" beside a month; elsewhere such words count nothing that we look for."""
    day, count = _ORDINALS.get(run[0]), 1
    if len(run) > 1 and run[0] in ("twenty", "thirty") and _ORDINALS.get(run[1], 10) < 10:
        day, count = _TENS[run[0]] + _ORDINALS[run[1]], 2
    if day is None:
        return None
    beside = [each[0] for each in [*words[max(0, index - 2) : index], *words[index + count : index + count + 2]]]
    return (f"{day}th", count) if any(_MONTH.fullmatch(word) for word in beside) else None


def _year(run: list[str]) -> tuple[str, int] | None:
    """Read "twenty fifteen", "nineteen ninety nine", "twenty oh nine" and "two thousand and nine"."""
    if run[:2] == ["two", "thousand"]:
        skip = 3 if run[2:3] == ["and"] else 2
        more = _below_a_hundred(run[skip:])
        return (str(2000 + more[0]), skip + more[1]) if more else ("2000", 2)
    if run[0] in _CENTURIES and len(run) > 1:
        if run[1] in _ZEROS and len(run) > 2 and run[2] in _UNITS:
            return str(_CENTURIES[run[0]] + _UNITS[run[2]]), 3
        more = _below_a_hundred(run[1:])
        if more and more[0] >= 10:
            return str(_CENTURIES[run[0]] + more[0]), 1 + more[1]
    return None


def _cardinal(run: list[str]) -> tuple[str, int] | None:
    if run[0] in _UNITS and run[1:2] == ["hundred"]:
        more = _below_a_hundred(run[3:]) if run[2:3] == ["and"] else None
        return (str(_UNITS[run[0]] * 100 + more[0]), 3 + more[1]) if more else (str(_UNITS[run[0]] * 100), 2)
    read = _below_a_hundred(run)
    return (str(read[0]), read[1]) if read else None


def _below_a_hundred(run: list[str]) -> tuple[int, int] | None:
    if not run:
        return None
    if run[0] in _TENS:
        if len(run) > 1 and _UNITS.get(run[1], 0):
            return _TENS[run[0]] + _UNITS[run[1]], 2
        return _TENS[run[0]], 1
    value = _UNITS.get(run[0], _TEENS.get(run[0]))
    return None if value is None else (value, 1)
