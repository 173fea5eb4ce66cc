"""Run the gateway: `python -m bot.application`."""

from __future__ import annotations

import logging

import uvicorn

from bot.application.app import create_app
from bot.gateway.web.connections import allow_files, serving_options
from bot.privacy.quiet_logs import keep_texts_out_of_logs
from bot.processes.supervised import supervised
from bot.settings import settings
from bot.store.modes import private_from_now


def main() -> None:
    """Serve the pages, the chat API and, on its own loopback port, the metrics."""
    keep_texts_out_of_logs()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    configured = settings()
    private_from_now()
    process = supervised()
    app = create_app(configured)
    app.state.metrics.show_restarts(lambda: process.restarts)
    app.state.metrics.serve(configured.metrics_port)
    allow_files()
    uvicorn.run(
        app,
        host=configured.host,
        port=configured.port,
        access_log=False,
        log_level="warning",
        server_header=False,
        **serving_options(app.state.connections),
    )


if __name__ == "__main__":
    main()
