"""One run of an import: a feed's records into the directory in one transaction, with counts, or not at all.

Whoever reads meanwhile sees the old records until the new ones are whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.directory.feeds import FORMATS, format_of
from bot.directory.feeds.reading import size_of
from bot.directory.records.digests import digest
from bot.directory.records.models import ImportRun, Service, Source
from bot.directory.records.normalise import normalise, published_id
from bot.directory.records.record import Record, Rejected, Skipped
from bot.directory.records.taxonomy import FILE as TAXONOMY
from bot.directory.records.writer import Writer, remove_unused, withdraw

# Raise it when records come to be read in another way: then the next run writes every record anew.
READING = 2
GREATEST_LOSS = 0.2
_AT_ONCE = 1000
_CHARACTERS_AT_ONCE = 20_000_000
_REASONS_KEPT = 1000
_LONGEST_NAME = 200
_MOST_UNWRITTEN = 100
_RUNS_KEPT = 50
_LOCK = 7_305_116  # any number: the key of the lock that two imports compete for on PostgreSQL


@dataclass(frozen=True)
class Feed:
    """A feed by name, with what the next synchronisation should remember of this one.

    `format` is a key of `bot.directory.feeds.FORMATS`, or "auto" to look at each record. `complete`: the records are all
    that the feed has, so that others are gone. `memory` are columns of Source to set once the run is done.
    """

    name: str
    title: str = ""
    address: str | None = None
    format: str = "auto"
    complete: bool = True
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StillThere:
    """Stands for a record that its feed still has, unchanged since the last run, or that could not be fetched (`reason`)."""

    published_id: str
    reason: str | None = None


@dataclass
class Report:
    """What a run did. `outcome` is done, unchanged (there was nothing new to read), refused or failed."""

    source: str
    outcome: str = "done"
    reason: str | None = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    skipped: int = 0
    rejected: int = 0
    rejections: list[dict[str, str]] = field(default_factory=list)

    @property
    def has_changed(self) -> bool:
        """Tell whether the directory is another than before the run."""
        return self.outcome == "done" and bool(self.created or self.updated or self.withdrawn)

    def reject(self, ident: str, reason: str) -> None:
        """Count a record that was not taken, and say why."""
        self.rejected += 1
        self._say(ident, reason)

    def skip(self, ident: str, reason: str) -> None:
        """Count a record that is not for the public, and say why."""
        self.skipped += 1
        self._say(ident, reason)

    def _say(self, ident: str, reason: str) -> None:
        if len(self.rejections) < _REASONS_KEPT:
            self.rejections.append({"id": ident, "reason": reason})


class Refused(Exception):
    """The run must not go on; the text says why."""


def import_records(
    engine: Engine,
    feed: Feed,
    records: Iterable[Any],
    allow_loss: bool = False,
) -> Report:
    """Import a feed's records: objects in one of the known formats, or StillThere. Returns what was done.

    All of it is one transaction: where it fails, or would withdraw more than a fifth of the feed's records without
    `allow_loss`, the directory stays as it was and only the run itself is kept. Raises SQLAlchemyError where the
    database fails, and whatever `records` raises; that run is kept as failed too.
    """
    report = Report(feed.name)
    started = datetime.now(UTC)
    try:
        with Session(engine) as session, session.begin():
            source = _locked_source(session, feed)
            _Run(session, source, feed, report, started).take(records, allow_loss)
            for column, value in {**feed.memory, "last_success_at": started}.items():
                setattr(source, column, value)
            _keep(session, source, report, started)
    except Refused as refusal:
        keep_run(engine, feed, Report(feed.name, "refused", str(refusal), **_losses(report)), started)
        return Report(feed.name, "refused", str(refusal), **_losses(report))
    except Exception as error:
        _keep_failure(engine, feed, error, started)
        raise
    return report


def keep_run(engine: Engine, feed: Feed, report: Report, started: datetime) -> None:
    """Keep a run that wrote nothing: refused, failed, or without news."""
    with Session(engine) as session, session.begin():
        source = _locked_source(session, feed)
        if report.outcome == "unchanged":
            source.last_success_at = started
        _keep(session, source, report, started)


def find_source(session: Session, name: str) -> Source | None:
    """Return a feed by name, or None where nothing was imported from it yet."""
    return session.scalar(select(Source).where(Source.name == name))


class _Run:
    def __init__(self, session: Session, source: Source, feed: Feed, report: Report, now: datetime) -> None:
        self._session, self._source, self._feed, self._report, self._now = session, source, feed, report, now
        self._writer = Writer(session, source, now)
        self._known = self._stored()
        self._seen: set[str] = set()
        self._hidden: set[str] = set()
        self._rejected: set[str] = set()
        self._unwritten = 0

    def take(self, records: Iterable[Any], allow_loss: bool) -> None:
        """Write the records and withdraw what is gone; raise Refused where too much is."""
        batch: list[tuple[str, Record]] = []
        characters = 0
        for position, record in enumerate(records):
            found = self._read(record, position)
            if found:
                batch.append(found[1:])
                characters += found[0]
            if len(batch) >= _AT_ONCE or characters > _CHARACTERS_AT_ONCE:
                self._write(batch)
                batch, characters = [], 0
        self._write(batch)
        self._writer.finish()
        self._withdraw(allow_loss)
        if self._report.updated or self._report.withdrawn:
            remove_unused(self._session, self._source)

    def _stored(self) -> dict[str, tuple[int, str, bool]]:
        found = self._session.execute(
            select(Service.published_id, Service.key, Service.content_hash, Service.withdrawn_at).where(
                Service.source_key == self._source.key
            )
        )
        return {ident: (key, content, withdrawn is not None) for ident, key, content, withdrawn in found}

    def _read(self, record: Any, position: int) -> tuple[int, str, Record] | None:
        """Return the record to write with its length and its content's hash, or None where there is nothing to write."""
        if isinstance(record, StillThere):
            self._seen.add(record.published_id)
            if record.reason:
                self._reject(record.published_id, record.reason)
            else:
                self._report.unchanged += 1
            return None
        ident = f"record {position + 1}"
        try:
            if not isinstance(record, Mapping):
                raise Rejected("it is no object")
            form = self._feed.format if self._feed.format != "auto" else format_of(record)
            if form is None:
                raise Rejected("it is no service in a format that can be read")
            ident = _name_of(form, record) or ident
            length = size_of(record)
            content = _content_hash(form, record)
            own = str(record.get("id") or "").strip()
            known = self._known.get(own)
            if known and known[1:] == (content, False) and own not in self._seen:
                self._seen.add(own)
                self._report.unchanged += 1
                return None
            translated = FORMATS[form](record)
            own = ident = published_id(translated)
            if own in self._seen:
                raise Rejected("its id is in the feed more than once")
            known = self._known.get(own)
            self._seen.add(own)
            if known and known[1:] == (content, False):
                self._report.unchanged += 1
                return None
            return length, content, normalise(translated)
        except Skipped as skipped:
            self._report.skip(ident, str(skipped))
            self._hidden.add(ident)
        except Rejected as rejected:
            self._reject(ident, str(rejected))
        except Exception as error:  # noqa: BLE001 - one record that nobody thought of must not keep the others out
            self._reject(ident, f"it cannot be read ({type(error).__name__})")
        return None

    def _reject(self, ident: str, reason: str) -> None:
        self._report.reject(ident, reason)
        self._rejected.add(ident)

    def _write(self, batch: Sequence[tuple[str, Record]]) -> None:
        """Write records; where the database takes one of them not, write the others and reject that one."""
        if not batch or self._try_to_write(batch) is None:
            return
        for one in batch:
            error = self._try_to_write([one])
            if error is not None:
                self._unwritten += 1
                if self._unwritten > _MOST_UNWRITTEN:
                    raise error
                self._reject(str(one[1].service.id), f"it cannot be stored ({type(error).__name__})")

    def _try_to_write(self, batch: Sequence[tuple[str, Record]]) -> Exception | None:
        """Write records all or none; return what went wrong. Raises OperationalError: the database itself fails."""
        weights = self._writer.weights()
        try:
            with self._session.begin_nested():
                self._write_all(batch)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is undone; the caller looks for the record
            self._writer = Writer(self._session, self._source, self._now, weights)
            return error
        return None

    def _write_all(self, batch: Sequence[tuple[str, Record]]) -> None:
        ids = [str(record.service.id) for _, record in batch]
        known = {ident: self._known[ident][0] for ident in ids if ident in self._known}
        self._writer.write(batch, known)
        self._report.updated += len(known)
        self._report.created += len(batch) - len(known)

    def _withdraw(self, allow_loss: bool) -> None:
        live = {ident: key for ident, (key, _, withdrawn) in self._known.items() if not withdrawn}
        rejected = self._rejected - self._hidden
        gone = [ident for ident in live if ident not in self._seen and ident not in rejected]
        if not self._feed.complete:
            gone = [ident for ident in live if ident in self._hidden]
        self._report.withdrawn = len(gone)
        if len(gone) > GREATEST_LOSS * len(live) and not allow_loss:
            raise Refused(
                f"{len(gone)} of {len(live)} records are gone from the feed, more than a fifth; "
                "nothing was changed. If that is right, run it again with --allow-loss."
            )
        withdraw(self._session, [live[ident] for ident in gone], self._now)


