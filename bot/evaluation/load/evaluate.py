"""What came of it: everything is counted, and every file is searched byte by byte for what the families typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import text

from bot.evaluation.load.generate import SECRET_LETTERS, SECRET_MARK, Family
from bot.evaluation.load.mail_sink import MailSink
from bot.handover.delivery.outbox import OutboxQueue
from bot.handover.referrals.store import Details, ReferralStore
from bot.settings import Settings
from bot.store.engine import open_engine


@dataclass
class Figures:
    """What a run gave."""

    referrals: int
    clients: int
    store: str
    seed: int
    seconds: float = 0.0
    stored: int = 0
    delivered: int = 0
    twice_in_the_inbox: int = 0
    second_copies_of_mails: int = 0
    mails_refused: int = 0
    given_up: int = 0
    gateway_killed: int = 0
    delivery_killed: int = 0
    requests_that_failed: int = 0
    references_that_do_not_fit: int = 0
    files_searched: int = 0
    bytes_searched: int = 0
    found_in_clear: list[str] = field(default_factory=list)

    def is_proof(self) -> bool:
        """Tell whether nothing was lost, nothing is there twice and nothing lies in clear."""
        return (
            self.stored == self.delivered == self.referrals
            and self.gateway_killed > 0
            and self.delivery_killed > 0
            and self.mails_refused > 0
            and not (self.twice_in_the_inbox or self.given_up or self.references_that_do_not_fit or self.found_in_clear)
        )


def count(
    figures: Figures, families: Sequence[Family], store: ReferralStore, outbox: OutboxQueue, sink: MailSink
) -> None:
    """Count what was stored and delivered, and what is there twice, refused or wrong."""
    by_reference = {family.reference: family.details for family in families}
    opened = [store.opened(summary.id) for summary in store.listed(limit=10 * len(families))]
    names = [referral.details.name for referral in opened]
    copies = sink.copies()
    figures.stored = len({referral.details.name for referral in opened})
    figures.twice_in_the_inbox = len(names) - len(set(names))
    figures.references_that_do_not_fit = sum(
        by_reference.get(referral.summary.reference) != referral.details for referral in opened
    )
    wanted = {f"<{notice.id}@sendiass.example>" for notice in outbox.notices(states=("sent",))}
    figures.delivered = len(wanted & set(copies))
    figures.second_copies_of_mails = sum(copies.values()) - len(copies)
    figures.mails_refused = sink.refused
    figures.given_up = len(outbox.notices(states=("dead",)))


def search(figures: Figures, families: Sequence[Family], folder: Path, settings: Settings) -> None:
    """Search every file of the run, and those of the database server, for what the families typed."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if figures.store == "postgresql":
        files += _server_files(settings)
    finder = SecretFinder([family.details for family in families])
    figures.files_searched = len(files)
    figures.bytes_searched = 0
    for path in files:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # the server took it away meanwhile
        figures.bytes_searched += len(content)
        if finder.found_in(content):
            figures.found_in_clear.append(path.name)


def _server_files(settings: Settings) -> list[Path]:
    """Return the files of the PostgreSQL server, write-ahead log included, with everything written out to them."""
    with open_engine(settings.referrals_url).execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
    files = [path for path in folder.rglob("*") if path.is_file()]
    if not any(path.parent.name == "pg_wal" for path in files):
        raise RuntimeError("the files of the database server cannot be read here")
    return files


_WORD = re.compile(rf"{SECRET_MARK}[a-z]{{{SECRET_LETTERS - len(SECRET_MARK)}}}", re.I)
_MARK = re.compile(SECRET_MARK.lower().encode())
_NUMBER = re.compile(rb"191[ ()-]{0,2}498[ -]?\d{4}")


class SecretFinder:
    """Finds what families typed in a file's bytes: their words, mail addresses and telephone numbers."""

    def __init__(self, typed: Sequence[Details]) -> None:
        everything = " ".join(str(asdict(details)) for details in typed)
        self._words = {word.lower().encode() for word in _WORD.findall(everything)}
        digits = {re.sub(r"\D", "", details.phone)[1:] for details in typed if details.phone}
        self._numbers = {number.encode() for number in digits}

    def found_in(self, content: bytes) -> bool:
        """Tell whether any of it stands in these bytes, in either case and however a number is spaced."""
        low = content.lower()
        words = (low[match.start() : match.start() + SECRET_LETTERS] for match in _MARK.finditer(low))
        numbers = (re.sub(rb"\D", b"", match[0]) for match in _NUMBER.finditer(content))
        return any(word in self._words for word in words) or any(number in self._numbers for number in numbers)
