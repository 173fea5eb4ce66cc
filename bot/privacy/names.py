"""Take people's names out of a question before staff read it; services, places and ordinary words stay.

No name list is complete and many names are words, so a word is judged by where it stands too: "my son Kwame", "called
Kwame", "Kwame is 7", "Mrs Walton", and a capital within a sentence that none of our own texts knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from bot.paths import KNOWLEDGE, PLACE_NAMES, ROOT
from bot.privacy.found import Found
from bot.privacy.one_form import Span, folded, plain_form
from bot.privacy.own_texts import knowledge_texts, text_files
from bot.privacy.redaction import Redacted, replaced

NAMES_FILE = KNOWLEDGE / "names.yml"
KIND = "name"

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_TAKEN_OUT = re.compile(r"\[[^\[\]]{1,40}\]")
_POSSESSIVE = re.compile(r"['’]s?$")
_SPACE = re.compile(r"[^\S\n]+")
_BEFORE_A_SENTENCE = " \t\r\"'“‘(*•-"
_PLAIN_WORD = re.compile(r"(?<![\w'’-])[a-z]+(?:['’-][a-z]+)*(?![\w'’-])")
_CAPITAL_WORD = r"[A-Z][\w'’-]{0,40}(?![\w'’-])"
_TITLED = re.compile(
    rf"(?<![\w'’-]){_CAPITAL_WORD}(?:[^\S\n]{{1,3}}(?:(?:of|and|for|the|in|on|at|to)[^\S\n]{{1,3}}){{0,2}}{_CAPITAL_WORD}){{1,20}}"
)
_CAPITAL_WITHIN = re.compile(r"(?<=[a-z,] )[A-Z][a-z'’-]+")
_AGE_AFTER = re.compile(
    r"(?:['’]s|\s{1,3}(?:is|was|turned|turns|will be|aged?)|,|\s{0,3}\()?\s{0,3}\(?\d{1,2}"
    r"(?!\d|[./:]\d|\s{0,3}(?:weeks?|hours?|miles?|times|of|school|pm|am))",
    re.I,
)

_ENDINGS_OF_WORDS = ("ing", "ed", "ly", "tion", "ness", "ment", "able", "ful", "ity")
_PAUSE = re.compile(r"\s{0,3}[,.(?!]|['’]s")
_MOSTLY = 0.6


@dataclass(frozen=True)
class _Lists:
    """What is known of words; all in lower case."""

    names: frozenset[str]
    both: frozenset[str]
    ordinary: frozenset[str]
    capitals: frozenset[str]
    places: frozenset[str]
    phrases: frozenset[tuple[str, ...]]
    cues: dict[str, frozenset[str]]


@dataclass(frozen=True)
class _Token:
    """A word of a message. `capital`: written with a capital that says something; `first`: it begins a sentence."""

    start: int
    end: int
    word: str
    capital: bool
    first: bool
    stays: bool


def redact_names(text: str) -> Redacted:
    """Return `text` with each person's name replaced by "[name removed]", and how many were taken out."""
    known = _lists()
    form = plain_form(text)
    return replaced(text, (Found(*form.typed(span), KIND) for span in _names(form.text, known)))


def _names(text: str, known: _Lists) -> list[Span]:
    """Return where the names of a text in plain form lie."""
    tokens = _tokens(text, known)
    taken: list[Span] = []
    index = 0
    while index < len(tokens):
        if not _is_name(text, tokens, index, known):
            index += 1
            continue
        last = index
        while last + 1 < len(tokens) and _goes_on(text, tokens, last, known):
            last += 1
        taken.append((tokens[index].start, tokens[last].end))
        index = last + 1
    return taken


