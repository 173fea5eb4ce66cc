"""The SENDIASS inbox: requests move along, families are answered in the chat, data are given or erased."""

from __future__ import annotations

import json

import pytest

from bot.handover.referrals.store import Details
from bot.privacy.encryption import new_key
from tests.desk.conftest import browser, hidden, post
from tests.setting_up import consent_under

DETAILS = Details(
    about="Nobody at Quillfeather school listens",
    name="Wilhelmina Zottmann",
    phone="01913 728401",
    conversation=(("user", "can anyone ring me"), ("guide", "A person can help.")),
)


@pytest.fixture
def client(make_client, tmp_path):
    return browser(make_client(referrals_url=f"sqlite:///{tmp_path / 'referrals.db'}", encryption_keys=new_key()))


@pytest.fixture
def store(client):
    return client.app.state.desk.chat.live.referrals


@pytest.fixture
def family(client):
    """Give the token of a family's chat and its id."""
    token = client.post("/api/chat", json={"message": "what is a plan"}).json()["conversation"]
    return token, client.app.state.desk.chat.conversation_of(token)


@pytest.fixture
def ident(client, store, family):
    consent = consent_under(client.app.state.desk.settings)
    return store.find(store.submit(DETAILS, consent, family[1], "one"))


@pytest.fixture
def worker(person):
    return person("sendiass")


def press(worker, ident: str, what: str, page: str = "", **fields: object):
    return post(worker, f"/staff/inbox/{ident}/{what}", page or f"/staff/inbox/{ident}", **fields)


def test_the_list_shows_where_each_request_stands_and_nothing_that_the_family_wrote(worker, ident, store):
    page = worker.get("/staff/inbox").text
    assert store.opened(ident).summary.reference in page and "New (1)" in page
    assert "Quillfeather" not in page and "Zottmann" not in page
    assert "There is nothing here" in worker.get("/staff/inbox?status=closed").text


def test_a_request_is_found_by_its_reference_however_it_is_typed(worker, ident, store):
    reference = store.opened(ident).summary.reference
    found = worker.get("/staff/inbox", params={"reference": f" {reference.lower().replace('-', ' ')} "})
    assert found.status_code == 303 and found.headers["location"] == f"/staff/inbox/{ident}"
    assert worker.get("/staff/inbox?reference=nonsense").status_code == 404


def test_the_whole_request_is_shown_with_the_chat_that_the_family_chose_to_send(worker, ident):
    page = worker.get(f"/staff/inbox/{ident}").text
    for told in ("Nobody at Quillfeather school listens", "Wilhelmina Zottmann", "01913 728401", "can anyone ring me"):
        assert told in page


def test_a_request_is_accepted_answered_and_closed_with_who_did_what(worker, ident, store):
    assert press(worker, ident, "status", seen="new", to="accepted").status_code == 303
    assert press(worker, ident, "response", how="phoned", note="rang at noon").status_code == 303
    assert press(worker, ident, "status", seen="accepted", to="closed", reason="helped").status_code == 303
    opened = store.opened(ident)
    assert opened.summary.status == "closed" and opened.summary.closed_reason == "helped"
    assert [(event.what, event.who) for event in opened.events] == [
        ("received", "family"),
        ("accepted", "sendiass@example.org"),
        ("phoned", "sendiass@example.org"),
        ("closed", "sendiass@example.org"),
    ]
    page = worker.get(f"/staff/inbox/{ident}").text
    assert "rang at noon" in page and "They were helped" in page


def test_a_step_that_somebody_else_has_taken_is_refused_and_shown(worker, ident, store):
    store.change_status(ident, "new", "waiting", "another")
    answer = press(worker, ident, "status", seen="new", to="accepted")
    assert answer.status_code == 409 and "Somebody else changed this" in answer.text
    assert store.opened(ident).summary.status == "waiting"


def test_the_family_is_answered_in_the_chat_and_the_guide_is_silent_meanwhile(
    worker, ident, family, client, rasa, store
):
    token, conversation = family
    assert press(worker, ident, "chat/take", shown_name="Rowan").status_code == 303
    assert (
        press(
            worker, ident, "chat/say", f"/staff/inbox/{ident}/chat", message="Hello, how can I help?", key="k1"
        ).status_code
        == 303
    )
    before = len(rasa.received)
    assert (
        client.post("/api/chat", json={"message": "they sent him home", "conversation": token}).json()["messages"] == []
    )
    assert len(rasa.received) == before
    page = worker.get(f"/staff/inbox/{ident}/chat").text
    assert "they sent him home" in page and "Hello, how can I help?" in page
    history = client.get(f"/api/chat/{token}").json()["messages"]
    assert any(
        entry.get("name") == "Rowan, SENDIASS" and entry["text"] == "Hello, how can I help?" for entry in history
    )
    assert store.opened(ident).summary.first_response_at is not None
    assert press(worker, ident, "chat/end", f"/staff/inbox/{ident}/chat", how="back").status_code == 303
    assert client.post("/api/chat", json={"message": "what is a plan", "conversation": token}).json()["messages"]


