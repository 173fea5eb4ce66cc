"""Places of County Durham and its neighbours, offline: what people call them, where they are, and how far apart.

Set-up made the file (`bot.directory.records.places_setup`); what people call a place is in `knowledge/places.yml`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz.distance import OSA

from bot.paths import PLACE_NAMES, PLACES

EARTH_RADIUS_MILES = 3958.8
_WELL_KNOWN_POPULATION = 100_000
_MOST_WORDS = 5
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_POSTCODE = re.compile(r"\b([A-Za-z]{1,2}\d[A-Za-z\d]?) ?(\d[A-Za-z]{2})\b")
_DISTRICT = re.compile(r"\b((?:DH|DL|SR|TS|NE)\d{1,2})\b", re.IGNORECASE)
_CUES = frozenset(
    {
        "in",
        "near",
        "nr",
        "nearby",
        "at",
        "around",
        "round",
        "roond",
        "by",
        "from",
        "to",
        "towards",
        "of",
        "outside",
        "within",
    }
    | {"doon", "down", "up", "over", "ower", "live", "lives", "living", "based", "visit", "visiting", "local"}
)
_CUES_AFTER = frozenset(["way", "area", "based", "side"])
_NAMING = frozenset(
    ["called", "named", "my", "our", "son", "daughter", "lad", "lass", "is", "wor", "with", "for", "and"]
)
_BEFORE_A_SIGNATURE = frozenset(
    ["thanks", "thankyou", "you", "cheers", "regards", "ta", "love", "wishes", "please", "xx"]
)


@dataclass(frozen=True)
class Place:
    """A place by name. Degrees are None for one outside the region, of which only the name is known."""

    name: str
    latitude: float | None = None
    longitude: float | None = None
    is_outside: bool = False
    is_whole_county: bool = False

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, or None."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Mention:
    """A place found in a text, from character `start` up to `end`."""

    place: Place
    start: int
    end: int
    weight: float


class PlacesMissing(RuntimeError):
    """The file of places is not there; the message says what to run."""


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great-circle distance in miles between two points in degrees of latitude and longitude."""
    (lat1, lon1), (lat2, lon2) = ((radians(lat), radians(lon)) for lat, lon in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(half))


def attributions() -> list[str]:
    """Return the statements that the licences of the places' data ask for, to be shown wherever places are used."""
    return [
        "Place names: GeoNames, CC BY 4.0.",
        "Villages: Wikipedia, List of United Kingdom locations, CC BY-SA 4.0.",
        "Postcodes: Office for National Statistics, licensed under the Open Government Licence v3.0.",
        "Contains OS data © Crown copyright and database right 2026.",
        "Contains Royal Mail data © Royal Mail copyright and database right 2026.",
    ]


