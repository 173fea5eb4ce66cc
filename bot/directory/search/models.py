"""What search keeps beside the records: one flat document a service, its vector, the directory's words, and a state."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, DateTime, ForeignKey, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.directory.records.models import Base


class SearchDocument(Base):
    """A service as search sees it, made again when the service changes.

    The masks have a bit for each term of a facet, in the taxonomy's order. `sessions` is triples of 16-bit integers
    (weekdays, opening and closing minute, -1 where not said); `points` is pairs of 32-bit floats (latitude, longitude).
    `covers` says whom it serves without a point: "county", "beyond" (all of England ...) or None (not said).
    `record` is the service in the form of the chat API.
    """

    __tablename__ = "search_document"
    service_key: Mapped[int] = mapped_column(ForeignKey("service.key", ondelete="CASCADE"), primary_key=True)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    title: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    stems: Mapped[str] = mapped_column(Text)
    title_stems: Mapped[str] = mapped_column(Text, server_default="")
    text_hash: Mapped[str] = mapped_column(String(32), index=True)
    minimum_age: Mapped[float | None]
    maximum_age: Mapped[float | None]
    needs: Mapped[int] = mapped_column(BigInteger)
    suitabilities: Mapped[int] = mapped_column(BigInteger)
    kinds: Mapped[int] = mapped_column(BigInteger)
    accessibility: Mapped[int] = mapped_column(BigInteger)
    is_free: Mapped[bool | None]
    visible_from: Mapped[date | None] = mapped_column(Date)
    visible_to: Mapped[date | None] = mapped_column(Date)
    is_shown: Mapped[bool]
    covers: Mapped[str | None] = mapped_column(String(10))
    sessions: Mapped[bytes] = mapped_column(LargeBinary)
    points: Mapped[bytes] = mapped_column(LargeBinary)
    record: Mapped[dict[str, Any]] = mapped_column(JSON)


class SearchVector(Base):
    """The vector of a document's text, kept by the text's hash, so that no text is encoded twice: 384 8-bit integers."""

    __tablename__ = "search_vector"
    text_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class SearchWord(Base):
    """A word of the directory, by its stem, and in how many documents it is: for spelling, and for what is rare."""

    __tablename__ = "search_word"
    stem: Mapped[str] = mapped_column(String(60), primary_key=True)
    documents: Mapped[int]


class SearchState(Base):
    """One row: what the documents were made from, and a number that grows with each change of documents or vectors."""

    __tablename__ = "search_state"
    key: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    recipe: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    vectors_revision: Mapped[int]
    services: Mapped[int]
    newest: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
