"""Messages with records, in the form of the chat API."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from bot.directory.query import Wanted
from bot.directory.search import Found, Looser
from bot.guidance.contacts import contact
from bot.guidance.wording import wording

LOOKING_FOR = "looking_for"
_AS_JSON = TypeAdapter(Wanted)
_TOLD_UNSAID = ("needs", "age", "place", "days", "is_free", "accessibility")


def records_message(found: Found) -> dict[str, Any]:
    """Return the records found with a sentence that says what was looked for, or an honest "nothing" and what to loosen."""
    directory = contact("families-information-service").as_link()
    links = [directory] if directory else []
    if not found.results:
        return _nothing(found, links)
    records = [result.record for result in found.results]
    text = wording("records.found_one", filters=found.filters)
    if len(records) > 1:
        text = wording("records.found", count=len(records), filters=found.filters)
    unsaid = [name for name in _TOLD_UNSAID if any(name in result.unsaid for result in found.results)]
    if unsaid:
        said = " or ".join(wording(f"directory_search.unsaid_{name}") for name in unsaid)
        text = f"{text}\n\n{wording('directory_search.unsaid', what=said)}"
    if any(record["stale"] for record in records):
        text = f"{text}\n\n{wording('records.check_first')}"
    custom = {"kind": "records", "filters": found.filters, "records": records, "links": links}
    return {"text": text, "buttons": [], "custom": custom}


def wanted_as_payload(wanted: Wanted) -> str:
    """Return a button's payload that asks for `wanted` as it is."""
    stated = {name: value for name, value in asdict(wanted).items() if value not in ((), None, 0, False, "")}
    return "/find_service" + json.dumps({LOOKING_FOR: json.dumps(stated)})


def wanted_from_payload(value: str) -> Wanted:
    """Return what a button of `wanted_as_payload` asks for; raise pydantic.ValidationError, a ValueError, for anything else."""
    return _AS_JSON.validate_json(value)


def looser_button(looser: Looser) -> dict[str, str]:
    """Return a button that searches again with one condition loosened."""
    title = wording(
        "directory_search.looser_one" if looser.count == 1 else "directory_search.looser",
        filters=looser.wanted.in_words(),
        count=looser.count,
    )
    return {"title": title, "payload": wanted_as_payload(looser.wanted)}


def _nothing(found: Found, links: list[dict[str, str]]) -> dict[str, Any]:
    parts = [wording("records.none", filters=found.filters)]
    buttons = []
    if found.is_outside:
        parts = [wording("directory_search.outside", place=found.wanted.place or "")]
    elif found.looser:
        parts.append(wording(f"directory_search.loosen_{found.looser.condition}"))
        buttons.append(looser_button(found.looser))
    parts.append(wording("records.none_next"))
    custom = {"kind": "no_records", "filters": found.filters, "links": links}
    return {"text": "\n\n".join(parts), "buttons": buttons, "custom": custom}
