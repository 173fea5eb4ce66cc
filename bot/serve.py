"""Start the guide: see that it can start, prepare its stores, and keep its processes running until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import requests
from sqlalchemy.exc import SQLAlchemyError

from bot.directory.feeds.reading import Unreadable
from bot.directory.feeds.synchronising import in_words, load_starting_directory, tell_search
from bot.gateway.web.theme import ThemeRefused, load_theme
from bot.guidance.wording import wording
from bot.handover.referrals.opening import channels, handover_is_open
from bot.paths import ENCODER, MODELS, ROOT, VAR
from bot.processes.answering import actions_health, rasa_channel
from bot.processes.deadline import VARIABLE as TURN_DEADLINE
from bot.processes.rasa_process import RASA_PYTHON, rasa_environment, supervised_rasa
from bot.processes.starting import Busy, check_ports, only_one
from bot.processes.supervisor import Part, Patience, Supervisor
from bot.setting_rules import is_this_machine
from bot.settings import Settings, settings
from bot.store.engine import open_engine
from bot.store.migrate import prepare
from bot.store.modes import keep_private

# numpy's threads wait for their next product by spinning: a third of what Rasa used of the processors, for nothing.
ONE_THREAD_FOR_PRODUCTS = {"OPENBLAS_NUM_THREADS": "1"}


def parts(configured: Settings) -> list[Part]:
    """Return the processes for these settings, the gateway last. Rasa and the actions listen on loopback only.

    One more delivers notices of referrals where there is somebody to tell.
    """
    common = {"PYTHONUNBUFFERED": "1", TURN_DEADLINE: str(configured.turn_deadline_s), **ONE_THREAD_FOR_PRODUCTS}
    patience = Patience(configured.stuck_after_s, configured.start_within_s)
    app_environment = {**os.environ, **common, "PYTHONPATH": str(ROOT), "ACTIONS_PORT": str(configured.actions_port)}
    app_environment["TRACKER_DATABASE"] = ""
    of_rasa = {**rasa_environment(configured.actions_port, configured.tracker_database), **common}
    rasa = supervised_rasa(
        "run", "--interface", "127.0.0.1", "--port", str(configured.rasa_port), "--model", str(MODELS)
    )
    rasa += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    actions = [sys.executable, "-m", "actions", "--port", str(configured.actions_port)]
    host = in_address(configured.host)
    # The delivery of notices has no address: its pulse says that it looks after them.
    delivery = Part("delivery", [sys.executable, "-m", "bot.handover.delivery.process"], app_environment, "", patience)
    return [
        *([delivery] if channels(configured) and handover_is_open(configured) else []),
        Part("actions", actions, app_environment, actions_health(configured.actions_port), patience),
        Part("rasa", rasa, of_rasa, rasa_channel(configured.rasa_port), patience),
        Part(
            "gateway",
            [sys.executable, "-m", "bot.application"],
            app_environment,
            f"http://{host}:{configured.port}/livez",
            patience,
        ),
    ]


def in_address(host: str) -> str:
    """Return where this machine reaches what listens on `host`, as it is written in an address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def missing_pieces() -> list[str]:
    """Return what must be made before the guide can start, each as a sentence that says how."""
    needed = {
        RASA_PYTHON: "Rasa's environment is missing: run `make setup`.",
        ENCODER / "manifest.json": "The sentence encoder is missing: run `make setup`.",
        VAR / "spacy": "There is no trained model: run `make train`.",
    }
    problems = [sentence for path, sentence in needed.items() if not path.exists()]
    if not list(MODELS.glob("*.tar.gz")):
        problems.append("There is no trained model: run `make train`.")
    return list(dict.fromkeys(problems))


def _print(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads any more, or the disk is full: the guide goes on
        print(line, flush=True)


def serve(say: Callable[[str], None] = _print) -> int:
    """Run the guide until Ctrl-C. Returns the exit status: 0 after an ordinary stop, 1 if it cannot start."""
    problems = missing_pieces()
    if problems:
        for problem in problems:
            say(problem)
        return 1
    configured = settings()
    try:
        load_theme(Path(configured.theme))
    except ThemeRefused as refused:
        say(f"GUIDE_THEME cannot be used. {refused}")
        return 1
    try:
        with only_one(Path(configured.tracker_database)):
            check_ports(configured)
            return _run(configured, say)
    except Busy as busy:
        say(str(busy))
        return 1


def _run(configured: Settings, say: Callable[[str], None]) -> int:
    try:
        prepare(configured)
    except (SQLAlchemyError, OSError) as error:
        say(
            f"A database cannot be opened ({type(error).__name__}): check GUIDE_DATABASE_URL, GUIDE_DIRECTORY_URL and GUIDE_REFERRALS_URL."
        )
        return 1
    keep_private(configured)
    _load_starting_directory(configured, say)
    if not is_this_machine(configured.host) and not configured.trusted_proxies:
        say(
            f"The guide listens beyond this machine (GUIDE_HOST={configured.host}) and trusts no proxy: it must be reached"
            " over a proxy with https, named by GUIDE_TRUSTED_PROXIES."
        )
    supervisor = Supervisor(parts(configured), say)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stopping.set())
    threading.Thread(target=_announce, args=(configured, supervisor.stopping, say), daemon=True).start()
    return supervisor.run()


def _load_starting_directory(configured: Settings, say: Callable[[str], None]) -> None:
    """Import `knowledge/directory/` where it changed; the guide runs with what it had where that fails."""
    engine = open_engine(configured.directory_url)
    try:
        report = load_starting_directory(engine)
        if report:
            say(in_words(report))
            for part in tell_search(engine):
                say(wording("directory_import.search_failed", part=part))
    except (Unreadable, SQLAlchemyError) as error:
        say(
            wording(
                "directory_import.unreadable", reason=error if isinstance(error, Unreadable) else type(error).__name__
            )
        )
    finally:
        engine.dispose()


def _announce(configured: Settings, stopping: threading.Event, say: Callable[[str], None]) -> None:
    """Say when the first real question gets a real answer."""
    began = time.monotonic()
    address = f"http://{in_address(configured.host)}:{configured.port}"
    say("Starting the guide (about 15 seconds)")
    while not stopping.wait(0.5):
        try:
            if requests.get(f"{address}/health", timeout=5).status_code == 200:
                say(f"Ready after {time.monotonic() - began:.0f} s: {address}")
                return
        except requests.RequestException:
            continue
