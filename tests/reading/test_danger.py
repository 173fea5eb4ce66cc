"""Urgent help is found in many mouths, and ordinary talk stays ordinary."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
import yaml

from bot.reading import calm_words, danger
from bot.reading.danger import RULES, find_urgent
from bot.reading.plain_speech import plain

try:
    from re import _parser as regex_parser  # Python 3.11 and newer
except ImportError:
    import sre_parse as regex_parser  # type: ignore[no-redef]

DATA = Path(__file__).resolve().parents[2] / "data" / "nlu"
LEAST_RECALL = 0.9
CATEGORIES = {
    "harm", "violence", "self-harm", "suicide", "fear-of-harming", "missing", "medical", "exploitation", "disclosure",
}  # fmt: skip


def examples(file: str) -> list[str]:
    entries = yaml.safe_load((DATA / file).read_text(encoding="utf-8"))["nlu"]
    return [line[2:] for entry in entries for line in entry["examples"].splitlines() if line.startswith("- ")]


def test_training_examples_are_found():
    messages = examples("urgent_help.yml")
    missed = [message for message in messages if not find_urgent(message)]
    assert len(messages) >= 350
    assert 1 - len(missed) / len(messages) >= LEAST_RECALL, missed


def test_training_lookalikes_stay_calm():
    messages = examples("urgent_lookalikes.yml")
    alarmed = [message for message in messages if find_urgent(message)]
    assert len(messages) >= 60
    assert len(alarmed) <= len(messages) // 20, alarmed


@pytest.mark.parametrize(
    ("message", "category"),
    [
        ("my husband hit our son", "harm"),
        ("he's been brayin wor lass", "harm"),
        ("he comes in my room", "harm"),
        ("the taxi escort has been slapping my daughter", "harm"),
        ("her uncle touches her and says it's a secret", "harm"),
        ("she is scared to go home", "harm"),
        ("my partner hits me", "violence"),
        ("my son has a knife", "violence"),
        ("he won't let me leave the house or see my mam", "violence"),
        ("she's self harming", "self-harm"),
        ("he says he'd be better off dead", "suicide"),
        ("I can't go on", "suicide"),
        ("she'd be better off without me", "suicide"),
        ("he doesn't want to be here any more", "suicide"),
        ("what's the point of living", "suicide"),
        ("I nearly shook him", "fear-of-harming"),
        ("my daughter has gone missing", "missing"),
        ("my autistic son has run off and I can't find him", "missing"),
        ("he's not breathing", "medical"),
        ("she's having a fit and it won't stop", "medical"),
        ("my son has swallowed a battery", "medical"),
        ("county lines", "exploitation"),
        ("my family are forcing her to marry her cousin", "exploitation"),
        ("pupil disclosed", "disclosure"),
        ("child has made a disclosure", "disclosure"),
        ("safeguarding concern about a pupil", "disclosure"),
    ],
)
def test_plain_cases_and_their_category(message, category):
    assert category in CATEGORIES
    assert find_urgent(message) == category


@pytest.mark.parametrize(
    "message",
    [
        "MY HUSBAND HIT OUR SON!!!",
        "my  husband\nhit our son",
        "i want to k1ll myself",
        "i want to kіll mysеlf",  # Cyrillic letters
        "i feel sui\u200bcidal",
        "she doesn’t want to live",
        "i feel suicidel",
        "my dauhgter is bein abbused",
        "shes cuttin hersel",
        "i divvent want to be here nee more",
        "he hoyed the bairn doon the stairs",
    ],
)
def test_however_it_is_typed(message):
    assert find_urgent(message)


def test_found_inside_a_long_story_that_ends_in_an_ordinary_question():
    before = "we have waited fourteen weeks for the plan and I ring and nobody answers. " * 12
    after = "anyway can you tell me what happens at an annual review and who gets invited? " * 8
    assert find_urgent(before + after) is None
    assert find_urgent(before + "his mam's boyfriend hits him when she's at work. " + after) == "harm"


@pytest.mark.parametrize(
    "message",
    [
        "this homework is killing me",
        "I could murder a cuppa",
        "school neglected his paperwork",
        "he's dying to join",
        "the wait is killing us",
        "she hit her targets",
        "we've hit a brick wall",
        "fighting for a plan",
        "they cut his hours",
        "cutting with scissors is a difficulty",
        "he's always missing school",
        "he's missing from the list",
        "he keeps missing his OT appointment",
        "is a video game killing his sleep",
        "suicide prevention training where",
        "safeguarding training booking",
        "what is the safeguarding policy",
        "he hits himself with joy",
        "how do we beat the system",
        "they abused the budget",
        "dead chuffed",
        "at the end of my tether with forms",
        "how do I handle a meltdown",
        "services hit by cuts",
        "is there a drop-in",
        "they broke down the costs",
        "he lashes out at school, can he get a plan",
        "he was kicked out of school",
        "I was hit with a bill",
        "he bangs his head and bites himself, can he get occupational therapy",
        "he pinches others, is it sensory",
        "what's the weather tomorrow",
        "",
        "   ...  ",
    ],
)
def test_lookalikes_stay_calm(message):
    assert find_urgent(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "he has never hit anyone",
        "nobody has hurt him, he just hates PE",
        "I never hit my son but other mams say I am too soft",
        "he isn't being abused, he just won't eat",
        "my daughter is not suicidal, she is just low, who can help",
        "he has never self harmed but he is anxious",
    ],
)
def test_negation_calms(message):
    assert find_urgent(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "nobody knows that his dad hits him",
        "he won't stop hitting me",
        "my dad hits me and nobody believes me",
        "it is not the first time my partner hit our son",
        "this homework is killing me and my dad hits me when I get it wrong",
    ],
)
def test_a_negation_or_figure_of_speech_elsewhere_does_not_calm(message):
    assert find_urgent(message)


@pytest.mark.parametrize(
    "message",
    [
        "dad kicked him in the stomach",
        "my stepdad pushed her into the wall",
        "he pushed me through a window",
        "his carer hit her bottom",
        "she was slapped in the face by the escort",
        "my partner beat me to a pulp",
        "he tried to drown her",
        "he has been missing two days",
        "he can't breathe he swallowed a coin",
        "staff at school hurt my son",
        "he is killing her",
        "he cut up his left arm with glass",
        "uncle pulled my trousers down and touched me",
    ],
)
def test_calm_phrases_hide_no_danger(message):
    assert find_urgent(message)


def test_categories_are_known():
    assert {rule.category for rule in RULES} == CATEGORIES


def test_plain_text_has_one_form():
    assert plain("He’s  been BRAYIN’ wor lass!!") == plain("hes been brayin wor lass .")


def _unbounded_within_unbounded(parsed, inside=False) -> bool:
    """Tell whether an unbounded repetition holds another: what makes a pattern's time explode."""
    for operation, argument in parsed:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, most, body = argument
            unbounded = most == regex_parser.MAXREPEAT
            if (unbounded and inside) or _unbounded_within_unbounded(body, inside or unbounded):
                return True
        elif name == "SUBPATTERN":
            if _unbounded_within_unbounded(argument[-1], inside):
                return True
        elif name == "BRANCH":
            if any(_unbounded_within_unbounded(branch, inside) for branch in argument[1]):
                return True
        elif name in ("ASSERT", "ASSERT_NOT") and _unbounded_within_unbounded(argument[1], inside):
            return True
    return False


