"""The guide with people at its desk and families who wait for them, and what those states look like in a browser."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyotp
from sqlalchemy.orm import Session

from bot.accounts.slowing import Origin
from bot.desk.pages.desk import Desk
from bot.desk.services.grouping import Grouper
from bot.desk.services.models import Question
from bot.directory.feeds.synchronising import load_starting_directory
from bot.directory.search.gaps import Gaps
from bot.directory.search.text_index import refresh
from bot.metrics import Metrics
from bot.privacy.encryption import new_key
from bot.roles import ROLES
from tests.browser.conftest import Guide, ask
from tests.handover.conftest import DETAILS as FAMILY
from tests.setting_up import consent_under

PASSWORD = "a long and private phrase"
# A long address, for the pages' narrowest width.
DETAILS = replace(
    FAMILY,
    about="Nobody at Quillfeather school listens to us, and they have sent her home again.",
    phone="+441632960961",
    email="wzottmann.with.quite.a.long.address@example.org",
    conversation=(("user", "can anyone ring me"), ("guide", "A person can help you.")),
)
Go = Callable[..., None]


class StaffedGuide(Guide):
    """A guide that takes referrals, with an account of each role and something on every page of the desk."""

    def __init__(self, folder: Path) -> None:
        # Many forms are begun and sent from this one machine.
        no_bound = {"drafts_an_hour": 0, "referrals_an_hour": 0, "referrals_a_day": 0, "desk_address_failures": 500}
        super().__init__(folder, encryption_keys=new_key(), **no_bound)

    def start(self) -> None:
        """Serve, and fill the desk."""
        super().start()
        desk = self.desk
        for role in ROLES:
            desk.accounts.add(f"{role}@example.org", PASSWORD, [role], role == "content", "test")
        desk.accounts.add("away@example.org", PASSWORD, ["policy"], False, "test")
        self._ask_what_has_no_answer()
        desk.switch.close("topic", "funding", "being_checked", "The papers are being checked.", "admin@example.org")
        load_starting_directory(desk.directory)
        refresh(desk.directory)
        counted = Gaps(desk.directory, 104)
        for _ in range(10):
            counted.record(["autism"], 7, "Crook", today=date.today() - timedelta(weeks=2))

    @property
    def desk(self) -> Desk:
        """The parts of the desk."""
        desk: Desk = self.app.state.desk
        return desk

    def referral(self, conversation: str | None = None) -> str:
        """Take a request of a family, from a chat if one is named; return its id."""
        store = self.desk.chat.live.referrals
        consent = consent_under(self.settings)
        return store.find(store.submit(DETAILS, consent, conversation, secrets.token_hex(8)))

    def _ask_what_has_no_answer(self) -> None:
        near = [{"answer": "funding/academy-funding", "confidence": 0.31}]
        with Session(self.desk.engine) as session, session.begin():
            for text in ("is there a bus to the special school", "a bus pass for college", "help with a taxi"):
                given = {"outcome": "unknown", "detail": "", "near": near}
                session.add(Question(at=datetime.now(UTC), audience="parent", text=text, **given))
        # Vectors of our own: what the page looks like does not hang on the encoder.
        Grouper(self.desk.engine, Metrics(), lambda texts: np.eye(768, dtype=np.float32)[: len(texts)]).group_new()


def _as(role: str, path: str = "/staff", then: Go | None = None) -> Go:
    """Sign in, open a page of the desk and do something there."""

    def go(page, guide) -> None:
        page.goto(f"{guide.address}/staff/sign-in?next={path}")
        page.fill("#name", f"{role}@example.org")
        page.fill("#password", PASSWORD)
        if role == "sendiass":
            # Anew each time: a code counts once, and the next comes only after half a minute.
            secret = pyotp.random_base32()
            guide.desk.accounts.set_code_secret(f"{role}@example.org", secret, "test")
            page.fill("#code", pyotp.TOTP(secret).now())
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("Sign out", exact=True).wait_for()
        if then:
            then(page, guide)

    return go


def _press(name: str, **fill: str) -> Go:
    """Fill fields in and press a button."""

    def go(page, guide) -> None:
        for field, value in fill.items():
            page.fill(f"#{field}", value)
        page.get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_load_state()

    return go


def _wrong_password(page, guide) -> None:
    page.fill("#name", "somebody@example.org")
    page.fill("#password", "not the right words")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".govuk-error-summary").wait_for()


def _open_referral(more: str = "", then: Go | None = None) -> Go:
    def go(page, guide) -> None:
        page.goto(f"{guide.address}/staff/inbox/{guide.referral()}{more}")
        if then:
            then(page, guide)

    return _as("sendiass", then=go)


def _inbox(page, guide) -> None:
    guide.referral()
    page.goto(f"{guide.address}/staff/inbox")


def _long_history(page, guide) -> None:
    ident = guide.referral()
    store = guide.desk.chat.live.referrals
    store.change_status(ident, "new", "accepted", "sendiass@example.org", None, "We know this family.")
    store.add_response(ident, "phoned", "sendiass@example.org", "A word-that-has-no-place-to-break" * 3)
    store.change_status(ident, "accepted", "waiting", "sendiass@example.org", None, None)
    page.goto(f"{guide.address}/staff/inbox/{ident}")
    page.locator("main details summary").first.click()


def _offered_codes(page, guide) -> None:
    page.fill("#codes-password", PASSWORD)
    page.get_by_role("button", name="Use codes from an app").click()
    page.locator("img.staff-code").wait_for()


def _codes_missing(page, guide) -> None:
    guide.desk.accounts.set_code_secret("sendiass@example.org", None, "test")
    page.goto(f"{guide.address}/staff/inbox")
    page.wait_for_url("**/staff/account")


def _failed_tries(page, guide) -> None:
    guide.desk.accounts.sign_in("policy@example.org", "not the right words")
    _as("policy")(page, guide)


def _somebody_slowed_down(page, guide) -> None:
    for number in range(guide.desk.settings.desk_name_failures):
        guide.desk.accounts.sign_in("away@example.org", "not the right words", "", Origin(f"203.0.113.{number}"))
    page.goto(f"{guide.address}/staff/accounts")
    page.get_by_role("button", name="Let away@example.org sign in at once").wait_for()
    guide.desk.accounts.unlock("away@example.org", "test")


def _too_many_tries(page, guide) -> None:
    for _ in range(guide.desk.settings.desk_most_failures):
        page.goto(f"{guide.address}/staff/sign-in")
        page.fill("#name", "nobody@example.org")
        page.fill("#password", "not the right words")
        page.get_by_role("button", name="Sign in").click()
        page.locator(".govuk-error-summary").wait_for()


def _first_question(page, guide) -> None:
    page.locator("main table a").first.click()
    page.get_by_role("button", name="I will work on this").wait_for()


def _family(page, guide) -> tuple[str, str]:
    """Ask something as a family and hand over; return the chat's id and the referral's."""
    ask(page, "what is a plan")
    conversation = guide.rasa.received[-1]["sender"]
    return conversation, guide.referral(conversation)


def _expecting(page, guide) -> None:
    _family(page, guide)
    page.reload()
    page.locator("#speaker").wait_for()


def _live(*lines: tuple[str, str], end: str = "") -> Go:
    """Have a person take the chat over, and let both write."""

    def go(page, guide) -> None:
        conversation, ident = _family(page, guide)
        live = guide.desk.chat.live
        live.take(ident, "Rowan", "sendiass@example.org")
        page.reload()
        page.locator("#speaker").wait_for()
        for sender, text in lines:
            live.say(conversation, sender, text)
            if sender == "person":
                page.get_by_text(text).first.wait_for()
        if end:
            live.end(conversation, end, "sendiass@example.org")
            page.get_by_text("SENDIASS has ended this talk").first.wait_for()

    return go


def _live_mistake(page, guide) -> None:
    _live(("person", "Hello, I have read what you sent."))(page, guide)
    page.click(".send")
    page.locator("#problem").wait_for()


def _talking(then: Go | None = None) -> Go:
    """Be the person who has a family's chat."""

    def go(page, guide) -> None:
        family = page.context.browser.new_page()
        family.goto(guide.address)
        conversation, ident = _family(family, guide)
        family.close()
        live = guide.desk.chat.live
        live.take(ident, "Rowan", "sendiass@example.org")
        live.say(conversation, "person", "Hello, I have read what you sent.")
        page.goto(f"{guide.address}/staff/inbox/{ident}/chat")
        live.say(conversation, "family", "Thank you. They have sent her home again.")
        page.get_by_text("They have sent her home again.").wait_for()
        if then:
            then(page, guide)

    return _as("sendiass", then=go)


