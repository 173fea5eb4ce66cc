"""Starting: settings that cannot be meant are refused in a sentence, and one machine runs one guide."""

from __future__ import annotations

import os
import re
import signal
import stat
import tempfile
import time

from bot.evaluation.attack.guide.small import fresh_environment, try_to_start
from bot.evaluation.attack.guide.target import Target, descendants, is_running, started_guide
from bot.evaluation.attack.judging import all_held
from bot.evaluation.attack.kinds import Outcome, attack

SUBJECT = "starting"
_SECRET = "SECRETQUILL77"
_WEBHOOK = {"GUIDE_REFERRAL_WEBHOOK_URL": "http://hook.example", "GUIDE_REFERRAL_WEBHOOK_SECRET": _SECRET}
_SMTP = {"GUIDE_SMTP_HOST": "mail.example.org", "GUIDE_SMTP_SECURITY": "none", "GUIDE_SMTP_PASSWORD": _SECRET}
_OIDC = {"GUIDE_OIDC_CLIENT_ID": "guide", "GUIDE_OIDC_CLIENT_SECRET": _SECRET}
# Each: what cannot be meant, as variables.
BAD_SETTINGS: dict[str, dict[str, str]] = {
    "mail without encryption": _SMTP,
    "webhook without https": _WEBHOOK,
    "webhook without secret": {
        "GUIDE_REFERRAL_WEBHOOK_URL": "https://hook.example",
        "GUIDE_REFERRAL_WEBHOOK_SECRET": "",
    },
    "port too large": {"PORT": "99999999"},
    "port no number": {"PORT": "eighty"},
    "port negative": {"PORT": "-1"},
    "two parts on one port": {"GUIDE_RASA_PORT": "6123", "GUIDE_ACTIONS_PORT": "6123"},
    "keys that are none": {"GUIDE_ENCRYPTION_KEYS": "abc"},
    "one key of two bad": {"GUIDE_ENCRYPTION_KEYS": f"x {_SECRET}"},
    "signing key too short": {"GUIDE_SECRET_KEY": "x"},
    "signing key of one character": {"GUIDE_SECRET_KEY": "a" * 40},
    "embedding everywhere": {"GUIDE_EMBED_ORIGINS": "*"},
    "embedding with a policy": {"GUIDE_EMBED_ORIGINS": "https://a.example; script-src *"},
    "embedding no origin": {"GUIDE_EMBED_ORIGINS": "https://a.example/path"},
    "hours below nothing": {"GUIDE_CONVERSATION_HOURS": "-5"},
    "limit below nothing": {"GUIDE_RATE_LIMIT_ADDRESS": "-5"},
    "limit of a conversation below nothing": {"GUIDE_RATE_LIMIT_CONVERSATION": "-1"},
    "messages of no character": {"GUIDE_MESSAGE_LIMIT": "0"},
    "messages without end": {"GUIDE_MESSAGE_LIMIT": "100000000"},
    "no failure allowed": {"GUIDE_DESK_MOST_FAILURES": "0"},
    "a million failures": {"GUIDE_DESK_MOST_FAILURES": "1000000"},
    "idle for ever": {"GUIDE_DESK_IDLE_MINUTES": "0"},
    "no time for Rasa": {"GUIDE_RASA_TIMEOUT_S": "0"},
    "no number for a time": {"GUIDE_RASA_TIMEOUT_S": "nan"},
    "address that is a script": {"GUIDE_PUBLIC_URL": "javascript:alert(1)"},
    "address without a host": {"GUIDE_PUBLIC_URL": "https://"},
    "a misspelt name": {"GUIDE_RATE_LIMIT_ADRESS": "10"},
    "a misspelt secret": {"GUIDE_SMTP_PASWORD": _SECRET},
    "provider without https": {"GUIDE_OIDC_ISSUER": "http://login.example", **_OIDC},
    "provider half set": {"GUIDE_OIDC_ISSUER": "https://login.example"},
    "provider with unknown roles": {
        "GUIDE_OIDC_ISSUER": "https://login.example",
        "GUIDE_OIDC_REDIRECT_URL": "https://guide.example/staff/sign-in/callback",
        "GUIDE_OIDC_ROLES": "boss=emperor",
        **_OIDC,
    },
    "store that is no address": {"GUIDE_DATABASE_URL": f"nothing://user:{_SECRET}@host/x"},
    "store that is not there": {"GUIDE_DATABASE_URL": "sqlite:////proc/no/such/folder/guide.db"},
    "theme that is not there": {"GUIDE_THEME": "/no/such/theme.yml"},
    "host that is none": {"GUIDE_HOST": "not a host"},
    "days below nothing": {"GUIDE_REFERRAL_DAYS": "-1"},
    "attempts below nothing": {"GUIDE_DELIVERY_ATTEMPTS": "-1"},
    "neither yes nor no": {"GUIDE_DESK_LOCAL_ACCOUNTS": "perhaps"},
    "certificates that are not there": {"GUIDE_SMTP_CA_FILE": "/no/such/ca.pem"},
}


