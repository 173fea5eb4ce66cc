"""Reading single values of a feed: each function returns the value in our form, or None where it cannot be read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import nh3
import phonenumbers

from bot.public_addresses import plain_host
from bot.reading.characters import without_anything_unseen

OLDEST = 120
_KEPT_TAGS = {"p", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "div", "tr", "td", "table", "a"}
_BREAKING_TAGS = {"p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "div", "table"}
_LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#][a-zA-Z0-9]{1,7};")
_PILED_UP = re.compile(
    "([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_NUMBER = re.compile(r"\+?\(?\d")
_GAPS = re.compile(r"\n{3,}")
LONGEST_NAME = 300
LONGEST_TEXT = 20_000
_LONGEST_URL = 2000
_LARGEST_WHOLE = 2**31 - 1  # what a column for whole numbers holds in every database
_EMAIL = re.compile(r"(?<![^@\s<>,;])[^@\s<>,;]+@[^@\s<>,;]+\.[A-Za-z]{2,}")
_OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")


def is_blank(value: Any) -> bool:
    """Tell whether a value says nothing: null, empty, or white space only. 0 and False do say something."""
    return not value.strip() if isinstance(value, str) else value is None or value == [] or value == {}


def long_text(value: Any) -> str | None:
    """Return text of several paragraphs, without HTML, with its lists and links kept readable."""
    if isinstance(value, list):
        parts = [part for part in map(long_text, value) if part]
        return "\n".join(parts) or None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)
    if _LOOKS_LIKE_HTML.search(text):
        text = _without_html(text)
    text = without_anything_unseen(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _PILED_UP.sub(r"\1", text)
    if "\n" not in text:
        return _shortened(" ".join(text.split()), LONGEST_TEXT) or None
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return _shortened(_GAPS.sub("\n\n", "\n".join(lines)).strip(), LONGEST_TEXT) or None


def text(value: Any) -> str | None:
    """Return text on one line, without HTML; the parts of a list are parted by commas."""
    if isinstance(value, list):
        return ", ".join(part for part in map(text, value) if part) or None
    cleaned = long_text(value)
    return " ".join(cleaned.split()) if cleaned else None


def name(value: Any) -> str | None:
    """Return what something is called: text on one line, cut where it is far longer than any name."""
    return _shortened(text(value) or "", LONGEST_NAME) or None


def _shortened(value: str, longest: int) -> str:
    return value if len(value) <= longest else f"{value[: longest - 1].rstrip()}…"


def clean_all(value: Any) -> Any:
    """Return any JSON value with every text in it cleaned; blank parts of an object are left out."""
    if isinstance(value, str):
        return long_text(value)
    if isinstance(value, list):
        return [clean_all(part) for part in value]
    if isinstance(value, dict):
        return {without_anything_unseen(str(key)): clean_all(part) for key, part in value.items() if not is_blank(part)}
    return value


def url(value: Any) -> str | None:
    """Return a web address in ASCII; a bare host ("www.example.org") gets http in front. Other schemes are not taken.

    A host in other letters is shown as what is looked up (punycode), so that none passes for another. Addresses with
    a name or a password in them, without a host's name, or longer than any real one are not taken.
    """
    cleaned = text(value)
    if not cleaned or " " in cleaned or len(cleaned) > _LONGEST_URL:
        return None
    if "://" not in cleaned:
        if not re.match(r"\A[\w-]+(\.[\w-]+)+(/|$)", cleaned):
            return None
        cleaned = f"http://{cleaned}"
    try:
        parts = urlsplit(cleaned)
        if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or "." not in (parts.hostname or ""):
            return None
        host = plain_host(parts)
        port = parts.port
    except ValueError:
        return None
    if not re.search(r"\.[a-z][a-z0-9-]*\.?$", host):
        return None
    if parts.netloc.isascii() and parts.path.isascii() and parts.query.isascii() and parts.fragment.isascii():
        return cleaned
    rest = (quote(part, safe="/%:@!$&'()*+,;=~?-._") for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host if port is None else f"{host}:{port}", *rest))


def email(value: Any) -> str | None:
    """Return an e-mail address in ASCII; addresses that cannot exist (`.invalid`) are not taken."""
    cleaned = text(value)
    if not cleaned or not cleaned.isascii() or not _EMAIL.fullmatch(cleaned) or cleaned.lower().endswith(".invalid"):
        return None
    return cleaned


def age(value: Any) -> float | None:
    """Return an age in years; -1 and other impossible ages are "not said"."""
    found = number(value)
    return found if found is not None and 0 <= found <= OLDEST else None


def number(value: Any) -> float | None:
    """Return a number, also from text such as "£4.50"."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip().removeprefix("£").replace(",", "")
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found == found and abs(found) != float("inf") else None


