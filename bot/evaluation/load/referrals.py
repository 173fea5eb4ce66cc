"""Prove that no referral is lost: many clients fill in the web form while processes are killed and mail is refused.

`python -m bot.evaluation.load.referrals --referrals 1000 --clients 50 [--url postgresql+psycopg://...]`

The gateway and the delivery process are real, started anew whenever they end, and killed with SIGKILL at random moments
(seeded). The mail server refuses half of the mails and loses its answer to one in twenty. Afterwards everything is
counted, and every file that the processes wrote is searched byte by byte for what the families typed.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import random
import re
import string
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import requests
from sqlalchemy import text

from bot.evaluation.load.mail_sink import MailSink, half_of_the_time, mail_sink
from bot.evaluation.system import free_ports
from bot.handover.delivery.outbox import OutboxQueue
from bot.handover.delivery.process import STARTED
from bot.handover.referrals.store import Details, ReferralStore
from bot.paths import ROOT
from bot.privacy.encryption import new_key
from bot.settings import Settings
from bot.store.engine import open_engine
from bot.store.migrate import prepare

SECRET_MARK = "Zqx"
SECRET_LETTERS = 12
PAGES = ("about", "name", "reach", "when", "child", "school")
GIVE_UP_AFTER_S = 900.0
DRAIN_WITHIN_S = 600.0
LIFE_IN_STARTS = (0.1, 2.5)  # a process is killed after this many times as long as it took to start
AT_WORK_WITHIN_S = 120.0


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


class Family:
    """One family: what it types, all of it unmistakable, and how its browser goes through the form."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self.dice = random.Random(dice.random())
        about, name, child, school, when, mailbox = (self._secret() for _ in range(6))
        by_mail = number % 3
        phone = f"0191 498 {number % 1000:04d}"  # the range that Ofcom keeps free for such uses
        self.details = Details(
            about=f"{about} is not listened to",
            name=name,
            phone=phone if by_mail != 1 else None,
            email=f"{mailbox.lower()}@example.org" if by_mail else None,
            when_to_reach=f"after {when}",
            child_first_name=child,
            child_age=str(number % 26),
            school=f"{school} Primary",
        )
        self.failed = 0
        self.reference = ""

    def _secret(self) -> str:
        return SECRET_MARK + "".join(self.dice.choices(string.ascii_lowercase, k=SECRET_LETTERS - len(SECRET_MARK)))

    def fill_in_and_send(self, address: str) -> None:
        """Go through the form, each step again until it is answered; now and then press the last button twice."""
        with requests.Session() as browser:
            self._until_there(browser, "POST", f"{address}/handover/begin", {}, "/handover/about")
            given = {name: answer or "" for name, answer in asdict(self.details).items() if name != "conversation"}
            shown = self._until_there(browser, "GET", f"{address}/handover/about", {}, "/handover/about")
            for page, following in zip(PAGES, (*PAGES[1:], "check")):
                filled = {**_hidden(shown), **given}
                shown = self._until_there(
                    browser, "POST", f"{address}/handover/{page}", filled, f"/handover/{following}"
                )
            agreed = {**_hidden(shown), "agree": "true"}
            for _ in range(self.dice.choice([1, 1, 2])):
                shown = self._until_there(browser, "POST", f"{address}/handover/check", agreed, "/handover/sent")
                reference = re.search(r'id="reference">([^<]+)<', shown)
                if not reference or self.reference not in ("", reference[1]):
                    raise RuntimeError("the confirmation has no reference, or another one the second time")
                self.reference = reference[1]

    def _until_there(self, browser: requests.Session, method: str, url: str, form: dict[str, str], to: str) -> str:
        deadline = time.monotonic() + GIVE_UP_AFTER_S
        while time.monotonic() < deadline:
            try:
                answer = browser.request(method, url, data=form, timeout=30)
                if answer.status_code == 200 and answer.url.endswith(to):
                    return answer.text
                if answer.status_code < 500:
                    raise RuntimeError(f"{method} {url} led to {answer.url} with {answer.status_code}")
            except requests.RequestException:
                pass
            self.failed += 1
            time.sleep(self.dice.uniform(0.2, 1.0))
        raise RuntimeError(f"{method} {url} was not answered in {GIVE_UP_AFTER_S:.0f} s")


