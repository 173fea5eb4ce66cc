"""Rasa's process under the guide's supervisor: a message has a deadline, and each piece of work done is a sign of life.

Rasa works on one message at a time, on the thread of its event loop: while it does, its server answers nobody, and with a
queue before it not for a while. So its supervisor takes a finished piece of work for an answer too.
"""

from __future__ import annotations

from rasa.engine.runner.dask import DaskGraphRunner

from bot.processes.deadline import with_deadline
from bot.processes.supervised import supervised


def keep_to_the_deadline() -> None:
    """Give every run of the graph the deadline of this process; one that only trains has none."""
    process = supervised()
    if not hasattr(DaskGraphRunner.run, "__wrapped__"):
        DaskGraphRunner.run = with_deadline(DaskGraphRunner.run, "a message", process.pulse)