def whole_number(value: Any) -> int | None:
    """Return a whole number."""
    found = number(value)
    return int(found) if found is not None and found == int(found) and abs(found) <= _LARGEST_WHOLE else None


def boolean(value: Any) -> bool | None:
    """Return yes or no, also from text ("Yes", "FALSE")."""
    if isinstance(value, bool):
        return value
    word = text(value)
    return {"yes": True, "true": True, "y": True, "1": True, "no": False, "false": False, "n": False, "0": False}.get(
        word.lower() if word else ""
    )


def day(value: Any) -> date | None:
    """Return a date from an ISO date or time, or from day/month/year."""
    cleaned = text(value)
    if not cleaned:
        return None
    british = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?", cleaned)
    try:
        if british:
            return date(int(british[3]), int(british[2]), int(british[1]))
        return date.fromisoformat(cleaned[:10])
    except ValueError:
        return None


def moment(value: Any) -> datetime | None:
    """Return a time with its zone from an ISO time or date, or from day/month/year; without a zone it is UTC."""
    cleaned = text(value)
    found: datetime | None
    try:
        found = datetime.fromisoformat(cleaned or "")
    except ValueError:
        on = day(value)
        found = datetime(on.year, on.month, on.day) if on else None
    if found is None:
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:  # in UTC it would be before the year 1, or after 9999
        return None


def postcode(value: Any) -> str | None:
    """Return a postcode in capitals, as it is written on letters."""
    cleaned = text(value)
    if not cleaned:
        return None
    joined = re.sub(r"[^A-Z0-9]", "", cleaned.upper())
    if re.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}", joined):
        return f"{joined[:-3]} {joined[-3:]}"
    return cleaned[:20]


def outward(value: str | None) -> str | None:
    """Return the first half of a postcode, which says the area only."""
    found = _OUTWARD.match(value or "")
    return found[0] if found else None


def phone(value: Any) -> tuple[str, str | None] | None:
    """Return a telephone number as written, and what stands before it ("Office: 0191 ..."), or None without digits."""
    cleaned = (text(value) or "").strip("\"' ")
    if not re.search(r"\d{3}", cleaned):
        return None
    number = _NUMBER.search(cleaned)
    if not number or "\n" in number.string[number.start() :]:
        return cleaned, None
    label = cleaned[: number.start()].rstrip()
    label = label[:-1].rstrip() if label.endswith((":", "-", "–")) else label
    if not re.search("[A-Za-z]", label) or "+" in label:
        return cleaned, None
    return cleaned[number.start() :], label


@lru_cache(maxsize=20_000)
def dial(written: str) -> str | None:
    """Return a number in E.164 ("+441910000000"), or None where it cannot be read as a whole number."""
    try:
        parsed = phonenumbers.parse(written, "GB")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _without_html(value: str) -> str:
    reader = _TextReader()
    reader.feed(nh3.clean(value, tags=_KEPT_TAGS, attributes={"a": {"href"}}, link_rel=None))
    reader.close()
    return "".join(reader.parts)


class _TextReader(HTMLParser):
    """Turns clean HTML into text: paragraphs parted by a blank line, "- " before list items, addresses after links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Break the line where a block begins."""
        if tag in _BREAKING_TAGS:
            self.parts.append("\n\n")
        elif tag in ("br", "tr"):
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "a":
            self._links.append((unescape(dict(attrs).get("href") or ""), len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        """Break the line where a block ends; write a link's address after its words."""
        if tag in _BREAKING_TAGS:
            self.parts.append("\n\n")
        elif tag == "td":
            self.parts.append(" ")
        elif tag == "a" and self._links:
            address, begun = self._links.pop()
            words = "".join(self.parts[begun:]).strip()
            bare = address.removeprefix("mailto:").removeprefix("tel:")
            if bare and bare not in words:
                self.parts.append(f" ({bare})")

    def handle_data(self, data: str) -> None:
        """Keep the words; in HTML a line's end is only a space."""
        self.parts.append(re.sub(r"\s+", " ", data.replace("\xa0", " ")))
