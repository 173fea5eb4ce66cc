"""A feed on a local HTTP server, which a test can change and break."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Breakage = Callable[["_Handler", bytes], None]


class FeedServer:
    """Serves `records` as Open Referral UK 3.0 at `address`, page by page, with ETags.

    `broken` maps a path with its page ("/services?page=2", "/services/ID") to what to do instead of answering, and how
    often (None: always). `names_only`: the list has names only, the rest is at /services/{id}.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.records: list[dict[str, Any]] = []
        self.names_only = False
        self.with_etags = True
        self.broken: dict[str, tuple[Breakage, int | None]] = {}
        self.asked: Counter[str] = Counter()
        self.queries: list[dict[str, list[str]]] = []
        self.statuses: Counter[int] = Counter()
        handler = type("Handler", (_Handler,), {"feed": self})
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        kind = _Server6 if ":" in host else ThreadingHTTPServer
        self._http = kind((host, port), handler)
        self.port = self._http.server_port
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self.port}/services"

    def __enter__(self) -> FeedServer:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def forget(self) -> None:
        """Start counting anew what is asked."""
        self.asked.clear()
        self.queries.clear()
        self.statuses.clear()

    def answer(self, path: str, query: dict[str, list[str]]) -> Any:
        """Return the JSON for a path, or None where there is nothing."""
        if path != "/services":
            return next((one for one in self.records if path == f"/services/{one['id']}"), None)
        records = self.records
        if "modified_after" in query:
            records = [one for one in records if one["last_modified"] > query["modified_after"][0]]
        page, size = int(query.get("page", ["1"])[0]), int(query.get("per_page", ["10"])[0])
        listed = records[(page - 1) * size : page * size]
        if self.names_only:
            listed = [
                {key: one[key] for key in ("id", "name", "status", "last_modified") if key in one} for one in listed
            ]
        return {
            "total_items": len(records),
            "total_pages": -(-len(records) // size),
            "page_number": page,
            "size": len(listed),
            "contents": listed,
        }


class _Server6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    feed: FeedServer

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server asks for
        """Answer, or break as the test wants it."""
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        what = parts.path + (f"?page={query['page'][0]}" if "page" in query else "")
        self.feed.asked[what] += 1
        self.feed.queries.append(query)
        self.feed.paths.append(self.path)
        self.feed.headers.append(dict(self.headers))
        answer = self.feed.answer(parts.path, query)
        body = json.dumps(answer).encode()
        breakage, times = self.feed.broken.get(what, (None, 0))
        if breakage and (times is None or times > 0):
            self.feed.broken[what] = (breakage, None if times is None else times - 1)
            breakage(self, body)
            return
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if answer is None:
            self.send(404, b"{}")
        elif self.feed.with_etags and self.headers.get("If-None-Match") == etag:
            self.send(304, b"")
        else:
            self.send(200, body, {"ETag": etag} if self.feed.with_etags else {})

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.feed.statuses[status] += 1
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def cut_off(handler: _Handler, body: bytes) -> None:
    """Promise the whole page and hang up after half of it."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    handler.connection.close()


def malformed(handler: _Handler, body: bytes) -> None:
    """Send half a page as if it were whole."""
    handler.send(200, body[: len(body) // 2])


def a_page_of_html(handler: _Handler, body: bytes) -> None:
    """Send a page of a web site instead of the feed."""
    handler.send(200, b"<!doctype html><p>We are working on our site.")


def status(number: int, headers: dict[str, str] | None = None) -> Breakage:
    """Return a breakage that answers with an HTTP status."""

    def break_it(handler: _Handler, body: bytes) -> None:
        handler.send(number, b"{}", headers)

    return break_it


def sent_on(where: str, number: int = 302) -> Breakage:
    """Return a breakage that sends the reader on to another address."""
    return status(number, {"Location": where})


def packed(content: bytes, coding: str = "gzip") -> Breakage:
    """Return a breakage that answers with content that is already packed."""

    def break_it(handler: _Handler, body: bytes) -> None:
        handler.send(200, content, {"Content-Encoding": coding})

    return break_it


def plain(content: bytes) -> Breakage:
    """Return a breakage that answers with this content."""

    def break_it(handler: _Handler, body: bytes) -> None:
        handler.send(200, content)

    return break_it


def without_end(piece: bytes, pause_s: float = 0.0, in_head: bool = False, is_chunked: bool = False) -> Breakage:
    """Return a breakage that sends a piece again and again until the reader hangs up."""

    def break_it(handler: _Handler, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" if is_chunked else b"HTTP/1.0 200 OK\r\n\r\n"
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX: " if in_head else head)
        with contextlib.suppress(OSError):
            while True:
                handler.wfile.write(piece)
                handler.wfile.flush()
                time.sleep(pause_s)

    return break_it
