"""The same thing sent many times: referrals without end, and keys that are used again."""

from __future__ import annotations

import re
import secrets
import sqlite3
import threading
import time
from contextlib import closing

from bot.evaluation.attack.guide.family import ORDINARY, PERSON, Family, Said
from bot.evaluation.attack.guide.staff import cookie_of, csrf_in
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack
from bot.guidance.wording import wording

SUBJECT = "the same many times"
MOST_REFERRALS = 6
_TRIED = 14
_FIELDS = ("version", "wording_version")
AGREED = wording("handover_chat.buttons.send")
MOST_SKIPPED = 6


def referral_by_form(family: Family, mark: str) -> str:
    """Fill in the handover's form and send it; return the reference, empty where it was refused."""
    cookie = cookie_of(family.form("/handover/begin", {}, family.from_us), "handover")
    if not cookie:
        return ""
    headers = {**family.from_us, "Cookie": f"handover={cookie}"}

    def page(name: str) -> Said:
        return family.send("GET", f"/handover/{name}", headers={"Accept": "text/html", **headers})

    answers = {
        "about": {"about": f"About {mark}"},
        "name": {"name": f"Parent {mark}"},
        "reach": {"phone": "07700 900123", "email": ""},
    }
    for name, typed in answers.items():
        family.form(f"/handover/{name}", {**typed, "csrf": csrf_in(page(name).text)}, headers)
    check = page("check")
    fields = {name: _value(check.text, name) for name in _FIELDS}
    family.form("/handover/check", {**fields, "csrf": csrf_in(check.text), "agree": "true"}, headers)
    sent = page("sent")
    return _reference(sent.text) if sent.status == 200 else ""


def referral_in_chat(family: Family) -> bool:
    """Have a family hand its chat over; tell whether it was sent, so that a person may write in the chat."""
    said = family.press(family.say(PERSON), "Yes")
    for answer in ("About Quillmarkchat", "Parent Quillmarkchat", "07700 900123"):
        said = family.say(answer)
    for _ in range(MOST_SKIPPED):
        skipped = family.press(said, "Skip")
        if not skipped.status:
            break
        said = skipped
    sent = family.press(said, AGREED)
    return "sent" in [(message.get("custom") or {}).get("step") for message in sent.body.get("messages") or []]


def _value(page: str, name: str) -> str:
    before, _, after = page.partition(f'name="{name}" value="')
    return after.partition('"')[0] if after and before else ""


def _reference(page: str) -> str:
    found = re.search(r"\b[A-Z0-9]{4,6}(?:-[A-Z0-9]{3,6})+\b", page)
    return found[0] if found else ""


def referrals_kept(target: Target) -> int:
    """Return how many referrals lie in the store."""
    with closing(sqlite3.connect(target.folder / "referrals.db", timeout=10)) as store:
        return int(store.execute("SELECT count(*) FROM referral").fetchone()[0])


@attack(
    SUBJECT,
    "referrals from one address",
    f"{_TRIED} referrals from one address, as fast as its limit lets it",
    f"at most {MOST_REFERRALS} taken; another family's is taken",
    inside=True,
)
def many_referrals(target: Target) -> Outcome:
    """Flood SENDIASS from one address."""
    before, family = referrals_kept(target), target.family()
    until = time.monotonic() + 75.0
    references = []
    for number in range(_TRIED):
        if time.monotonic() > until:
            break
        references.append(referral_by_form(family, f"flood{number}"))
        if not references[-1]:
            time.sleep(3.0)
    taken = referrals_kept(target) - before
    other = referral_by_form(target.family(), "Quillmarkother")
    after = referrals_kept(target) - before - taken
    return Outcome(
        0 < taken <= MOST_REFERRALS and after == 1,
        f"{taken} of {len(references)} taken; another family's: {'taken' if after == 1 else 'not taken'} {bool(other)}",
    )


@attack(
    SUBJECT,
    "one key used again",
    "ten posts of one key at once, the key in another conversation, with another message, by another address",
    "one conversation from the ten; nobody else is given it",
)
def one_key(target: Target) -> Outcome:
    """Use an idempotency key in every wrong way."""
    key = {"Idempotency-Key": secrets.token_hex(12)}
    family = target.family()
    said: list[Said] = []
    lock = threading.Lock()

    def post() -> None:
        got = Family(target.base, family.address).send("POST", "/api/chat", json={"message": ORDINARY}, headers=key)
        with lock:
            said.append(got)

    threads = [threading.Thread(target=post) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    tokens = {each.token for each in said if each.status == 200}
    other = target.family()
    other.say("hello")
    elsewhere = other.send(
        "POST", "/api/chat", json={"message": "what is portage", "conversation": other.token}, headers=key
    )
    stranger = target.family().send("POST", "/api/chat", json={"message": "who are you"}, headers=key)
    cases = [
        (f"{len(tokens)} conversations from ten posts", len(tokens) == 1),
        ("each answered or told to wait", all(each.status in (200, 409, 429, 503) for each in said)),
        ("in another conversation", elsewhere.token == other.token and elsewhere.token not in tokens),
        ("by another address with other words", stranger.token not in tokens),
    ]
    return all_held(cases, "checks")
