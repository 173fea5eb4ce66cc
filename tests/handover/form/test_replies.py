"""What the chat says in a handover."""

from __future__ import annotations

import re

from bot.guidance.contacts import contact
from bot.handover.form.replies import offer_message


def test_where_nothing_can_be_sent_the_offer_gives_the_page_and_no_number():
    message = offer_message(None, is_open=False)
    assert message["custom"]["kind"] == "handoff" and message["buttons"] == []
    assert message["custom"]["links"] == [{"title": contact("sendiass").name, "url": "https://durhamsendiass.info/"}]
    assert not re.search(r"\d{5}", message["text"])
