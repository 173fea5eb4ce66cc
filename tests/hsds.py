"""The official Open Referral UK 3.0 schemas, where they lie beside the checkout."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.shared import SHARED

FOLDER = SHARED / "openreferral" / "hsds-uk" / "3.0"
_BASE = "https://openreferraluk.org/specifications/3.0/schema/"

_formats = FormatChecker()


@_formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    from datetime import datetime

    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_formats.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    from urllib.parse import urlsplit

    return not isinstance(value, str) or bool(urlsplit(value).scheme and value.isascii() and " " not in value)


def problems_with(schema: str) -> Callable[[Any], list[str]]:
    """Return a function that says what is wrong with a value after `<schema>.json`; skip the test where it is not here."""
    if not FOLDER.is_dir():
        pytest.skip("the official schemas (../shared/openreferral/hsds-uk/3.0) are not here")
    validator = _validator(schema)
    return lambda value: [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(value)]


@lru_cache
def _validator(schema: str) -> Draft202012Validator:
    registry: Registry[Any] = Registry().with_resources(
        (_BASE + file.name, Resource(json.loads(file.read_text(encoding="utf-8")), DRAFT202012))
        for file in (FOLDER / "schema").glob("*.json")
    )
    return Draft202012Validator({"$ref": f"{_BASE}{schema}.json"}, registry=registry, format_checker=_formats)
