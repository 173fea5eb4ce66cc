"""What the chat API answers, as docs/api.md describes it. Answers are not made from these: they say what a program may rely on.

Each kind of message has parts of its own in `custom`; a program leaves alone what it does not know.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from bot.gateway.web.described import OTHER_SITE, TOO_MANY, UNAVAILABLE, problems

Kind = Literal[
    "answer", "clarify", "records", "no_records", "handoff", "safeguarding", "fallback", "smalltalk", "error"
]

UNKNOWN = "The conversation is not kept, is somebody else's, or its token is forged."
REFUSED_MESSAGES = problems(
    {
        400: f"The body is no JSON. Or: {UNKNOWN}",
        403: OTHER_SITE,
        408: "The body did not arrive in time.",
        411: "The request does not say how long its body is (`Content-Length`).",
        413: "The body is larger than 64 kB.",
        422: "The message is empty or too long; the button was not given in this conversation; the key came with "
        "another request; or a field is wrong.",
        429: TOO_MANY,
        503: UNAVAILABLE,
    }
)
REFUSED_READING = problems({400: UNKNOWN, 422: "A header is too long.", 429: TOO_MANY, 503: UNAVAILABLE})
REFUSED_ERASING = problems(
    {400: UNKNOWN, 403: OTHER_SITE, 422: "A header is too long.", 429: TOO_MANY, 503: UNAVAILABLE}
)
REFUSED_EVENTS = problems(
    {
        400: UNKNOWN,
        404: "No person has this chat, and none is awaited.",
        422: "A header or parameter is too long.",
        429: "Too many streams of this chat or from this address. " + TOO_MANY,
        503: "Too many streams in all. Ask for the conversation instead.",
    }
)
REFUSED_FEEDBACK = problems(
    {
        400: UNKNOWN,
        403: OTHER_SITE,
        404: "Nobody reads feedback at present.",
        422: "The answer was not given in this conversation, the reason is unknown, or a field is wrong.",
        429: TOO_MANY,
        503: UNAVAILABLE,
    }
)


class Button(BaseModel):
    """Something to press."""

    title: str = Field(description="the words on the button")
    payload: str = Field(description="what to send when it is pressed; it means something in this conversation only")


class Custom(BaseModel):
    """What kind a message is, and the parts of that kind."""

    kind: Kind = Field(description="what the message is; see the table of kinds")
    answer: str | None = Field(None, description="of `answer`: the topic and name of the answer")
    title: str | None = Field(None, description="of `answer`: its heading")
    topic: str | None = Field(None, description="of `answer`: its topic")
    confidence: float | None = Field(None, description="of `answer`: how sure the guide is, from 0 to 1")
    form: str | None = Field(None, description="of `answer`: how it is told, where not as usual: `simpler` or `more`")
    sources: list[dict[str, Any]] | None = Field(
        None,
        description="of `answer` and `handoff`: the sections it comes from, with `title`, `section_title`, `published`, "
        "`review_due`, `stale` and `url`",
    )
    links: list[dict[str, Any]] | None = Field(None, description="addresses that help further: `title` and `url`")
    records: list[dict[str, Any]] | None = Field(None, description="of `records`: the services found, five at most")
    filters: str | None = Field(None, description="of `records` and `no_records`: what was looked for, in words")
    about: str | None = Field(None, description="of `fallback`: what the question is about that no document answers")
    step: str | None = Field(None, description="of `handoff`: the step of the handover")


class Message(BaseModel):
    """One message of the guide."""

    text: str = Field(description="what to show, in Markdown: paragraphs, lists, bold, links")
    buttons: list[Button] = Field(description="what may be pressed next; may be empty")
    custom: Custom = Field(description="what kind of message it is")


class ChatReply(BaseModel):
    """What came of a message."""

    conversation: str = Field(description="the token of the conversation: send it with the next message")
    messages: list[Message] = Field(description="one message for each kind of content, in the order to show them")


class PastMessage(BaseModel):
    """A message of the conversation so far."""

    text: str = Field(description="what was written, without personal details")
    buttons: list[Button] | None = Field(None, description="of `guide`: what may be pressed")
    custom: Custom | None = Field(None, description="of `guide`: what kind of message it is")
    sender: Literal["user", "guide", "person"] = Field(alias="from", description="who wrote it; `person` is SENDIASS")
    at: str = Field(description="when, with the time zone")
    name: str | None = Field(None, description="of `person`: the name that they gave")
    line: str | None = Field(None, description="while a person has the chat: where its events go on (`after`)")


class History(BaseModel):
    """A conversation so far."""

    conversation: str = Field(description="the token as it was sent, or `current`")
    messages: list[PastMessage] = Field(description="the oldest first; personal details are taken out")


class FeedbackAsked(BaseModel):
    """Whether to ask people what they think of an answer."""

    wanted: bool = Field(description="whether somebody reads it")
    reasons: dict[str, str] = Field(description="why an answer was of no use: the names, and their words on buttons")
