"""The supervisor with parts that answer, hang, start slowly, work through a queue, or cannot run: tiny servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
import requests

from bot.evaluation.system import free_ports
from bot.paths import ROOT
from bot.processes.supervisor import Part, Patience, Supervisor
from bot.serve import _print

# Generous where a part must not be ended on a busy machine, short where one that hangs must be.
SHORT = Patience(stuck_after_s=3.0, start_within_s=60.0, ask_every_s=0.2, answer_within_s=0.5, end_within_s=0.5)
WITHIN_S = 60.0

SERVER = """
import http.server, sys, time
from bot.processes.supervised import supervised
process = supervised()
time.sleep(float(sys.argv[2]))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/restarts":
            content = str(process.restarts.get("other", 0)).encode()
        else:
            content = b"here"
        self.send_response(503)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
BUSY = """
import sys, time
from bot.processes.supervised import supervised
process = supervised()
while True:  # works through a queue: no time to answer, but something is done now and then
    time.sleep(0.3)
    process.pulse()
"""
SILENT = "import time\ntime.sleep(600)"


def part(name: str, code: str, *arguments: object, answers_at: str = "", patience: Patience = SHORT) -> Part:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return Part(name, command, {**os.environ, "PYTHONPATH": str(ROOT)}, answers_at, patience)


def server(name: str, delay_s: float = 0.0, patience: Patience = SHORT) -> Part:
    port = free_ports(1)[0]
    return part(name, SERVER, port, delay_s, answers_at=f"http://127.0.0.1:{port}/", patience=patience)


@pytest.fixture
def run():
    started: list[tuple[Supervisor, threading.Thread]] = []

    def begin(*parts: Part) -> list[str]:
        said: list[str] = []
        supervisor = Supervisor(parts, said.append)
        thread = threading.Thread(target=supervisor.run)
        thread.start()
        started.append((supervisor, thread))
        return said

    yield begin
    for supervisor, thread in started:
        for each in supervisor.parts:
            if each.process and each.process.poll() is None:
                os.kill(each.process.pid, signal.SIGCONT)
        supervisor.stopping.set()
        thread.join(30)


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def test_a_part_that_stops_answering_is_started_again_and_the_others_are_left_alone(run):
    stuck, well = server("stuck"), server("well", patience=Patience(60.0, 60.0, 0.2, 5.0))
    said = run(stuck, well)
    until(lambda: stuck.has_answered and well.has_answered)
    first, other = stuck.process, well.process
    os.kill(first.pid, signal.SIGSTOP)
    until(lambda: stuck.process is not None and stuck.process is not first and stuck.has_answered)
    assert first.poll() == -signal.SIGKILL
    assert well.process is other and well.restarts == 0
    told = [line for line in said if line.startswith("stuck") and "|" not in line]
    assert len(told) == 1 and "did not answer for" in told[0] and "starting it again" in told[0]


def test_a_part_that_starts_slowly_is_waited_for(run):
    slow = server("slow", delay_s=SHORT.stuck_after_s * 2)
    run(slow)
    until(lambda: slow.has_answered)
    assert slow.restarts == 0


def test_a_part_that_never_comes_up_is_started_again(run):
    never = part("never", SILENT, answers_at="http://127.0.0.1:9/", patience=Patience(1.0, 2.0, 0.1, 0.3, 0.3))
    run(never)
    until(lambda: never.restarts)


def test_a_part_too_busy_to_answer_is_not_ended_while_it_gets_things_done(run):
    """As Rasa is with a queue of messages before it: its server has no turn, yet message after message is answered."""
    busy = part("busy", BUSY, answers_at="http://127.0.0.1:9/")
    run(busy)
    until(lambda: busy.has_answered)
    first, began = busy.process, time.monotonic()
    until(lambda: time.monotonic() - began > SHORT.stuck_after_s * 2)
    assert busy.process is first and busy.restarts == 0


def test_a_part_without_an_address_that_no_longer_works_is_started_again(run):
    """As the delivery of notices is: only its pulse tells of it."""
    worker = part("worker", BUSY)
    run(worker)
    until(lambda: worker.has_answered)
    first = worker.process
    os.kill(first.pid, signal.SIGSTOP)
    until(lambda: worker.process is not None and worker.process is not first)


def test_a_part_that_ends_again_and_again_is_tried_more_and_more_rarely_and_figures_tell(run):
    failing, watching = part("other", "import sys; sys.exit(3)"), server("gateway")
    said = run(failing, watching)
    until(lambda: failing.restarts >= 3)
    pauses = [line.rpartition(" in ")[2] for line in said if line.startswith("other ended with status 3")]
    assert pauses[:3] == ["1 s", "2 s", "4 s"]
    until(lambda: watching.has_answered)
    told = []
    until(lambda: told.append(int(requests.get(watching.answers_at + "restarts", timeout=10).text)) or told[-1] >= 3)


