"""Which addresses a request of the guide may go to: public ones, and those of its own that an operator named.

The check is of the address that is really connected to (`Reach.look_up` answers the connection itself), so that a name
which means another place from one look-up to the next gains nothing.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
MOST_NETWORKS = 16
LONGEST_ADDRESS = 4000
_PORTS = {"http": 80, "https": 443}


def _networks(*written: str) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in written)


LOOPBACK = _networks("127.0.0.0/8", "::1/128")
PRIVATE = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
# Nobody's, or not for everybody; 168.63.129.16 is a host's inner service on Azure, though its number is a public one.
_SPECIAL = (
    *LOOPBACK,
    *PRIVATE,
    *_networks("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
    *_networks("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    # Within 2000::/3: IETF's own (Teredo among it), documentation, 6to4.
    *_networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)
_PUBLIC_6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # how a network of IPv6 alone names hosts of IPv4
_ISATAP = frozenset([0x00005EFE, 0x02005EFE])
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
_IN_BRACKETS = re.compile(r"\[[0-9a-fA-F:.]+\](?::[0-9]*)?")
_SIGNS = re.compile(r"[\x21-\x7e]+")


class NotAllowed(ValueError):
    """An address may not be asked; the text says which and why."""


@dataclass(frozen=True)
class Target:
    """An address that is written properly: `host` in small ASCII letters, without brackets."""

    address: str
    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class Reach:
    """Where requests may go: public addresses at ports 80 and 443, and the place that an operator named.

    `named` is that place: its own port is allowed, and `networks` beside public ones, for this host alone. So nobody
    who is asked can send us on into a network of ours.
    """

    named: Target
    networks: tuple[Network, ...] = ()

    def check(self, address: str) -> Target:
        """Return where an address leads; raise NotAllowed where its writing or its port tells that we must not go."""
        target = parse(address)
        number = _as_number(target.host)
        if number is not None:
            self._check_number(target.host, number)
        is_named = (target.host, target.port) == (self.named.host, self.named.port)
        if target.port not in _PORTS.values() and not is_named:
            raise NotAllowed(f"port {target.port} of {target.host} was not named for it")
        return target

    def look_up(self, host: str, port: int) -> list[tuple[Any, ...]]:
        """Return the addresses of a host as getaddrinfo does, all of them allowed; raise NotAllowed, OSError."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise NotAllowed(f"{host!r} is no host") from error
        for *_, place in found:
            self._check_number(host, ip_address(str(place[0]).partition("%")[0]))
        return found

    def _check_number(self, host: str, number: Address) -> None:
        own = host.rstrip(".").lower() == self.named.host
        if not is_public(number) and not (own and any(_holds(network, number) for network in self.networks)):
            raise NotAllowed(f"{host} is at {number}, which is no public address")


def reach_of_operator(address: str) -> Reach:
    """Return the reach for an address in a setting: its host may lie in a private network, or be this machine by name.

    Raises NotAllowed.
    """
    named = parse(address)
    return Reach(named, LOOPBACK if is_this_machine(named.host) else PRIVATE)


def is_this_machine(host: str) -> bool:
    """Tell whether a host is written as this machine itself: 127.0.0.1, ::1 or localhost."""
    return host in ("127.0.0.1", "localhost", "::1")


def is_public(address: Address) -> bool:
    """Tell whether an address is a single public one of the internet, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)
        if inner is not None:
            return is_public(inner)
        if address not in _PUBLIC_6 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return False
    return not any(_holds(network, address) for network in _SPECIAL)


def parse(address: str) -> Target:
    """Return where an address leads; raise NotAllowed where it is not written plainly enough to be sure of that."""
    if len(address) > LONGEST_ADDRESS:
        raise NotAllowed(f"an address is longer than {LONGEST_ADDRESS} characters")
    if re.search(r"[\x00-\x20\x7f]", address):
        raise NotAllowed("an address has a space or a control character in it")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("an address cannot be read") from error
    if parts.scheme not in _PORTS:
        raise NotAllowed("an address begins with neither http:// nor https://")
    if "@" in parts.netloc:
        raise NotAllowed("an address has a name or a password before its host")
    host = plain_host(parts)
    if port == 0:
        raise NotAllowed(f"port 0 of {host} cannot be asked")
    port = port or _PORTS[parts.scheme]
    netloc = (f"[{host}]" if ":" in host else host) + ("" if port == _PORTS[parts.scheme] else f":{port}")
    whole = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return Target(whole, parts.scheme, host.rstrip("."), port)


def plain_host(parts: SplitResult) -> str:
    """Return the host of an address in small ASCII letters (IDN as punycode); raise NotAllowed where it is none."""
    try:
        written = (parts.hostname or "").strip()
    except ValueError as error:
        raise NotAllowed("an address cannot be read") from error
    if not written or re.search(r"[\s\\%@]", parts.netloc):
        raise NotAllowed("the host of an address is not written plainly")
    if parts.netloc.startswith("["):
        number = _as_number(written)
        if number is None or not _IN_BRACKETS.fullmatch(parts.netloc):
            raise NotAllowed("the host of an address is not written plainly")
        return str(number)
    if not _SIGNS.fullmatch(written):
        try:
            written = idna.encode(written, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError) as error:
            raise NotAllowed("the host of an address is no name that can be looked up") from error
    if not _NAME.fullmatch(written) or len(written) > 253:
        raise NotAllowed("the host of an address is not written plainly")
    # "2130706433", "0x7f.1" and "127.1" are numbers to the look-up: only four plain ones are taken.
    if _NUMBER.fullmatch(written.rstrip(".").rpartition(".")[2]) and _as_number(written) is None:
        raise NotAllowed(f"{written} is a number that is not written plainly")
    return written


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a setting, parted by spaces; raise ValueError for what is none, or is not a private one."""
    found = []
    for written in text.split():
        try:
            network = ip_network(written)
        except ValueError as error:
            raise ValueError(f"{written!r} is no network such as 10.20.0.0/16 or fd00:20::/32") from error
        if not any(network.version == wide.version and network.subnet_of(wide) for wide in (*LOOPBACK, *PRIVATE)):  # type: ignore[arg-type]
            raise ValueError(f"{written!r} is no private network: public addresses need not be named")
        found.append(network)
    if len(found) > MOST_NETWORKS:
        raise ValueError(f"there are {len(found)} networks, more than {MOST_NETWORKS}")
    return tuple(found)


def _as_number(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _holds(network: Network, address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.version == network.version and address in network
