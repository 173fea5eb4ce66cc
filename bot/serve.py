"""Start the guide's processes, watch them, start again any that ends, and stop them all at Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests
from sqlalchemy.exc import SQLAlchemyError

from bot.directory.commands import in_words
from bot.directory.feeds.reading import Unreadable
from bot.directory.synchronising import load_starting_directory, tell_search
from bot.gateway.theme import ThemeRefused, load_theme
from bot.guidance.wording import wording
from bot.handover.opening import channels, handover_is_open
from bot.paths import ENCODER, MODELS, ROOT, VAR
from bot.rasa_process import RASA_PYTHON, rasa_command, rasa_environment
from bot.settings import Settings, settings
from bot.store.engine import open_engine
from bot.store.migrate import prepare

LONGEST_PAUSE_S = 30.0
CALM_AFTER_S = 60.0
STOP_WITHIN_S = 8.0
# numpy's threads wait for their next product by spinning: a third of what Rasa used of the processors, for nothing.
ONE_THREAD_FOR_PRODUCTS = {"OPENBLAS_NUM_THREADS": "1"}


@dataclass
class Part:
    """One process: how to start it, and how to ask whether it answers."""

    name: str
    command: list[str]
    environment: dict[str, str]
    answers_at: str
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_again_at: float = field(default=0.0)


def parts(configured: Settings) -> list[Part]:
    """Return the processes for these settings, the gateway last. Rasa and the actions listen on loopback only.

    One more delivers notices of referrals where there is somebody to tell.
    """
    common = {"PYTHONUNBUFFERED": "1", **ONE_THREAD_FOR_PRODUCTS}
    app_environment = {**os.environ, **common, "PYTHONPATH": str(ROOT), "ACTIONS_PORT": str(configured.actions_port)}
    app_environment["TRACKER_DATABASE"] = ""
    of_rasa = {**rasa_environment(configured.actions_port, configured.tracker_database), **common}
    rasa = rasa_command("run", "--interface", "127.0.0.1", "--port", str(configured.rasa_port), "--model", str(MODELS))
    rasa += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    actions = [sys.executable, "-m", "actions", "--port", str(configured.actions_port)]
    # Nothing asks the delivery of notices how it is: the gateway's metrics tell of the outbox.
    delivery = Part("delivery", [sys.executable, "-m", "bot.handover.delivery"], app_environment, answers_at="")
    return [
        *([delivery] if channels(configured) and handover_is_open(configured) else []),
        Part(
            "actions",
            actions,
            app_environment,
            f"http://127.0.0.1:{configured.actions_port}/health",
        ),
        Part("rasa", rasa, of_rasa, f"http://127.0.0.1:{configured.rasa_port}/webhooks/rest/"),
        Part(
            "gateway",
            [sys.executable, "-m", "bot.gateway"],
            app_environment,
            f"http://{configured.host}:{configured.port}/health",
        ),
    ]


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


def serve(say: Callable[[str], None] = lambda line: print(line, flush=True)) -> int:
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
        say(str(refused))
        return 1
    try:
        prepare(configured)
    except SQLAlchemyError as error:
        say(
            f"A database cannot be opened ({type(error).__name__}): check GUIDE_DATABASE_URL, GUIDE_DIRECTORY_URL and GUIDE_REFERRALS_URL."
        )
        return 1
    _load_starting_directory(configured, say)
    running = parts(configured)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=_announce, args=(running[-1], configured, stopping, say), daemon=True).start()
    try:
        while not stopping.is_set():
            for part in running:
                _keep_running(part, say)
            stopping.wait(0.5)
    finally:
        say("Stopping.")
        _stop(running)
    return 0


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


def _keep_running(part: Part, say: Callable[[str], None]) -> None:
    now = time.monotonic()
    if part.process and part.process.poll() is None:
        if part.failures and now - part.started_at > CALM_AFTER_S:
            part.failures = 0
        return
    if part.process:
        _signal_group(part.process, signal.SIGKILL)  # what it started must not hold its port
        part.failures += 1
        pause = min(2.0 ** (part.failures - 1), LONGEST_PAUSE_S)
        say(f"{part.name} ended with status {part.process.returncode}; starting it again in {pause:.0f} s")
        part.start_again_at, part.process = now + pause, None
    if now >= part.start_again_at:
        _start(part, say)


def _start(part: Part, say: Callable[[str], None]) -> None:
    part.process = subprocess.Popen(
        part.command,
        cwd=ROOT,
        env=part.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    part.started_at = time.monotonic()
    threading.Thread(target=_prefix_lines, args=(part.name, part.process, say), daemon=True).start()


def _prefix_lines(name: str, process: subprocess.Popen[str], say: Callable[[str], None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip():
            say(f"{name:8}| {line.rstrip()}")


def _announce(gateway: Part, configured: Settings, stopping: threading.Event, say: Callable[[str], None]) -> None:
    """Say when the first real question gets a real answer."""
    began = time.monotonic()
    say("Starting the guide (about 15 seconds)")
    while not stopping.wait(0.5):
        try:
            if requests.get(gateway.answers_at, timeout=5).status_code == 200:
                say(f"Ready after {time.monotonic() - began:.0f} s: http://{configured.host}:{configured.port}")
                return
        except requests.RequestException:
            continue


def _stop(running: list[Part]) -> None:
    """Ask each process group to end, then end those that have not."""
    alive = [part.process for part in running if part.process and part.process.poll() is None]
    for process in alive:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN_S
    for process in alive:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
