"""What people may say of an answer: that it was useful, or why it was not."""

from __future__ import annotations

from bot.guidance.wording import wordings

YES = "yes"


def reasons() -> dict[str, str]:
    """Return the reasons why an answer was not useful, in the words on their buttons."""
    return wordings("desk.useful.reasons")
