"""What the directory's API for programs takes and answers, as docs/api.md describes it."""

from __future__ import annotations

from typing import Any

from bot.gateway.web.described import TOO_MANY, UNAVAILABLE, problems

WRONG_PARAMETER = "A parameter is wrong; the sentence says which and what is wanted."
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page: `total_items`, `total_pages`, `page_number`, `size`, `contents` and so on."}
}
_ENTRY: dict[int | str, dict[str, Any]] = {200: {"description": "The entry, in the standard's form."}}
LISTED = _PAGE | problems({422: WRONG_PARAMETER, 429: TOO_MANY, 503: UNAVAILABLE})
SINGLE = _ENTRY | problems({404: "There is none with this id.", 422: WRONG_PARAMETER, 429: TOO_MANY, 503: UNAVAILABLE})
SERVICE = SINGLE | problems({410: "The service was there once, and is closed or withdrawn."})

_PARAMETERS = {
    "page": "the page, from 1",
    "per_page": "entries on a page: 50, at most 100",
    "format": "`ndjson` for all of them at once, one on a line; else `json`",
    "search": "words that must all be in the name or description",
    "taxonomy_id": "only what has a term of this taxonomy",
    "taxonomy_term_id": "only what has this term",
    "organization_id": "only what this organisation runs",
    "modified_after": "only what changed later than this date or moment (ISO 8601)",
    "minimal": "`true`: ids and dates alone, up to 10,000 on a page",
    "full": "`true`: each entry with all that belongs to it",
    "full_service": "`true`: with each service as a whole",
    "parent_id": "only terms right below this one",
    "top_only": "`true`: only terms that stand below none",
    "postcode": "places near this postcode first, with their distance",
    "proximity": "with `postcode`: only within so many metres",
}
_PAGES = ("page", "per_page", "format")
_FILTERS = ("search", "taxonomy_id", "taxonomy_term_id", "organization_id", "modified_after")


def _takes(*names: str) -> dict[str, Any]:
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": words}
            for name, words in _PARAMETERS.items()
            if name in names
        ]
    }


SERVICES = _takes(*_PAGES, *_FILTERS, "minimal", "full")
ORGANIZATIONS = _takes(*_PAGES, "search", "full", "full_service")
ORGANIZATION = _takes("full_service")
TAXONOMIES = _takes(*_PAGES, "search")
TERMS = _takes(*_PAGES, "search", "taxonomy_id", "parent_id", "top_only")
SERVICE_AT_LOCATIONS = _takes(*_PAGES, *_FILTERS, "full", "postcode", "proximity")
