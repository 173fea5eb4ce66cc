"""What sort of thing a message asks for, where an answer must have that very thing: a price, a time limit, an address.

An answer about the right subject is still no answer when the person asked what it costs and the answer names no
price. So these questions are recognised by their words, and an answer without such a thing is not given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from bot.reading.bounds import ASIDE

_TIME = r"(?:weeks?|days?|months?|hours?)"
_WHO_MUST = r"(?:council|local authority|la|panel|ofsted|tribunal|school|they)"
_IS = r"(?:is|are|does|do)"
_IT = r"(?:it|the|they)"
_FIGURE = r"\b(?:how (?:many|much)|number of|percentage|per ?cent|figures?|value|worth|amount|cash|rates?|data)\b"
_NOW = (
    r"\b(?:(?:latest|newest|most recent|current|up to date|up-to-date) (?:\S+ )?(?:return|census|figures?|data|numbers?|rates?|statistics)|"
    r"this (?:financial|school|academic|tax|calendar)? ?year|(?:in|for|as of) 202[5-9])\b"
)


def _then(first: str, later: str) -> str:
    """Return a pattern for `first` and, anywhere after it, `later`. Only the first `first` is tried, so that time stays linear."""
    return rf"(?m:^)(?:(?!{first}).)*{first}.*{later}"


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives), re.I)


_NOT_SAID = re.compile(
    r"(?<![^.\n])[^.\n]*\b(?:does not|do not|gives? no|no (?:price|sum|phone|list|number))\b[^.\n]*[.\n]?", re.I
)


_SERVICE = (
    r"(?:groups?|clubs?|class(?:es)?|courses?|workshops?|sessions?|drop.?ins?|services?|teams?|charit(?:y|ies)|forums?|"
    r"playgroups?|nurser(?:y|ies)|librar(?:y|ies)|hubs?|centres?|units?|programmes?|schemes?|providers?|organisations?|nurses?|college|directory|"
    r"visitors?|therapists?|psychologists?|counsell?ors?|activit(?:y|ies)|short breaks?|respite)"
)
# What is offered rather than who offers it: a service is looked for only where nothing but this is named.
_OFFERED = r"(?:training|support|help|therapy|school|advice|tuition|lessons|counselling)"
_FINDING = _any(
    r"^(?:please |can you |could you )*(?:find|show|list|look up|search for|name)\b",
    r"\b(?:looking|searching) for\b",
    r"\bnear(?:est)?\b|\b(?:round|around) here\b|\bin (?:our|my) area\b",
    rf"\b(?:which|what|any|who|where)\b[^.?!]{{0,40}}\b{_SERVICE}\b",
    rf"\b(?:is|are) there\b[^.?!]{{0,30}}\b(?:{_SERVICE}|anybody|anyone|somebody|someone|somewhere|anywhere|anything)\b",
    r"\b(?:any|some)(?:thing|where|body|one)\b[^.?!]{0,20}\b(?:on|for|that|to|who|where|near)\b",
    r"\bwhere can\b[^.?!]{0,20}\b(?:borrow|take|meet|go|get|find|hire|try)\b",
    r"\bwho (?:runs|helps?|can help|teaches|assesses|lends|offers|provides|supports|comes|does)\b",
    r"\b(?:details|contact)$",
    rf"^(?!how|what|when|why|do|does|did|can|could|is|are|will|my|our|i )(?:\S+ ){{0,5}}{_SERVICE}"
    r"(?: (?:for|in|near|at|that|to|where|on)\b.*| \S+)?[.!]?(?: please)?$",
    rf"^(?!how|what|when|why|do|does|did|can|could|is|are|will|my|our|i )(?:\S+ ){{0,3}}{_SERVICE}(?: \S+){{2}}$",
    r"^help (?:for|with)\b",
    rf"^(?!how|what|when|why|do|does|did|can|could|is|are|will|my|our|i )(?:\S+ ){{0,3}}{_OFFERED} (?:for|in|near)\b(?! the\b)",
    rf"^(?!how|what|when|why|do|does|did|can|could|is|are|will|my|our|i )(?:\S+ ){{0,3}}{_OFFERED}\b.{{0,40}}\bcan (?:go|come|get) to\b",
)


@dataclass(frozen=True)
class Thing:
    """Something a message can ask for: how that is put, what an answer must say, and the refusal where it does not."""

    name: str
    asked: re.Pattern[str]
    said: re.Pattern[str]
    refusal: str


THINGS = (
    Thing(
        "price",
        _any(
            _then(
                r"\bhow much (?:is|are|does|do|would|will|did|it|they)\b",
                r"\b(?:costs?|charges?|fees?|join|member(?:ship)?|session|visit|hour|report)\b",
            ),
            _then(r"\b(?:what|wot) (?:do|does|would|will|did|is|are)\b", r"\b(?:costs?|charges?|price|fee)\b"),
            r"\bcosts? of (?:a|an|the)\b",
            r"\bprices?\b",
            r"\bhourly rate\b",
            r"\bper hour\b",
            _then(r"\b(?:how much|what|wot|do|does)\b", r"\b(?:charges?|pay) (?:by the|an|per) hour\b"),
            r"\bhow expensive\b",
        ),
        _any(r"£", r"\bfree\b", r"\bcosts?\b", r"\bprice"),
        "opening-details",
    ),
    Thing(
        "rate",
        _any(
            r"\b(?:rates?|amount) (?:per|for)\b",
            r"\brates? of\b",
            r"\bwhat (?:is|are) the (?:current |going |daily |weekly )?rates?\b",
        ),
        _any(r"£[\d,.]+ (?:a|an|per|each|for (?:each|every))\b", r"\d%", r"\brates?\b"),
        "exact-figure",
    ),
    Thing(
        "sum",
        _any(_then(r"\bhow much\b", r"\bper (?:pupil|child|head)\b"), r"\bin pounds\b"),
        _any(r"£", r"\d%"),
        "exact-figure",
    ),
    Thing(
        "latest figure",
        _any(
            _then(_FIGURE, _NOW),
            _then(_NOW, _FIGURE),
        ),
        # No document is newer than 2024, and none gives a figure for the year in which somebody asks.
        _any(r"(?!)"),
        "exact-figure",
    ),
    Thing(
        "time limit",
        _any(
            _then(
                rf"\bhow (?:many {_TIME}|long) (?:has|have|does|do|did|is|can|must|should|before|until|till)\b",
                rf"\b{_WHO_MUST} (?:got|have|has|must|take|allowed|decide|reply|respond|to)\b",
            ),
            r"\btime limits?\b",
            r"\bdeadlines?\b",
            _then(r"\bby law\b", r"\b(?:weeks|days)\b"),
        ),
        _any(
            rf"\b(?:\d+|one|two|three|four|five|six|eight|ten|twelve|twenty)(?: working)? {_TIME}\b",
            r"\bby (?:the end of )?\w+ 20\d\d",
            r"\bdue\b",
            r"\b\w+ 20\d\d: ",
        ),
        "exact-figure",
    ),
    Thing(
        "opening time",
        _any(
            r"\bopening (?:times?|hours|days)\b(?!.{0,40}\b(?:out of date|wrong|old|changed?|updated?)\b)",
            rf"\bwhat (?:time|times|days?|hours) (?:{_IS}|on)\b",
            rf"\bwhen {_IS} {_IT} [a-z ]{{0,30}}(?:open|close|shut)",
            rf"\b(?:is|are) {_IT}\b[a-z ]{{0,30}}\bopen\b",
            r"\bopen (?:on )?(?:a )?(?:saturdays?|sundays?|weekends?|bank holidays?|evenings?)\b",
            r"\bwhat(?:'s| is) on (?:at|this|tonight|today|tomorrow)\b",
        ),
        _any(
            r"\bopening\b",
            r"\bopen (?:from|on)\b",
            r"\bo'clock\b",
            r"\bat any time\b",
            r"\bweekends?\b",
            r"\d ?[ap]m\b",
        ),
        "opening-details",
    ),
    Thing(
        "e-mail or web address",
        _any(r"\b(?:e-?mail|web|website|site|internet|page) address", r"\bwhat(?:'s| is) (?:the|their|your) e-?mail\b"),
        _any(r"@", r"\b(?:web page|website|link)\b"),
        "opening-details",
    ),
    Thing(
        "address",
        _any(
            r"\b(?<!mail )(?<!web )(?<!website )(?<!site )(?<!internet )(?<!page )address (?:of|for|is|please)\b",
            r"\bwhat(?:'s| is) (?:the|their|your) (?:postal |full )?address\b",
            r"\b(?:postcode|post code|directions to|what street|which street|where exactly)\b",
        ),
        _any(r"\b(?:postcode|street|road|[a-z]{2}\d{1,2} ?\d[a-z]{2})\b"),
        "opening-details",
    ),
)


def missing_thing(normalised: str, answer_text: str) -> Optional[Thing]:
    """Return what a normalised message asks for that the answer's text does not say, or None.

    Sentences in which the answer itself says that something is not known do not count as saying it.
    """
    asked = [thing for thing in THINGS if thing.asked.search(normalised)]
    said = _NOT_SAID.sub(" ", answer_text) if asked else ""
    return next((thing for thing in asked if not thing.said.search(said)), None)


def asks_for_service(normalised: str) -> bool:
    """Tell whether a normalised message asks for a service, group or person to turn to, so that records may help too."""
    return bool(_FINDING.search(ASIDE.sub("", normalised)))
