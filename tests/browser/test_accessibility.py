"""WCAG 2.2 AA as far as a machine can tell: axe on every state, reflow, target size, focus, text spacing, and the order heard."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import ask
from tests.browser.staffed import STAFFED_STATES
from tests.browser.states import STATES
from tests.desk.test_permissions import routes_of

EVERY_STATE = STATES | STAFFED_STATES
HERE = Path(__file__).parent
AXE = (HERE / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST_TARGET = 24
NARROW = (320, 640)
# What answers with something else than a page. Coming back from an identity provider shows a page that goes on at once.
NO_PAGES = frozenset(
    {
        "/health",
        "/livez",
        "/readyz",
        "/staff/account/code.svg",
        "/staff/inbox/{ident}/chat/events",
        "/staff/inbox/{ident}/export",
        "/staff/sign-in/callback",
        "/staff/sign-in/provider",
    }
)
NO_PAGES_UNDER = ("/api/", "/open-referral/")
looked_at: dict[str, str] = {}
# On wide screens only what is laid out otherwise there.
WIDE = ("start", "long conversation", "demonstration", "embed opened", "saved conversation")
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""
TOO_WIDE = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
  .filter((each) => each.getBoundingClientRect().right > innerWidth).map((each) => each.outerHTML.slice(0, 200))"""
# What can be pressed, and is not a link within a sentence (which WCAG 2.5.8 leaves out).
TARGETS = """() => [...document.querySelectorAll('button, summary, textarea, input:not([type=hidden]), a')]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 1)
  .filter((each) => each.tagName !== 'A' || !['P', 'LI', 'DD'].includes(each.parentElement.tagName)
    || each.parentElement.textContent.trim() === each.textContent.trim())
  .map((each) => { const box = (each.matches('input[type=radio]') ? each.parentElement : each).getBoundingClientRect();
    return [each.textContent.trim() || each.id, box.width, box.height]; })"""
OBSCURED = """() => { const on = document.activeElement; if (on === document.body) return null;
  const box = on.getBoundingClientRect();
  const x = Math.min(innerWidth - 1, box.left + box.width / 2), y = Math.min(innerHeight - 1, box.top + Math.min(box.height, 20) / 2);
  const at = document.elementFromPoint(x, y);
  return at && (on.contains(at) || at.contains(on)) ? 'seen' : (on.textContent || on.id).trim(); }"""
# The look of what has the focus, and of the parts that show it in its place.
LOOK = """() => { const on = document.activeElement; if (on === document.body) return null;
  const parts = [getComputedStyle(on), getComputedStyle(on.firstElementChild ?? on)];
  if (on.matches('.govuk-radios__input')) parts.push(getComputedStyle(on.nextElementSibling, '::before'));
  return parts.map((style) => [style.boxShadow, style.outlineStyle, style.outlineColor, style.backgroundColor].join('|')).join('|'); }"""


