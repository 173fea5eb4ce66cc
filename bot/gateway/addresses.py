"""Who asks, as far as limits need it: the address that a request comes from, and what counts as one asker."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from fastapi import Request

UNKNOWN = "unknown"
# Whoever has one IPv6 address has all of its network: a home is given at least this much.
ONE_ASKER_V6 = 64


def networks_of(setting: str) -> list[IPv4Network | IPv6Network]:
    """Return the networks of a setting, parted by spaces or commas; raise ValueError for one that is none or is everything."""
    networks = [ip_network(part, strict=False) for part in setting.replace(",", " ").split()]
    everything = [str(network) for network in networks if network.prefixlen == 0]
    if everything:
        raise ValueError(f"{everything[0]} is every address there is")
    return networks


def address_of(request: Request) -> str:
    """Return the address of whoever asks; behind a trusted proxy (`GUIDE_TRUSTED_PROXIES`) it is the one that the proxy names."""
    return request.client.host if request.client else UNKNOWN


def asker_of(address: str) -> str:
    """Return what counts as one asker: an IPv4 address, or the network of an IPv6 one."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, ONE_ASKER_V6), strict=False))
    return str(parsed)
