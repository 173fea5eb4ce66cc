"""What the pipeline's components hand on to each other in a Rasa message, besides Rasa's own attributes."""

from __future__ import annotations

NORMALISED = "guide_normalised"
PARTS = "guide_parts"
VECTORS = "guide_vectors"
WRITER = "writer"

FAQ_INTENT = "faq"
AMBIGUOUS_INTENT = "ambiguous"
FALLBACK_INTENT = "nlu_fallback"
URGENT_INTENT = "urgent_help"
