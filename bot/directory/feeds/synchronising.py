"""Bringing the directory up to date with its feeds: files, addresses, the configured feeds, and the starting directory."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from tqdm import tqdm

from bot.directory.feeds.configured import ConfiguredFeed
from bot.directory.feeds.fetching import FIRST_PAUSE_S, FeedFailed, Fetched, Fetcher, Progress, without_bar
from bot.directory.feeds.importing import READING, Feed, Report, find_source, import_records, keep_run
from bot.directory.feeds.reading import read, read_file
from bot.directory.records.digests import digest
from bot.directory.records.models import Service, Source
from bot.directory.records.taxonomy import FILE as TAXONOMY
from bot.guidance.wording import wording
from bot.outgoing import Ways
from bot.paths import KNOWLEDGE

STARTING_DIRECTORY = "starting-directory"
FOLDER = KNOWLEDGE / "directory"
_log = logging.getLogger(__name__)
# Who keeps something beside the records and must hear that they changed: module, function.
_LISTENERS = (("bot.directory.search.text_index", "refresh"),)


def with_bar(items: Iterable[Any], total: int | None, label: str) -> Iterable[Any]:
    """Show progress as a bar on standard error."""
    bar: Iterable[Any] = tqdm(items, total=total, desc=label, unit="", leave=False, disable=total == 0)
    return bar


def import_file(
    engine: Engine,
    file: Path,
    name: str,
    form: str = "auto",
    allow_loss: bool = False,
    progress: Progress = without_bar,
) -> Report:
    """Import a file as the feed `name`; raise OSError, Unreadable or SQLAlchemyError where it cannot be done."""
    page = read_file(file)
    feed = Feed(name, title=name, address=str(file), format=form)
    return import_records(engine, feed, progress(page.records, len(page.records), name), allow_loss)


def synchronise(
    engine: Engine,
    feed: ConfiguredFeed,
    full: bool = False,
    allow_loss: bool = False,
    progress: Progress = without_bar,
    first_pause_s: float = FIRST_PAUSE_S,
    ways: Ways | None = None,
) -> Report:
    """Read a feed over HTTP and import it; `full` reads all of it, whatever is remembered.

    A feed that cannot be read whole changes nothing: the report says "failed" and why. Raises SQLAlchemyError.
    `ways` says how requests leave and which private networks feeds may lie in; without it, none.
    """
    started = datetime.now(UTC)
    own = Feed(feed.name, feed.title, feed.address, feed.format)
    remembered, modified = _last_time(engine, feed, full or allow_loss)
    try:
        fetched = Fetcher(feed, remembered, modified, progress, first_pause_s, ways).fetch()
    except FeedFailed as failure:
        return _failed(engine, own, str(failure), started)
    except Exception as error:  # noqa: BLE001 - what comes from outside can break in ways that nobody thought of
        _log.exception("the feed %s could not be read", feed.name)
        return _failed(engine, own, wording("directory_import.broke", error=type(error).__name__), started)
    if not fetched.has_news:
        report = Report(feed.name, "unchanged", unchanged=len(fetched.records))
        keep_run(engine, own, report, started)
        return report
    bar = progress(fetched.records, len(fetched.records), feed.name)
    return import_records(engine, _with_memory(own, fetched), bar, allow_loss)


def synchronise_all(feeds: Iterable[ConfiguredFeed], read_one: Callable[[ConfiguredFeed], Report]) -> list[Report]:
    """Return what `read_one` did with each feed. Whatever goes wrong in one, those after it are read."""
    reports = []
    for feed in feeds:
        try:
            reports.append(read_one(feed))
        except Exception as error:  # noqa: BLE001 - the next feed must be read; the run was kept as failed
            _log.error("the feed %s could not be imported (%s)", feed.name, type(error).__name__)
            reports.append(Report(feed.name, "failed", wording("directory_import.broke", error=type(error).__name__)))
    return reports


def load_starting_directory(engine: Engine, folder: Path = FOLDER) -> Report | None:
    """Import the records of `knowledge/directory/` where they changed since the last time; None where they did not.

    Raises Unreadable, naming no file, where one is broken, and SQLAlchemyError.
    """
    contents = [file.read_bytes() for file in sorted(folder.glob("*.json"))]
    made_of = digest([READING, TAXONOMY.read_text(encoding="utf-8"), [content.decode("utf-8") for content in contents]])
    with Session(engine) as session:
        source = find_source(session, STARTING_DIRECTORY)
        if source is not None and source.content_hash == made_of:
            return None
    records = [record for content in contents for record in read(content).records]
    feed = Feed(
        STARTING_DIRECTORY, "Starting directory", str(folder), "open-referral-3", memory={"content_hash": made_of}
    )
    return import_records(engine, feed, records, allow_loss=True)


def tell_search(engine: Engine) -> list[str]:
    """Bring what search keeps up to date with the records; return the names of the parts that failed.

    Search notices by itself as well, so a failure here costs time, not correctness. Vectors are made by the running
    guide, in the background.
    """
    failed = []
    for module, function in _LISTENERS:
        try:
            getattr(importlib.import_module(module), function)(engine)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
        except Exception:  # noqa: BLE001 - the records are in; the next search or run makes good
            _log.exception("%s.%s failed after an import", module, function)
            failed.append(module)
    return failed


def _failed(engine: Engine, feed: Feed, reason: str, started: datetime) -> Report:
    report = Report(feed.name, "failed", reason)
    keep_run(engine, feed, report, started)
    return report


def _with_memory(feed: Feed, fetched: Fetched) -> Feed:
    memory: dict[str, Any] = {"remembered": fetched.remembered or None}
    if fetched.complete and not fetched.records.has_still_there:
        memory["last_full_at"] = datetime.now(UTC)
    return Feed(feed.name, feed.title, feed.address, feed.format, fetched.complete, memory)


def _last_time(
    engine: Engine, feed: ConfiguredFeed, full: bool
) -> tuple[dict[str, Any] | None, dict[str, datetime | None]]:
    """Return what is remembered of a feed, and when its live records were last modified; nothing where all is wanted."""
    with Session(engine) as session:
        source = find_source(session, feed.name)
        if source is None or full or _is_due(source, feed):
            return None, {}
        live = select(Service.published_id, Service.last_modified).where(
            Service.source_key == source.key, Service.withdrawn_at.is_(None)
        )
        return source.remembered, {ident: _in_utc(at) for ident, at in session.execute(live)}


def _is_due(source: Source, feed: ConfiguredFeed) -> bool:
    last = _in_utc(source.last_full_at)
    same = source.address == feed.address and source.format == feed.format
    return not same or last is None or datetime.now(UTC) - last > timedelta(days=feed.full_every_days)


def _in_utc(at: datetime | None) -> datetime | None:
    """Return a stored time with its zone: SQLite gives times back without one."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def names_of(reports: Sequence[Report], *outcomes: str) -> list[str]:
    """Return the feeds whose runs ended in one of the outcomes."""
    return [report.source for report in reports if report.outcome in outcomes]


def in_words(report: Report) -> str:
    """Return what a run did in a sentence."""
    counts = ("created", "updated", "unchanged", "withdrawn", "skipped", "rejected")
    values = {name: getattr(report, name) for name in counts}
    return wording(f"directory_import.{report.outcome}", name=report.source, reason=report.reason or "", **values)
