"""What another website tries, as real pages on another host: to read a chat along, to tie a request to a chat of its own."""

from __future__ import annotations

import html
import secrets

import pyotp
import pytest
import requests

from tests.browser.conftest import Guide, ask
from tests.browser.staffed import PASSWORD

SECRET_WORDS = "my son Zachariah has autism and his school says no"
KEY = "aaaaaaaaaaaaaaaaaaaaaaaa"


def posting(address: str, fields: dict[str, str], how: str = "") -> str:
    """Return a page that posts a form by itself, or in one of the ways by which a page hides where it comes from."""
    inputs = "".join(f'<input type="hidden" name="{n}" value="{html.escape(v)}">' for n, v in fields.items())
    form = f'<form method="post" action="{address}" id="f">{inputs}<button>Win a prize</button></form>'
    script = "<script>document.getElementById('f').submit()</script>"
    head = '<meta name="referrer" content="no-referrer">' if how == "no referrer" else ""
    page = f"<!doctype html>{head}{form}{script if how != 'pressed' else ''}"
    if how == "sandboxed frame":
        inner = html.escape(f"{form}{script}")
        return f'<!doctype html><iframe sandbox="allow-scripts allow-forms allow-top-navigation" srcdoc="{inner}"></iframe>'
    return page


@pytest.fixture
def evil(sites):
    """Give a function that serves a page on another site (another host name, so another site to browsers)."""
    return lambda page: f"http://localhost:{sites({'index.html': page})}/index.html"


def begun_by_the_attacker(guide: Guide, **headers: str) -> str:
    body = {"message": "hello"}
    return str(
        requests.post(f"{guide.address}/api/chat", json=body, headers=headers, timeout=10).json()["conversation"]
    )


def read_by_the_attacker(guide: Guide, token: str) -> str:
    return requests.get(f"{guide.address}/api/chat/{token}", timeout=10).text


@pytest.mark.parametrize("how", ["by itself", "pressed", "no referrer"])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_chat_that_another_site_began_is_not_gone_on_with(open_page, guide, evil, how, javascript):
    if not javascript and how != "pressed":
        pytest.skip("nothing posts by itself without JavaScript")
    token = begun_by_the_attacker(guide)
    for fields in (
        {"conversation": token, "resume": "1", "key": KEY},
        {"key": KEY + secrets.token_hex(4), "message": "hello"},
    ):
        page = open_page(evil(posting(guide.address + "/", fields, how)), java_script_enabled=javascript)
        if how == "pressed":
            page.get_by_role("button").click()
        page.get_by_text("Another website asked for this").wait_for()
        page.goto(guide.address)
        assert page.locator(".said").count() == 0
        ask(page, SECRET_WORDS)
        assert page.locator(".said").count() == 1
        assert "Zachariah" not in read_by_the_attacker(guide, token)
        again = requests.post(
            f"{guide.address}/api/chat",
            json={"message": "hello"},
            headers={"Idempotency-Key": fields["key"]},
            timeout=10,
        )
        assert "Zachariah" not in read_by_the_attacker(guide, again.json()["conversation"])


def test_a_frame_that_hides_where_it_is_begins_nothing_either(open_page, guide, evil):
    token = begun_by_the_attacker(guide)
    fields = {"conversation": token, "message": "evil words", "key": KEY}
    page = open_page(evil(posting(guide.address + "/", fields, "sandboxed frame")))
    page.wait_for_timeout(1000)
    assert "evil words" not in read_by_the_attacker(guide, token)


def test_scripts_of_another_site_send_nothing(open_page, guide, evil):
    token = begun_by_the_attacker(guide)
    page = open_page(evil("<!doctype html><title>x</title>"))
    tried = page.evaluate(
        """async ([address, token]) => {
          const body = JSON.stringify({message: 'evil words', conversation: token});
          const form = new URLSearchParams({conversation: token, message: 'evil words', key: 'k'.repeat(20)});
          const ways = [
            [`${address}/api/chat`, {method: 'POST', mode: 'no-cors', body, headers: {'Content-Type': 'text/plain'}}],
            [`${address}/api/chat`, {method: 'POST', mode: 'no-cors', body: new Blob([body])}],
            [`${address}/api/chat`, {method: 'POST', body, headers: {'Content-Type': 'application/json'}}],
            [`${address}/`, {method: 'POST', mode: 'no-cors', body: form}],
            [`${address}/`, {method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer', body: form}],
            [`${address}/api/chat/${token}`, {method: 'DELETE'}],
          ];
          for (const [to, how] of ways) await fetch(to, how).catch(() => null);
          navigator.sendBeacon(`${address}/start-again`, new URLSearchParams({conversation: token}));
          return ways.length;
        }""",
        [guide.address, token],
    )
    page.wait_for_timeout(500)
    kept = read_by_the_attacker(guide, token)
    assert tried == 6 and '"hello"' in kept and "evil words" not in kept


