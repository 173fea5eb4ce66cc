"""The notice by e-mail: that there is a referral, its reference and a link; what a family wrote only where a setting says so."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from bot.guidance.wording import wording
from bot.handover.delivery.notices import inbox_link
from bot.handover.referrals.store import Opened
from bot.settings import Settings


def mail_of(settings: Settings, referral: Opened, notice_id: str, made_at: datetime) -> EmailMessage:
    """Return the mail of a notice. However often it is made, its Message-ID is the same, so that a copy is known."""
    sender = settings.smtp_from or settings.referral_email
    domain = parseaddr(sender)[1].rpartition("@")[2]
    reference = referral.summary.reference
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, settings.referral_email
    mail["Subject"] = wording("notice.subject", reference=reference)
    mail["Message-ID"] = f"<{notice_id}@{domain}>"
    mail["Date"] = format_datetime(made_at)
    mail["Auto-Submitted"] = "auto-generated"
    lines = [wording("notice.new", reference=reference)]
    link = inbox_link(settings, referral.summary.id)
    if link:
        lines += [wording("notice.link"), link]
    if settings.referral_email_details:
        lines += ["", wording("notice.details"), *_details(referral)]
    else:
        lines += [wording("notice.no_details")]
    mail.set_content("\n".join(lines) + "\n")
    return mail


def send(settings: Settings, mail: EmailMessage) -> None:
    """Hand a mail to the server; raise smtplib.SMTPException or OSError where it was not taken."""
    with _connection(settings) as server:
        if settings.smtp_security == "starttls":
            server.starttls(context=_trusted(settings.smtp_ca_file))
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(mail)


@lru_cache
def _trusted(ca_file: str) -> ssl.SSLContext:
    """Return what says which servers are trusted: read once, for that takes longer than all the rest of a mail."""
    return ssl.create_default_context(cafile=ca_file or None)


def _connection(settings: Settings) -> smtplib.SMTP:
    where = (settings.smtp_host, settings.smtp_port)
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=settings.delivery_timeout_s, context=_trusted(settings.smtp_ca_file))
    return smtplib.SMTP(*where, timeout=settings.delivery_timeout_s)


def _details(referral: Opened) -> list[str]:
    details = referral.details
    lines = [f"{wording(f'notice.fields.{name}')}: {answer}" for name, answer in details.answers().items()]
    if details.conversation:
        lines += ["", wording("notice.fields.conversation")]
        lines += [f"{wording(f'notice.speakers.{who}')}: {text}" for who, text in details.conversation]
    return lines
