"""Our own spaCy pipeline: a blank English one, which cuts a message into words.

What a message names (a place, an age, a need) is read in the directory's search (`bot.directory.search.query`), once.
`python -m bot train` writes the pipeline; Rasa's SpacyNLP loads it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import spacy

from bot.paths import VAR

PIPELINE_FOLDER = VAR / "spacy"


def build_pipeline(folder: Path = PIPELINE_FOLDER) -> None:
    """Write the pipeline to `folder`, in place of what an earlier one left there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    spacy.blank("en").to_disk(folder)
