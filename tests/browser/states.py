"""Every page and state that the accessibility tests look at: a name, and how to get there."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.conftest import ask


def _asked(question: str) -> Callable:
    return lambda page, guide: ask(page, question)


def _with_sources_open(page, guide) -> None:
    ask(page, "what is a plan")
    page.locator("details.sources summary").click()


def _long(page, guide) -> None:
    for question in ("what is a plan", "where are toys", "which plan"):
        ask(page, question)


def _too_long(page, guide) -> None:
    page.fill("#question", "word " * 500)
    page.locator("#count").wait_for()


def _refused(page, guide) -> None:
    page.click(".send")
    page.locator("#problem").wait_for()


def _waiting(page, guide) -> None:
    guide.rasa.delay_s = 4.0
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.get_by_text("The guide is looking for an answer.").wait_for()


def _line_lost(page, guide) -> None:
    page.route("**/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.get_by_text("Your message did not go through.").wait_for(timeout=20_000)


def _copied(page, guide) -> None:
    ask(page, "what is a plan")
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function("() => document.getElementById('kept').textContent")


def _opened_embed(page, guide) -> None:
    page.get_by_role("button", name="Ask the Local Offer Guide").click()
    page.frame_locator("iframe").locator("#question").wait_for()


def _saved(page, guide) -> None:
    ask(page, "what is a plan")
    with page.expect_download() as download:
        page.click("#save button[value=page]")
    page.goto("about:blank")
    page.set_content(download.value.path().read_text(encoding="utf-8"))


# name: (path, what to do there)
STATES: dict[str, tuple[str, Callable]] = {
    "start": ("/", lambda page, guide: None),
    "start in a frame": ("/?embed=1", lambda page, guide: None),
    "answer": ("/", _asked("what is a plan")),
    "answer with sources open": ("/", _with_sources_open),
    "record cards": ("/", _asked("where are toys")),
    "question back": ("/", _asked("which plan")),
    "urgent help": ("/", _asked("someone is hurt")),
    "a person is wanted": ("/", _asked("a human please")),
    "small talk": ("/", _asked("hello")),
    "refusal": ("/", _asked("the weather")),
    "another language": ("/", _asked("po polsku")),
    "a part failed": ("/", _asked("broken")),
    "something taken out": ("/", _asked("ring 07700 900123")),
    "long conversation": ("/", _long),
    "too many characters": ("/", _too_long),
    "mistake": ("/", _refused),
    "waiting": ("/", _waiting),
    "line lost": ("/", _line_lost),
    "copied": ("/", _copied),
    "demonstration": ("/demo", lambda page, guide: None),
    "embed opened": ("/demo", _opened_embed),
    "no such page": ("/nothing", lambda page, guide: None),
    "saved conversation": ("/", _saved),
    "services": ("/services", lambda page, guide: None),
    "about this guide": ("/about", lambda page, guide: None),
    "privacy": ("/privacy", lambda page, guide: None),
    "accessibility statement": ("/accessibility", lambda page, guide: None),
    "handover form": ("/handover", lambda page, guide: None),
    "staff sign-in": ("/staff", lambda page, guide: None),
}
