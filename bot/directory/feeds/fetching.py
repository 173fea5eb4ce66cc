"""Reading a feed over HTTP: every page, politely and more than once where the network fails, and only what is new."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import requests
from requests.exceptions import ChunkedEncodingError, ConnectionError, ContentDecodingError, Timeout

from bot.directory.cleaning import moment
from bot.directory.feeds.configured import ConfiguredFeed
from bot.directory.feeds.reading import Page, Unreadable, read
from bot.directory.importing import StillThere

TRIES = 4
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
_AT_ONCE = 4
_MOST_PAGES = 20_000
_AGENT = "LocalOfferGuide/1 (directory sync)"
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

    records: list[Any] = field(default_factory=list)
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
    ) -> None:
        """Prepare to read `feed`; give no `remembered` to read all of it whatever was read before."""
        self._feed, self._progress, self._first_pause_s = feed, progress, first_pause_s
        self._remembered, self._modified = remembered or {}, modified or {}
        self._http = requests.Session()
        self._http.headers.update({"User-Agent": _AGENT, "Accept": "application/json, text/csv;q=0.9"})
        self._found = Fetched()

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
            newest = max(filter(None, map(_modified, self._found.records)), default=None)
            told = newest.isoformat().replace("+00:00", "Z") if newest else since
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
        response, page = self._read(self._feed.address, f"page {number}", parameters, headers)
        if page is None:
            self._found.records += [StillThere(ident) for ident in known["ids"]]
            self._found.remembered.setdefault("pages", {})[str(number)] = known
            return Page([], number, known.get("pages"), known.get("total"))
        self._found.has_news = True
        self._found.records += page.records
        ids = [str(record["id"]).strip() for record in page.records if isinstance(record, dict) and record.get("id")]
        etag, changed = response.headers.get("ETag"), response.headers.get("Last-Modified")
        if (etag or changed) and len(ids) == len(page.records):
            envelope = {"pages": page.pages, "total": page.total, "per_page": self._feed.per_page}
            own = {"etag": etag, "last_modified": changed, "ids": ids, **envelope}
            self._found.remembered.setdefault("pages", {})[str(number)] = own
        return page

    def _wants_details(self) -> bool:
        if self._feed.details != "auto":
            return self._feed.details == "yes"
        records = [record for record in self._found.records if isinstance(record, dict)]
        return bool(records) and not any(_OF_FULL_RECORDS & set(record) for record in records)

    def _add_details(self) -> None:
        records = self._found.records
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            detailed = threads.map(self._detail, records)
            self._found.records = list(self._progress(detailed, len(records), f"{self._feed.name}: details"))

    def _detail(self, record: Any) -> Any:
        if not isinstance(record, dict) or not record.get("id"):
            return record
        ident, changed = str(record["id"]).strip(), _modified(record)
        if changed and self._modified.get(ident) == changed:
            return StillThere(ident)
        try:
            _, page = self._read(f"{self._feed.address.rstrip('/')}/{quote(ident, safe='')}", f"record {ident}", {}, {})
        except FeedFailed as failure:
            if isinstance(failure.__cause__, _Gone):
                return StillThere(ident, "it is in the list, but its details are not there")
            raise
        return page.records[0] if page and page.records else record

    def _read(
        self, address: str, what: str, parameters: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> tuple[requests.Response, Page | None]:
        """Return an answer and its page, None where it has not changed; try again where it may have been bad luck."""
        problem: Exception | None = None
        for attempt in range(TRIES):
            if attempt:
                time.sleep(_pause(problem, attempt, self._first_pause_s))
            try:
                response = self._http.get(address, params=parameters, headers=headers, timeout=self._feed.timeout_s)
                if response.status_code == 304 and headers:
                    return response, None
                if response.status_code in _TRY_AGAIN:
                    raise _Busy(response)
                if response.status_code in (404, 410):
                    raise FeedFailed(f"{what}: HTTP {response.status_code}") from _Gone()
                if response.status_code != 200:
                    raise FeedFailed(f"{what}: HTTP {response.status_code}")
                return response, read(response.content)
            except (ConnectionError, Timeout, ChunkedEncodingError, ContentDecodingError, Unreadable, _Busy) as error:
                problem = error
            except requests.RequestException as error:
                raise FeedFailed(f"{what}: {type(error).__name__}") from error
        said = str(problem) if isinstance(problem, Unreadable | _Busy) else type(problem).__name__
        raise FeedFailed(f"{what}, tried {TRIES} times: {said}") from problem


class _Gone(Exception):
    """There is nothing at this address."""


class _Busy(Exception):
    """The server asks to come again later."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"HTTP {response.status_code}")
        after = response.headers.get("Retry-After", "")
        self.retry_after_s = float(after) if after.isdigit() else None


def _pause(problem: Exception | None, attempt: int, first_s: float) -> float:
    asked = problem.retry_after_s if isinstance(problem, _Busy) else None
    return min(asked if asked is not None else first_s * 2.0 ** (attempt - 1), LONGEST_PAUSE_S)


def _modified(record: Any) -> datetime | None:
    if not isinstance(record, dict):
        return None
    found = moment(record.get("last_modified") or record.get("updated_at"))
    return found.astimezone(UTC) if found else None