@attack(
    SUBJECT,
    "settings that cannot be meant",
    f"{len(BAD_SETTINGS)} starts, each with one of them",
    "each refused at once in a sentence that names it; no traceback, no secret",
    alone=True,
)
def bad_settings(target: Target) -> Outcome:
    """Start with each bad setting."""
    cases = []
    for name, variables in BAD_SETTINGS.items():
        with tempfile.TemporaryDirectory(prefix="guide-attack-") as folder:
            start = try_to_start(fresh_environment(target, folder, **variables))
        named = any(re.sub("^GUIDE_", "", variable) in start.printed for variable in variables)
        if start.status is None:
            name += " (taken)"
        elif _SECRET in start.printed:
            name += " (secret shown)"
        elif not start.is_sentence:
            name += " (no sentence)"
        elif not named:
            name += " (not named)"
        cases.append((name, start.is_sentence and named and _SECRET not in start.printed))
    return all_held(cases, "refused in a sentence")


@attack(
    SUBJECT,
    "a second start beside a running guide",
    "the same ports and stores again",
    "refused in a sentence; the first goes on, with no part twice",
    inside=True,
)
def second_start(target: Target) -> Outcome:
    """Start again what runs already."""
    assert target.process is not None
    parts = set(descendants(target.process.pid))
    start = try_to_start(target.environment)
    cases = [
        (f"a sentence (status {start.status})", start.is_sentence),
        ("not called ready", "Ready after" not in start.printed),
        ("the first goes on", target.is_well() and parts <= set(descendants(target.process.pid))),
    ]
    return all_held(cases, "checks")


@attack(
    SUBJECT,
    "the supervisor killed",
    "kill -9 to `bot serve`, of a second guide, while Rasa is starting and while all is well",
    "no part is left after 20 s, and a new start on the same ports is ready",
    alone=True,
)
def supervisor_killed(target: Target) -> Outcome:
    """Kill the supervisor and look for orphans."""
    with started_guide() as guide:
        assert guide.process is not None
        parts = descendants(guide.process.pid)
        os.kill(guide.process.pid, signal.SIGKILL)
        guide.process.wait()
        began = time.monotonic()
        while time.monotonic() - began < 20 and any(is_running(pid) for pid in parts):
            time.sleep(0.5)
        left = [pid for pid in parts if is_running(pid)]
        took = time.monotonic() - began
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return Outcome(bool(parts) and not left, f"{len(left)} of {len(parts)} processes left after {took:.0f} s")


@attack(
    SUBJECT,
    "files that others on the machine can read",
    "every file and folder that the running guide made",
    "files 0600, folders 0700 at most",
    inside=True,
)
def file_modes(target: Target) -> Outcome:
    """Look at the modes of what lies in the stores' folder."""
    target.family().say("what is an ehc plan")
    cases = []
    for path in sorted(target.folder.rglob("*")):
        mode = stat.S_IMODE(path.lstat().st_mode)
        cases.append((f"{path.name} {mode:04o}", mode & 0o077 == 0))
    return all_held(cases, "closed to others")
