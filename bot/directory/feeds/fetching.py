"""Reading a feed over HTTP: every page, politely and more than once where the network fails, and only what is new."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import quote

import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError, ContentDecodingError, Timeout

from bot.directory.feeds.configured import ConfiguredFeed
from bot.directory.feeds.importing import StillThere
from bot.directory.feeds.reading import Page, TooMuch, Unreadable, read
from bot.directory.feeds.spool import Spool
from bot.directory.records.cleaning import moment
from bot.outgoing import MEGABYTE, MOST_REDIRECTS, Answer, Client, Limits, Stopped, Ways
from bot.public_addresses import NotAllowed, Reach, parse

TRIES = 4
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
_AT_ONCE = 4
_MOST_PAGES = 20_000
_DETAILS_AT_ONCE = 200
_VALUES_PER_MB = 100_000  # three times what records really have
_LONGEST_REMEMBERED = 300
_HEADERS = {"User-Agent": "LocalOfferGuide/1 (directory sync)", "Accept": "application/json, text/csv;q=0.9"}
# What to raise where a limit is too low for a feed: a field of the sources file, or a setting.
_SETTINGS = {"size": "page_mb", "time": "page_s", "place": "GUIDE_FEED_NETWORKS"}
_TRY_AGAIN = frozenset([408, 425, 429, 500, 502, 503, 504])
# What only a full record has: a list in which no record has any of it is a list of names.
_OF_FULL_RECORDS = frozenset(
    [
        "service_at_locations",
        "schedules",
        "contacts",
        "service_areas",
        "cost_options",
        "attributes",
        "languages",
        "phones",
    ]
)
Progress = Callable[[Iterable[Any], int | None, str], Iterable[Any]]


class FeedFailed(Exception):
    """A feed could not be read whole; the text says where it broke."""


@dataclass
class Fetched:
    """What a feed gave: its records, whether they are all it has, what to remember, and whether anything is new."""

    records: Spool = field(default_factory=Spool)
    complete: bool = True
    remembered: dict[str, Any] = field(default_factory=dict)
    has_news: bool = False


def without_bar(items: Iterable[Any], total: int | None, label: str) -> Iterable[Any]:
    """Show no progress."""
    return items


class Fetcher:
    """Reads one feed. `last` are Source.remembered and each stored record's `last_modified` by published id."""

    def __init__(
        self,
        feed: ConfiguredFeed,
        remembered: Mapping[str, Any] | None = None,
        modified: Mapping[str, datetime | None] | None = None,
        progress: Progress = without_bar,
        first_pause_s: float = FIRST_PAUSE_S,
        ways: Ways | None = None,
    ) -> None:
        """Prepare to read `feed`; give no `remembered` to read all of it whatever was read before.

        Raises FeedFailed where its address is not written plainly.
        """
        self._feed, self._progress, self._first_pause_s = feed, progress, first_pause_s
        self._remembered, self._modified = remembered or {}, modified or {}
        ways = ways or Ways()
        try:
            reach = Reach(parse(feed.address), ways.networks)
        except NotAllowed as error:
            raise FeedFailed(str(error)) from error
        size = int(feed.page_mb * MEGABYTE)
        self._client = Client(reach, Limits(size, size, feed.timeout_s, feed.page_s), ways)
        self._found = Fetched()
        self._has_objects = self._has_full_records = False
        self._newest: datetime | None = None
        self._pages: dict[tuple[str, ...], int] = {}
        self._bytes, self._counting = 0, threading.Lock()
        self._ends_at = time.monotonic() + feed.feed_minutes * 60

    def fetch(self) -> Fetched:
        """Return what the feed has; raise FeedFailed where a page cannot be read even after several tries."""
        since = self._remembered.get("modified_after") if self._feed.modified_after else None
        self._found.complete = since is None
        first = self._page(1, since)
        pages = first.pages or 1
        if pages > _MOST_PAGES:
            raise FeedFailed(f"it says that it has {pages} pages")
        for number in self._progress(range(2, pages + 1), pages - 1, f"{self._feed.name}: pages"):
            self._page(number, since)
        self._check_whole(first, since)
        if self._wants_details():
            self._add_details()
        if self._feed.modified_after:
            told = self._newest.isoformat().replace("+00:00", "Z") if self._newest else since
            self._found.remembered = {"modified_after": told}
        return self._found

    def _check_whole(self, first: Page, since: str | None) -> None:
        """Refuse a feed whose pages hold much less than its first page promised: it broke off somewhere."""
        found = len(self._found.records)
        if first.total and found < first.total * 0.9 and (first.pages or 0) > 1:
            raise FeedFailed(f"its pages hold {found} records, but it says that it has {first.total}")

    def _page(self, number: int, since: str | None) -> Page:
        parameters: dict[str, str | int] = {"page": number, "per_page": self._feed.per_page}
        if since:
            parameters["modified_after"] = since
        known = self._remembered.get("pages", {}).get(str(number)) or {}
        if known.get("per_page") != self._feed.per_page:
            known = {}
        conditions = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("last_modified")}
        headers = {name: value for name, value in conditions.items() if value}
        answer, page = self._read(self._feed.address, f"page {number}", parameters, headers)
        if page is None:
            self._add(StillThere(ident) for ident in known["ids"])
            self._found.remembered.setdefault("pages", {})[str(number)] = known
            return Page([], number, known.get("pages"), known.get("total"))
        self._found.has_news = True
        self._check_room(len(page.records))
        self._add(page.records)
        ids = [str(record["id"]).strip() for record in page.records if isinstance(record, dict) and record.get("id")]
        if len(ids) == len(page.records):
            self._check_new(number, ids)
            self._remember(number, ids, page, answer)
        return page

    def _check_room(self, more: int) -> None:
        if len(self._found.records) + more > self._feed.most_records:
            raise FeedFailed(_over(f"it has more than {self._feed.most_records} records", "most_records"))

    def _add(self, records: Iterable[Any]) -> None:
        def looked_at() -> Iterator[Any]:
            for record in records:
                if isinstance(record, dict):
                    self._has_objects = True
                    self._has_full_records = self._has_full_records or bool(_OF_FULL_RECORDS & set(record))
                    changed = _modified(record)
                    self._newest = max(filter(None, (self._newest, changed)), default=None)
                yield record

        try:
            self._found.records.add(looked_at())
        except RecursionError as error:
            raise FeedFailed("it is nested too deeply") from error

    def _check_new(self, number: int, ids: list[str]) -> None:
        """Refuse a feed that gives one page again and again, as one does that does not know about pages."""
        first = self._pages.setdefault((str(len(ids)), *ids[:3], *ids[-3:]), number) if ids else number
        if first != number:
            raise FeedFailed(f"page {number} is the same as page {first}")

    def _remember(self, number: int, ids: list[str], page: Page, answer: Answer) -> None:
        etag, changed = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        longest = max(map(len, (etag or "", changed or "", *ids)))
        if (etag or changed) and longest <= _LONGEST_REMEMBERED:
            envelope = {"pages": page.pages, "total": page.total, "per_page": self._feed.per_page}
            own = {"etag": etag, "last_modified": changed, "ids": ids, **envelope}
            self._found.remembered.setdefault("pages", {})[str(number)] = own

    def _wants_details(self) -> bool:
        if self._feed.details != "auto":
            return self._feed.details == "yes"
        return self._has_objects and not self._has_full_records

    def _add_details(self) -> None:
        listed = self._found.records
        self._found.records = Spool()
        records = iter(self._progress(listed, len(listed), f"{self._feed.name}: details"))
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            while some := list(islice(records, _DETAILS_AT_ONCE)):
                self._add(threads.map(self._detail, some))

    def _detail(self, record: Any) -> Any:
        if not isinstance(record, dict) or not record.get("id"):
            return record
        ident, changed = str(record["id"]).strip(), _modified(record)
        if changed and self._modified.get(ident) == changed:
            return StillThere(ident)
        what = f"record {ident[:_LONGEST_REMEMBERED]}"
        try:
            _, page = self._read(f"{self._feed.address.rstrip('/')}/{quote(ident, safe='')}", what, {}, {})
        except FeedFailed as failure:
            if isinstance(failure.__cause__, _Gone):
                return StillThere(ident, "it is in the list, but its details are not there")
            raise
        return page.records[0] if page and page.records else record

    def _read(
        self, address: str, what: str, parameters: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> tuple[Answer, Page | None]:
        """Return an answer and its page, None where it has not changed; try again where it may have been bad luck."""
        problem: Exception | None = None
        for attempt in range(TRIES):
            if attempt:
                time.sleep(_pause(problem, attempt, self._first_pause_s))
            if time.monotonic() > self._ends_at:
                raise FeedFailed(_over(f"it took longer than {self._feed.feed_minutes:g} minutes", "feed_minutes"))
            try:
                answer = self._client.get(address, parameters, {**_HEADERS, **headers}, MOST_REDIRECTS)
                if answer.status == 304 and headers:
                    return answer, None
                if answer.status in _TRY_AGAIN:
                    raise _Busy(answer)
                if answer.status in (404, 410):
                    raise FeedFailed(f"{what}: HTTP {answer.status}") from _Gone()
                if answer.status != 200:
                    raise FeedFailed(f"{what}: HTTP {answer.status}")
                return answer, self._page_of(answer)
            except Stopped as error:
                raise FeedFailed(_over(f"{what}: {error}", _SETTINGS.get(error.limit))) from error
            except TooMuch as error:
                raise FeedFailed(f"{what}: {error}") from error
            except (ConnectionError, Timeout, ChunkedEncodingError, ContentDecodingError, Unreadable, _Busy) as error:
                problem = error
            except requests.RequestException as error:
                raise FeedFailed(f"{what}: {type(error).__name__}") from error
        said = str(problem) if isinstance(problem, Unreadable | _Busy) else type(problem).__name__
        raise FeedFailed(f"{what}, tried {TRIES} times: {said}") from problem

    def _page_of(self, answer: Answer) -> Page:
        with self._counting:
            self._bytes += len(answer.body)
            if self._bytes > self._feed.feed_mb * MEGABYTE:
                raise FeedFailed(_over(f"its pages have more than {self._feed.feed_mb:g} MB", "feed_mb"))
        return read(answer.body, int(self._feed.page_mb * _VALUES_PER_MB))


def _over(problem: str, setting: str | None) -> str:
    """Return what went over a limit, and which setting to raise where that is right."""
    return f"{problem}. If that is right, set {setting}." if setting else problem


class _Gone(Exception):
    """There is nothing at this address."""


class _Busy(Exception):
    """The server asks to come again later."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        after = answer.headers.get("Retry-After", "")
        self.retry_after_s = float(after) if re.fullmatch("[0-9]{1,9}", after) else None


def _pause(problem: Exception | None, attempt: int, first_s: float) -> float:
    asked = problem.retry_after_s if isinstance(problem, _Busy) else None
    return min(asked if asked is not None else first_s * 2.0 ** (attempt - 1), LONGEST_PAUSE_S)


def _modified(record: Any) -> datetime | None:
    if not isinstance(record, dict):
        return None
    found = moment(record.get("last_modified") or record.get("updated_at"))
    return found.astimezone(UTC) if found else None
