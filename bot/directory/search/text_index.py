"""The documents of a directory's database, kept up to date with its services, and found by words.

Full text is the database's own: FTS5 on SQLite, tsvector on PostgreSQL. Both are asked only for words that are rare
enough to tell documents apart: ranking a quarter of a country by a word like "support" costs much and says little.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    column,
    delete,
    false,
    func,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, selectinload

from bot.directory.records.models import Attribute, Location, Service, ServiceAtLocation
from bot.directory.records.places import gazetteer
from bot.directory.search.documents import document_of, recipe
from bot.directory.search.models import SearchDocument, SearchState, SearchWord
from bot.directory.search.words import words_of

_CHUNK = 500
_STATE = 1
_LOCK = 7_305_115  # any number: the key of the lock that two indexing processes compete for on PostgreSQL
# How many documents the database may rank for the words of one request.
POSTINGS = 1_500
# How many are of use, where all that are found are allowed.
MOST = 100
_WEIGHTS = (8.0, 4.0, 1.0)
_TEXT = table("search_text")


def refresh(engine: Engine, progress: Callable[[Iterable[int]], Iterable[int]] = iter) -> int:
    """Bring the documents up to date with the services; return how many were made, changed or dropped.

    Finished work is not repeated: services that are as they were keep their documents. To be called after an import;
    search also calls it when it sees that services changed. `progress` wraps the numbers of the chunks.
    """
    with Session(engine) as session, session.begin():
        if engine.dialect.name == "postgresql":
            session.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        else:
            session.execute(update(SearchState).values(key=SearchState.key))  # takes SQLite's write lock
        state = session.get(SearchState, _STATE)
        made_by = recipe()
        if state is not None and state.recipe == made_by and (state.services, state.newest) == _newest(session):
            return 0
        changed = _changed_keys(session, everything=state is None or state.recipe != made_by)
        gone: list[int] = list(session.scalars(_gone()))
        connection = session.connection()
        for start in progress(range(0, len(gone), _CHUNK)):
            _drop(connection, gone[start : start + _CHUNK])
        for start in progress(range(0, len(changed), _CHUNK)):
            _make(session, connection, changed[start : start + _CHUNK])
        if changed or gone:
            _count_words(connection)
        services, newest = _newest(session)
        state = session.get(SearchState, _STATE)  # again: making documents lets go of all that the session held
        if state is None:
            state = SearchState(key=_STATE, revision=0, vectors_revision=0)
            session.add(state)
        state.recipe, state.services, state.newest = made_by, services, newest
        if changed or gone:
            state.revision += 1
    if (changed or gone) and engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as autocommit:
            autocommit.execute(text("ANALYZE search_text"))
    return len(changed) + len(gone)


def is_behind(connection: Connection) -> bool:
    """Tell whether services changed since the documents were made. Quick: two aggregates and one row."""
    state = connection.execute(select(SearchState.recipe, SearchState.newest)).first()
    if state is None or state.recipe != recipe():
        return True
    return bool(connection.execute(select(func.max(Service.updated_at))).scalar() != state.newest)


def revisions(connection: Connection) -> tuple[int, int]:
    """Return the numbers that grow when documents or vectors change; zeros before the first refresh."""
    row = connection.execute(select(SearchState.revision, SearchState.vectors_revision)).first()
    return (row.revision, row.vectors_revision) if row else (0, 0)


def words_known(connection: Connection) -> dict[str, int]:
    """Return the directory's stems with the number of documents each is in."""
    rows = connection.execute(select(SearchWord.stem, SearchWord.documents))
    return {row.stem: row.documents for row in rows}


