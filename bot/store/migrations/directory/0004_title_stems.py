"""A document keeps the stems of its title apart, so that search need not stem titles while somebody waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "directory_0004"
down_revision = "directory_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the documents' recipe has changed too, so the next refresh fills it."""
    op.add_column("search_document", sa.Column("title_stems", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("search_document") as table:
        table.drop_column("title_stems")
