"""Settings: each can be given as an environment variable `GUIDE_<NAME>`; the port also as `PORT`."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.desk.roles import ROLES
from bot.paths import KNOWLEDGE, VAR
from bot.public_addresses import networks, parse

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(BaseSettings):
    """What an operator may change, with the defaults of a single machine."""

    model_config = SettingsConfigDict(env_prefix="GUIDE_", extra="ignore")

    host: str = Field("127.0.0.1", description="address the gateway listens on")
    port: int = Field(8000, validation_alias=AliasChoices("PORT", "GUIDE_PORT"), description="port of the gateway")
    rasa_port: int = Field(5005, description="loopback port of the Rasa server")
    actions_port: int = Field(5055, description="loopback port of the action server")
    metrics_port: int = Field(9464, description="loopback port that serves /metrics; 0 turns it off")
    database_url: str = Field(
        f"sqlite:///{VAR / 'guide.db'}", description="SQLAlchemy URL of the guide's store: conversations and the desk"
    )
    directory_url: str = Field(
        f"sqlite:///{VAR / 'directory.db'}", description="SQLAlchemy URL of the store of Local Offer records"
    )
    referrals_url: str = Field(
        f"sqlite:///{VAR / 'referrals.db'}", description="SQLAlchemy URL of the store of referrals to SENDIASS"
    )
    tracker_database: str = Field(str(VAR / "rasa-trackers.db"), description="file of Rasa's tracker store (SQLite)")
    secret_key: str = Field("", description="signs conversation tokens; made once under var/ when empty")
    message_limit: int = Field(2000, description="characters a message may have")
    rasa_timeout_s: float = Field(10.0, description="seconds to wait for Rasa's reply")
    conversation_hours: int = Field(24, description="hours after its last message that a conversation is kept")
    rate_limit_conversation: int = Field(20, description="messages a minute from one conversation; 0 turns it off")
    rate_limit_address: int = Field(60, description="messages a minute from one address; 0 turns it off")
    trusted_proxies: str = Field(
        "",
        description="addresses or networks of proxies, parted by spaces, whose X-Forwarded-For and -Proto are believed",
    )
    embed_origins: str = Field("", description="origins, parted by spaces, whose pages may embed the chat")
    theme: str = Field(str(KNOWLEDGE / "theme.yml"), description="file with the name, logo and colours of the pages")

    # Handing over to SENDIASS
    encryption_keys: str = Field(
        "",
        description="keys for personal details, parted by spaces; the first encrypts (`referrals new-key` makes one)",
    )
    public_url: str = Field("", description="address of this guide for links in notices, such as https://guide.example")
    referral_email: str = Field("", description="mailbox of SENDIASS that is told of each referral; empty: no mail")
    referral_email_details: bool = Field(
        False, description="put what families wrote into that mail; else it holds only the reference and a link"
    )
    smtp_host: str = Field("", description="mail server that notices are sent through")
    smtp_port: int = Field(587, description="port of the mail server")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the mail connection is encrypted; none is allowed for this machine only"
    )
    smtp_user: str = Field("", description="name to sign in to the mail server with; empty: without signing in")
    smtp_password: str = Field("", description="password for the mail server")
    smtp_from: str = Field("", description="sender's address of notices; empty: the address in GUIDE_REFERRAL_EMAIL")
    smtp_ca_file: str = Field("", description="file of certificates to trust for the mail server; empty: the system's")
    referral_webhook_url: str = Field("", description="https address that is sent each referral; empty: none")
    referral_webhook_secret: str = Field("", description="signs what the webhook is sent; needed with its address")
    delivery_attempts: int = Field(
        40, description="attempts to deliver a notice (about three days) before it is given up"
    )
    delivery_pause_s: float = Field(
        30.0, description="seconds before a failed notice is tried again; doubles each time"
    )
    delivery_longest_pause_s: float = Field(7200.0, description="the longest such pause, in seconds")
    delivery_timeout_s: float = Field(30.0, description="seconds to wait for the mail server or webhook")

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
    data_contact: str = Field(
        "", description="address for questions about personal data, shown at /privacy; empty: not shown"
    )

    # The directory
    directory_sources: str = Field(
        str(KNOWLEDGE / "directory" / "sources.yml"), description="file that lists the feeds of Local Offer records"
    )
    feed_networks: str = Field(
        "",
        max_length=1000,
        description="private networks, parted by spaces, that feeds may lie in, such as 10.20.0.0/16 fd00:20::/32; "
        "empty: feeds must be at public addresses",
    )

    # Requests of the guide to others: feeds, the webhook, the identity provider
    outgoing_proxy: str = Field(
        "",
        max_length=300,
        description="address of the proxy that requests to others go through, such as http://proxy.council.example:3128; "
        "empty: none (HTTPS_PROXY and the like are not looked at)",
    )
    outgoing_ca_file: str = Field(
        "", description="file of certificates to trust for requests to others; empty: the public ones"
    )

    # The directory's report of gaps
    gaps_minimum_group: int = Field(
        5, ge=3, description="searches that a group in the report of gaps has at least; smaller ones are left out"
    )
    gaps_weeks: int = Field(104, ge=1, description="weeks that the counts of searches that found nothing are kept")

    # Retention
    referral_days: int = Field(365, description="days that a referral is kept after it was closed")
    draft_hours: int = Field(24, description="hours that a handover is kept which was begun and not sent")
    sent_notice_days: int = Field(30, description="days that the record of a delivered notice is kept")

    @field_validator("desk_codes_for")
    @classmethod
    def _codes_for_roles_that_there_are(cls, roles: str) -> str:
        unknown = sorted(set(roles.split()) - set(ROLES))
        if unknown:
            raise ValueError(f"GUIDE_DESK_CODES_FOR names no role of the desk: {', '.join(unknown)}")
        return roles

    @model_validator(mode="after")
    def _nothing_personal_in_clear(self) -> Settings:
        """Refuse to start with a setting that would send referrals over a network unencrypted or unsigned."""
        if self.smtp_host and self.smtp_security == "none" and self.smtp_host not in _THIS_MACHINE:
            raise ValueError("GUIDE_SMTP_SECURITY may be none only for a mail server on this machine")
        if self.referral_webhook_url:
            url = urlsplit(self.referral_webhook_url)
            if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _THIS_MACHINE):
                raise ValueError("GUIDE_REFERRAL_WEBHOOK_URL must begin with https://")
            if not self.referral_webhook_secret:
                raise ValueError("GUIDE_REFERRAL_WEBHOOK_URL needs GUIDE_REFERRAL_WEBHOOK_SECRET")
        return self

    @field_validator("feed_networks")
    @classmethod
    def _private_networks(cls, text: str) -> str:
        """Refuse what is no network, or reaches further than private ones."""
        networks(text)
        return text

    @field_validator("outgoing_proxy")
    @classmethod
    def _plain_proxy(cls, address: str) -> str:
        """Refuse a proxy that is no plain http or https address."""
        if address:
            parse(address)
        return address

    @field_validator("outgoing_ca_file")
    @classmethod
    def _file_that_is_there(cls, file: str) -> str:
        """Refuse a file of certificates that is not there."""
        if file and not Path(file).is_file():
            raise ValueError(f"there is no file {file}")
        return file

    # The staff desk
    desk_idle_minutes: int = Field(30, description="minutes without a page after which staff must sign in again")
    desk_session_hours: int = Field(10, description="hours after signing in after which staff must sign in again")
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
    desk_codes_for: str = Field(
        "sendiass", description="roles, parted by spaces, that must use codes from an app; empty: none must"
    )
    desk_local_accounts: bool = Field(True, description="let staff sign in with a name and a password kept here")
    desk_question_days: int = Field(90, description="days that a question is kept in the content queue")
    desk_collect_questions: bool = Field(True, description="keep redacted questions that got no good answer")
    oidc_issuer: str = Field("", description="https address of the OpenID Connect provider for staff; empty: none")
    oidc_client_id: str = Field("", description="the desk's client id at the provider")
    oidc_client_secret: str = Field("", description="the desk's client secret at the provider")
    oidc_redirect_url: str = Field(
        "", description="https://<this site>/staff/sign-in/callback, as the provider knows it"
    )
    oidc_roles_claim: str = Field("roles", description="the claim that lists a person's groups or roles")
    oidc_roles: str = Field("", description="what the claim's values mean here: value=role, parted by commas")

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
    import os

    return os.open(path, flags, 0o600)


@lru_cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
