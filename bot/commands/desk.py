"""What an operator does with accounts and the audit trail: `python -m bot users ...` and `python -m bot audit verify`."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from bot.accounts import audit
from bot.accounts.accounts import AccountProblem, Accounts
from bot.desk.build import make_accounts
from bot.guidance.wording import wording
from bot.roles import ROLES, BadRoles
from bot.settings import Settings, settings
from bot.store.engine import open_engine
from bot.store.migrate import upgrade


def add_user_arguments(parser: ArgumentParser) -> None:
    """Add what can be done with accounts to the command's parser."""
    what = parser.add_subparsers(dest="what", required=True)
    add = what.add_parser("add", help="make an account; the password is asked for, or read from standard input")
    add.add_argument("name", help="a short name or a work e-mail address")
    _add_roles(add, required=True)
    what.add_parser("list", help="every account with its roles and state")
    for name, text in (
        ("disable", "let an account sign in no longer; it is signed out at once"),
        ("enable", "let a disabled account sign in again"),
        ("reset-password", "give an account another password; it can sign in at once and is signed out everywhere"),
        ("remove-codes", "ask an account for no code from an app any more, such as after a lost phone"),
        ("unlock", "let an account that was slowed down after failed tries sign in at once, from wherever"),
    ):
        what.add_parser(name, help=text).add_argument("name")
    roles = what.add_parser("set-role", help="give an account other roles; it must sign in again")
    roles.add_argument("name")
    _add_roles(roles, required=True)


def add_audit_arguments(parser: ArgumentParser) -> None:
    """Add what can be done with the audit trail to the command's parser."""
    what = parser.add_subparsers(dest="what", required=True)
    check = what.add_parser("verify", help="check that no line was changed, taken out or put in")
    check.add_argument("--holds", metavar="HASH", help="the last hash of an earlier check, which must still be there")


def run_users(chosen: Namespace) -> int:
    """Do one thing with accounts; return 1, with a sentence on standard error, where it cannot be done."""
    configured = settings()
    try:
        upgrade(configured.database_url, "guide")
        return _COMMANDS[chosen.what](make_accounts(configured, open_engine(configured.database_url)), chosen)
    except (AccountProblem, BadRoles) as problem:
        return _refuse(wording(problem.reason))
    except SQLAlchemyError as error:
        return _refuse(f"The database cannot be used ({type(error).__name__}): check GUIDE_DATABASE_URL.")


def run_audit(chosen: Namespace) -> int:
    """Check the audit trail; return 1 where it was tampered with."""
    return verify(settings(), chosen.holds)


def verify(configured: Settings, known_hash: str | None = None) -> int:
    """Check the audit trail and print the finding; return 0 where every line is as it was written."""
    try:
        upgrade(configured.database_url, "guide")
        found = audit.verify(open_engine(configured.database_url), known_hash)
    except SQLAlchemyError as error:
        return _refuse(f"The database cannot be used ({type(error).__name__}): check GUIDE_DATABASE_URL.")
    if found.wrong_line is not None:
        return _refuse(f"The trail is not whole: line {found.wrong_line} is missing or was changed.")
    print(f"{found.lines} lines, none changed. Last hash: {found.last_hash}")
    return 0


def _add(accounts: Accounts, chosen: Namespace) -> int:
    accounts.add(chosen.name, _asked_password(), chosen.role, bool(chosen.works_queue), audit.operator())
    print(f"Made the account {chosen.name.strip().casefold()}.")
    return 0


def _list(accounts: Accounts, _: Namespace) -> int:
    states = accounts.states()
    for account in accounts.all():
        state = ["active" if account.active else "disabled"]
        slow = states[account.name]
        state += ["slowed down after failed tries"] if slow.waits else []
        state += [f"{slow.tries} failed tries since the last sign-in"] if slow.tries else []
        state += ["code from an app"] if account.totp_secret else []
        state += ["works the content queue"] if account.works_queue else []
        state += ["signs in with the identity provider"] if account.oidc_subject else []
        last = f"{account.signed_in_at:%Y-%m-%d %H:%M} UTC" if account.signed_in_at else "never"
        print(f"{account.name}: {account.roles.replace(' ', ', ')}; {', '.join(state)}; last signed in {last}")
    return 0


def _set_active(active: bool) -> Callable[[Accounts, Namespace], int]:
    def change(accounts: Accounts, chosen: Namespace) -> int:
        accounts.set_active(chosen.name, active, audit.operator())
        print(f"{chosen.name} can {'sign in again' if active else 'no longer sign in, and is signed out'}.")
        return 0

    return change


def _reset_password(accounts: Accounts, chosen: Namespace) -> int:
    accounts.set_password(chosen.name, _asked_password(), audit.operator())
    print(f"{chosen.name} has a new password and is signed out everywhere.")
    return 0


def _remove_codes(accounts: Accounts, chosen: Namespace) -> int:
    accounts.set_code_secret(chosen.name, None, audit.operator())
    print(f"{chosen.name} signs in without a code.")
    return 0


def _unlock(accounts: Accounts, chosen: Namespace) -> int:
    accounts.unlock(chosen.name, audit.operator())
    print(f"{chosen.name} can sign in at once, from wherever.")
    return 0


def _set_roles(accounts: Accounts, chosen: Namespace) -> int:
    accounts.set_roles(chosen.name, chosen.role, chosen.works_queue, audit.operator())
    print(f"{chosen.name} now has: {', '.join(sorted(set(chosen.role)))}.")
    return 0


_COMMANDS: dict[str, Callable[[Accounts, Namespace], int]] = {
    "add": _add,
    "list": _list,
    "disable": _set_active(False),
    "enable": _set_active(True),
    "reset-password": _reset_password,
    "remove-codes": _remove_codes,
    "unlock": _unlock,
    "set-role": _set_roles,
}


def _add_roles(parser: ArgumentParser, required: bool) -> None:
    parser.add_argument("--role", action="append", required=required, choices=ROLES, help="may be given more than once")
    queue = parser.add_mutually_exclusive_group()
    queue.add_argument(
        "--works-queue",
        action="store_true",
        default=None,
        help="this person works the content queue, so that the chat asks whether an answer was useful",
    )
    queue.add_argument("--no-queue", dest="works_queue", action="store_false", help="this person does not")


def _asked_password() -> str:
    """Return a password from the terminal, asked for twice and not shown, or the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password (12 characters or more): ")
    if password != getpass.getpass("Once more: "):
        raise AccountProblem("desk.accounts.password_differs")
    return password


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
