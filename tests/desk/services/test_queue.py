"""The content queue: grouped by meaning beside the requests, worked on, exported without formulas."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.desk.services.grouping import Grouper
from bot.desk.services.models import Question
from bot.desk.services.queue import ContentQueue, UnknownItem, as_csv
from bot.metrics import Metrics
from bot.paths import ENCODER
from tests.desk.conftest import post
from tests.desk.services.test_intake import ask

MEANINGS = {"bus": (1, 0, 0), "coach": (0.9, 0.44, 0), "money": (0, 0, 1)}


def encode(texts):
    vectors = np.array([MEANINGS[text.split()[0]] for text in texts], np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def add(engine, *texts: str, near=()) -> None:
    with Session(engine) as session, session.begin():
        for text in texts:
            session.add(
                Question(
                    at=datetime.now(UTC), audience="parent", text=text, outcome="unknown", detail="", near=list(near)
                )
            )


def test_like_questions_come_together_and_others_do_not(engine):
    grouper, queue = Grouper(engine, Metrics(), encode), ContentQueue(engine)
    add(engine, "bus to school", "money for a bike", "coach pass")
    assert [item.number for item in queue.items("new")] == [None, None, None]
    assert grouper.group_new() == 3 and grouper.group_new() == 0
    big, small = queue.items("new")
    assert {question.text for question in big.questions} == {"bus to school", "coach pass"}
    assert small.text == "money for a bike"
    add(engine, "bus again")
    Grouper(engine, Metrics(), encode).group_new()  # a process that starts later finds the groups again
    assert len(queue.item(int(big.number or 0)).questions) == 3


def test_a_question_that_comes_again_after_done_opens_its_group(engine):
    grouper, queue = Grouper(engine, Metrics(), encode), ContentQueue(engine)
    add(engine, "bus")
    grouper.group_new()
    (item,) = queue.items("new")
    queue.set_state(item.number, "assigned", "anna")
    assert queue.items("assigned")[0].assigned_to == "anna"
    queue.set_state(item.number, "done", "anna")
    assert queue.counts() == {"new": 0, "assigned": 0, "done": 1}
    add(engine, "bus")
    grouper.group_new()
    assert [(again.number, again.assigned_to) for again in queue.items("new")] == [(item.number, None)]
    events = [line.event for line in audit.latest(engine)]
    assert events == ["queue.reopened", "queue.state", "queue.state"]


def test_the_nearest_answers_of_all_questions_are_shown_best_first(engine):
    add(engine, "bus", near=[{"answer": "a/one", "confidence": 0.2}, {"answer": "a/two", "confidence": 0.1}])
    add(engine, "bus", near=[{"answer": "a/one", "confidence": 0.4}, {"answer": "a/given", "confidence": None}])
    Grouper(engine, Metrics(), encode).group_new()
    (item,) = ContentQueue(engine).items("new")
    assert item.near == [("a/given", None), ("a/one", 0.4), ("a/two", 0.1)]


def test_the_metrics_know_the_size_of_the_queue(engine):
    metrics = Metrics()
    add(engine, "bus", "money")
    grouper = Grouper(engine, metrics, encode)
    grouper.group_new()
    grouper.count()
    assert metrics.registry.get_sample_value("guide_content_queue", {"state": "new"}) == 2


def test_unknown_items_and_states_are_said(engine):
    queue = ContentQueue(engine)
    for deed in (
        lambda: queue.item(1),
        lambda: queue.set_state(1, "done", "anna"),
        lambda: queue.items("lost"),
        lambda: queue.set_state(1, "lost", "anna"),
    ):
        with pytest.raises(UnknownItem):
            deed()


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "\u2060=1"])
def test_no_cell_of_an_export_can_be_a_formula(bad):
    rows = list(csv.reader(io.StringIO(as_csv(["head"], [[bad]]))))
    assert rows[1][0] == f"'{bad}"
    assert list(csv.reader(io.StringIO(as_csv(["head"], [["a=1", 5]]))))[1] == ["a=1", "5"]


def test_the_editor_sees_works_on_and_exports_a_question_of_just_now(client, rasa, person):
    editor = person("content")
    rasa.says("fallback", aside={"near": [{"answer": "funding/academy-funding", "confidence": 0.31}]})
    ask(client, "=bus <b>pass</b>")
    page = editor.get("/staff/questions").text
    assert "bus &lt;b&gt;pass" in page and "Money for academies" in page and "0.31" in page
    Grouper(
        client.app.state.desk.engine, Metrics(), lambda texts: np.eye(3, dtype=np.float32)[: len(texts)]
    ).group_new()
    (item,) = client.app.state.desk.queue.items("new")
    address = f"/staff/questions/{item.number}"
    assert post(editor, address, address, state="assigned").status_code == 303
    assert "content@example.org" in editor.get(address).text
    assert post(editor, address, address, state="lost").status_code == 404
    export = post(editor, "/staff/questions/export", "/staff/questions")
    assert (
        export.headers["content-type"].startswith("text/csv") and "attachment" in export.headers["content-disposition"]
    )
    rows = list(csv.reader(io.StringIO(export.text.removeprefix("\ufeff"))))
    assert rows[1][2:4] == ["assigned", "content@example.org"]
    assert rows[1][7:] == ["'=bus <b>pass</b>", "funding/academy-funding 0.31"]
    events = [line.event for line in audit.latest(client.app.state.desk.engine, number=2)]
    assert events == ["queue.exported", "queue.state"]
    assert editor.get("/staff/questions?state=lost").status_code == 404
    assert editor.get("/staff/questions/999").status_code == 404


@pytest.mark.skipif(not ENCODER.exists(), reason="the sentence encoder is not set up")
def test_the_real_encoder_puts_one_meaning_together(engine):
    add(
        engine,
        "is there a bus that takes my son to his special school",
        "how do i get my boy onto the bus to his special school",
        "can i claim money to make our bathroom bigger",
    )
    Grouper(engine, Metrics()).group_new()
    sizes = [len(item.questions) for item in ContentQueue(engine).items("new")]
    assert sizes == [2, 1]
