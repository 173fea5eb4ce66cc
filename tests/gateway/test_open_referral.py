"""The Open Referral API: what it serves, hides, and says when a request is wrong."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event

from bot.directory.publishing import open_referral as hsds
from bot.directory.publishing.published import Filters, Published
from bot.directory.search.text_index import refresh
from bot.gateway.services import open_referral
from bot.gateway.web.problems import Problem, handle_problem
from bot.store.engine import open_engine
from tests.databases import new_store
from tests.directory.small_records import CHANGED, add_service, add_term, ident, opened

V3 = "/open-referral/v3"
CONSETT, SEAHAM = (54.85, -1.83), (54.84, -1.34)


address = new_store("directory")


@pytest.fixture
def store(address):
    """A store with three services that run and some that nobody should see."""
    engine = open_engine(address)
    with opened(engine) as session:
        toys = add_service(
            session, "Toy library", place=CONSETT, minimum_age=0, maximum_age=5.0, url="https://toys.org/"
        )
        add_term(session, toys, "needs", "Sensory")
        chess = add_service(session, "Chess club", place=SEAHAM, url="not an address", email="nor this")
        add_term(session, chess, "needs", "Autism")
        add_service(session, "Advice line", updated_at=CHANGED + timedelta(days=30), minimum_age=None)
        add_service(session, "Closed", status="defunct", place=SEAHAM)
        add_service(session, "Gone", withdrawn_at=CHANGED)
        add_service(session, "Not yet", visible_from=date.today() + timedelta(days=1))
        add_service(session, "No more", visible_to=date.today() - timedelta(days=1))
        session.commit()
    refresh(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def api(store):
    """The API alone, with a look-up that knows one postcode, in the middle of Consett."""
    app = FastAPI()
    app.include_router(
        open_referral.router(Published(store), lambda postcode: CONSETT if postcode == "DH8 5XX" else None)
    )
    app.add_exception_handler(Problem, handle_problem)
    return TestClient(app)


@pytest.fixture
def guide(make_client, store, address):
    """The whole guide on that store."""
    return make_client(directory_url=address)


def names(body: dict) -> list[str]:
    return [entry["name"] for entry in body["contents"]]


def test_the_root_says_which_standard_it_follows(api):
    assert api.get(f"{V3}/").json() == {
        "version": "HSDS-UK-3.0",
        "profile": "https://openreferraluk.org",
        "openapi_url": "https://openreferraluk.org/specifications/3.0/openapi.json",
    }


def test_services_are_listed_without_what_is_closed_withdrawn_or_not_open(api, store):
    body = api.get(f"{V3}/services").json()
    assert names(body) == ["Toy library", "Chess club", "Advice line"]
    assert {key: value for key, value in body.items() if key != "contents"} == {
        "total_items": 3, "total_pages": 1, "page_number": 1, "size": 3,
        "first_page": True, "last_page": True, "empty": False,
    }  # fmt: skip
    toys = body["contents"][0]
    assert (
        toys["minimum_age"] == 0
        and toys["maximum_age"] == 5
        and toys["organization"]["name"] == "Toy library organisation"
    )
    assert toys["last_modified"] == "2026-05-01T12:00:00.000Z" and "service_at_locations" not in toys
    assert None not in toys.values() and "minimum_age" not in body["contents"][2]


def test_what_is_no_address_is_left_out(api, store):
    chess = api.get(f"{V3}/services/{ident('Chess club')}").json()
    assert "url" not in chess and "email" not in chess


def test_a_service_comes_with_all_that_belongs_to_it(api, store):
    toys = api.get(f"{V3}/services/{ident('Toy library')}").json()
    (place,) = toys["service_at_locations"]
    assert place["location"]["latitude"] == CONSETT[0]
    assert place["location"]["addresses"][0] == {
        "id": ident("Toy library address"), "address_1": "1 Street", "city": "", "state_province": "",
        "postal_code": "", "country": "GB", "address_type": "physical",
    }  # fmt: skip
    (attribute,) = toys["attributes"]
    assert attribute["taxonomy_term"]["name"] == "Sensory" and attribute["taxonomy_term"]["taxonomy"] == "needs"


@pytest.mark.parametrize(("name", "status"), [("Closed", 410), ("Gone", 410), ("Not yet", 410), ("Never", 404)])
def test_what_is_hidden_cannot_be_read_by_its_id(api, store, name, status):
    response = api.get(f"{V3}/services/{ident(name)}")
    assert response.status_code == status and response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"]


def test_pages_can_be_walked_by_number_and_by_link(api, store):
    first = api.get(f"{V3}/services?per_page=2")
    assert first.json()["total_pages"] == 2 and first.json()["last_page"] is False
    assert f'<{V3}/services?per_page=2&page=2>; rel="next"' in first.headers["link"]
    second = api.get(f"{V3}/services?per_page=2&page=2").json()
    assert names(second) == ["Advice line"] and second["last_page"] and not second["first_page"]
    beyond = api.get(f"{V3}/services?per_page=2&page=9").json()
    assert beyond["empty"] and beyond["size"] == 0 and beyond["total_items"] == 3


def test_a_page_has_no_more_than_a_hundred(api, store):
    assert api.get(f"{V3}/services?per_page=5000").json()["size"] == 3
    with opened(store) as session:
        for number in range(120):
            add_service(session, f"Many {number}")
        session.commit()
    assert api.get(f"{V3}/services?per_page=5000").json()["size"] == 100
    assert api.get(f"{V3}/services?minimal=true").json()["size"] == 123


def test_services_are_filtered(api, store):
    def found(query: str) -> list[str]:
        return names(api.get(f"{V3}/services?{query}").json())

    assert found("search=toy") == found("search=libraries%20TOYS") == found("search=libr") == ["Toy library"]
    assert found("search=toy%20chess") == []
    assert found("search=about%20CHESS") == ["Chess club"]
    assert found("search=100%25") == found("search=_") == []
    assert found(f"taxonomy_term_id={ident('needs Autism')}") == ["Chess club"]
    assert found(f"taxonomy_id={ident('needs')}") == ["Toy library", "Chess club"]
    assert found(f"organization_id={ident('Chess club organisation')}") == ["Chess club"]
    assert found("modified_after=2026-05-20") == ["Advice line"]
    assert found("modified_after=2026-05-01T13:00:00%2B01:00") == ["Toy library", "Chess club", "Advice line"]
    assert found("modified_after=2026-05-01T12:00:01Z") == ["Advice line"]
    assert found(f"taxonomy_term_id={ident('nothing')}") == []


def test_minimal_and_full_lists(api, store):
    minimal = api.get(f"{V3}/services?minimal=true").json()["contents"]
    assert set(minimal[0]) == {"id", "modified_date", "last_modified"}
    full = api.get(f"{V3}/services?full=true").json()["contents"]
    assert full[0] == api.get(f"{V3}/services/{full[0]['id']}").json()


def test_lines_of_json_hold_every_service(api, store, monkeypatch):
    monkeypatch.setattr(open_referral, "STREAM_PAGE", 2)
    response = api.get(f"{V3}/services?format=ndjson")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line)["name"] for line in response.text.splitlines()] == [
        "Toy library",
        "Chess club",
        "Advice line",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=x", "page=-1", "page=1.5", "per_page=0", "page=99999999999999999999", "full=maybe",
        "modified_after=yesterday", "format=xml", "search=a%00b", f"search={'x' * 201}", "page=%C2%B2",
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(api, store, query):
    response = api.get(f"{V3}/services?{query}")
    assert response.status_code == 422 and response.headers["content-type"] == "application/problem+json"
    assert query.split("=")[0] in response.json()["detail"]


def test_organisations_have_a_service_that_is_shown(api, store):
    body = api.get(f"{V3}/organizations").json()
    assert names(body) == ["Toy library organisation", "Chess club organisation", "Advice line organisation"]
    assert "services" not in body["contents"][0]
    one = api.get(f"{V3}/organizations/{ident('Toy library organisation')}").json()
    assert [service["name"] for service in one["services"]] == ["Toy library"]
    assert "service_at_locations" not in one["services"][0]
    whole = api.get(f"{V3}/organizations/{ident('Toy library organisation')}?full_service=true").json()
    assert whole["services"][0]["service_at_locations"]
    assert api.get(f"{V3}/organizations?full=true&search=chess").json()["contents"][0]["services"]
    assert api.get(f"{V3}/organizations/{ident('Gone organisation')}").status_code == 404


def test_taxonomies_and_terms(api, store):
    (needs,) = api.get(f"{V3}/taxonomies?search=need").json()["contents"]
    assert [term["name"] for term in api.get(f"{V3}/taxonomies/{needs['id']}").json()["taxonomy_terms"]] == [
        "Sensory",
        "Autism",
    ]
    terms = api.get(f"{V3}/taxonomy_terms?taxonomy_id={needs['id']}").json()
    assert names(terms) == ["Sensory", "Autism"]
    assert api.get(f"{V3}/taxonomy_terms/{ident('needs Autism')}").json()["taxonomy"] == "needs"
    assert api.get(f"{V3}/taxonomy_terms/x").status_code == api.get(f"{V3}/taxonomies/x").status_code == 404


def test_a_service_at_a_location(api, store):
    body = api.get(f"{V3}/service_at_locations").json()
    assert [entry["service"]["name"] for entry in body["contents"]] == ["Toy library", "Chess club"]
    one = api.get(f"{V3}/service_at_locations/{ident('Toy library at')}").json()
    assert one["location"]["addresses"] and one["service"]["attributes"]
    assert api.get(f"{V3}/service_at_locations/{ident('Closed at')}").status_code == 404
    assert api.get(f"{V3}/service_at_locations?full=true").json()["contents"][0] == one


def test_services_near_a_postcode(api):
    def found(query: str) -> list[tuple[str, int]]:
        body = api.get(f"{V3}/service_at_locations?{query}").json()
        return [(entry["service"]["name"], entry["distance"]) for entry in body["contents"]]

    everywhere = found("postcode=DH8%205XX")
    assert everywhere[0] == ("Toy library", 0) and everywhere[1][0] == "Chess club"
    assert 31_000 < everywhere[1][1] < 32_000  # as the crow flies, measured on a map
    assert found("postcode=DH8%205XX&proximity=31000") == [("Toy library", 0)]
    assert len(found("postcode=DH8%205XX&proximity=32000")) == 2
    assert api.get(f"{V3}/service_at_locations?postcode=ZZ1%201ZZ").status_code == 422
    assert api.get(f"{V3}/service_at_locations?proximity=100").status_code == 422


def test_caches_and_other_sites_may_keep_and_read(guide, store):
    response = guide.get(f"{V3}/services", headers={"origin": "https://www.durham.gov.uk"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "public, max-age=300"
    assert response.headers["last-modified"] == "Sun, 31 May 2026 12:00:00 GMT"
    tag = response.headers["etag"]
    for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = guide.get(f"{V3}/services", headers={"if-none-match": sent})
        assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == tag
    assert guide.get(f"{V3}/services", headers={"if-none-match": '"x"'}).status_code == 200
    with opened(store) as session:
        add_service(session, "New", updated_at=datetime(2026, 1, 1, tzinfo=UTC))
        session.commit()
    assert guide.get(f"{V3}/services/x").headers["access-control-allow-origin"] == "*"
    changed = guide.get(f"{V3}/services", headers={"if-none-match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag


def test_other_sites_may_only_read(guide, store):
    preflight = guide.options(f"{V3}/services", headers={"access-control-request-method": "POST"})
    assert preflight.status_code == 204 and preflight.headers["access-control-allow-methods"] == "GET"
    assert guide.post(f"{V3}/services", content="{}").status_code == 405
    assert "access-control-allow-credentials" not in preflight.headers
    assert "access-control-allow-origin" not in guide.get("/health").headers


def test_a_store_that_fails_is_told(guide, store, tmp_path):
    with store.begin() as connection:
        connection.exec_driver_sql("DROP TABLE service_term")
        connection.exec_driver_sql("ALTER TABLE service RENAME TO lost")
    response = guide.get(f"{V3}/services", headers={"accept": "text/html"})
    assert response.status_code == 503 and response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"


def test_a_page_takes_a_fixed_number_of_queries(api, store):
    asked: list[str] = []
    published = Published(store)
    event.listen(store, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def queries(per_page: int) -> int:
        asked.clear()
        with published.session() as session:
            rows = published.services(session, Filters(), 1, per_page, "full").rows
            assert [hsds.service_full(row) for row in rows]
        return len(asked)

    one = queries(1)
    with opened(store) as session:
        for number in range(40):
            add_service(session, f"Many {number}", place=(54.7 + number / 1000, -1.5))
        session.commit()
    assert queries(100) <= one + 2
