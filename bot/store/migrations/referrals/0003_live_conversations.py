"""Chats that a person of SENDIASS has taken over, and what is written in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "referrals_0003"
down_revision = "referrals_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "live_conversation",
        sa.Column("conversation_id", sa.String(64), primary_key=True),
        sa.Column("referral_id", sa.String(36), sa.ForeignKey("referral.id", ondelete="CASCADE"), nullable=False),
        sa.Column("shown_name", sa.String(60), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_live_conversation_referral_id", "live_conversation", ["referral_id"])
    op.create_table(
        "live_message",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "conversation_id",
            sa.String(64),
            sa.ForeignKey("live_conversation.conversation_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("key_hash", sa.String(64), unique=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_index("ix_live_message_conversation_id", "live_message", ["conversation_id"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("live_message")
    op.drop_table("live_conversation")
