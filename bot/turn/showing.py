"""A conversation's messages as its person sees them: the check of a handover is filled in only then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.handover.form.chat_draft import ChatHandover
from bot.handover.form.replies import filled
from bot.handover.form.steps import CHECK


def as_shown(handover: ChatHandover, conversation: str, messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return messages with what would be sent in the newest check, and nothing in older ones."""
    checks = [place for place, message in enumerate(messages) if (message.get("custom") or {}).get("step") == CHECK]
    if not checks:
        return list(messages)
    draft = handover.draft(conversation)
    return [
        filled(message, draft if place == checks[-1] else None) if place in checks else message
        for place, message in enumerate(messages)
    ]
