"""A draft is kept encrypted until it is sent, dropped or too old."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.handover.form.drafts import DraftStore, chat_key, form_key
from bot.privacy.encryption import EncryptionUnavailable, new_key

DRAFT = {"answers": {"about": "Quillfeather school", "name": "Wilhelmina"}, "tries": 2}


def test_a_draft_comes_back_until_it_is_dropped(settings):
    drafts = DraftStore(settings)
    assert drafts.read(form_key("t")) is None
    drafts.write(form_key("t"), {"answers": {"about": "first"}})
    drafts.write(form_key("t"), DRAFT)
    assert drafts.read(form_key("t")) == DRAFT
    assert drafts.read(chat_key("t")) is None
    assert drafts.drop(form_key("t")) and not drafts.drop(form_key("t"))
    assert drafts.read(form_key("t")) is None


def test_a_draft_is_not_stored_in_clear_nor_its_key(settings, store):
    DraftStore(settings).write(chat_key("conversation-token"), DRAFT)
    with store.engine.connect() as connection:
        kept = repr(connection.execute(text("SELECT * FROM draft")).all())
    assert "Quillfeather" not in kept and "conversation-token" not in kept


def test_a_draft_that_is_too_old_is_not_read(settings):
    drafts = DraftStore(settings)
    drafts.write(form_key("t"), DRAFT, hours=-1)
    assert drafts.read(form_key("t")) is None


def test_a_draft_whose_key_is_gone_is_no_draft(settings, make_settings):
    DraftStore(settings).write(form_key("t"), DRAFT)
    assert DraftStore(make_settings(encryption_keys=new_key())).read(form_key("t")) is None
    with pytest.raises(EncryptionUnavailable):
        DraftStore(make_settings(encryption_keys=""))


def test_a_chats_draft_from_before_an_update_goes_on_as_it_was(settings):
    before = {"id": "one", "about": "Quillfeather school", "answered": ["about"], "conversation": None, "typed": "Jo"}
    DraftStore(settings).write(chat_key("c"), before)
    assert DraftStore(settings).read(chat_key("c")) == {
        "id": "one",
        "answers": {"about": "Quillfeather school"},
        "answered": ["about"],
        "conversation": None,
        "typed": "Jo",
    }
