"""The desk's accounts: strangers must not shut staff out, easy passwords are refused, and what an operator reads leaves a trace."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.evaluation.attack.guide.staff import PASSWORD, add_account, kept_cookies, sign_in
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.attack.web.flooding import referral_by_form

SUBJECT = "the desk"
EASY = (
    "password1234",
    "Password1234!",
    "123456789012",
    "qwertyuiop12",
    "durham-council1",
    "Welcome2024!!",
    "letmein123456",
    "iloveyou12345",
    "abcdefghijkl",
    "passwordpassword",
    "P@ssw0rd12345",
    "local-offer-guide",
    "sendiass12345",
    "1qaz2wsx3edc",
    "administrator1",
)


@attack(
    SUBJECT,
    "a colleague shut out",
    "30 wrong passwords for a colleague's name, from one address and from ten",
    "the colleague signs in at once, from the usual address and with the usual browser elsewhere; no guess gets in",
    inside=True,
)
def shut_out(target: Target) -> Outcome:
    """Guess badly at the name of somebody who has signed in before, and let them sign in again."""
    cases = []
    for name, strangers in (("amira", 1), ("bea", 10)):
        add_account(target, name, "content")
        colleague = target.family()
        before = sign_in(colleague, name, PASSWORD)
        at = [target.family() for _ in range(strangers)]
        statuses = [sign_in(at[number % strangers], name, f"wrong password {number}").status for number in range(30)]
        refused = sum(status in (401, 403, 429, 503) for status in statuses)
        usual = sign_in(target.family(colleague.address), name, PASSWORD)
        browser = sign_in(target.family(), name, PASSWORD, kept_cookies(before))
        cases.append((f"{strangers} strangers, usual address ({usual.status})", usual.status == 303))
        cases.append((f"{strangers} strangers, usual browser ({browser.status})", browser.status == 303))
        cases.append((f"none of {strangers} strangers got in", refused == 30))
    return all_held(cases, "checks")


@attack(
    SUBJECT,
    "guessing a password",
    "40 guesses from one address as fast as they go",
    "at most 15 are looked at; then the address must wait",
    inside=True,
)
def guessing(target: Target) -> Outcome:
    """Guess as fast as the guide lets one address."""
    add_account(target, "carys", "content")
    colleague, family = target.family(), target.family()
    sign_in(colleague, "carys", PASSWORD)
    statuses = [sign_in(family, "carys", f"guess number {number}").status for number in range(40)]
    looked_at = statuses.count(401)
    said_no_at_once = sum(status == 429 for status in statuses)
    in_the_end = sign_in(target.family(colleague.address), "carys", PASSWORD).status == 303
    return Outcome(
        looked_at <= 15 and in_the_end,
        f"{looked_at} answered as wrong, {said_no_at_once} told to wait; the right one elsewhere: {in_the_end}",
    )


@attack(SUBJECT, "easy passwords", f"{len(EASY)} passwords that everybody guesses", "each refused", inside=True)
def easy_passwords(target: Target) -> Outcome:
    """Make accounts with passwords that guessers try first."""
    cases = [
        (password, not add_account(target, f"easy{number}", "content", password))
        for number, password in enumerate(EASY)
    ]
    cases.append(("a good one is taken", add_account(target, "easygood", "content", PASSWORD)))
    return all_held(cases, "passwords")


def audit_lines(target: Target) -> list[str]:
    """Return the desk's audit trail, each line as text."""
    with closing(sqlite3.connect(target.folder / "guide.db", timeout=10)) as store:
        return [" ".join(map(str, row)) for row in store.execute("SELECT who, event, about, detail FROM audit_entry")]


@attack(
    SUBJECT,
    "an operator reads a referral",
    "referrals list, show and export at the command line",
    "each leaves a line in the audit trail, an export one at the referral; the trail holds no words of the family",
    inside=True,
)
def operator_reads(target: Target) -> Outcome:
    """Read a referral as somebody at the console can."""
    reference = referral_by_form(target.family(), "Quillmarkreferral")
    cases = [("a referral was taken", bool(reference))]
    file = Path(target.folder.parent) / "export.json"
    for words in (("list",), ("show", reference), ("export", reference, str(file))):
        before = len(audit_lines(target))
        done = target.command("referrals", *words)
        cases.append((f"{words[0]} leaves a line", done.returncode == 0 and len(audit_lines(target)) > before))
    lines = audit_lines(target)
    cases.append(("the lines name the operator", any("command line" in line and "referral" in line for line in lines)))
    cases.append(("no words of the family", not any("Quillmark" in line for line in lines)))
    exported = json.loads(file.read_text()) if file.exists() else {}
    cases.append(("the export tells of itself", "export" in json.dumps(exported.get("events", exported)).lower()))
    file.unlink(missing_ok=True)
    verified = target.command("audit", "verify")
    cases.append(("the trail is whole", verified.returncode == 0))
    return all_held(cases, "checks")
