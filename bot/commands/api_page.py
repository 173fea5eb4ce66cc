"""docs/api.md: the addresses for programs, from the gateway's own OpenAPI description."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from bot.application.app import create_app
from bot.gateway.services import open_referral
from bot.gateway.web.probes import PATHS
from bot.paths import ROOT
from bot.settings import Settings

DOCUMENT = ROOT / "docs" / "api.md"

_FOR_PROGRAMS = ("/api/", f"{open_referral.ROOT}/", *sorted(PATHS))
_KINDS = {
    "answer": "an answer of the documents, with its sources",
    "clarify": "a question back: a button for each way to read what was asked",
    "records": "services that were found",
    "no_records": "no service was found",
    "handoff": "a step on the way to a person of SENDIASS",
    "safeguarding": "somebody may be in danger: what to do now; show it first",
    "fallback": "no document answers this, with who may know",
    "smalltalk": "a word on the conversation itself",
    "error": "a part failed: nothing was answered, ask again",
}
_SUBJECTS = (
    ("The chat", "/api/"),
    ("The directory", f"{open_referral.ROOT}/"),
    ("How the guide is", ""),
)

Description = Mapping[str, Any]


def described() -> dict[str, Any]:
    """Return the OpenAPI description of what is for programs; it is the same whatever the settings are."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/guide.db",
            directory_url=f"sqlite:///{folder}/directory.db",
            referrals_url=f"sqlite:///{folder}/referrals.db",
            tracker_database=f"{folder}/trackers.db",
            secret_key=secrets.token_urlsafe(32),
        )
        app = create_app(settings)
        whole = app.openapi()
    whole["paths"] = {path: ways for path, ways in whole["paths"].items() if path.startswith(_FOR_PROGRAMS)}
    return whole


def api_page(description: Description) -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines(description)) + "\n"


def _lines(description: Description) -> Iterator[str]:
    yield from (
        "# Addresses for programs",
        "",
        "Written by `python -m bot reference api --write` from the gateway's OpenAPI description.",
        "",
        "All is JSON over HTTP. No address needs a key. What changes something is refused to pages of other websites. Errors",
        "are problem details (RFC 9457, `application/problem+json`): `status` says which, and `detail` says what to do in a",
        "sentence for people. Leave alone what you do not know: parts may be added.",
        "",
        "Ask a question:",
        "",
        "```",
        "curl -H 'Content-Type: application/json' -d '{\"message\": \"who pays for help in school?\"}' http://127.0.0.1:8000/api/chat",
        "```",
        "",
        "Send the `conversation` of the reply with the next message. Buttons are pressed by sending their `payload` in place of",
        "a message, in the same conversation.",
    )
    left = dict(description["paths"])
    for subject, beginning in _SUBJECTS:
        paths = {path: left.pop(path) for path in list(left) if path.startswith(beginning)}
        yield from ("", f"## {subject}", "", "| address | what it is for |", "|---|---|")
        for path, ways in paths.items():
            for method, way in ways.items():
                yield f"| [`{method.upper()} {path}`](#{_anchor(f'{method} {path}')}) | {way['summary']} |"
        for path, ways in paths.items():
            for method, way in ways.items():
                yield from _way(method, path, way)
    yield from ("", "## Kinds of message", "", "| `kind` | what it is |", "|---|---|")
    yield from (f"| `{kind}` | {words} |" for kind, words in _KINDS.items())
    yield from ("", "## Forms of data")
    for name, schema in description["components"]["schemas"].items():
        if name in _used(description):
            yield from _form(name, schema)


def _way(method: str, path: str, way: Description) -> Iterator[str]:
    yield from ("", f"### `{method.upper()} {path}`", "", _in_words(way.get("description", "")))
    if way.get("parameters"):
        yield from ("", "| parameter | where | must be given | what it is |", "|---|---|---|---|")
        for one in way["parameters"]:
            must = "yes" if one.get("required") else "no"
            name = one["name"].title() if one["in"] == "header" else one["name"]
            yield f"| `{name}` | {one['in']} | {must} | {one.get('description', '')} |"
    body = way.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in body:
        yield from ("", f"Body: {_type(body)}.")
    yield from ("", "| status | what it says |", "|---|---|")
    for status, answer in sorted(way["responses"].items()):
        form = answer.get("content", {}).get("application/json", {}).get("schema", {})
        yield f"| {status} | {answer['description']}{f' {_type(form)}' if '$ref' in form else ''} |"


def _in_words(text: str) -> str:
    return " ".join(text.split())


def _form(name: str, schema: Description) -> Iterator[str]:
    yield from ("", f"### {name}", "", _in_words(schema.get("description", "")), "")
    yield from ("| field | type | must be there | what it is |", "|---|---|---|---|")
    required = schema.get("required", ())
    for field, about in schema["properties"].items():
        must = "yes" if field in required else "no"
        yield f"| `{field}` | {_type(about)} | {must} | {about.get('description', '')} |"


def _type(about: Description) -> str:
    if "$ref" in about:
        name = about["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{_anchor(name)})"
    if "anyOf" in about:
        return " or ".join(_type(one) for one in about["anyOf"] if one.get("type") != "null")
    if "enum" in about:
        return ", ".join(f"`{value}`" for value in about["enum"])
    if about.get("type") == "array":
        return f"list of {_type(about['items'])}"
    named = {"boolean": "true or false", "string": "text", "object": "object", "integer": "whole number"}
    kind = str(about.get("type", "anything"))
    return named.get(kind, kind)


def _anchor(heading: str) -> str:
    """Return the anchor that a heading gets where Markdown is shown: small letters, no signs, dashes for spaces."""
    kept = "".join(sign for sign in heading.lower() if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")


def _used(description: Description) -> set[str]:
    """Return the names of the forms that the addresses lead to, by any number of steps."""
    schemas = description["components"]["schemas"]
    found: set[str] = set()
    waiting: list[Any] = [description["paths"]]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting += part.values()
    return found
