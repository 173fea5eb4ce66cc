"""The pages of the directory: the form as a search, its results, and one service with all that is known."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from bot.directory.records import models
from bot.directory.records.places import PlacesMissing, gazetteer
from bot.directory.search.gaps import Gap
from bot.directory.search.times import WEEKEND
from bot.gateway.services.form import address_of, read_form
from bot.store.engine import open_engine
from tests.databases import new_database
from tests.directory.small_records import CHANGED, add_service, ident, opened

SEAHAM, CONSETT = (54.84, -1.34), (54.85, -1.83)
BROWSER = {"accept": "text/html"}


@pytest.fixture(autouse=True)
def _with_places():
    try:
        gazetteer()
    except PlacesMissing:
        pytest.skip("the list of places is not here: run `make setup`")


class Read(HTMLParser):
    """What tests ask of a page: its tags, its text, and the headings of its results."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())
        self.found = re.findall(r'<h3><a href="/services/[0-9a-f-]+">(.*?)</a></h3>', html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag: str) -> list[dict]:
        return [attributes for name, attributes in self.tags if name == tag]

    def link(self, start: str) -> str:
        return next(link["href"] for link in self.all("a") if link.get("href", "").startswith(start))


@pytest.fixture
def address(tmp_path):
    with new_database("sqlite", tmp_path, "directory") as url:
        yield url


@pytest.fixture
def store(address):
    engine = open_engine(address)
    with opened(engine) as session:
        group = add_service(
            session, "Autism group", place=SEAHAM, minimum_age=5, maximum_age=11, url="https://group.org.uk/", email="a@group.org.uk",
            terms=[("kind", "support-group"), ("need", "autism"), ("accessibility", "wheelchair")],
            extra={"alternate_name": "Autism meet; Spectrum group"}, needs_referral=False, alert="Closed in August.",
        )  # fmt: skip
        session.add(
            models.Phone(id=ident("phone"), service_key=group.key, number="0191 496 0000", dial="+441914960000")
        )
        session.add(
            models.CostOption(
                id=ident("cost"), service_key=group.key, option="Child", amount=2.5, amount_description="a visit"
            )
        )
        session.add(
            models.Schedule(
                id=ident("when"), service_key=group.key, weekdays=32, opens_minute=600, closes_minute=720, byday="SA"
            )
        )
        add_service(
            session, "Toy library", place=CONSETT, terms=[("kind", "equipment-loan")], last_checked=date.today()
        )
        add_service(session, "Closed club", status="defunct", terms=[("kind", "club")])
        add_service(session, "Gone club", withdrawn_at=CHANGED, terms=[("kind", "club")])
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def client(make_client, store, address):
    return make_client(directory_url=address)


def look(client, query: str = "", status: int = 200) -> Read:
    response = client.get(f"/services{'?' + query if query else ''}", headers=BROWSER)
    assert response.status_code == status
    return Read(response.text)


def counted(engine) -> list[tuple[str, str, str, int]]:
    with Session(engine) as session:
        return [(gap.needs, gap.age_band, gap.place, gap.searches) for gap in session.scalars(select(Gap))]


def form(query: str):
    return read_form(QueryParams(query))


def test_all_services_are_listed_by_name_where_nothing_is_asked_for(client):
    page = look(client)
    assert page.found == ["Autism group", "Toy library"]
    assert "All services: 2" in page.text and "Your search" not in page.text
    assert not any(tag.get("name") == "robots" for tag in page.all("meta"))


def test_results_say_what_was_searched_for_and_what_is_known(client):
    page = look(client, "q=autism+groups&place=Seaham&age=7")
    assert page.found == ["Autism group"]
    assert "Your search: support group, for autism, near Seaham, age 7." in page.text
    assert "Ages 5 to 11" in page.text and "Needs Autism" in page.text and "Details from January 2026" in page.text
    assert "Less than a mile" in page.text
    assert any(tag.get("name") == "robots" for tag in page.all("meta"))


