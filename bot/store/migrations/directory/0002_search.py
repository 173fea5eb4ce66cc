"""What search keeps: documents, their full text (FTS5, or tsvector on PostgreSQL), vectors, words and a state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "directory_0002"
down_revision = "directory_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the full-text index."""
    op.create_table(
        "search_document",
        sa.Column("service_key", sa.Integer, sa.ForeignKey("service.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stems", sa.Text, nullable=False),
        sa.Column("text_hash", sa.String(32), nullable=False),
        sa.Column("minimum_age", sa.Double),
        sa.Column("maximum_age", sa.Double),
        sa.Column("needs", sa.BigInteger, nullable=False),
        sa.Column("suitabilities", sa.BigInteger, nullable=False),
        sa.Column("kinds", sa.BigInteger, nullable=False),
        sa.Column("accessibility", sa.BigInteger, nullable=False),
        sa.Column("is_free", sa.Boolean),
        sa.Column("visible_from", sa.Date),
        sa.Column("visible_to", sa.Date),
        sa.Column("is_shown", sa.Boolean, nullable=False),
        sa.Column("covers", sa.String(10)),
        sa.Column("sessions", sa.LargeBinary, nullable=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
    )
    op.create_index("ix_search_document_text_hash", "search_document", ["text_hash"])
    op.create_table(
        "search_vector",
        sa.Column("text_hash", sa.String(32), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "search_word",
        sa.Column("stem", sa.String(60), primary_key=True),
        sa.Column("documents", sa.Integer, nullable=False),
    )
    op.create_table(
        "search_state",
        sa.Column("key", sa.SmallInteger, primary_key=True),
        sa.Column("recipe", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("vectors_revision", sa.Integer, nullable=False),
        sa.Column("services", sa.Integer, nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True)),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE search_text (service_key integer PRIMARY KEY"
            " REFERENCES search_document (service_key) ON DELETE CASCADE, words tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_search_text_words ON search_text USING gin (words) WITH (fastupdate = off)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE search_text USING fts5(title, terms, body, content='search_document',"
            " content_rowid='service_key', tokenize='porter unicode61 remove_diacritics 2')"
        )


def downgrade() -> None:
    """Drop the full-text index and the tables."""
    for table in ("search_text", "search_state", "search_word", "search_vector", "search_document"):
        op.drop_table(table)