def test_no_repetition_without_end_holds_another():
    patterns = [danger._NEGATED]
    patterns += [value for value in vars(calm_words).values() if isinstance(value, re.Pattern)]
    for kind in (*calm_words.KINDS, *calm_words.WHOLE_KINDS):
        patterns += [kind.pattern, *kind.beside, kind.unless]
    for rule in RULES:
        patterns += [rule.pattern, *([rule.unless] if rule.unless else [])]
    assert _unbounded_within_unbounded(regex_parser.parse(r"(?:a+b)+"))
    assert not [one.pattern[:60] for one in patterns if _unbounded_within_unbounded(regex_parser.parse(one.pattern))]


def _shortest_seconds(text: str) -> float:
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        find_urgent(text)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@pytest.mark.parametrize(
    "words",
    [
        "my son and the school and his plan ",
        "he my the his her a little old ",
        "husband son was been the my dad ",
        "a ",
        "fit head bruises because of the ",
        "aaaaaaaaaaaaaaaaaaaa",
        "i was never not ever been ",
    ],
)
def test_time_grows_with_the_length_only(words):
    short, long = (words * 2000)[:1000], (words * 2000)[:4000]
    most_growth = 10  # four times the text; quadratic time would be sixteen times
    assert _shortest_seconds(long) < most_growth * max(_shortest_seconds(short), 0.001)


def test_whole_of_a_message_at_the_limit_is_read():
    assert find_urgent("the plan is late again. " * 80 + "my husband hit our son") == "harm"
    assert re.search("husband", plain("x " * 900 + "husband"))
