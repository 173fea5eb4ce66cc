"""The directory as an Open Referral UK 3.0 API: read-only, for other directories to take records from."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from bot.directory.publishing import open_referral as hsds
from bot.directory.publishing.json_values import Json
from bot.directory.publishing.published import Filters, Near, Parts, Published, Slice, distance_m
from bot.directory.records.models import Organization
from bot.directory.records.places import PlacesMissing, gazetteer
from bot.gateway.services import described
from bot.gateway.web.lanes import SearchRoute
from bot.gateway.web.problems import Problem
from bot.guidance.wording import wording
from bot.times import with_zone

log = logging.getLogger(__name__)

ROOT = "/open-referral/v3"
PER_PAGE = 50
MOST_PER_PAGE = 100
MOST_MINIMAL = 10_000
STREAM_PAGE = 200
MAX_AGE_S = 300
# On every reply, errors too: any site may read what is public.
SHARED_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
Ident = Annotated[str, Path(description="its id, a UUID")]
Locate = Callable[[str], tuple[float, float] | None]


def point_of(postcode: str) -> tuple[float, float] | None:
    """Return latitude and longitude of a postcode, or None; a Problem (503) where this guide has no list of them."""
    try:
        place = gazetteer().postcode(postcode)
    except PlacesMissing:
        log.error("there is no list of places: run `make setup`")
        raise Problem(503, wording("services.api.no_places")) from None
    return place.point if place else None


def router(published: Published, locate: Locate = point_of) -> APIRouter:
    """Return the routes. `locate` gives the latitude and longitude of a postcode, or None where it knows none."""
    routes = APIRouter(prefix=ROOT, route_class=SearchRoute)

    @routes.options("/{path:path}", include_in_schema=False)
    def preflight(path: str) -> Response:
        """Tell a browser that other sites may read, and no more."""
        allowed = {"Access-Control-Allow-Methods": "GET", "Access-Control-Max-Age": "86400", "Allow": "GET, OPTIONS"}
        return Response(status_code=204, headers=allowed)

    @routes.get("/", summary="Which version of the standard it follows", response_description="The version.")
    def details(request: Request) -> Response:
        """Give the version, the profile, and where the standard is described."""
        about = {"version": hsds.VERSION, "profile": hsds.PROFILE, "openapi_url": hsds.OPENAPI}
        return _reply(request, about)

    @routes.get("/services", summary="List services", responses=described.LISTED, openapi_extra=described.SERVICES)
    def services(request: Request) -> Response:
        """Give the services that run, a page at a time. Closed and withdrawn ones are left out."""
        asked = _Asked(request)
        filters = asked.filters()
        parts: Parts = "minimal" if asked.flag("minimal") else "full" if asked.flag("full") else "summary"
        # Who only asks what changed wants to know it of all, in one page.
        most, usual = (MOST_MINIMAL, MOST_MINIMAL) if parts == "minimal" else (MOST_PER_PAGE, PER_PAGE)
        return _listing(
            asked,
            published,
            lambda session, page, size: published.services(session, filters, page, size, parts),
            {"minimal": hsds.service_minimal, "summary": hsds.service_summary, "full": hsds.service_full}[parts],
            most,
            usual,
        )

    @routes.get("/services/{ident}", summary="One service", responses=described.SERVICE)
    def service(request: Request, ident: Ident) -> Response:
        """Give a service with all that belongs to it."""
        with published.session() as session:
            found = published.service(session, ident)
            if found is None:
                raise Problem(404, wording("services.api.no_service"))
            if not published.is_shown(session, found):
                raise Problem(410, wording("services.api.gone"))
            return _reply(request, hsds.service_full(found), found.updated_at)

    @routes.get(
        "/organizations",
        summary="List organisations",
        responses=described.LISTED,
        openapi_extra=described.ORGANIZATIONS,
    )
    def organizations(request: Request) -> Response:
        """Give the organisations that run services, a page at a time."""
        asked = _Asked(request)
        search, full, whole = asked.text("search"), asked.flag("full"), asked.flag("full_service")

        return _listing(
            asked,
            published,
            lambda session, page, size: published.organizations(session, search, page, size),
            lambda row: _organization(published, row, whole) if full or whole else hsds.organization_summary(row),
        )

    @routes.get(
        "/organizations/{ident}",
        summary="One organisation",
        responses=described.SINGLE,
        openapi_extra=described.ORGANIZATION,
    )
    def organization(request: Request, ident: Ident) -> Response:
        """Give an organisation with its services."""
        whole = _Asked(request).flag("full_service")
        return _single(
            request,
            published,
            lambda session: published.organization(session, ident),
            lambda row: _organization(published, row, whole),
            "no_organization",
        )

    @routes.get(
        "/taxonomies", summary="List taxonomies", responses=described.LISTED, openapi_extra=described.TAXONOMIES
    )
    def taxonomies(request: Request) -> Response:
        """Give the lists of words that services are sorted by."""
        asked = _Asked(request)
        search = asked.text("search")
        return _listing(
            asked,
            published,
            lambda session, page, size: published.taxonomies(session, search, page, size),
            hsds.taxonomy_summary,
        )

    @routes.get("/taxonomies/{ident}", summary="One taxonomy", responses=described.SINGLE)
    def taxonomy(request: Request, ident: Ident) -> Response:
        """Give a taxonomy."""
        return _single(
            request, published, lambda session: published.taxonomy(session, ident), hsds.taxonomy_full, "no_taxonomy"
        )

    @routes.get("/taxonomy_terms", summary="List terms", responses=described.LISTED, openapi_extra=described.TERMS)
    def terms(request: Request) -> Response:
        """Give the words of taxonomies: needs, kinds, who a service suits."""
        asked = _Asked(request)
        search, of, below, top = (
            asked.text("search"),
            asked.text("taxonomy_id"),
            asked.text("parent_id"),
            asked.flag("top_only"),
        )
        return _listing(
            asked,
            published,
            lambda session, page, size: published.terms(session, search, page, size, of, below, top),
            hsds.term_json,
        )

    @routes.get("/taxonomy_terms/{ident}", summary="One term", responses=described.SINGLE)
    def term(request: Request, ident: Ident) -> Response:
        """Give a term."""
        return _single(request, published, lambda session: published.term(session, ident), hsds.term_json, "no_term")

    @routes.get(
        "/service_at_locations",
        summary="List services at places",
        responses=described.LISTED,
        openapi_extra=described.SERVICE_AT_LOCATIONS,
    )
    def service_at_locations(request: Request) -> Response:
        """Give which service is at which place; with a `postcode`, the nearest first."""
        asked = _Asked(request)
        filters, full, near = asked.filters(), asked.flag("full"), asked.near(locate)
        as_json = hsds.service_at_location_full if full else hsds.service_at_location_summary
        return _listing(
            asked,
            published,
            lambda session, page, size: published.service_at_locations(session, filters, near, page, size, full),
            lambda entry: as_json(entry, distance_m(near, entry.location) if near else None),
        )

    @routes.get("/service_at_locations/{ident}", summary="One service at a place", responses=described.SINGLE)
    def service_at_location(request: Request, ident: Ident) -> Response:
        """Give a service at a place with all that belongs to both."""
        return _single(
            request,
            published,
            lambda session: published.service_at_location(session, ident),
            hsds.service_at_location_full,
            "no_service_at_location",
            lambda row: row.service.updated_at,
        )

    return routes


class _Asked:
    """The parameters of a request, each checked; a Problem (422) says which is wrong and what is wanted."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def text(self, name: str) -> str:
        text = self.request.query_params.get(name, "").strip()
        if "\0" in text or len(text) > 200:
            raise Problem(422, wording("services.api.bad_text", name=name))
        return text

    def flag(self, name: str) -> bool:
        text = self.text(name).lower()
        if text not in ("", "true", "false", "1", "0"):
            raise Problem(422, wording("services.api.bad_flag", name=name))
        return text in ("true", "1")

    def number(self, name: str, default: int, most: int) -> int:
        text = self.text(name)
        if text and not (text.isascii() and text.isdecimal() and int(text[:9]) >= 1 and len(text) < 9):
            raise Problem(422, wording("services.api.bad_number", name=name))
        return min(int(text), most) if text else default

    def filters(self) -> Filters:
        return Filters(
            search=self.text("search"),
            taxonomy_term_id=self.text("taxonomy_term_id") or None,
            taxonomy_id=self.text("taxonomy_id") or None,
            organization_id=self.text("organization_id") or None,
            modified_after=self._moment("modified_after"),
        )

    def near(self, locate: Locate) -> Near | None:
        postcode, within = self.text("postcode"), self.number("proximity", 0, 10**7)
        if not postcode:
            if within:
                raise Problem(422, wording("services.api.proximity_alone"))
            return None
        point = locate(postcode)
        if point is None:
            raise Problem(422, wording("services.api.bad_postcode"))
        return Near(*point, radius_m=float(within) if within else None)

    def as_lines(self) -> bool:
        text = self.text("format").lower()
        if text not in ("", "json", "ndjson"):
            raise Problem(422, wording("services.api.bad_format"))
        return text == "ndjson"

    def _moment(self, name: str) -> datetime | None:
        text = self.text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError:
            raise Problem(422, wording("services.api.bad_moment", name=name)) from None
        return with_zone(moment)


