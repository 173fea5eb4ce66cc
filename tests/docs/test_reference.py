"""The pages that are written from the code are as the code is, and what they say of addresses is true."""

from __future__ import annotations

import warnings
from typing import get_args

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.commands import api_page, settings_page
from bot.directory.publishing.published import Published
from bot.gateway.chat.described import Custom, Kind
from bot.gateway.services import open_referral
from bot.gateway.web.problems import Problem, handle_problem
from bot.setting_problems import NO_SETTINGS, variable_of
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.turn.rasa_client import Custom as Sent
from tests.databases import new_store

address = new_store("directory")


@pytest.fixture(scope="module")
def description():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as two addresses with one operation id
        return api_page.described()


def test_the_page_of_addresses_is_as_the_gateway_is(description):
    written = api_page.DOCUMENT.read_text(encoding="utf-8")
    assert written == api_page.api_page(description), "run `.venv/bin/python -m bot reference api --write`"


def test_the_page_of_settings_is_as_the_settings_are():
    written = settings_page.DOCUMENT.read_text(encoding="utf-8")
    assert written == settings_page.settings_page(), "run `.venv/bin/python -m bot reference settings --write`"


def test_the_page_of_settings_is_the_same_on_every_machine(monkeypatch):
    page = settings_page.settings_page()
    monkeypatch.setenv("GUIDE_MESSAGE_LIMIT", "777")
    assert settings_page.settings_page() == page and "777" not in page


def test_every_setting_is_on_its_page_with_what_it_means():
    page = settings_page.settings_page()
    for name, field in Settings.model_fields.items():
        assert f"| `{variable_of(name)}` | {field.description} |" in page
    assert all(f"| `{name}` |" in page for name in NO_SETTINGS)


def test_every_address_says_what_it_is_for_what_it_takes_and_how_it_refuses(description):
    for path, ways in description["paths"].items():
        for method, way in ways.items():
            assert way.get("description") and way["summary"][0].isupper(), (method, path)
            assert all(one.get("description") for one in way.get("parameters", ())), (method, path)
            undescribed = [
                status for status, answer in way["responses"].items() if answer["description"] == "Successful Response"
            ]
            assert not undescribed, (method, path)
    for name, schema in description["components"]["schemas"].items():
        if name in api_page._used(description):
            assert all(field.get("description") for field in schema["properties"].values()), name


def test_the_directory_takes_the_parameters_that_are_described_and_no_other(description, address):
    app = FastAPI()
    app.include_router(open_referral.router(Published(open_engine(address))))
    app.add_exception_handler(Problem, handle_problem)
    client = TestClient(app)
    listed = {path: way for path, way in description["paths"].items() if path.startswith(open_referral.ROOT)}
    every = {one["name"] for way in listed.values() for one in way["get"].get("parameters", ()) if one["in"] == "query"}
    assert len(every) > 10
    for path, way in listed.items():
        described = {one["name"] for one in way["get"].get("parameters", ()) if one["in"] == "query"}
        refused = {name for name in every if client.get(path, params={name: "x" * 201}).status_code == 422}
        assert refused == described, path


def test_operation_ids_are_given_once(description):
    ids = [way["operationId"] for ways in description["paths"].values() for way in ways.values()]
    assert len(ids) == len(set(ids)) > 15


def test_the_kinds_of_message_that_are_described_are_those_that_are_sent():
    assert Custom.model_fields["kind"].annotation == Kind
    assert set(get_args(Kind)) == set(get_args(Sent.model_fields["kind"].annotation)) == set(api_page._KINDS)
