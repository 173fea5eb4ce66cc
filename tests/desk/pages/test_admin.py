"""The administrator stops accounts and reads the trail; roles are not given here."""

from __future__ import annotations

import csv
import io

from bot.accounts import audit
from bot.guidance.wording import wording
from tests.desk.conftest import PASSWORD, browser, post, sign_in


def test_an_account_is_stopped_and_let_in_again_at_once(client, person, accounts):
    admin, other = person("admin"), person("policy")

    def set_state(state: str, account: str = "policy@example.org") -> int:
        return post(admin, "/staff/accounts", "/staff/accounts", account=account, state=state).status_code

    assert set_state("disabled") == 303 and other.get("/staff").status_code == 303
    assert "Enable policy@example.org" in admin.get("/staff/accounts").text
    assert set_state("enabled") == 303
    for _ in range(5):
        sign_in(browser(client), "policy@example.org", "wrong password 1")
    assert wording("desk.people.slowed") in admin.get("/staff/accounts").text
    assert set_state("unlocked") == 303 and sign_in(browser(client), "policy@example.org").status_code == 303
    assert set_state("promoted") == 404 and set_state("disabled", "nobody") == 404
    assert {account.name: account.roles for account in accounts.all()}["policy@example.org"] == "policy"


def test_the_trail_is_paged_and_exported(client, person, accounts):
    admin = person("admin")
    for number in range(60):
        accounts.unlock("admin@example.org", f"console{number}")
    page = admin.get("/staff/audit").text
    assert "console59" in page and "console5<" not in page
    older = page.split("/staff/audit?before=")[1].split('"')[0]
    assert "Made an account" in admin.get(f"/staff/audit?before={older}").text
    export = post(admin, "/staff/audit/export", "/staff/audit")
    rows = list(csv.reader(io.StringIO(export.text.removeprefix("\ufeff"))))
    assert rows[1][3] == "audit.exported" and len(rows) == audit.verify(client.app.state.desk.engine).lines + 1


def test_no_password_and_no_code_is_in_the_trail(client, accounts):
    accounts.add("anna", PASSWORD, ["admin"], False, "test")
    sign_in(client, "anna", "some wrong phrase", code="123456")
    lines = audit.latest(client.app.state.desk.engine)
    written = " ".join(f"{line.who} {line.about} {line.detail}" for line in lines)
    assert PASSWORD not in written and "wrong phrase" not in written and "123456" not in written