def _tokens(text: str, known: _Lists) -> list[_Token]:
    """Return the words of a text; where nearly all are written alike, capitals say nothing."""
    gone = [match.span() for match in _TAKEN_OUT.finditer(text)]
    matches = [match for match in _WORD.finditer(text) if not any(start <= match.start() < end for start, end in gone)]
    lower = [_POSSESSIVE.sub("", match[0]).lower().replace("’", "'") for match in matches]
    capitals = sum(match[0][0].isupper() for match in matches)
    shouts = len(matches) > 2 and capitals > _MOSTLY * len(matches)
    stays = _in_phrases(lower, known.phrases)
    tokens = []
    for index, match in enumerate(matches):
        written = _POSSESSIVE.sub("", match[0])
        short = _is_short_form(written)
        capital = written[0].isupper() and not short and not shouts
        begins = text[: match.start()].rstrip(_BEFORE_A_SENTENCE)[-1:] in ("", *".!?:;\n")
        tokens.append(
            _Token(
                match.start(),
                match.start() + len(written),
                lower[index],
                capital,
                begins,
                stays[index] or (short and not shouts),
            )
        )
    return tokens


def _is_short_form(written: str) -> bool:
    """Tell whether a word is an abbreviation or made with one: "OT", "TAs", "ToR", "OT-led"."""
    return any(
        part[:2].isupper() and len(part) > 1 or (len(part) < 5 and sum(map(str.isupper, part)) > 1)
        for part in re.split("[-'’]", written)
    )


