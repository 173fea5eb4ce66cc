"""Messages with records, in the form of the chat API."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.directory.lookup import Service, Wanted
from bot.guidance.contacts import contact
from bot.guidance.wording import wording


def records_message(found: list[Service], wanted: Wanted, today: date | None = None) -> dict[str, Any]:
    """Return the records found with a sentence that says what was looked for, or an honest "nothing"."""
    today = today or date.today()
    filters = wanted.in_words()
    directory = contact("families-information-service").as_link()
    links = [directory] if directory else []
    if not found:
        text = f"{wording('records.none', filters=filters)}\n\n{wording('records.none_next')}"
        return {"text": text, "buttons": [], "custom": {"kind": "no_records", "filters": filters, "links": links}}
    records = [service.as_reply(today) for service in found]
    text = wording("records.found_one", filters=filters)
    if len(found) > 1:
        text = wording("records.found", count=len(found), filters=filters)
    if any(record["stale"] for record in records):
        text = f"{text}\n\n{wording('records.check_first')}"
    return {
        "text": text,
        "buttons": [],
        "custom": {"kind": "records", "filters": filters, "records": records, "links": links},
    }