def test_the_form_keeps_what_was_sent(client):
    page = look(client, "q=toys&place=Consett&age=3&need=autism&kind=club&day=5&free=1&within=10&access=lift")
    values = {field.get("name"): field.get("value") for field in page.all("input") if field.get("type") != "checkbox"}
    assert values == {"q": "toys", "place": "Consett", "age": "3"}
    ticked = {(field["name"], field["value"]) for field in page.all("input") if "checked" in field}
    assert ticked == {("need", "autism"), ("day", "5"), ("free", "1"), ("access", "lift")}
    assert [option["value"] for option in page.all("option") if "selected" in option] == ["10", "club"]


def test_fields_come_on_top_of_the_words():
    wanted = form(
        "q=autism+groups+near+Seaham+on+Saturdays+for+my+7+year+old&need=speech&age=9&place=DH8+5XX&within=5&day=6"
    ).wanted
    assert set(wanted.needs) == {"autism", "speech"} and wanted.kinds == ("support-group",)
    assert (wanted.age, wanted.age_to, wanted.within_miles, wanted.days) == (9, None, 5, WEEKEND)
    assert wanted.place != "Seaham"


def test_a_search_and_its_address_are_the_same():
    for query in (
        "q=autism+groups+near+Seaham+on+saturday+mornings+for+toddlers",
        "need=autism&need=speech&kind=club&place=Consett&within=25&age=0&day=0&day=6&free=1&access=hoist&suit=siblings",
        "q=swimming&from=600&to=720",
    ):
        wanted = form(query).wanted
        again = form(urlsplit(address_of(wanted)).query).wanted
        assert again.conditions_in_words() == wanted.conditions_in_words()
        assert (again.needs, again.kinds, again.subject, again.suitabilities) == (
            wanted.needs, wanted.kinds, wanted.subject, wanted.suitabilities,
        )  # fmt: skip


@pytest.mark.parametrize(
    "query", ["need=nothing", "kind=x", "day=9", "day=x", "access=<script>", "within=-1", "within=99999", "from=9999"]
)
def test_what_no_field_offers_is_dropped(query):
    assert form(query).is_empty


def test_mistakes_are_said_beside_their_fields(client, store):
    page = look(client, f"place=Xyzzyx&age=old&q={'x' * 201}", status=422)
    for name in ("place", "age", "q"):
        (field,) = [field for field in page.all("input") if field.get("name") == name]
        assert field["aria-invalid"] == "true" and f"{name}-problem" in field["aria-describedby"]
        assert any(link.get("href") == f"#{name}" for link in page.all("a"))
    assert page.found == [] and counted(store) == []


def test_every_field_has_a_label_and_ids_are_unique(client):
    page = look(client, "need=autism")
    labelled = {label["for"] for label in page.all("label")}
    for field in [*page.all("input"), *page.all("select")]:
        assert field["id"] in labelled
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids)) and len(page.all("h1")) == 1


def test_when_nothing_fits_it_says_which_condition_to_leave_out(client, store):
    page = look(client, "need=autism&kind=support-group&place=Seaham&age=15")
    assert page.found == [] and "Nothing fits" in page.text
    assert "You could leave out one condition: age 15." in page.text
    link = page.link("/services?")
    assert "age" not in parse_qs(urlsplit(link).query)
    assert look(client, urlsplit(link).query).found == ["Autism group"]
    assert counted(store) == [("autism", "11-15", "Seaham", 1)]


def test_a_place_outside_the_county_is_told_and_not_counted(client, store):
    page = look(client, "q=horse+riding+for+toddlers+in+Cornwall")
    assert page.found == [] and "outside County Durham" in page.text and counted(store) == []


def test_what_another_sites_page_asks_for_is_not_counted(client, store):
    query = "need=autism&kind=support-group&place=Seaham&age=15"
    for site in ("cross-site", "same-site"):
        response = client.get(f"/services?{query}", headers={**BROWSER, "sec-fetch-site": site})
        assert response.status_code == 200 and counted(store) == []
    client.get(f"/services?{query}", headers={**BROWSER, "sec-fetch-site": "same-origin"})
    assert len(counted(store)) == 1


