"""Conversations, their messages, the buttons issued in them and the replies already given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "guide_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; those of a guide from before there were migrations stay as they are."""
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_conversation_last_at", "conversation", ["last_at"], if_not_exists=True)
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String(64), _of_conversation(), nullable=False),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_entry_conversation_id", "entry", ["conversation_id"], if_not_exists=True)
    op.create_table(
        "issued_button",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(64), _of_conversation(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("intent_message", sa.String(1000), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_issued_button_conversation_id", "issued_button", ["conversation_id"], if_not_exists=True)
    op.create_table(
        "given_reply",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("conversation_id", sa.String(64), _of_conversation(), nullable=False),
        sa.Column("reply", sa.JSON, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_given_reply_conversation_id", "given_reply", ["conversation_id"], if_not_exists=True)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("given_reply", "issued_button", "entry", "conversation"):
        op.drop_table(table)


def _of_conversation() -> sa.ForeignKey:
    return sa.ForeignKey("conversation.id", ondelete="CASCADE")
