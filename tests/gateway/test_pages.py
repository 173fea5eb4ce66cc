"""The pages without JavaScript: the whole conversation by form posts, safe and labelled."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.fakes import ANSWER, SERVICE

KEY = "0123456789abcdef01"


class Page(HTMLParser):
    """The parts of a page that tests ask about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]

    def hidden(self, name: str) -> str:
        return next(field["value"] for field in self.all("input") if field.get("name") == name)


def post(client, **fields) -> Page:
    response = client.post("/", data={"key": KEY, **fields})
    assert response.headers["content-type"].startswith("text/html")
    return Page(response.text)


def test_the_first_page_says_what_it_is(client):
    page = Page(client.get("/").text)
    assert "computer guide, not a person" in page.text and "999" in page.text
    assert "Please do not type names" in page.text
    assert len([b for b in page.all("button") if b.get("name") == "starter"]) == 6
    assert page.all("html")[0]["lang"] == "en-GB" and len(page.all("h1")) == 1


def test_every_field_has_a_label_and_ids_are_unique(client):
    page = post(client, message="hello")
    labelled = {label["for"] for label in page.all("label") if "for" in label}
    for field in [*page.all("textarea"), *page.all("input")]:
        assert field.get("type") in ("hidden", "radio") or field["id"] in labelled
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_whole_conversation_without_javascript(client, rasa):
    page = post(client, message="who pays")
    assert "The school pays first." in page.text and "April 2023" in page.text
    assert "This may be out of date" in page.text and len(page.all("details")) == 1
    assert {"href": "https://www.durham.gov.uk/page", "target": "_blank", "rel": "noopener noreferrer"} in page.all("a")
    button = next(b for b in page.all("button") if b.get("name") == "payload")
    page = post(client, payload=button["value"], conversation=page.hidden("conversation"), key=KEY + "2")
    assert rasa.received[-1]["message"].startswith("/faq") and "What next?" in page.text and "who pays" in page.text


def test_a_double_press_asks_once(client, rasa):
    first = post(client, message="once")
    again = post(client, message="once")
    assert len(rasa.received) == 1
    assert first.hidden("conversation") == again.hidden("conversation")


def test_a_starter_asks_its_question(client, rasa):
    post(client, starter="personal_budget")
    assert rasa.received[0]["message"] == "What is a personal budget?"


def test_mistakes_are_said_beside_the_field_and_nothing_is_lost(client):
    long = "word " * 500
    response = client.post("/", data={"key": KEY, "message": long})
    assert response.status_code == 422
    page = Page(response.text)
    assert "too long" in page.text and "word word" in page.text
    assert page.all("textarea")[0]["aria-invalid"] == "true"
    assert "Please type a question first." in post(client, message="", key=KEY + "3").text


def test_what_was_taken_out_is_told_even_after_a_double_press(client):
    for _ in range(2):
        page = post(client, message="ring 07700 900123")
        assert "We took this out of your message to keep it private: phone number." in page.text


@pytest.mark.parametrize("limit", ["rate_limit_address", "rate_limit_conversation"])
def test_too_many_messages_get_a_page_that_says_when(make_client, limit):
    client = make_client(**{limit: 1})
    browser = {"accept": "text/html"}
    token = post(client, message="one").hidden("conversation")
    refused = client.post("/", data={"key": KEY + "5", "message": "two", "conversation": token}, headers=browser)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"].startswith("text/html") and "Please wait" in refused.text


def test_a_form_with_something_missing_gets_a_page(client):
    refused = client.post("/", data={"message": "no key"}, headers={"accept": "text/html"})
    assert refused.status_code == 422 and "go back" in Page(refused.text).text


def test_only_web_addresses_become_links(client, rasa):
    bad = "javascript:alert(1)"
    record = {"id": "1", "name": "Toy library", "url": bad}
    source = {**ANSWER["custom"]["sources"][0], "url": bad}
    rasa.says("records", records=[record], links=[{"title": "x", "url": bad}], sources=[source])
    page = post(client, message="toys")
    assert not any("javascript:" in str(link.get("href")) for link in page.all("a")) and "Toy library" in page.text


