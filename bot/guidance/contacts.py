"""Who else can help: `knowledge/contacts.yml`. What the council has not supplied is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from bot.paths import KNOWLEDGE


@dataclass(frozen=True)
class Contact:
    """A service that can help. `url` and `phone` are None until a source or the council states them."""

    name: str
    says: str
    url: str | None
    phone: str | None

    @property
    def text(self) -> str:
        """The name and what it does, in one sentence, with the telephone number where there is one."""
        line = f"{self.name}: {self.says}."
        return f"{line} Phone {self.phone}." if self.phone else line

    def as_link(self) -> dict[str, str] | None:
        """Return the web page in the form of the chat API's links, or None where there is none."""
        return {"title": self.name, "url": self.url} if self.url else None


def contact(name: str) -> Contact:
    """Return the contact `name`; raise KeyError where contacts.yml has none."""
    fields = _contacts()[name]
    return _contact(fields)


def national_lines() -> list[Contact]:
    """Return the national helplines that the council has supplied: only those with a telephone number or a page."""
    lines = [_contact(fields) for fields in _contacts()["national-lines"]]
    return [line for line in lines if line.phone or line.url]


def phones() -> list[str]:
    """Return every telephone number that the guide gives."""
    contacts = _contacts()
    listed = [fields for name, fields in contacts.items() if name != "national-lines"] + contacts["national-lines"]
    return [str(fields["phone"]) for fields in listed if fields.get("phone")]


def _contact(fields: dict[str, Any]) -> Contact:
    return Contact(fields["name"], fields["says"], fields.get("url"), fields.get("phone"))


@lru_cache
def _contacts() -> dict[str, Any]:
    return dict(yaml.safe_load((KNOWLEDGE / "contacts.yml").read_text(encoding="utf-8")))
