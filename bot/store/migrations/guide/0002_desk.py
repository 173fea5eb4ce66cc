"""The staff desk: accounts, sessions, the audit trail, what is switched off, and the queue of questions.

The audit trail's rows cannot be changed or deleted: triggers forbid it. A later migration that must rebuild the
table has to make the triggers again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "guide_0002"
down_revision = "guide_0001"
branch_labels = None
depends_on = None

_REFUSAL = "the audit trail cannot be edited"


def upgrade() -> None:
    """Make the tables."""
    _people()
    _audit_trail()
    _queue()
    op.create_table(
        "closure",
        sa.Column("scope", sa.String(10), primary_key=True),
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("closed_by", sa.String(120), nullable=False),
        sa.Column("closed_at", _moment(), nullable=False),
    )


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False, unique=True),
        sa.Column("roles", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("oidc_subject", sa.String(400), unique=True),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("works_queue", sa.Boolean, nullable=False),
        sa.Column("totp_secret", sa.String(200)),
        sa.Column("totp_last_step", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", _moment()),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("signed_in_at", _moment()),
    )
    op.create_table(
        "desk_session",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("began_at", _moment(), nullable=False),
        sa.Column("seen_at", _moment(), nullable=False),
    )
    op.create_index("ix_desk_session_account_id", "desk_session", ["account_id"])
    op.create_index("ix_desk_session_seen_at", "desk_session", ["seen_at"])


def _audit_trail() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("event", sa.String(60), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_audit_edit() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_is_fixed BEFORE UPDATE OR DELETE ON audit_entry "
            "FOR EACH ROW EXECUTE FUNCTION refuse_audit_edit()"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_is_kept BEFORE TRUNCATE ON audit_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_edit()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entry_no_{change.lower()} BEFORE {change} ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    # Without this, INSERT OR REPLACE would delete a row without firing the trigger above.
    op.execute(
        "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry "
        "WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _queue() -> None:
    op.create_table(
        "question_group",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("assigned_to", sa.String(120)),
        sa.Column("changed_at", _moment(), nullable=False),
    )
    op.create_index("ix_question_group_state", "question_group", ["state"])
    op.create_table(
        "question",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversation.id", ondelete="SET NULL")),
        sa.Column("audience", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(100), nullable=False),
        sa.Column("near", sa.JSON, nullable=False),
        sa.Column("vector", sa.LargeBinary),
        sa.Column("group_id", sa.Integer, sa.ForeignKey("question_group.id", ondelete="SET NULL")),
    )
    for column in ("at", "conversation_id", "group_id"):
        op.create_index(f"ix_question_{column}", "question", [column])
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("conversation_id", sa.String(64), sa.ForeignKey("conversation.id", ondelete="SET NULL")),
        sa.Column("answer", sa.String(120), nullable=False),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("question_id", sa.Integer, sa.ForeignKey("question.id", ondelete="SET NULL")),
    )
    for column in ("at", "conversation_id", "answer"):
        op.create_index(f"ix_feedback_{column}", "feedback", [column])


def downgrade() -> None:
    """Drop the tables; the audit trail goes with them."""
    for table in ("feedback", "question", "question_group", "closure", "audit_entry", "desk_session", "account"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_edit()")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)
