"""Why a turn is not taken. The web says it with a status (`bot.gateway.web.problems`), a program by its reason."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "unknown_conversation",
    "empty",
    "too_long",
    "too_many",
    "unknown_button",
    "key_used",
    "nobody_asks",
    "unknown_verdict",
    "answer_not_given",
]


class Refused(Exception):
    """What was sent is not taken, and nothing came of it: `sentence` says what to do, `retry_after_s` when, in seconds."""

    def __init__(self, reason: Reason, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.retry_after_s = retry_after_s
