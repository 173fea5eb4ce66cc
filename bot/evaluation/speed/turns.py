"""`make bench`: our pipeline and Rasa's stock pipeline, on the same data, domain and action server, in one run.

The stock model is trained once and kept by the hash of its data and configuration. Each message is sent to one
and then the other, so that a machine that slows down slows both. Ratios are what to quote.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests
from tqdm import tqdm

from bot.evaluation.answers.evaluate import OWN_QUESTIONS, SHARED_QUESTIONS
from bot.evaluation.answers.judging import PARTIAL, RIGHT, WRONG, judge
from bot.evaluation.answers.outcomes import read_cases
from bot.evaluation.system import free_ports, running_guide
from bot.guidance.check import answered_in_full
from bot.paths import MODELS, ROOT, VAR
from bot.processes.rasa_process import RASA_PYTHON, rasa_command, rasa_environment
from bot.serve import ONE_THREAD_FOR_PRODUCTS

STOCK_EPOCHS = int(os.environ.get("GUIDE_BENCH_EPOCHS", "10"))
STOCK_TEMPLATE = Path(__file__).with_name("stock_config.yml")
STOCK_FOLDER = VAR / "stock"
DOCUMENT = ROOT / "docs" / "benchmark.md"
MOST_WORDS = 30
TIMED_MESSAGES = 200
RUNS = 3


@dataclass
class Measured:
    """One pipeline's figures; times in milliseconds unless said otherwise."""

    name: str
    training_s: float
    first_answer_s: float
    memory_mb: float
    p50: float
    p95: float
    right: float
    wrong: float


def main() -> int:
    """Measure both pipelines and the whole guide; print and write docs/benchmark.md."""
    cases = _cases()
    short = [case["message"] for case in cases if len(case["message"].split()) <= MOST_WORDS][:TIMED_MESSAGES]
    stock_model, stock_training = _stock_model()
    our_training = _train_ours()
    ours, stock = _measure_both(cases, short, {"ours": (MODELS, our_training), "stock": (stock_model, stock_training)})
    costs = json.loads(
        subprocess.run(
            [str(RASA_PYTHON), "-m", "bot.nlu.tools.costs"],
            input=json.dumps(short),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=_rasa_environment(0),
        ).stdout
    )
    whole = _measure_gateway(short)
    text = _report(ours, stock, costs, whole, len(cases), len(short))
    DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _cases() -> list[dict[str, Any]]:
    """Return the questions of parents and staff that the fully answered documents answer."""
    folder = SHARED_QUESTIONS if SHARED_QUESTIONS.is_dir() else OWN_QUESTIONS
    full = answered_in_full()
    return [
        case
        for case in read_cases(folder)
        if case.get("kind") == "answer"
        and "turns" not in case
        and any(source.partition("#")[0] in full for source in case.get("sources", ()))
    ]


def _stock_model() -> tuple[Path, float]:
    """Return the stock model's folder and the seconds its training took, training it where the data are new."""
    config = STOCK_TEMPLATE.read_text(encoding="utf-8").replace("{epochs}", str(STOCK_EPOCHS))
    folder = STOCK_FOLDER / _data_hash(config)
    record = folder / "training.json"
    if not record.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "config.yml").write_text(config, encoding="utf-8")
        print(f"Training Rasa's stock pipeline once ({STOCK_EPOCHS} epochs): this takes a long time", flush=True)
        began = time.monotonic()
        _rasa_train(str(folder / "config.yml"), folder)
        record.write_text(json.dumps({"seconds": time.monotonic() - began, "epochs": STOCK_EPOCHS}))
    return folder, float(json.loads(record.read_text())["seconds"])


def _train_ours() -> float:
    """Train our pipeline from nothing (no vectors kept), keep the vectors afterwards, and return the seconds."""
    vectors, kept = VAR / "vectors", VAR / "vectors-kept"
    if vectors.exists():
        vectors.rename(kept)
    try:
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "bot", "train"], cwd=ROOT, check=True)
        return time.monotonic() - began
    finally:
        if kept.exists():
            shutil.rmtree(vectors, ignore_errors=True)
            kept.rename(vectors)


