"""What an operator does with the directory: `python -m bot directory <what>`."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.directory.feeds import FORMATS
from bot.directory.feeds.configured import ConfiguredFeed, configured_feeds
from bot.directory.feeds.fetching import without_bar
from bot.directory.feeds.importing import Report
from bot.directory.feeds.reading import Unreadable
from bot.directory.feeds.synchronising import (
    import_file,
    in_words,
    load_starting_directory,
    synchronise,
    synchronise_all,
    tell_search,
    with_bar,
)
from bot.directory.records.models import ImportRun, Service, Source
from bot.directory.search.gaps import report as report_gaps
from bot.directory.search.gaps_report import as_csv, as_text
from bot.guidance.wording import wording
from bot.outgoing import ways_of
from bot.settings import Settings, settings
from bot.store.engine import open_engine
from bot.store.migrate import upgrade

_TOLD_REJECTIONS = 20


def add_arguments(parser: ArgumentParser) -> None:
    """Add what can be done with the directory to the command's parser."""
    what = parser.add_subparsers(dest="what", required=True)
    take = what.add_parser("import", help="import one file or one feed's address")
    take.add_argument("feed", help="a file, or the address of a feed's list of services (http:// or https://)")
    take.add_argument("--name", help="the feed's lasting name; default: made from the file or address")
    take.add_argument("--format", choices=["auto", *FORMATS], default="auto", help="default: look at each record")
    sync = what.add_parser("sync", help="bring the directory up to date with its feeds (GUIDE_DIRECTORY_SOURCES)")
    sync.add_argument("names", nargs="*", help="only these feeds")
    sync.add_argument("--full", action="store_true", help="read all of each feed, whatever was read before")
    for one in (take, sync):
        one.add_argument(
            "--allow-loss", action="store_true", help="even if more than a fifth of a feed's records are gone"
        )
        one.add_argument("--quiet", action="store_true", help="no progress bar")
    gaps = what.add_parser("gaps", help="searches that found nothing, by need, age band and place")
    gaps.add_argument("--csv", action="store_true", help="as CSV, for a spreadsheet")
    gaps.add_argument("--weeks", type=int, default=52, help="how many whole weeks to look back; default 52")
    what.add_parser("status", help="the feeds, their records and their last runs")


def run(chosen: Namespace) -> int:
    """Do one thing and return the exit status: 1 with a sentence on standard error where something failed."""
    configured = settings()
    try:
        upgrade(configured.directory_url, "directory")
        engine = open_engine(configured.directory_url)
        load_starting_directory(engine)
        return _COMMANDS[chosen.what](engine, configured, chosen)
    except Unreadable as error:
        return _refuse(wording("directory_import.unreadable", reason=error))
    except OSError as error:
        return _refuse(wording("directory_import.unreadable", reason=error.strerror or type(error).__name__))
    except SQLAlchemyError as error:
        return _refuse(wording("directory_import.store_failed", error=type(error).__name__))


def _import(engine: Engine, configured: Settings, chosen: Namespace) -> int:
    name = chosen.name or _name_from(chosen.feed)
    progress = without_bar if chosen.quiet else with_bar
    if not re.match(r"https?://", chosen.feed):
        report = import_file(engine, Path(chosen.feed), name, chosen.format, chosen.allow_loss, progress)
        return _finish(engine, [report])
    try:
        feed = ConfiguredFeed(name=name, title=name, address=chosen.feed, format=chosen.format)
    except ValidationError as error:
        raise Unreadable("; ".join(one["msg"] for one in error.errors())) from error
    return _finish(engine, [synchronise(engine, feed, True, chosen.allow_loss, progress, ways=ways_of(configured))])


def _sync(engine: Engine, configured: Settings, chosen: Namespace) -> int:
    feeds = configured_feeds(Path(configured.directory_sources))
    unknown = set(chosen.names) - {feed.name for feed in feeds}
    if unknown:
        return _refuse(wording("directory_import.unknown_feed", names=", ".join(sorted(unknown))))
    if not feeds:
        print(wording("directory_import.no_feeds", file=configured.directory_sources))
        return 0
    progress = without_bar if chosen.quiet else with_bar
    wanted = [feed for feed in feeds if not chosen.names or feed.name in chosen.names]
    ways = ways_of(configured)

    def read_one(feed: ConfiguredFeed) -> Report:
        return synchronise(engine, feed, chosen.full, chosen.allow_loss, progress, ways=ways)

    return _finish(engine, synchronise_all(wanted, read_one))


def _status(engine: Engine, configured: Settings, _: Namespace) -> int:
    with Session(engine) as session:
        counts = dict(_rows(session, select(Service.source_key, func.count()).where(Service.withdrawn_at.is_(None))))
        withdrawn = dict(
            _rows(session, select(Service.source_key, func.count()).where(Service.withdrawn_at.is_not(None)))
        )
        for source in session.scalars(select(Source).order_by(Source.name)):
            last = session.scalar(
                select(ImportRun).where(ImportRun.source_key == source.key).order_by(ImportRun.key.desc()).limit(1)
            )
            print(
                wording(
                    "directory_import.status",
                    name=source.name,
                    title=source.title,
                    live=counts.get(source.key, 0),
                    withdrawn=withdrawn.get(source.key, 0),
                    success=f"{source.last_success_at:%Y-%m-%d %H:%M}" if source.last_success_at else "-",
                    outcome=last.outcome if last else "-",
                    ended=f"{last.finished_at:%Y-%m-%d %H:%M}" if last else "-",
                )
            )
            if last and last.reason:
                print(f"  {last.reason}")
            _print_rejections(*(last.rejections, last.rejected + last.skipped) if last else ([], 0))
    waiting = [feed.name for feed in configured_feeds(Path(configured.directory_sources))]
    print(wording("directory_import.configured", names=", ".join(waiting) or "-"))
    return 0


def _rows(session: Session, query: Any) -> Iterable[tuple[int, int]]:
    return [(key, count) for key, count in session.execute(query.group_by(Service.source_key))]


def _finish(engine: Engine, reports: list[Report]) -> int:
    for report in reports:
        print(in_words(report))
        _print_rejections(report.rejections, report.rejected + report.skipped)
    for part in tell_search(engine):
        print(wording("directory_import.search_failed", part=part), file=sys.stderr)
    return 1 if any(report.outcome in ("refused", "failed") for report in reports) else 0


def _print_rejections(rejections: list[dict[str, str]], count: int) -> None:
    for rejection in rejections[:_TOLD_REJECTIONS]:
        print(f"  {rejection['id']}: {rejection['reason']}")
    if count > _TOLD_REJECTIONS:
        print(wording("directory_import.more_rejections", count=count - _TOLD_REJECTIONS))


def _name_from(feed: str) -> str:
    """Return a lasting name for a file ("my feed.json" -> "my-feed") or an address (its host and path)."""
    plain = re.sub(r"^https?://|\?.*$", "", feed) if "://" in feed else Path(feed).stem
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:90] or "feed"


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _gaps(engine: Engine, configured: Settings, chosen: Namespace) -> int:
    if chosen.weeks < 1:
        return _refuse(wording("services.gaps.bad_weeks"))
    found = report_gaps(engine, configured.gaps_minimum_group, chosen.weeks)
    print(as_csv(found) if chosen.csv else as_text(found), end="" if chosen.csv else "\n")
    return 0


_COMMANDS = {"import": _import, "sync": _sync, "status": _status, "gaps": _gaps}
