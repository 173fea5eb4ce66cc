"""How addresses for programs are described: docs/api.md is written from it (`python -m bot reference api --write`)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"

OTHER_SITE = "A page of another website asks. Nothing was done."
TOO_MANY = "Too much at once. `Retry-After` says after how many seconds to try again."
UNAVAILABLE = (
    "The guide cannot answer now: its database is down, or too many ask at once. Try again after `Retry-After` seconds."
)


class ProblemDetails(BaseModel):
    """What is wrong and what to do (RFC 9457)."""

    type: str = Field(description="always `about:blank`")
    title: str = Field(description="the name of the status")
    status: int = Field(description="the status once more")
    detail: str = Field(description="what is wrong and what to do, in a sentence for people")


def problems(told: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return the refusals of an address for its description: by status, in words."""
    body = {MEDIA_TYPE: {"schema": ProblemDetails.model_json_schema()}}
    return {status: {"description": words, "content": body} for status, words in told.items()}