def _name_of(form: str, record: Mapping[str, Any]) -> str | None:
    names = ("externalid", "record_id", "id") if form == "open-objects" else ("id",)
    return next((str(record[name]).strip()[:_LONGEST_NAME] for name in names if record.get(name)), None)


def _content_hash(form: str, record: Mapping[str, Any]) -> str:
    return digest([READING, _taxonomy_digest(), form, record])


@lru_cache(maxsize=1)
def _taxonomy_digest() -> str:
    return digest(TAXONOMY.read_text(encoding="utf-8"))


def _locked_source(session: Session, feed: Feed) -> Source:
    """Return the feed's row, made where there is none; until the transaction ends no other import writes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    values = {"title": feed.title or feed.name, "address": feed.address, "format": feed.format}
    session.execute(update(Source).where(Source.name == feed.name).values(**values))  # takes SQLite's write lock
    source = find_source(session, feed.name)
    if source is None:
        source = Source(name=feed.name, **values)
        session.add(source)
        session.flush()
    return source


def _keep(session: Session, source: Source, report: Report, started: datetime) -> None:
    values = {name: value for name, value in asdict(report).items() if name != "source"}
    session.add(ImportRun(source_key=source.key, started_at=started, finished_at=datetime.now(UTC), **values))
    session.flush()
    older = (
        select(ImportRun.key)
        .where(ImportRun.source_key == source.key)
        .order_by(ImportRun.key.desc())
        .offset(_RUNS_KEPT)
    )
    session.execute(delete(ImportRun).where(ImportRun.key.in_(list(session.scalars(older)))))


def _keep_failure(engine: Engine, feed: Feed, error: Exception, started: datetime) -> None:
    reason = type(error).__name__ if isinstance(error, SQLAlchemyError) else f"{type(error).__name__}: {error}"
    try:
        keep_run(engine, feed, Report(feed.name, "failed", reason), started)
    except SQLAlchemyError:
        return  # the database itself is what failed: the error that is raised says so


def _losses(report: Report) -> dict[str, Any]:
    return {"withdrawn": report.withdrawn, "rejected": report.rejected, "rejections": report.rejections}