def _measure_both(
    cases: Sequence[dict[str, Any]], short: Sequence[str], models: dict[str, tuple[Path, float]]
) -> tuple[Measured, Measured]:
    with ExitStack() as stack:
        actions_port = stack.enter_context(_action_server())
        servers = {name: stack.enter_context(_rasa_server(model, actions_port)) for name, (model, _) in models.items()}
        times: dict[str, list[float]] = {name: [] for name in servers}
        for number, message in enumerate(tqdm([*short[:10], *short], desc="timing", file=sys.stderr)):
            for name, server in servers.items():
                spent = _timed(server.address, f"{name}-{number}", message)
                if number >= 10:
                    times[name].append(spent)
        verdicts: dict[str, list[str]] = {name: [] for name in servers}
        for number, case in enumerate(tqdm(cases, desc="judging", file=sys.stderr)):
            for name, server in servers.items():
                replies = _send(server.address, f"judge-{name}-{number}", case["message"], case["group"])
                verdicts[name].append(judge(case, replies).verdict)
        found = {
            name: Measured(
                name,
                models[name][1],
                server.first_answer_s,
                _memory_mb(server.process.pid),
                *_percentiles(times[name]),
                sum(v in (RIGHT, PARTIAL) for v in verdicts[name]) / len(cases),
                sum(v == WRONG for v in verdicts[name]) / len(cases),
            )
            for name, server in servers.items()
        }
    return found["ours"], found["stock"]


@dataclass
class _Server:
    address: str
    process: subprocess.Popen[bytes]
    first_answer_s: float


