"""Does a request come from one of our own pages, or from another website? The one place that tells.

Browsers say it themselves: in `Sec-Fetch-Site` (Chrome from 76, Firefox from 90, Safari from 16.4) or, before those, in
`Origin`, which Chrome, Safari and Firefox from 70 (October 2019) send with every form post and every POST of a script. No
page can leave either out or change it. A request with neither comes from a program, or from a browser older than that.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from bot.settings import Settings

CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}


def may_change_something(request: Request, settings: Settings) -> bool:
    """Tell whether the request may do more than read: its browser says that it comes from our own page, or it has none.

    Where the browser says "same-origin" its word is enough: a proxy may have changed the host that we see.
    """
    said = request.headers.get("sec-fetch-site", "none")
    if said != "none":
        return said == "same-origin"
    # "none" is a person's own doing, such as loading a page again: no page can cause it.
    origin = request.headers.get("origin")
    return origin is None or _is_ours(origin, request, settings)


def is_from_another_site(request: Request) -> bool:
    """Tell whether the browser says that another site's page, or a link there, asks for this."""
    return request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def is_on_https(request: Request, settings: Settings) -> bool:
    """Tell whether the browser is on https, also behind a proxy that says nothing of it."""
    addresses = (settings.public_url, request.headers.get("origin", ""))
    return request.scope["scheme"] == "https" or any(address.startswith("https:") for address in addresses)


def _is_ours(origin: str, request: Request, settings: Settings) -> bool:
    """Compare an `Origin` with the guide's address for the public, and with the host that was asked.

    "null", which a sandboxed frame sends and a page that hides where it is, is nobody's.
    """
    theirs = _parts(origin)
    if theirs is None or (theirs[0] == "http" and request.scope["scheme"] == "https"):
        return False  # whoever sits on the line can write a page at http://
    return theirs in (_parts(settings.public_url), _parts(f"{theirs[0]}://{request.headers.get('host', '')}"))


def _parts(address: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an http or https address; None for anything else."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in _PORTS or not parts.hostname:
            return None
        return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None