def _handover(until: str, mistake: bool = False) -> Go:
    """Fill the handover's web form in up to a page."""
    typed = {
        "about": {"about": DETAILS.about},
        "name": {"name": DETAILS.name},
        "reach": {"phone": "0191 498 0123"},
        "when": {"when_to_reach": DETAILS.when_to_reach},
        "child": {"child_first_name": DETAILS.child_first_name, "child_age": DETAILS.child_age},
        "school": {"school": DETAILS.school},
    }

    def go(page, guide) -> None:
        page.locator("main form[action$=begin] button").click()
        for name, fields in typed.items():
            page.wait_for_url(f"**/handover/{name}")
            if name == until:
                break
            for field, value in fields.items():
                page.fill(f"#{field}", value)
            page.locator("main form button.govuk-button").first.click()
        if mistake:
            page.locator("main form button.govuk-button").first.click()
            page.locator(".govuk-error-summary").wait_for()
        if until == "sent":
            page.locator("input[name=agree]").check()
            page.locator("main form button.govuk-button").first.click()
            page.locator("#reference").wait_for()

    return go


def _from_chat(page, guide) -> None:
    """Go from the chat to the form, and through it to its last page."""
    ask(page, "I want somebody real")
    page.locator("#ask").evaluate(
        "(form) => { form.action = '/handover'; HTMLFormElement.prototype.submit.call(form); }"
    )
    page.wait_for_url("**/handover")
    _handover("")(page, guide)
    page.wait_for_url("**/handover/chat")
    page.locator("main form button.govuk-button").first.click()
    page.locator("#talk_in_chat").wait_for()


