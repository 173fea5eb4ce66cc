"""Requests of the guide to others, with limits: where they may go, how much may come back, and how long it may take.

What is asked is named by operators, but what answers is not ours: it may send us on, never end, or unpack to gigabytes.
Each connection is made to an address that was checked (`bot.public_addresses`), at every redirect and every look-up.
"""

from __future__ import annotations

import io
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ReadTimeoutError
from urllib3.util.ssl_ import create_urllib3_context

from bot.public_addresses import Network, NotAllowed, NotPublic, Reach, Target, is_this_machine, networks
from bot.settings import Settings

MOST_REDIRECTS = 5
MEGABYTE = 1_000_000
_PIECE = 65_536
_REDIRECTS = frozenset([301, 302, 303, 307, 308])
# What may go to another host when we are sent on: nothing that tells it about the first.
_FOR_EVERYBODY = frozenset(["user-agent", "accept"])


class Stopped(requests.RequestException):
    """A request was given up by a limit of ours; the text says which, `limit` its kind: place, size, time or other."""

    def __init__(self, text: str, limit: str) -> None:
        super().__init__(text)
        self.limit = limit


@dataclass(frozen=True)
class Limits:
    """What an answer may cost: bytes sent and unpacked, seconds without a sign of life, and seconds in all."""

    sent_bytes: int
    unpacked_bytes: int
    step_s: float
    total_s: float


@dataclass(frozen=True)
class Ways:
    """How requests leave: a proxy's address, a file of certificates to trust, and private networks that feeds may lie in.

    Nothing of it is taken from the environment that other programs share (HTTPS_PROXY, REQUESTS_CA_BUNDLE, netrc).
    """

    networks: tuple[Network, ...] = ()
    proxy: str = ""
    ca_file: str = ""


_PLAIN = Ways()


def ways_of(settings: Settings) -> Ways:
    """Return the ways that the settings allow."""
    return Ways(networks(settings.feed_networks), settings.outgoing_proxy, settings.outgoing_ca_file)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class _Clock:
    ends_at: float
    step_s: float
    total_s: float

    def left_s(self) -> float:
        """Return how long the next step may take; raise TimeoutError where there is no time left."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time left")
        return min(left, self.step_s)


_CLOCK: ContextVar[_Clock | None] = ContextVar("clock of a request", default=None)


class _TimedSocket(socket.socket):
    """Waits no longer than the request as a whole may take, however little comes at a time."""

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        _set_timeout(self)
        return super().recv_into(*arguments, **named)


class _TimedTlsSocket(ssl.SSLSocket):
    def recv_into(self, *arguments: Any, **named: Any) -> int:
        _set_timeout(self)
        return super().recv_into(*arguments, **named)


def _set_timeout(connected: socket.socket) -> None:
    clock = _CLOCK.get()
    if clock:
        connected.settimeout(clock.left_s())


class CheckedAdapter(HTTPAdapter):
    """Sends requests of the `requests` library within a reach and limits; the answer is read whole, or Stopped is raised.

    Safe to share between threads. Through a proxy it is the proxy that looks hosts up: what stays here is the check of
    how an address is written.
    """

    def __init__(self, reach: Reach, limits: Limits, ways: Ways = _PLAIN) -> None:
        """Nothing is connected to yet."""
        self._reach, self._limits, self._ways = reach, limits, ways
        super().__init__(max_retries=0)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Make connections that check the address which they connect to."""
        super().init_poolmanager(*arguments, ssl_context=_tls(), **named)
        self.poolmanager.pool_classes_by_scheme = _pools(self._reach)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        """Make connections to the proxy, wherever it is: an operator named it."""
        manager = super().proxy_manager_for(proxy, ssl_context=_tls(), **named)
        manager.pool_classes_by_scheme = _pools(None)
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request and read the answer, or with `stream` only its head; the other arguments are set when made."""
        request.headers["Accept-Encoding"] = "gzip, deflate"
        with self.timed() as clock:
            try:
                target = self._reach.check(str(request.url))
                proxy = "" if is_this_machine(target.host) else self._ways.proxy
                through = {"http": proxy, "https": proxy} if proxy else {}
                step_s = clock.left_s()
                response = super().send(request, True, (step_s, step_s), self._ways.ca_file or True, None, through)
                self._read(response, stream)
            except NotAllowed as error:
                raise _stopped(error) from error
            except (requests.RequestException, TimeoutError) as error:
                if not isinstance(error, Stopped) and clock.ends_at <= time.monotonic():
                    raise Stopped(f"it took longer than {clock.total_s:g} seconds", "time") from error
                raise
        return response

    @contextmanager
    def timed(self) -> Iterator[_Clock]:
        """Let all that is sent within the block together take no longer than one request may."""
        running = _CLOCK.get()
        limits = self._limits
        clock = running or _Clock(time.monotonic() + limits.total_s, limits.step_s, limits.total_s)
        token = _CLOCK.set(clock)
        try:
            yield clock
        finally:
            _CLOCK.reset(token)

    def _read(self, response: requests.Response, only_head: bool) -> None:
        try:
            coding = response.headers.get("Content-Encoding", "").strip().lower()
            response._content = b"" if only_head else self._unpacked(response.raw, coding)
            response._content_consumed = not only_head  # type: ignore[attr-defined]
        except ReadTimeoutError as error:
            raise requests.ReadTimeout(error) from error
        except HTTPError as error:
            raise requests.exceptions.ChunkedEncodingError(error) from error
        except zlib.error as error:
            raise requests.exceptions.ContentDecodingError(error) from error
        finally:
            response.close()

    def _unpacked(self, raw: Any, coding: str) -> bytes:
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Stopped(f"it is packed as {coding[:40]!r}, which was not asked for", "other")
        unpacker = None if coding in ("", "identity") else _Unpacker(coding)
        sent, whole = 0, io.BytesIO()
        while piece := raw.read(_PIECE, decode_content=False):
            sent += len(piece)
            if sent > self._limits.sent_bytes:
                raise Stopped(f"it is larger than {self._limits.sent_bytes / MEGABYTE:g} MB", "size")
            for part in unpacker.parts(piece) if unpacker else (piece,):
                if whole.tell() + len(part) > self._limits.unpacked_bytes:
                    size = f"{self._limits.unpacked_bytes / MEGABYTE:g} MB"
                    raise Stopped(f"it is larger than {size} when unpacked", "size")
                whole.write(part)
        if unpacker and sent:
            unpacker.check_whole()
        return whole.getvalue()


class Client:
    """Asks within a reach and limits; follows where it is sent on, each time with the same checks."""

    def __init__(self, reach: Reach, limits: Limits, ways: Ways = _PLAIN) -> None:
        """See CheckedAdapter."""
        self._adapter = CheckedAdapter(reach, limits, ways)
        self._reach = reach

    def get(
        self,
        address: str,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        redirects: int = 0,
    ) -> Answer:
        """Return the answer, sent on `redirects` times at most; raise requests.RequestException (Stopped by a limit).

        A redirect that is not followed is an answer like any other. Headers go to the first host only.
        """
        with self._adapter.timed():
            sent = dict(headers or {})
            for _ in range(redirects + 1):
                response = self._send("GET", address, sent, parameters=parameters)
                where = response.headers.get("Location")
                if not redirects or response.status_code not in _REDIRECTS or not where:
                    return _answer(response)
                here = self._checked(str(response.url))
                there = self._checked(urljoin(here.address, where))
                if here.scheme == "https" and there.scheme != "https":
                    raise Stopped("it sends us on from https to http", "other")
                if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
                    sent = {name: value for name, value in sent.items() if name.lower() in _FOR_EVERYBODY}
                address, parameters = there.address, None
        raise Stopped(f"it sends us on more than {redirects} times", "other")

    def post(self, address: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send a body and return the status of the answer; raise requests.RequestException (Stopped by a limit).

        The rest of the answer is not read: however long it is, the body has arrived.
        """
        return self._send("POST", address, headers, body=body, only_head=True).status_code

    def _send(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        parameters: Mapping[str, str | int] | None = None,
        only_head: bool = False,
    ) -> requests.Response:
        asked = self._checked(address).address
        request = requests.Request(method, asked, headers=dict(headers), data=body, params=parameters)
        return self._adapter.send(request.prepare(), stream=only_head)

    def _checked(self, address: str) -> Target:
        try:
            return self._reach.check(address)
        except NotAllowed as error:
            raise _stopped(error) from error