class Gazetteer:
    """Every place the guide knows, by what people call it."""

    def __init__(self, file: Path = PLACES, names_file: Path = PLACE_NAMES) -> None:
        """Load `file`; raise PlacesMissing when it is not there."""
        if not file.exists():
            raise PlacesMissing(f"the file of places {file} is not there: run `make setup`")
        self._file = file
        names: dict[str, Any] = yaml.safe_load(names_file.read_text(encoding="utf-8"))
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            points = {
                name: (lat, lon) for name, lat, lon in database.execute("SELECT name, latitude, longitude FROM place")
            }
            outside = list(database.execute("SELECT name, population FROM outside"))
            districts = database.execute(
                "SELECT substr(code, 1, length(code) - 3), avg(latitude), avg(longitude) FROM postcode GROUP BY 1"
            )
            self._districts = {district: Place(district, lat, lon) for district, lat, lon in districts}
        self._never = {_key(word) for word in names["never"]}
        self._needs_cue: set[tuple[str, ...]] = set()
        self._needs_capital = {_key(word) for word in names["ordinary_words"]}
        self._places: dict[tuple[str, ...], Place] = {}
        for name, population in outside:
            key = _key(name)
            self._places.setdefault(key, Place(name, is_outside=True))
            if population < _WELL_KNOWN_POPULATION:
                self._needs_cue.add(key)
        for name, (lat, lon) in points.items():
            self._places[_key(name)] = Place(name, lat, lon)
            self._needs_cue.discard(_key(name))
        for name, entry in names["places"].items():
            for written in entry.get("also", []):
                self._places[_key(written)] = self._places[_key(name)]
                self._needs_cue.discard(_key(written))
            if entry.get("needs_cue"):
                self._needs_cue.add(_key(name))
        for word in names["short_names_need_cue"]:
            self._needs_cue.add(_key(word))
        for name, entry in names["districts"].items():
            like = self._places[_key(entry["from"])]
            for written in (name, *entry.get("also", [])):
                self._places[_key(written)] = Place(name, like.latitude, like.longitude)
        county = Place(names["county"]["name"], is_whole_county=True)
        for written in (county.name, *names["county"]["also"]):
            self._places[_key(written)] = county
        self._no_places = [_key(phrase) for phrase in names["not_places"]]
        # By first letter, number of words and length: a slip changes none of the first two, and the last by two at most.
        self._alike: dict[tuple[str, int, int], list[tuple[str, Place]]] = {}
        for key, place in self._places.items():
            name = " ".join(key)
            if len(name) >= 7 and not place.is_outside and key not in self._needs_cue:
                self._alike.setdefault((name[0], len(key), len(name)), []).append((name, place))

    def named(self, name: str) -> Place | None:
        """Return the place of a name, nickname, postcode or outward code, or None."""
        whole = _POSTCODE.fullmatch(name.strip())
        if whole:
            return self.postcode(name)
        return self._districts.get(name.strip().upper()) or self._places.get(_key(name))

    def postcode(self, code: str) -> Place | None:
        """Return the place of a postcode; one unknown here is its district, or outside. None when it is no postcode."""
        match = _POSTCODE.fullmatch(code.strip())
        if not match:
            return None
        outward, inward = match[1].upper(), match[2].upper()
        shown = f"{outward} {inward}"
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as database:
            row = database.execute(
                "SELECT latitude, longitude FROM postcode WHERE code = ?", [outward + inward]
            ).fetchone()
        if row:
            return Place(shown, *row)
        district = self._districts.get(outward)
        return Place(shown, district.latitude, district.longitude) if district else Place(shown, is_outside=True)

    def mentions(self, text: str) -> list[Mention]:
        """Return the places that a text names, in the order of the text."""
        found = [
            Mention(place, match.start(), match.end(), 4.0)
            for match in _POSTCODE.finditer(text)
            if (place := self.postcode(match[0])) is not None
        ]
        if not found:
            found = [
                Mention(self._districts[match[1].upper()], match.start(), match.end(), 4.0)
                for match in _DISTRICT.finditer(text)
                if match[1].upper() in self._districts
            ]
        return sorted([*found, *self._names_in(text)], key=lambda mention: mention.start)

    def in_text(self, text: str) -> Mention | None:
        """Return the place that a text asks about, or None: inside before outside, after "in" or "near" before others."""
        return max(self.mentions(text), key=lambda mention: (mention.weight, -mention.start), default=None)

    def _names_in(self, text: str) -> Iterator[Mention]:
        tokens = list(_TOKEN.finditer(text))
        words = [_plain(token[0]) for token in tokens]
        index = 0
        while index < len(words):
            skip = self._no_place_at(words, index)
            if skip:
                index += skip
                continue
            for length in range(min(_MOST_WORDS, len(words) - index), 0, -1):
                key = tuple(words[index : index + length])
                place = self._places.get(key) or self._misspelt(key, words, index)
                end = tokens[index + length - 1].end()
                alone = length == len(words) or (
                    place is not None and not place.is_outside and _is_added_at_end(text, tokens[index].start(), end)
                )
                if place and self._counts(key, place, words, index, tokens[index][0], alone):
                    weight = _weight(place, words[index - 1] if index else "")
                    yield Mention(place, tokens[index].start(), end, weight)
                    index += length - 1
                    break
            index += 1

    def _no_place_at(self, words: list[str], index: int) -> int:
        """Return the length of a phrase here that holds a place's name and is none ("Durham County Council"), or 0."""
        return next(
            (len(phrase) for phrase in self._no_places if tuple(words[index : index + len(phrase)]) == phrase), 0
        )

    def _misspelt(self, key: tuple[str, ...], words: list[str], index: int) -> Place | None:
        """Return the place that the words nearly name: the longer the name, the more slips; never a short or known word.

        Not the job of `bot.reading.spelling`: a name may be several words, and what stands around it decides what is allowed.
        """
        written = " ".join(key)
        if len(written) < 6 or any((word,) in self._never for word in key):
            return None
        allowed = 2 if len(written) >= 8 else 1
        if len(written) < 8 and not _has_cue(words, index, len(key)):
            return None
        nearest: tuple[int, Place] | None = None
        for length in sorted(
            range(len(written) - allowed, len(written) + allowed + 1), key=lambda one: abs(one - len(written))
        ):
            for name, place in self._alike.get((written[0], len(key), length), ()):
                slips = OSA.distance(name, written, score_cutoff=allowed)
                if slips <= allowed and (nearest is None or slips < nearest[0]):
                    nearest = (slips, place)
        return nearest[1] if nearest else None

    def _counts(
        self, key: tuple[str, ...], place: Place, words: list[str], index: int, written: str, alone: bool
    ) -> bool:
        if key in self._never:
            return False
        cue = alone or _has_cue(words, index, len(key))
        if place.is_outside and key in self._needs_capital:
            return cue and written[0].isupper()
        return cue or key not in self._needs_cue


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the places of this process, loaded once."""
    return Gazetteer()


def _weight(place: Place, before: str) -> float:
    """Return how much a mention speaks for being the place asked about."""
    inside = 2.0 if place.point else 1.0 if place.is_whole_county else 0.5
    return inside + (0.8 if before in _CUES and before not in {"from", "of"} else 0.2 if before in _CUES else 0.0)


def _has_cue(words: list[str], index: int, length: int) -> bool:
    before = words[index - 1] if index else ""
    after = words[index + length] if index + length < len(words) else ""
    return before in _CUES or (after in _CUES_AFTER and before not in _NAMING)


def _is_added_at_end(text: str, start: int, end: int) -> bool:
    """Tell whether a name ends a text after a comma ("a lads' club, Bishop"), and does not sign it ("thanks, Barney")."""
    before = text[:start].rstrip()
    if not before.endswith(",") or _TOKEN.search(text, end):
        return False
    said = _TOKEN.findall(before)
    return bool(said) and _plain(said[-1]) not in _BEFORE_A_SIGNATURE


def _plain(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s").replace("'", "")


def _key(name: str) -> tuple[str, ...]:
    return tuple(_plain(token[0]) for token in _TOKEN.finditer(name))
