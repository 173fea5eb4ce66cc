"""Referrals: what a family sends to SENDIASS, kept encrypted and whole, and what SENDIASS does with it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.handover.referrals.bounds import chat_of, count, sending_bounds
from bot.handover.referrals.consent import consent_text, consent_version
from bot.handover.referrals.models import ConsentWording, Outbox, Referral, ReferralEvent, ident_sorted_by_time
from bot.handover.referrals.opening import channels
from bot.handover.referrals.references import as_reference, new_reference, reference_hash
from bot.privacy.encryption import Vault, place
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.store.keys import vault
from bot.times import utc_now, with_zone

BUSY_TIMEOUT_MS = 15_000
STATUSES = ("new", "accepted", "waiting", "closed")
CLOSED_REASONS = ("helped", "passed_on", "no_reply", "not_wanted", "twice", "other")
RESPONSES = ("replied_in_chat", "phoned", "e_mailed")
_NEXT = {
    "new": {"accepted", "waiting", "closed"},
    "accepted": {"waiting", "closed"},
    "waiting": {"accepted", "closed"},
    "closed": {"accepted"},
}


class NotFound(LookupError):
    """There is no such referral, or it has been erased."""


class NotPossible(ValueError):
    """The referral is not in a state that allows this: most often somebody else was quicker."""


@dataclass(frozen=True)
class Details:
    """What a family sends, each answer as checked by its question (`bot.handover.form.steps`). Ages are in years.

    `conversation` is the chat so far, oldest message first, as (who, text); None unless they ticked it.
    """

    about: str
    name: str
    phone: str | None = None
    email: str | None = None
    when_to_reach: str | None = None
    child_first_name: str | None = None
    child_age: str | None = None
    school: str | None = None
    conversation: tuple[tuple[str, str], ...] | None = None

    def __repr__(self) -> str:
        """Tell nothing of what is in it, so that no log or traceback can."""
        return "Details(...)"

    def answers(self) -> dict[str, str]:
        """Return what was answered, by the answers' names, in the order in which it is asked; what was left out is not in it."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "conversation"}
        return {name: answer for name, answer in given.items() if answer}


@dataclass(frozen=True)
class Consent:
    """That a family agreed, to which version of the words (`consent_version`), and when."""

    wording_version: str
    given_at: datetime


@dataclass(frozen=True)
class Event:
    """Something that was done: `what` is a status, a response, "received", "note" or a notice's fate."""

    at: datetime
    what: str
    who: str
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Summary:
    """A referral in a list: nothing that the family wrote."""

    id: str
    status: str
    closed_reason: str | None
    received_at: datetime
    first_response_at: datetime | None
    changed_at: datetime
    conversation: str | None
    reference: str = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """A whole referral, decrypted, for somebody of SENDIASS to read."""

    summary: Summary
    details: Details
    consent: Consent
    events: tuple[Event, ...]


@dataclass(frozen=True)
class ResponseTimes:
    """How soon families heard from a person: counts, and hours for those who have."""

    referrals: int
    answered: int
    median_hours: float | None
    slowest_tenth_hours: float | None
    longest_waiting_hours: float | None


