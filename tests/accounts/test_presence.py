"""Families may leave their details where somebody of SENDIASS can read them at the desk."""

from __future__ import annotations

import pytest

from bot.accounts.presence import someone_has_role


@pytest.mark.parametrize(
    ("roles", "active", "receives"),
    [
        (["sendiass"], True, True),
        (["sendiass"], False, False),
        (["admin", "content", "policy"], True, False),
    ],
)
def test_an_active_account_of_sendiass_receives(accounts, tmp_path, roles, active, receives):
    store = f"sqlite:///{tmp_path / 'guide.db'}"
    assert not someone_has_role(store, "sendiass")
    accounts.add("somebody", "a long pass phrase of words", roles, False, "test")
    accounts.set_active("somebody", active, "test")
    assert someone_has_role(store, "sendiass") == receives


def test_a_store_that_cannot_be_asked_tells_of_nobody(tmp_path):
    assert not someone_has_role(f"sqlite:///{tmp_path / 'empty.db'}", "sendiass")
