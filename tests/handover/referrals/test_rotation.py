"""Keys are changed while everything stays readable."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.handover.form.drafts import DraftStore, form_key
from bot.handover.referrals.rotation import reseal
from bot.handover.referrals.store import ReferralStore
from bot.privacy.encryption import CannotOpen, Vault, new_key
from tests.handover.conftest import DETAILS


def test_everything_is_sealed_anew_and_the_old_key_is_no_longer_needed(settings, store, consent):
    for number in range(3):
        store.submit(DETAILS, consent, None, f"key-{number}")
    ident = store.listed()[0].id
    store.add_note(ident, "worker", "a note")
    DraftStore(settings).write(form_key("t"), {"name": "Wilhelmina"})
    fresh = new_key()
    assert reseal(store.engine, Vault([fresh, settings.encryption_keys])) == 5
    assert reseal(store.engine, Vault([fresh, settings.encryption_keys])) == 0
    with_new_only = settings.model_copy(update={"encryption_keys": fresh})
    opened = ReferralStore(with_new_only).opened(ident)
    assert opened.details == DETAILS and opened.events[-1].note == "a note"
    assert DraftStore(with_new_only).read(form_key("t")) == {"name": "Wilhelmina"}


def test_a_text_whose_key_is_missing_stops_it_and_is_kept(store, consent):
    store.submit(DETAILS, consent, None, "key-1")
    with store.engine.connect() as connection:
        before = connection.execute(text("SELECT sealed FROM referral")).scalar()
    with pytest.raises(CannotOpen):
        reseal(store.engine, Vault([new_key()]))
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT sealed FROM referral")).scalar() == before