@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "[x](javascript:alert(1))", "{{ 7*7 }}"]
)
def test_neither_people_nor_answers_can_put_markup_in_the_page(client, rasa, nasty):
    rasa.reply = [{"recipient_id": "x", "custom": {**ANSWER, "text": nasty}}]
    page = post(client, message=nasty)
    assert not any(
        "onerror" in attributes or "javascript:" in str(attributes.get("href")) for _, attributes in page.tags
    )
    assert [script["src"].partition("?")[0] for script in page.all("script")] == ["/static/chat.js"]
    assert "49" not in re.findall(r">\s*49\s*<", str(page.text))


def test_records_are_cards(client, rasa):
    record = {**SERVICE, "url": None, "email": None}
    rasa.says("records", records=[record], filters="toys")
    page = post(client, message="toys")
    assert "Example toy library" in page.text and "0 to 5" in page.text and "April 2023" in page.text
    assert {"href": "tel:01632960000"} in page.all("a")
    assert "About 2 miles" in page.text and "autism, sight" in page.text and "This may be out of date" in page.text
    assert not any("mailto" in str(link.get("href")) for link in page.all("a")) and "E-mail" not in page.text


@pytest.mark.parametrize("embed", [None, "1"])
def test_a_card_leads_to_the_services_own_page_outside_of_a_frame_and_to_its_website(client, rasa, embed):
    record = {"id": "a b", "name": "Toy library", "url": "https://example.org/toys"}
    rasa.says("records", records=[record, {"name": "A record from before"}], filters="toys")
    page = post(client, message="toys", **({"embed": embed} if embed else {}))
    links = {link["href"]: link for link in page.all("a") if "toys" in link["href"] or "/services/" in link["href"]}
    assert links == {
        "/services/a%20b": {"href": "/services/a%20b", "target": "_blank", "rel": "noopener"},
        "https://example.org/toys": {
            "href": "https://example.org/toys",
            "target": "_blank",
            "rel": "noopener noreferrer",
        },
    }
    assert "A record from before" in page.text


def test_start_again_erases(client):
    page = post(client, message="hello")
    token = page.hidden("conversation")
    answer = client.post("/start-again", data={"conversation": token}, follow_redirects=False)
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    assert client.get(f"/api/chat/{token}").status_code == 400


def test_a_reload_resumes_without_asking_again(client, rasa):
    token = post(client, message="who pays").hidden("conversation")
    page = post(client, conversation=token, resume="1", key=KEY + "9")
    assert "The school pays first." in page.text and len(rasa.received) == 1
    gone = post(client, conversation="forged", resume="1", key=KEY + "8")
    assert "Problem" not in gone.text and not gone.all("details")


@pytest.mark.parametrize(
    "path", ["/", "/demo", "/embed.js", "/static/guide.css", "/health", "/api/nothing", "/nothing"]
)
def test_security_headers_are_on_every_route(client, path):
    headers = client.get(path, headers={"accept": "text/html"}).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in headers
    assert ("frame-ancestors 'none'" in policy) == (path != "/")


def test_only_named_origins_may_embed(make_client):
    policy = make_client(embed_origins="https://www.durham.gov.uk").get("/").headers["content-security-policy"]
    assert "frame-ancestors 'self' https://www.durham.gov.uk" in policy


def test_the_demonstration_says_that_it_is_one(client):
    page = Page(client.get("/demo").text)
    assert "This is a demonstration" in page.text
    assert page.all("script")[0]["src"].startswith("/embed.js?v=")


def test_kind_pages_for_errors(client):
    response = client.get("/nothing", headers={"accept": "text/html"})
    assert (
        response.status_code == 404
        and "could not find that page" in response.text
        and "durhamsendiass.info" in response.text
    )


def test_no_page_asks_another_host_for_anything(client):
    for path in ("/", "/demo", "/static/guide.css", "/static/chat.js", "/embed.js"):
        text = client.get(path).text
        loaded = re.findall(r'(?:src|@import|url\()\s*=?\s*["\']?(https?:)', text)
        assert loaded == [], path


def test_words_in_another_language_are_marked_as_such(client, rasa):
    rasa.says("fallback", "Rozumiem tylko angielski.\n\nI only understand English.", language="pl")
    page = client.post("/", data={"message": "nie rozumiem", "key": KEY}).text
    assert re.search(r'<div lang="pl" dir="auto"><p>Rozumiem tylko angielski.</p>\s*</div>', page)
    assert "<p>I only understand English.</p>" in page
