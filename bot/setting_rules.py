"""What the values of settings must be like. Each rule raises ValueError with words that never repeat the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
SHORTEST_SECRET_KEY = 32
FEWEST_DIFFERENT_CHARACTERS = 8
MOST_CHARACTERS = 4000
_NAME = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"\A(?:(?:{_NAME}\.)*{_NAME}\.?|(?=[0-9a-f.]*:)[0-9a-f:.]+)", re.I)
_ORIGIN = re.compile(rf"(https?)://((?:{_NAME}\.)*{_NAME}|\[::1\])(?::(\d{{1,5}}))?", re.I)
_MAILBOX = re.compile(r"\A[^\s@<>,;:\"'\\()\[\]]+@[^\s@<>,;:\"'\\()\[\]]+")
_CLAIM = re.compile(r"[\w.:/-]+")
_STORES = ("sqlite:///", "postgresql+psycopg://")


def in_one_line(value: str) -> str:
    """Return the value without space around it; raise ValueError where it is too long or holds what cannot be seen."""
    value = value.strip()
    if len(value) > MOST_CHARACTERS:
        raise ValueError(f"is too long: at most {MOST_CHARACTERS} characters")
    if not value.isprintable():
        raise ValueError("holds a line break or another character that cannot be seen: write it in one line")
    return value


def is_this_machine(host: str) -> bool:
    """Tell whether only this machine reaches the address."""
    return host in THIS_MACHINE or host.startswith("127.")


def _full(pattern: re.Pattern[str], otherwise: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value and not pattern.fullmatch(value):
            raise ValueError(otherwise)
        return value

    return check


def _needed(value: str) -> str:
    if not value:
        raise ValueError("is empty: give it a value, or leave it out to have the default")
    return value


def _existing_file(value: str) -> str:
    if value and not Path(value).is_file():
        raise ValueError("names no file: write the path of one that exists")
    return value


def _file(value: str) -> str:
    if Path(_needed(value)).is_dir():
        raise ValueError("names a folder: write the path of a file")
    return value


def _store(value: str) -> str:
    from sqlalchemy.engine import make_url  # only here: what needs no store need not load it
    from sqlalchemy.exc import ArgumentError

    try:
        if value.startswith(_STORES) and make_url(value).database:
            return value
    except (ArgumentError, ValueError):
        pass
    raise ValueError("is no address of a database: write sqlite:///<file> or postgresql+psycopg://<user>@<host>/<name>")


def _origins(value: str) -> str:
    for part in value.split():
        found = _ORIGIN.fullmatch(part)
        if (
            not found
            or not 0 < int(found[3] or 443) <= 65535
            or (found[1].lower() == "http" and not is_this_machine(found[2].strip("[]").lower()))
        ):
            raise ValueError(
                "must be origins parted by spaces, each https://<host> or https://<host>:<port> and nothing after it"
                " (http:// for this machine only)"
            )
    return " ".join(value.split())


def _site(value: str) -> str:
    found = _ORIGIN.fullmatch(value.removesuffix("/"))
    if value and not (found and 0 < int(found[3] or 443) <= 65535):
        raise ValueError("must be https://<host> or https://<host>:<port>, without a path")
    return value


def _safe_address(value: str) -> str:
    if value and not is_safe_address(value):
        raise ValueError("must be an address that begins with https://")
    return value


def is_safe_address(value: str) -> bool:
    """Tell whether an address is https with a host and without a name or password; http will do on this machine."""
    try:
        url = urlsplit(value)
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    if not _HOST.fullmatch(host) or port == 0 or "@" in url.netloc or not value.isprintable() or " " in value:
        return False
    return url.scheme == "https" or (url.scheme == "http" and is_this_machine(host))


def _secret_key(value: str) -> str:
    if value and (len(value) < SHORTEST_SECRET_KEY or len(set(value)) < FEWEST_DIFFERENT_CHARACTERS):
        raise ValueError(
            f"is too short or too plain: it needs {SHORTEST_SECRET_KEY} characters or more that nobody can guess; leave it out to have one made"
        )
    return value


def _keys(value: str) -> str:
    if value:
        from bot.privacy.encryption import EncryptionUnavailable, Vault  # only here: its library takes a while to load

        try:
            Vault(value.split())
        except EncryptionUnavailable as error:
            raise ValueError("holds a key that cannot be used: `python -m bot referrals new-key` makes one") from error
    return value


def _roles(value: str) -> str:
    from bot.roles import role_mapping

    try:
        role_mapping(value)
    except ValueError as error:
        raise ValueError("must be pairs value=role parted by commas; docs/desk.md lists the roles") from error
    return value


def _networks(value: str) -> str:
    try:
        found = [ip_network(part, strict=False) for part in value.split()]
    except ValueError:
        raise ValueError("must be addresses or networks parted by spaces, such as 10.0.0.7 or 10.20.0.0/16") from None
    if any(network.prefixlen == 0 for network in found):
        raise ValueError("holds every address there is: name the proxies' own addresses")
    return value


def _private_networks(value: str) -> str:
    from bot.public_addresses import networks  # only here: it needs libraries that Rasa's side does not have

    try:
        networks(value)
    except ValueError as error:
        raise ValueError("must be private networks parted by spaces, such as 10.20.0.0/16 or fd00:20::/32") from error
    return value


def _plain_address(value: str) -> str:
    from bot.public_addresses import parse

    try:
        if value:
            parse(value)
    except ValueError as error:
        raise ValueError("must be http:// or https:// with a host, and without a name or password") from error
    return value


def _role_names(value: str) -> str:
    from bot.roles import ROLES

    if set(value.split()) - set(ROLES):
        raise ValueError(f"must be roles of the desk parted by spaces: {', '.join(ROLES)}")
    return value


Text: TypeAlias = Annotated[str, StringConstraints(max_length=1000)]
Host: TypeAlias = Annotated[str, AfterValidator(_full(_HOST, "is no name or address of a machine"))]
OwnHost: TypeAlias = Annotated[Host, AfterValidator(_needed)]
Mailbox: TypeAlias = Annotated[str, AfterValidator(_full(_MAILBOX, "is no mailbox: write <name>@<host>"))]
Claim: TypeAlias = Annotated[str, AfterValidator(_full(_CLAIM, "must be the name of a claim")), AfterValidator(_needed)]
File: TypeAlias = Annotated[str, AfterValidator(_file)]
ExistingFile: TypeAlias = Annotated[str, AfterValidator(_existing_file)]
Store: TypeAlias = Annotated[str, AfterValidator(_store)]
Origins: TypeAlias = Annotated[str, AfterValidator(_origins)]
Site: TypeAlias = Annotated[str, AfterValidator(_site)]
SafeAddress: TypeAlias = Annotated[str, AfterValidator(_safe_address)]
SecretKey: TypeAlias = Annotated[str, AfterValidator(_secret_key)]
EncryptionKeys: TypeAlias = Annotated[str, AfterValidator(_keys)]
Roles: TypeAlias = Annotated[str, AfterValidator(_roles)]
Networks: TypeAlias = Annotated[str, AfterValidator(_networks)]
PrivateNetworks: TypeAlias = Annotated[str, AfterValidator(_private_networks)]
PlainAddress: TypeAlias = Annotated[str, AfterValidator(_plain_address)]
RoleNames: TypeAlias = Annotated[str, AfterValidator(_role_names)]
