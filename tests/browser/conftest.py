"""The guide in a real browser: Debian's chromium, the application over a real socket, and a Rasa that plays back replies.

Without chromium these tests skip, or fail where GUIDE_BROWSER_TESTS=required.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.application.app import create_app
from bot.evaluation.system import free_ports
from bot.guidance import replies
from bot.guidance.answers import load_answers
from bot.handover.form.replies import offer_message
from tests.fakes import SERVICE, FakeRasa
from tests.setting_up import served, settings_in

REQUIRED = os.environ.get("GUIDE_BROWSER_TESTS") == "required"
CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers give it little, and pictures need more
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    if CHROMIUM or REQUIRED:
        return
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip(reason="needs chromium"))


def reply_to(message: str) -> dict:
    """Return what the guide says to a message of these tests."""
    plan = load_answers()["what-is-ehc-plan"]
    if '"form": "simpler"' in message:
        return replies.answer_message(plan, "parent", 1.0, form="simpler")
    if "toys" in message:
        records = {"kind": "records", "filters": "toys", "records": [SERVICE, {**SERVICE, "id": "2", "phone": None}]}
        return {"text": "I found 2 places to try.", "buttons": [], "custom": records}
    if "which" in message:
        return replies.clarify_message([plan, load_answers()["when-to-ask-ehc-assessment"]])
    if "hurt" in message:
        return replies.urgent_help_message("parent")
    if "human" in message:
        return offer_message(None, is_open=False)
    if "somebody real" in message:
        return offer_message(None, is_open=True)
    if "hello" in message:
        return replies.smalltalk_message("greet")
    if "weather" in message:
        return replies.refusal_message("far")
    if "polsku" in message:
        custom = {"kind": "fallback", "language": "pl", "links": replies.helper_links()}
        return {"text": "Rozumiem tylko angielski.\n\nI only understand English.", "buttons": [], "custom": custom}
    if "broken" in message:
        return replies.error_message()
    return replies.answer_message(plan, "parent", 0.9)


class Guide:
    """The application on a port of its own, which can go away and come back."""

    def __init__(self, folder: Path, **changes: object) -> None:
        self.rasa = FakeRasa()
        self.rasa.on_message = self._reply
        self.port = free_ports(1)[0]
        self.address = f"http://127.0.0.1:{self.port}"
        self.settings = settings_in(folder, **{"rasa_port": self.rasa.port, "encryption_keys": "", **changes})

    def _reply(self, body: dict) -> None:
        self.rasa.reply = [{"recipient_id": "x", "custom": reply_to(body["message"])}]

    def start(self) -> None:
        """Serve, and return once the port answers."""
        quick = {"log_level": "error", "timeout_graceful_shutdown": 1, "server_header": False}
        self.app = create_app(self.settings)
        self._serving = served(self.app, self.port, **quick)
        self._serving.__enter__()

    def stop(self) -> None:
        """Stop serving; the port refuses from then on."""
        self._serving.__exit__(None, None, None)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "GUIDE_BROWSER_TESTS=required, but there is no chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def guide(tmp_path_factory) -> Iterator[Guide]:
    yield from _running(Guide(tmp_path_factory.mktemp("guide")))


@pytest.fixture(scope="session")
def staffed(tmp_path_factory) -> Iterator[Guide]:
    """The guide with people at its desk."""
    from tests.browser.staffed import StaffedGuide

    yield from _running(StaffedGuide(tmp_path_factory.mktemp("staffed")))


def _running(served: Guide) -> Iterator[Guide]:
    served.start()
    yield served
    served.stop()


@pytest.fixture(autouse=True)
def calm(request):
    """Let Rasa answer at once again, and forget what it heard, before each test."""
    for name in {"guide", "staffed"} & set(request.fixturenames):
        rasa = request.getfixturevalue(name).rasa
        rasa.delay_s, rasa.status = 0.0, 200
        rasa.received.clear()


@pytest.fixture
def open_page(chromium, guide):
    """Give a function that opens the guide (or a path, or another address) in a fresh context; options are Playwright's."""
    contexts = []

    def opened(path: str = "/", **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(path if path.startswith("http") else guide.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def sites(tmp_path):
    """Give a function that serves a folder of other people's pages and returns its port."""
    running = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    def serve(pages: dict[str, str]) -> int:
        folder = tmp_path / f"site{len(running)}"
        folder.mkdir()
        for name, content in pages.items():
            (folder / name).write_text(content, encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        running.append(server)
        return server.server_address[1]

    yield serve
    for server in running:
        server.shutdown()


def ask(page, question: str) -> None:
    """Type a question, press Send and wait until its answer is there."""
    asked = page.locator(".said").count()
    page.fill("#question", question)
    page.click(".send")
    page.locator(".said").nth(asked).wait_for()
