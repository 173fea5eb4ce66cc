"""The conversation in a real browser, with and without JavaScript, on good lines and bad."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from tests.browser.conftest import Guide, ask

FOCUSED = "document.activeElement.id"


@pytest.mark.parametrize("javascript", [True, False])
def test_every_flow_works_with_and_without_javascript(open_page, guide, javascript):
    page = open_page(java_script_enabled=javascript)
    page.click("button[name=starter] >> nth=1")
    page.locator("#new").wait_for()
    assert guide.rasa.received[0]["message"] == "What is a personal budget?"
    page.get_by_role("button", name="Say it more simply").click()
    page.get_by_text("is a legal paper").wait_for()
    page.get_by_role("button", name="When should I ask for an EHC needs assessment?").click()
    page.locator(".said").nth(2).wait_for()
    ask(page, "where are toys")
    assert page.get_by_role("link", name="01632 960000").get_attribute("href") == "tel:01632960000"
    assert page.locator(".record").count() == 2 and page.get_by_text("About 2 miles").count() == 2
    page.get_by_text("Someone who works with families").click()
    ask(page, "and for staff")
    assert guide.rasa.received[-1]["metadata"]["audience"] == "professional"
    assert page.get_by_label("Someone who works with families").is_checked()
    ask(page, "my phone is 07700 900123")
    assert page.get_by_text("We took this out of your message").count() == 1
    page.click(".send")
    page.get_by_text("Please type a question first.").wait_for()
    assert page.locator(".said").count() == 6
    page.get_by_role("button", name="Start again").click()
    page.locator(".starters").wait_for()
    assert page.locator(".said").count() == 0
    assert len(guide.rasa.received) == 6


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("form, name", [("page", "chat.html"), ("text", "chat.txt")])
def test_the_conversation_can_be_saved_with_its_sources(open_page, javascript, form, name):
    page = open_page(java_script_enabled=javascript)
    ask(page, "what is a plan")
    with page.expect_download() as download:
        page.click(f"#save button[value={form}]")
    content = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == f"local-offer-guide-{name}"
    assert "what is a plan" in content and "is a legal document" in content
    assert "The occupational therapy offer" in content and "April 2023" in content and "may be out of date" in content


def test_the_conversation_can_be_copied(open_page, guide):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "what is a plan")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("The chat is copied.").wait_for()
    assert "is a legal document" in page.evaluate("navigator.clipboard.readText()")


def test_a_refused_clipboard_is_said(open_page):
    page = open_page()
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('refused'))")
    page.reload()
    ask(page, "what is a plan")
    page.get_by_role("button", name="Copy").click()
    page.get_by_text("did not let us copy").wait_for()


def test_a_long_answer_lands_at_its_beginning(open_page):
    page = open_page(viewport={"width": 320, "height": 480})
    for question in ("first", "what is a plan", "where are toys"):
        ask(page, question)
    assert page.evaluate(FOCUSED) == "new"
    page.wait_for_function("() => Math.abs(document.getElementById('new').getBoundingClientRect().top) < 40")
    assert page.locator("#new .said").inner_text() == "where are toys"
    assert page.locator("#history .said").count() == 2


def test_a_mistake_takes_the_focus_to_the_field_and_keeps_the_words(open_page):
    page = open_page()
    page.fill("#question", "word " * 500)
    assert page.get_by_text("You have 500 characters too many.").count() >= 1
    page.click(".send")
    page.locator("#problem").wait_for()
    assert page.evaluate(FOCUSED) == "question"
    assert page.locator("#question").input_value() == "word " * 500
    assert page.locator("#question").get_attribute("aria-invalid") == "true"
    assert page.title().startswith("There is a problem: ")


def test_characters_are_counted_near_the_limit_and_heard_after_a_pause(open_page):
    page = open_page()
    page.fill("#question", "a" * 1799)
    assert page.locator("#count").inner_text() == ""
    page.fill("#question", "a" * 1990)
    assert page.locator("#count").inner_text() == "You have 10 characters left."
    page.wait_for_function(
        "() => document.getElementById('count-heard').textContent === 'You have 10 characters left.'"
    )


def test_by_keyboard_alone(open_page, guide):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the chat"
    page.keyboard.press("Enter")
    page.keyboard.type("what is a")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("plan")
    page.keyboard.press("Enter")
    page.locator("#new").wait_for()
    assert guide.rasa.received[-1]["message"] == "what is a\nplan"
    assert page.evaluate(FOCUSED) == "new"
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("(document.activeElement.textContent || document.activeElement.id).trim()"))
        if reached[-1] == "Where this comes from":
            page.keyboard.press("Enter")
            assert page.locator("details[open]").count() == 1
    order = [
        "EHC assessments",
        "Where this",
        "Say it",
        "Tell me",
        "When should",
        "Will my",
        "Does my",
        "question",
        "Send",
    ]
    places = [next(i for i, text in enumerate(reached) if text.startswith(part)) for part in order]
    assert places == sorted(places)
    page.get_by_role("button", name="Tell me more").focus()
    page.keyboard.press("Space")
    page.locator(".said").nth(1).wait_for()


def test_a_reload_resumes_and_sends_nothing_again(open_page, guide):
    page = open_page()
    ask(page, "what is a plan")
    page.reload()
    page.locator("#new").wait_for()
    assert page.locator(".said").inner_text() == "what is a plan"
    ask(page, "and then")
    assert len(guide.rasa.received) == 2 and guide.rasa.received[0]["sender"] == guide.rasa.received[1]["sender"]


def test_a_reload_while_waiting_shows_the_answer_and_asks_once(open_page, guide):
    page = open_page()
    guide.rasa.delay_s = 1.5
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.wait_for_timeout(300)
    page.reload()
    page.locator("#new").wait_for()
    assert page.locator(".said").count() == 1 and len(guide.rasa.received) == 1


def test_waiting_is_said_once_and_nothing_can_be_sent_meanwhile(open_page, guide):
    page = open_page()
    guide.rasa.delay_s = 1.5
    page.evaluate(
        """() => { window.heard = []; new MutationObserver(() => {
          const text = document.getElementById('waiting').textContent; if (text) window.heard.push(text);
        }).observe(document.getElementById('waiting'), {childList: true}); }"""
    )
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.get_by_text("The guide is looking for an answer.").wait_for()
    assert page.locator("#question").get_attribute("readonly") is not None
    assert page.locator(".send").get_attribute("aria-disabled") == "true"
    assert page.locator("button:disabled").count() == 0
    page.locator(".send").click(force=True)
    page.locator("#question").press("Enter")
    page.locator("#new").wait_for()
    assert page.evaluate("window.heard") == ["The guide is looking for an answer."]
    assert len(guide.rasa.received) == 1 and page.locator("#waiting").inner_text() == ""


def test_a_quick_answer_says_nothing_of_waiting(open_page):
    page = open_page()
    page.evaluate(
        """() => { window.heard = []; new MutationObserver((all) => window.heard.push(all.length))
          .observe(document.getElementById('waiting'), {childList: true}); }"""
    )
    page.evaluate("document.getElementById('waiting').dataset.text = ''")
    ask(page, "what is a plan")
    assert page.locator("#waiting").inner_text() == ""


def test_a_slow_line(open_page, guide):
    page = open_page()
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 1500, "downloadThroughput": 8000, "uploadThroughput": 4000}
    line.send("Network.emulateNetworkConditions", slow)
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.get_by_text("The guide is looking for an answer.").wait_for()
    page.locator("#new").wait_for(timeout=15_000)
    assert len(guide.rasa.received) == 1


def test_the_line_fails_once_and_the_answer_still_comes(open_page, guide):
    page = open_page()
    lost = []

    def lose_the_first(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())  # the guide got it; its answer never arrives
            route.abort()
        else:
            route.continue_()

    page.route("**/", lose_the_first)
    ask(page, "what is a plan")
    assert len(lost) == 1 and len(guide.rasa.received) == 1


def test_the_server_goes_away_and_comes_back(open_page, tmp_path):
    guide = Guide(tmp_path)
    guide.start()
    page = open_page(guide.address)
    ask(page, "what is a plan")
    guide.stop()
    page.fill("#question", "where are toys")
    page.click(".send")
    page.get_by_text("Your message did not go through.").wait_for(timeout=20_000)
    assert page.locator("#question").input_value() == "where are toys"
    assert page.locator("#question").get_attribute("readonly") is None
    assert page.locator(".said").count() == 1
    guide.start()
    page.click(".send")
    page.locator(".record").first.wait_for()
    assert [body["message"] for body in guide.rasa.received] == ["what is a plan", "where are toys"]
    guide.stop()


def test_other_words_after_a_failure_are_another_question(open_page, guide):
    page = open_page()
    page.route("**/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.get_by_text("Your message did not go through.").wait_for(timeout=20_000)
    key = page.locator("#ask [name=key]").input_value()
    page.unroute("**/")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    ask(page, "where are toys")
    assert key not in sent[0] and page.locator(".record").count() == 2


def test_whatever_is_not_a_chat_page_is_left_to_the_browser(open_page, tmp_path):
    guide = Guide(tmp_path, rate_limit_address=1)
    guide.start()
    page = open_page(guide.address)
    ask(page, "what is a plan")
    page.fill("#question", "again")
    page.click(".send")
    page.get_by_text("Please wait").wait_for()
    assert page.locator("h1").inner_text() == "There is a problem"
    guide.stop()


def test_a_forgotten_conversation_says_so_kindly(open_page, guide):
    page = open_page()
    ask(page, "what is a plan")
    page.evaluate("document.querySelector('#ask [name=conversation]').value = 'forged'")
    page.fill("#question", "next")
    page.click(".send")
    page.get_by_text("We do not have that chat any more.").wait_for()
    assert page.locator("#question").input_value() == "next"


def test_nothing_is_kept_in_cookies_and_nothing_asked_of_other_hosts(open_page, guide):
    page = open_page("/demo")
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.reload()
    page.goto(guide.address)
    ask(page, "what is a plan")
    assert page.context.cookies() == []
    assert hosts == {f"127.0.0.1:{guide.port}"}


def test_no_script_error_and_no_breach_of_the_policy(open_page):
    page = open_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.reload()
    ask(page, "what is a plan")
    page.goto(page.url + "demo")
    page.get_by_role("button", name="Ask the Local Offer Guide").click()
    page.frame_locator("iframe").locator("#question").wait_for()
    assert complaints == []


def test_the_first_view_weighs_less_than_60_kb_and_the_launcher_less_than_5(open_page, guide):
    page = open_page("/nothing")
    weights = {}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    urls = {}
    line.on("Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]}))
    line.on("Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]}))
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(guide.address)
    _until_loaded(page, urls, weights)
    assert any("guide.css" in url for url in urls.values()) and any("chat.js" in url for url in urls.values())
    assert sum(weights.values()) < 60_000, weights
    page.goto(guide.address + "/demo")
    _until_loaded(page, urls, weights)
    launcher = next(weights[ident] for ident, url in urls.items() if "/embed.js" in url)
    assert launcher < 5_000
    assert re.search(r"\?v=[0-9a-f]{12}$", next(url for url in urls.values() if "/embed.js" in url))


def _until_loaded(page, urls: dict, weights: dict) -> None:
    """Wait until the browser has told the weight of everything it asked for, and weigh what it left out.

    Chromium does not always tell that the tab's icon has come; what it did not tell is fetched and weighed as sent.
    """
    page.wait_for_load_state("networkidle")
    for _ in range(50):
        if urls.keys() <= weights.keys():
            return
        page.wait_for_timeout(100)
    for ident in urls.keys() - weights.keys():
        fetched = requests.get(urls[ident], headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10)
        assert fetched.ok, urls[ident]
        weights[ident] = len(fetched.raw.read(decode_content=False))
