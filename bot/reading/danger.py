"""Finds a message in which somebody may be in danger, whatever else it asks.

The text is put into plain speech (`plain_speech`), phrases that only sound dangerous are taken out (`calm_words`), and what is
left is searched by the rules of `knowledge/patterns/danger.yml`: who does what to whom, within a few words; what people say of
themselves; what staff write. A rule may be cancelled by a negation ("never hit him") or by a context that makes it an ordinary
worry.
"""

from __future__ import annotations

import re

from bot.reading.calm_words import is_back_safe, is_settled, without_calm_phrases
from bot.reading.patterns import Rule, danger_patterns
from bot.reading.plain_speech import plain

_PATTERNS = danger_patterns()
RULES = _PATTERNS.rules
_NEGATED = _PATTERNS.signs["negation"]
_NEGATABLE_ACT = _PATTERNS.signs["negatable_act"]
_LONGEST_NEGATION = 50  # letters


def find_urgent(text: str) -> str | None:
    """Return what sort of urgent help a message calls for, or None.

    One of: harm, violence, self-harm, suicide, fear-of-harming, missing, medical, exploitation, disclosure.
    """
    words_of_text = plain(text)
    if not words_of_text:
        return None
    rest = without_calm_phrases(words_of_text)
    for rule in RULES:
        for match in rule.pattern.finditer(rest):
            if rule.unless and rule.unless.search(words_of_text):
                break
            if not ((rule.negatable and _is_negated(rest, match)) or _is_over(rule, rest, match)):
                return rule.category
    return None


def _is_over(rule: Rule, text: str, match: re.Match[str]) -> bool:
    """Tell whether the message says that what the match tells is over: settled long ago, or back safe."""
    if rule.category == "missing" and is_back_safe(text, match.start(), match.end()):
        return True
    return rule.category in _PATTERNS.may_be_settled and is_settled(text, match.start(), match.end())


def _is_negated(text: str, match: re.Match[str]) -> bool:
    """Tell whether each act in the match has a negation in front of it."""
    acts = list(_NEGATABLE_ACT.finditer(text, match.start(), match.end()))
    return bool(acts) and all(
        _NEGATED.search(text, max(0, act.start() - _LONGEST_NEGATION), act.start()) for act in acts
    )
