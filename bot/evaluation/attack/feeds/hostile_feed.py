"""A server of Local Offer records that means harm, on loopback: redirections, bombs, pages without end."""

from __future__ import annotations

import gzip
import json
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

SECRET = "SECRET OF AN INTERNAL SERVICE"
_MEGABYTE = b" " * 2**20


def good_feed(name: str, ident: str = "one") -> bytes:
    """Return a feed with one service."""
    return json.dumps({"contents": [{"id": ident, "name": name, "status": "active", "description": name}]}).encode()


class _Server(BaseHTTPRequestHandler):
    """Answers by the address's first word. `seen` are the addresses asked for; `elsewhere` is another server's."""

    protocol_version = "HTTP/1.0"
    seen: ClassVar[list[str]] = []
    elsewhere: ClassVar[str] = ""

    def do_GET(self) -> None:
        """Answer as the address says."""
        self.seen.append(self.path)
        word = self.path.split("?")[0].strip("/").split("/")[0].replace("-", "_")
        with suppress(BrokenPipeError, ConnectionResetError):
            getattr(self, f"_{word}", self._good)()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""

    def _answer(self, content: bytes, **headers: str) -> None:
        self.send_response(200)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def _good(self) -> None:
        self._answer(good_feed("A good service"))

    def _internal(self) -> None:
        self._answer(good_feed(SECRET))

    def _redirect(self) -> None:
        self._send_to(f"{self.elsewhere}/internal")

    def _redirect_user(self) -> None:
        self._send_to(f"{self.elsewhere}/internal".replace("127.0.0.3", "127.0.0.1@127.0.0.3"))

    def _redirect_number(self) -> None:
        self._send_to(f"{self.elsewhere}/internal".replace("127.0.0.3", "2130706435"))

    def _redirect_file(self) -> None:
        self._send_to("file:///etc/hostname")

    def _redirect_twice(self) -> None:
        self._send_to("/redirect")

    def _redirect_loop(self) -> None:
        self._send_to("/redirect-loop")

    def _send_to(self, address: str) -> None:
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def _bomb(self) -> None:
        self._answer(gzip_bomb(700), Content_Encoding="gzip")

    def _bomb_deflate(self) -> None:
        packer = zlib.compressobj(9)
        packed = b"".join(packer.compress(_MEGABYTE) for _ in range(700)) + packer.flush()
        self._answer(packed, Content_Encoding="deflate")

    def _bomb_twice(self) -> None:
        self._answer(gzip.compress(gzip_bomb(700)), Content_Encoding="gzip, gzip")

    def _endless(self) -> None:
        self._answer(b'{"contents": [')
        while True:
            self.wfile.write(_MEGABYTE)

    def _slow(self) -> None:
        self._answer(b'{"contents": [')
        while True:
            self.wfile.write(b" ")
            time.sleep(1.0)

    def _slow_head(self) -> None:
        while True:
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX: " if self.seen else b"a")
            time.sleep(1.0)

    def _deep(self) -> None:
        self._answer(b'{"contents": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")

    def _deep_objects(self) -> None:
        self._answer(b'{"contents": [' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}")

    def _deep_record(self) -> None:
        inner = '{"extent":' * 900 + "1" + "}" * 900
        self._answer(
            f'{{"contents": [{{"id": "deep", "name": "deep", "status": "active", "more": {inner}}}]}}'.encode()
        )

    def _long_name(self) -> None:
        self._answer(good_feed("n" * 30_000_000))

    def _long_number(self) -> None:
        self._answer(b'{"contents": [], "total": ' + b"9" * 100_000 + b"}")

    def _many(self) -> None:
        records = [{"id": str(number), "name": f"s{number}", "status": "active"} for number in range(200_000)]
        self._answer(json.dumps({"contents": records, "totalPages": 1_000_000}).encode())


@lru_cache
def gzip_bomb(megabytes: int) -> bytes:
    """Return very little that unpacks to so much."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(_MEGABYTE) for _ in range(megabytes)) + packer.flush()


@contextmanager
def hostile_server(address: str = "127.0.0.1", elsewhere: str = "") -> Iterator[tuple[str, list[str]]]:
    """Serve on a free port of an address; yield its URL and the list of what is asked for."""
    handler = type("Handler", (_Server,), {"seen": [], "elsewhere": elsewhere})
    server = ThreadingHTTPServer((address, 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{address}:{server.server_port}", handler.seen  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
