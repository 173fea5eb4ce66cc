"""Buttons leave the guide as opaque tokens: public text can never name an intent."""

from __future__ import annotations

import secrets

from bot.turn.context import Parts, TurnContext
from bot.turn.conversations import IssuedButton


def issue_buttons(turn: TurnContext, parts: Parts) -> None:
    """Turn the replies into the messages of the chat API, each button's intent into a token kept for this conversation."""
    for reply in turn.replies:
        message = reply.model_dump()
        for button in message["buttons"]:
            token = secrets.token_urlsafe(18)
            turn.buttons.append(
                IssuedButton(
                    token=token,
                    conversation_id=turn.conversation,
                    title=button["title"],
                    intent_message=button["payload"],
                )
            )
            button["payload"] = token
        turn.messages.append(message)