def test_another_sites_form_ties_no_request_to_its_chat(open_page, staffed, evil):
    token = begun_by_the_attacker(staffed)
    page = open_page(evil(posting(f"{staffed.address}/handover/begin", {"conversation": token})))
    page.get_by_text("Another website asked for this").wait_for()
    assert page.context.cookies() == []
    before = {one.id for one in staffed.desk.chat.live.referrals.listed()}
    filled_in(page, staffed)
    (new,) = [one for one in staffed.desk.chat.live.referrals.listed() if one.id not in before]
    assert new.conversation is None


def test_another_sites_form_does_not_replace_what_was_begun(open_page, staffed, evil):
    page = open_page(f"{staffed.address}/handover")
    page.locator("main form[action$=begin] button").click()
    page.fill("#about", "the bus")
    page.locator("main form button.govuk-button").first.click()
    page.wait_for_url("**/handover/name")
    cookies = page.context.cookies()
    for path in ("begin", "stop"):
        page.goto(evil(posting(f"{staffed.address}/handover/{path}", {"conversation": begun_by_the_attacker(staffed)})))
        page.get_by_text("Another website asked for this").wait_for()
    assert page.context.cookies() == cookies
    page.goto(f"{staffed.address}/handover/about")
    assert page.locator("#about").input_value() == "the bus"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_family_takes_its_own_chat_along_and_agrees_to_be_written_to_in_it(open_page, staffed, javascript):
    page = open_page(staffed.address, java_script_enabled=javascript)
    ask(page, "I want somebody real")
    with page.context.expect_page() as opened:
        page.locator("button[formaction]").click()
    form = opened.value
    filled_in(form, staffed, talk=True)
    newest = max(staffed.desk.chat.live.referrals.listed(), key=lambda one: one.received_at)
    assert newest.conversation == staffed.rasa.received[-1]["sender"]


def filled_in(page, guide: Guide, talk: bool = False) -> None:
    """Fill the form in as a family does and send it; with `talk`, let SENDIASS write in the chat it came from."""
    if not page.url.startswith(f"{guide.address}/handover") or "/begin" in page.url:
        page.goto(f"{guide.address}/handover")
    page.locator("main form[action$=begin] button").first.click()
    for name, field in (("about", "the bus"), ("name", "Somebody"), ("reach", "0191 498 0123")):
        page.wait_for_url(f"**/handover/{name}")
        page.locator("main textarea, main input[type=text], main input[type=tel]").first.fill(field)
        page.locator("main form button.govuk-button").first.click()
    while not page.url.endswith("/check"):
        before = page.url
        page.locator("main form button.govuk-button").first.click()
        page.wait_for_url(lambda url, before=before: url != before)
    if talk:
        assert page.get_by_text("I want somebody real").count() == 1
        page.locator("#talk_in_chat").check()
    else:
        assert page.locator("#talk_in_chat").count() == 0
    page.locator("#agree").check()
    page.locator("main form button.govuk-button").first.click()
    page.locator("#reference").wait_for()


def test_a_chat_is_that_of_its_tab_and_neither_token_nor_secret_stands_in_an_address(open_page, guide):
    page = open_page()
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    ask(page, "what is a plan")
    token = page.locator("#ask [name=conversation]").input_value()
    secret = page.locator("#ask [name=secret]").input_value()
    assert requests.get(f"{guide.address}/api/chat/{token}", timeout=10).status_code == 400
    headers = {"Conversation": token, "Conversation-Secret": secret}
    assert requests.get(f"{guide.address}/api/chat/current", headers=headers, timeout=10).status_code == 200
    page.reload()
    page.locator("#new").wait_for()
    ask(page, "and then")
    with page.expect_download():
        page.click("#save button[value=text]")
    page.get_by_role("button", name="Start again").click()
    page.locator(".starters").wait_for()
    assert requests.get(f"{guide.address}/api/chat/current", headers=headers, timeout=10).status_code == 400
    ask(page, "another chat")
    assert page.locator("#ask [name=secret]").input_value() not in ("", secret)
    assert not any(token[:20] in address or secret in address for address in addresses)


def test_loading_a_page_again_that_a_form_gave_is_no_attack(open_page, guide):
    page = open_page(java_script_enabled=False)
    ask(page, "what is a plan")
    page.reload()
    assert page.locator(".said").count() == 1 and len(guide.rasa.received) == 1
    ask(page, "and then")
    assert page.locator(".said").count() == 2


def test_a_chat_goes_on_where_the_script_comes_late(open_page, guide):
    """A slow line: the first question is sent by the form itself, and the script is there from the next page on."""
    page = open_page("/privacy")
    page.route("**/chat.js*", lambda route: route.abort())
    page.goto(guide.address)
    page.fill("#question", "what is a plan")
    page.click(".send")
    page.locator("#new").wait_for()
    page.unroute("**/chat.js*")
    page.route("**/chat.js*", lambda route: route.continue_())
    page.fill("#question", "and then")
    page.click(".send")
    page.locator(".said").nth(1).wait_for()
    ask(page, "and now by the script")
    page.reload()
    page.locator(".said").nth(2).wait_for()
    ask(page, "and on")
    assert page.locator(".said").count() == 4
    assert len({heard["sender"] for heard in guide.rasa.received}) == 1


