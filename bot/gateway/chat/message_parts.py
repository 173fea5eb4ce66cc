"""The parts of one of the guide's messages as a reader meets them: words, where they come from, ways on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.guidance.answers import FORMS
from bot.guidance.wording import wording


@dataclass(frozen=True)
class MessageParts:
    """A message taken apart. `foreign` is its part in another language, `forms` the buttons that tell the same otherwise."""

    body: str
    foreign: str = ""
    source_line: str = ""
    forms: list[dict[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)


def in_parts(message: dict[str, Any]) -> MessageParts:
    """Take a message of the chat API apart."""
    custom, text = message["custom"], str(message["text"])
    foreign = source_line = ""
    if custom.get("language"):
        # The first paragraph is in that language, the rest in English.
        foreign, _, text = text.partition("\n\n")
    body, _, last = text.rpartition("\n\n")
    if body and custom.get("sources") and last.startswith(wording("sources.from").partition("{")[0]):
        text, source_line = body, last
    titles = {wording(f"answer.{form}") for form in FORMS}
    buttons = message.get("buttons") or []
    return MessageParts(
        text,
        foreign,
        source_line,
        [button for button in buttons if button["title"] in titles],
        [button for button in buttons if button["title"] not in titles],
    )
