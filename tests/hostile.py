"""Every pattern of the product, texts made to be slow for each, and how long a pattern takes for a text.

Both Pythons import this: nothing beyond the standard library and what the product's own modules need.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import itertools
import pkgutil
import re
import signal
import time
from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

try:
    from re import _constants as constants  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_constants as constants  # type: ignore[no-redef]
    import sre_parse as parser  # type: ignore[no-redef]

PACKAGES = ("bot", "actions")
# Tools for those who build or measure the guide: no visitor, feed or reply reaches them.
NOT_REACHED = ("bot.evaluation", "bot.transparency", "bot.guidance.check", "bot.guidance.reading_age")
HOLDERS = {"bot.reading.text": ("normaliser",)}
LENGTH = 2000
# 5 on a machine of its own; beside other work processor time is up to twice as long.
MOST_MS = 10.0
# Twice the text takes twice as long, four times where every start is tried; the rest is noise.
MOST_GROWTH = 2.8
NO_GROWTH_BELOW_MS = 1.0
# Forty forms of a sentence in one pattern: linear, but slow where a text is all articles (which bounds cut short).
MOST_MS_OF = {"bot.reading.person._WISHES": 25.0}
# Read from our own files, never from what somebody sends.
OF_OUR_OWN_TEXTS = frozenset({"bot.privacy.names._TITLED"})
# Tried only where a word ends, never all along a text.
MATCHED_AT_A_PLACE = frozenset({"bot.privacy.names._AGE_AFTER", "bot.privacy.names._PAUSE"})
HARD_STOP_S = 0.5
TRIES = 8
MOST_TEXTS = 240
_MOST_DEEP = 12
_MOST_IN_A_ROW = 12
_SEPARATORS = ("", " ", ", ", ".")
_METHODS = frozenset({"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"})


class Found(NamedTuple):
    """A pattern and where it stands."""

    where: str
    pattern: re.Pattern[str]


class Slow(NamedTuple):
    """What a pattern took too long for."""

    where: str
    text: str
    why: str


class _Stopped(BaseException):
    """The hard stop: no pattern can catch it."""


# --- every pattern -----------------------------------------------------------------------------------------


def patterns() -> tuple[list[Found], list[str]]:
    """Return every pattern of the modules that this Python can import, and the calls of `re` that nobody could read."""
    found: dict[tuple[str, int], Found] = {}
    our_own: set[tuple[str, int]] = set()
    unread: list[str] = []
    for module in _modules():
        inline, missed = _inline(module)
        unread += missed
        for each in itertools.chain(_within(vars(module), module.__name__, set()), _made(module), inline):
            if isinstance(each.pattern.pattern, str):
                key = (each.pattern.pattern, each.pattern.flags)
                found.setdefault(key, each)
                our_own |= {key} if each.where in OF_OUR_OWN_TEXTS else set()
    return [each for key, each in found.items() if key not in our_own], unread


def _modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for info in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if info.name.startswith(NOT_REACHED) or info.name.endswith("__main__") or ".migrations." in info.name:
                continue
            try:
                yield importlib.import_module(info.name)
            except (
                ImportError,
                AttributeError,
            ):  # it belongs to the other Python, which has other versions of libraries
                continue


def _within(value: Any, where: str, seen: set[int]) -> Iterator[Found]:
    """Find patterns in what a module holds: collections, dataclasses, named tuples, our own objects."""
    if isinstance(value, re.Pattern):
        yield Found(where, value)
        return
    if isinstance(value, (str, bytes, int, float, type(None), ModuleType)) or id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        for name, held in list(value.items()):
            yield from _within(held, f"{where}.{name}", seen)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, held in enumerate(list(value)):
            yield from _within(held, f"{where}[{number}]", seen)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _within({each.name: getattr(value, each.name) for each in dataclasses.fields(value)}, where, seen)
    elif isinstance(value, FunctionType):
        closure = [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
        yield from _within([closure, value.__defaults__], where, seen)
    elif type(value).__module__.startswith(PACKAGES) and hasattr(value, "__dict__"):
        yield from _within(vars(value), where, seen)


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _made(module: ModuleType) -> Iterator[Found]:
    """Find the patterns that functions without arguments make once, from the vocabulary for instance."""
    for name, function in list(vars(module).items()):
        own = getattr(function, "__module__", None) == module.__name__
        if not own or not callable(function) or isinstance(function, type):
            continue
        returns = str(getattr(function, "__annotations__", {}).get("return", ""))
        if "Pattern" not in returns and name not in HOLDERS.get(module.__name__, ()):
            continue
        needed = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
        if not [each for each in needed if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)] and not needed:
            yield from _within(function(), f"{module.__name__}.{name}()", set())


def _inline(module: ModuleType) -> tuple[list[Found], list[str]]:
    """Find the patterns written where they are used, `re.sub(r"...", ...)`, by reading the module's source."""
    found, missed = [], []
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in _METHODS):
            continue
        where = f"{module.__name__}:{node.lineno}"
        try:
            written = eval(compile(ast.Expression(node.args[0]), where, "eval"), dict(vars(module)))  # noqa: S307
            found.append(Found(where, re.compile(written, _flags(node, module))))
        except NameError:  # made from a function's own arguments: what it makes is found where it is kept
            missed.append(where)
    return found, missed


