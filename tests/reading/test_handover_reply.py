"""While a question of the handover is open: answers stay answers, and anything else is not swallowed."""

from __future__ import annotations

import pytest

from bot.handover.form.steps import STEPS
from bot.reading.handover_reply import read


@pytest.mark.parametrize(
    ("step", "typed", "kind"),
    [
        ("offer", "yes please", "start"),
        ("offer", "aye go on", "message"),
        ("offer", "aye", "start"),
        ("offer", "no thanks", "decline"),
        ("offer", "what is an ehc plan", "message"),
        ("about", "The school has not given her the hours in the plan", "answer"),
        ("about", "how long does a plan take?", "unsure"),
        ("about", "what they said at the meeting was not true " + "and it goes on " * 12, "answer"),
        ("about", "no", "answer"),
        ("about", "skip", "skip"),
        ("about", "Stop", "stop"),
        ("about", "i've changed my mind", "stop"),
        ("name", "Will", "answer"),
        ("name", "May Will Carr", "message"),
        ("name", "why do you need my name?", "message"),
        ("name", "can I see it before you send it", "message"),
        ("name", "Wilhelmina", "answer"),
        ("name", "I don't really see why I should have to tell you that at all", "message"),
        ("contact", "07700 900123", "answer"),
        ("contact", "can you ring 07700 900123?", "answer"),
        ("contact", "who will ring me", "message"),
        ("when", "when I am off work", "answer"),
        ("when", "is it ok at night?", "message"),
        ("child", "no", "skip"),
        ("child", "I'd rather not say", "skip"),
        ("child", "Grace", "answer"),
        ("age", "7", "answer"),
        ("school", "none", "skip"),
        ("school", "St. Quill's RC Primary School, Nowhere", "answer"),
        ("school", "carry on", "carry_on"),
        ("check", "yes", "carry_on"),
        ("check", "send it", "send"),
        ("check", "don't send it", "stop"),
        ("check", "who reads this?", "message"),
        ("about", "my husband hit our son", "urgent"),
        ("name", "he has taken an overdose", "urgent"),
        ("offer", "he wants to kill himself", "urgent"),
    ],
)
def test_what_was_typed_is_told_by_its_form(step, typed, kind):
    assert read(STEPS.get(step, step), typed) == kind
