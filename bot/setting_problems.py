"""What is wrong with the settings, in one sentence for each problem; no sentence repeats a value, which may be a secret."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

# Read by other parts than the settings: where things lie (bot/paths.py), tests and measurements.
NO_SETTINGS = frozenset({"GUIDE_VAR_DIR", "GUIDE_ENCODER_DIR", "GUIDE_SMALL_ENCODER_DIR", "GUIDE_PLACES_FILE"})
NO_SETTINGS_BEGIN = ("GUIDE_TEST_", "GUIDE_BENCH_", "GUIDE_BROWSER_")
_WRONG = {
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_parsing": "is not a number",
    "finite_number": "is not a number",
    "bool_parsing": "is neither true nor false",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "literal_error": "is none of its values",
    "string_too_long": "is too long",
}


def variable_of(name: str) -> str:
    """Return the environment variable that sets a field."""
    return "PORT" if name in ("port", "PORT") else f"GUIDE_{name.upper().removeprefix('GUIDE_')}"


def bounds_of(field: FieldInfo) -> tuple[float | None, float | None]:
    """Return the least and the most that a number may be; None where it has no such bound."""
    least = [entry.ge for entry in field.metadata if hasattr(entry, "ge")]
    most = [entry.le for entry in field.metadata if hasattr(entry, "le")]
    return (least[0] if least else None), (most[0] if most else None)


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return a sentence for each thing that is wrong: the variable, what is wrong, and what to do."""
    return [
        sentence for detail in error.errors(include_input=False, include_url=False) for sentence in _said(detail, model)
    ]


def _said(detail: Any, model: type[BaseModel]) -> Iterable[str]:
    wrong = (
        str(detail["ctx"]["error"]) if detail["type"] == "value_error" else _WRONG.get(detail["type"], "is not usable")
    )
    if not detail["loc"]:
        yield from (f"{line}." for line in wrong.splitlines())
        return
    name = str(detail["loc"][0]).lower().removeprefix("guide_")
    field = model.model_fields.get(name)
    if detail["type"] == "value_error" or field is None:
        yield f"{variable_of(name)} {wrong}."
    else:
        yield f"{variable_of(name)} {wrong}: {_wanted(field, detail)} ({field.description})."


def _wanted(field: FieldInfo, detail: Any) -> str:
    least, most = bounds_of(field)
    if field.annotation is bool:
        return "write true or false"
    if detail["type"] == "literal_error":
        return f"write {detail['ctx']['expected']}"
    if least is None or most is None:
        return "write a shorter text"
    return f"write a {'whole ' if field.annotation is int else ''}number from {least:g} to {most:g}"


def misspelt(environment: Mapping[str, str], model: type[BaseModel]) -> list[str]:
    """Return a sentence for each variable that begins with GUIDE_ and sets nothing, with the nearest name that does."""
    known = {variable_of(name) for name in model.model_fields} | NO_SETTINGS | {"GUIDE_PORT"}
    problems = []
    for given in sorted(environment):
        name = given.upper()
        if name.startswith("GUIDE_") and name not in known and not name.startswith(NO_SETTINGS_BEGIN):
            near = difflib.get_close_matches(name, known, 1, 0.6)
            instead = f"write {near[0]}, or take it out" if near else "take it out; bot/settings.py lists the settings"
            problems.append(f"{given[:100]!a} is no setting: {instead}.".replace("'", ""))
    return problems
