"""While stores fail, the gateway writes nothing of what families say: at no level, by no logger, on no stream."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.faults import FAULTS, everything_logged, quiet_process

__all__ = ["quiet_process"]

MARK = "Zaphodine"
STORES = ("guide", "referrals", "trackers", "directory")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("store", STORES)
def test_nothing_of_a_message_is_written(rasa, make_client, tmp_path, capfd, quiet_process, store, fault):
    with everything_logged() as written:
        client = make_client(referral_email="inbox@example.org", smtp_host="127.0.0.1")
        token = client.post("/api/chat", json={"message": f"my son {MARK} begins"}).json()["conversation"]
        rasa.says("handoff", step="name")
        client.post("/api/chat", json={"message": f"a person for {MARK}", "conversation": token})
        client.post("/handover/begin")
        Path(tmp_path / f"{store}.db").touch()
        with FAULTS[fault](tmp_path / f"{store}.db"):
            for message in (f"my son {MARK} cannot read", f"her dad hit {MARK} last night", MARK):
                client.post("/api/chat", json={"message": message, "conversation": token})
            rasa.says("fallback")
            fields = {"key": secrets.token_hex(10), "message": f"{MARK} and the school"}
            client.post("/", data=fields, headers={"accept": "text/html"})
            client.post("/handover/name", data={"csrf": MARK, "name": MARK})
            client.get("/services", params={"text": MARK})
            client.get(f"/api/chat/{token}")
            client.delete(f"/api/chat/{token}")
        rasa.reply = [{"recipient_id": "x", "custom": {"text": MARK, "kind": MARK}}]
        client.post("/api/chat", json={"message": f"{MARK} again"})
        rasa.reply = MARK.encode()
        client.post("/api/chat", json={"message": f"{MARK} at last"})
    assert written.lines
    told = [
        line for line in [*written.lines, *"".join(capfd.readouterr()).splitlines()] if MARK in line or token in line
    ]
    assert not told, told[:3]
