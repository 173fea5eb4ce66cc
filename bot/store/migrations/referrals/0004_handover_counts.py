"""How many requests were begun and sent lately, by the keyed hash of an address or a chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "referrals_0004"
down_revision = "referrals_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "handover_count",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_handover_count_sender_what", "handover_count", ["sender", "what"])
    op.create_index("ix_handover_count_at", "handover_count", ["at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("handover_count")
