"""Our own spaCy pipeline: a blank English one with an entity ruler built from `knowledge/vocabulary.yml`.

It finds places, needs, kinds of service, roles and ages. `python -m bot train` writes it; Rasa's SpacyNLP loads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import spacy

from bot.paths import VAR
from bot.reading.vocabulary import load_vocabulary

PIPELINE_FOLDER = VAR / "spacy"
_AGE_UNITS = ["year", "years", "yr", "yrs", "y", "month", "months", "mth", "mths", "week", "weeks"]


def build_pipeline(folder: Path = PIPELINE_FOLDER) -> None:
    """Write the pipeline to `folder`."""
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER", "ent_id_sep": "||"})
    ruler.add_patterns([*_phrase_patterns(), *_age_patterns()])  # type: ignore[attr-defined]
    folder.mkdir(parents=True, exist_ok=True)
    pipeline.to_disk(folder)


def _phrase_patterns() -> list[dict[str, Any]]:
    return [
        {"label": kind, "id": value, "pattern": phrase}
        for kind, values in load_vocabulary().entity_phrases().items()
        for value, phrases in values.items()
        for phrase in phrases
    ]


def _age_patterns() -> list[dict[str, Any]]:
    number: list[dict[str, Any]] = [
        {"LIKE_NUM": True, "LENGTH": {"<=": 2}},
        {"LOWER": {"IN": list(load_vocabulary().number_words)}},
    ]
    patterns: list[list[dict[str, Any]]] = []
    for figure in number:
        patterns += [
            [
                figure,
                {"ORTH": "-", "OP": "?"},
                {"LOWER": {"IN": _AGE_UNITS}},
                {"ORTH": "-", "OP": "?"},
                {"LOWER": "old"},
            ],
            [figure, {"LOWER": "yo"}],
            [{"LOWER": {"IN": ["aged", "age"]}}, figure],
            [
                {"LOWER": {"IN": ["lad", "lass", "boy", "girl", "child", "bairn", "son", "daughter"]}},
                {"LOWER": "of"},
                figure,
            ],
        ]
    patterns += [
        [{"LOWER": {"REGEX": r"^\d{1,2}(yo|yrs?|mths?)$"}}],
        [{"LOWER": {"IN": ["teenager", "teenagers", "teen", "teens"]}}],
        [{"LOWER": {"IN": ["baby", "toddler", "newborn"]}}],
    ]
    return [{"label": "age", "pattern": pattern} for pattern in patterns]