def _flags(node: ast.Call, module: ModuleType) -> int:
    given = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    place = 1 if method == "compile" else 2 if method in ("search", "match", "fullmatch", "findall", "finditer") else 9
    given += node.args[place : place + 1]
    if not given:
        return 0
    return int(eval(compile(ast.Expression(given[0]), "flags", "eval"), dict(vars(module))))  # noqa: S307


# --- texts that are slow to read ---------------------------------------------------------------------------


def hostile_texts(pattern: re.Pattern[str], length: int = LENGTH, most: int = MOST_TEXTS) -> list[str]:
    """Return texts of `length` characters from a pattern's own parts: repeated, separated, led up to, nearly ending well."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    pumps = list(dict.fromkeys(_pumps(tree)))
    own = [pump for pump in pumps if pump[1].strip()]
    words = [pump.strip() for _, pump in _spread(own, _MOST_IN_A_ROW)]
    mixed = [_filled("", separator.join(words) + separator, "~", length) for separator in (" ", ", ", "")]
    # Each once, with one separator after another, where there are too many for every combination.
    turns = [(place, separator) for separator in range(len(_SEPARATORS)) for place in range(len(own))]
    texts = [
        _filled(own[place][0], own[place][1] + _SEPARATORS[(place + separator) % len(_SEPARATORS)], "\x01", length)
        for place, separator in turns[: most - len(mixed)]
    ]
    return list(dict.fromkeys([*mixed, *texts]))


def common_texts(length: int = LENGTH) -> list[str]:
    """Return texts that are slow for many a pattern: runs of one sign, of one word, of what only nearly ends."""
    runs = [*" ,.!?-'\"()[]<>&@#/\\_:;*+=~0a\n\t", "😀", "é", "中", "\u00a0", "A"]
    runs += [
        ", ",
        ". ",
        " ,",
        "! ",
        "a ",
        "a. ",
        "1 ",
        "1.",
        "a-",
        "a'",
        "A ",
        "Ab ",
        "\n\n",
        "\n ",
        ",!",
        "a@",
        "a@a.",
        "a.b.",
    ]
    runs += [
        "thank you ",
        "and ",
        "the ",
        "my son ",
        "what is ",
        "is it ",
        "so so ",
        "how much ",
        "not a ",
        "07700 ",
        "aaab ",
    ]
    texts = [_filled("", run, ending, length) for run in runs for ending in ("", "x")]
    return [*texts, _filled("what is (", "a (", "x", length), _filled("my ", "very ", ".", length)]


def _filled(lead: str, run: str, ending: str, length: int) -> str:
    room = max(length - len(lead) - len(ending), 0)
    return (lead + (run * (room // max(len(run), 1) + 1))[:room] + ending)[:length]


def _spread(items: list[Any], most: int) -> list[Any]:
    """Return at most `most` of the items, evenly from first to last."""
    if len(items) <= most:
        return items
    return [items[place * (len(items) - 1) // (most - 1)] for place in range(most)]


def _pumps(tree: Any, lead: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield what can be repeated, each with a text that leads up to it."""
    if depth > _MOST_DEEP:
        return
    for operation, value in tree:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, body = value
            if most > 1:
                for one in _samples(body):
                    yield lead, one
            yield from _pumps(body, lead, depth + 1)
        elif name == "BRANCH":
            for branch in value[1]:
                for one in _samples(branch)[:1]:
                    yield lead, one
                yield from _pumps(branch, lead, depth + 1)
        elif name == "SUBPATTERN":
            yield from _pumps(value[3], lead, depth + 1)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _pumps(value[1], lead, depth + 1)
        elif name == "ATOMIC_GROUP":
            yield from _pumps(value, lead, depth + 1)
        lead = (lead + _sample([(operation, value)]))[-60:]
    if depth == 0:
        for one in _samples(tree)[:4]:
            yield "", one


