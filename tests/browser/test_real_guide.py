"""The page against the real guide: understanding, actions and answers behind it, and how soon an answer is there."""

from __future__ import annotations

import statistics

import pytest

from bot.evaluation.system import running_guide
from bot.serve import missing_pieces
from tests.browser.conftest import REQUIRED

FIRST_ANSWER_WITHIN_MS = 300
QUESTIONS = (
    "What is a personal budget?",
    "can i teach my daughter at home",
    "who pays for help in school",
    "what is occupational therapy",
    "i am not happy with the support we get",
)
# From pressing Send to the painted answer, by the page's own clock.
TIME_AN_ANSWER = """(question) => new Promise((done) => {
  const asked = document.querySelectorAll('.said').length;
  document.getElementById('question').value = question;
  const began = performance.now();
  const look = () => {
    if (document.querySelectorAll('.said').length > asked) requestAnimationFrame(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  document.querySelector('.send').click();
  look();
})"""


@pytest.fixture(scope="module")
def real_guide():
    if missing_pieces() and not REQUIRED:
        pytest.skip("needs a trained model: make model")
    with running_guide() as address:
        yield address


def test_the_first_answer_is_there_within_300_ms(open_page, real_guide):
    # Other work on the machine only ever adds time, so the best of three rounds is the guide's own.
    rounds = [[_time_of(open_page, real_guide, question) for question in QUESTIONS] for _ in range(3)]
    medians = [statistics.median(spent) for spent in rounds]
    print(f"first answer, median of each round: {', '.join(f'{each:.0f} ms' for each in medians)}")
    assert min(medians) < FIRST_ANSWER_WITHIN_MS, rounds


def _time_of(open_page, address: str, question: str) -> float:
    page = open_page(address)
    page.wait_for_load_state("networkidle")
    spent = page.evaluate(TIME_AN_ANSWER, question)
    assert page.locator("#new .kind-answer").count() >= 1, question
    page.context.close()
    return spent


def test_topics_records_and_urgent_help_come_through(open_page, real_guide):
    page = open_page(real_guide)
    page.get_by_role("button", name="Personal budgets").click()
    page.locator("#new .kind-answer").wait_for()
    assert page.get_by_text("Where this comes from").count() == 1
    page.fill("#question", "is there a youth club near crook for my autistic son")
    page.click(".send")
    page.locator(".said").nth(1).wait_for()
    assert page.locator("#new .kind-records, #new .kind-no_records").count() == 1
    page.fill("#question", "i am going to hurt myself")
    page.click(".send")
    page.locator("#new .kind-safeguarding").wait_for()
    assert "999" in page.locator("#new").inner_text()
