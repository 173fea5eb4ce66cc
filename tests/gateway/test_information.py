"""Pages about the guide: true to the settings in force, gaps shown, placeholders never."""

from __future__ import annotations

import pytest

from bot.gateway import information
from bot.guidance.sources import load_documents


@pytest.mark.parametrize("path", ["/about", "/privacy", "/accessibility"])
def test_each_page_has_one_heading_a_title_and_another_way_to_get_help(client, path):
    page = client.get(path)
    assert page.status_code == 200 and page.text.count("<h1") == 1
    assert "<title>" in page.text and "{" not in page.text.split("<main", 1)[1]
    assert page.headers["Cache-Control"] == "no-store"


def test_privacy_follows_the_settings_in_force(make_client):
    text = make_client(conversation_hours=5, referral_days=77, data_contact="data@example.org").get("/privacy").text
    assert "5 hours after your last message" in text and "77 days" in text and "data@example.org" in text


def test_a_contact_that_the_council_has_not_given_is_not_shown(client):
    assert "write to" not in client.get("/privacy").text


def test_about_names_every_document_and_the_gaps_of_the_record(client):
    text = client.get("/about").text.replace("&#39;", "'")
    assert all(document.title in text for document in load_documents().values())
    assert "Not yet stated by the council" in text


def test_what_the_about_page_tells_is_made_once_a_day_since_it_takes_long(client, monkeypatch):
    made = []
    monkeypatch.setattr(information, "transparency_record", lambda settings: made.append(settings) or [])
    assert [client.get("/about").status_code for _ in range(3)] == [200] * 3
    assert len(made) == 1
