"""The load proof in small; docs/handover.md has the figures of the full one and the command."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from bot.evaluation.load.evaluate import SecretFinder
from bot.evaluation.load.generate import SECRET_MARK
from bot.evaluation.load.load import run
from bot.handover.referrals.store import Details
from tests.databases import new_database

WORD = f"{SECRET_MARK}abcdefghi"
TYPED = [
    Details(about=f"{WORD} is not listened to", name="x", phone="0191 498 0042", email=f"{WORD.lower()}@example.org")
]


@pytest.mark.parametrize(("kind", "referrals", "clients"), [("sqlite", 100, 10), ("postgresql", 40, 10)])
def test_nothing_is_lost_while_processes_are_killed_and_mail_is_refused(kind, referrals, clients, tmp_path):
    with new_database(kind, tmp_path) as url:
        figures = run(referrals, clients, url if kind == "postgresql" else None, seed=3)
    assert figures.is_proof(), asdict(figures)


@pytest.mark.parametrize(
    "leak",
    [
        WORD.encode(),
        WORD.upper().encode(),
        b'{"phone": "0191 498 0042"}',
        b"+441914980042",
        b"(0191) 498-0042",
        b"\x00\x07" + WORD.encode() + b"\xff",
    ],
)
def test_the_search_finds_what_it_is_for(leak):
    finder = SecretFinder(TYPED)
    assert finder.found_in(b"before " + leak + b" after")
    assert not finder.found_in(b"before Zqxnothingwas 0191 498 0043 v1.ab12.Zqxabcdef after")
