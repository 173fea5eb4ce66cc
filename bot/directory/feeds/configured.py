"""The feeds that `directory sync` reads: `knowledge/directory/sources.yml`, or the file that a setting names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from bot.directory.feeds.reading import Unreadable
from bot.public_addresses import parse


class ConfiguredFeed(BaseModel):
    """One feed and how it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[
        str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,98}$", description="lasting name, in small letters and hyphens")
    ]
    title: Annotated[str, Field(min_length=1, max_length=300, description="who publishes it, as people know them")]
    address: Annotated[
        str, Field(pattern=r"^https?://", description="the list of services, as a rule ending in /services")
    ]
    format: Annotated[
        Literal["auto", "open-referral-3", "open-referral-1", "open-objects"],
        Field(description="auto looks at each record"),
    ] = "auto"
    per_page: Annotated[int, Field(ge=1, le=1000, description="records to ask for in one page")] = 50
    details: Annotated[
        Literal["auto", "yes", "no"],
        Field(description="whether each record is read again at address/id; auto: where the list has names only"),
    ] = "auto"
    modified_after: Annotated[
        bool, Field(description="whether the feed can be asked for what changed since a time; else all of it is read")
    ] = False
    full_every_days: Annotated[
        float, Field(ge=0, description="days after which all of it is read even so, to see what is gone")
    ] = 7
    timeout_s: Annotated[float, Field(gt=0, le=600, description="seconds to wait for an answer, or for more of it")] = (
        30
    )
    page_s: Annotated[float, Field(gt=0, le=3600, description="seconds that one page may take in all")] = 120
    page_mb: Annotated[float, Field(gt=0, le=2000, description="megabytes that one page may have, unpacked")] = 32
    feed_minutes: Annotated[float, Field(gt=0, le=1440, description="minutes that all pages may take together")] = 120
    feed_mb: Annotated[float, Field(gt=0, le=20_000, description="megabytes that all pages may have together")] = 1000
    most_records: Annotated[int, Field(ge=1, le=5_000_000, description="records that the feed may have")] = 500_000

    @field_validator("address")
    @classmethod
    def _plain_address(cls, address: str) -> str:
        """Refuse an address that could be taken for another, or has a password in it."""
        parse(address)
        return address


def configured_feeds(file: Path) -> list[ConfiguredFeed]:
    """Return the feeds of a file, none where there is no file; raise Unreadable where it has mistakes."""
    if not file.exists():
        return []
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        feeds = TypeAdapter(list[ConfiguredFeed]).validate_python(data.get("sources") or [])
    except (yaml.YAMLError, AttributeError) as error:
        raise Unreadable(f"{file} is no YAML with a list of sources ({error})") from error
    except ValidationError as error:
        raise Unreadable(f"{file}: {error}") from error
    names = [feed.name for feed in feeds]
    if len(set(names)) < len(names):
        raise Unreadable(f"{file} has two sources of one name")
    return feeds
