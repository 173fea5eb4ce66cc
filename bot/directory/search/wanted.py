"""What somebody looks for, and how it is said again in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.directory.records.places import gazetteer
from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.times import days_in_words, time_in_words
from bot.guidance.wording import wording


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; empty parts mean "any".

    `words` is their own text. `needs`, `kinds`, `suitabilities` and `accessibility` are ids of `knowledge/taxonomy.yml`.
    `place` is a name or a postcode. Ages are in years, `age_to` where a span was named. `days` is a sum of bits
    (Monday 1 ... Sunday 64); minutes are after midnight. `subject` are the stems of what is left: what must be found.
    `weak` are stems that help to order results only.
    """

    words: str = ""
    needs: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    suitabilities: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    place: str | None = None
    within_miles: float | None = None
    age: float | None = None
    age_to: float | None = None
    days: int = 0
    from_minute: int | None = None
    to_minute: int | None = None
    is_free: bool = False
    subject: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    text: str = ""

    def in_words(self) -> str:
        """Return what was understood, for the reply: "autism, near Seaham, age 7"."""
        return ", ".join(self.conditions_in_words().values()) or wording("records.anything")

    def conditions_in_words(self) -> dict[str, str]:
        """Return each condition that is set, by its name, in words."""
        said: dict[str, str] = {}
        if self.kinds:
            said["kinds"] = ", ".join(_shown("kind", kind) for kind in self.kinds)
        if self.subject:
            said["subject"] = wording("directory_search.subject", words=self.text)
        if self.needs:
            said["needs"] = wording(
                "directory_search.need", needs=_joined([_shown("need", need) for need in self.needs])
            )
        if self.place:
            near = "directory_search.within" if self.within_miles else "directory_search.place"
            place = gazetteer().named(self.place)
            near = "directory_search.in_county" if place and place.is_whole_county else near
            said["place"] = wording(near, place=self.place, miles=f"{self.within_miles or 0:g}")
        if self.age is not None:
            said["age"] = wording("directory_search.age", age=_age_in_words(self.age, self.age_to))
        if self.days:
            said["days"] = wording("directory_search.days", days=days_in_words(self.days))
        if self.from_minute is not None or self.to_minute is not None:
            said["time"] = time_in_words(self.from_minute, self.to_minute)
        if self.is_free:
            said["is_free"] = wording("directory_search.free")
        if self.accessibility:
            shown = _joined([_shown("accessibility", term) for term in self.accessibility])
            said["accessibility"] = wording("directory_search.accessibility", what=shown)
        return said

    def without(self, condition: str) -> Wanted:
        """Return the same with one condition, as named by `conditions_in_words`, left out; KeyError for an unknown one."""
        if condition == "place" and self.place and (self.within_miles or 0) < 25:
            return replace(self, within_miles=25.0)
        cleared: dict[str, dict[str, Any]] = {
            "kinds": {"kinds": ()},
            "subject": {"subject": (), "text": ""},
            "needs": {"needs": ()},
            "place": {"place": None, "within_miles": None},
            "age": {"age": None, "age_to": None},
            "days": {"days": 0},
            "time": {"from_minute": None, "to_minute": None},
            "is_free": {"is_free": False},
            "accessibility": {"accessibility": ()},
        }
        return replace(self, **cleared[condition])


def _shown(facet: str, ident: str) -> str:
    term = our_taxonomy().term(facet, ident)
    name = term.name if term else ident.replace("-", " ")
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _joined(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _age_in_words(low: float, high: float | None) -> str:
    return f"{low:g}" if high is None or high == low else f"{low:g} to {high:g}"
