"""Rasa's log of a failure names what failed and where, and never what somebody wrote."""

from __future__ import annotations

import logging

import structlog
from rasa.utils.log_utils import configure_structlog

from bot.nlu.process.quiet_logs import keep_texts_out_of_logs


def test_a_failure_is_logged_without_the_message(capsys, caplog):
    configure_structlog(logging.WARNING)
    logger = structlog.get_logger("rasa.core.channels.rest")
    logger.warning("used before")
    keep_texts_out_of_logs()
    keep_texts_out_of_logs()
    text = " ".join(["my daughter", "Xanthippe"])
    with caplog.at_level(logging.WARNING):
        try:
            raise ValueError(text)
        except ValueError:
            logger.exception("rest.message.received.failure", text=text)
            logger.warning("nlu.parsed", parse_data={"text": text})
    written = caplog.text + "".join(capsys.readouterr())
    assert "rest.message.received.failure" in written and "ValueError at test_quiet_logs.py" in written
    assert "Xanthippe" not in written
