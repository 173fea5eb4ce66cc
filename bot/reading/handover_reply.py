"""What did somebody type while a question of the handover is open: an answer, or something else?

The gateway must know before Rasa sees a word, because the words of an answer never go there. So this is decided by the
message's form: it needs no model and can be read and tested (docs/decisions/0012). Only `unsure` is left to a look.
"""

from __future__ import annotations

import re
from typing import Literal, Protocol

from bot.reading.bounds import bounded
from bot.reading.danger import find_urgent

Kind = Literal["answer", "message", "unsure", "urgent", "stop", "skip", "carry_on", "start", "decline", "send"]

CHECK = "check"
OFFER = "offer"
LONGEST_QUESTION_WORDS = 40

_STOP = re.compile(
    r"(?:please )?(?:stop|cancel|quit|exit|end this|forget it|never ?mind|leave it)(?: (?:this|it|that|now|please|the form))*"
    r"|i(?:'?ve| have)? changed my mind|(?:please )?(?:don'?t|do not) send (?:it|this|that|anything)"
    r"|i don'?t want (?:to do )?this(?: any ?more| now)?"
)
_SKIP = re.compile(
    r"skip(?: (?:it|this|that|please))*|pass|next(?: question)?|(?:i(?:'d| would)? )?(?:rather|prefer) not(?: to)?(?: say| tell(?: you)?)?"
    r"|no(?:pe|ne)?|nah|n/?a|no thanks?(?: you)?|(?:i )?(?:don'?t|do not) want to(?: say| tell(?: you)?)?|not saying|none of your business"
)
_CARRY_ON = re.compile(
    r"(?:ok(?:ay)? )?(?:carry on|continue|go on|keep going|go back|back|ok(?:ay)?|ready)(?: please| then)?"
)
_YES = re.compile(
    r"(?:yes|yeah|yep|yup|aye|ok(?:ay)?|sure|please|please do|go on|go ahead|do it|alright|all right)"
    r"(?: (?:please|thanks|thank you|ok|then|pet|do|that|it|go ahead|i would|i do))*"
)
_NO = re.compile(
    r"(?:no|nope|nah|naw|not now|not yet|no ta|maybe later)(?: (?:thanks|thank you|thank u|please|not now|ta|i'?m (?:ok|fine|good)))*"
)
_SEND = re.compile(r"(?:yes )?(?:i agree|agree|send|send it|i consent)(?: (?:it|please|now))*")
_ASKS = re.compile(
    r"^(?:(?:and|but|so|also|ok|well|hang on|wait|sorry|hi|hello|please)[ ,]+)*"
    r"(?:who|what|when|where|why|how|which|whose|wh?at'?s|how'?s|who'?s|where'?s|wot|wats?|wen|wer|hu|hw|whee|"
    r"can|could|cud|do|does|did|is|are|am|was|will|would|should|shud|may|must|has|have|tell me|explain)\b",
    re.I,
)
_CONTACT = re.compile(r"@|\d[\d\s().-]{4,}\d")


class Question(Protocol):
    """What reading a reply must know of the question it may reply to. `longest_words`: more than that is no answer."""

    @property
    def name(self) -> str:
        """Which question it is: "about", "contact", ..."""

    @property
    def optional(self) -> bool:
        """Whether it may be skipped."""

    @property
    def longest_words(self) -> int | None:
        """How many words an answer has at most; None where any number may be one."""


def read(asked: Question | str, text: str) -> Kind:
    """Tell what `text` is while a question, CHECK or OFFER is open.

    "message": something for the chat to answer; "unsure": either an answer or a question. Urgent help comes first.
    """
    words = len(_said(text).split())
    text = bounded(text)
    if find_urgent(text):
        return "urgent"
    said = _said(text)
    if asked == OFFER:
        return "start" if _YES.fullmatch(said) else "decline" if _NO.fullmatch(said) else "message"
    if _STOP.fullmatch(said):
        return "stop"
    if asked == CHECK:
        return (
            "send"
            if _SEND.fullmatch(said)
            else "carry_on"
            if _CARRY_ON.fullmatch(said) or _YES.fullmatch(said)
            else "message"
        )
    if isinstance(asked, str):
        raise ValueError(f"there is no question {asked!r}")
    if _SKIP.fullmatch(said) and (asked.optional or said.startswith(("skip", "pass", "next"))):
        return "skip"
    if _CARRY_ON.fullmatch(said):
        return "carry_on"
    return _answer_or_question(asked, text, words)


def _said(text: str) -> str:
    said = re.sub(r"[^\w' /]+", " ", text.lower().replace("\u2019", "'")).strip()
    return re.sub(r"\s+", " ", said)


def _answer_or_question(question: Question, text: str, words: int) -> Kind:
    asks = text.rstrip().endswith("?") or bool(_ASKS.match(text))
    if question.name == "about":
        return "unsure" if asks and words <= LONGEST_QUESTION_WORDS else "answer"
    if question.name == "contact" and _CONTACT.search(text):
        return "answer"
    if question.name == "when" and not text.rstrip().endswith("?"):
        return "answer"  # "when I am off work", "is fine after six"
    longest = question.longest_words
    if asks and words > 1:
        return "message"
    return "message" if longest is not None and words > longest else "answer"
