"""Reading a file or a page of a feed: JSON with whatever envelope its publisher puts around it, or Open Objects' CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.directory.feeds import format_of
from bot.directory.feeds.open_objects import looks_like as is_open_objects
from bot.directory.feeds.open_objects import with_organisations
from bot.directory.records.record import Rejected

_LISTS = ("contents", "content", "services", "records", "items", "data", "results")
# What one file may cost. 200,000 made-up records have 15 million values in 420 MB.
LARGEST_FILE = 2_000_000_000
MOST_VALUES = 60_000_000
# In characters (bytes where it is JSON). A picture in a text takes some hundred thousand.
_LONGEST_TEXT = 4_000_000
_LONGEST_CELL = 1_000_000
_MOST_COLUMNS = 1000
# What one record may hold. The largest of 482 in our captures has 480 values, 11 levels deep, and 15,000 characters.
_DEEPEST = 40
_MOST_FIELDS = 20_000
_LONGEST_RECORD = 2_000_000


class Unreadable(Exception):
    """A file or a page is no feed; the text says what is wrong with it."""


class TooMuch(Unreadable):
    """It goes over a limit of ours: to read it again would not help."""


@dataclass(frozen=True)
class Page:
    """What a page of a feed holds; None where it does not say: its number (from 1), how many pages and records in all."""

    records: list[Any]
    number: int | None = None
    pages: int | None = None
    total: int | None = None


def read(content: bytes, most_values: int = MOST_VALUES) -> Page:
    """Return the records of a file or page; raise Unreadable where there are none to be found in it.

    Raises TooMuch where it is made to fill memory: more than `most_values` values, or one text of megabytes.
    """
    if content.removeprefix(BOM_UTF8).lstrip()[:1] not in (b"{", b"["):
        return Page(_read_csv(content, most_values))
    _check_size(content, most_values)
    try:
        return _page(json.loads(content.decode("utf-8-sig")))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Unreadable(f"it is not complete JSON ({error})") from error
    except RecursionError as error:
        raise TooMuch("it is nested too deeply") from error
    except ValueError as error:
        raise TooMuch("it has a number with thousands of digits") from error


def read_file(file: Path) -> Page:
    """Return the records of a file; raise OSError and, as `read` does, Unreadable."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TooMuch(f"it is larger than {LARGEST_FILE // 1_000_000} MB: cut it into several files")
    return read(content)


def size_of(record: Any) -> int:
    """Return how many characters a record has; raise Rejected where it is made of more than any real one."""
    fields = length = 0
    level = [record]
    for _ in range(_DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                length += sum(map(len, value))
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str):
                length += len(value)
        fields += len(below)
        if fields > _MOST_FIELDS:
            raise Rejected(f"it has more than {_MOST_FIELDS} values")
        if length > _LONGEST_RECORD:
            raise Rejected(f"it is longer than {_LONGEST_RECORD} characters")
        if not below:
            return length
        level = below
    raise Rejected(f"it is nested deeper than {_DEEPEST} levels")


def _check_size(content: bytes, most_values: int) -> None:
    """Refuse JSON that would take far more memory than it has bytes, before any of it is read."""
    if content.count(b",") + content.count(b"{") + content.count(b"[") > most_values:
        raise TooMuch(f"it has more than {most_values} values")
    at = -1
    while len(content) - at > _LONGEST_TEXT:
        at, before = content.rfind(b'"', at + 1, at + 1 + _LONGEST_TEXT), at
        if at < 0:
            raise TooMuch(f"from byte {before + 1} on it has a text of more than {_LONGEST_TEXT} bytes")


def _page(data: Any) -> Page:
    if isinstance(data, list):
        return Page(_with_organisations(data))
    if not isinstance(data, dict):
        raise Unreadable("it is neither a list nor an object")
    if "id" in data and ("name" in data or "title" in data) and format_of(data):
        return Page([data])
    plain = {re.sub(r"[^a-z]", "", str(name).lower()): value for name, value in data.items()}
    listed = next((plain[name] for name in _LISTS if isinstance(plain.get(name), list)), None)
    if listed is None:
        raise Unreadable("it has no list of services")
    total = next((plain[name] for name in ("totalelements", "totalitems", "total", "count") if name in plain), None)
    number = next((plain[name] for name in ("pagenumber", "number", "page") if name in plain), None)
    return Page(_with_organisations(listed), _count(number), _count(plain.get("totalpages")), _count(total))


def _with_organisations(records: list[Any]) -> list[Any]:
    first = next((record for record in records if isinstance(record, dict)), None)
    return with_organisations(records) if first and is_open_objects(first) else records


def _count(value: Any) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,12}", str(value)) else None


def _read_csv(content: bytes, most_values: int) -> list[Any]:
    """Read Open Objects' admin CSV: ISO-8859-1 as exported, or UTF-8 where somebody saved it again."""
    coding = "utf-8-sig"
    try:
        content.decode(coding)
    except UnicodeDecodeError:
        coding = "cp1252"  # ISO-8859-1 as Windows writes it
    csv.field_size_limit(_LONGEST_CELL)
    lines = io.TextIOWrapper(io.BytesIO(content), coding, errors="replace", newline="")
    rows = csv.reader(lines, strict=True)
    try:
        names = [name.strip() for name in next(rows, [])]
        if "title" not in names or len(names) < 2:
            raise Unreadable("it is neither JSON nor a CSV file with Open Objects' columns")
        if len(names) > _MOST_COLUMNS:
            raise TooMuch(f"it has more than {_MOST_COLUMNS} columns")
        found, most_rows = [], most_values // len(names)
        for row in rows:
            if any(value.strip() for value in row):
                found.append({**dict.fromkeys(names), **dict(zip(names, row))})
            if len(found) > most_rows:
                raise TooMuch(f"it has more than {most_values} cells")
    except csv.Error as error:
        raise Unreadable(f"line {rows.line_num} is broken ({error})") from error
    return with_organisations(found)