class ReferralStore:
    """The referrals of one database. Every method is one transaction and may raise SQLAlchemyError."""

    def __init__(self, settings: Settings) -> None:
        """Open the store; raise EncryptionUnavailable without a key, for then nothing may be taken."""
        self.vault: Vault = vault(settings)
        self.engine: Engine = open_engine(settings.referrals_url, durable=True, busy_timeout_ms=BUSY_TIMEOUT_MS)
        self._settings = settings
        self._bounds = sending_bounds(settings)
        self._channels = channels(settings)
        self.consent_text = consent_text(settings)

    def submit(
        self,
        details: Details,
        consent: Consent,
        conversation: str | None,
        idempotency_key: str,
        sender: str | None = None,
    ) -> str:
        """Keep a referral and the notices that must go out for it, all or nothing; return its reference.

        The same `idempotency_key` again gives the reference of the first time and makes nothing new. `conversation` is
        the id of the chat it came from, `sender` what its address is counted by (`bot.handover.referrals.bounds`). When this has
        returned, the referral outlasts any crash. Raises TooMany.
        """
        key = hashlib.sha256(b"idempotency\n" + idempotency_key.encode()).hexdigest()
        for _ in range(3):
            before = self._reference_of(key)
            if before:
                return before
            try:
                return self._keep(details, consent, conversation, key, sender)
            except IntegrityError:
                continue  # the same key at the same time, or (once in a billion) a reference drawn twice
        raise NotPossible("the referral could not be given a reference")

    def _keep(self, details: Details, consent: Consent, conversation: str | None, key: str, sender: str | None) -> str:
        now, reference = utc_now(), new_reference()
        senders = [sender] if sender else []
        if conversation:
            senders.append(chat_of(self._settings, conversation))
        with Session(self.engine) as session, session.begin():
            count(session, senders, self._bounds)
            self._keep_wording(session, consent, now)
            referral = Referral(
                id=str(uuid.uuid4()),
                reference_hash=reference_hash(reference),
                idempotency_hash=key,
                conversation_id=conversation,
                consent_version=consent.wording_version,
                consent_at=consent.given_at,
                status="new",
                received_at=now,
                changed_at=now,
            )
            content = json.dumps({"reference": reference, "details": asdict(details)}, ensure_ascii=False)
            referral.sealed = self.vault.seal(content, place("referral", "sealed", referral.id))
            session.add(referral)
            session.flush()
            self._note(session, referral.id, "received", "family", now)
            for channel in self._channels:
                session.add(Outbox(referral_id=referral.id, channel=channel, state="waiting", made_at=now, next_at=now))
        return reference

    def _keep_wording(self, session: Session, consent: Consent, now: datetime) -> None:
        """Keep the words that were agreed to. Raises NotPossible for a version that is not today's nor known."""
        if consent.wording_version != consent_version(self.consent_text):
            if not session.get(ConsentWording, consent.wording_version):
                raise NotPossible("this version of the consent wording was never shown")
            return
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        words = {"version": consent.wording_version, "text": self.consent_text, "first_used_at": now}
        session.execute(insert(ConsentWording).values(words).on_conflict_do_nothing())

    def _reference_of(self, idempotency_hash: str) -> str | None:
        with Session(self.engine) as session:
            kept = session.scalar(select(Referral).where(Referral.idempotency_hash == idempotency_hash))
            return self._content(kept)[0] if kept else None

    def find(self, typed_reference: str) -> str:
        """Return the id of the referral with this reference, however it was typed; raise NotFound."""
        reference = as_reference(typed_reference)
        if reference:
            with Session(self.engine) as session:
                wanted = Referral.reference_hash == reference_hash(reference)
                ident = session.scalar(select(Referral.id).where(wanted))
                if ident:
                    return ident
        raise NotFound("there is no referral with this reference")

    def listed(self, status: str | None = None, limit: int = 100, offset: int = 0) -> list[Summary]:
        """Return referrals, the longest waiting first; those of one status, or all that are not closed."""
        wanted = Referral.status == status if status else Referral.status != "closed"
        order = Referral.closed_at.desc() if status == "closed" else Referral.received_at
        with Session(self.engine) as session:
            rows = session.scalars(
                select(Referral).where(wanted).order_by(order, Referral.id).limit(limit).offset(offset)
            )
            return [self._summary(row) for row in rows]

    def counts(self) -> dict[str, int]:
        """Return how many referrals have each status."""
        with Session(self.engine) as session:
            found = session.execute(select(Referral.status, func.count()).group_by(Referral.status)).all()
        return dict.fromkeys(STATUSES, 0) | {row[0]: row[1] for row in found}

    def of_conversation(self, conversation: str) -> list[Summary]:
        """Return the referrals that came from a chat, the newest first."""
        with Session(self.engine) as session:
            wanted = select(Referral).where(Referral.conversation_id == conversation)
            return [self._summary(row) for row in session.scalars(wanted.order_by(Referral.received_at.desc()))]

    def opened(self, ident: str) -> Opened:
        """Return a whole referral; raise NotFound, or CannotOpen where its key is missing."""
        with Session(self.engine) as session:
            row = _row(session, ident)
            reference, details = self._content(row)
            kept = session.scalars(
                select(ReferralEvent).where(ReferralEvent.referral_id == ident).order_by(ReferralEvent.id)
            )
            events = tuple(self._event(event) for event in kept)
            consent = Consent(row.consent_version, with_zone(row.consent_at))
            return Opened(self._summary(row, reference), details, consent, events)

    def consent_wording(self, version: str) -> str:
        """Return the words of a version that families agreed to; raise NotFound."""
        with Session(self.engine) as session:
            words = session.get(ConsentWording, version)
            if not words:
                raise NotFound("there is no such version of the consent wording")
            return words.text

    def change_status(
        self, ident: str, seen: str, to: str, who: str, reason: str | None = None, note: str | None = None
    ) -> None:
        """Move a referral from the status that `who` has seen to another; `reason` is one of CLOSED_REASONS.

        Raises NotFound, and NotPossible where the step is not allowed or somebody else moved it first.
        """
        if to not in _NEXT.get(seen, ()) or (to == "closed") != (reason in CLOSED_REASONS):
            raise NotPossible(f"from {seen} to {to} is not possible")
        now = utc_now()
        with Session(self.engine) as session, session.begin():
            step = update(Referral).where(Referral.id == ident, Referral.status == seen)
            done = session.execute(
                step.values(status=to, closed_reason=reason, changed_at=now, closed_at=now if to == "closed" else None)
                .returning(Referral.id)
                .execution_options(synchronize_session=False)
            ).all()
            if not done:
                _row(session, ident)
                raise NotPossible("somebody else changed it in the meantime")
            self._note(session, ident, to, who, now, note)

    def add_response(self, ident: str, how: str, who: str, note: str | None = None) -> None:
        """Record that a person got back to the family, by one of RESPONSES; raise NotFound or ValueError."""
        if how not in RESPONSES:
            raise ValueError(f"a response is one of {', '.join(RESPONSES)}")
        now = utc_now()
        with Session(self.engine) as session, session.begin():
            first = func.coalesce(Referral.first_response_at, now)
            step = update(Referral).where(Referral.id == ident).values(first_response_at=first, changed_at=now)
            if not session.execute(step.returning(Referral.id).execution_options(synchronize_session=False)).all():
                raise NotFound("there is no such referral")
            self._note(session, ident, how, who, now, note)

    def add_note(self, ident: str, who: str, note: str) -> None:
        """Add a note of SENDIASS's own to a referral; raise NotFound."""
        with Session(self.engine) as session, session.begin():
            _row(session, ident)
            self._note(session, ident, "note", who, utc_now(), note)

    def note_operator(self, ident: str, what: str, who: str) -> None:
        """Note that an operator of the system had to do with a referral, and what; raise NotFound."""
        with Session(self.engine) as session, session.begin():
            _row(session, ident)
            self._note(session, ident, what, who, utc_now())

    def response_times(self, days: int) -> ResponseTimes:
        """Return how soon families who wrote in the last `days` days heard from a person."""
        now = utc_now()
        with Session(self.engine) as session:
            since = Referral.received_at >= now - timedelta(days=days)
            rows = session.execute(
                select(Referral.received_at, Referral.first_response_at, Referral.status).where(since)
            ).all()
        hours = sorted(_hours(with_zone(row[1]) - with_zone(row[0])) for row in rows if row[1])
        waiting = [_hours(now - with_zone(row[0])) for row in rows if not row[1] and row[2] != "closed"]
        return ResponseTimes(
            referrals=len(rows),
            answered=len(hours),
            median_hours=median(hours) if hours else None,
            slowest_tenth_hours=hours[max(len(hours) * 9 // 10 - 1, 0)] if hours else None,
            longest_waiting_hours=max(waiting, default=None),
        )

    def _note(self, session: Session, ident: str, what: str, who: str, at: datetime, note: str | None = None) -> None:
        event = ReferralEvent(id=ident_sorted_by_time(), referral_id=ident, at=at, what=what, who=who)
        if note:
            event.sealed_note = self.vault.seal(note, place("referral_event", "sealed_note", event.id))
        session.add(event)

    def _event(self, event: ReferralEvent) -> Event:
        where = place("referral_event", "sealed_note", event.id)
        note = self.vault.open(event.sealed_note, where) if event.sealed_note else None
        return Event(with_zone(event.at), event.what, event.who, note)

    def _content(self, row: Referral) -> tuple[str, Details]:
        content = json.loads(self.vault.open(row.sealed, place("referral", "sealed", row.id)))
        kept = content["details"]
        if kept["conversation"] is not None:
            kept["conversation"] = tuple((who, text) for who, text in kept["conversation"])
        return str(content["reference"]), Details(**kept)

    def _summary(self, row: Referral, reference: str | None = None) -> Summary:
        return Summary(
            id=row.id,
            reference=reference or self._content(row)[0],
            status=row.status,
            closed_reason=row.closed_reason,
            received_at=with_zone(row.received_at),
            first_response_at=with_zone(row.first_response_at) if row.first_response_at else None,
            changed_at=with_zone(row.changed_at),
            conversation=row.conversation_id,
        )


def transcript(history: Sequence[dict[str, object]]) -> tuple[tuple[str, str], ...]:
    """Return a chat, as the gateway's store gives its history, in the form that goes with a referral."""
    return tuple((str(entry["from"]), str(entry["text"])) for entry in history if entry.get("text"))


def _row(session: Session, ident: str) -> Referral:
    row = session.get(Referral, ident)
    if not row:
        raise NotFound("there is no such referral")
    return row


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600
