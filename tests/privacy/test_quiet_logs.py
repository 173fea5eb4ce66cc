"""What a process of the guide writes of a failure: what failed and where, never what somebody wrote."""

from __future__ import annotations

import asyncio
import gc
import logging
import runpy
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Callable

import pytest

from bot.paths import ROOT
from bot.privacy.quiet_logs import QuietRecord, failure
from tests.faults import everything_logged, quiet_process

__all__ = ["quiet_process"]

MARK = " ".join(["Zaphodine", "Quillfeather"])
LIBRARY, OURS = logging.getLogger("library"), logging.getLogger("bot.something")


def fail() -> None:
    try:
        raise KeyError(MARK)
    except KeyError as error:
        raise ValueError(f"what {MARK} wrote") from error


@pytest.mark.parametrize(
    ("log", "shown"),
    [
        (lambda: LIBRARY.warning("taken from %s", MARK), "taken from %s"),
        (lambda: LIBRARY.warning(f"taken from {MARK} at noon"), "taken from … at noon"),
        (lambda: LIBRARY.error(MARK), "(text not logged)"),
        (lambda: LIBRARY.error(ValueError(MARK)), "ValueError"),
        (lambda: LIBRARY.error("failed", exc_info=ValueError(MARK)), "failed: ValueError"),
        (lambda: LIBRARY.error("failed", stack_info=True), "failed"),
        (lambda: OURS.error("not kept: %s", ValueError(MARK)), "not kept: ValueError"),
        (lambda: OURS.error(ValueError(MARK)), "ValueError"),
        (lambda: OURS.error("%d of 100%% failed", 3, exc_info=KeyError(MARK)), "3 of 100% failed: KeyError"),
        (lambda: OURS.error("100% failed", exc_info=OSError(28, MARK)), "100% failed: OSError ENOSPC"),
    ],
)
def test_a_log_entry_holds_only_the_words_of_the_program(
    quiet_process: None, log: Callable[[], None], shown: str
) -> None:
    with everything_logged() as written:
        log()
    assert len(written.lines) == 1 and shown in written.lines[0] and MARK not in written.lines[0]


def test_an_exception_is_logged_by_kind_place_and_cause(quiet_process: None) -> None:
    with everything_logged() as written:
        try:
            fail()
        except ValueError:
            OURS.exception("it failed")
    assert "ValueError at test_quiet_logs.py:" in written.lines[0] and " from KeyError at " in written.lines[0]
    assert MARK not in written.lines[0]


def test_a_task_whose_failure_nobody_takes_is_told_without_its_text(quiet_process: None) -> None:
    async def failing() -> None:
        fail()

    async def forgotten() -> None:
        task = asyncio.create_task(failing())
        await asyncio.wait([task])

    with everything_logged() as written:
        asyncio.run(forgotten())
        gc.collect()
    told = "\n".join(written.lines)
    assert "ERROR asyncio" in told and "ValueError at test_quiet_logs.py" in told and MARK not in told


def test_a_process_that_ends_by_an_exception_tells_its_kind_and_place() -> None:
    program = """
        import threading, warnings
        from bot.privacy.quiet_logs import keep_texts_out_of_logs
        keep_texts_out_of_logs()
        def fail(*_):
            raise ValueError("Zaphodine")
        class Finalised:
            __del__ = fail
        Finalised()
        threading.Thread(target=fail).start()
        warnings.warn("Zaphodine")
        fail()
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "a thread ended: ValueError" in ended.stderr and "ended by ValueError" in ended.stderr
    assert "an exception was lost: ValueError" in ended.stderr
    assert "UserWarning" in ended.stderr and "Zaphodine" not in ended.stdout + ended.stderr


def test_a_chain_of_causes_that_goes_in_a_circle_is_told_once() -> None:
    first, second = ValueError(MARK), KeyError(MARK)
    first.__cause__, second.__cause__ = second, first
    assert failure(first) == "ValueError from KeyError"


class _Stop(Exception):
    pass


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("bot.application", []),
        ("actions", []),
        ("bot.handover.delivery.process", []),
        ("bot", ["referrals", "--help"]),
        ("bot", ["users", "--help"]),
        ("bot", ["audit", "--help"]),
    ],
)
def test_every_process_that_meets_personal_data_keeps_it_out_of_what_it_writes(
    quiet_process: None, monkeypatch: pytest.MonkeyPatch, module: str, arguments: list[str]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise _Stop

    logging.setLogRecordFactory(logging.LogRecord)
    monkeypatch.setattr(sys, "argv", [module, *arguments])
    monkeypatch.setattr("bot.application.app.create_app", stop)
    monkeypatch.setattr("rasa_sdk.executor.ActionExecutor.register_package", stop)
    monkeypatch.setattr("bot.handover.referrals.store.ReferralStore.__init__", stop)
    with pytest.raises((_Stop, SystemExit)), warnings.catch_warnings():
        runpy.run_module(module, run_name="__main__", alter_sys=False)
    assert logging.getLogRecordFactory() is QuietRecord
