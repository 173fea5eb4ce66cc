"""Signing in at the desk as a browser does, and the accounts for it."""

from __future__ import annotations

import re

from bot.evaluation.attack.guide.family import Family, Said
from bot.evaluation.attack.guide.target import Target

PASSWORD = "Plover-harrow-42-lantern"
_CSRF = re.compile(r'name="csrf" value="([^"]*)"')


def csrf_in(page: str) -> str:
    """Return the secret of the form on a page; empty where it has none."""
    found = _CSRF.search(page)
    return found[1] if found else ""


def cookie_of(said: Said, name: str) -> str:
    """Return the cookie that a reply sets; empty where it sets none or takes it away."""
    found = re.search(rf"(?:^|, ){re.escape(name)}=([^;,\"]+)", said.headers.get("set-cookie", ""))
    return found[1] if found else ""


def takes_away(said: Said, name: str) -> bool:
    """Tell whether a reply takes a cookie away."""
    return re.search(rf'(?:^|, ){re.escape(name)}=("")?;', said.headers.get("set-cookie", "")) is not None


def sign_in(family: Family, name: str, password: str, cookies: str = "") -> Said:
    """Open the form and send it, with the cookies that the browser kept from before. A 303 is a sign-in.

    The cookies are for https only, so they are carried by hand.
    """
    form = family.send("GET", "/staff/sign-in", 30.0, headers={"Accept": "text/html", **_carried(cookies)})
    if form.status != 200:
        return form
    fields = {"name": name, "password": password, "csrf": csrf_in(form.text)}
    own = f"staff_form={cookie_of(form, 'staff_form')}"
    return family.form("/staff/sign-in", fields, {"Cookie": f"{cookies}; {own}" if cookies else own})


def _carried(cookies: str) -> dict[str, str]:
    return {"Cookie": cookies} if cookies else {}


def kept_cookies(said: Said) -> str:
    """Return the cookies that a browser keeps after a sign-in and a sign-out: all but the session's."""
    found = re.findall(r"(?:^|, )([A-Za-z_-]+)=([^;,\s\"]+);", said.headers.get("set-cookie", ""))
    return "; ".join(f"{name}={value}" for name, value in found if name not in ("staff_session", "staff_form"))


def session(family: Family, name: str, password: str = PASSWORD) -> str:
    """Sign in and return the session's cookie; empty where that was refused."""
    return cookie_of(sign_in(family, name, password), "staff_session")


def add_account(target: Target, name: str, role: str, password: str = PASSWORD) -> bool:
    """Make an account at the command line; False where it was refused."""
    return target.command("users", "add", name, "--role", role, stdin=f"{password}\n").returncode == 0
