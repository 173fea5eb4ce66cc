"""Every setting has bounds, and a bad one is refused in a sentence that names it and shows nothing of its value."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_origin

import pytest
from pydantic import ValidationError

from bot.paths import ROOT
from bot.privacy.encryption import new_key
from bot.setting_problems import bounds_of, misspelt, problems_of, variable_of
from bot.settings import Settings

FIELDS = Settings.model_fields
NUMBERS = [name for name, field in FIELDS.items() if field.annotation in (int, float)]
TEXTS = [name for name, field in FIELDS.items() if field.annotation is str]
SWITCHES = [name for name, field in FIELDS.items() if field.annotation is bool]
CHOICES = [name for name, field in FIELDS.items() if get_origin(field.annotation) is not None]
SECRET = "SECRET77kx"
# Words that people choose freely, and names of files, may hold a quotation mark. A new setting belongs here only if so.
MAY_HOLD_QUOTES = {
    "tracker_database", "theme", "directory_sources", "database_url", "directory_url", "referrals_url", "secret_key",
    "smtp_user", "smtp_password", "referral_webhook_secret", "referral_webhook_url", "data_contact", "oidc_client_id",
    "oidc_client_secret", "oidc_issuer", "oidc_redirect_url",
}  # fmt: skip


def refused(**given: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Settings(**{("PORT" if name == "port" else name): value for name, value in given.items()})
    return problems_of(caught.value, Settings)


def test_every_setting_is_of_a_kind_that_these_tests_walk():
    assert sorted([*NUMBERS, *TEXTS, *SWITCHES, *CHOICES]) == sorted(FIELDS)
    assert all(field.description for field in FIELDS.values())


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_a_least_and_a_most(name):
    least, most = bounds_of(FIELDS[name])
    assert least is not None and most is not None and 0 <= least < most, f"{name} has no bounds"
    for value in (least - 1, most + 1, str(most + 1), "many", "", "1e400", "nan", "-inf", "9" * 6000):
        (problem,) = refused(**{name: value})
        assert problem.startswith(f"{variable_of(name)} ") and problem.endswith(".") and "\n" not in problem
    (problem,) = refused(**{name: most + 1})
    assert f"from {least:g} to {most:g}" in problem


@pytest.mark.parametrize("name", [*SWITCHES, *CHOICES])
def test_a_switch_or_choice_takes_only_its_values(name):
    (problem,) = refused(**{name: SECRET})
    assert problem.startswith(f"{variable_of(name)} ") and SECRET not in problem


@pytest.mark.parametrize("value", [f"{SECRET}\nSet-Cookie: a=b", f"{SECRET}\x00", f"{SECRET}\u2028x", SECRET * 2000])
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_one_line_of_what_can_be_seen(name, value):
    (problem,) = refused(**{name: value})
    assert problem.startswith(f"{variable_of(name)} ") and SECRET not in problem


@pytest.mark.parametrize("name", sorted(set(TEXTS) - MAY_HOLD_QUOTES))
def test_a_text_that_is_no_free_one_refuses_quotes_and_what_could_say_more(name):
    for value in ("'", '"', "https://a'b.example", 'a"b', "a; script-src *", "<b>", "javascript:alert(1)", "a b\\c"):
        assert refused(**{name: value})[0].startswith(f"{variable_of(name)} "), value


@pytest.mark.parametrize(
    "value",
    ["*", "https://*", "https://*.example", "https://a; script-src *", "https://a.example/path", "https://a.example/",
     "http://a.example", "'self'", "https://a.example,https://b.example", "https://a@b.example", "data:", "https:",
     "https://a.example:0", "https://a.example:99999", "https://a.example?x", "null", "https://a.example#", "//a.example"],
)  # fmt: skip
def test_only_origins_may_embed_the_chat(value):
    assert refused(embed_origins=value)[0].startswith("GUIDE_EMBED_ORIGINS must be origins")


def test_origins_are_taken():
    origins = "https://www.durham.gov.uk  https://a.example:8443 http://127.0.0.1:80 http://localhost http://[::1]:8000"
    assert Settings(embed_origins=origins).embed_origins == " ".join(origins.split())


@pytest.mark.parametrize(
    "given",
    [
        {"secret_key": "x" * 31},
        {"encryption_keys": "abc"},
        {"encryption_keys": f"{new_key()} c2hvcnQ="},
        {"public_url": "javascript:alert(1)"},
        {"public_url": "https://guide.example/path"},
        {"public_url": "https://guide.example@evil.example"},
        {"referral_webhook_url": "https://user:SECRET77@case.example/", "referral_webhook_secret": SECRET},
        {"database_url": f"mysql://a:{SECRET}@b/c"},
        {"database_url": f"postgresql+psycopg://a:{SECRET}@b:port/c"},
        {"smtp_host": "mail.example", "smtp_security": "none"},
        {"smtp_host": "mail.example", "smtp_password": SECRET},
        {"referral_email": "inbox@example.org"},
        {"smtp_host": "mail.example", "smtp_ca_file": f"/nowhere/{SECRET}"},
        {"oidc_issuer": "https://provider.example"},
        {"oidc_client_secret": SECRET},
        {"oidc_issuer": "http://provider.example"},
        {"oidc_roles": f"{SECRET}=owner"},
        {"rasa_port": 8000},
        {"delivery_pause_s": 60, "delivery_longest_pause_s": 30},
        {"theme": ""},
        {"host": "not a host"},
    ],
)
def test_what_does_not_fit_is_refused_without_its_value(given):
    problems = refused(**given)
    assert problems and all(problem.endswith(".") for problem in problems)
    assert SECRET not in " ".join(problems)


def test_a_provider_must_be_whole_and_lead_back_here():
    whole = {
        "oidc_issuer": "https://provider.example",
        "oidc_client_id": "desk",
        "oidc_redirect_url": "https://guide.example/staff/sign-in/callback",
        "oidc_roles": "a=content",
    }
    assert Settings(**whole)
    assert len(refused(oidc_issuer=whole["oidc_issuer"])) == 3
    assert refused(**{**whole, "oidc_redirect_url": "https://guide.example/elsewhere"})


def test_neither_settings_nor_their_errors_show_secrets():
    key = new_key()
    settings = Settings(
        secret_key=SECRET * 5, encryption_keys=key, smtp_host="127.0.0.1", smtp_user="a", smtp_password=SECRET,
        database_url=f"postgresql+psycopg://a:{SECRET}@b/c", referral_webhook_url=f"https://a.example/{SECRET}",
        referral_webhook_secret=SECRET,
    )  # fmt: skip
    for shown in (repr(settings), str(settings), f"{settings}"):
        assert SECRET not in shown and key not in shown
    with pytest.raises(ValidationError) as caught:
        Settings(smtp_password=SECRET, smtp_security="none", smtp_host="mail.example")
    assert SECRET not in str(caught.value) and SECRET not in repr(caught.value)
    hidden = [
        name
        for name in TEXTS
        if any(word in name for word in ("key", "secret", "password")) or name.endswith("base_url")
    ]
    assert hidden and not [name for name in hidden if FIELDS[name].repr]


def test_a_misspelt_name_is_said_with_the_nearest_real_one():
    given = {
        "GUIDE_CONVERSATION_HUORS": "3",
        "guide_port": "1",
        "GUIDE_TEST_SHARED": "/x",
        "GUIDE_VAR_DIR": "/y",
        "PATH": "",
    }
    (problem,) = misspelt(given, Settings)
    assert problem == "GUIDE_CONVERSATION_HUORS is no setting: write GUIDE_CONVERSATION_HOURS, or take it out."
    assert misspelt({"GUIDE_XYZZY": "1"}, Settings)[0].startswith("GUIDE_XYZZY is no setting: take it out")


@pytest.mark.parametrize(
    "command",
    [["-m", "bot", "serve"], ["-m", "bot", "check"], ["-m", "bot", "users", "list"], ["-m", "bot", "train"],
     ["-m", "bot.application"], ["-m", "actions"], ["-m", "bot.handover.delivery.process"]],
    ids=" ".join,
)  # fmt: skip
def test_every_process_and_command_refuses_in_sentences(command):
    bad = {"PORT": "99999999", "GUIDE_CONVERSATION_HOURS": "-5", "GUIDE_SMTP_PASSWORD": SECRET, "GUIDE_SMTP_HSOT": "a"}
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **bad}, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 78 and ended.stdout == ""
    said = ended.stderr.splitlines()
    assert [line.split()[0] for line in said] == ["GUIDE_SMTP_HSOT", "PORT", "GUIDE_CONVERSATION_HOURS"]
    assert SECRET not in ended.stderr and "Traceback" not in ended.stderr


def test_every_setting_that_the_readme_names_exists():
    import re

    text = (Path(ROOT) / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"GUIDE_[A-Z_]+[A-Z]", text))
    assert named and named <= {variable_of(name) for name in FIELDS}
