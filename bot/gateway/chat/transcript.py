"""A conversation as plain text, with its sources, to keep or to send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from bot.guidance.dates import day_in_words, month_in_words
from bot.guidance.wording import wording


def as_text(history: Iterable[dict[str, Any]], name: str, today: date | None = None) -> str:
    """Return the conversation as text for a file; `name` is the guide's name."""
    blocks = [
        f"{name}: {wording('transcript.heading')}\n{wording('transcript.saved', day=day_in_words(today or date.today()))}",
        wording("transcript.computer"),
    ]
    for entry in history:
        who = entry.get("name") or wording("page.you" if entry["from"] == "user" else "page.guide")
        blocks.append(
            f"{who}:\n" + "\n".join([str(entry["text"]).replace("**", ""), *_details(entry.get("custom") or {})])
        )
    return "\n\n".join(blocks) + "\n"


def _details(custom: dict[str, Any]) -> Iterator[str]:
    for record in custom.get("records") or []:
        yield ""
        yield from _record(record)
    links = custom.get("links") or []
    if links:
        yield f"\n{wording('page.links')}:"
        yield from (f"- {link['title']}: {link['url']}" for link in links)
    sources = custom.get("sources") or []
    if sources:
        yield f"\n{wording('page.sources')}:"
        for source in sources:
            place = f"{month_in_words(source['published'])}. {wording('page.section')}: {source['section_title']}."
            stale = f" {wording('page.stale')}" if source.get("stale") else ""
            yield f"- {source['title']}, {place}{stale}" + (f" {source['url']}" if source.get("url") else "")


def _record(record: dict[str, Any]) -> Iterator[str]:
    yield str(record["name"])
    if record.get("description"):
        yield str(record["description"])
    values = {
        "organisation": record.get("organisation"),
        "phone": record.get("phone"),
        "email": record.get("email"),
        "covers": record.get("place"),
        "ages": record.get("ages"),
        "needs": ", ".join(record.get("needs") or []),
        "last_checked": month_in_words(record["last_checked"][:7]) if record.get("last_checked") else None,
    }
    yield from (f"{wording(f'page.{label}')}: {value}" for label, value in values.items() if value)
    if record.get("url"):
        yield str(record["url"])
    if record.get("stale"):
        yield wording("page.stale")
