"""What both Pythons test of their patterns."""

from __future__ import annotations

import re
from collections.abc import Set

from bot.reading.patterns import calm_patterns, danger_patterns
from tests.hostile import Found, common_texts, find_slow, hostile_texts, patterns

# What the guide was stopped with: three readings of "thank you", and every start of a run of commas.
SMALL_TALK = re.compile(
    r"^(?:(?:ok(?:ay)?|thanks?|thank you|thankyou|thank|you|ta|cheers|great|aye|yes|yeah|yep|no|nope|nah|hello|hi|hiya|hey|bye|"
    r"goodbye|tarra|pet|love|so much|very much|a lot|that is|that's|thats|it is|all|for now|now|lovely|brilliant|brill|smashing|"
    r"magic|perfect|good|fine|cool|right|please|mate|very|helpful|helps?|is|none of (?:these|them|those)|start again)\b[,.! ]*)+$"
)
END = re.compile(
    r"(?:[,.!? ]+(?:ok(?:ay)?|right|great|thanks?(?: you)?|ta|cheers|please|pls|plz|hi|hiya|oh|ah|and|but|so|then|also|"
    r"aye|yes|yeah|no|nope|nah|sorry))*[.!? ]*$",
    re.I,
)
OTHERS = {
    "two readings of a word": r"(?:a+)+$",
    "any number of words, then another": r"\bwhat\b.*\bmeans\b",
    "words and spaces": r"good with (?:\w+ ?){1,3}(?:\(|$)",
    "an aside without an end": r"\([^)]*\)",
    "spaces on both sides": r"\s*\d\s*",
}


def no_pattern_is_slow() -> None:
    common = common_texts()
    slow = [find_slow(found, [*hostile_texts(found.pattern), *common]) for found in patterns()[0]]
    told = [f"{each.where}: {each.why}: {each.text[:60]!r}..." for each in slow if each]
    assert not told, "\n".join(told)


def the_fuzz_finds_what_was_slow() -> None:
    slow = {"small talk": SMALL_TALK, "end": END, **{name: re.compile(form) for name, form in OTHERS.items()}}
    for name, pattern in slow.items():
        assert find_slow(Found(name, pattern), [*hostile_texts(pattern), *common_texts()]), name
    for quick in (r"\bthank(?:s| you)?\b", r"\b[a-z]+ \d+", r"(?<!\w)\w+@\w+"):
        assert not find_slow(Found(quick, re.compile(quick)), [*hostile_texts(re.compile(quick)), *common_texts()]), (
            quick
        )


def their_patterns_are_read(modules: Set[str]) -> None:
    found, unread = patterns()
    read = {each.pattern for each in found}
    assert {rule.pattern for rule in danger_patterns().rules} | {calm_patterns().phrases} <= read
    assert {kind.pattern for kind in (*calm_patterns().kinds, *calm_patterns().whole_kinds)} <= read
    assert modules <= {module for each in found for module in modules if each.where.startswith(module)}
    # What a function makes of its arguments can only be read where the result is kept: these are all kept. Those of "patterns",
    # which are read from knowledge/patterns/, are kept by what looks for them, bot.reading.danger and calm_words.
    kept = {"easy_passwords", "query", "ages", "retelling", "asking", "patterns", "text"}
    assert {place.rpartition(":")[0].rpartition(".")[2] for place in unread} <= kept, unread
