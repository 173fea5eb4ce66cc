"""Families may leave their details where somebody of SENDIASS can read them at the desk."""

from __future__ import annotations

import pytest

from bot.desk.receivers import someone_at_the_desk
from bot.settings import Settings


@pytest.mark.parametrize(
    ("roles", "active", "receives"),
    [
        (["sendiass"], True, True),
        (["sendiass"], False, False),
        (["admin", "content", "policy"], True, False),
    ],
)
def test_an_active_account_of_sendiass_receives(accounts, tmp_path, roles, active, receives):
    there_is = someone_at_the_desk(Settings(database_url=f"sqlite:///{tmp_path / 'guide.db'}"))
    assert not there_is()
    accounts.add("somebody", "a long pass phrase of words", roles, False, "test")
    accounts.set_active("somebody", active, "test")
    assert there_is() == receives
