"""Referrals, what was done with each, the outbox of their notices, consent wordings and receipts of erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "referrals_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consent_wording",
        sa.Column("version", sa.String(32), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("reference_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("idempotency_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("conversation_id", sa.String(64), index=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("consent_version", sa.String(32), sa.ForeignKey("consent_wording.version"), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(16), nullable=False, index=True),
        sa.Column("closed_reason", sa.String(32)),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("first_response_at", sa.DateTime(timezone=True)),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), index=True),
    )
    op.create_table(
        "referral_event",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("referral_id", sa.String(36), _of_referral(), nullable=False, index=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("sealed_note", sa.Text),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("referral_id", sa.String(36), _of_referral(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.String(32)),
        sa.Column("last_failure", sa.String(80)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("referral_id", "channel", name="uq_outbox_referral_id_channel"),
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("reference_hash", sa.String(64), index=True),
        sa.Column("counts", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("receipt", "outbox", "referral_event", "referral", "consent_wording"):
        op.drop_table(table)


def _of_referral() -> sa.ForeignKey:
    return sa.ForeignKey("referral.id", ondelete="CASCADE")
