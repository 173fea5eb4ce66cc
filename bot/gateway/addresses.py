"""Where a request comes from."""

from __future__ import annotations

from fastapi import Request

UNKNOWN = "unknown"


def address_of(request: Request) -> str:
    """Return the address of who sent the request, or UNKNOWN."""
    return request.client.host if request.client else UNKNOWN
