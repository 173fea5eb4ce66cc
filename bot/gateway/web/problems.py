"""Errors as RFC 9457 problem details: what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse

from bot.gateway.web.described import MEDIA_TYPE
from bot.guidance.wording import wording
from bot.turn.refusals import Reason, Refused


class Problem(Exception):
    """A request that cannot be served. `detail` says what to do; `retry_after` is in seconds."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after


_STATUS: dict[Reason, int] = {
    "unknown_conversation": 400,
    "empty": 422,
    "too_long": 422,
    "too_many": 429,
    "unknown_button": 422,
    "key_used": 422,
    "nobody_asks": 404,
    "unknown_verdict": 422,
    "answer_not_given": 422,
}


@contextmanager
def refused_as_problem() -> Iterator[None]:
    """Raise what the conversation refuses in here as a Problem."""
    try:
        yield
    except Refused as refused:
        raise problem_of(refused) from refused


def problem_of(refused: Refused) -> Problem:
    """Return what the web says of something that is not taken."""
    return Problem(_STATUS[refused.reason], refused.sentence, refused.retry_after_s)


def problem_response(status: int, detail: str, retry_after: int | None = None) -> JSONResponse:
    """Return a problem-details response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else None
    return JSONResponse(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


async def handle_problem(request: Request, error: Exception) -> JSONResponse:
    """Turn a Problem, or what the conversation refused, into its response."""
    problem = problem_of(error) if isinstance(error, Refused) else error
    assert isinstance(problem, Problem)
    return problem_response(problem.status, said_to(request, problem.detail), problem.retry_after)


def said_to(request: Request, detail: str) -> str:
    """Return why a request is refused; where it held what somebody typed, with what to do in danger: nobody read it."""
    path = request.url.path
    is_typed = request.method == "POST" and (path in ("/", "/api/chat") or path.startswith("/handover"))
    return f"{detail} {wording('error.in_danger')}" if is_typed else detail