@pytest.mark.parametrize("status", [78, 2])
def test_a_part_that_refuses_its_settings_stops_the_guide(status):
    said: list[str] = []
    refusing = part("gateway", f"import sys; print('PORT is too large'); sys.exit({status})")
    supervisor = Supervisor([refusing, part("well", SILENT)], said.append)
    assert supervisor.run() == 1
    assert refusing.restarts == 0
    assert any("cannot start with these settings" in line for line in said)


def test_a_guide_whose_output_nobody_reads_goes_on_and_stops_whole(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", broken)
    talker = part("talker", "import time\nwhile True:\n    print('x' * 1000)\n    time.sleep(0.001)")
    supervisor = Supervisor([talker], _print)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    until(lambda: talker.process is not None)
    first = talker.process
    time.sleep(0.5)
    assert first.poll() is None and thread.is_alive()
    supervisor.stopping.set()
    thread.join(30)
    assert first.poll() is not None


def test_a_supervisor_that_was_stopped_itself_holds_nothing_against_its_parts():
    """Ctrl-Z and fg: minutes went by, and no part was asked in them."""
    told = Part("part", [], {}, "http://127.0.0.1:9/", Patience(30.0, 30.0, 3.0, 3.0))
    told.process, told.has_answered = object(), True  # type: ignore[assignment]
    told.listen(3.0)
    assert 0 < told.silent_s <= 6.0 and not told.is_stuck


@pytest.mark.parametrize(
    "code",
    [BUSY, SILENT.replace("import time", "import time\nfrom bot.processes.supervised import supervised\nsupervised()")],
)
def test_parts_end_when_their_supervisor_is_killed(code, tmp_path):
    script = (
        "import os, sys\nfrom bot.processes.supervisor import Part, Supervisor\n"
        "part = Part('part', [sys.executable, '-c', sys.argv[1]], dict(os.environ), '')\n"
        "supervisor = Supervisor([part], lambda line: None)\n"
        "start = supervisor._start\n"
        "def told(part):\n    start(part)\n    print(part.process.pid, flush=True)\n"
        "supervisor._start = told\nsupervisor.run()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    above = subprocess.Popen([sys.executable, "-c", script, code], stdout=subprocess.PIPE, text=True, env=environment)
    assert above.stdout
    number = int(above.stdout.readline())
    above.kill()
    above.wait()
    until(lambda: not _alive(number))


@pytest.mark.parametrize("module", ["bot.application", "actions"])
def test_the_guides_own_parts_end_when_their_supervisor_is_killed(module, tmp_path):
    ports = free_ports(3)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PORT": str(ports[0]),
        "GUIDE_RASA_PORT": str(ports[1]),
        "GUIDE_ACTIONS_PORT": str(ports[2]),
        "GUIDE_METRICS_PORT": "0",
        **{
            f"GUIDE_{store.upper()}_URL": f"sqlite:///{tmp_path}/{store}.db"
            for store in ("database", "directory", "referrals")
        },
        "GUIDE_TRACKER_DATABASE": f"{tmp_path}/trackers.db",
    }
    prepare_command = [sys.executable, "-m", "bot", "database", "upgrade"]
    subprocess.run(prepare_command, cwd=ROOT, env=environment, check=True, capture_output=True)
    script = (
        "import os, sys\nfrom bot.processes.supervisor import Part, Supervisor\n"
        "part = Part('part', [sys.executable, '-m', *sys.argv[2:]], dict(os.environ), sys.argv[1])\n"
        "supervisor = Supervisor([part], lambda line: None)\n"
        "look = supervisor._keep_running\n"
        "def told(part):\n    look(part)\n"
        "    if part.has_answered: print(part.process.pid, flush=True)\n"
        "supervisor._keep_running = told\nsupervisor.run()\n"
    )
    address = (
        f"http://127.0.0.1:{ports[0]}/livez" if module == "bot.application" else f"http://127.0.0.1:{ports[2]}/health"
    )
    arguments = [address, module, *(["--port", str(ports[2])] if module == "actions" else [])]
    above = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    assert above.stdout
    number = int(above.stdout.readline())
    above.kill()
    above.wait()
    until(lambda: not _alive(number))


def _alive(number: int) -> bool:
    try:
        os.kill(number, 0)
        with open(f"/proc/{number}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
