"""Settings: each can be given as an environment variable `GUIDE_<NAME>`; the port also as `PORT`."""

from __future__ import annotations

import secrets
from functools import lru_cache

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.paths import KNOWLEDGE, VAR


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
    trust_forwarded_for: bool = Field(False, description="take the client's address from X-Forwarded-For")
    embed_origins: str = Field("", description="origins, parted by spaces, whose pages may embed the chat")
    theme: str = Field(str(KNOWLEDGE / "theme.yml"), description="file with the name, logo and colours of the pages")

    def url_of(self, store: str) -> str:
        """Return the SQLAlchemy URL of a store; raise KeyError for an unknown one."""
        return {"guide": self.database_url, "directory": self.directory_url, "referrals": self.referrals_url}[store]

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
