"""Accounts from the command line: passwords only from standard input, roles checked, everything audited."""

from __future__ import annotations

import io

import pytest

from bot.__main__ import main
from bot.accounts import audit
from bot.commands import desk as commands
from bot.settings import Settings
from bot.store.engine import open_engine
from tests.desk.conftest import PASSWORD


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'guide.db'}", secret_key="test key that is long enough to sign"
    )
    monkeypatch.setattr(commands, "settings", lambda: settings)

    def run_command(*arguments: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(arguments)
        shown = capsys.readouterr()
        return status, shown.out + shown.err

    run_command.url = settings.database_url
    return run_command


def test_an_account_is_made_listed_changed_and_disabled(run):
    assert run("users", "add", "Anna@example.org", "--role", "content", "--works-queue", typed=PASSWORD + "\n")[0] == 0
    status, listed = run("users", "list")
    assert status == 0 and "anna@example.org: content; active, works the content queue; last signed in never" in listed
    assert run("users", "set-role", "anna@example.org", "--role", "content", "--role", "policy")[0] == 0
    assert run("users", "disable", "anna@example.org")[0] == 0
    listed = run("users", "list")[1]
    assert "content, policy; disabled, works the content queue" in listed
    for command in ("enable", "unlock", "remove-codes"):
        assert run("users", command, "anna@example.org")[0] == 0
    assert run("users", "reset-password", "anna@example.org", typed="another long phrase\n")[0] == 0
    events = [line.event for line in reversed(audit.latest(open_engine(run.url)))]
    assert events == [
        "account.added",
        "account.roles",
        "account.disabled",
        "account.enabled",
        "account.unlocked",
        "account.codes_off",
        "account.password",
    ]
    status, said = run("audit", "verify")
    assert status == 0 and said.startswith("7 lines, none changed.")
    assert run("audit", "verify", "--holds", said.split()[-1])[0] == 0
    assert run("audit", "verify", "--holds", "f" * 64)[0] == 1


@pytest.mark.parametrize(
    "name, password, roles, told",
    [
        ("anna", "too short", ["content"], "12 characters"),
        ("anna", "aaaaaaaaaaaaaaa", ["content"], "too easy"),
        ("annabel", "Annabel's own words", ["content"], "too easy"),
        ("an na", PASSWORD, ["content"], "without spaces"),
        ("anna", PASSWORD, ["sendiass", "admin"], "cannot stand beside another"),
    ],
)
def test_what_will_not_do_is_said(run, name, password, roles, told):
    arguments = [part for role in roles for part in ("--role", role)]
    status, said = run("users", "add", name, *arguments, typed=password + "\n")
    assert status == 1 and told in said
    assert run("users", "list")[1] == ""


def test_a_name_is_given_once_and_an_unknown_one_is_said(run):
    run("users", "add", "anna", "--role", "content", typed=PASSWORD)
    assert "already an account" in run("users", "add", "ANNA", "--role", "policy", typed=PASSWORD)[1]
    for command in ("disable", "unlock"):
        assert run("users", command, "berta") == (1, "There is no account with that name.\n")


def test_a_password_cannot_be_given_as_an_argument(run):
    with pytest.raises(SystemExit):
        run("users", "add", "anna", "--role", "content", "--password", PASSWORD)
    with pytest.raises(SystemExit):
        run("users", "add", "anna", "--role", "owner")
