"""Settings: each can be given as an environment variable `GUIDE_<NAME>`; the port also as `PORT`."""

from __future__ import annotations

import os
import secrets
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import setting_rules as rules
from bot.paths import KNOWLEDGE, VAR
from bot.setting_problems import misspelt, problems_of

SIGN_IN_RETURNS_TO = "/staff/sign-in/callback"
REFUSED = 78  # the exit status of a process whose settings are refused: starting it again would change nothing


class Settings(BaseSettings):
    """What an operator may change, with the defaults of a single machine."""

    model_config = SettingsConfigDict(
        env_prefix="GUIDE_", extra="ignore", hide_input_in_errors=True, allow_inf_nan=False, validate_default=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _in_one_line(cls, value: Any) -> Any:
        return rules.in_one_line(value) if isinstance(value, str) else value

    host: rules.OwnHost = Field("127.0.0.1", description="address the gateway listens on")
    port: int = Field(
        8000, ge=1, le=65535, validation_alias=AliasChoices("PORT", "GUIDE_PORT"), description="port of the gateway"
    )
    rasa_port: int = Field(5005, ge=1, le=65535, description="loopback port of the Rasa server")
    actions_port: int = Field(5055, ge=1, le=65535, description="loopback port of the action server")
    metrics_port: int = Field(9464, ge=0, le=65535, description="loopback port that serves /metrics; 0 turns it off")
    database_url: rules.Store = Field(
        f"sqlite:///{VAR / 'guide.db'}",
        repr=False,
        description="SQLAlchemy URL of the guide's store: conversations and the desk",
    )
    directory_url: rules.Store = Field(
        f"sqlite:///{VAR / 'directory.db'}",
        repr=False,
        description="SQLAlchemy URL of the store of Local Offer records",
    )
    referrals_url: rules.Store = Field(
        f"sqlite:///{VAR / 'referrals.db'}",
        repr=False,
        description="SQLAlchemy URL of the store of referrals to SENDIASS",
    )
    tracker_database: rules.File = Field(
        str(VAR / "rasa-trackers.db"), description="file of Rasa's tracker store (SQLite)"
    )
    secret_key: rules.SecretKey = Field(
        "", repr=False, description="signs conversation tokens; made once under var/ when empty"
    )
    message_limit: int = Field(2000, ge=100, le=10_000, description="characters a message may have")
    rasa_timeout_s: float = Field(10.0, ge=0.1, le=60, description="seconds to wait for Rasa's reply")
    turn_deadline_s: float = Field(
        8.0, ge=1, le=60, description="seconds that Rasa or an action may work on one message before it is given up"
    )
    stuck_after_s: float = Field(
        30.0, ge=5, le=600, description="seconds without an answer after which a part is started again"
    )
    start_within_s: float = Field(
        300.0, ge=20, le=1800, description="seconds that a part may take to start before it is started again"
    )
    conversation_hours: int = Field(
        24, ge=1, le=720, description="hours after its last message that a conversation is kept"
    )
    rate_limit_conversation: int = Field(
        20, ge=0, le=10_000, description="messages a minute from one conversation; 0 turns it off"
    )
    rate_limit_address: int = Field(
        60, ge=0, le=10_000, description="messages a minute from one address; 0 turns it off"
    )
    trusted_proxies: rules.Networks = Field(
        "",
        description="addresses or networks of proxies, parted by spaces, whose X-Forwarded-For and -Proto are believed",
    )
    embed_origins: rules.Origins = Field("", description="origins, parted by spaces, whose pages may embed the chat")
    theme: rules.File = Field(
        str(KNOWLEDGE / "theme.yml"), description="file with the name, logo and colours of the pages"
    )

    # Handing over to SENDIASS
    encryption_keys: rules.EncryptionKeys = Field(
        "",
        repr=False,
        description="keys for personal details, parted by spaces; the first encrypts (`referrals new-key` makes one)",
    )
    public_url: rules.Site = Field(
        "", description="address of this guide for links in notices, such as https://guide.example"
    )
    referral_email: rules.Mailbox = Field(
        "", description="mailbox of SENDIASS that is told of each referral; empty: no mail"
    )
    referral_email_details: bool = Field(
        False, description="put what families wrote into that mail; else it holds only the reference and a link"
    )
    smtp_host: rules.Host = Field("", description="mail server that notices are sent through")
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the mail connection is encrypted; none is allowed for this machine only"
    )
    smtp_user: rules.Text = Field("", description="name to sign in to the mail server with; empty: without signing in")
    smtp_password: rules.Text = Field("", repr=False, description="password for the mail server")
    smtp_from: rules.Mailbox = Field(
        "", description="sender's address of notices; empty: the address in GUIDE_REFERRAL_EMAIL"
    )
    smtp_ca_file: rules.ExistingFile = Field(
        "", description="file of certificates to trust for the mail server; empty: the system's"
    )
    referral_webhook_url: rules.SafeAddress = Field(
        "", repr=False, description="https address that is sent each referral; empty: none"
    )
    referral_webhook_secret: rules.Text = Field(
        "", repr=False, description="signs what the webhook is sent; needed with its address"
    )
    delivery_attempts: int = Field(
        40, ge=1, le=1000, description="attempts to deliver a notice (about three days) before it is given up"
    )
    delivery_pause_s: float = Field(
        30.0, ge=0, le=3600, description="seconds before a failed notice is tried again; doubles each time"
    )
    delivery_longest_pause_s: float = Field(7200.0, ge=0, le=86_400, description="the longest such pause, in seconds")
    delivery_timeout_s: float = Field(
        30.0, ge=0.1, le=300, description="seconds to wait for the mail server or webhook"
    )
    referrals_an_hour: int = Field(
        5, ge=0, le=1000, description="requests to SENDIASS an hour from one address or one chat; 0 turns it off"
    )
    referrals_a_day: int = Field(
        20, ge=0, le=10_000, description="requests to SENDIASS a day from one address or one chat; 0 turns it off"
    )
    drafts_an_hour: int = Field(
        20, ge=0, le=1000, description="requests to SENDIASS begun an hour from one address; 0 turns it off"
    )

    # What the public is told
    data_contact: rules.Text = Field(
        "", description="address for questions about personal data, shown at /privacy; empty: not shown"
    )

    # The directory
    directory_sources: rules.File = Field(
        str(KNOWLEDGE / "directory" / "sources.yml"), description="file that lists the feeds of Local Offer records"
    )
    feed_networks: rules.PrivateNetworks = Field(
        "",
        description="private networks, parted by spaces, that feeds may lie in, such as 10.20.0.0/16 fd00:20::/32; "
        "empty: feeds must be at public addresses",
    )

    # Requests of the guide to others: feeds, the webhook, the identity provider
    outgoing_proxy: rules.PlainAddress = Field(
        "",
        description="address of the proxy that requests to others go through, such as http://proxy.council.example:3128; "
        "empty: none (HTTPS_PROXY and the like are not looked at)",
    )
    outgoing_ca_file: rules.ExistingFile = Field(
        "", description="file of certificates to trust for requests to others; empty: the public ones"
    )

    # The directory's report of gaps
    gaps_minimum_group: int = Field(
        5,
        ge=3,
        le=1000,
        description="searches that a group in the report of gaps has at least; smaller ones are left out",
    )
    gaps_weeks: int = Field(
        104, ge=1, le=520, description="weeks that the counts of searches that found nothing are kept"
    )

    # Retention
    referral_days: int = Field(365, ge=1, le=3650, description="days that a referral is kept after it was closed")
    draft_hours: int = Field(24, ge=1, le=720, description="hours that a handover is kept which was begun and not sent")
    sent_notice_days: int = Field(30, ge=1, le=3650, description="days that the record of a delivered notice is kept")

    # The staff desk
    desk_idle_minutes: int = Field(
        30, ge=1, le=480, description="minutes without a page after which staff must sign in again"
    )
    desk_session_hours: int = Field(
        10, ge=1, le=24, description="hours after signing in after which staff must sign in again"
    )
    desk_most_failures: int = Field(
        5,
        ge=3,
        le=20,
        description="failed sign-ins with one name from one address or browser before the next must wait",
    )
    desk_name_failures: int = Field(
        10, ge=3, le=100, description="failed sign-ins with one name from anywhere before strangers to it must wait"
    )
    desk_address_failures: int = Field(
        20, ge=5, le=500, description="failed sign-ins from one address before strangers there must wait"
    )
    desk_locked_minutes: int = Field(
        15, ge=1, le=240, description="minutes that such a wait becomes at most; it begins with one and doubles"
    )
    desk_known_days: int = Field(
        90, ge=1, le=400, description="days that a browser or address which signed in well is known by"
    )
    desk_codes_for: rules.RoleNames = Field(
        "sendiass", description="roles, parted by spaces, that must use codes from an app; empty: none must"
    )
    desk_local_accounts: bool = Field(True, description="let staff sign in with a name and a password kept here")
    desk_question_days: int = Field(
        28, ge=1, le=90, description="days that a question is kept in the content queue at most"
    )
    desk_settled_days: int = Field(
        7,
        ge=0,
        le=90,
        description="days after which the words of a question go that staff marked as done, or that newer ones repeat",
    )
    desk_collect_questions: bool = Field(True, description="keep redacted questions that got no good answer")
    oidc_issuer: rules.SafeAddress = Field(
        "", description="https address of the OpenID Connect provider for staff; empty: none"
    )
    oidc_client_id: rules.Text = Field("", description="the desk's client id at the provider")
    oidc_client_secret: rules.Text = Field("", repr=False, description="the desk's client secret at the provider")
    oidc_redirect_url: rules.SafeAddress = Field(
        "", description="https://<this site>/staff/sign-in/callback, as the provider knows it"
    )
    oidc_roles_claim: rules.Claim = Field("roles", description="the claim that lists a person's groups or roles")
    oidc_roles: rules.Roles = Field("", description="what the claim's values mean here: value=role, parted by commas")

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        """Refuse settings that contradict each other, or that would send referrals unencrypted or unsigned."""
        problems = [*self._port_problems(), *self._sending_problems(), *self._provider_problems()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _port_problems(self) -> list[str]:
        ports = {
            "PORT": self.port,
            "GUIDE_RASA_PORT": self.rasa_port,
            "GUIDE_ACTIONS_PORT": self.actions_port,
            "GUIDE_METRICS_PORT": self.metrics_port,
        }
        names = list(ports)
        return [
            f"{one} and {other} are the same port: give each part a port of its own"
            for number, one in enumerate(names)
            for other in names[number + 1 :]
            if ports[one] and ports[one] == ports[other]
        ]

    def _sending_problems(self) -> list[str]:
        wrong = {
            "GUIDE_SMTP_SECURITY may be none only for a mail server on this machine: write starttls or tls": self.smtp_host
            and self.smtp_security == "none"
            and not rules.is_this_machine(self.smtp_host),
            "GUIDE_REFERRAL_EMAIL needs GUIDE_SMTP_HOST, the mail server to send through": self.referral_email
            and not self.smtp_host,
            "GUIDE_SMTP_USER and GUIDE_SMTP_PASSWORD belong together: set both or neither": bool(self.smtp_user)
            != bool(self.smtp_password),
            "GUIDE_REFERRAL_WEBHOOK_URL needs GUIDE_REFERRAL_WEBHOOK_SECRET, which signs what it is sent": (
                self.referral_webhook_url and not self.referral_webhook_secret
            ),
            "GUIDE_DELIVERY_LONGEST_PAUSE_S must not be shorter than GUIDE_DELIVERY_PAUSE_S": (
                self.delivery_longest_pause_s < self.delivery_pause_s
            ),
        }
        return [sentence for sentence, is_wrong in wrong.items() if is_wrong]

    def _provider_problems(self) -> list[str]:
        needed = {
            "GUIDE_OIDC_CLIENT_ID": self.oidc_client_id,
            "GUIDE_OIDC_REDIRECT_URL": self.oidc_redirect_url,
            "GUIDE_OIDC_ROLES": self.oidc_roles,
        }
        if self.oidc_issuer:
            problems = [f"GUIDE_OIDC_ISSUER also needs {name}" for name, value in needed.items() if not value]
            if self.oidc_redirect_url and urlsplit(self.oidc_redirect_url).path != SIGN_IN_RETURNS_TO:
                problems.append(f"GUIDE_OIDC_REDIRECT_URL must be https://<this site>{SIGN_IN_RETURNS_TO}")
            return problems
        given = [
            name for name, value in (*needed.items(), ("GUIDE_OIDC_CLIENT_SECRET", self.oidc_client_secret)) if value
        ]
        return [f"{name} is of no use without GUIDE_OIDC_ISSUER: set both or neither" for name in given]

    def url_of(self, store: str) -> str:
        """Return the SQLAlchemy URL of a store; raise KeyError for an unknown one."""
        return {"guide": self.database_url, "directory": self.directory_url, "referrals": self.referrals_url}[store]

    def has_default_referrals_url(self) -> bool:
        """Tell whether referrals lie in the default file of a single machine."""
        return self.referrals_url == f"sqlite:///{VAR / 'referrals.db'}"

    def encryption_key_file(self) -> Path:
        """Return where a single machine keeps its keys for personal details."""
        return VAR / "encryption-keys"

    def signing_key(self) -> str:
        """Return the key for conversation tokens, making and keeping one on first use."""
        if self.secret_key:
            return self.secret_key
        file = VAR / "secret-key"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(file, "x", opener=_owner_only) as new:
                    new.write(secrets.token_urlsafe(32))
            except FileExistsError:
                pass
        return file.read_text().strip()


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@lru_cache
def settings() -> Settings:
    """Return the settings of this process, read once.

    Where they cannot be used, each problem is said in a sentence on the standard error and the process ends with
    status 78 (SystemExit): no part may run with what nobody meant.
    """
    problems = misspelt(os.environ, Settings)
    try:
        read = Settings()
    except ValidationError as error:
        problems += problems_of(error, Settings)
    if problems:
        for problem in problems:
            print(problem, file=sys.stderr, flush=True)
        raise SystemExit(REFUSED)
    return read
