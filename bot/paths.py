"""Where things lie. Standard library only: both environments import this."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KNOWLEDGE = ROOT / "knowledge"
ANSWERS = KNOWLEDGE / "answers"
EXAMPLES = ROOT / "data" / "nlu"
VAR = Path(os.environ.get("GUIDE_VAR_DIR", ROOT / "var"))
ENCODER = Path(os.environ.get("GUIDE_ENCODER_DIR", VAR / "encoder"))
SMALL_ENCODER = Path(os.environ.get("GUIDE_SMALL_ENCODER_DIR", VAR / "small-encoder"))
PLACE_NAMES = KNOWLEDGE / "places.yml"
PLACES = Path(os.environ.get("GUIDE_PLACES_FILE", VAR / "places.db"))
MODELS = VAR / "models"
