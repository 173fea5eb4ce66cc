"""Connections that are slow, half open or too many: uvicorn keeps them for ever, this protocol does not.

uvicorn has a time limit for a connection that is idle after an answer, and none for a head that never ends or for
somebody who never reads. Time limits for bodies are in `bot.gateway.web.gate`.
"""

from __future__ import annotations

import asyncio
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.privacy.network_addresses import network_of

HEAD_WITHIN_S = 10.0
READ_WITHIN_S = 30.0
MOST_CONNECTIONS = 800
MOST_CONNECTIONS_EACH = 64
# Each connection is a file, and so are databases and calls to Rasa.
FILES = 4096


@dataclass
class Connections:
    """How many connections are open, of all and of each asker; those of trusted proxies count for all only."""

    trusted: list[IPv4Network | IPv6Network]
    refused: Callable[[], None] = lambda: None
    most: int = MOST_CONNECTIONS
    most_each: int = MOST_CONNECTIONS_EACH
    head_within_s: float = HEAD_WITHIN_S
    read_within_s: float = READ_WITHIN_S
    total: int = 0
    of_asker: Counter[str] = field(default_factory=Counter)

    def opened(self, address: str) -> bool:
        """Count a connection; False where it must be refused, and is then not counted."""
        asker = network_of(address)
        is_one_too_many = self.of_asker[asker] >= self.most_each and not self.is_trusted(address)
        if self.total >= self.most or is_one_too_many:
            self.refused()
            return False
        self.total += 1
        self.of_asker[asker] += 1
        return True

    def closed(self, address: str) -> None:
        """Count a connection no longer."""
        asker = network_of(address)
        self.total -= 1
        self.of_asker[asker] -= 1
        if self.of_asker[asker] <= 0:
            del self.of_asker[asker]

    def is_trusted(self, address: str) -> bool:
        """Tell whether a proxy that may name other addresses is at this one."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.trusted)


def guarded_protocol(connections: Connections) -> type[HttpToolsProtocol]:
    """Return uvicorn's HTTP protocol with these bounds."""

    class Guarded(HttpToolsProtocol):
        _address: str | None = None
        _timer: asyncio.TimerHandle | None = None
        _write_timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            peer = transport.get_extra_info("peername")
            address = str(peer[0]) if peer else ""
            if not connections.opened(address):
                transport.abort()
                return
            self._address = address
            super().connection_made(transport)
            self._expect_head()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._address is None:
                return
            connections.closed(self._address)
            self._address = None
            self._head_came()
            self.resume_writing()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._address is None:
                return
            super().data_received(data)
            if self.cycle is None or self.cycle.response_complete:
                self._expect_head()

        def on_headers_complete(self) -> None:
            self._head_came()
            super().on_headers_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            if self._write_timer is None:
                self._write_timer = self.loop.call_later(connections.read_within_s, self.transport.abort)

        def resume_writing(self) -> None:
            if self._write_timer is not None:
                self._write_timer.cancel()
                self._write_timer = None
            super().resume_writing()

        def _expect_head(self) -> None:
            if self._timer is None:
                self._timer = self.loop.call_later(connections.head_within_s, self._head_is_late)

        def _head_came(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _head_is_late(self) -> None:
            self._timer = None
            if not self.transport.is_closing():
                self.transport.close()

    return Guarded


def allow_files() -> None:
    """Let this process open as many files as its connections need, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def serving_options(connections: Connections) -> dict[str, Any]:
    """Return what `uvicorn.run` must be told: the protocol, and that only the application reads forwarded addresses."""
    return {"http": guarded_protocol(connections), "proxy_headers": False, "ws": "none"}
