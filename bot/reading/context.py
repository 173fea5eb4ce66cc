"""What was said before, as far as a message needs it: follow-ups, corrections, and two questions in one message.

NLU components see no tracker, so the gateway sends along, as metadata, which answer was given last and what
was asked; training examples of follow-ups name the answer before in their own metadata.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from bot.reading.text import sentences

PREVIOUS = "previous"
STRONG, WEAK, CORRECTION = "strong", "weak", "correction"
LONGEST_FOLLOW_UP_WORDS = 13
SHORT_WORDS = 5
SHORTEST_QUESTION_WORDS = 2
MOST_QUESTIONS = 4

_OPENERS = re.compile(
    r"^(?:(?:ok(?:ay)?|right|thanks?(?: you)?|ta|cheers|great|aye|yeah|yes|hmm+|oh|ah|well|fine|cool|brill(?:iant)?|"
    r"got it|i see|fair enough|lovely|smashing|magic|sorry|please)\b[,.! ]*)+"
)
_LEADS = re.compile(
    r"^(?:and|but|or|so|then|also|plus|what about|how about|what if|even if|same for|same with|for (?:a|my|the)\b|"
    r"(?:is|was|does|do|can|could|would|will|are|did|has) (?:it|that|this|they|them|those|these|there)\b|why not|how so|how come|"
    r"who (?:pays|does|gives|decides|checks|runs|wrote|leads)|how (?:long|much|often|many|old)|since when|by when|when|where|until when)\b"
)
_GOES_ON = re.compile(r"^(?:and|but|or)\b")
_POINTERS = re.compile(
    r"\b(?:it|its|that|this|they|them|their|those|these|ones?|then|too|either|instead|else|again|same|any more|him|her)\b"
)
_CORRECTION = re.compile(
    r"^(?:no+|nope|nah|nar|naw|wrong|actually|sorry|hang on|wait|oops)?[,. !]*"
    r"(?:no+[, ]+)?(?:sorry[, ]+)?(?:but )?(?:i|we) (?:meant|mean|was asking|am asking|was on about|am on about|wanted|said)\b[,: ]*|"
    r"^(?:no+|nope|nah|nar|wrong)[,. !]+(?:not (?:that|him|her|it|this)(?: one)?[,. ]*)?(?:(?:for|about|the|my|it's|its|it is)\b)?|"
    r"^not (?:that|this|him|her)(?: one)?[,. ]+"
)
# No two of these may read the same words, or the time doubles with every word: "thank you" is "thank" and "you".
_TALK = (
    r"(?:ok(?:ay)?|thanks?|thankyou|you|ta|cheers|great|aye|yes|yeah|yep|no|nope|nah|hello|hi|hiya|hey|bye|"
    r"goodbye|tarra|pet|love|so much|very(?: much)?|a lot|that is|that's|thats|it is|all|for now|now|lovely|brilliant|brill|smashing|"
    r"magic|perfect|good|fine|cool|right|please|mate|helpful|helps?|is|none of (?:these|them|those)|start again)"
)
_SMALL_TALK = re.compile(rf"^{_TALK}(?:[,.! ]+{_TALK})*[,.! ]*$")
_QUESTION_WORD = (
    r"(?:(?:how|what|what's|whats|who|who's|whos|whose|where|when|why|which|tell me|i want to know|i need to know|wondering)|"
    r"(?:can|could|do|does|did|is|are|am|will|would|should|has|have|must|shall)(?!\s+(?:not|never|been|got|always|only)\b))"
)
_BETWEEN_QUESTIONS = re.compile(
    rf",?(?<!\s)\s+(?:oh\s+)?(?:and|also|plus|n|&)\s+(?:also\s+|then\s+|secondly\s+)?(?={_QUESTION_WORD}\b)|[;?]\s*",
    re.I,
)
_ASKS = re.compile(rf"^(?:and|also|plus|secondly|then|but|so|please|just)?[, ]*{_QUESTION_WORD}\b", re.I)


@dataclass(frozen=True)
class Previous:
    """The turn before: the answer given (its id), and what the person had asked, redacted. Either may be missing."""

    answer: Optional[str] = None
    message: Optional[str] = None


@dataclass(frozen=True)
class FollowUp:
    """A message that leans on the turn before: how, and its own words without what leads on."""

    kind: str
    text: str


def previous_turn(metadata: Optional[Mapping[str, Any]]) -> Optional[Previous]:
    """Return the turn before from a message's metadata (the gateway's, or a training example's), or None."""
    metadata = metadata or {}
    found = metadata.get(PREVIOUS) or (metadata.get("intent") or {}).get(PREVIOUS)
    if isinstance(found, str):
        return Previous(answer=found)
    if not isinstance(found, Mapping):
        return None
    previous = Previous(found.get("answer") or None, found.get("message") or None)
    return previous if previous.answer or previous.message else None


def follow_up_of(normalised: str) -> Optional[FollowUp]:
    """Tell how a normalised message leans on the turn before, or None where it stands by itself."""
    if _SMALL_TALK.match(normalised):
        return None
    own = _OPENERS.sub("", normalised).strip() or normalised
    correction = _CORRECTION.match(normalised)
    if correction and correction.end():
        rest = normalised[correction.end() :].strip(" ,.")
        return FollowUp(CORRECTION, rest) if rest else None
    words = len(own.split())
    if words <= LONGEST_FOLLOW_UP_WORDS and (_LEADS.match(own) or _POINTERS.search(own)):
        return FollowUp(STRONG, own)
    return FollowUp(WEAK, own) if words <= SHORT_WORDS else None


def lacks_context(normalised: str) -> bool:
    """Tell whether a short message goes on from something ("and without a plan?"): without a turn before, it cannot be read."""
    return bool(_GOES_ON.match(normalised)) and len(normalised.split()) <= SHORT_WORDS


def in_context(follow_up: FollowUp, previous: Previous, question: Optional[str]) -> str:
    """Return the message with what it leans on before it. `question` is that of the answer given last.

    A correction replaces part of what the person asked, so it stands after their own words.
    """
    before = previous.message if follow_up.kind == CORRECTION else (question or previous.message)
    return f"{before or question or ''} {follow_up.text}".strip()


def asks(sentence: str) -> bool:
    """Tell whether a sentence asks something: it begins as a question does, or ends in a question mark."""
    return sentence.rstrip().endswith("?") or bool(_ASKS.match(sentence))


def questions_in(text: str) -> list[str]:
    """Return the questions of a message that asks two or more, in order; an empty list where it asks one."""
    found = []
    for sentence in sentences(text):
        pieces = [piece.strip(" ,.") for piece in _BETWEEN_QUESTIONS.split(sentence)]
        ends_asking = sentence.rstrip().endswith("?")
        asking = [
            piece
            for place, piece in enumerate(pieces)
            if len(piece.split()) >= SHORTEST_QUESTION_WORDS
            and (_ASKS.match(piece) or (ends_asking and place == len(pieces) - 1))
        ]
        found += asking
    return found[-MOST_QUESTIONS:] if len(found) > 1 else []
