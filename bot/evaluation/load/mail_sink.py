"""A mail server on this machine that keeps what it gets and, if told to, refuses some of it."""

from __future__ import annotations

import email.policy
import random
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.evaluation.system import free_ports

TAKEN = "250 taken"
REFUSED = "451 try again later"
LOST = "the connection ends after the mail was taken"


class MailSink:
    """Takes mail. `refuses` decides, for each mail, between TAKEN, REFUSED and LOST."""

    def __init__(self, refuses: Callable[[], str] = lambda: TAKEN) -> None:
        self.refuses = refuses
        self.mails: list[EmailMessage] = []
        self.refused = 0
        self.port = 0
        self._lock = threading.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail or refuse it."""
        answer = self.refuses()
        with self._lock:
            if answer == REFUSED:
                self.refused += 1
                return REFUSED
            content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
            self.mails.append(BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content))
        if answer == LOST:
            assert server.transport is not None
            server.transport.close()
        return TAKEN

    def copies(self) -> dict[str, int]:
        """Return how many copies came of each mail, by its Message-ID."""
        with self._lock:
            mails = list(self.mails)
        counted: dict[str, int] = {}
        for mail in mails:
            ident = str(mail["Message-ID"])
            counted[ident] = counted.get(ident, 0) + 1
        return counted


@contextmanager
def mail_sink(refuses: Callable[[], str] = lambda: TAKEN, tls: ssl.SSLContext | None = None) -> Iterator[MailSink]:
    """Run a sink on a free loopback port; with `tls` it demands STARTTLS."""
    sink = MailSink(refuses)
    (sink.port,) = free_ports(1)
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        tls_context=tls,
        require_starttls=tls is not None,
        ready_timeout=10.0,
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def half_of_the_time(seed: int) -> Callable[[], str]:
    """Return a decision that refuses half of the mails, and loses the answer to one in twenty, by a seeded dice."""
    dice = random.Random(seed)
    return lambda: dice.choices([TAKEN, REFUSED, LOST], weights=[45, 50, 5])[0]