class TextSearch:
    """Asks the database's full text for the words of one request; the same question only once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[str, np.ndarray] = {}

    def keys(self, words: Sequence[str], within: np.ndarray | None) -> np.ndarray:
        """Return the keys of services whose text has any of the words, best first.

        `within` are the keys to choose from, not too many; the database then ranks no others.
        """
        is_postgresql = self._connection.dialect.name == "postgresql"
        match = " | ".join(words) if is_postgresql else " OR ".join(f'"{word}"' for word in words)
        if match in self._found:
            return self._found[match]
        values: dict[str, object] = {"match": match, "most": POSTINGS if within is None else MOST}
        if within is not None:
            values["within"] = within.tolist() if is_postgresql else json.dumps(within.tolist())
        statement = _ASK[is_postgresql, within is not None]
        found = np.array(self._connection.execute(statement, values).scalars().all(), np.int64)
        if within is None:
            self._found[match] = found
        return found


_WEIGHED = ", ".join(map(str, _WEIGHTS))
_SQLITE = (
    "SELECT rowid FROM search_text WHERE search_text MATCH :match{within}"
    f" ORDER BY bm25(search_text, {_WEIGHED}) LIMIT :most"
)
_POSTGRESQL = (
    "SELECT service_key FROM search_text, to_tsquery('english', :match) query WHERE words @@ query{within}"
    " ORDER BY ts_rank(words, query) DESC LIMIT :most"
)
# By whether it is PostgreSQL, and whether only some keys are asked for.
_ASK = {
    (False, False): text(_SQLITE.format(within="")),
    # "+": scan the matches once, not once a key.
    (False, True): text(_SQLITE.format(within=" AND +rowid IN (SELECT value FROM json_each(:within))")),
    (True, False): text(_POSTGRESQL.format(within="")),
    (True, True): text(_POSTGRESQL.format(within=" AND service_key = ANY(:within)")),
}


def has_words(search: str, dialect: str) -> ColumnElement[bool]:
    """Return the condition that a service's document has every word of `search`, or words that begin with it.

    False where there is no word in it. Words that tell nothing ("the") are left out where the database leaves them out.
    """
    words = words_of(search)
    if not words:
        return false()
    if dialect == "postgresql":
        match = " & ".join(f"{word}:*" for word in words)
        found = text("numnode(to_tsquery('english', :words)) = 0 OR words @@ to_tsquery('english', :words)")
        return Service.key.in_(select(column("service_key")).select_from(_TEXT).where(found.bindparams(words=match)))
    match = " AND ".join(f'"{word}" *' for word in words)
    found = text("search_text MATCH :words")
    return Service.key.in_(select(column("rowid")).select_from(_TEXT).where(found.bindparams(words=match)))


def affordable(documents: Mapping[str, int]) -> list[str]:
    """Return the rarest words that are together in at most `POSTINGS` documents; none where even the rarest is commoner."""
    chosen, touched = [], 0
    for word, count in sorted(documents.items(), key=lambda pair: pair[1]):
        touched += count
        if touched > POSTINGS:
            break
        chosen.append(word)
    return chosen


def _newest(session: Session) -> tuple[int, datetime | None]:
    row = session.execute(select(func.count(Service.key), func.max(Service.updated_at))).one()
    return row[0], row[1]


def _changed_keys(session: Session, everything: bool) -> list[int]:
    statement = select(Service.key).where(Service.withdrawn_at.is_(None)).order_by(Service.key)
    if not everything:
        statement = statement.outerjoin(SearchDocument, SearchDocument.service_key == Service.key).where(
            (SearchDocument.service_key.is_(None)) | (SearchDocument.updated_at != Service.updated_at)
        )
    return list(session.scalars(statement))


def _gone() -> Select[int]:
    return (
        select(SearchDocument.service_key)
        .outerjoin(Service, Service.key == SearchDocument.service_key)
        .where((Service.key.is_(None)) | (Service.withdrawn_at.is_not(None)))
    )


def _make(session: Session, connection: Connection, keys: Sequence[int]) -> None:
    location = selectinload(Service.service_at_locations).joinedload(ServiceAtLocation.location)
    services = session.scalars(
        select(Service)
        .where(Service.key.in_(keys))
        .options(
            location.selectinload(Location.addresses),
            selectinload(Service.organization),
            selectinload(Service.schedules),
            selectinload(Service.phones),
            selectinload(Service.cost_options),
            selectinload(Service.service_areas),
            selectinload(Service.attributes).joinedload(Attribute.taxonomy_term),
            selectinload(Service.terms),
        )
        .execution_options(populate_existing=True)
    )
    documents = [document_of(service, gazetteer()) for service in services]
    columns = SearchDocument.__table__.columns.keys()
    rows = [{name: getattr(document, name) for name in columns} for document in documents]
    session.expunge_all()
    _drop(connection, keys)
    if rows:
        connection.execute(insert(SearchDocument), rows)
        _add_text(connection, keys)


def _drop(connection: Connection, keys: Sequence[int]) -> None:
    """Take documents and their full text away. FTS5 must be told the old text, since it keeps none of its own."""
    chosen: BindParameter[list[int]] = bindparam("keys", expanding=True)
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                "INSERT INTO search_text (search_text, rowid, title, terms, body)"
                " SELECT 'delete', service_key, title, terms, body FROM search_document WHERE service_key IN :keys"
            ).bindparams(chosen),
            {"keys": list(keys)},
        )
    connection.execute(delete(SearchDocument).where(SearchDocument.service_key.in_(keys)))


def _add_text(connection: Connection, keys: Sequence[int]) -> None:
    chosen: BindParameter[list[int]] = bindparam("keys", expanding=True)
    if connection.dialect.name == "sqlite":
        statement = (
            "INSERT INTO search_text (rowid, title, terms, body)"
            " SELECT service_key, title, terms, body FROM search_document WHERE service_key IN :keys"
        )
    else:
        statement = (
            "INSERT INTO search_text (service_key, words) SELECT service_key,"
            " setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', terms), 'B')"
            " || setweight(to_tsvector('english', body), 'D') FROM search_document WHERE service_key IN :keys"
        )
    connection.execute(text(statement).bindparams(chosen), {"keys": list(keys)})


def _count_words(connection: Connection) -> None:
    counts: Counter[str] = Counter()
    rows = connection.execute(select(SearchDocument.stems).execution_options(yield_per=5000))
    for (stems,) in rows:
        counts.update(stems.split())
    connection.execute(delete(SearchWord))
    if counts:
        connection.execute(insert(SearchWord), [{"stem": stem, "documents": count} for stem, count in counts.items()])


def idf(documents: int, total: int) -> float:
    """Return how much a word tells that is in `documents` of `total`."""
    return float(np.log(1 + (total - documents + 0.5) / (documents + 0.5)))


def rarity(stems: Iterable[str], known: Mapping[str, int], total: int) -> dict[str, float]:
    """Return how much each stem tells; one that the directory lacks tells most."""
    return {stem: idf(known.get(stem, 0), total) for stem in stems}
