"""Does somebody sound worn out or in tears, whatever else they ask? Danger is not meant: that is urgent help."""

from __future__ import annotations

import re

_DISTRESS = re.compile(
    r"\b(?:wit'?s'? end|end of (?:my|our) (?:tether|rope)|in tears|crying|cried|cry my eyes|in bits|in pieces|sobb(?:ed|ing)|"
    r"desperate(?!ly seeking)|despair(?:ing)?|heart ?broken|breaking (?:my|our|his|her) heart|broken (?:me|us)|"
    r"(?:can'?t|cannot|cant|canna|cannit) (?:cope|take (?:much|any) more|do this any ?more|go on like this)|not coping|"
    r"(?:i'?m|i am|we'?re|we are|feel(?:ing)?|so|totally|completely) (?:so )?"
    r"(?:exhausted|worn out|worn oot|burnt out|overwhelmed|broken|drowning|alone with|ashamed|frantic|distraught|on my knees)|"
    r"sick with worry|worried sick|beside myself|had enough of fighting|no fight left|(?:got|have) no ?one to turn to|"
    r"(?:don'?t|dont) know (?:where|who|which way) to turn)\b",
    re.I,
)


def sounds_distressed(text: str) -> bool:
    """Tell whether words of distress stand in `text`."""
    return bool(_DISTRESS.search(text.replace("\u2019", "'")))