def test_a_chat_goes_on_by_plain_forms_where_the_script_goes_missing(open_page, guide):
    page = open_page()
    ask(page, "what is a plan")
    page.evaluate(
        "document.getElementById('ask').requestSubmit = null; HTMLFormElement.prototype.submit.call(document.getElementById('ask'))"
    )
    page.get_by_text("Please type a question first.").wait_for()
    page.route("**/chat.js*", lambda route: route.abort())
    page.fill("#question", "and then")
    page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('ask'))")
    page.locator(".said").nth(1).wait_for()
    page.fill("#question", "and without any script")
    page.click(".send")
    page.locator(".said").nth(2).wait_for()
    assert len({heard["sender"] for heard in guide.rasa.received}) == 1


def test_where_nothing_may_be_kept_the_chat_goes_on_in_its_page(open_page):
    page = open_page("/privacy")
    page.add_init_script("Object.defineProperty(window, 'sessionStorage', {get() { throw new Error('refused'); }})")
    page.goto(page.url.replace("/privacy", "/"))
    ask(page, "what is a plan")
    ask(page, "and then")
    with page.expect_download():
        page.click("#save button[value=text]")
    assert page.locator(".said").count() == 2


def test_what_a_person_writes_reaches_the_page_of_its_own_browser(open_page, staffed):
    page = open_page(staffed.address)
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    ask(page, "what is a plan")
    conversation = staffed.rasa.received[-1]["sender"]
    live = staffed.desk.chat.live
    live.take(staffed.referral(conversation), "Rowan", "sendiass@example.org")
    page.reload()
    page.locator("#speaker").wait_for()
    for text in ("Hello, I have read what you sent.", "Are you there?"):
        live.say(conversation, "person", text)
        page.get_by_text(text).first.wait_for()
    page.fill("#question", "yes, I am")
    page.click(".send")
    page.get_by_text("yes, I am").first.wait_for()
    live.end(conversation, "closed", "sendiass@example.org")
    page.get_by_text("SENDIASS has ended this talk").first.wait_for()
    events = [address for address in addresses if "/events" in address]
    assert events and all("/api/chat/current/events?after=" in address for address in events)


def test_a_link_on_another_site_leads_staff_to_its_page_and_signs_nobody_out(open_page, staffed, evil):
    ident = staffed.referral()
    page = open_page(f"{staffed.address}/staff")
    page.fill("#name", "sendiass@example.org")
    page.fill("#password", PASSWORD)
    code_secret = pyotp.random_base32()
    staffed.desk.accounts.set_code_secret("sendiass@example.org", code_secret, "test")
    page.fill("#code", pyotp.TOTP(code_secret).now())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Sign out", exact=True).wait_for()
    cookies = page.context.cookies()
    link = f'<!doctype html><a href="{staffed.address}/staff/inbox/{ident}">The notice</a>'
    images = f'<img src="{staffed.address}/staff"><img src="{staffed.address}/staff/sign-in"><iframe src="{staffed.address}/staff"></iframe>'
    page.goto(evil(link + images))
    page.wait_for_timeout(500)
    page.get_by_role("link", name="The notice").click()
    page.wait_for_url(f"**/staff/inbox/{ident}")
    page.get_by_text("Nobody at Quillfeather school listens").wait_for()
    page.goto(evil(posting(f"{staffed.address}/staff/sign-out", {"csrf": "x"})))
    page.get_by_text("Another website asked for this").wait_for()
    assert page.context.cookies() == cookies
    page.goto(f"{staffed.address}/staff")
    page.get_by_text("Sign out", exact=True).wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_chat_in_a_frame_of_another_site_posts_to_itself(open_page, sites, tmp_path, javascript):
    guide = Guide(tmp_path)
    port = sites(
        {"index.html": f'<!doctype html><iframe src="{guide.address}/?embed=1" width="600" height="900"></iframe>'}
    )
    guide.settings.embed_origins = f"http://localhost:{port}"
    guide.start()
    page = open_page(f"http://localhost:{port}/index.html", java_script_enabled=javascript)
    frame = page.frame_locator("iframe")
    for number, question in enumerate(("what is a plan", "and then", "and on")):
        frame.locator("#question").fill(question)
        frame.locator(".send").click()
        frame.locator(".said").nth(number).wait_for()
    with page.expect_download():
        frame.locator("#save button[value=text]").click()
    frame.get_by_role("button", name="Start again").click()
    frame.locator(".starters").wait_for()
    assert len({heard["sender"] for heard in guide.rasa.received}) == 1
    guide.stop()
