"""Run the action server on loopback, in one process: `python -m actions --port 5055`.

rasa-sdk's own command starts a manager with a worker below it: were the manager killed, its worker would go on
holding the port. One process is enough here, and it is gone when it is gone.
"""

from __future__ import annotations

import argparse
import logging

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from bot.directory.search.directory import directory
from bot.directory.search.query import wanted_from_text
from bot.guidance.answers import load_answers
from bot.privacy.quiet_logs import keep_texts_out_of_logs
from bot.processes.deadline import with_deadline
from bot.processes.supervised import supervised
from bot.settings import settings
from bot.store.modes import private_from_now

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Load what the first question would wait for: answers, the small encoder, the records. Never raises."""
    try:
        load_answers()
        directory().search(wanted_from_text("autism group near Durham"))
    except Exception as error:  # noqa: BLE001 - whatever is missing, each action says so kindly when it needs it
        log.warning("not everything could be loaded beforehand: %s", type(error).__name__)


def main() -> None:
    """Serve every action of this package."""
    keep_texts_out_of_logs()
    parser = argparse.ArgumentParser(prog="python -m actions", description="The guide's action server.")
    parser.add_argument("--port", type=int, default=5055, help="loopback port to listen on")
    chosen = parser.parse_args()
    settings()  # where they are refused, this process is
    private_from_now()
    pulse = supervised().pulse
    executor = ActionExecutor()
    executor.register_package("actions")
    # What takes too long becomes the kind sentence that any failure of an action becomes.
    executor.actions = {name: with_deadline(action, name, pulse) for name, action in executor.actions.items()}
    warm_up()
    app = create_app(executor)
    app.run(host="127.0.0.1", port=chosen.port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
