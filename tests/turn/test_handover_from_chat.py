"""The web form and the chat it was begun from: only the family's own chat, only where they agree, and shown before."""

from __future__ import annotations

import html
import re

import pytest

from bot.guidance.wording import wording
from bot.handover.form.drafts import DraftStore, chat_key
from tests.databases import open_sqlite
from tests.gateway.test_handover_pages import GIVEN, conversation_of, fill, hidden, send

SECRET, ANOTHER = "the secret of my own browser", "the secret of another browser"
AGREED = wording("handover_form.check.talk_agree")


@pytest.fixture
def client(make_open_client, settings):
    return make_open_client(encryption_keys=settings.encryption_keys)


@pytest.fixture
def drafts(client, settings):
    return DraftStore(settings)


def chat(client, message: str = "who pays for wobble cushions", secret: str = SECRET) -> dict[str, str]:
    """Begin a chat; return the fields that its page would send with each form."""
    headers = {"Conversation-Secret": secret} if secret else {}
    said = client.post("/api/chat", json={"message": message}, headers=headers).json()
    return {"conversation": said["conversation"], "secret": secret}


def begin(client, **fields: str):
    return client.post("/handover/begin", data=fields)


def the_only(referrals):
    (summary,) = referrals.listed()
    return summary


@pytest.mark.parametrize("secret", [SECRET, ""])
def test_sendiass_may_write_in_the_chat_only_where_the_family_ticks_it(client, referrals, secret):
    own = chat(client, secret=secret)
    start = client.post("/handover", data=own)
    begin(client, **hidden(start.text))
    fill(client)
    checking = fill(client, {"chat": {}}).text
    assert AGREED in checking and not re.search(r'name="talk_in_chat"[^>]*checked', checking)
    send(client)
    assert the_only(referrals).conversation is None
    begin(client, **hidden(client.post("/handover", data=own).text))
    fill(client)
    fill(client, {"chat": {}})
    send(client, talk_in_chat="true")
    found = [summary.conversation for summary in referrals.listed()]
    assert found == [None, conversation_of(own["conversation"])]


def test_the_check_says_from_which_chat_it_comes(client):
    begin(client, **chat(client, "who pays for <b>wobble</b> cushions " + "at school " * 40))
    fill(client)
    page = fill(client, {"chat": {}}).text
    assert "<b>wobble" not in page
    shown = html.unescape(page)
    assert re.search(r"from a chat that began on \d+ \w+ 20\d\d, \d+:\d\d [ap]m", shown)
    assert "who pays for <b>wobble</b> cushions" in shown and "at school ..." in shown


def test_a_form_that_was_begun_from_no_chat_asks_nothing_of_one_and_ties_none(client, referrals):
    begin(client)
    fill(client)
    assert AGREED not in client.get("/handover/check").text
    send(client, talk_in_chat="true")
    assert the_only(referrals).conversation is None


@pytest.mark.parametrize("secret", ["", ANOTHER])
def test_the_chat_of_another_browser_is_no_part_of_the_form(client, referrals, drafts, secret):
    strangers = chat(client, secret=SECRET)
    drafts.write(chat_key(conversation_of(strangers["conversation"])), {"phone": "01632 960000", "about": "evil"})
    fields = {**strangers, "secret": secret}
    start = client.post("/handover", data=fields)
    assert strangers["conversation"] not in start.text and wording("handover_form.start.use_told") not in start.text
    begin(client, **fields, prefill="true")
    assert "evil" not in client.get("/handover/about").text
    checking = fill(client)
    assert checking.url.path == "/handover/check" and AGREED not in checking.text
    send(client, talk_in_chat="true")
    assert the_only(referrals).conversation is None


def test_what_was_begun_is_not_replaced_unless_the_family_says_so(client):
    begin(client)
    fill(client)
    own, cookie = chat(client), dict(client.cookies)
    for fields in ({}, own, {**own, "prefill": "true"}, {"instead_of": "guessed"}):
        asked = begin(client, **fields)
        assert asked.url.path == "/handover/begin" and wording("handover_form.begun.heading") in asked.text
        assert dict(client.cookies) == cookie
        assert "Wilhelmina" in client.get("/handover/check").text
    again = begin(client, **hidden(begin(client, **own).text))
    assert again.url.path == "/handover/about" and dict(client.cookies) != cookie
    assert "Quillfeather" not in client.get("/handover/about").text


def test_what_was_replaced_is_erased(client, drafts, tmp_path):
    begin(client)
    fill(client, {"about": GIVEN["about"]})
    begin(client, **hidden(begin(client).text))
    with open_sqlite(tmp_path / "referrals.db") as connection:
        assert connection.execute("SELECT count(*) FROM draft").fetchone() == (1,)


def test_a_form_without_answers_is_not_given_another_chat_either(client):
    begin(client)
    assert wording("handover_form.begun.heading") in begin(client, **chat(client)).text
    assert client.get("/handover/chat").url.path == "/handover", "it has come from no chat"


def test_a_form_without_answers_goes_on_where_it_is_begun_again(client):
    own = chat(client)
    assert begin(client, **own).url.path == "/handover/about"
    form = hidden(client.get("/handover/about").text)
    assert begin(client, **own).url.path == "/handover/about"
    assert client.post("/handover/about", data={**form, "about": "the bus"}).url.path == "/handover/name"


def test_after_sending_another_form_may_be_begun(client, referrals):
    for _ in range(2):
        assert begin(client).url.path == "/handover/about"
        fill(client)
        send(client)
    assert referrals.counts()["new"] == 2


def test_stopping_by_a_form_that_is_not_its_own_stops_nothing(client):
    begin(client)
    fill(client)
    client.post("/handover/stop", data={"csrf": "guessed"})
    assert "Wilhelmina" in client.get("/handover/check").text


@pytest.mark.parametrize(
    "public_url, headers, secure",
    [
        ("", {}, False),
        ("", {"origin": "http://testserver"}, False),
        ("", {"origin": "https://testserver"}, True),
        ("https://guide.example", {}, True),
    ],
)
def test_the_cookie_is_for_https_alone_where_the_site_is(make_open_client, settings, public_url, headers, secure):
    client = make_open_client(encryption_keys=settings.encryption_keys, public_url=public_url)
    response = client.post("/handover/begin", follow_redirects=False, headers=headers)
    assert ("Secure" in response.headers["set-cookie"]) is secure


def test_the_privacy_page_tells_of_the_cookie(client):
    told = client.get("/privacy").text
    assert "&#34;handover&#34;" in told and "set no cookies" not in told
    cookie = client.post("/handover/begin", follow_redirects=False).headers["set-cookie"]
    assert cookie.startswith("handover=") and "Max-Age" not in cookie, "it goes when the browser is closed"