def _in_phrases(words: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> list[bool]:
    """Tell of each word whether it is part of a title, service or place that our texts write in several words."""
    found = [False] * len(words)
    for length in range(2, 7):
        for start in range(len(words) - length + 1):
            if tuple(words[start : start + length]) in phrases:
                found[start : start + length] = [True] * length
    return found


def _is_name(text: str, tokens: list[_Token], index: int, known: _Lists) -> bool:
    token, word = tokens[index], tokens[index].word
    called = _is_called(tokens, index, known)
    if len(word) < 2 or (token.stays and not called):
        return False
    after = tokens[index + 1].word if index + 1 < len(tokens) else ""
    before = [each.word for each in tokens[max(0, index - 3) : index]]
    between = text[tokens[index - 1].end : token.start].strip() if index else "."
    previous = before[-1] if before and between in ("", "'s", "’s", ",", ".") else ""
    is_both = word in known.both
    strange = not is_both and len(word) > 2 and not _is_known(word, known)
    if previous in known.cues["titles"] and not token.first:
        return token.capital or is_both or strange or word in known.names
    in_a_place = previous in known.cues["place_before"] or after in known.cues["place_after"]
    if _is_first_name(word, known) and not is_both:
        return not (in_a_place and word in known.places)
    if not (is_both or strange):
        return False
    if called:
        return True
    as_word = is_both and word in known.ordinary
    is_whole = (
        not after
        or after in known.cues["verbs"]
        or after in known.cues["follow"]
        or bool(_PAUSE.match(text, token.end))
    )
    if previous in known.cues["relations"] or previous in known.cues["ours"]:
        return token.capital or (is_whole and between != "," and not as_word and previous not in known.cues["ours"])
    if word in known.capitals or previous in known.cues["articles"] or _is_in_a_title(tokens, index, known):
        return False
    if _AGE_AFTER.match(text, token.end) and not in_a_place and (token.capital or (token.first and not as_word)):
        return not (token.first and word in known.cues["auxiliaries"])
    if _introduces(before) or (previous in known.cues["signed"] and not tokens[index + 1 : index + 3]):
        return token.capital or (is_both and not after and not as_word)
    if token.capital and not token.first:
        return not in_a_place
    if in_a_place or after not in known.cues["verbs"] or word in known.places:
        return False
    # What is left begins a sentence ("Kwame has"), or is written small ("if lily is on the list").
    return not as_word and (is_both or (token.capital and not word.endswith(_ENDINGS_OF_WORDS)))


def _is_known(word: str, known: _Lists) -> bool:
    """Tell whether our own texts have a word, or its singular."""
    forms = {word, word.removesuffix("s"), word.removesuffix("es")}
    return word in known.cues["verbs"] or any(
        form in known.ordinary or form in known.capitals or form in known.places for form in forms
    )


def _is_in_a_title(tokens: list[_Token], index: int, known: _Lists) -> bool:
    """Tell whether a capital stands beside an ordinary word with one, as in "Education Welfare Officer"."""
    beside = [tokens[index - 1]] if index and not tokens[index - 1].first else []
    beside += tokens[index + 1 : index + 2]
    return any(each.capital and not each.first and each.word in known.ordinary for each in beside)


def _goes_on(text: str, tokens: list[_Token], last: int, known: _Lists) -> bool:
    """Tell whether the word after a name belongs to it: a surname, or a second first name."""
    here, following = tokens[last], tokens[last + 1]
    if not _SPACE.fullmatch(text, here.end, following.start) or following.stays:
        return False
    word = following.word
    if (
        word in known.ordinary
        or word in known.cues["verbs"]
        or word in known.capitals
        or word in known.cues["place_after"]
    ):
        return word in known.both and following.capital
    return following.capital or _is_first_name(word, known) or word in known.both


def _is_first_name(word: str, known: _Lists) -> bool:
    parts = word.split("-")
    if word in known.places and len(parts) > 1:
        return False
    return word in known.names or (len(parts) > 1 and (parts[0] in known.names or parts[0] in known.both))


def _is_called(tokens: list[_Token], index: int, known: _Lists) -> bool:
    """Tell whether a word stands after "called", "named" or "name is"."""
    before = [each.word for each in tokens[max(0, index - 2) : index]]
    if not before:
        return False
    if before[-1] in known.cues["called"] or before[-1] in ("name", "names", "names'"):
        return before[-1] != "name" or tokens[index - 1].end < tokens[index].start
    return len(before) > 1 and before[-1] in ("is", "was") and before[-2] in ("name", "names")


def _introduces(before: Sequence[str]) -> bool:
    """Tell whether somebody is about to say who they are."""
    return before[-1:] in (["i'm"], ["im"], ["it's"]) or before[-2:] in (
        ["i", "am"],
        ["this", "is"],
        ["it", "is"],
        ["me", "and"],
    )


@lru_cache(maxsize=1)
def _lists() -> _Lists:
    """Read the names, and from our own texts the words, capitals and titles that are nobody's name."""
    content = yaml.safe_load(NAMES_FILE.read_text(encoding="utf-8"))
    names, both = (frozenset(folded(content[part]).split()) for part in ("first_names", "first_names_and_words"))
    ours = [folded(text) for text in knowledge_texts(frozenset({NAMES_FILE}))]
    asked = [file.read_text(encoding="utf-8") for file in sorted(text_files(ROOT / "data" / "nlu"))]
    ordinary = {word for text in [*ours, *asked] for word in _PLAIN_WORD.findall(text)}
    titles = {tuple(_words_of(phrase)) for text in ours for phrase in _TITLED.findall(text)}
    capitals = {word.lower() for text in ours for word in _CAPITAL_WITHIN.findall(text)}
    places = {tuple(_words_of(name)) for name in _place_names()}
    single = {name[0] for name in places if len(name) == 1}
    return _Lists(
        names=names - both,
        both=both,
        ordinary=frozenset(ordinary - names),
        capitals=frozenset((capitals - names - both) | set(content["never_names"].split())),
        places=frozenset(single),
        phrases=frozenset(name for name in titles | places if len(name) > 1),
        cues={cue: frozenset(words.split()) for cue, words in content["cues"].items()},
    )


def _place_names() -> set[str]:
    """Return what places are called, those too that are first names or ordinary words elsewhere."""
    content = yaml.safe_load(PLACE_NAMES.read_text(encoding="utf-8"))
    listed = [
        (name, *entry.get("also", ())) for part in ("places", "districts") for name, entry in content[part].items()
    ]
    return {str(name) for names in listed for name in names}


def _words_of(phrase: str) -> list[str]:
    return [_POSSESSIVE.sub("", word).lower().replace("’", "'") for word in _WORD.findall(phrase)]
