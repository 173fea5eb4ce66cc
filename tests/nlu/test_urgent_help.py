"""Despair must not hide danger: where a message is mostly distress, the rest of the ranking decides."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.components.urgent_help import UrgentHelpDetector


@pytest.mark.parametrize(
    ("distressed", "urgent", "found"),
    [(0.9, 0.07, True), (0.0, 0.45, True), (0.97, 0.02, False), (0.5, 0.1, False), (0.0, 0.3, False)],
)
def test_distress_does_not_hide_urgency(distressed, urgent, found):
    ranking = [{"name": "distressed", "confidence": distressed}, {"name": "urgent_help", "confidence": urgent}]
    message = Message(data={"text": "how it goes", "intent": {"name": "distressed"}, "intent_ranking": ranking})
    UrgentHelpDetector(UrgentHelpDetector.get_default_config()).process([message])
    assert (message.get("intent")["name"] == "urgent_help") == found


@pytest.mark.parametrize(
    ("message", "urgent", "found"),
    [
        ("this form will be the death of me", 0.6, False),
        ("this form will be the death of me", 0.97, True),
        ("my son has gone very quiet", 0.6, True),
        ("he is not suicidal but he wont tell me why he is crying, what do i do", 0.6, True),
    ],
)
def test_in_calm_words_the_ranking_must_be_surer(message, urgent, found):
    parsed = Message(data={"text": message, "intent": {"name": "faq"}})
    parsed.set(
        "intent_ranking", [{"name": "urgent_help", "confidence": urgent}, {"name": "faq", "confidence": 1 - urgent}]
    )
    UrgentHelpDetector(UrgentHelpDetector.get_default_config()).process([parsed])
    assert (parsed.get("intent")["name"] == "urgent_help") == found
