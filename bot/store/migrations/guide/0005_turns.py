"""What a conversation is about now stands with it; what decided each turn, and what came of it, is kept beside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "guide_0005"
down_revision = "guide_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both. A conversation that goes on just now is read as if it began with its next message."""
    if "state" not in {found["name"] for found in sa.inspect(op.get_bind()).get_columns("conversation")}:
        op.add_column("conversation", sa.Column("state", sa.JSON))
    op.create_table(
        "turn_taken",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "conversation_id",
            sa.String(64),
            sa.ForeignKey("conversation.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(60), nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("milliseconds", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("turn_taken")
    op.drop_column("conversation", "state")
