"""Counts of searches that found nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "directory_0003"
down_revision = "directory_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "gap",
        sa.Column("week", sa.Date, primary_key=True),
        sa.Column("needs", sa.String(200), primary_key=True),
        sa.Column("age_band", sa.String(10), primary_key=True),
        sa.Column("place", sa.String(80), primary_key=True),
        sa.Column("searches", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("gap")