def test_a_line_sent_twice_is_one_line(worker, ident, family, client):
    press(worker, ident, "chat/take", shown_name="Rowan")
    for _ in range(2):
        press(worker, ident, "chat/say", f"/staff/inbox/{ident}/chat", message="Hello", key="same")
    texts = [line.text for line in client.app.state.desk.chat.live.lines(family[1])]
    assert texts == ["joined", "Hello"]


def test_other_words_under_the_same_key_are_kept_for_another_press(worker, ident, family, client):
    press(worker, ident, "chat/take", shown_name="Rowan")
    page = f"/staff/inbox/{ident}/chat"
    press(worker, ident, "chat/say", page, message="Hello", key="same")
    answer = press(worker, ident, "chat/say", page, message="My careful words", key="same")
    assert answer.status_code == 422 and "My careful words" in answer.text
    press(worker, ident, "chat/say", page, message="My careful words", key=hidden(answer.text, "key"))
    assert client.app.state.desk.chat.live.lines(family[1])[-1].text == "My careful words"


def test_a_family_that_did_not_agree_to_be_written_to_in_its_chat_is_not(worker, store, family, client):
    """A request that came by the form from a chat, where the box for it was left empty, has no chat at all."""
    consent = consent_under(client.app.state.desk.settings)
    ident = store.find(store.submit(DETAILS, consent, None, "two"))
    assert press(worker, ident, "chat/take", shown_name="Rowan").status_code == 409
    for what in ("chat/say", "chat/end"):
        assert press(worker, ident, what, message="Hello").status_code == 404
    assert client.app.state.desk.chat.live.speaker(family[1]) is None


def test_a_chat_is_not_taken_over_once_the_request_is_closed(worker, ident, store, family, client):
    store.change_status(ident, "new", "closed", "worker", "helped")
    assert press(worker, ident, "chat/take", shown_name="Rowan").status_code == 409
    assert client.app.state.desk.chat.live.speaker(family[1]) is None


def test_nobody_writes_without_having_the_chat_and_what_was_typed_is_not_lost(worker, ident):
    page = f"/staff/inbox/{ident}"
    answer = press(worker, ident, "chat/say", page, message="My careful words", key="k")
    assert answer.status_code == 409
    press(worker, ident, "chat/take", shown_name="Rowan")
    answer = press(worker, ident, "chat/say", page, message="x" * 2001, key="k")
    assert answer.status_code == 422 and "x" * 2001 in answer.text


def test_the_family_must_be_told_a_name(worker, ident):
    assert press(worker, ident, "chat/take", shown_name="  ").status_code == 422


def test_a_chat_that_the_family_erased_cannot_be_taken(worker, ident, family, client):
    client.delete(f"/api/chat/{family[0]}")
    assert press(worker, ident, "chat/take", shown_name="Rowan").status_code == 409
    assert "no longer there" in worker.get(f"/staff/inbox/{ident}").text


def test_data_are_given_and_erased_with_a_receipt_and_the_audit_trail_says_so(worker, ident, store, client):
    given = worker.get(f"/staff/inbox/{ident}/export")
    assert json.loads(given.text)["details"]["name"] == "Wilhelmina Zottmann"
    assert "attachment" in given.headers["content-disposition"]
    done = press(worker, ident, "erase", f"/staff/inbox/{ident}/erase")
    assert done.status_code == 200 and "Receipt" in done.text
    assert worker.get(f"/staff/inbox/{ident}").status_code == 404 and store.listed() == []


def test_without_a_key_the_inbox_says_what_is_missing(make_client, tmp_path):
    from bot.commands.desk import make_accounts
    from bot.store.engine import open_engine
    from tests.desk.conftest import PASSWORD, sign_in

    made = make_client(referrals_url=f"sqlite:///{tmp_path / 'referrals.db'}", encryption_keys="", desk_codes_for="")
    client = browser(made)
    settings = client.app.state.desk.settings
    make_accounts(settings, open_engine(settings.database_url)).add(
        "worker@example.org", PASSWORD, ["sendiass"], False, "test"
    )
    assert sign_in(client, "worker@example.org").status_code == 303
    answer = client.get("/staff/inbox")
    assert answer.status_code == 503 and "key" in answer.text


def test_the_web_form_opens_once_sendiass_has_an_account(client, person):
    before = client.get("/handover").text
    person("sendiass")
    assert client.get("/handover").text != before
    assert hidden(client.get("/staff/sign-in").text, "csrf")
