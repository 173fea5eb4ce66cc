"""The web form `/handover`: one question a page, checked, agreed to, sent once, and nothing of it anywhere in clear."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import create_engine, text

from bot.guidance.contacts import contact
from bot.guidance.wording import wording
from bot.handover import hours
from bot.handover.form.drafts import DraftStore, chat_key

GIVEN = {
    "about": {"about": "Nobody at <b>Quillfeather</b> school listens"},
    "name": {"name": "Wilhelmina"},
    "reach": {"phone": "0191 498 0123", "email": ""},
    "when": {"when_to_reach": "after nine"},
    "child": {"child_first_name": "Xanthippe", "child_age": "7"},
    "school": {"school": ""},
}


@pytest.fixture
def client(make_open_client, settings):
    return make_open_client(encryption_keys=settings.encryption_keys)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def begin(client, **given) -> None:
    response = client.post("/handover/begin", data=given)
    assert response.status_code == 200 and response.url.path == "/handover/about"


def fill(client, pages: dict | None = None):
    """Answer these pages, each from its own form; return the last response."""
    response = None
    for page, answers in (pages or GIVEN).items():
        shown = client.get(f"/handover/{page}")
        response = client.post(f"/handover/{page}", data={**hidden(shown.text), **answers})
        assert response.status_code == 200, response.text
    return response


def send(client, **changes):
    shown = client.get("/handover/check")
    return client.post("/handover/check", data={**hidden(shown.text), "agree": "true", **changes})


def test_a_family_is_led_through_and_gets_a_reference(client, referrals):
    assert "Start" in client.get("/handover").text
    begin(client)
    checking = fill(client)
    assert checking.url.path == "/handover/check"
    shown = html.unescape(checking.text)
    for answer in ("Nobody at <b>Quillfeather</b> school listens", "Wilhelmina", "0191 498 0123", "Xanthippe"):
        assert answer in shown
    assert "<b>Quillfeather" not in checking.text
    assert wording("consent.agree") in shown
    sent = send(client)
    reference = re.search(r'id="reference">([^<]+)<', sent.text)[1]
    opened = referrals.opened(referrals.find(reference))
    assert opened.details.about == GIVEN["about"]["about"]
    assert (opened.details.phone, opened.details.email, opened.details.school) == ("0191 498 0123", None, None)
    assert opened.details.conversation is None and opened.summary.conversation is None
    assert wording("handover_form.sent.by_phone") in sent.text
    assert client.get("/handover/name").url.path == "/handover/sent", "nothing is left to change"


def test_sent_twice_at_once_or_again_makes_one_referral(client, referrals):
    begin(client)
    form = hidden(fill(client).text)

    def press(_: int) -> str:
        response = client.post("/handover/check", data={**form, "agree": "true"})
        return re.search(r'id="reference">([^<]+)<', response.text)[1]

    with ThreadPoolExecutor(6) as pool:
        references = set(pool.map(press, range(6)))
    assert len(references) == 1 and referrals.counts()["new"] == 1


def test_mistakes_are_said_beside_the_field_and_in_a_summary_that_links_to_it(client):
    begin(client)
    fill(client, {"about": GIVEN["about"], "name": GIVEN["name"]})
    form = hidden(client.get("/handover/reach").text)
    response = client.post("/handover/reach", data={**form, "phone": "12", "email": "nobody"})
    assert response.status_code == 422
    page = html.unescape(response.text)
    assert "<title>Error: " in page
    for field, said in (("phone", wording("details.phone")), ("email", wording("details.email"))):
        assert f'<a href="#{field}">{said}</a>' in page
        assert re.search(
            rf'<input[^>]+id="{field}"[^>]+aria-describedby="[^"]*{field}-error"[^>]+aria-invalid="true"', page
        )
    assert 'value="12"' in page and 'value="nobody"' in page, "what was typed is not lost"
    nothing = client.post("/handover/reach", data={**form, "phone": "", "email": ""})
    assert wording("details.missing.contact") in html.unescape(nothing.text)


@pytest.mark.parametrize("page", ["about", "name"])
def test_what_must_be_given_is_asked_for(client, page):
    begin(client)
    response = client.post(f"/handover/{page}", data={**hidden(client.get(f"/handover/{page}").text), page: "  "})
    assert response.status_code == 422 and wording(f"details.missing.{page}") in html.unescape(response.text)


def test_an_answer_is_changed_from_the_check_page(client, referrals):
    begin(client)
    fill(client)
    shown = client.get("/handover/name?change=1")
    assert 'value="Wilhelmina"' in shown.text and 'href="/handover/check"' in shown.text
    back = client.post("/handover/name", data={**hidden(shown.text), "name": "Ottoline"})
    assert back.url.path == "/handover/check" and "Ottoline" in back.text
    send(client)
    assert referrals.opened(referrals.listed()[0].id).details.name == "Ottoline"


def test_nothing_is_sent_without_agreement(client, referrals):
    begin(client)
    fill(client)
    refused = send(client, agree="")
    assert refused.status_code == 422 and wording("handover_form.must_agree") in html.unescape(refused.text)
    assert sum(referrals.counts().values()) == 0


def test_what_changed_in_another_window_must_be_seen_before_it_is_sent(client, referrals):
    begin(client)
    fill(client)
    old = hidden(client.get("/handover/check").text)
    fill(client, {"name": {"name": "Ottoline"}})
    refused = client.post("/handover/check", data={**old, "agree": "true"})
    assert refused.status_code == 422 and wording("handover_form.changed_meanwhile") in html.unescape(refused.text)
    older = send(client, wording_version="of last year")
    assert older.status_code == 422 and sum(referrals.counts().values()) == 0


@pytest.mark.parametrize("secret", ["", "guessed"])
def test_a_form_of_another_site_changes_and_sends_nothing(client, referrals, secret):
    begin(client)
    fill(client)
    assert client.post("/handover/name", data={"csrf": secret, "name": "Evil"}).status_code == 422
    assert "Evil" not in client.get("/handover/check").text
    assert send(client, csrf=secret).status_code == 422
    client.post("/handover/stop", data={"csrf": secret})
    assert sum(referrals.counts().values()) == 0


def test_the_pages_cannot_be_entered_from_the_middle(client):
    for page in ("about", "check", "sent", "chat"):
        assert client.get(f"/handover/{page}").url.path == "/handover"
    assert client.get("/handover/nonsense").status_code == 404
    begin(client)
    assert client.get("/handover/check").url.path == "/handover/about"
    assert client.get("/handover/chat").url.path == "/handover"


def test_stopping_erases_what_was_typed(client, tmp_path):
    begin(client)
    fill(client)
    form = hidden(client.get("/handover/check").text)
    client.post("/handover/stop", data={"csrf": form["csrf"]})
    with create_engine(f"sqlite:///{tmp_path / 'referrals.db'}").connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM draft")).scalar() == 0
    assert client.get("/handover/check").url.path == "/handover"


def test_the_cookie_holds_only_a_token_that_scripts_and_other_pages_do_not_get(client):
    response = client.post("/handover/begin", follow_redirects=False)
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/handover" in cookie
    fill(client)
    assert "Wilhelmina" not in repr(client.cookies)


def test_the_chat_goes_along_only_when_ticked_and_is_shown_before(client, referrals):
    said = client.post("/api/chat", json={"message": "who pays for wobble cushions"}).json()
    start = client.post("/handover", data={"conversation": said["conversation"]})
    form = hidden(start.text)
    assert form["conversation"] == said["conversation"]
    begin(client, **form)
    chat_page = fill(client)
    assert chat_page.url.path == "/handover/chat" and "wobble cushions" in chat_page.text
    assert not re.search(r'name="include"[^>]*checked', chat_page.text)
    so_far = wording("handover_form.chat_so_far")
    checking = fill(client, {"chat": {}})
    assert so_far not in checking.text
    checking = fill(client, {"chat": {"include": "1"}})
    assert so_far in checking.text and "wobble cushions" in checking.text
    send(client)
    (summary,) = referrals.listed()
    opened = referrals.opened(summary.id)
    assert opened.details.conversation[0] == ("user", "who pays for wobble cushions")
    assert len(opened.details.conversation) == 2


def test_it_is_filled_in_from_the_chat_only_on_request(client, referrals, settings):
    said = client.post("/api/chat", json={"message": "hello"}).json()["conversation"]
    conversation = conversation_of(said)
    DraftStore(settings).write(
        chat_key(conversation), {"answers": {"about": "the bus", "name": "Ottoline"}, "step": "phone"}
    )
    start = client.post("/handover", data={"conversation": said})
    assert wording("handover_form.start.use_told") in start.text
    begin(client, conversation=said)
    assert "the bus" not in client.get("/handover/about").text
    begin(client, conversation=said, prefill="true")
    assert "the bus" in client.get("/handover/about").text and "Ottoline" in client.get("/handover/name").text


def conversation_of(token: str) -> str:
    return URLSafeSerializer("test key that is long enough to sign", salt="conversation").loads(token)


def test_a_made_up_chat_is_no_chat(client):
    start = client.post("/handover", data={"conversation": "made up"})
    assert start.status_code == 200 and "conversation" not in hidden(start.text)


@pytest.mark.parametrize(
    "changes",
    [
        {"encryption_keys": "", "referral_email": "inbox@sendiass.example", "smtp_host": "mail.example"},
        {"referral_email": "", "smtp_host": "mail.example"},
    ],
)
def test_without_a_key_or_anybody_to_receive_it_takes_nothing(make_client, settings, changes):
    client = make_client(**{"encryption_keys": settings.encryption_keys, **changes})
    for response in (client.get("/handover"), client.post("/handover/begin"), client.get("/handover/about")):
        assert response.status_code == 200
        assert "durhamsendiass.info" in response.text and "<form" not in response.text
    assert "set-cookie" not in client.post("/handover/begin").headers


def test_the_log_holds_nothing_that_was_typed(client, caplog):
    with caplog.at_level("DEBUG"):
        begin(client)
        fill(client)
        send(client)
    assert "/handover/..." in caplog.text
    for secret in ("Wilhelmina", "Quillfeather", "Xanthippe", "498 0123"):
        assert secret not in caplog.text


def test_the_figures_tell_how_referrals_and_notices_stand(client, referrals):
    begin(client)
    fill(client)
    send(client)
    registry = client.app.state.metrics.registry
    assert registry.get_sample_value("guide_referrals", {"status": "new"}) == 1
    assert registry.get_sample_value("guide_outbox_waiting", {"channel": "email"}) == 1
    assert registry.get_sample_value("guide_outbox_dead", {"channel": "email"}) == 0
    assert registry.get_sample_value("guide_outbox_oldest_seconds", {"channel": "email"}) > 0
    assert registry.get_sample_value("guide_referrals_unreadable") == 0


def test_too_many_from_one_address_are_not_sent_and_nothing_typed_is_lost(make_open_client, settings, referrals):
    few = make_open_client(encryption_keys=settings.encryption_keys, referrals_an_hour=2)
    for _ in range(2):
        begin(few)
        fill(few)
        assert "/handover/sent" in str(send(few).url)
    begin(few)
    fill(few)
    refused = send(few)
    page = html.unescape(refused.text)
    assert refused.status_code == 429 and wording("handover_form.too_many_sent") in page
    assert "Wilhelmina" in page and contact("sendiass").url in page
    assert "Wilhelmina" in few.get("/handover/check").text and sum(referrals.counts().values()) == 2


def test_too_many_are_not_begun_from_one_address(make_open_client, settings):
    few = make_open_client(encryption_keys=settings.encryption_keys, drafts_an_hour=2)
    for _ in range(2):
        begin(few)
        few.cookies.clear()  # another browser: one goes on with what it has begun
    refused = few.post("/handover/begin")
    page = html.unescape(refused.text)
    assert refused.status_code == 429 and wording("handover_form.too_many_begun") in page
    assert contact("sendiass").url in page


def test_the_pages_say_when_somebody_is_there_only_where_the_council_filled_in_the_hours(client, monkeypatch, tmp_path):
    def pages() -> list[str]:
        client.cookies.clear()
        shown = [client.get("/handover").text]
        begin(client)
        fill(client)
        return [*shown, send(client).text]

    assert not any("SENDIASS is" in page for page in pages())
    file = tmp_path / "opening-hours.yml"
    file.write_text('sendiass:\n  days:\n    monday: "09:00-16:30"\n', encoding="utf-8")
    monkeypatch.setattr(hours, "HOURS_FILE", file)
    monkeypatch.setattr(hours, "now", lambda: datetime(2026, 11, 21, 12, tzinfo=UTC))
    there = wording("hours.next", day="Monday 23 November 2026", opens="9:00 am")
    assert all(f"<p>{there}</p>" in page for page in pages())


def test_the_closed_form_says_when_somebody_is_there(make_client, monkeypatch):
    monkeypatch.setattr("bot.gateway.chat.handover_pages.when_somebody_is_there", lambda: "SENDIASS is open today.")
    assert "<p>SENDIASS is open today.</p>" in make_client(encryption_keys="").get("/handover").text