class _Unpacker:
    """Unpacks gzip (of several members, too) and deflate, a bounded piece at a time."""

    def __init__(self, coding: str) -> None:
        self._is_gzip = coding != "deflate"
        self._unpack: Any = None

    def parts(self, piece: bytes) -> Iterator[bytes]:
        """Yield what a piece unpacks to, 64 KiB at most at a time; raise zlib.error."""
        while piece:
            if self._unpack is None or self._unpack.eof:
                self._unpack = self._begin(piece)
            part = self._unpack.decompress(piece, _PIECE)
            piece = self._unpack.unconsumed_tail or self._unpack.unused_data
            if self._unpack.eof and not self._is_gzip:
                piece = b""
            yield part
        while part := self._unpack.decompress(b"", _PIECE) if self._unpack and not self._unpack.eof else b"":
            yield part

    def check_whole(self) -> None:
        """Raise zlib.error where the end is missing."""
        if self._unpack is None or not self._unpack.eof:
            raise zlib.error("it ends too early")

    def _begin(self, piece: bytes) -> Any:
        if self._is_gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        with_head = piece[0] & 0x0F == zlib.DEFLATED  # some servers send deflate without the head of RFC 1950
        return zlib.decompressobj(zlib.MAX_WBITS if with_head else -zlib.MAX_WBITS)


def _stopped(error: NotAllowed) -> Stopped:
    return Stopped(str(error), "place" if isinstance(error, NotPublic) else "other")


def _answer(response: requests.Response) -> Answer:
    return Answer(response.status_code, response.headers, response.content)


def _tls() -> ssl.SSLContext:
    context = create_urllib3_context()
    context.sslsocket_class = _TimedTlsSocket
    return context


def _pools(reach: Reach | None) -> dict[str, type[HTTPConnectionPool]]:
    """Return the kinds of connections that keep within a reach; without one, that may go anywhere (to a proxy)."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, reach)

    class Tls(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _connected(self, reach)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


def _connected(connection: HTTPConnection, reach: Reach | None) -> socket.socket:
    """Return a socket to one of the host's addresses, all of which were checked; raise NotAllowed, urllib3's HTTPError."""
    host, port = connection._dns_host, int(connection.port or 0)
    try:
        found = reach.look_up(host, port) if reach else socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    problem: OSError | None = None
    for family, kind, protocol, _, place in found:
        connected = _TimedSocket(family, kind, protocol)
        try:
            for option in connection.socket_options or ():
                connected.setsockopt(*option)
            _set_timeout(connected)
            connected.connect(place)
            return connected
        except OSError as error:
            connected.close()
            problem = error
    raise NewConnectionError(connection, f"no connection ({type(problem).__name__})") from problem
