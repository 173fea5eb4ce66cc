"""What the pipeline's components hand on to each other in a Rasa message, besides Rasa's own attributes."""

from __future__ import annotations

NORMALISED = "guide_normalised"
PARTS = "guide_parts"
QUESTIONS = "guide_questions"
# What of a long text is encoded in its place; missing where that is the whole.
SHORTENED = "guide_shortened"
CONTEXT = "guide_context"
FOLLOW_UP = "guide_follow_up"
VECTORS = "guide_vectors"
QUESTION_VECTORS = "guide_question_vectors"
CONTEXT_VECTOR = "guide_context_vector"
WRITER = "writer"
# How a message was understood, in names and numbers: it goes with the message to the actions.
UNDERSTANDING = "understanding"

FAQ_INTENT = "faq"
OUT_OF_SCOPE_INTENT = "out_of_scope"
AMBIGUOUS_INTENT = "ambiguous"
FALLBACK_INTENT = "nlu_fallback"
URGENT_INTENT = "urgent_help"
OTHER_LANGUAGE_INTENT = "other_language"
PERSON_INTENT = "ask_for_person"
DISTRESSED_INTENT = "distressed"

# The views of a message, scored in bot.nlu.ranking.views and fused in bot.nlu.ranking.fusion. Scores hold each twice: of the
# whole message, then of its best part.
VIEW_NAMES = ("linear", "passage", "words", "letters", "alike", "three alike", "logistic")
VIEWS = len(VIEW_NAMES)
NEAREST_ALIKE = VIEW_NAMES.index("alike")
NEAREST_PASSAGE = VIEW_NAMES.index("passage")
