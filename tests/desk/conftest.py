"""A gateway with a desk, and people who are signed in to it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from fastapi.testclient import TestClient

from bot.commands.desk import make_accounts
from bot.settings import Settings
from bot.store.engine import open_engine
from tests.databases import engine_on, new_store
from tests.fakes import make_client, rasa

__all__ = ["make_client", "rasa"]

PASSWORD = "a long and private phrase"


url = new_store("guide")


@pytest.fixture
def engine(url):
    with engine_on(url) as engine:
        yield engine


@pytest.fixture
def client(make_client) -> TestClient:
    return browser(make_client())


@pytest.fixture
def accounts(client):
    settings: Settings = client.app.state.desk.settings
    return make_accounts(settings, open_engine(settings.database_url))


@pytest.fixture
def person(client, accounts) -> Callable[..., TestClient]:
    """Give a browser in which somebody with these roles is signed in, with codes set up where the role needs them."""

    def signed_in(*roles: str, works_queue: bool = False) -> TestClient:
        name = "-".join(roles) + "@example.org"
        accounts.add(name, PASSWORD, roles, works_queue, "test")
        another = browser(client)
        assert sign_in(another, name).status_code == 303
        if "sendiass" in roles:
            accounts.set_code_secret(name, pyotp.random_base32(), "test")
        return another

    return signed_in


def browser(client: TestClient) -> TestClient:
    """Return another browser on the same application, with cookies of its own; it follows no redirect by itself."""
    return TestClient(
        client.app, base_url="https://guide.example", raise_server_exceptions=False, follow_redirects=False
    )


def sign_in(client: TestClient, name: str, password: str = PASSWORD, **fields: str):
    csrf = hidden(client.get("/staff/sign-in").text, "csrf")
    return client.post("/staff/sign-in", data={"csrf": csrf, "name": name, "password": password, **fields})


def hidden(page: str, name: str) -> str:
    """Return the value of a page's hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def post(client: TestClient, address: str, page: str = "/staff", **fields: object):
    """Post a form as the page at `page` would."""
    return client.post(address, data={"csrf": hidden(client.get(page).text, "csrf"), **fields})
