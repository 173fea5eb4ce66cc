"""The patterns that editors keep in `knowledge/patterns/`: read, put together and compiled once.

A pattern is a regular expression of Python's over plain speech (`bot.reading.plain_speech`). `{name}` stands for a fragment
of the same file, and `{name 4}` for that fragment up to four times. A fragment is given by one of:

- `pattern`: an expression;
- `any`: a list of expressions of which one must match, within `around` where that is given (`\\b{any}\\b`);
- `words`: words with a space between them, of which one must match; `_` stands for a space inside one.

Every fragment, sign, rule, kind and group of phrases says in `why` what it is there for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Optional, Tuple

import yaml

from bot.paths import KNOWLEDGE

FOLDER = KNOWLEDGE / "patterns"
PLAIN_FILE = FOLDER / "plain.yml"
DANGER_FILE = FOLDER / "danger.yml"
CALM_FILE = FOLDER / "calm.yml"

DANGERS = (
    "harm", "violence", "self-harm", "suicide", "fear-of-harming", "missing", "medical", "exploitation", "disclosure",
)  # fmt: skip
DANGER_SIGNS = frozenset({"negation", "negatable_act"})
CALM_SIGNS = frozenset(
    {"long_ago", "settled", "again", "at_present", "went_off", "back_safe", "away_now", "question", "worse"}
)
_ENDS_A_WORD = "(?![a-z0-9])"
_NAME = re.compile(r"[a-z][a-z_]*")
_FRAGMENT = re.compile(r"\{([a-z][a-z_]*)(?: ([1-9]\d?))?\}")
# "rules 3 (a name)", "fragment 'a_name'"
_NAMED = re.compile(r"\((.{1,80})\)|'(\w{1,80})'")
_FORMS = ("pattern", "any", "words")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built


class BadPattern(ValueError):
    """A file of patterns holds something that cannot be used. Says which file, and what in it."""

    def __init__(self, file: Path, place: str, what: str) -> None:
        super().__init__(f"{file.name}, {place}: {what}")
        self.file, self.place, self.what = file, place, what

    @property
    def written(self) -> str:
        """What to look for in the file to find the place: the rule's or fragment's name."""
        found = _NAMED.search(self.place)
        return (f"name: {found[1]}" if found[1] else f"{found[2]}:") if found else ""


class Rule(NamedTuple):
    """A way of saying that somebody is in danger."""

    name: str
    category: str
    pattern: re.Pattern[str]
    negatable: bool
    unless: Optional[re.Pattern[str]]


class CalmKind(NamedTuple):
    """A phrase that is calm in a message with certain other words.

    `pattern` is taken out where each of `beside` is in the message and `unless` is not.
    """

    name: str
    pattern: re.Pattern[str]
    beside: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str]


@dataclass(frozen=True)
class PlainWords:
    """How the words are written on which the patterns stand, and how people write them."""

    meanings: Mapping[str, str]
    repaired: tuple[str, ...]
    left_alone: frozenset[str]


@dataclass(frozen=True)
class DangerPatterns:
    """What finds danger."""

    rules: tuple[Rule, ...]
    may_be_settled: frozenset[str]
    signs: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True)
class CalmPatterns:
    """What only sounds like danger."""

    phrases: re.Pattern[str]
    kinds: tuple[CalmKind, ...]
    whole_kinds: tuple[CalmKind, ...]
    signs: Mapping[str, re.Pattern[str]]


@lru_cache
def plain_words(file: Path = PLAIN_FILE) -> PlainWords:
    """Return the words that are read as others; raise BadPattern."""
    source = _Source(file, {"words", "repaired", "left_alone"})
    lists = {}
    for name in ("repaired", "left_alone"):
        entry = source.entry(source.content[name], name, {"why", "words"})
        lists[name] = source.text(entry, "words", name).split()
    meanings = {}
    for number, group in enumerate(source.entries("words"), 1):
        place = f"words, group {number}"
        table = source.entry(group, place, {"why", "meanings"})["meanings"]
        for written, meant in source.mapping(table, place).items():
            if not (isinstance(written, str) and isinstance(meant, str)):
                raise source.bad(place, f"{written!r}: {meant!r} are not both words (put them in quotes)")
            if written in meanings:
                raise source.bad(place, f"{written!r} stands in it twice")
            meanings[written] = meant
    return PlainWords(meanings, tuple(lists["repaired"]), frozenset(lists["left_alone"]))


@lru_cache
def danger_patterns(file: Path = DANGER_FILE) -> DangerPatterns:
    """Return what finds danger; raise BadPattern."""
    source = _Source(file, {"fragments", "signs", "may_be_settled", "rules"})
    settled = source.content["may_be_settled"]
    if not isinstance(settled, list) or not set(settled) <= set(DANGERS):
        raise source.bad("may_be_settled", f"is not a list of {', '.join(DANGERS)}")
    rules = tuple(_rule(source, entry, place) for entry, place in source.named("rules"))
    return DangerPatterns(rules, frozenset(settled), source.signs(DANGER_SIGNS))


@lru_cache
def calm_patterns(file: Path = CALM_FILE) -> CalmPatterns:
    """Return what only sounds like danger; raise BadPattern."""
    source = _Source(file, {"fragments", "signs", "phrases", "kinds", "whole_kinds"})
    phrases = []
    for entry, place in source.named("phrases"):
        source.entry(entry, place, {"name", "why", "patterns"})
        phrases += source.patterns(entry, "patterns", place)
    return CalmPatterns(
        source.compiled(rf"\b(?:{'|'.join(phrases)}){_ENDS_A_WORD}", "phrases"),
        tuple(_kind(source, entry, place) for entry, place in source.named("kinds")),
        tuple(_kind(source, entry, place) for entry, place in source.named("whole_kinds")),
        source.signs(CALM_SIGNS),
    )


PatternFile = Tuple[Callable[[Path], object], Path]
FILES: Tuple[PatternFile, ...] = (
    (plain_words, PLAIN_FILE),
    (danger_patterns, DANGER_FILE),
    (calm_patterns, CALM_FILE),
)


def problems(files: Iterable[PatternFile] = FILES) -> Iterator[BadPattern]:
    """Yield the first thing that is wrong with each file of patterns."""
    for read, file in files:
        try:
            read(file)
        except BadPattern as error:
            yield error


def _rule(source: _Source, entry: Any, place: str) -> Rule:
    source.entry(entry, place, {"name", "why", "kind", "patterns"}, {"negatable", "unless"})
    if entry["kind"] not in DANGERS:
        raise source.bad(place, f"the kind {entry['kind']!r} is none of {', '.join(DANGERS)}")
    negatable = entry.get("negatable", False)
    if not isinstance(negatable, bool):
        raise source.bad(place, "negatable is neither true nor false")
    whole = "|".join(f"(?:{pattern})" for pattern in source.patterns(entry, "patterns", place))
    unless = source.compiled(source.one(entry, "unless", place), place) if "unless" in entry else None
    return Rule(entry["name"], entry["kind"], source.compiled(rf"\b(?:{whole})", place), negatable, unless)


def _kind(source: _Source, entry: Any, place: str) -> CalmKind:
    """Compile a kind; each pattern starts at a word."""
    source.entry(entry, place, {"name", "why", "patterns", "unless"}, {"beside"})
    whole = "|".join(source.patterns(entry, "patterns", place))
    beside = source.patterns(entry, "beside", place) if "beside" in entry else []
    return CalmKind(
        entry["name"],
        source.compiled(rf"\b(?:{whole}){_ENDS_A_WORD}", place),
        tuple(source.compiled(rf"\b(?:{each})", place) for each in beside),
        source.compiled(source.one(entry, "unless", place), place),
    )


class _Source:
    """A file of patterns and its fragments. Everything that is wrong with it is told with its place."""

    def __init__(self, file: Path, keys: set[str]) -> None:
        self._file = file
        try:
            content = yaml.load(file.read_text(encoding="utf-8"), _Loader)
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise self.bad("the file", f"cannot be read: {error}") from error
        self.content = self.mapping(content, "the file")
        if set(self.content) != keys:
            raise self.bad("the file", f"has not just the parts {', '.join(sorted(keys))}")
        self._compiled: dict[str, re.Pattern[str]] = {}
        self._fragments: dict[str, str] = {}
        for name, entry in self.mapping(content.get("fragments", {}), "fragments").items():
            self._fragments[name] = self._fragment(name, entry, f"fragment {name!r}")

    def bad(self, place: str, what: str) -> BadPattern:
        return BadPattern(self._file, place, what)

    def mapping(self, value: Any, place: str) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise self.bad(place, "is not a list of names and what they stand for")
        return value

    def entries(self, part: str) -> list[Any]:
        value = self.content[part]
        if not isinstance(value, list) or not value:
            raise self.bad(part, "is not a list")
        return value

    def named(self, part: str) -> Iterator[tuple[Any, str]]:
        """Yield each entry of a part with its place in words."""
        for number, entry in enumerate(self.entries(part), 1):
            name = entry.get("name") if isinstance(entry, dict) else None
            yield entry, f"{part} {number} ({name or 'without a name'})"

    def entry(self, value: Any, place: str, needed: set[str], others: frozenset[str] | set[str] = frozenset()) -> Any:
        """Return an entry that has all that is needed and nothing that nobody reads, and says why it is there."""
        entry = self.mapping(value, place)
        for key in sorted(needed - set(entry)):
            raise self.bad(place, f"{key!r} is missing")
        for key in sorted(map(str, set(entry) - needed - others)):
            raise self.bad(place, f"{key!r} means nothing here")
        for key in sorted({"why", "name"} & set(entry)):
            self.text(entry, key, place)
        return entry

    def text(self, entry: Mapping[str, Any], key: str, place: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.bad(place, f"{key!r} says nothing")
        return value

    def one(self, entry: Mapping[str, Any], key: str, place: str) -> str:
        return self._filled(self.text(entry, key, place), place)

    def patterns(self, entry: Mapping[str, Any], key: str, place: str) -> list[str]:
        value = entry.get(key)
        if not isinstance(value, list) or not value:
            raise self.bad(place, f"{key!r} is not a list of patterns")
        found = []
        for number, pattern in enumerate(value, 1):
            found.append(self.one({key: pattern}, key, f"{place}, {key} {number}"))
        return found

    def signs(self, names: frozenset[str]) -> dict[str, re.Pattern[str]]:
        """Return the patterns that the code asks for by name, compiled."""
        entries = self.mapping(self.content["signs"], "signs")
        if set(entries) != names:
            raise self.bad("signs", f"are not just {', '.join(sorted(names))}")
        return {
            name: self.compiled(self._fragment(name, entry, f"sign {name!r}"), f"sign {name!r}")
            for name, entry in entries.items()
        }

    def compiled(self, pattern: str, place: str) -> re.Pattern[str]:
        if pattern not in self._compiled:
            try:
                self._compiled[pattern] = re.compile(pattern)
            except re.error as error:
                raise self.bad(place, f"is no pattern: {error}") from error
        return self._compiled[pattern]

    def _fragment(self, name: Any, entry: Any, place: str) -> str:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self.bad(place, "is not named in small letters and _")
        form = [key for key in _FORMS if key in self.mapping(entry, place)]
        if len(form) != 1:
            raise self.bad(place, f"has not just one of {', '.join(_FORMS)}")
        self.entry(entry, place, {"why", *form}, {"around"} if form == ["any"] else frozenset())
        if form == ["pattern"]:
            return self.one(entry, "pattern", place)
        if form == ["words"]:
            return f"(?:{'|'.join(word.replace('_', ' ') for word in self.text(entry, 'words', place).split())})"
        either = f"(?:{'|'.join(self.patterns(entry, 'any', place))})"
        around = self.text(entry, "around", place) if "around" in entry else "{any}"
        if around.count("{any}") != 1:
            raise self.bad(place, "'around' does not hold {any} once")
        before, after = around.split("{any}")
        return self._filled(before, place) + either + self._filled(after, place)

    def _filled(self, text: str, place: str) -> str:
        """Return a pattern with what its fragments stand for."""

        def filled(found: re.Match[str]) -> str:
            if found[1] not in self._fragments:
                raise self.bad(place, f"there is no fragment {found[1]!r} before it")
            fragment = self._fragments[found[1]]
            return rf"{fragment}{{0,{found[2]}}}" if found[2] else fragment

        return _FRAGMENT.sub(filled, text)