def _listing(
    asked: _Asked,
    published: Published,
    read: Callable[[Any, int, int], Slice[Any]],
    as_json: Callable[[Any], Json],
    most: int = MOST_PER_PAGE,
    usual: int = PER_PAGE,
) -> Response:
    page, size = asked.number("page", 1, 10**8), asked.number("per_page", usual, most)
    if asked.as_lines():
        lines = _lines(published, read, as_json)
        return StreamingResponse(lines, media_type="application/x-ndjson")
    with published.session() as session:
        found = read(session, page, size)
        body = hsds.page_of([as_json(row) for row in found.rows], found.total, page, size)
    response = _reply(asked.request, body, found.changed_at)
    links = _links(asked.request, page, body["total_pages"])
    if links:
        response.headers["Link"] = links
    return response


def _single(
    request: Request,
    published: Published,
    find: Callable[[Any], Any],
    as_json: Callable[[Any], Json],
    missing: str,
    changed_at: Callable[[Any], datetime | None] = lambda row: None,
) -> Response:
    """Return one row as JSON; a Problem (404), worded as `missing`, where there is none."""
    with published.session() as session:
        found = find(session)
        if found is None:
            raise Problem(404, wording(f"services.api.{missing}"))
        return _reply(request, as_json(found), changed_at(found))


