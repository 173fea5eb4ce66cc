"""What sounds like danger and is none: phrases taken out before the rules of danger are tried.

The patterns stand in `knowledge/patterns/calm.yml`, in three layers from narrow to wide, so that what is left of a message can
still raise the alarm: phrases; kinds, calm only beside other words; and whole messages, long past and dealt with (`is_settled`)
or so plainly of a calm kind (`calm_kind`) that a likeness to urgent examples is not enough.

All work on plain speech (`plain_speech`): lower case, no apostrophes or commas, ` . ` ends a sentence.
"""

from __future__ import annotations

from bot.reading.patterns import calm_patterns

_MASK = "~"
_PATTERNS = calm_patterns()
KINDS, WHOLE_KINDS = _PATTERNS.kinds, _PATTERNS.whole_kinds
_LONG_AGO, _SETTLED, _AGAIN, _AT_PRESENT = (
    _PATTERNS.signs[name] for name in ("long_ago", "settled", "again", "at_present")
)
_WENT_OFF, _BACK_SAFE, _AWAY_NOW = (_PATTERNS.signs[name] for name in ("went_off", "back_safe", "away_now"))
_QUESTION, _WORSE_WORDS = _PATTERNS.signs["question"], _PATTERNS.signs["worse"]
_SOON_AFTER = 80  # letters
_LONGEST_CALM_SENTENCE = 25  # words
_MOST_ELSE = 3  # words of a message that are neither calm by their kind nor a question


def without_calm_phrases(plain_text: str) -> str:
    """Return a plain text with each calm phrase, and each phrase of a calm kind, replaced by a mark."""
    rest = _PATTERNS.phrases.sub(_MASK, plain_text)
    for kind in KINDS:
        if (
            kind.pattern.search(rest)
            and all(each.search(plain_text) for each in kind.beside)
            and not kind.unless.search(rest)
        ):
            rest = kind.pattern.sub(_MASK, rest)
    return rest


def is_settled(plain_text: str, start: int = 0, end: int | None = None) -> bool:
    """Tell whether what stands between `start` and `end` of a plain text is told as long past, with all well now.

    Its own sentence must say that it is past; what is done at present is never settled.
    """
    if not _SETTLED.search(plain_text) or _AGAIN.search(plain_text):
        return False
    if end is None:
        return bool(_LONG_AGO.search(plain_text))
    sentence_start, sentence_end = _sentence_around(plain_text, start, end)
    told = plain_text[start:end]
    return bool(_LONG_AGO.search(plain_text, sentence_start, sentence_end)) and not _AT_PRESENT.search(told)


def is_back_safe(plain_text: str, start: int = 0, end: int | None = None) -> bool:
    """Tell whether somebody who ran off, as told between `start` and `end` of a plain text, came back at once.

    The sentence itself or what follows it soon must say so.
    """
    if _AWAY_NOW.search(plain_text):
        return False
    if end is None:
        return bool(_BACK_SAFE.search(plain_text) and _WENT_OFF.search(plain_text))
    sentence_start, sentence_end = _sentence_around(plain_text, start, end)
    return bool(_BACK_SAFE.search(plain_text, sentence_start, sentence_end + _SOON_AFTER))


def _sentence_around(plain_text: str, start: int, end: int) -> tuple[int, int]:
    after = plain_text.find(" . ", max(start, end - 2))  # the match may end with the full stop
    return max(plain_text.rfind(" . ", 0, start), 0), after if after >= 0 else len(plain_text)


def calm_kind(plain_text: str) -> str | None:
    """Return the calm kind that a plain text without urgent patterns is plainly of, or None.

    Each sentence must be of a calm kind or a question, but for a few words: else danger may be told in the rest.
    """
    found = None
    words_else = 0
    for sentence in plain_text.split(" . "):
        sentence = sentence.removesuffix(" .").strip(". ")
        length = len(sentence.split())
        kind = _kind_of_sentence(sentence, plain_text) if length <= _LONGEST_CALM_SENTENCE else None
        found = found or kind
        if not kind and not (_QUESTION.search(sentence) and not _WORSE_WORDS.search(sentence)):
            words_else += length
    return found if words_else <= _MOST_ELSE else None


def _kind_of_sentence(sentence: str, plain_text: str) -> str | None:
    if is_settled(plain_text) and (_LONG_AGO.search(sentence) or _SETTLED.search(sentence)):
        return "settled long ago"
    if is_back_safe(plain_text) and _BACK_SAFE.search(sentence):
        return "back safe"
    for kind in (*WHOLE_KINDS, *KINDS):
        rest = kind.pattern.sub(_MASK, sentence)
        if rest != sentence and all(each.search(plain_text) for each in kind.beside):
            if not kind.unless.search(rest):
                return kind.name
    return None