def _begun_already(page, guide) -> None:
    _handover("name")(page, guide)
    page.goto(f"{guide.address}/handover")
    page.locator("main form[action$=begin] button").click()
    page.locator("main form[action$=begin] [name=instead_of]").wait_for(state="attached")


def _one_service(page, guide) -> None:
    page.locator("main h3 a").first.click()
    page.wait_for_url("**/services/*")


def _stay(page, guide) -> None:
    """Look at the page as it opened."""


# As in tests/browser/states.py, name: (path, what to do there); each signs in by the form.
STAFFED_STATES: dict[str, tuple[str, Go]] = {
    "services found": ("/services", _stay),
    "no service found": ("/services?words=zzz", _stay),
    "one service": ("/services", _one_service),
    "was this useful": ("/", lambda page, guide: ask(page, "what is a plan")),
    "handover form, open": ("/handover", _stay),
    "handover form, a question": ("/handover", _handover("reach")),
    "handover form, mistake": ("/handover", _handover("about", mistake=True)),
    "handover form, check": ("/handover", _handover("check")),
    "handover form, check of one from a chat": ("/", _from_chat),
    "handover form, begun already": ("/handover", _begun_already),
    "handover form, sent": ("/handover", _handover("sent")),
    "live chat, a person may write": ("/", _expecting),
    "live chat, nothing said yet": ("/", _live()),
    "live chat": ("/", _live(("person", "Hello, I have read what you sent."), ("family", "Thank you."))),
    "live chat, mistake": ("/", _live_mistake),
    "live chat, ended": ("/", _live(("person", "All the best to you both."), end="closed")),
    "desk, wrong password": ("/staff", _wrong_password),
    "desk, too many tries": ("/staff", _too_many_tries),
    "desk, told of failed tries": ("/about", _failed_tries),
    "desk, codes must be set up": ("/about", _as("sendiass", then=_codes_missing)),
    **{f"desk, home of {role}": ("/about", _as(role)) for role in ROLES},
    "desk, page of another role": ("/about", _as("policy", "/staff/switch")),
    "desk, inbox": ("/about", _as("sendiass", then=_inbox)),
    "desk, inbox with nothing in it": ("/about", _as("sendiass", "/staff/inbox?status=closed")),
    "desk, unknown reference": ("/about", _as("sendiass", "/staff/inbox", _press("Find", reference="no such one"))),
    "desk, referral": ("/about", _open_referral()),
    "desk, referral with a history": ("/about", _as("sendiass", then=_long_history)),
    "desk, referral, mistake": ("/about", _open_referral(then=_press("Record it"))),
    "desk, no such referral": ("/about", _as("sendiass", "/staff/inbox/none")),
    "desk, erasing a referral": ("/about", _open_referral("/erase")),
    "desk, referral erased": ("/about", _open_referral("/erase", _press("Erase it for good"))),
    "desk, live chat": ("/about", _talking()),
    "desk, live chat, mistake": ("/about", _talking(_press("Send to the family"))),
    "desk, policy questions": ("/about", _as("policy", "/staff/policy")),
    "desk, policy answer": ("/about", _as("policy", "/staff/policy", _press("Ask", question="what is a plan"))),
    "desk, policy question back": ("/about", _as("policy", "/staff/policy", _press("Ask", question="which plan"))),
    "desk, policy records": ("/about", _as("policy", "/staff/policy", _press("Ask", question="where are toys"))),
    "desk, policy mistake": ("/about", _as("policy", "/staff/policy", _press("Ask"))),
    "desk, content queue": ("/about", _as("content", "/staff/questions")),
    "desk, content queue with nothing in it": ("/about", _as("content", "/staff/questions?state=done")),
    "desk, one question": ("/about", _as("content", "/staff/questions", _first_question)),
    "desk, answers by topic": ("/about", _as("content", "/staff/answers")),
    "desk, answers of a topic": ("/about", _as("content", "/staff/answers?topic=funding")),
    "desk, one answer": ("/about", _as("content", "/staff/answer/what-is-ehc-plan")),
    "desk, sections": ("/about", _as("content", "/staff/sections")),
    "desk, abbreviations": ("/about", _as("content", "/staff/abbreviations")),
    "desk, gaps": ("/about", _as("content", "/staff/gaps")),
    "desk, gaps of too short a time": ("/about", _as("content", "/staff/gaps?weeks=1")),
    "desk, switch": ("/about", _as("admin", "/staff/switch")),
    "desk, switch, mistake": ("/about", _as("admin", "/staff/switch", _press("Turn something off"))),
    "desk, switch, done": ("/about", _as("admin", "/staff/switch?done=on")),
    "desk, accounts": ("/about", _as("admin", then=_somebody_slowed_down)),
    "desk, audit trail": ("/about", _as("admin", "/staff/audit")),
    "desk, own account": ("/about", _as("policy", "/staff/account")),
    "desk, own account, mistake": ("/about", _as("policy", "/staff/account", _press("Change your password"))),
    "desk, codes offered": ("/about", _as("policy", "/staff/account", _offered_codes)),
}
