"""Messages with records, in the form of the chat API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from bot.directory.search.directory import Found, Looser
from bot.directory.search.wanted import Wanted
from bot.guidance.contacts import contact
from bot.guidance.dates import month_in_words
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
    return "/find_service" + json.dumps({LOOKING_FOR: wanted_as_json(wanted)})


def wanted_as_json(wanted: Wanted) -> str:
    """Return what is wanted as JSON, without what is not set."""
    return json.dumps({name: value for name, value in asdict(wanted).items() if value not in ((), None, 0, False, "")})


def wanted_from_json(value: str) -> Wanted:
    """Return what `wanted_as_json` wrote; raise pydantic.ValidationError, a ValueError, for anything else."""
    return _AS_JSON.validate_json(value)


def no_more_message(wanted: Wanted) -> dict[str, Any]:
    """Return that a search has no more services to show, with who lists more."""
    directory = contact("families-information-service").as_link()
    text = f"{wording('records_talk.no_more', filters=wanted.in_words())}\n\n{wording('records.none_next')}"
    custom = {"kind": "no_records", "filters": wanted.in_words(), "links": [directory] if directory else []}
    return {"text": text, "buttons": [], "custom": custom}


def ask_place_message() -> dict[str, Any]:
    """Return the question where to look, since nearer was asked for and no place is known."""
    return {"text": wording("records_talk.which_place"), "buttons": [], "custom": {"kind": "clarify"}}


def which_record_message(shown: Sequence[dict[str, Any]], detail: str | None) -> dict[str, Any]:
    """Return the question which of the services is meant, a button for each; `detail` is what was asked about it."""
    asked = {"record_detail": detail} if detail else {}
    buttons = [
        {"title": record["name"], "payload": "/records_about" + json.dumps({"record_position": str(place), **asked})}
        for place, record in enumerate(shown, 1)
    ]
    return {"text": wording("records_talk.which_one"), "buttons": buttons, "custom": {"kind": "clarify"}}


def record_message(record: dict[str, Any], detail: str | None) -> dict[str, Any]:
    """Return one service's card and, first, the `detail` that was asked for, or that the directory does not have it."""
    name = record["name"]
    value = record.get(detail or "")
    value = ", ".join(value) if isinstance(value, list) else value
    if not detail:
        text = wording("records_talk.about", name=name)
    elif value:
        shown = month_in_words(str(value)[:7]) if detail == "last_checked" else value
        text = wording(f"records_talk.{detail}", name=name, value=shown)
    else:
        text = wording("records_talk.not_known", name=name, what=wording(f"records_talk.what.{detail}"))
    if record.get("stale"):
        text = f"{text}\n\n{wording('records.check_first')}"
    directory = contact("families-information-service").as_link()
    custom = {"kind": "records", "filters": name, "records": [record], "links": [directory] if directory else []}
    return {"text": text, "buttons": [], "custom": custom}


def record_gone_message(name: str) -> dict[str, Any]:
    """Return that a service is in the directory no more, with who lists more."""
    directory = contact("families-information-service").as_link()
    text = f"{wording('records_talk.gone', name=name)}\n\n{wording('records.none_next')}"
    custom = {"kind": "no_records", "filters": name, "links": [directory] if directory else []}
    return {"text": text, "buttons": [], "custom": custom}


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
