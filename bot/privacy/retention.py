"""Retention: delete what has been kept long enough, count it, and keep a receipt of the counts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.desk.intake import erase_old
from bot.desk.slowing import erase_old as erase_old_sign_ins
from bot.directory.gaps import Gaps
from bot.gateway.conversations import ConversationStore
from bot.handover.bounds import erase_old as erase_old_counts
from bot.handover.chat_draft import ChatHandover
from bot.handover.family_data import delete_referrals
from bot.handover.live import LiveChats
from bot.handover.models import Draft, Outbox, Receipt, Referral
from bot.handover.referrals import ReferralStore
from bot.privacy.encryption import EncryptionUnavailable
from bot.privacy.erasure import Erasure
from bot.settings import Settings
from bot.store.engine import empty_logs, open_engine
from bot.store.migrate import prepare

log = logging.getLogger(__name__)

BATCH = 500
EVERY_S = 3600.0

Rule = Callable[[], Mapping[str, int]]


@dataclass(frozen=True)
class Done:
    """The receipt of a run: its id, when, and how many rows went from each table."""

    receipt: str
    at: datetime
    counts: dict[str, int]


class Retention:
    """The rules of these settings, each run by itself: one that fails does not keep the others back."""

    def __init__(self, settings: Settings, more: Mapping[str, Rule] | None = None) -> None:
        """`more`: further rules by name, such as that for conversations; each deletes and returns its counts."""
        self._settings = settings
        self.engine: Engine = open_engine(settings.referrals_url)
        self._stores = {
            "referrals": self.engine,
            "guide": open_engine(settings.database_url),
            "directory": open_engine(settings.directory_url),
        }
        self._rules: dict[str, Rule] = {
            **(more or {}),
            "referrals": self._closed_referrals,
            "notices": self._sent_notices,
            "drafts": self._expired_drafts,
            "handover counts": lambda: erase_old_counts(self.engine),
        }

    def run(self, who: str, receipt_of_nothing: bool = True) -> Done | None:
        """Apply every rule and keep the receipt; a rule that fails counts as -1 and is logged.

        Without `receipt_of_nothing`, a run that deleted nothing and failed nowhere leaves no receipt and gives None.
        Raises SQLAlchemyError where the receipt cannot be kept.
        """
        counts: dict[str, int] = {}
        for name, rule in self._rules.items():
            try:
                for table, number in rule().items():
                    counts[table] = counts.get(table, 0) + number
            except Exception as error:  # noqa: BLE001 - the other rules still run; the receipt tells of it
                log.error("retention of %s failed: %s", name, type(error).__name__)
                counts[f"{name} failed"] = -1
        empty_logs(self._stores)  # what somebody reads just now goes with the next run
        if not receipt_of_nothing and not any(counts.values()):
            return None
        return self._keep_receipt(who, counts)

    def run_until(self, stopping: threading.Event) -> None:
        """Run now and every hour; a failure is logged and tried again."""
        while True:
            try:
                done = self.run("schedule", receipt_of_nothing=False)
                if done:
                    log.info("retention %s: %s", done.receipt, done.counts)
            except Exception as error:  # noqa: BLE001 - the next round tries again
                log.error("retention failed: %s", type(error).__name__)
            if stopping.wait(EVERY_S):
                return

    def _keep_receipt(self, who: str, counts: dict[str, int]) -> Done:
        now = datetime.now(UTC)
        with Session(self.engine) as session, session.begin():
            receipt = Receipt(at=now, who=who, what="retention", counts=counts)
            session.add(receipt)
            session.flush()
            return Done(receipt.id, now, counts)

    def _closed_referrals(self) -> Mapping[str, int]:
        """Delete referrals closed long enough ago. One that nobody closed is never deleted: somebody waits."""
        now = datetime.now(UTC)
        before = now - timedelta(days=self._settings.referral_days)
        counts: dict[str, int] = {}
        with Session(self.engine) as session, session.begin():  # a clock that was wrong must keep nothing for ever
            session.execute(update(Referral).where(Referral.closed_at > now).values(closed_at=now))
        while True:
            with Session(self.engine) as session, session.begin():
                closed = (
                    select(Referral.id).where(Referral.status == "closed", Referral.closed_at < before).limit(BATCH)
                )
                idents = list(session.scalars(closed))
                for table, number in delete_referrals(session, idents).items():
                    counts[table] = counts.get(table, 0) + number
            if len(idents) < BATCH:
                return counts

    def _sent_notices(self) -> Mapping[str, int]:
        now = datetime.now(UTC)
        before = now - timedelta(days=self._settings.sent_notice_days)
        with Session(self.engine) as session, session.begin():
            session.execute(update(Outbox).where(Outbox.sent_at > now).values(sent_at=now))
            gone = delete(Outbox).where(Outbox.state == "sent", Outbox.sent_at < before).returning(Outbox.id)
            return {"outbox": len(session.execute(gone).all())}

    def _expired_drafts(self) -> Mapping[str, int]:
        now = datetime.now(UTC)
        latest = now + timedelta(hours=self._settings.draft_hours)
        with Session(self.engine) as session, session.begin():
            session.execute(update(Draft).where(Draft.expires_at > latest).values(expires_at=latest))
            gone = delete(Draft).where(Draft.expires_at < now).returning(Draft.id)
            return {"draft": len(session.execute(gone).all())}


def run_from_command_line(settings: Settings) -> Done:
    """Run every rule once, conversations and Rasa's trackers too; raise SQLAlchemyError where a store cannot be opened."""
    prepare(settings)
    erasure = Erasure(
        ConversationStore(settings.database_url),
        Path(settings.tracker_database),
        settings.conversation_hours,
        lambda reason, number: None,
        _chats_with_people(settings),
        ChatHandover(settings).drop,
    )
    rules: dict[str, Rule] = {
        "conversations": lambda: {"conversation": erasure.erase_expired()},
        "questions": lambda: erase_old(
            open_engine(settings.database_url), settings.desk_question_days, settings.desk_settled_days
        ),
        "sign-ins": lambda: erase_old_sign_ins(open_engine(settings.database_url), settings.desk_known_days),
        "gaps": Gaps(open_engine(settings.directory_url), settings.gaps_weeks).delete_old,
    }
    done = Retention(settings, rules).run("operator")
    assert done
    return done


def _chats_with_people(settings: Settings) -> LiveChats | None:
    """Return the chats that people of SENDIASS have, which are kept; None without a key, for then there are none."""
    try:
        return LiveChats(ReferralStore(settings))
    except EncryptionUnavailable:
        return None