class Supervised:
    """A process that is started anew whenever it ends, and killed now and then."""

    def __init__(
        self, name: str, module: str, environment: dict[str, str], log: Path, is_at_work: Callable[[], bool]
    ) -> None:
        self.name = name
        self.kills = 0
        self._command, self._environment, self._log = [sys.executable, "-m", module], environment, log
        self._is_at_work = is_at_work
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        with open(self._log, "ab") as log:
            return subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT
            )

    def run_until_at_work(self, ending: threading.Event) -> float:
        """Start the process if it has ended, and wait until it does its work; return how long that took, in seconds.

        Raises RuntimeError where it never does.
        """
        began = time.monotonic()
        if self._process.poll() is not None:
            self._process = self._started()
        deadline = began + AT_WORK_WITHIN_S
        while not ending.wait(0.1) and not self._is_at_work():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not start:\n{self._log.read_text(errors='replace')[-2000:]}")
        return time.monotonic() - began

    def kill(self) -> None:
        """Kill the process as it stands."""
        self._process.kill()
        self._process.wait()
        self.kills += 1

    def stop(self) -> None:
        """Ask the process to end."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def run(referrals: int, clients: int, url: str | None = None, seed: int = 1) -> Figures:
    """Send so many referrals by so many clients at once and return what came of it.

    `url`: an empty database for the referrals; a SQLite file where none is given. Raises RuntimeError where a client
    cannot go on.
    """
    dice = random.Random(seed)
    families = [Family(number, dice) for number in range(referrals)]
    with tempfile.TemporaryDirectory() as name, mail_sink(half_of_the_time(seed)) as sink:
        folder = Path(name)
        port = free_ports(1)[0]
        environment = _environment(folder, port, sink, url)
        settings = _settings(environment)
        prepare(settings)
        figures = Figures(referrals, clients, "postgresql" if url else "sqlite", seed)
        began = time.monotonic()
        with _killed_at_random(environment, folder, dice) as processes:
            with ThreadPoolExecutor(clients) as pool:
                list(pool.map(lambda family: family.fill_in_and_send(f"http://127.0.0.1:{port}"), families))
            store = ReferralStore(settings)
            outbox = OutboxQueue(store.engine, settings)
            _wait_until_drained(outbox)
            figures.seconds = round(time.monotonic() - began, 1)
            _search(figures, families, folder, settings)
        figures.gateway_killed, figures.delivery_killed = (process.kills for process in processes)
        figures.requests_that_failed = sum(family.failed for family in families)
        _count(figures, families, store, outbox, sink)
        _search(figures, families, folder, settings)
        store.engine.dispose()
    return figures


def _environment(folder: Path, port: int, sink: MailSink, url: str | None) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PORT": str(port),
        "GUIDE_METRICS_PORT": "0",
        "GUIDE_DATABASE_URL": f"sqlite:///{folder}/guide.db",
        "GUIDE_DIRECTORY_URL": f"sqlite:///{folder}/directory.db",
        "GUIDE_REFERRALS_URL": url or f"sqlite:///{folder}/referrals.db",
        "GUIDE_TRACKER_DATABASE": f"{folder}/trackers.db",
        "GUIDE_SECRET_KEY": "a key for this measurement, long enough",
        "GUIDE_ENCRYPTION_KEYS": new_key(),
        "GUIDE_RATE_LIMIT_ADDRESS": "0",
        "GUIDE_REFERRALS_AN_HOUR": "0",
        "GUIDE_REFERRALS_A_DAY": "0",
        "GUIDE_DRAFTS_AN_HOUR": "0",
        "GUIDE_REFERRAL_EMAIL": "inbox@sendiass.example",
        "GUIDE_SMTP_HOST": "127.0.0.1",
        "GUIDE_SMTP_PORT": str(sink.port),
        "GUIDE_SMTP_SECURITY": "none",
        "GUIDE_DELIVERY_PAUSE_S": "0.2",
        "GUIDE_DELIVERY_LONGEST_PAUSE_S": "2",
        "GUIDE_DELIVERY_TIMEOUT_S": "2",
        "GUIDE_DELIVERY_ATTEMPTS": "100",
    }


def _settings(environment: dict[str, str]) -> Settings:
    given = {name.removeprefix("GUIDE_").lower(): value for name, value in environment.items() if "GUIDE_" in name}
    return Settings.model_validate({**given, "PORT": environment["PORT"]})


@contextmanager
def _killed_at_random(environment: dict[str, str], folder: Path, dice: random.Random) -> Iterator[list[Supervised]]:
    address = f"http://127.0.0.1:{environment['PORT']}/handover"
    log = folder / "delivery.log"
    processes = [
        Supervised("gateway", "bot.application", environment, folder / "gateway.log", lambda: _answers(address)),
        Supervised("delivery", "bot.handover.delivery.process", environment, log, _LineCount(log, STARTED).has_grown),
    ]
    ending = threading.Event()

    def see_to(process: Supervised, own: random.Random) -> None:
        while not ending.is_set():
            took = process.run_until_at_work(ending)
            if not ending.wait(own.uniform(*LIFE_IN_STARTS) * took):
                process.kill()

    with ThreadPoolExecutor(len(processes)) as pool:
        seeing = [pool.submit(see_to, process, random.Random(dice.random())) for process in processes]
        try:
            yield processes
        finally:
            ending.set()
            wait(seeing)
            for process in processes:
                process.stop()
            for each in seeing:
                each.result()


class _LineCount:
    """Tells whether a log has one more line with some words than when it was asked before."""

    def __init__(self, log: Path, words: str) -> None:
        self._log, self._words, self._seen = log, words, 0

    def has_grown(self) -> bool:
        count = self._log.read_text(errors="replace").count(self._words) if self._log.exists() else 0
        grown, self._seen = count > self._seen, max(count, self._seen)
        return grown


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def _wait_until_drained(outbox: OutboxQueue) -> None:
    deadline = time.monotonic() + DRAIN_WITHIN_S
    while outbox.notices(states=("waiting",)):
        if time.monotonic() > deadline:
            raise RuntimeError("notices are still waiting")
        time.sleep(0.5)


def _count(
    figures: Figures, families: Sequence[Family], store: ReferralStore, outbox: OutboxQueue, sink: MailSink
) -> None:
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


def _search(figures: Figures, families: Sequence[Family], folder: Path, settings: Settings) -> None:
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


_WORD = re.compile(rf"{SECRET_MARK}[a-z]{{{SECRET_LETTERS - len(SECRET_MARK)}}}", re.I)
_MARK = re.compile(SECRET_MARK.lower().encode())
_NUMBER = re.compile(rb"191[ ()-]{0,2}498[ -]?\d{4}")


def _hidden(page: str) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in fields}


def main() -> int:
    """Run from the command line; print the figures as JSON, and return 1 where they are no proof."""
    parser = argparse.ArgumentParser(description="Prove that no referral is lost.")
    parser.add_argument("--referrals", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--url", help="an empty PostgreSQL database on this machine; default: a SQLite file")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    figures = run(chosen.referrals, chosen.clients, chosen.url, chosen.seed)
    print(json.dumps(asdict(figures), indent=2))
    return 0 if figures.is_proof() else 1


if __name__ == "__main__":
    sys.exit(main())
