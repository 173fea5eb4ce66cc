"""Who may see what at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

Role = Literal["sendiass", "content", "policy", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


class BadRoles(ValueError):
    """Roles that no account may have; `reason` is the key of the sentence that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def checked_roles(names: Iterable[str]) -> frozenset[Role]:
    """Return the roles as a set; raise BadRoles for none, for an unknown one, and for SENDIASS beside another.

    SENDIASS is a service apart from the council: what families send it is not for those who work for the council.
    """
    given = frozenset(names)
    known = frozenset(role for role in ROLES if role in given)
    if not given or len(known) < len(given):
        raise BadRoles("desk.accounts.unknown_role")
    if "sendiass" in known and len(known) > 1:
        raise BadRoles("desk.accounts.sendiass_alone")
    return known


def role_mapping(text: str) -> dict[str, Role]:
    """Return which role each value of the claim gives, from "value=role, value=role"; raise ValueError where it is not so."""
    found: dict[str, Role] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        value, equals, name = (part.strip() for part in pair.rpartition("="))
        if not equals or not value:
            raise ValueError(f"GUIDE_OIDC_ROLES: {pair!r} is not value=role")
        try:
            (role,) = checked_roles([name])
        except BadRoles as error:
            raise ValueError(f"GUIDE_OIDC_ROLES: there is no role {name!r}") from error
        found[value] = role
    return found