def test_finding_something_is_not_a_gap(client, store):
    look(client, "q=toy+library")
    assert counted(store) == []


def test_pages_keep_the_search(client, store):
    with opened(store) as session:
        for number in range(30):
            add_service(session, f"Club {number:02}", terms=[("kind", "club"), ("need", "autism")])
        session.commit()
    first = look(client, "need=autism&kind=club")
    assert len(first.found) == 20
    following = first.link("/services?need=autism&kind=club&page=2")
    second = look(client, urlsplit(following).query)
    assert second.found and not set(first.found) & set(second.found) and "Page 2 of 2" in second.text
    assert "There is no such page of results." in look(client, "need=autism&kind=club&page=9").text
    assert len(look(client, "page=2").found) == 12


def test_one_service_with_all_that_is_known(client):
    page = Read(client.get(f"/services/{ident('Autism group')}", headers=BROWSER).text)
    for said in (
        "Also called: Autism meet, Spectrum group", "Closed in August.", "Support group", "5 to 11", "Wheelchair access",
        "Saturday, 10:00 to 12:00", "Child, £2.50, a visit", "You can ask by yourself.", "Autism group hall", "1 Street",
        "These details are from January 2026.", "From: A test.",
    ):  # fmt: skip
        assert said in page.text, said
    links = {link.get("href") for link in page.all("a")}
    assert {"tel:+441914960000", "mailto:a@group.org.uk", "https://group.org.uk/", "/services"} <= links
    assert page.all("link")[-1]["href"] == f"/open-referral/v3/services/{ident('Autism group')}"


def test_what_is_unknown_is_not_shown_and_another_way_is(client):
    page = Read(client.get(f"/services/{ident('Toy library')}", headers=BROWSER).text)
    assert "We know no phone number" in page.text and "SENDIASS" in page.text
    shown = {" ".join(words.split()) for words in page.words}
    assert (
        not shown & {"Ages", "Cost", "When", "Phone", "E-mail", "Languages", "None"} and "Also called" not in page.text
    )
    assert "This may be out of date" not in page.text


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [("Closed club", 410, "has closed"), ("Gone club", 410, "has closed"), ("x", 404, "could not find")],
)
def test_what_is_not_shown_gets_a_kind_page(client, name, status, text):
    response = client.get(f"/services/{ident(name)}", headers=BROWSER)
    assert response.status_code == status and text in response.text


def test_a_feed_cannot_put_markup_in_the_page(client, store):
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    with opened(store) as session:
        add_service(session, "Nasty", description=nasty, alert=nasty, url="javascript:alert(1)", fees=nasty)
        session.commit()
    for address in ("/services", f"/services/{ident('Nasty')}", f"/services?q={nasty}&place={nasty}"):
        page = Read(client.get(address, headers=BROWSER).text)
        assert not any("onerror" in attributes for _, attributes in page.tags) and page.all("script") == []
        assert not any("javascript:" in str(link.get("href")) for link in page.all("a"))


def test_old_details_say_so(client, store):
    with opened(store) as session:
        add_service(session, "Old", last_checked=date.today() - timedelta(days=800))
        add_service(session, "Unchecked", last_checked=None)
        session.commit()
    for name in ("Old", "Unchecked"):
        assert "This may be out of date" in client.get(f"/services/{ident(name)}", headers=BROWSER).text
    assert "We do not know when these" in client.get(f"/services/{ident('Unchecked')}", headers=BROWSER).text


def test_the_lists_that_places_come_from_are_named(client):
    text = look(client).text
    assert "GeoNames" in text and "Office for National Statistics" in text and "Open Government Licence" in text


def test_a_missing_list_of_places_is_told(client, monkeypatch):
    def missing(*_):
        raise PlacesMissing("none")

    monkeypatch.setattr("bot.gateway.services.pages.read_form", missing)
    response = client.get("/services?q=toys", headers=BROWSER)
    assert response.status_code == 503 and "cannot look up places" in response.text
