"""What an operator can do from the command line, and that it shows nothing a family wrote."""

from __future__ import annotations

import json
import stat

import pytest

from bot.__main__ import main
from bot.accounts import audit
from bot.commands import referrals as commands
from bot.guidance.wording import wording
from bot.handover.delivery.outbox import OutboxQueue
from bot.privacy.encryption import Vault
from bot.settings import settings as process_settings
from bot.store.engine import open_engine
from tests.handover.conftest import DETAILS


@pytest.fixture
def operator(settings, monkeypatch, capsys, tmp_path):
    """Give a function that runs a command with these settings and returns status and output."""
    for name, value in {
        "GUIDE_DATABASE_URL": f"sqlite:///{tmp_path / 'guide.db'}",
        "GUIDE_REFERRALS_URL": settings.referrals_url,
        "GUIDE_ENCRYPTION_KEYS": settings.encryption_keys,
        "GUIDE_REFERRAL_EMAIL": "inbox@example.org",
        "GUIDE_SMTP_HOST": "127.0.0.1",
        "GUIDE_SMTP_PORT": "1",
        "GUIDE_SMTP_SECURITY": "none",
        "GUIDE_DELIVERY_ATTEMPTS": "1",
        "GUIDE_SECRET_KEY": "test key that is long enough to sign",
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


@pytest.fixture
def trail(tmp_path):
    """Give a function that returns the audit trail's lines as (what, about, who), the oldest first."""

    def lines() -> list[tuple[str, str, str]]:
        kept = audit.latest(open_engine(f"sqlite:///{tmp_path / 'guide.db'}"))
        return [(line.event, line.about, line.who) for line in reversed(kept)]

    return lines


def test_whatever_an_operator_does_with_referrals_leaves_a_line_and_an_event(operator, store, consent, tmp_path, trail):
    reference = store.submit(DETAILS, consent, None, "key-1")
    ident = store.find(reference)
    operator("list")
    operator("show", reference.lower().replace("-", ""))
    operator("export", reference, str(tmp_path / "family.json"))
    operator("retry", reference)
    operator("show", "no-such-reference")
    events = [(event.what, event.who) for event in store.opened(ident).events[1:]]
    me = audit.operator()
    assert events == [(f"{what}_operator", me) for what in ("shown_to", "exported_by", "retried_by")]
    assert "exported_by_operator" in (tmp_path / "family.json").read_text(), "the family sees it as well"
    operator("erase", reference, "--who", "officer")
    what = [("list", ""), *((deed, reference) for deed in ("show", "export", "retry"))]
    what += [("show", "no such reference"), ("erase", reference)]
    assert trail() == [(f"referrals.{deed}", about, me) for deed, about in what]
    for event in commands._EVENTS.values():
        assert wording(f"desk.inbox.event.{event}")


def test_changing_keys_leaves_a_line(operator, store, trail):
    operator("rotate-keys")
    assert [line[0] for line in trail()] == ["referrals.rotate-keys"]


@pytest.mark.parametrize("what", ["list", "show", "export", "erase", "retry"])
def test_where_no_line_can_be_written_nothing_is_shown(operator, store, consent, monkeypatch, tmp_path, what):
    reference = store.submit(DETAILS, consent, None, "key-1")
    monkeypatch.setenv("GUIDE_DATABASE_URL", f"sqlite:///{tmp_path}")  # a folder is no database
    process_settings.cache_clear()
    more = {"export": [str(tmp_path / "family.json")], "erase": ["--who", "officer"]}.get(what, [])
    status, said = operator(what, *([] if what == "list" else [reference]), *more)
    assert status == 1 and said.startswith("Nothing was shown or done") and reference not in said
    assert not (tmp_path / "family.json").exists()
    assert [event.what for event in store.opened(store.find(reference)).events] == ["received"]
