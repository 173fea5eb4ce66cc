"""Looks for what an import lost: each value of a publisher's record must be somewhere in what was stored of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from bot.directory.records.cleaning import day, long_text, moment, postcode
from bot.directory.records.models import Base, Service, Source, TaxonomyTerm
from bot.directory.records.sessions import DAY_CODES, DAY_NAMES

# Dropped on purpose, as bot.directory.records.normalise and the formats' modules say: the owner's id said again, the place in a
# search's results, the type of a geometry that becomes two numbers.
OWNERS_IDS = {"service_id", "serviceId", "location_id", "organization_id", "taxonomy_term_id", "link_id", "link_entity"}
DROPPED = OWNERS_IDS | {"score", "distance_away", "geometry.type", "status", "location_type"}


def lost(session: Session, service: Service, record: Mapping[str, Any], dropped: set[str] = frozenset()) -> list[str]:
    """Return the paths of a record's values that are not in the service's rows."""
    kept = set(_texts(_dump(service, set())))
    joined = "\n".join(kept)
    return [
        path
        for path, value in _leaves(record)
        if not _is_dropped(path, value, dropped)
        and not any(_is_in(form, value, kept, joined) for form in _forms(path, value))
    ]


def _is_in(form: str, value: Any, kept: set[str], joined: str) -> bool:
    """Tell whether a form of a value is stored; a long text may be part of another, a number or a short word may not."""
    return form in kept or (isinstance(value, str) and len(form) > 3 and form in joined)


def _is_dropped(path: str, value: Any, dropped: set[str]) -> bool:
    names = [re.sub(r"\[\d+\]", "", part) for part in path.split(".")]
    if names[-1] in DROPPED | dropped or ".".join(names[-2:]) in DROPPED | dropped:
        return True
    return (names[-1].endswith("_age") and value == -1) or (names[-1] == "coordinates" and value == 0)


def _forms(path: str, value: Any) -> list[str]:
    """Return how a value may be written in the store."""
    name = re.sub(r"\[\d+\]", "", path.split(".")[-1])
    if isinstance(value, bool):
        return [f"{_BOOLEANS.get(name, name)}={value}"]
    if isinstance(value, int | float):
        return [f"{float(value)}", f"{value}", f"{path.split('[')[0].split('.')[-1]}/{value}"]
    forms = [" ".join((long_text(value) or "").split()), str(postcode(value) or "\0"), value.strip().lower()]
    if re.fullmatch(r"-?[\d.]+", value.strip()):
        forms.append(str(float(value)))
    if moment(value):
        forms += [moment(value).replace(tzinfo=None).isoformat(), str(day(value))]
    if value.strip().capitalize() in DAY_NAMES:
        forms.append(DAY_CODES[DAY_NAMES.index(value.strip().capitalize())])
    label = re.fullmatch(r"(.*): ([\d ]+)", value)
    if label:
        forms.append(label[2])
    forms += [value.strip("\"' ")]
    return [form for form in forms if form]


_BOOLEANS = {"free": "is_free", "mask_exact_address": "is_masked"}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if re.search(r"contacts\[\d+\]$", path) and not any(part for key, part in value.items() if key != "id"):
            return  # a contact without name, post, address or number is none
        for key, part in value.items():
            yield from _leaves(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{path}[{number}]")
    elif value is not None and (not isinstance(value, str) or long_text(value)):
        yield path, value


def _dump(row: Base, seen: set[int]) -> dict[str, Any]:
    """Return a row with all that belongs to it, as far as other services."""
    seen.add(id(row))
    state = inspect(row)
    found = {column.key: getattr(row, column.key) for column in state.mapper.column_attrs}
    for relation in state.mapper.relationships:
        value = getattr(row, relation.key)
        rows = value if isinstance(value, list) else [value] if value is not None else []
        stop = isinstance(row, TaxonomyTerm) and relation.key != "of_taxonomy" or relation.key == "taxonomy_terms"
        if not stop:
            found[f"->{relation.key}"] = [
                _dump(one, seen) for one in rows if id(one) not in seen and not isinstance(one, Service | Source)
            ]
    return found


def _texts(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, name)
    elif isinstance(value, bool):
        yield f"{name}={value}"
    elif isinstance(value, int | float):
        yield f"{float(value)}"
        yield f"{value}"
    elif hasattr(value, "isoformat"):
        yield value.isoformat() if not hasattr(value, "tzinfo") else value.replace(tzinfo=None).isoformat()
    elif value is not None:
        yield " ".join(str(value).split())
        yield " ".join(str(value).split()).lower()


def as_json(value: Any) -> str:
    """Return a value as text, for a look for what must not be in it."""
    return json.dumps(value, default=str, ensure_ascii=False)


def dump(service: Service) -> dict[str, Any]:
    """Return a service's row with all that belongs to it."""
    return _dump(service, set())
