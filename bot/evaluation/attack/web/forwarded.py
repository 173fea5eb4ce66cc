"""Who a visitor is: a header that anybody can write must not give them a limit of their own."""

from __future__ import annotations

from bot.evaluation.attack.guide.family import Family
from bot.evaluation.attack.guide.small import gateway_alone
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack

SUBJECT = "forwarded addresses"
# More than the limit of a minute, which is 60 by default, and what comes back while they are sent.
POSTS = 75
# How a council says that a proxy is to be believed.
TRUSTED = {"GUIDE_TRUSTED_PROXIES": "127.0.0.9"}
PROXY, STRANGER = "127.0.0.9", "127.0.0.8"


def _refused(family: Family, headers: list[dict[str, str]]) -> int:
    """Post so often, with these headers in turn; return how many were refused for coming too often."""
    sent = [family.send("POST", "/api/chat", json={"x": 1}, headers=each) for each in headers]
    return sum(said.status == 429 for said in sent)


def _made_up(header: str, value: str) -> list[dict[str, str]]:
    return [{header: value.format(number=number)} for number in range(1, POSTS + 1)]


@attack(
    SUBJECT,
    "made-up addresses",
    f"{POSTS} posts with another X-Forwarded-For (and nine relatives) each",
    "the limit of the address counts them all the same",
)
def made_up_addresses(target: Target) -> Outcome:
    """Pretend to come from somewhere else each time, with the default settings."""
    tried = {
        "X-Forwarded-For": "10.1.1.{number}",
        "x-forwarded-for": "10.1.1.{number}, 127.0.0.1",
        "Forwarded": "for=10.1.2.{number};proto=https",
        "X-Real-IP": "10.1.3.{number}",
        "X-Client-IP": "10.1.4.{number}",
        "True-Client-IP": "10.1.5.{number}",
        "CF-Connecting-IP": "10.1.6.{number}",
        "X-Cluster-Client-IP": "10.1.7.{number}",
        "X-Original-Forwarded-For": "10.1.8.{number}",
        "Via": "1.1 proxy{number}",
    }
    addresses = [target.family().address for _ in range(len(tried) - 1)] + ["127.0.0.1"]
    counted = [
        (header, _refused(Family(target.base, address), _made_up(header, value)) > 0)
        for address, (header, value) in zip(reversed(addresses), tried.items(), strict=True)
    ]
    return all_held(counted, "headers made no difference")


@attack(
    SUBJECT,
    "behind a proxy that is believed",
    "the proxy's own word, a stranger's, a visitor's additions before it, addresses of one IPv6 network",
    "each visitor has a limit of their own, and nobody more than one",
    alone=True,
)
def behind_a_proxy(target: Target) -> Outcome:
    """Start a gateway that believes one address, and speak as that proxy and as somebody else."""
    with gateway_alone(target, **TRUSTED) as gateway:
        proxy = Family(gateway.base, PROXY)
        cases = [
            ("visitors behind the proxy", _refused(proxy, _made_up("X-Forwarded-For", "198.51.100.{number}")) == 0),
            ("one visitor", _refused(proxy, _made_up("X-Forwarded-For", "203.0.113.7")) > 0),
            ("additions", _refused(proxy, _made_up("X-Forwarded-For", "192.0.2.{number}, 203.0.113.8")) > 0),
            ("one IPv6 network", _refused(proxy, _made_up("X-Forwarded-For", "2001:db8:1:1::{number}")) > 0),
            ("not an address", _refused(proxy, _made_up("X-Forwarded-For", "somebody{number}")) > 0),
            (
                "a stranger",
                _refused(Family(gateway.base, STRANGER), _made_up("X-Forwarded-For", "198.51.100.{number}")) > 0,
            ),
        ]
        return all_held(cases, "cases")
