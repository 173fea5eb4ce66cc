"""The chat on other people's pages: of another origin, with hostile styles, for a whole visit."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Guide, ask

HOSTILE = """
* { all: unset !important; display: none !important; color: #fff !important; font-size: 3px !important; letter-spacing: 2em !important; }
html, body, main, p { display: block !important; }
html { font-size: 4px !important; }
body { transform: rotate(3deg); filter: blur(2px); overflow: hidden !important; height: 100px !important; }
button, iframe, div, local-offer-guide { position: static !important; visibility: hidden !important; opacity: 0 !important; width: 1px !important;
  transform: scale(0) !important; pointer-events: none !important; z-index: -1 !important; clip-path: inset(50%) !important; }
"""
ATTRIBUTES = 'data-title="Ask us" data-greeting="Hello from the council" data-position="left" data-colour="#ffcc00"'


@pytest.fixture
def embedding(sites, tmp_path):
    """Give a guide that two origins may embed, and their pages' addresses: the first of two pages, and a hostile one."""
    guide = Guide(tmp_path)
    tag = f'<script src="{guide.address}/embed.js" {ATTRIBUTES} defer></script>'
    page = f'<!doctype html><html lang="en"><title>x</title>{tag}<main><h1>One</h1><a href="two.html">On</a></main>'
    first = sites({"one.html": page, "two.html": page.replace("One", "Two")})
    second = sites({"bad.html": page.replace("<main>", f"<style>{HOSTILE}</style><main>")})
    stranger = sites({"one.html": page})
    guide.settings.embed_origins = f"http://127.0.0.1:{first} http://localhost:{second}"
    guide.start()
    yield (
        guide,
        f"http://127.0.0.1:{first}/one.html",
        f"http://localhost:{second}/bad.html",
        f"http://127.0.0.1:{stranger}/one.html",
    )
    guide.stop()


def test_it_opens_when_asked_and_escape_gives_the_focus_back(open_page, embedding):
    _, one, _, _ = embedding
    page = open_page(one)
    launcher = page.get_by_role("button", name="Ask us")
    launcher.wait_for()
    assert page.locator("iframe").is_hidden() and launcher.get_attribute("aria-expanded") == "false"
    assert len(page.frames) == 1 or page.frames[1].url in ("", "about:blank")
    launcher.focus()
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    frame.locator("#question").wait_for()
    page.frames[1].wait_for_load_state("load")
    assert page.get_by_role("region", name="Ask us").get_by_text("Hello from the council").is_visible()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.tagName") == "IFRAME"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go on with your chat").wait_for()
    assert page.locator("iframe").is_hidden()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.textContent") == "Go on with your chat"


def test_a_conversation_in_the_frame_lasts_for_the_visit(open_page, embedding):
    guide, one, _, _ = embedding
    page = open_page(one)
    page.get_by_role("button", name="Ask us").click()
    frame = page.frame_locator("iframe")
    ask_in(frame, "what is a plan")
    page.locator("a").press("Enter")
    page.wait_for_url("**/two.html")
    frame = page.frame_locator("iframe")
    frame.locator(".said").wait_for()
    assert page.locator("iframe").is_visible() and page.evaluate("document.activeElement === document.body")
    page.get_by_role("button", name="Close the chat").click()
    page.reload()
    page.get_by_role("button", name="Go on with your chat").wait_for()
    assert page.locator("iframe").is_hidden()
    assert len(guide.rasa.received) == 1


def test_on_a_small_screen_it_fills_the_screen_and_does_not_open_again(open_page, embedding):
    _, one, _, _ = embedding
    page = open_page(one, viewport={"width": 320, "height": 568})
    page.get_by_role("button", name="Ask us").click()
    page.frame_locator("iframe").locator("#question").wait_for()
    box = page.get_by_role("region", name="Ask us").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 320, 568)
    page.reload()
    page.get_by_role("button", name="Go on with your chat").wait_for()
    assert page.locator("iframe").is_hidden()


def test_the_frame_grows_with_what_it_holds_up_to_the_window(open_page, embedding):
    _, one, _, _ = embedding
    page = open_page(one, viewport={"width": 1280, "height": 3000})
    page.get_by_role("button", name="Ask us").click()
    frame = page.frame_locator("iframe")
    frame.locator("#question").wait_for()
    page.wait_for_timeout(200)
    before = page.locator("iframe").bounding_box()["height"]
    content = frame.locator("body").evaluate("(body) => body.scrollHeight")
    assert abs(before - content) <= 2
    ask_in(frame, "where are toys")
    page.wait_for_timeout(200)
    assert page.locator("iframe").bounding_box()["height"] > before
    page.set_viewport_size({"width": 1280, "height": 600})
    panel = page.get_by_role("region", name="Ask us").bounding_box()
    assert panel["y"] >= 0 and panel["y"] + panel["height"] <= 600


def test_hostile_styles_change_nothing(open_page, embedding):
    _, one, bad, _ = embedding
    looks = []
    for address in (one, bad):
        page = open_page(address)
        launcher = page.get_by_role("button", name="Ask us")
        launcher.wait_for()
        closed = launcher.bounding_box()
        launcher.click()
        page.frame_locator("iframe").locator("#question").wait_for()
        page.wait_for_timeout(200)
        looks.append((closed, page.locator("iframe").bounding_box()))
    assert looks[0] == looks[1]
    assert looks[0][0]["height"] >= 44 and looks[0][1]["width"] > 350


def test_the_given_colour_is_readable(open_page, embedding):
    _, one, _, _ = embedding
    page = open_page(one)
    launcher = page.get_by_role("button", name="Ask us")
    launcher.wait_for()
    style = "(each) => [getComputedStyle(each).backgroundColor, getComputedStyle(each).color]"
    assert launcher.evaluate(style) == ["rgb(255, 204, 0)", "rgb(0, 0, 0)"]


def test_a_page_that_may_not_embed_gets_no_chat(open_page, embedding):
    _, _, _, stranger = embedding
    page = open_page(stranger)
    refused = []
    page.on("console", lambda line: refused.append(line.text))
    page.get_by_role("button", name="Ask us").click()
    page.wait_for_timeout(500)
    assert any("frame-ancestors" in text for text in refused)
    assert page.frame_locator("iframe").locator("#question").count() == 0


def test_messages_from_strangers_are_not_heeded(open_page, embedding):
    _, one, _, _ = embedding
    page = open_page(one)
    page.get_by_role("button", name="Ask us").click()
    page.frame_locator("iframe").locator("#question").wait_for()
    page.wait_for_timeout(200)
    before = page.locator("iframe").bounding_box()
    page.evaluate("window.postMessage({type: 'local-offer-guide:close'}, '*')")
    page.evaluate("window.postMessage({type: 'local-offer-guide:height', height: 100}, '*')")
    page.wait_for_timeout(200)
    assert page.locator("iframe").is_visible() and page.locator("iframe").bounding_box() == before


def ask_in(frame, question: str) -> None:
    frame.locator("#question").fill(question)
    frame.locator(".send").click()
    frame.locator(".said").wait_for()


def test_the_demonstration_page_works_the_same(open_page, guide):
    page = open_page("/demo")
    page.get_by_role("button", name="Ask the Local Offer Guide").click()
    frame = page.frame_locator("iframe")
    ask_in(frame, "what is a plan")
    with page.expect_download() as download:
        frame.locator("#save button[value=text]").click()
    assert download.value.suggested_filename.endswith("chat.txt")
    page.goto(guide.address)
    ask(page, "where are toys")
