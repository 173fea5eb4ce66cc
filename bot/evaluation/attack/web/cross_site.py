"""What another website can do with a visitor's browser: nothing may change, and nobody's chat may be tied to another's."""

from __future__ import annotations

import re
import secrets
import tempfile

from bot.evaluation.attack.guide.family import Family, Said
from bot.evaluation.attack.guide.small import NotUp, gateway_alone
from bot.evaluation.attack.guide.staff import add_account, cookie_of, session, takes_away
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack

SUBJECT = "other websites"
EVIL = "https://evil.example"
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# What a browser says of a request that another site's page made.
FROM_ELSEWHERE = {
    "foreign Origin": {"Origin": EVIL},
    "null Origin from elsewhere": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
    "foreign Origin of a like name": {"Origin": "http://127.0.0.1.evil.example"},
    "our host on another port": {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
    "two Origins": {"Origin": f"{EVIL}, http://127.0.0.1"},
}


def changing_routes() -> list[tuple[str, str]]:
    """Return method and path of every route that changes something, from the application itself: new ones are included."""
    from bot.application.app import create_app
    from bot.settings import Settings
    from bot.store.migrate import prepare

    with tempfile.TemporaryDirectory() as folder:
        urls = {f"{name}_url": f"sqlite:///{folder}/{name}.db" for name in ("database", "directory", "referrals")}
        settings = Settings(**urls, tracker_database=f"{folder}/trackers.db", secret_key=secrets.token_urlsafe(32))  # type: ignore[arg-type]
        prepare(settings)
        app = create_app(settings)
    found = []
    for path, methods in app.openapi()["paths"].items():
        for method in sorted(CHANGING & {name.upper() for name in methods}):
            found.append((method, re.sub(r"\{[^}]*\}", "1", path)))
    return found


def _is_refused(said: Said, path: str) -> bool:
    """Tell whether a request from elsewhere was refused. The desk may send to its sign-in, if it takes no cookie away."""
    if path.startswith("/staff"):
        return said.status in (303, 401, 403) and not takes_away(said, "staff_session")
    return said.status == 403


@attack(
    SUBJECT,
    "every route that changes something",
    f"each route with {len(FROM_ELSEWHERE)} ways in which a browser says that another site asks",
    "refused with 403; the desk sends to its sign-in and takes no cookie away",
)
def every_changing_route(target: Target) -> Outcome:
    """Send a request from elsewhere to each route."""
    routes = changing_routes()
    cases = []
    for name, told in FROM_ELSEWHERE.items():
        family = target.family()
        for number, (method, path) in enumerate(routes):
            if number % 10 == 9:  # what is refused for coming too often shows nothing
                family = target.family()
            headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded", **told}
            if path == "/api/chat":
                headers["Content-Type"] = "application/json"
            body = b'{"message": "hello"}' if path == "/api/chat" else b"message=hello&key=aaaaaaaaaaaaaaaaaaaa"
            said = family.send(method, path, data=body, headers=headers)
            cases.append((f"{method} {path} ({name}: {said.status})", _is_refused(said, path)))
    return all_held(cases, f"requests refused, {len(routes)} routes")


def _strangers_chat(target: Target) -> Family:
    stranger = target.family()
    stranger.say("what is portage")
    return stranger


@attack(
    SUBJECT,
    "a chat that is put in the visitor's browser",
    "a form on another site shows the visitor a chat that the stranger began",
    "the page that comes does not hold the stranger's chat",
)
def fixed_chat(target: Target) -> Outcome:
    """Post the stranger's conversation to `/` as other sites can."""
    stranger = _strangers_chat(target)
    cases = []
    for name, told in FROM_ELSEWHERE.items():
        for more in ({"resume": "1"}, {"message": "hello"}, {"feedback": "yes x"}):
            fields = {"conversation": stranger.token, "key": secrets.token_hex(12), **more}
            said = target.family().form("/", fields, told)
            cases.append((f"{name}, {next(iter(more))}", bool(said.status) and stranger.token not in said.text))
    return all_held(cases, "forms")


@attack(
    SUBJECT,
    "a chat known by its key",
    "the stranger knows the key that a visitor's first message carries",
    "the stranger gets another conversation: for a form's key with any words, for a program's with other words",
)
def known_key(target: Target) -> Outcome:
    """Begin a chat with a key that somebody else sends too."""
    cases = []
    for name, headers in {**FROM_ELSEWHERE, "no word of a browser": {}}.items():
        for words in ("hello", "my son Quillmarkfix is autistic"):
            key = secrets.token_hex(12)
            page = target.family().form("/", {"key": key, "message": words}, headers)
            begun = re.findall(r'name="conversation" value="([^"]+)"', page.text)
            tokens = set(begun) - {""}
            got = [
                target.family()
                .send("POST", "/api/chat", json={"message": sent}, headers={"Idempotency-Key": key})
                .token
                for sent in (words, "other words")
            ]
            cases.append((f"form, {name}", not tokens & set(got)))
    key = secrets.token_hex(12)
    theirs = target.family().send(
        "POST", "/api/chat", json={"message": "my son Quillmarkfix"}, headers={"Idempotency-Key": key}
    )
    # The same words with the same key are the same message sent again, perhaps from another network: that is its reply.
    mine = target.family().send("POST", "/api/chat", json={"message": "hello"}, headers={"Idempotency-Key": key})
    cases.append(("API, other words", mine.token != theirs.token))
    return all_held(cases, "ways gave no token of theirs")


@attack(
    SUBJECT,
    "a referral tied to a stranger's chat",
    "a form on another site begins the handover with the stranger's conversation",
    "refused; no draft begun, and a draft that was open stays",
)
def fixed_referral(target: Target) -> Outcome:
    """Begin a handover with a conversation of the stranger's, from elsewhere."""
    stranger = _strangers_chat(target)
    cases = []
    for name, told in FROM_ELSEWHERE.items():
        for more in ({}, {"prefill": "1"}):
            family = target.family()
            own = cookie_of(family.form("/handover/begin", {}, family.from_us), "handover")
            headers = {**told, "Cookie": f"handover={own}"} if own else told
            said = family.form("/handover/begin", {"conversation": stranger.token, **more}, headers)
            begun = bool(cookie_of(said, "handover"))
            cases.append((f"begin, {name}", bool(own) and said.status == 403 and not begun))
        said = target.family().form("/handover", {"conversation": stranger.token}, told)
        cases.append((f"start, {name}", bool(said.status) and stranger.token not in said.text))
    return all_held(cases, "forms")


@attack(
    SUBJECT,
    "signed out from elsewhere",
    "a link, a picture or a form on another site leads to the desk, without its Strict cookie",
    "no answer takes the session's cookie away, and the session still stands",
    inside=True,
)
def signed_out(target: Target) -> Outcome:
    """Ask for pages of the desk as a link from elsewhere does."""
    add_account(target, "outside", "content")
    family = target.family()
    cookie = session(family, "outside")
    cases = [("signed in at all", bool(cookie))]
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Referer": EVIL}
    for path in (
        "/staff",
        "/staff/questions",
        "/staff/referrals",
        "/staff/referrals/abc",
        "/staff/account",
        "/staff/x",
    ):
        for headers in ({}, elsewhere, {**elsewhere, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}):
            said = target.family().send("GET", path, headers={"Accept": "text/html", **headers})
            cases.append((f"link to {path}", bool(said.status) and not takes_away(said, "staff_session")))
    for path in ("/staff/sign-out", "/staff/account/password", "/staff/sign-in"):
        said = target.family().form(path, {"csrf": "x"}, elsewhere)
        cases.append((f"form to {path}", bool(said.status) and not takes_away(said, "staff_session")))
    still = family.send("GET", "/staff", headers={"Accept": "text/html", "Cookie": f"staff_session={cookie}"})
    cases.append(("still signed in", still.status == 200))
    return all_held(cases, "answers left the session")


@attack(
    SUBJECT,
    "other pages' hold on our frames",
    "settings for embedding that carry a policy of their own, a star, or no origin",
    "refused at the start, or nothing of it in the policy that is sent",
    alone=True,
)
def embed_policy(target: Target) -> Outcome:
    """Start a gateway with each and read the policy that it sends."""
    tried = ("https://a.example; script-src *", "https://a.example, *", "*", "'unsafe-inline'", "javascript: data:")
    cases = []
    for origins in tried:
        try:
            with gateway_alone(target, GUIDE_EMBED_ORIGINS=origins) as gateway:
                said = Family(gateway.base).page("/")
                policy = said.headers.get("content-security-policy", "")
                frames = policy.partition("frame-ancestors")[2]
                held = said.status == 0 or (
                    policy.count("script-src") == 1 and "*" not in frames and "data:" not in frames
                )
                held = held and "unsafe" not in policy and "," not in policy
        except NotUp:
            held = True
        cases.append((origins, held))
    return all_held(cases, "settings")