def violations(page) -> list[str]:
    """Return what axe finds on a page and in its frames, each as rule, element and summary."""
    for frame in page.frames:
        frame.evaluate(AXE)
    result = page.evaluate("(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{found['id']}: {node['target']} {node['failureSummary']}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


@pytest.fixture
def reach(request, open_page):
    """Give a function that opens a page and brings it into a state."""

    def reached(state: str, **options):
        path, go = EVERY_STATE[state]
        served = request.getfixturevalue("staffed" if state in STAFFED_STATES else "guide")
        page = open_page(served.address + path, **options)
        go(page, served)
        return page

    return reached


@pytest.mark.parametrize("state", EVERY_STATE)
def test_axe_finds_nothing(reach, state):
    page = reach(state)
    looked_at[state] = urlsplit(page.url).path
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme


def test_axe_has_looked_at_every_page(staffed):
    if len(looked_at) < len(EVERY_STATE):
        pytest.skip("not every state was looked at in this run")
    pages = {path for method, path in routes_of(staffed.app.routes) if method == "GET"} - NO_PAGES
    unseen = {
        page
        for page in pages
        if not page.startswith(NO_PAGES_UNDER) and not any(_is_of(page, path) for path in looked_at.values())
    }
    assert unseen == set()


def _is_of(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", route), path) is not None


def test_axe_would_find_something(open_page):
    page = open_page()
    page.evaluate("document.querySelector('label[for=question]').remove()")
    assert any(found.startswith("label") for found in violations(page))


@pytest.mark.parametrize(
    "size", [NARROW, (320, 256), (768, 1024), (1280, 800)], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_nothing_scrolls_sideways_and_every_target_is_large_enough(reach, size):
    # 320 by 256 is what 400% zoom leaves of 1280 by 1024.
    for state in EVERY_STATE:
        if state in ("waiting", "line lost") or (size != NARROW and state not in (WIDE if size[0] > 320 else STATES)):
            continue
        page = reach(state, viewport={"width": size[0], "height": size[1]})
        for frame in page.frames:
            wide = frame.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
            assert wide[0] <= wide[1], state
            small = [t for t in frame.evaluate(TARGETS) if min(t[1:]) < SMALLEST_TARGET]
            assert small == [], state
        page.context.close()


@pytest.mark.parametrize(
    "state",
    ["start", "long conversation", "mistake", "live chat", "desk, referral", "desk, content queue", "desk, switch"],
)
def test_wide_text_spacing_cuts_nothing_off(reach, state):
    page = reach(state, viewport={"width": 320, "height": 640}, bypass_csp=True)
    page.add_style_tag(content=TEXT_SPACING)
    assert page.evaluate(TOO_WIDE) == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll('button, p, li, h1, h2, h3, label, summary')].filter((each) => {
          const style = getComputedStyle(each);
          return each.checkVisibility() && style.overflow === 'hidden' && !style.clipPath.includes('inset')
            && (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1); }).map((each) => each.outerHTML)"""
    )
    assert cut == []


@pytest.mark.parametrize("size", [(320, 256), (1280, 800)], ids=str)
def test_the_focus_is_never_hidden(open_page, guide, size):
    page = open_page(viewport={"width": size[0], "height": size[1]})
    STATES["long conversation"][1](page, guide)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    for key in ("Tab", "Shift+Tab"):
        for _ in range(26):
            page.keyboard.press(key)
            assert page.evaluate(OBSCURED) in ("seen", None)


@pytest.mark.parametrize("state", ["answer with sources open", "live chat", "desk, referral", "desk, switch"])
def test_focus_can_be_seen_on_everything(reach, state):
    page = reach(state)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    seen = 0
    for _ in range(30):
        page.keyboard.press("Tab")
        looks = page.evaluate(LOOK)
        if looks is None:
            continue
        assert "rgb(255, 221, 0)" in looks, page.evaluate("document.activeElement.outerHTML")
        seen += 1
    assert seen > 12


def test_a_conversation_is_heard_in_order_and_once(open_page, guide):
    page = open_page()
    ask(page, "what is a plan")
    ask(page, "where are toys")
    heard = page.locator("body").aria_snapshot()
    expected = (HERE / "conversation.aria.yml").read_text(encoding="utf-8")
    assert heard.strip() == expected.strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_keep_the_edges(open_page, guide, scheme):
    page = open_page(forced_colors="active", color_scheme=scheme)
    STATES["record cards"][1](page, guide)
    edges = "(name) => parseFloat(getComputedStyle(document.querySelector(name)).borderTopWidth)"
    for name in (".bubble", ".said", ".greeting", ".govuk-button", ".small", ".record"):
        assert page.evaluate(edges, name) >= 1, name
    assert violations(page) == []


def test_reduced_motion_stands_still(open_page, guide):
    page = open_page(reduced_motion="reduce")
    guide.rasa.delay_s = 1.5
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.locator(".waiting.busy").wait_for()
    assert page.evaluate("document.getAnimations({subtree: true}).length") == 0
    page.locator("#new").wait_for()


def test_on_paper_the_answers_stay_and_the_controls_go(open_page, guide):
    page = open_page()
    ask(page, "what is a plan")
    page.emulate_media(media="print", color_scheme="dark")
    for name in ("#ask", ".choices", ".keep", "footer"):
        assert not page.locator(name).first.is_visible(), name
    source = page.locator(".sources li").first
    assert source.evaluate(
        "(each) => each.checkVisibility({contentVisibilityAuto: true}) && each.getBoundingClientRect().height > 0"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('.bubble')).color") in (
        "rgb(0, 0, 0)",
        "rgb(18, 32, 31)",
    )
