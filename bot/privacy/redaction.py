"""Take personal details out of a message before it is sent on, stored or logged.

Removed: e-mail addresses, user names, telephone numbers, NHS, pupil and National Insurance numbers, payment cards and
bank accounts, dates of birth, car registrations, internet addresses, places by a code, and a house with its street. A
postcode by itself stays: it says where to look for help. Details are looked for in one form of the text (`one_form`),
so that it does not matter how they are typed; what is left keeps its own characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.privacy.addresses import find_addresses
from bot.privacy.birth_dates import find_dates
from bot.privacy.coded_numbers import find_coded_numbers
from bot.privacy.found import Found
from bot.privacy.one_form import Form, figures_form, plain_form
from bot.privacy.online_names import find_online_names
from bot.privacy.plain_numbers import find_plain_numbers
from bot.reading.characters import without_unseen

# Sums of money and times of day: their digits are part of no other number.
_MONEY = re.compile(r"[£$€]\s?\d[\d,.]{0,15}")
_TIME = r"(?:[01]?\d|2[0-3])[.:][0-5]\d\s?(?:[ap]m)?"
_TIMES = re.compile(
    rf"(?<![\d.:/-]){_TIME}\s?(?:-|to|until|till|and)\s?{_TIME}(?![\d]|[.:/-]\d)|(?<![\d.:/-])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])",
    re.I,
)


@dataclass(frozen=True)
class Redacted:
    """A message without personal details, and how many of each kind were taken out."""

    text: str
    removed: Counter[str]


class _Search:
    """Takes what is found out of sight, so that nothing is found twice, and remembers it in the text as typed."""

    def __init__(self, text: str) -> None:
        self.form: Form = plain_form(text)
        self.found: list[Found] = []

    def take(self, details: Iterable[Found]) -> None:
        """Keep details that overlap nothing found before."""
        spans = []
        free_from = 0
        for detail in sorted(details, key=lambda each: (each.start, -each.end)):
            if detail.start >= free_from and "\x00" not in self.form.text[detail.start : detail.end]:
                spans.append((detail.start, detail.end))
                self.found.append(Found(*self.form.typed((detail.start, detail.end)), detail.kind))
                free_from = detail.end
        self.form = self.form.without(spans)


def redact(text: str, today: date | None = None) -> Redacted:
    """Return `text` with each personal detail replaced by a readable placeholder such as "[phone number removed]".

    A full date counts as a date of birth unless it lies after `today` or stands beside an event, such as a meeting.
    """
    # Marks that are not seen go from the text itself too: they can turn around what staff read.
    text = without_unseen(text)
    search = _Search(text)
    search.take(find_online_names(search.form.text))
    search.take(find_coded_numbers(search.form.text))
    search.form = figures_form(search.form)
    births, dates = find_dates(search.form.text, (today or date.today()).year)
    search.take(births)
    counts = [match.span() for pattern in (_MONEY, _TIMES) for match in pattern.finditer(search.form.text)]
    not_counted = search.form.without([*counts, *((each.start, each.end) for each in dates)])
    search.take(find_plain_numbers(not_counted.text))
    search.take(find_addresses(search.form.text))
    return replaced(text, search.found)


def replaced(text: str, details: Iterable[Found]) -> Redacted:
    """Return `text` with a placeholder for each detail, which lie apart, and how many of each kind there were."""
    removed: Counter[str] = Counter()
    for detail in sorted(details, reverse=True):
        removed[detail.kind] += 1
        text = f"{text[: detail.start]}[{detail.kind} removed]{text[detail.end :]}"
    return Redacted(text, removed)
