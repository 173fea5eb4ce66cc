"""A whole handover in the chat, with real processes: sent once, and no answer in any database or log in clear."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
import requests

from bot.evaluation.system import running_guide
from bot.handover.referrals.store import ReferralStore
from bot.privacy.encryption import new_key
from bot.settings import Settings
from tests.databases import open_sqlite

ABOUT = "Quillfeather Primary will not give Xanthippe the hours in her plan and Mrs Ozymandias just shrugs"
PERSONAL = ("Quillfeather", "Xanthippe", "Ozymandias", "Zottmann", "wzottmann", "498 0123", "4980123")


class Guide:
    """A running guide, and where its stores lie."""

    def __init__(self, address: str, folder: Path, keys: str) -> None:
        self.address, self.folder, self.keys = address, folder, keys

    def say(self, message: str | None = None, token: str | None = None, payload: str | None = None) -> dict:
        body = {"message": message} if payload is None else {"payload": payload}
        if token:
            body["conversation"] = token
        reply = requests.post(f"{self.address}/api/chat", json=body, timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def press(self, body: dict, title: str) -> dict:
        buttons = [button for message in body["messages"] for button in message["buttons"]]
        (payload,) = [button["payload"] for button in buttons if button["title"].startswith(title)][-1:]
        return self.say(payload=payload, token=body["conversation"])

    def bytes_kept(self) -> bytes:
        """Return every byte of every store and of the log."""
        for store in self.folder.glob("*.db"):
            with open_sqlite(store) as connection:
                connection.execute("PRAGMA wal_checkpoint")
        return b"".join(file.read_bytes() for file in self.folder.iterdir() if file.is_file())

    def trackers(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.folder.glob("trackers.db*"))  # with what is written ahead


@pytest.fixture(scope="module")
def guide():
    keys = new_key()
    with tempfile.TemporaryDirectory() as folder:
        stores = {
            "GUIDE_DATABASE_URL": f"sqlite:///{folder}/guide.db",
            "GUIDE_DIRECTORY_URL": f"sqlite:///{folder}/directory.db",
            "GUIDE_REFERRALS_URL": f"sqlite:///{folder}/referrals.db",
            "GUIDE_TRACKER_DATABASE": f"{folder}/trackers.db",
        }
        told = {
            "GUIDE_REFERRAL_EMAIL": "inbox@sendiass.example",
            "GUIDE_SMTP_HOST": "127.0.0.1",
            "GUIDE_SMTP_PORT": "9",
        }
        with running_guide(
            log_file=str(Path(folder) / "guide.log"), GUIDE_ENCRYPTION_KEYS=keys, **stores, **told
        ) as address:
            yield Guide(address, Path(folder), keys)


def steps(body: dict) -> list[str]:
    return [str(message["custom"].get("step") or message["custom"]["kind"]) for message in body["messages"]]


def begun(guide: Guide) -> dict:
    offer = guide.say("please can I talk to a person")
    assert steps(offer) == ["offer"]
    body = guide.press(offer, "Yes")
    assert steps(body) == ["about"]
    return body


def test_a_handover_from_beginning_to_end(guide):
    first = guide.say("what is an EHC plan")
    offer = guide.say("could somebody phone me about all this", token=first["conversation"])
    body = guide.say("yes please", token=offer["conversation"])
    token = body["conversation"]
    assert steps(body) == ["about"]
    assert steps(guide.say(ABOUT, token)) == ["name"]
    assert steps(guide.say("Wilhelmina Zottmann", token)) == ["contact"]
    wrong = guide.say("call me maybe", token)
    assert steps(wrong) == ["contact"] and "phone number" in wrong["messages"][0]["text"]
    worse = guide.say("0191 49", token)
    assert steps(worse) == ["contact"] and worse["messages"][0]["custom"]["form"] == "/handover"
    assert worse["messages"][0]["custom"]["links"]
    assert steps(guide.say("0191 498 0123 or wzottmann@example.org", token)) == ["when"]
    between = guide.say("what is Portage?", token)
    assert steps(between)[-1] == "when" and "answer" in steps(between)
    assert steps(guide.press(between, "In the morning")) == ["child"]
    assert steps(guide.say("Xanthippe", token)) == ["age"]
    assert steps(guide.say("seven", token)) == ["school"]
    check = guide.say("Quillfeather Primary", token)
    assert steps(check) == ["check"]
    text = check["messages"][0]["text"]
    assert all(word in text for word in (ABOUT, "Wilhelmina Zottmann", "0191 498 0123", "wzottmann@example.org"))
    assert "In the morning" in text and "Your chat is not sent" in text and "I agree that you send" in text
    assert steps(guide.press(check, "Change your name")) == ["name"]
    check = guide.say("Mina Zottmann", token)
    assert steps(check) == ["check"] and "Name: Mina Zottmann" in check["messages"][0]["text"]
    check = guide.press(check, "Send my chat so far")
    assert "Family: what is an EHC plan" in check["messages"][0]["text"]
    check = guide.press(check, "Leave my chat out")
    assert "Family:" not in check["messages"][0]["text"]
    sent = guide.press(check, "I agree")
    assert steps(sent) == ["sent"]
    reference = sent["messages"][0]["custom"]["reference"]
    again = guide.press({**check, "conversation": token}, "I agree")
    assert again["messages"][0]["custom"]["reference"] == reference

    store = ReferralStore(Settings(referrals_url=f"sqlite:///{guide.folder}/referrals.db", encryption_keys=guide.keys))
    opened = store.opened(store.find(reference))
    assert opened.details.about == ABOUT and opened.details.name == "Mina Zottmann"
    assert opened.details.child_age == "7" and opened.details.when_to_reach == "In the morning"
    assert opened.details.conversation is None and sum(store.counts().values()) == 1

    kept = guide.bytes_kept()
    assert [word for word in PERSONAL if word.encode() in kept] == []
    after = guide.say("what is Portage", token)
    assert steps(after) == ["answer"]


def test_no_answer_is_in_the_trackers_even_while_it_is_being_given(guide):
    body = begun(guide)
    token = body["conversation"]
    guide.say(ABOUT, token)
    guide.say("Wilhelmina Zottmann", token)
    guide.say("wzottmann@example.org", token)
    trackers = guide.trackers()
    assert b"handover_answer" in trackers
    assert [word for word in PERSONAL if word.encode() in trackers] == []


def test_stopping_erases_it_and_names_other_ways(guide):
    token = begun(guide)["conversation"]
    guide.say(ABOUT, token)
    stopped = guide.say("stop", token)
    assert steps(stopped) == ["stopped"] and stopped["messages"][0]["custom"]["links"]
    (message,) = guide.say("Who pays for extra help in a mainstream school?", token)["messages"]
    assert message["custom"]["kind"] == "answer"


def test_urgent_help_comes_first_and_the_handover_can_be_taken_up_again(guide):
    token = begun(guide)["conversation"]
    guide.say(ABOUT, token)
    assert steps(guide.say("my husband hit our son last night", token)) == ["safeguarding"]
    offer = guide.say("can I speak to somebody", token)
    assert steps(offer) == ["offer"]
    assert steps(guide.press(offer, "Carry on")) == ["name"]


def test_a_person_who_asks_for_a_person_in_the_middle_is_told_where_they_are(guide):
    token = begun(guide)["conversation"]
    guide.say(ABOUT, token)
    assert steps(guide.say("what happens if I want to speak to a person right now?", token))[-1] == "name"


def test_a_refusal_in_the_middle_comes_back_to_the_question(guide):
    token = begun(guide)["conversation"]
    guide.say(ABOUT, token)
    between = guide.say("what's the weather tomorrow?", token)
    assert steps(between)[-1] == "name" and between["messages"][0]["custom"]["kind"] in ("fallback", "clarify")


def test_the_form_needs_somebody_who_receives_it():
    with running_guide() as address:
        body = requests.post(f"{address}/api/chat", json={"message": "let me talk to a person"}, timeout=30).json()
        (message,) = body["messages"]
        assert message["custom"]["kind"] == "handoff" and message["custom"]["step"] == "how_to_reach"
        assert message["buttons"] == [] and message["custom"]["links"]
        assert os.environ.get("GUIDE_REFERRAL_EMAIL") is None
