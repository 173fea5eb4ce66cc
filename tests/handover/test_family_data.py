"""One family's data can be handed out whole, and erased with a receipt."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from bot.handover.family_data import erase, export
from bot.handover.live import LiveChats
from bot.handover.referrals.models import Base
from bot.handover.referrals.references import reference_hash
from bot.handover.referrals.store import NotFound
from tests.handover.conftest import DETAILS


def test_the_export_holds_everything_and_is_json(store, consent):
    reference = store.submit(DETAILS, consent, "chat", "key-1")
    ident = store.find(reference)
    store.change_status(ident, "new", "accepted", "worker", note="a note on the family")
    live = LiveChats(store)
    live.take(ident, "Rowan", "worker")
    live.say("chat", "person", "Hello from SENDIASS")
    content = json.loads(json.dumps(export(store, ident)))
    assert content["reference"] == reference and content["details"]["name"] == DETAILS.name
    assert content["details"]["conversation"] == [list(line) for line in DETAILS.conversation]
    assert content["consent"]["wording"] == store.consent_wording(consent.wording_version)
    assert [event["note"] for event in content["events"]][:2] == [None, "a note on the family"]
    assert [line["text"] for line in content["written_with_sendiass"]] == ["joined", "Hello from SENDIASS"]


def test_erasure_takes_this_family_and_no_other_and_leaves_a_receipt(store, consent):
    reference, other = (store.submit(DETAILS, consent, "chat", key) for key in ("key-1", "key-2"))
    erased = erase(store, store.find(reference), "data protection officer")
    assert {name: number for name, number in erased.counts.items() if number} == {
        "outbox": 1,
        "referral_event": 1,
        "referral": 1,
    }
    with pytest.raises(NotFound):
        store.find(reference)
    assert store.opened(store.find(other)).details == DETAILS
    with store.engine.connect() as connection:
        (receipt,) = connection.execute(text("SELECT * FROM receipt")).mappings()
    assert (receipt["id"], receipt["who"], receipt["what"]) == (erased.receipt, "data protection officer", "family")
    assert receipt["reference_hash"] == reference_hash(reference) and reference not in repr(dict(receipt))


def test_erasure_leaves_no_row_that_names_the_referral(store, consent):
    ident = store.find(store.submit(DETAILS, consent, "chat", "key-1"))
    erase(store, ident, "worker")
    with store.engine.connect() as connection:
        kept = [connection.execute(table.select()).all() for table in Base.metadata.sorted_tables]
    assert ident not in repr(kept)


def test_what_is_not_there_cannot_be_erased(store):
    with pytest.raises(NotFound):
        erase(store, "gone", "worker")
