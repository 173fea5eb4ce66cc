"""The accessibility statement names only tests that exist, and says what was not checked."""

from __future__ import annotations

from bot.paths import ROOT
from bot.transparency.statement import statement


def test_every_test_that_the_statement_names_exists():
    missing = [check.by for check in statement().tested if not (ROOT / check.by).exists()]
    assert missing == []


def test_it_says_what_was_not_checked():
    assert statement().not_checked
