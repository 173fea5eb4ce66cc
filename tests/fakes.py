"""A gateway with a Rasa that plays back what a test gives it, over a real socket."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi.testclient import TestClient

from bot.application.app import create_app
from bot.handover.referrals.store import ReferralStore
from bot.privacy.encryption import new_key
from bot.settings import Settings
from tests.databases import open_sqlite
from tests.setting_up import settings_in

ANSWER = {
    "text": "The school pays first.\n\n- one\n- two",
    "buttons": [{"title": "What next?", "payload": '/faq{"answer": "next-one"}'}],
    "custom": {
        "kind": "answer",
        "answer": "funding/school-pays",
        "topic": "funding",
        "confidence": 0.9,
        "sources": [
            {
                "document": "ot-guide-2023",
                "section": "funding-mainstream",
                "title": "The guide",
                "section_title": "Funding",
                "published": "2023-04",
                "review_due": "2024-04",
                "stale": True,
                "url": None,
            }
        ],
        "links": [{"title": "A page", "url": "https://www.durham.gov.uk/page"}],
    },
}
# A service with everything that a card may show.
SERVICE = {
    "id": "1",
    "name": "Example toy library",
    "organisation": "Example charity",
    "description": "Lends toys to families.",
    "url": "https://example.org/toys",
    "phone": "01632 960000",
    "email": "toys@example.org",
    "place": "Crook",
    "distance_miles": 2.4,
    "ages": "0 to 5",
    "needs": ["autism", "sight"],
    "last_checked": "2023-04-01",
    "stale": True,
}


class FakeRasa:
    """Replies with `reply` (or what `replies` still holds) and remembers every request."""

    def __init__(self) -> None:
        self.received: list[dict] = []
        self.reply: object = [{"recipient_id": "x", "custom": ANSWER}]
        self.status = 200
        self.delay_s = 0.0
        self.on_message: Callable[[dict], None] = lambda body: None
        self.at_once = self.most_at_once = 0
        counting = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with counting:
                    fake.at_once += 1
                    fake.most_at_once = max(fake.at_once, fake.most_at_once)
                fake.received.append(body)
                fake.on_message(body)
                time.sleep(fake.delay_s)
                with counting:
                    fake.at_once -= 1
                content = fake.reply if isinstance(fake.reply, bytes) else json.dumps(fake.reply).encode()
                self.send_response(fake.status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    def says(self, kind: str, text: str = "words", **custom: object) -> None:
        self.reply = [
            {"recipient_id": "x", "custom": {"text": text, "buttons": [], "custom": {"kind": kind, **custom}}}
        ]


@pytest.fixture
def rasa():
    fake = FakeRasa()
    yield fake
    fake.server.shutdown()


@pytest.fixture
def make_client(rasa, tmp_path):
    opened = []

    def make(**changes) -> TestClient:
        settings = settings_in(tmp_path, **{"rasa_port": rasa.port, "rasa_timeout_s": 1.0, **changes})
        client = TestClient(create_app(settings), raise_server_exceptions=False)
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def make_open_client(make_client):
    """Give a function that makes a gateway whose handover is open; `changes` are settings."""

    def make(**changes) -> TestClient:
        return make_client(**{"referral_email": "inbox@sendiass.example", "smtp_host": "mail.example", **changes})

    return make


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture
def settings(tmp_path):
    """The settings by which a test opens the gateway's store of referrals itself."""
    return Settings(referrals_url=f"sqlite:///{tmp_path / 'referrals.db'}", encryption_keys=new_key())


@pytest.fixture
def referrals(client, settings):
    return ReferralStore(settings)


@pytest.fixture
def tracked(rasa, tmp_path):
    """Have the fake Rasa keep trackers as Rasa does; gives a function that returns whose they are."""
    with open_sqlite(tmp_path / "trackers.db") as connection:
        connection.execute("CREATE TABLE events (sender_id TEXT, timestamp REAL)")

    def keep(body: dict) -> None:
        with open_sqlite(tmp_path / "trackers.db") as connection:
            connection.execute("INSERT INTO events VALUES (?, ?)", (body["sender"], time.time()))

    def senders() -> list[str]:
        with open_sqlite(tmp_path / "trackers.db") as connection:
            return [row[0] for row in connection.execute("SELECT sender_id FROM events")]

    rasa.on_message = keep
    return senders


@pytest.fixture
def say(client, rasa):
    token: dict[str, str] = {}

    def send(message: str) -> str:
        """Say something in one conversation; return what Rasa was sent."""
        reply = client.post("/api/chat", json={"message": message, **token})
        assert reply.status_code == 200, reply.text
        token["conversation"] = reply.json()["conversation"]
        return rasa.received[-1]["message"]

    return send
