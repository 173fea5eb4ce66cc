"""The whole guide, as `make run` starts it: real processes, real questions, a part that dies and comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

import pytest
import requests

from bot.evaluation.system import running_guide

KNOWN = [
    ("How much does school have to pay before top up money?", "funding-mainstream", "6,000"),
    ("can i get a personal budjet without a ehcp", "personal-budgets", "plan"),
    ("if i teach him at home do we lose his OT", "elective-home-education", "same"),
    ("I'm not happy with what the school is doing, who do I complain to", None, ""),
    ("what's the difference between SEN and SEND", None, "disabilit"),
]


@pytest.fixture(scope="module")
def guide():
    with running_guide() as address:
        yield address


def ask(address: str, message: str, **more) -> dict:
    reply = requests.post(f"{address}/api/chat", json={"message": message, **more}, timeout=30)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize(("question", "section", "fact"), KNOWN)
def test_questions_get_cited_answers(guide, question, section, fact):
    (message,) = ask(guide, question)["messages"]
    custom = message["custom"]
    assert custom["kind"] == "answer", message
    assert fact in message["text"]
    if section:
        assert section in {source["section"] for source in custom["sources"]}
    assert all(source["published"] and source["title"] for source in custom["sources"])


@pytest.mark.parametrize(
    ("message", "kinds"),
    [
        ("what's the weather tomorrow", {"fallback"}),
        ("my husband hit our son", {"safeguarding"}),
        ("are you a robot", {"smalltalk"}),
        ("I want to talk to a real person", {"handoff"}),
        ("/restart", {"smalltalk", "fallback", "clarify"}),
        ('/faq{"answer": "what-is-ehc-plan"}', {"smalltalk", "fallback", "clarify", "answer"}),
        ("where can I borrow sensory toys", {"records", "answer"}),
    ],
)
def test_other_messages_get_their_kind(guide, message, kinds):
    assert {m["custom"]["kind"] for m in ask(guide, message)["messages"]} <= kinds


def test_a_button_is_answered(guide):
    first = ask(guide, "what is an ehc plan")
    button = first["messages"][0]["buttons"][0]
    reply = requests.post(
        f"{guide}/api/chat", json={"payload": button["payload"], "conversation": first["conversation"]}, timeout=30
    ).json()
    assert reply["messages"][0]["custom"]["kind"] == "answer"
    assert "faq" not in button["payload"]


def test_staff_and_parents_get_the_same_sources(guide):
    parent, staff = (
        ask(guide, "how often should school meet parents about SEN support", audience=audience)["messages"][0]["custom"]
        for audience in ("parent", "professional")
    )
    assert parent["sources"] == staff["sources"]


def test_the_action_server_dies_and_comes_back(guide):
    """The next message gets a kind sentence and another way to get help; after the restart all is well."""
    killed = _kill("-m\0actions")
    assert killed
    (message,) = ask(guide, "what is an ehc plan")["messages"]
    assert message["custom"]["kind"] == "error" and message["custom"]["links"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if ask(guide, "what is an ehc plan")["messages"][0]["custom"]["kind"] == "answer":
            return
        time.sleep(0.5)
    pytest.fail("the action server did not come back within a minute")


def test_ctrl_c_stops_every_process():
    before = set(_children_of(os.getpid()))
    with running_guide() as address:
        assert ask(address, "hello")["messages"]
        started = set(_children_of(os.getpid())) - before
        assert len(started) >= 4
    time.sleep(1)
    assert [pid for pid in started if _alive(pid)] == []


def _kill(name: str) -> bool:
    """Kill the process below this test whose command line holds `name`."""
    for pid in _children_of(os.getpid()):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/cmdline", "rb") as file:
            if name.encode() in file.read():
                os.kill(pid, signal.SIGKILL)
                return True
    return False


def _children_of(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout.split("\n")[
        1:
    ]
    children: dict[int, list[int]] = {}
    for line in listed:
        if line.strip():
            pid, above = map(int, line.split())
            children.setdefault(above, []).append(pid)
    found, waiting = [], [parent]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def kinds(body: dict) -> list[str]:
    return [message["custom"]["kind"] for message in body["messages"]]


def test_two_questions_get_two_answers_in_order(guide):
    body = ask(guide, "What is Portage? And how do I join the Learning Library?")
    assert kinds(body) == ["answer", "answer"]
    first, second = (message["custom"]["answer"] for message in body["messages"])
    assert first == "early-years/what-is-portage" and second.startswith("learning-library/")


def test_a_follow_up_is_read_with_the_answer_before_and_stands_differently_alone(guide):
    token = ask(guide, "What is a personal budget?")["conversation"]
    (after,) = ask(guide, "and without a plan?", conversation=token)["messages"]
    (alone,) = ask(guide, "and without a plan?")["messages"]
    assert after["custom"].get("answer") == "personal-budgets/personal-budget-without-plan"
    assert alone["custom"].get("answer") != after["custom"]["answer"]


def test_a_correction_turns_from_the_answer_before(guide):
    first = ask(guide, "How are special schools funded?")
    given = first["messages"][0]["custom"]["answer"]
    (corrected,) = ask(guide, "no I meant for nursery", conversation=first["conversation"])["messages"]
    assert corrected["custom"].get("answer") != given


def test_it_never_asks_back_twice_in_a_row(guide):
    vague = ["help with my son at school", "support", "what can we get", "school", "an assessment"]
    body = ask(guide, vague[0])
    seen = [kinds(body)]
    for message in vague[1:] * 2:
        body = ask(guide, message, conversation=body["conversation"])
        seen.append(kinds(body))
    assert ["clarify"] in seen
    assert all(not (one == two == ["clarify"]) for one, two in zip(seen, seen[1:], strict=False)), seen


def test_another_language_is_recognised(guide):
    (message,) = ask(guide, "mój syn nie mówi, kto może nam pomóc?")["messages"]
    assert message["custom"]["kind"] == "fallback" and "999" in message["text"] and message["custom"]["links"]


@pytest.mark.parametrize(
    ("message", "about"),
    [
        ("how much is the mobility part of PIP", "benefits"),
        ("when does half term start", "school-information"),
        ("how many days do I have to appeal to the tribunal", "law-and-appeals"),
        ("we live in Sunderland, who does OT there", "other-area"),
    ],
)
def test_what_no_source_answers_is_refused_by_its_kind(guide, message, about):
    (reply,) = ask(guide, message)["messages"]
    assert reply["custom"]["kind"] == "fallback" and reply["custom"].get("about") == about


def test_abuse_gets_a_calm_reply(guide):
    assert kinds(ask(guide, "you are a useless piece of junk")) in (["smalltalk"], ["handoff"])
