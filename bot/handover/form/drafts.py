"""What a family has answered so far, before it is sent: encrypted, and gone after some hours.

A draft of the chat and one of the web form have the same shape: `answers`, named as in `Details`, `conversation` (the
chat that goes along) and notes of its own.

A draft is found by a key that only its conversation or its browser knows; the store holds only the hash of it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.handover.form.steps import ANSWERS
from bot.handover.referrals.bounds import beginning_bounds, count
from bot.handover.referrals.models import Draft
from bot.handover.referrals.store import BUSY_TIMEOUT_MS
from bot.privacy.encryption import CannotOpen, place
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.store.keys import vault
from bot.times import utc_now


def chat_key(conversation: str) -> str:
    """Return the key of the draft that belongs to a chat."""
    return f"chat {conversation}"


def form_key(token: str) -> str:
    """Return the key of the draft that belongs to a web form, by the token its browser holds."""
    return f"form {token}"


class DraftStore:
    """Drafts by their keys. Every method is one transaction."""

    def __init__(self, settings: Settings) -> None:
        """Open the store; raise EncryptionUnavailable without a key."""
        self._vault = vault(settings)
        self._engine = open_engine(settings.referrals_url, busy_timeout_ms=BUSY_TIMEOUT_MS)
        self._bounds = beginning_bounds(settings)
        self._kept_for = timedelta(hours=settings.draft_hours)

    def read(self, key: str) -> dict[str, Any] | None:
        """Return the draft, or None where there is none, its time is over, or its key for encryption is gone."""
        ident = _ident(key)
        with Session(self._engine) as session:
            row = session.scalar(select(Draft).where(Draft.id == ident, Draft.expires_at > utc_now()))
            try:
                content = self._vault.open(row.sealed, place("draft", "sealed", ident)) if row else None
            except CannotOpen:
                return None
        return _of_now(json.loads(content)) if content else None

    def write(self, key: str, draft: dict[str, Any], hours: float | None = None) -> None:
        """Keep the draft in place of the one before, for `hours` from now (or GUIDE_DRAFT_HOURS)."""
        ident = _ident(key)
        sealed = self._vault.seal(json.dumps(draft, ensure_ascii=False), place("draft", "sealed", ident))
        kept_for = timedelta(hours=hours) if hours else self._kept_for
        with Session(self._engine) as session, session.begin():
            session.merge(Draft(id=ident, sealed=sealed, expires_at=utc_now() + kept_for))

    def begin(self, key: str, draft: dict[str, Any], sender: str) -> None:
        """Keep a new draft of somebody whose address is counted as `sender`; raise TooMany after too many of them."""
        with Session(self._engine) as session, session.begin():
            count(session, [sender], self._bounds)
        self.write(key, draft)

    def drop(self, key: str) -> bool:
        """Erase the draft because it was sent or given up; tell whether there was one."""
        with Session(self._engine) as session, session.begin():
            gone = delete(Draft).where(Draft.id == _ident(key)).returning(Draft.id)
            return session.execute(gone).first() is not None


def _of_now(draft: dict[str, Any]) -> dict[str, Any]:
    """Return a draft in its shape of now: one begun before December 2026 in a chat has its answers beside its notes."""
    if "answers" in draft or "id" not in draft:
        return draft
    notes = {name: value for name, value in draft.items() if name not in ANSWERS}
    return {**notes, "answers": {name: draft[name] for name in ANSWERS if name in draft}}


def _ident(key: str) -> str:
    return hashlib.sha256(b"draft\n" + key.encode()).hexdigest()