def _samples(tree: Any) -> list[str]:
    """Return short texts that the parts of a tree match: one for each alternative, and one that repeats what may repeat."""
    samples = [_sample(tree), _sample(tree, repeats=2)]
    for place, (operation, value) in enumerate(tree):
        inner = value[3] if str(operation) == "SUBPATTERN" else [(operation, value)]
        if len(inner) == 1 and str(inner[0][0]) == "BRANCH":
            before, after = _sample(tree[:place]), _sample(tree[place + 1 :])
            samples += [before + _sample(branch) + after for branch in inner[0][1][1]]
    return list(dict.fromkeys(sample for sample in samples if sample))


def _sample(tree: Any, repeats: int = 1, depth: int = 0) -> str:
    if depth > _MOST_DEEP:
        return ""
    text = ""
    for operation, value in tree:
        name = str(operation)
        if name == "LITERAL":
            text += chr(value)
        elif name == "NOT_LITERAL":
            text += "x" if value != ord("x") else "y"
        elif name == "ANY":
            text += "x"
        elif name == "IN":
            text += _one_of(value)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, body = value
            text += _sample(body, repeats, depth + 1) * max(least, min(repeats, most))
        elif name == "BRANCH":
            text += _sample(value[1][0], repeats, depth + 1)
        elif name == "SUBPATTERN":
            text += _sample(value[3], repeats, depth + 1)
        elif name == "ATOMIC_GROUP":
            text += _sample(value, repeats, depth + 1)
    return text


_OF_CATEGORY = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a",
    "CATEGORY_NOT_DIGIT": "x", "CATEGORY_NOT_SPACE": "x", "CATEGORY_NOT_WORD": ",",
}  # fmt: skip


def _one_of(choices: Any) -> str:
    excluded = choices[0][0] is constants.NEGATE
    if excluded:
        own = re.compile(".", re.S)
        for character in "xa1 ,.!\n~-'":
            if own.match(character) and not any(_takes(choice, character) for choice in choices[1:]):
                return character
        return "\u00e9"
    for operation, value in choices:
        name = str(operation)
        if name == "LITERAL":
            return chr(value)
        if name == "RANGE":
            return chr(value[0])
        if name == "CATEGORY":
            return _OF_CATEGORY.get(str(value), "a")
    return ""


def _takes(choice: Any, character: str) -> bool:
    name, value = str(choice[0]), choice[1]
    if name == "LITERAL":
        return ord(character) == value
    if name == "RANGE":
        return bool(value[0] <= ord(character) <= value[1])
    kinds = {
        "CATEGORY_DIGIT": character.isdigit(), "CATEGORY_SPACE": character.isspace(),
        "CATEGORY_WORD": character.isalnum() or character == "_",
    }  # fmt: skip
    return kinds.get(str(value), False)


# --- how long it takes -------------------------------------------------------------------------------------


def find_slow(found: Found, texts: list[str]) -> Slow | None:
    """Return the first text for which a pattern takes too long or grows worse than with the text's length, or None.

    `sub` goes through the whole text and does all that `search` does and more; `fullmatch` must try every way to the end.
    """
    most_ms = MOST_MS_OF.get(found.where, MOST_MS)
    for text in texts:
        half, whole = 0.0, cpu_ms(found, text)
        for _ in range(TRIES):
            if whole < NO_GROWTH_BELOW_MS:
                break
            # Beside other work any one measurement may be too long, none too short.
            shorter = cpu_ms(found, text[: len(text) // 2 - 1] + text[-1])
            half = min(half, shorter) if half else shorter
            whole = min(whole, cpu_ms(found, text))
            if whole <= most_ms and whole <= half * MOST_GROWTH:
                break
            if half > most_ms:
                return Slow(found.where, text, f"{half:.1f} ms for half the text")
        else:
            return Slow(found.where, text, f"{half:.2f} ms, then {whole:.2f} ms for twice the text")
    return None


def cpu_ms(found: Found, text: str) -> float:
    """Return the processor time of `sub` and `fullmatch`, the longer one, in ms; a pattern that goes on and on is stopped.

    The alarm is one of the clock on the wall: one of processor time would make `process_time` coarse.
    """
    pattern, before, worst = found.pattern, signal.signal(signal.SIGALRM, _stop), 0.0
    uses = [lambda: pattern.sub("", text), lambda: pattern.fullmatch(text)]
    if found.where in MATCHED_AT_A_PLACE:
        uses = [lambda: pattern.match(text)]
    try:
        for use in uses:
            began = time.process_time()
            try:
                signal.setitimer(signal.ITIMER_REAL, HARD_STOP_S)
                use()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except _Stopped:
                pass
            worst = max(worst, time.process_time() - began)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return worst * 1000


def _stop(*_: object) -> None:
    raise _Stopped
