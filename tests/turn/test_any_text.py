"""Whatever is typed, at whatever point of a conversation, a turn ends in an answer or in a problem said kindly."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.handover.form.chat_draft import ChatHandover
from bot.privacy.encryption import new_key
from bot.reading.bounds import LONGEST_TEXT
from bot.settings import Settings
from tests.fakes import ANSWER

SERVICES = {
    "text": "Two services.",
    "buttons": [],
    "custom": {
        "kind": "records",
        "records": [{"id": "a-1", "name": "Seaham Autism Group"}, {"id": "b-2", "name": "Portage"}],
    },
}
QUESTION = {"text": "How can we reach you?", "buttons": [], "custom": {"kind": "handoff", "step": "contact"}}
CHECK = {"text": "Shall I send it?", "buttons": [], "custom": {"kind": "handoff", "step": "check"}}
OFFER = {"text": "Would you like a person?", "buttons": [], "custom": {"kind": "handoff", "step": "offer"}}
BEFORE = (None, ANSWER, SERVICES, QUESTION, CHECK, OFFER)

_WORDS = [
    "thank you",
    "the second one",
    "more",
    "please",
    "nearer",
    "and",
    "in simpler words",
    "my husband hits me",
    "no",
    "a@b.c",
    "07700 900123",
]
_SIGNS = [
    ",",
    "!",
    "(",
    "\U0001f62d",
    "\u200b",
    "\u2060",
    "\ufdfa",
    "\u0301",
    "\x00",
    "\ud800",
    "/",
    "/restart",
    "{",
    '"',
    "\\",
    "\n",
    "a",
    "1",
    " ",
]
# Runs of what is typed and of what attacks are made of, beside any text at all.
TEXTS = st.one_of(
    st.text(max_size=200),
    st.builds(
        lambda pieces, separator, times: (separator.join(pieces) * times)[:2100],
        st.lists(st.sampled_from(_WORDS + _SIGNS), min_size=1, max_size=5),
        st.sampled_from(["", " ", ", ", "."]),
        st.integers(1, 1000),
    ),
)


@pytest.fixture
def chat(make_client):
    return make_client(rasa_timeout_s=5.0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, audience=st.sampled_from(["parent", "professional"]), before=st.sampled_from(BEFORE))
def test_any_text_at_any_point_gets_an_answer_or_a_kind_sentence(chat, rasa, text, audience, before):
    body = {"message": text.encode("utf-8", "replace").decode(), "audience": audience}
    if before:
        rasa.reply = [{"recipient_id": "x", "custom": before}]
        begun = chat.post("/api/chat", json={"message": "hello", "audience": audience})
        body["conversation"] = begun.json()["conversation"]
    rasa.reply = [{"recipient_id": "x", "custom": ANSWER}]
    asked = len(rasa.received)
    reply = chat.post("/api/chat", json=body)
    assert reply.status_code in (200, 422), reply.text
    # One look at most, and the message itself; neither longer than what may be read.
    assert len(rasa.received) - asked <= 2
    assert all(len(sent["message"]) <= LONGEST_TEXT for sent in rasa.received[asked:])
    if reply.status_code == 422:
        assert reply.json()["title"] or reply.json()["detail"]
    else:
        assert all(message["custom"]["kind"] for message in reply.json()["messages"])


def test_rasa_hears_a_hostile_run_shortened_and_the_history_keeps_what_was_typed(client, rasa):
    typed = "what is a plan" + "!" * 400
    token = client.post("/api/chat", json={"message": typed}).json()["conversation"]
    assert rasa.received[-1]["message"] == "what is a plan!!!"
    assert client.get(f"/api/chat/{token}").json()["messages"][0]["text"] == typed


def test_an_answer_in_a_handover_stays_as_typed(make_open_client, rasa, tmp_path):
    keys = new_key()
    client = make_open_client(encryption_keys=keys)
    rasa.reply = [{"recipient_id": "x", "custom": {**QUESTION, "custom": {"kind": "handoff", "step": "when"}}}]
    token = client.post("/api/chat", json={"message": "a person please"}).json()["conversation"]
    typed = "any day, any time, any any any any any time!!!!!!"
    client.post("/api/chat", json={"message": typed, "conversation": token})
    url = f"sqlite:///{tmp_path / 'referrals.db'}"
    drafts = ChatHandover(
        Settings(referrals_url=url, encryption_keys=keys, referral_email="a@b.example", smtp_host="b")
    )
    assert drafts.draft(rasa.received[0]["sender"])["typed"] == typed
