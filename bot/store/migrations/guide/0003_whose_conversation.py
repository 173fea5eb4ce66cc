"""Whose a conversation is, and which request an idempotency key came with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "guide_0003"
down_revision = "guide_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both hashes. Conversations so far are nobody's alone; replies kept for a repeat do not say what they replied to."""
    op.execute("DELETE FROM given_reply")
    _add("conversation", sa.Column("secret_hash", sa.String(64)))
    _add("given_reply", sa.Column("request", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("given_reply", "request")
    op.drop_column("conversation", "secret_hash")


def _add(table: str, column: sa.Column[str]) -> None:
    """Add a column; tables that were made from the models, not by migrations, have it."""
    if column.name not in {found["name"] for found in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)
