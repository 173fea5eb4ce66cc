"""Families that fill in the web form: what each types, all of it unmistakable, and how its browser goes through the form."""

from __future__ import annotations

import html
import random
import re
import string
import time
from dataclasses import asdict

import requests

from bot.handover.form.pages import pages_for
from bot.handover.referrals.store import Details

SECRET_MARK = "Zqx"
SECRET_LETTERS = 12
PAGES = tuple(page.name for page in pages_for({}))
GIVE_UP_AFTER_S = 900.0


class Family:
    """One family: what it types, all of it unmistakable, and how its browser goes through the form."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self.dice = random.Random(dice.random())
        about, name, child, school, when, mailbox = (self._secret() for _ in range(6))
        by_mail = number % 3
        phone = f"0191 498 {number % 1000:04d}"  # the range that Ofcom keeps free for such uses
        self.details = Details(
            about=f"{about} is not listened to",
            name=name,
            phone=phone if by_mail != 1 else None,
            email=f"{mailbox.lower()}@example.org" if by_mail else None,
            when_to_reach=f"after {when}",
            child_first_name=child,
            child_age=str(number % 26),
            school=f"{school} Primary",
        )
        self.failed = 0
        self.reference = ""

    def _secret(self) -> str:
        return SECRET_MARK + "".join(self.dice.choices(string.ascii_lowercase, k=SECRET_LETTERS - len(SECRET_MARK)))

    def fill_in_and_send(self, address: str) -> None:
        """Go through the form, each step again until it is answered; now and then press the last button twice."""
        with requests.Session() as browser:
            self._until_there(browser, "POST", f"{address}/handover/begin", {}, "/handover/about")
            given = {name: answer or "" for name, answer in asdict(self.details).items() if name != "conversation"}
            shown = self._until_there(browser, "GET", f"{address}/handover/about", {}, "/handover/about")
            for page, following in zip(PAGES, (*PAGES[1:], "check")):
                filled = {**_hidden(shown), **given}
                shown = self._until_there(
                    browser, "POST", f"{address}/handover/{page}", filled, f"/handover/{following}"
                )
            agreed = {**_hidden(shown), "agree": "true"}
            for _ in range(self.dice.choice([1, 1, 2])):
                shown = self._until_there(browser, "POST", f"{address}/handover/check", agreed, "/handover/sent")
                reference = re.search(r'id="reference">([^<]+)<', shown)
                if not reference or self.reference not in ("", reference[1]):
                    raise RuntimeError("the confirmation has no reference, or another one the second time")
                self.reference = reference[1]

    def _until_there(self, browser: requests.Session, method: str, url: str, form: dict[str, str], to: str) -> str:
        deadline = time.monotonic() + GIVE_UP_AFTER_S
        while time.monotonic() < deadline:
            try:
                answer = browser.request(method, url, data=form, timeout=30)
                if answer.status_code == 200 and answer.url.endswith(to):
                    return answer.text
                if answer.status_code < 500:
                    raise RuntimeError(f"{method} {url} led to {answer.url} with {answer.status_code}")
            except requests.RequestException:
                pass
            self.failed += 1
            time.sleep(self.dice.uniform(0.2, 1.0))
        raise RuntimeError(f"{method} {url} was not answered in {GIVE_UP_AFTER_S:.0f} s")


def _hidden(page: str) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in fields}
