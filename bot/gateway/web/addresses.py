"""Where a request comes from, as far as limits need it."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from fastapi import Request

from bot.privacy.network_addresses import UNKNOWN


def networks_of(setting: str) -> list[IPv4Network | IPv6Network]:
    """Return the networks of a setting, parted by spaces or commas; raise ValueError for one that is none or is everything."""
    networks = [ip_network(part, strict=False) for part in setting.replace(",", " ").split()]
    everything = [str(network) for network in networks if network.prefixlen == 0]
    if everything:
        raise ValueError(f"{everything[0]} is every address there is")
    return networks


def address_of(request: Request) -> str:
    """Return the address of whoever asks; behind a trusted proxy (`GUIDE_TRUSTED_PROXIES`) it is the one that the proxy names.

    What is no address is UNKNOWN: whoever makes names up counts as one with all the others who do.
    """
    host = request.client.host if request.client else UNKNOWN
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    return host
