"""How Rasa is started: its interpreter and environment variables, in one place. Standard library only."""

from __future__ import annotations

import os

from bot.paths import ROOT, VAR

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"


def rasa_command(*arguments: str) -> list[str]:
    """Return the command that runs Rasa with these arguments. Where it serves families, its logs hold no words of theirs."""
    module = "bot.nlu.process.quiet_rasa" if arguments[:1] == ("run",) else "rasa"
    return [str(RASA_PYTHON), "-m", module, *arguments]


def supervised_rasa(*arguments: str) -> list[str]:
    """Return the command that runs Rasa as a part of the guide: it ends with its supervisor, even while it still loads."""
    return [str(RASA_PYTHON), "-m", "bot.processes.supervised", "rasa", *arguments]


def rasa_environment(actions_port: int = 5055, tracker_database: str = str(VAR / "rasa-trackers.db")) -> dict[str, str]:
    """Return the environment of a process that runs in Rasa's environment.

    `actions_port` is where the action server listens on loopback, `tracker_database` the SQLite file of the
    trackers: endpoints.yml reads both.
    """
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ACTIONS_PORT": str(actions_port),
        "TRACKER_DATABASE": tracker_database,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "LOG_LEVEL": "WARNING",
    }
