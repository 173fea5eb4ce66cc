"""The search form of `/services`: what its fields say, as a search, and a search as an address of that page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from fastapi.datastructures import QueryParams

from bot.directory.records.places import gazetteer
from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.ages import OLDEST
from bot.directory.search.query import wanted_from_text
from bot.directory.search.times import DAYS
from bot.directory.search.wanted import Wanted
from bot.guidance.wording import wording

LONGEST_TEXT = 200
DISTANCES = (3, 5, 10, 25)
MINUTES_OF_A_DAY = 24 * 60
# The fields that choose terms of our taxonomy, and the facet of each.
FACETS = {"need": "need", "kind": "kind", "access": "accessibility", "suit": "suitability"}
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class ServiceForm:
    """A form as it was sent: `wanted` is what it asks for, `problems` says by field what could not be understood.

    `values` are the fields as they were sent, to be shown again. `is_empty`: it asks for nothing, so that all is shown.
    """

    wanted: Wanted
    values: QueryParams
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was asked for."""
        return not self.problems and not self.wanted.conditions_in_words() and not self.wanted.words


def read_form(sent: QueryParams) -> ServiceForm:
    """Return what a form asks for. Its words are read as a message in the chat is; its other fields come on top.

    Raises PlacesMissing where this guide has no list of places.
    """
    problems: dict[str, str] = {}
    words = _text(sent, "q", problems)
    wanted = wanted_from_text(words) if words else Wanted()
    wanted = replace(
        wanted,
        needs=_ids(sent, "need", wanted.needs),
        kinds=_ids(sent, "kind", wanted.kinds),
        accessibility=_ids(sent, "access", wanted.accessibility),
        suitabilities=_ids(sent, "suit", wanted.suitabilities),
        days=wanted.days | _days(sent),
        is_free=wanted.is_free or bool(sent.get("free")),
    )
    wanted = _with_place(wanted, _text(sent, "place", problems), _number(sent, "within", 100), problems)
    wanted = _with_age(wanted, sent, problems)
    start, end = _number(sent, "from", MINUTES_OF_A_DAY), _number(sent, "to", MINUTES_OF_A_DAY)
    if start is not None or end is not None:
        wanted = replace(wanted, from_minute=start, to_minute=end)
    return ServiceForm(wanted, sent, problems)


def address_of(wanted: Wanted, page: int = 1) -> str:
    """Return the address of the page that shows a search."""
    return _address(_pairs(wanted), page)


def address_of_page(form: ServiceForm, page: int) -> str:
    """Return the address of another page of the results of a form, as it was sent."""
    return _address([(name, value) for name, value in form.values.multi_items() if value and name != "page"], page)


def page_number(sent: QueryParams) -> int:
    """Return the number of the page asked for, from 1 on."""
    return _number(sent, "page", 10_000) or 1


def _pairs(wanted: Wanted) -> Pairs:
    pairs: Pairs = [("q", wanted.text)]
    chosen = {"need": wanted.needs, "kind": wanted.kinds, "access": wanted.accessibility, "suit": wanted.suitabilities}
    pairs += [(name, ident) for name, idents in chosen.items() for ident in idents]
    pairs += [("place", wanted.place or ""), ("within", _figure(wanted.within_miles))]
    pairs += [("age", _figure(wanted.age)), ("age_to", _figure(wanted.age_to))]
    pairs += [("day", str(number)) for number in range(len(DAYS)) if wanted.days & (1 << number)]
    pairs += [("from", _figure(wanted.from_minute)), ("to", _figure(wanted.to_minute))]
    return [*pairs, ("free", "1" if wanted.is_free else "")]


def _address(pairs: Pairs, page: int) -> str:
    said = [(name, value) for name, value in pairs if value] + ([("page", str(page))] if page > 1 else [])
    return f"/services?{urlencode(said)}" if said else "/services"


def _text(sent: QueryParams, name: str, problems: dict[str, str]) -> str:
    text = " ".join(sent.get(name, "").replace("\0", " ").split())
    if len(text) > LONGEST_TEXT:
        problems[name] = wording("services.problems.too_long", limit=LONGEST_TEXT)
        return ""
    return text


def _ids(sent: QueryParams, name: str, said: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of terms that the words or the field's choices name; what is no term of ours is dropped."""
    known = {term.id for term in our_taxonomy().of_facet(FACETS[name])}
    return tuple(dict.fromkeys([*said, *(ident for ident in sent.getlist(name) if ident in known)]))


def _days(sent: QueryParams) -> int:
    chosen = {value for value in sent.getlist("day") if value in map(str, range(len(DAYS)))}
    return sum(1 << int(number) for number in chosen)


def _with_place(wanted: Wanted, written: str, within: float | None, problems: dict[str, str]) -> Wanted:
    if written:
        place = gazetteer().named(written)
        mention = None if place else gazetteer().in_text(f"near {written}")
        found = place or (mention.place if mention else None)
        if found is None:
            problems["place"] = wording("services.problems.place")
            return wanted
        wanted = replace(wanted, place=found.name)
    return replace(wanted, within_miles=within) if wanted.place and within else wanted


def _with_age(wanted: Wanted, sent: QueryParams, problems: dict[str, str]) -> Wanted:
    written = sent.get("age", "").strip()
    if not written:
        return wanted
    age, age_to = _number(sent, "age", OLDEST), _number(sent, "age_to", OLDEST)
    if age is None:
        problems["age"] = wording("services.problems.age", oldest=OLDEST)
        return wanted
    return replace(wanted, age=age, age_to=age_to if age_to is not None and age_to >= age else None)


def _number(sent: QueryParams, name: str, most: int) -> int | None:
    """Return a whole number from 0 to `most`, or None where none was sent."""
    text = sent.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= most else None


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