def _lines(
    published: Published, read: Callable[[Any, int, int], Slice[Any]], as_json: Callable[[Any], Json]
) -> Iterator[str]:
    """Yield every row as a line of JSON, read a page at a time."""
    page, total = 1, None
    while total is None or (page - 1) * STREAM_PAGE < total:
        with published.session() as session:
            found = read(session, page, STREAM_PAGE)
            yield from (_dump(as_json(row)) + "\n" for row in found.rows)
        page, total = page + 1, found.total


def _links(request: Request, page: int, pages: int) -> str:
    """Return the Link header (RFC 8288) to the first, previous, next and last page."""
    numbers = {"first": 1, "prev": page - 1, "next": page + 1, "last": pages}
    return ", ".join(
        f'<{request.url.path}?{request.url.include_query_params(page=number).query}>; rel="{name}"'
        for name, number in numbers.items()
        if 1 <= number <= pages and number != page
    )


def _organization(published: Published, organization: Organization, whole: bool) -> Json:
    as_json = hsds.service_full if whole else hsds.service_summary
    return hsds.organization_full(organization, map(as_json, published.services_of(organization, whole)))


def _dump(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _reply(request: Request, body: Json, changed_at: datetime | None = None) -> Response:
    """Return JSON that a cache may keep, or 304 where the reader has it already."""
    content = _dump(body).encode()
    headers = {
        "Cache-Control": f"public, max-age={MAX_AGE_S}",
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    }
    if changed_at:
        aware = with_zone(changed_at)
        headers["Last-Modified"] = format_datetime(aware.astimezone(UTC).replace(microsecond=0), usegmt=True)
    if _has_it(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def _has_it(request: Request, headers: dict[str, str]) -> bool:
    """Tell whether the reader's copy is the same. Only the tag tells: a record that goes leaves no newer date behind."""
    tags = request.headers.get("if-none-match")
    return tags is not None and bool(
        {headers["ETag"], "*"} & {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    )
