"""What an operator does with referrals: `python -m bot referrals <what>`. It shows nothing that a family wrote,
except in an export, which is for the family.

Operators belong to the council, and families were told that SENDIASS reads what they send. So whatever concerns
referrals leaves a line in the desk's audit trail, and an event at the referral, before anything is shown or done.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.handover import family_data
from bot.handover.delivery.outbox import Notice, OutboxQueue
from bot.handover.delivery.process import Delivery
from bot.handover.referrals.opening import channels
from bot.handover.referrals.references import as_reference
from bot.handover.referrals.rotation import reseal
from bot.handover.referrals.store import NotFound, ReferralStore, Summary
from bot.privacy.encryption import CannotOpen, EncryptionUnavailable, new_key
from bot.settings import Settings, settings
from bot.store.engine import open_engine
from bot.store.keys import add_key_to_file, vault
from bot.store.migrate import upgrade

# What leaves a trace, and what the event at a referral is called (`desk.inbox.event` in wording.yml).
_EVENTS = {
    "show": "shown_to_operator",
    "retry": "retried_by_operator",
    "export": "exported_by_operator",
    "erase": "erasing_by_operator",
}
_TRACED = (*_EVENTS, "list", "rotate-keys")


class NoTrace(Exception):
    """No line can be written into the audit trail, so nothing may be shown; the message says what to do."""


def add_arguments(parser: ArgumentParser) -> None:
    """Add what can be done with referrals to the command's parser."""
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("list", help="referrals that are not closed, and notices that were not delivered")
    show = what.add_parser("show", help="one referral: its status, what was done, its notices; not what was written")
    show.add_argument("reference")
    retry = what.add_parser("retry", help="try again at once: one referral's notices, or all that were given up")
    retry.add_argument("reference", nargs="?")
    what.add_parser("deliver", help="try every notice that is due, once, and stop")
    export = what.add_parser("export", help="write all that is kept of one family's referral to a file, as JSON")
    export.add_argument("reference")
    export.add_argument("file", help="a new file; only its owner can read it")
    erase = what.add_parser("erase", help="erase one family's referral and print the receipt")
    erase.add_argument("reference")
    erase.add_argument("--who", required=True, help="who erases, for the receipt")
    what.add_parser("new-key", help="print a new key for GUIDE_ENCRYPTION_KEYS")
    what.add_parser("rotate-keys", help="encrypt everything anew with the first key (or a new one, in the key file)")


def run(chosen: Namespace) -> int:
    """Do one thing and return the exit status: 1 with a sentence on standard error where it cannot be done."""
    if chosen.what == "new-key":
        print(new_key())
        return 0
    configured = settings()
    try:
        upgrade(configured.referrals_url, "referrals")
        if chosen.what in _TRACED:
            _leave_trace(configured, chosen)
        return _COMMANDS[chosen.what](configured, chosen)
    except NoTrace as error:
        return _refuse(str(error))
    except EncryptionUnavailable as error:
        return _refuse(f"There is no key for referrals. {error}")
    except NotFound:
        return _refuse("There is no referral with this reference.")
    except CannotOpen as error:
        return _refuse(f"A referral cannot be decrypted: {error}.")
    except FileExistsError:
        return _refuse("That file exists already: give a new one.")
    except SQLAlchemyError as error:
        return _refuse(f"The referrals store failed ({type(error).__name__}): check GUIDE_REFERRALS_URL.")


def _leave_trace(configured: Settings, chosen: Namespace) -> None:
    """Write down who does what with which referral, in the audit trail and at the referral; raise NoTrace, or NotFound."""
    typed = getattr(chosen, "reference", None)
    reference = (as_reference(typed) or "no such reference") if typed else ""
    try:
        upgrade(configured.database_url, "guide")
        with Session(open_engine(configured.database_url)) as session, session.begin():
            audit.record(session, audit.operator(), f"referrals.{chosen.what}", reference)
    except (SQLAlchemyError, OSError) as error:
        raise NoTrace(
            f"Nothing was shown or done: the audit trail cannot be written ({type(error).__name__}). "
            "Check GUIDE_DATABASE_URL."
        ) from error
    if typed:
        store = ReferralStore(configured)
        store.note_operator(store.find(typed), _EVENTS[chosen.what], audit.operator())


def _list(configured: Settings, _: Namespace) -> int:
    store = ReferralStore(configured)
    print("  ".join(f"{status}: {number}" for status, number in store.counts().items()))
    for summary in store.listed(limit=1000):
        print(_line(summary))
    for notice in OutboxQueue(store.engine, configured).notices():
        print(_notice_line(notice))
    if not channels(configured):
        print("No notices are sent: neither GUIDE_REFERRAL_EMAIL with GUIDE_SMTP_HOST nor a webhook is set.")
    return 0


def _show(configured: Settings, chosen: Namespace) -> int:
    store = ReferralStore(configured)
    opened = store.opened(store.find(chosen.reference))
    print(_line(opened.summary))
    for event in opened.events:
        print(f"  {event.at:%Y-%m-%d %H:%M} {event.what} ({event.who})")
    for notice in OutboxQueue(store.engine, configured).notices(opened.summary.id):
        print(f"  {_notice_line(notice)}")
    return 0


def _retry(configured: Settings, chosen: Namespace) -> int:
    store = ReferralStore(configured)
    ident = store.find(chosen.reference) if chosen.reference else None
    print(f"{OutboxQueue(store.engine, configured).retry(ident)} notices will be tried again.")
    return 0


def _deliver(configured: Settings, _: Namespace) -> int:
    delivered, failed = Delivery(configured).deliver_due()
    print(f"{delivered} notices delivered, {failed} failed.")
    return 1 if failed else 0


def _export(configured: Settings, chosen: Namespace) -> int:
    store = ReferralStore(configured)
    content = family_data.export(store, store.find(chosen.reference))
    descriptor = os.open(chosen.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
    print(f"Written to {chosen.file}. It holds what the family wrote: hand it over safely and delete it.")
    return 0


def _erase(configured: Settings, chosen: Namespace) -> int:
    store = ReferralStore(configured)
    erased = family_data.erase(store, store.find(chosen.reference), chosen.who)
    rows = ", ".join(f"{table}: {number}" for table, number in erased.counts.items())
    print(f"Erased at {erased.at:%Y-%m-%d %H:%M} UTC ({rows}). Receipt {erased.receipt}.")
    return 0


def _rotate_keys(configured: Settings, _: Namespace) -> int:
    if not configured.encryption_keys:
        add_key_to_file(configured)
    changed = reseal(ReferralStore(configured).engine, vault(configured))
    print(f"{changed} texts are encrypted anew. Backups still need the older keys.")
    return 0


_COMMANDS = {
    "list": _list,
    "show": _show,
    "retry": _retry,
    "deliver": _deliver,
    "export": _export,
    "erase": _erase,
    "rotate-keys": _rotate_keys,
}


def _line(summary: Summary) -> str:
    closed = f" ({summary.closed_reason})" if summary.closed_reason else ""
    return f"{summary.reference}  {summary.status}{closed}  received {summary.received_at:%Y-%m-%d %H:%M} UTC"


def _notice_line(notice: Notice) -> str:
    fate = f"notice {notice.id} by {notice.channel}: {notice.state}, {notice.attempts} attempts"
    if notice.state == "sent":
        return f"{fate}, sent {notice.sent_at:%Y-%m-%d %H:%M} UTC"
    last = f", last failure {notice.last_failure}" if notice.last_failure else ""
    return f"{fate}{last}" + (f", next {notice.next_at:%Y-%m-%d %H:%M} UTC" if notice.state == "waiting" else "")


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
