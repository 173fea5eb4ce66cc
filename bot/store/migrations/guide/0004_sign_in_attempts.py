"""Failed sign-ins are counted by name, address and browser, in place of a lock on the account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "guide_0004"
down_revision = "guide_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of counts; locks of before are over."""
    op.create_table(
        "sign_in_brake",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), index=True),
        sa.Column("failures", sa.Float, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("counted_at", _moment(), nullable=False),
        sa.Column("wait_until", _moment()),
        sa.Column("expires_at", _moment(), nullable=False, index=True),
    )
    op.create_table(
        "known_address",
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("address", sa.String(64), primary_key=True),
        sa.Column("seen_at", _moment(), nullable=False),
    )
    op.add_column("desk_session", sa.Column("failed_before", sa.Integer, nullable=False, server_default="0"))
    op.drop_column("account", "failures")
    op.drop_column("account", "locked_until")


def downgrade() -> None:
    """Count on the account again, from nothing."""
    op.add_column("account", sa.Column("locked_until", _moment()))
    op.add_column("account", sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
    op.drop_column("desk_session", "failed_before")
    op.drop_table("known_address")
    op.drop_table("sign_in_brake")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)
