"""The conversation as a file."""

from __future__ import annotations

from datetime import date

import pytest

from bot.gateway.chat.transcript import as_text
from tests.fakes import ANSWER
from tests.gateway.test_pages import KEY, Page, post

RECORD = {
    "id": "5f1d",
    "name": "Toy library",
    "phone": "01632 960000",
    "needs": ["sight"],
    "last_checked": "2023-04-01",
    "stale": True,
}


def test_the_text_has_questions_answers_sources_and_dates():
    history = [{"from": "user", "text": "who pays"}, {"from": "guide", **ANSWER}]
    text = as_text(history, "Local Offer Guide", date(2026, 11, 25))
    assert text.startswith("Local Offer Guide: Your chat with the guide\nSaved on 25 November 2026.")
    assert text.index("You:\nwho pays") < text.index("Guide:\nThe school pays first.")
    assert "- The guide, April 2023. Section: Funding. This may be out of date." in text
    assert "- A page: https://www.durham.gov.uk/page" in text


def test_the_text_has_records_without_empty_lines_for_what_is_not_known():
    text = as_text([{"from": "guide", "text": "One.", "custom": {"kind": "records", "records": [RECORD]}}], "Guide")
    assert "Toy library\nPhone: 01632 960000\nNeeds: sight\nDetails from: April 2023\nThis may be out of date." in text
    assert "E-mail" not in text and "None" not in text


def test_the_page_stands_alone_and_shows_markup_as_text(client):
    token = post(client, message="<script>alert(1)</script>").hidden("conversation")
    saved = client.post("/transcript", data={"conversation": token, "form": "page"})
    assert saved.headers["content-disposition"] == 'attachment; filename="local-offer-guide-chat.html"'
    assert not Page(saved.text).all("script") and not Page(saved.text).all("link")
    assert "&lt;script&gt;" in saved.text and "The school pays first." in saved.text


@pytest.mark.parametrize("public_url", ["", "https://guide.example/"])
def test_a_saved_page_leads_back_to_the_services_of_this_guide_where_its_address_is_set(make_client, rasa, public_url):
    client = make_client(public_url=public_url)
    rasa.says("records", records=[RECORD], filters="toys")
    token = post(client, message="toys").hidden("conversation")
    form = {"conversation": token, "form": "page"}
    saved = client.post("/transcript", data=form, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert "evil.example" not in saved.text
    links = [link["href"] for link in Page(saved.text).all("a") if "/services/" in link["href"]]
    assert links == ([f"https://guide.example/services/{RECORD['id']}"] if public_url else [])
    assert RECORD["name"] in saved.text


@pytest.mark.parametrize(
    "path", ["/", "/demo", "/embed.js", "/services", "/handover", "/about", "/privacy", "/nowhere"]
)
def test_the_name_by_which_somebody_calls_the_guide_is_given_back_nowhere(client, path):
    shown = client.get(path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert "evil.example" not in shown.text + str(shown.headers)


def test_a_conversation_that_is_not_kept_gives_no_file(client):
    refused = client.post("/transcript", data={"conversation": "forged"}, headers={"accept": "text/html"})
    assert refused.status_code == 400 and "attachment" not in refused.headers.get("content-disposition", "")
    token = post(client, message="hello", key=KEY + "9").hidden("conversation")
    client.post("/start-again", data={"conversation": token})
    assert client.post("/transcript", data={"conversation": token}).status_code == 400


def test_only_the_forms_that_there_are(client):
    token = post(client, message="hello").hidden("conversation")
    assert client.post("/transcript", data={"conversation": token, "form": "pdf"}).status_code == 422
