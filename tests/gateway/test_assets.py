"""What pages load beside themselves: compressed, kept by browsers for as long as it holds, and never a secret compressed."""

from __future__ import annotations

import re

import pytest

from tests.gateway.test_pages import KEY

PLAIN = {"accept-encoding": "identity"}


def test_the_addresses_on_a_page_may_be_kept_for_a_year(client):
    addresses = re.findall(r'(?:href|src)="(/[^"]+\?v=[^"]+)"', client.get("/").text)
    assert len(addresses) == 4
    for address in addresses:
        assert "immutable" in client.get(address).headers["cache-control"]
    assert client.get("/static/guide.css").headers["cache-control"] == "public, max-age=3600"
    assert "immutable" not in client.get("/static/guide.css?v=other").headers["cache-control"]


@pytest.mark.parametrize("path", ["/static/guide.css", "/static/chat.js", "/embed.js", "/theme.css"])
def test_assets_come_compressed_to_who_can_read_it(client, path):
    squeezed, plain = client.get(path), client.get(path, headers=PLAIN)
    assert squeezed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
    assert squeezed.content == plain.content and "Accept-Encoding" in squeezed.headers["vary"]
    assert int(squeezed.headers["content-length"]) < len(plain.content)


def test_what_has_not_changed_is_not_sent_again(client):
    tag = client.get("/static/guide.css").headers["etag"]
    again = client.get("/static/guide.css", headers={"if-none-match": tag})
    assert again.status_code == 304 and not again.content


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/../app.py", "/static/%2e%2e/app.py", "/static/"])
def test_nothing_else_is_served(client, path):
    assert client.get(path).status_code == 404


def test_only_pages_without_a_conversation_are_compressed(client):
    assert client.get("/").headers["content-encoding"] == "gzip"
    assert client.get("/demo").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/", headers=PLAIN).headers
    answer = client.post("/", data={"key": KEY, "message": "hello"})
    assert 'name="conversation"' in answer.text and "content-encoding" not in answer.headers


def test_the_licence_of_what_the_stylesheets_hold_is_served_beside_them(client):
    assert "Crown Copyright" in client.get("/static/licence.txt").text
    assert "MIT" in client.get("/static/guide.css").text[:400]
