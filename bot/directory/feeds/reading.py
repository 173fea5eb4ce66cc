"""Reading a file or a page of a feed: JSON with whatever envelope its publisher puts around it, or Open Objects' CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Any

from bot.directory.feeds import format_of
from bot.directory.feeds.open_objects import looks_like as is_open_objects
from bot.directory.feeds.open_objects import with_organisations

_LISTS = ("contents", "content", "services", "records", "items", "data", "results")
_LONGEST_CELL = 10_000_000


class Unreadable(Exception):
    """A file or a page is no feed; the text says what is wrong with it."""


@dataclass(frozen=True)
class Page:
    """What a page of a feed holds; None where it does not say: its number (from 1), how many pages and records in all."""

    records: list[Any]
    number: int | None = None
    pages: int | None = None
    total: int | None = None


def read(content: bytes) -> Page:
    """Return the records of a file or page; raise Unreadable where there are none to be found in it."""
    if content.removeprefix(BOM_UTF8).lstrip()[:1] not in (b"{", b"["):
        return Page(_read_csv(content))
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Unreadable(f"it is not complete JSON ({error})") from error
    return _page(data)


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
    return int(value) if isinstance(value, int | float | str) and str(value).isdigit() else None


def _read_csv(content: bytes) -> list[Any]:
    """Read Open Objects' admin CSV: ISO-8859-1 as exported, or UTF-8 where somebody saved it again."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")  # ISO-8859-1 as Windows writes it
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = [name.strip() for name in rows.fieldnames or []]
    rows.fieldnames = names
    if "title" not in names or len(names) < 2:
        raise Unreadable("it is neither JSON nor a CSV file with Open Objects' columns")
    try:
        found = [{name: value for name, value in row.items() if name is not None} for row in rows]
    except csv.Error as error:
        raise Unreadable(f"line {rows.line_num} is broken ({error})") from error
    return with_organisations([row for row in found if any((value or "").strip() for value in row.values())])