@contextmanager
def _rasa_server(model: Path, actions_port: int) -> Iterator[_Server]:
    port = free_ports(1)[0]
    command = rasa_command("run", "-i", "127.0.0.1", "-p", str(port), "-m", str(model))
    command += ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    began = time.monotonic()
    environment = {**_rasa_environment(actions_port), **ONE_THREAD_FOR_PRODUCTS}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                if _send(address, "first", "What is a personal budget?", "parent"):
                    break
            except requests.RequestException:
                time.sleep(0.2)
            if process.poll() is not None or time.monotonic() - began > 180:
                raise RuntimeError(f"Rasa did not start with {model}")
        yield _Server(address, process, time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _action_server() -> Iterator[int]:
    port = free_ports(1)[0]
    environment = {**os.environ, **ONE_THREAD_FOR_PRODUCTS, "ACTIONS_PORT": str(port), "TRACKER_DATABASE": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "actions", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(3)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _measure_gateway(short: Sequence[str]) -> tuple[float, float]:
    """Return p50 and p95 of a message through the whole guide: the middle of three runs by p95, each of a fresh guide."""
    return sorted((_run_through_gateway(short) for _ in range(RUNS)), key=lambda run: run[1])[RUNS // 2]


def _run_through_gateway(short: Sequence[str]) -> tuple[float, float]:
    """Return p50 and p95 with one user, each message in a conversation of its own."""
    with running_guide() as address, requests.Session() as session:
        times = []
        for number, message in enumerate(tqdm([*short[:10], *short], desc="gateway", file=sys.stderr)):
            began = time.perf_counter()
            session.post(f"{address}/api/chat", json={"message": message}, timeout=60).raise_for_status()
            if number >= 10:
                times.append((time.perf_counter() - began) * 1000)
    return _percentiles(times)


def _report(
    ours: Measured,
    stock: Measured,
    costs: dict[str, dict[str, float]],
    whole: tuple[float, float],
    asked: int,
    timed: int,
) -> str:
    rows = [
        (
            "questions whose answer cites an acceptable section",
            f"{ours.right:.1%}",
            f"{stock.right:.1%}",
            ours.right,
            stock.right,
        ),
        ("questions with a wrong answer", f"{ours.wrong:.1%}", f"{stock.wrong:.1%}", ours.wrong, stock.wrong),
        (
            "training from nothing, seconds",
            f"{ours.training_s:.0f}",
            f"{stock.training_s:.0f}",
            ours.training_s,
            stock.training_s,
        ),
        ("message through Rasa's REST channel, p50 ms", f"{ours.p50:.1f}", f"{stock.p50:.1f}", ours.p50, stock.p50),
        ("message through Rasa's REST channel, p95 ms", f"{ours.p95:.1f}", f"{stock.p95:.1f}", ours.p95, stock.p95),
        (
            "memory of the Rasa process, MB",
            f"{ours.memory_mb:.0f}",
            f"{stock.memory_mb:.0f}",
            ours.memory_mb,
            stock.memory_mb,
        ),
        (
            "seconds from start to first answer",
            f"{ours.first_answer_s:.0f}",
            f"{stock.first_answer_s:.0f}",
            ours.first_answer_s,
            stock.first_answer_s,
        ),
    ]
    understanding = sum(part["p50"] for part in costs.values())
    lines = [
        "# Our pipeline beside Rasa's stock pipeline",
        "",
        f"Written by `make bench` on {date.today()}: {os.cpu_count()} processors, one user, {asked} questions judged, {timed} messages of up to"
        f" {MOST_WORDS} words timed, each sent to both in turn. Both use the same data, domain, rules and action server, and both have the once-only"
        f" schema check (bot/nlu/process/action_calls.py)."
        f" The stock pipeline (DIET, ResponseSelector, TED) was trained with {STOCK_EPOCHS} epochs, not 100.",
        "",
        "| figure | ours | stock | ours / stock |",
        "|---|---|---|---|",
        *(f"| {name} | {a} | {b} | {x / y:.2f} |" if y else f"| {name} | {a} | {b} | - |" for name, a, b, x, y in rows),
        "",
        f"Through the gateway (chat API), one user, the middle of {RUNS} runs: p50 {whole[0]:.1f} ms, p95 {whole[1]:.1f} ms.",
        "",
        "## Where a turn's time goes (medians, ms)",
        "",
        "| part | p50 | p95 |",
        "|---|---|---|",
        *(f"| {name} | {part['p50']:.1f} | {part['p95']:.1f} |" for name, part in costs.items()),
        f"| Rasa's loop with the action call (the REST turn less the parts above) | {ours.p50 - understanding:.1f} | |",
        f"| gateway (its turn less the REST turn) | {whole[0] - ours.p50:.1f} | |",
        "",
    ]
    return "\n".join(lines)


def _timed(address: str, sender: str, message: str) -> float:
    began = time.perf_counter()
    _send(address, sender, message, "parent")
    return (time.perf_counter() - began) * 1000


def _send(address: str, sender: str, message: str, group: str) -> list[dict[str, Any]]:
    audience = "professional" if group == "staff" else "parent"
    body = {"sender": sender, "message": message, "metadata": {"audience": audience}}
    replies = requests.post(f"{address}/webhooks/rest/webhook", json=body, timeout=60).json()
    return [reply["custom"] for reply in replies if "custom" in reply]


def _percentiles(times: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=100)
    return cuts[49], cuts[94]


def _memory_mb(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def _rasa_train(config: str, folder: Path) -> None:
    command = [
        str(RASA_PYTHON),
        "-m",
        "rasa",
        "train",
        "--config",
        config,
        "--out",
        str(folder),
        "--domain",
        "domain.yml",
        "--data",
        "data",
    ]
    subprocess.run(command, cwd=ROOT, env=_rasa_environment(0), check=True)


def _rasa_environment(actions_port: int) -> dict[str, str]:
    """Return Rasa's environment with no tracker file and a cache of its own, so that nothing is learnt from earlier runs."""
    return {
        **rasa_environment(actions_port, ":memory:"),
        "LOG_LEVEL": "ERROR",
        "RASA_CACHE_DIRECTORY": str(STOCK_FOLDER / "cache"),
    }


def _data_hash(config: str) -> str:
    digest = hashlib.sha256(config.encode())
    for file in sorted([*ROOT.glob("data/**/*.yml"), ROOT / "domain.yml"]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
