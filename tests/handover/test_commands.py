"""What an operator can do from the command line, and that it shows nothing a family wrote."""

from __future__ import annotations

import json
import stat

import pytest

from bot.__main__ import main
from bot.handover.outbox import OutboxQueue
from bot.privacy.encryption import Vault
from bot.settings import settings as process_settings
from tests.handover.conftest import DETAILS


@pytest.fixture
def operator(settings, monkeypatch, capsys):
    """Give a function that runs a command with these settings and returns status and output."""
    for name, value in {
        "GUIDE_REFERRALS_URL": settings.referrals_url,
        "GUIDE_ENCRYPTION_KEYS": settings.encryption_keys,
        "GUIDE_REFERRAL_EMAIL": "inbox@example.org",
        "GUIDE_SMTP_HOST": "127.0.0.1",
        "GUIDE_SMTP_PORT": "1",
        "GUIDE_SMTP_SECURITY": "none",
        "GUIDE_DELIVERY_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    process_settings.cache_clear()

    def run(*arguments: str) -> tuple[int, str]:
        status = main(["referrals", *arguments])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    yield run
    process_settings.cache_clear()


def test_a_notice_is_listed_fails_is_given_up_and_retried(operator, store, consent):
    reference = store.submit(DETAILS, consent, None, "key-1")
    status, listed = operator("list")
    assert status == 0 and reference in listed and "by email: waiting" in listed
    assert operator("deliver") == (1, "0 notices delivered, 1 failed.\n")
    _, shown = operator("show", reference.lower())
    assert "by email: dead, 1 attempts, last failure ConnectionRefusedError" in shown and "notice_given_up" in shown
    assert operator("retry", reference)[1] == "1 notices will be tried again.\n"
    assert OutboxQueue(store.engine, process_settings()).figures()["email"].waiting == 1
    for word in (DETAILS.name, DETAILS.child_first_name, DETAILS.phone):
        assert word not in listed + shown


def test_a_family_gets_its_data_in_a_file_of_its_own_and_is_erased(operator, store, consent, tmp_path):
    reference = store.submit(DETAILS, consent, None, "key-1")
    file = tmp_path / "family.json"
    assert operator("export", reference, str(file))[0] == 0
    assert json.loads(file.read_text())["details"]["name"] == DETAILS.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert operator("export", reference, str(file)) == (1, "That file exists already: give a new one.\n")
    status, said = operator("erase", reference, "--who", "officer")
    assert status == 0 and "Receipt" in said
    assert operator("show", reference) == (1, "There is no referral with this reference.\n")


def test_keys_are_made_and_changed(operator, store, consent, settings, monkeypatch):
    reference = store.submit(DETAILS, consent, None, "key-1")
    _, key = operator("new-key")
    Vault([key.strip()])
    monkeypatch.setenv("GUIDE_ENCRYPTION_KEYS", f"{key.strip()} {settings.encryption_keys}")
    process_settings.cache_clear()
    assert operator("rotate-keys")[1].startswith("1 texts")
    monkeypatch.setenv("GUIDE_ENCRYPTION_KEYS", key.strip())
    process_settings.cache_clear()
    assert reference in operator("list")[1]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GUIDE_ENCRYPTION_KEYS", "", "There is no key"),
        ("GUIDE_REFERRALS_URL", "sqlite:////proc/no/such/folder/x.db", ""),
    ],
)
def test_what_cannot_be_done_is_said(operator, monkeypatch, variable, value, said):
    monkeypatch.setenv(variable, value)
    process_settings.cache_clear()
    if said:
        status, printed = operator("list")
        assert status == 1 and said in printed
    else:
        with pytest.raises(OSError, match=r"."):
            operator("list")
