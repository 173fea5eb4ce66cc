"""Addresses are never kept: what is kept is a keyed hash, which nobody can turn back without the guide's secret key."""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"  # what comes from no address that can be told
_ONE_HOUSEHOLD = 64  # bits: who has one IPv6 address has all of its network


def network_of(address: str) -> str:
    """Return what one sender is counted by: an IPv4 address, or the /64 network of an IPv6 address.

    An IPv4 address in IPv6's form is the IPv4 address. What is no address stays as it is.
    """
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ip_network((known, _ONE_HOUSEHOLD), strict=False))


def keyed_hash(key: str, purpose: str, *parts: object) -> str:
    """Return a hash of `parts` that only the holder of `key` can make; one of another purpose tells nothing of it."""
    told = "\n".join([purpose, *(str(part) for part in parts)])
    return hmac.new(key.encode(), told.encode(), hashlib.sha256).hexdigest()
