"""Meaning: the vectors of documents, made in the background, and the quick look for the nearest.

A vector is kept as 384 signed bytes under the hash of its text. Among many documents the signs alone (48 bytes each) pick
a few hundred by their Hamming distance, and the bytes then order those.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np
from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.directory.search.documents import vector_text
from bot.directory.search.models import SearchDocument, SearchState, SearchVector
from bot.processes.priority import let_others_first

WIDTH = 384
_BATCH = 128
_RESCORED = 300
# Up to so many documents are compared byte by byte; above, signs first.
_EXACT_UP_TO = 1_000

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """What turns texts into unit vectors."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector a text, texts x 384."""
        ...


class VectorIndex:
    """The vectors of a catalogue's rows; a row without one is never near."""

    def __init__(self, rows: int, vectors: Iterable[tuple[int, bytes]] = ()) -> None:
        """Take the number of rows and pairs of row and stored vector."""
        self._bytes = np.zeros((rows, WIDTH), np.int8)
        self.known = np.zeros(rows, bool)
        for row, stored in vectors:
            self._bytes[row] = np.frombuffer(stored, np.int8)
            self.known[row] = True
        self._signs = np.ascontiguousarray(_signs(self._bytes).T)  # a word of all rows after the other: quicker to scan
        lengths = np.sqrt(np.einsum("ij,ij->i", self._bytes, self._bytes, dtype=np.float32)) if rows else np.zeros(0)
        self._scale = np.divide(1.0, lengths, out=np.zeros(rows, np.float32), where=lengths > 0, dtype=np.float32)

    def nearness(self, vector: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the cosine between a unit vector and each of `rows`; 0 where a row has no vector."""
        return np.asarray((self._bytes[rows].astype(np.float32) @ vector) * self._scale[rows], np.float32)

    def differing(self, vector: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """Return how many signs of each row (None: of all rows) differ from a vector's."""
        differing = np.zeros(len(self.known) if rows is None else len(rows), np.uint16)
        for own, word in zip(self._signs, _signs(vector[None, :])[0]):
            differing += np.bitwise_count((own if rows is None else own[rows]) ^ word)
        return differing

    def nearest(
        self,
        vector: np.ndarray,
        rows: np.ndarray,
        count: int,
        differing: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> np.ndarray:
        """Return the `count` nearest of `rows`, best first. `differing` tells of rows what `self.differing` would."""
        if len(rows) > _EXACT_UP_TO:
            apart = differing(rows) if differing else self.differing(vector, rows)
            rows = rows[np.argpartition(apart, min(_RESCORED, len(apart) - 1))[:_RESCORED]]
        return rows[np.argsort(-self.nearness(vector, rows))[:count]]


def stored(vector: np.ndarray) -> bytes:
    """Return a unit vector as signed bytes, scaled to use their whole range."""
    return np.rint(vector * (127.0 / max(float(np.abs(vector).max()), 1e-9))).astype(np.int8).tobytes()


def encode_missing(
    engine: Engine,
    encoder: Encoder,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> int:
    """Make the vectors that documents lack, and drop those that no document has; return how many were made.

    Each batch is stored at once, so that work survives a stop. A vector another process stored first is kept.
    """
    missing = (
        select(SearchDocument.text_hash, SearchDocument.title, SearchDocument.terms, SearchDocument.body)
        .outerjoin(SearchVector, SearchVector.text_hash == SearchDocument.text_hash)
        .where(SearchVector.text_hash.is_(None), SearchDocument.is_shown)
    )
    with engine.connect() as connection:
        texts = {row.text_hash: vector_text(row.title, row.terms, row.body) for row in connection.execute(missing)}
    hashes = sorted(texts, key=lambda text_hash: len(texts[text_hash]))
    made = 0
    for start in progress(range(0, len(hashes), _BATCH)):
        if stopped():
            break
        batch = hashes[start : start + _BATCH]
        vectors = encoder.encode([texts[text_hash] for text_hash in batch])
        made += _store(engine, [{"text_hash": name, "vector": stored(vector)} for name, vector in zip(batch, vectors)])
    return made


def _store(engine: Engine, rows: list[dict[str, object]]) -> int:
    try:
        with engine.begin() as connection:
            connection.execute(insert(SearchVector), rows)
            connection.execute(update(SearchState).values(vectors_revision=SearchState.vectors_revision + 1))
        return len(rows)
    except IntegrityError:
        with engine.begin() as connection:
            names = [row["text_hash"] for row in rows]
            there = set(connection.scalars(select(SearchVector.text_hash).where(SearchVector.text_hash.in_(names))))
        new = [row for row in rows if row["text_hash"] not in there]
        return _store(engine, new) if new and len(new) < len(rows) else 0


def refresh(engine: Engine) -> int:
    """Make the vectors that documents lack with the small encoder; return how many. To be called after an import."""
    from bot.encoder.encoder import small_encoder

    return encode_missing(engine, small_encoder())


class VectorKeeper:
    """A thread that makes missing vectors where nobody else does, while search goes on by words."""

    def __init__(self, engine: Engine, encoder: Callable[[], Encoder], every_s: float = 30.0) -> None:
        """`encoder` is called once there is something to encode; `every_s` seconds pass between two looks."""
        self._engine, self._encoder, self._every_s = engine, encoder, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="directory-vectors", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the batch that is being made."""
        self._stop.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        let_others_first()
        last: tuple[int, int] | None = None
        while not self._stop.wait(self._every_s):
            try:
                now = _missing(self._engine)
                # Where the number moves between two looks an import is encoding; leave it to that.
                if now[0] and now == last:
                    made = encode_missing(self._engine, self._encoder(), self._stop.is_set)
                    log.info("made %d vectors of directory records", made)
                last = now
            except (SQLAlchemyError, RuntimeError) as error:
                log.warning("vectors of directory records could not be made: %s", type(error).__name__)


def _missing(engine: Engine) -> tuple[int, int]:
    """Return how many documents have no vector, and the number that grows as vectors are stored."""
    lacking = (
        select(func.count())
        .select_from(SearchDocument)
        .outerjoin(SearchVector, SearchVector.text_hash == SearchDocument.text_hash)
        .where(SearchVector.text_hash.is_(None), SearchDocument.is_shown)
    )
    with engine.connect() as connection:
        return connection.scalar(lacking) or 0, connection.scalar(select(SearchState.vectors_revision)) or 0


def _signs(vectors: np.ndarray) -> np.ndarray:
    """Return the signs of vectors, packed to six 64-bit words a vector."""
    return np.packbits(vectors > 0, axis=1).view(np.uint64)
