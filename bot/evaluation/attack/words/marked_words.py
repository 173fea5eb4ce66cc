"""Words that occur nowhere else, sent everywhere: none may be in what the processes print, nor in a store after erasure."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from contextlib import closing

from bot.evaluation.attack.guide.family import ORDINARY, PERSON, Family
from bot.evaluation.attack.guide.target import Target
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack
from bot.evaluation.attack.parts.danger import locked

SUBJECT = "marked words"
LOCKED_S = 9.0


def mark() -> str:
    """Return a word that occurs nowhere else, in letters alone, so that no redaction takes it for a number."""
    return "Quillmark" + "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(10))


def bytes_kept(target: Target) -> bytes:
    """Return every byte in the folder of the stores, as it lies there now."""
    return b"".join(file.read_bytes() for file in sorted(target.folder.iterdir()) if file.is_file())


def _where(target: Target, word: str) -> list[str]:
    files = [file for file in target.folder.iterdir() if file.is_file() and word.encode() in file.read_bytes()]
    return [file.name for file in files]


def _sent_everywhere(target: Target, word: str) -> None:
    """Send a word to every place that takes words, most of them wrong."""
    family = target.family()
    json_kind = {"Content-Type": "application/json"}
    family.send("POST", "/api/chat", data=f'{{"message": "{word}'.encode(), headers=json_kind)
    family.send("POST", "/api/chat", json={"message": "hello", word: word})
    family.send("POST", "/api/chat", json={"message": "hello", "conversation": word})
    family.send("POST", "/api/chat", json={"message": "hello", "audience": word})
    family.send(
        "POST", "/api/chat", json={"message": "hello"}, headers={"Idempotency-Key": word * 2, "User-Agent": word}
    )
    family.send("GET", f"/api/chat/{word}")
    family.send("DELETE", f"/api/chat/{word}")
    family.send("GET", f"/{word}?{word}={word}", headers={"Referer": f"http://{word}.example", "Cookie": f"a={word}"})
    family.page(f"/services?q={word}&place={word}")
    family.page(f"/services/{word}")
    family.send("GET", f"/open-referral/v3/services?text={word}")
    family.form("/", {"key": "a" * 20, "message": word, "conversation": word})
    family.form("/transcript", {"conversation": word})
    family.form("/handover/begin", {"conversation": word})
    family.form("/staff/sign-in", {"name": word, "password": word, "csrf": word})
    family.send("GET", f"/staff/sign-in/callback?code={word}&state={word}")


@attack(
    SUBJECT,
    "words in wrong requests",
    "a marked word in 16 places: bodies, heads, addresses, forms, sign-in",
    "nowhere in what the processes print, nowhere in a store",
    inside=True,
)
def wrong_requests(target: Target) -> Outcome:
    """Send a word to every place, and look for it."""
    word = mark()
    _sent_everywhere(target, word)
    time.sleep(1.0)
    printed = word in target.log.read_text(errors="replace")
    kept = _where(target, word)
    return Outcome(not printed and not kept, f"printed: {printed}; in stores: {', '.join(kept) or 'nowhere'}")


@attack(
    SUBJECT,
    "words while stores fail",
    f"marked messages while each store, and all, are locked for {LOCKED_S:g} s and Rasa's writes fail",
    "nowhere in what the processes print",
    inside=True,
)
def while_stores_fail(target: Target) -> Outcome:
    """Lock stores one by one and speak meanwhile."""
    cases = []
    for names in (("trackers.db",), ("guide.db",), ("referrals.db", "directory.db"), ("trackers.db", "guide.db")):
        families = [target.family() for _ in range(3)]
        words = [mark() for _ in families]
        for family, word in zip(families, words, strict=True):
            family.say(f"my son {word} has autism, what is an ehc plan")
        with locked(*(target.folder / name for name in names)):
            until = time.monotonic() + LOCKED_S
            for family, word in zip(families, words, strict=True):
                family.say(f"and without a plan {word}", 12.0)
                family.page(f"/services?q={word}")
            target.family().say(f"my husband hit {words[0]} last night", 12.0)
            time.sleep(max(until - time.monotonic(), 0))
        time.sleep(1.0)
        printed = target.log.read_text(errors="replace")
        cases.append((" and ".join(names), not any(word in printed for word in words)))
    return all_held(cases, "times nothing was printed")


@attack(
    SUBJECT,
    "words after erasure",
    "a chat with a marked word is erased: at rest, while somebody reads the stores, and a danger message is sent",
    "in no file of the stores afterwards",
    inside=True,
)
def after_erasure(target: Target) -> Outcome:
    """Erase chats and look for their words in every file."""
    cases = []
    word, family = mark(), target.family()
    family.say(f"my son {word} has autism, what is an ehc plan")
    family.say(f"and without a plan {word}")
    family.say(f"thanks {word}")
    cases.append((f"erased ({_erase(family)})", _gone(target, word, 5.0)))
    danger = mark()
    target.family().say(f"my husband hit {danger} last night")
    cases.append(("a danger message", _gone(target, danger, 5.0)))
    beside, family = mark(), target.family()
    family.say(f"my daughter {beside} has autism, what is an ehc plan")
    with (
        closing(sqlite3.connect(target.folder / "guide.db")) as one,
        closing(sqlite3.connect(target.folder / "trackers.db")) as two,
    ):
        for reader in (one, two):
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        status = _erase(family)
        for reader in (one, two):
            reader.rollback()
    cases.append((f"erased beside a reader ({status})", _gone(target, beside, 90.0)))
    held, handover = mark(), target.family()
    handover.press(handover.say(PERSON), "Yes")
    handover.say(f"it is about {held} and her school")
    cases.append(("an answer of the handover, while it is kept", held.encode() not in bytes_kept(target)))
    pages, page_word = target.family(), mark()
    shown = pages.form("/", {"key": secrets.token_hex(12), "message": f"{ORDINARY} for {page_word}"}, pages.from_us)
    hidden = dict(re.findall(r'name="(conversation|secret)" value="([^"]+)"', shown.text))
    pages.form("/start-again", hidden, pages.from_us)
    was_kept = page_word in shown.text
    cases.append(("started again on the page", was_kept and _gone(target, page_word, 5.0)))
    return all_held(cases, "gone")


def _erase(family: Family) -> int:
    return family.send("DELETE", f"/api/chat/{family.token}").status


def _gone(target: Target, word: str, within_s: float) -> bool:
    """Tell whether a word is in no file, at the latest after some seconds."""
    until = time.monotonic() + within_s
    while word.encode() in bytes_kept(target):
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    return True


@attack(
    SUBJECT,
    "the whole log of this run",
    "all that the processes printed while every attack above was made",
    "no marked word, no token, no address of a visitor, no key",
    inside=True,
)
def the_whole_log(target: Target) -> Outcome:
    """Look for anything of families in everything printed."""
    target.family().say("my son Quillmarklast has autism")
    time.sleep(0.5)
    printed = target.log.read_text(errors="replace")
    keys = [target.environment["GUIDE_SECRET_KEY"], target.environment["GUIDE_ENCRYPTION_KEYS"]]
    cases = [
        ("marked words", "quillmark" not in printed.lower()),
        ("words of ordinary questions", "ehc plan" not in printed and "sensory toys" not in printed),
        ("addresses of visitors", re.search(r"\b127\.1\.\d+\.\d+\b", printed) is None),
        ("keys", not any(key in printed for key in keys)),
    ]
    outcome = all_held(cases, "kinds found nowhere")
    return Outcome(outcome.held, f"{outcome.figures}; {len(printed.splitlines())} lines")
