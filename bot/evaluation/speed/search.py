"""`make bench`, second part: the directory's search beside a plain LIKE query and full text alone, in one run.

For 4,000 made-up records (a county) and 200,000 (a country), on SQLite and on PostgreSQL where a server is at hand. The
three ways take turns for each request, so that a machine that slows down slows all. Ratios are what to quote.
`python -m bot.evaluation.speed.search` measures everything; `--records 4000` and `--sqlite-only` measure less.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.engine import Engine, make_url
from tqdm import tqdm

from bot.directory.feeds.importing import Feed, import_records
from bot.directory.search.directory import Directory, Found
from bot.directory.search.documents import vector_text
from bot.directory.search.models import SearchDocument, SearchVector
from bot.directory.search.query import wanted_from_text
from bot.directory.search.text_index import refresh
from bot.directory.search.vectors import encode_missing, stored
from bot.directory.search.words import search_words, words_of
from bot.encoder.encoder import SmallEncoder
from bot.evaluation.speed.made_records import made_services
from bot.paths import ROOT
from bot.store.engine import open_engine
from bot.store.migrate import upgrade

DOCUMENT = ROOT / "docs" / "benchmark-directory.md"
COUNTY, COUNTRY = 4_000, 200_000
TARGET_P95_MS = {COUNTY: 10.0, COUNTRY: 60.0}
TARGET_VECTORS_S = 120.0
_POSTGRES_SCRIPT = ROOT / "tests" / "postgres.sh"
_INSIDE = "GUIDE_BENCH_INSIDE_POSTGRES"
_ENCODED = 4_000
_SEED = 20261125
_DAY = date(2026, 11, 25)


@dataclass
class Measured:
    """One store's figures: times of requests in milliseconds, of the rest in seconds; None where not measured."""

    database: str
    records: int
    import_s: float
    documents_s: float
    vectors_s: float | None
    load_s: float
    searches: np.ndarray
    processor: np.ndarray
    without_encoding: np.ndarray
    like: np.ndarray
    full_text: np.ndarray
    memory_mb: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write docs/benchmark-directory.md; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, action="append", help="how many records (default: 4000 and 200000)")
    parser.add_argument("--sqlite-only", action="store_true", help="do not start a PostgreSQL server")
    options = parser.parse_args(arguments)
    if not options.sqlite_only and not os.environ.get("GUIDE_TEST_POSTGRES_URL") and not os.environ.get(_INSIDE):
        again = [
            str(_POSTGRES_SCRIPT),
            sys.executable,
            "-m",
            "bot.evaluation.speed.search",
            *(arguments or sys.argv[1:]),
        ]
        return subprocess.run(again, check=False, cwd=ROOT, env={**os.environ, _INSIDE: "1"}).returncode
    sizes = options.records or [COUNTY, COUNTRY]
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for size, database in itertools.product(sizes, _databases(options.sqlite_only)):
            url = f"sqlite:///{folder}/{size}.db" if database == "SQLite" else _new_postgres(size)
            measured.append(_measure(database, url, size))
    report = _report(measured)
    print(report)
    if not options.records and not options.sqlite_only:
        DOCUMENT.write_text(report, encoding="utf-8")
    return 0 if all(_reaches(one) for one in measured) else 1


def requests(count: int = 240) -> list[str]:
    """Return so many different requests as parents write them, the same in each run, with places, ages, needs and days."""
    rng = np.random.default_rng(_SEED)
    what = (
        "swimming sessions", "a youth club", "wheelchair basketball", "drama group", "music therapy", "support group", "toy library",
        "short breaks", "signing course", "sleep workshop", "coffee morning", "trampolining", "stay and play", "speech therapy",
        "forest school", "benefits advice", "horse riding", "dentist", "anything", "somewhere to make friends", "gaming club", "counselling",
        "job coaching", "overnight respite", "hydrotherapy", "carers' circle",
    )  # fmt: skip
    need = (
        "",
        "",
        " for autism",
        " for my deaf daughter",
        " for adhd",
        " for a lad with anxiety",
        " for disabled kids",
        " dyslexia",
    )
    place = (
        "",
        " near Seaham",
        " in Bishop Auckland",
        " round Consett way",
        " DH1 5UQ",
        " in Durham",
        " in barney",
        " near Peterlee",
    )
    age = ("", "", " he is 7", " for my 14 year old", " for toddlers", " age 11")
    day = ("", "", "", " on Saturdays", " after school", " weekends", " on a tuesday evening")
    extra = ("", "", "", " free", " with wheelchair access", " please", " that does not need a referral")
    made = {"".join(str(rng.choice(part)) for part in (what, need, place, age, day, extra)) for _ in range(count * 3)}
    return [str(text) for text in rng.permutation(sorted(made))[:count]]


def _databases(sqlite_only: bool) -> list[str]:
    return ["SQLite"] if sqlite_only else ["SQLite", "PostgreSQL"]


def _new_postgres(size: int) -> str:
    server = make_url(os.environ["GUIDE_TEST_POSTGRES_URL"])
    name = f"bench_{size}"
    engine = open_engine(server.render_as_string(hide_password=False))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


def _measure(database: str, url: str, size: int) -> Measured:
    upgrade(url, "directory")
    engine = open_engine(url)
    region = "county" if size <= COUNTY else "country"
    records = tqdm(made_services(size, region=region), total=size, desc=f"{database}, {size:,} records", leave=False)
    _, import_s = _timed(lambda: import_records(engine, Feed("made"), records))
    _, documents_s = _timed(lambda: refresh(engine))
    encoder = SmallEncoder(threads=2)
    vectors_s = None
    if size <= COUNTY:
        _, vectors_s = _timed(lambda: encode_missing(engine, encoder))
    else:
        _spread_vectors(engine, encoder)
    with engine.connect() as connection:
        if database == "PostgreSQL":
            connection.commit()
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    one_thread = SmallEncoder(threads=1)
    directory = Directory(engine, lambda: one_thread)
    _, load_s = _timed(directory.catalogue)
    searches, processor, without_encoding, like, full_text = _time_requests(engine, directory)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(
        database, size, import_s, documents_s, vectors_s, load_s, searches, processor, without_encoding, like, full_text, memory_mb,
    )  # fmt: skip


def _spread_vectors(engine: Engine, encoder: SmallEncoder) -> None:
    """Give every document a vector: those of some real texts, each moved a little, since encoding all would take an hour.

    How long a search takes depends on how many vectors there are, not on what they mean.
    """
    with engine.connect() as connection:
        rows = connection.execute(
            select(SearchDocument.text_hash, SearchDocument.title, SearchDocument.terms, SearchDocument.body)
        ).all()
    real = encoder.encode([vector_text(row.title, row.terms, row.body) for row in rows[:_ENCODED]])
    rng = np.random.default_rng(_SEED)
    hashes = sorted({row.text_hash for row in rows})
    for start in range(0, len(hashes), _ENCODED):
        some = hashes[start : start + _ENCODED]
        moved = real[rng.integers(0, len(real), len(some))] + rng.normal(0, 0.02, (len(some), real.shape[1]))
        with engine.begin() as connection:
            values = [{"text_hash": name, "vector": stored(vector)} for name, vector in zip(some, moved)]
            connection.execute(insert(SearchVector), values)


def _time_requests(engine: Engine, directory: Directory) -> list[np.ndarray]:
    """Return the times in ms of the whole search, of its processor time, of the search without encoding, of LIKE and of full text alone."""
    texts = requests()
    warm, timed = texts[:40], texts[40:]
    for request in warm:
        directory.search(wanted_from_text(request), today=_DAY)
    taken: list[list[float]] = [[], [], [], [], []]
    with engine.connect() as connection:
        plain_full_text(connection, ["warm"])
        for request in timed:
            directory.search(wanted_from_text("club"), today=_DAY)
            before = time.process_time()
            taken[0].append(_ms(partial(_search, directory, request)))
            taken[1].append((time.process_time() - before) * 1000)
            taken[2].append(_ms(partial(_search, directory, request)))
            words = [word for word in words_of(request) if word not in search_words().ordinary]
            taken[3].append(_ms(partial(plain_like, connection, words)))
            taken[4].append(_ms(partial(plain_full_text, connection, words)))
    return [np.array(times) for times in taken]


def plain_like(connection: Connection, words: Sequence[str]) -> None:
    """Ask for records whose text has all the words, as simple directories do."""
    like = "ILIKE" if connection.dialect.name == "postgresql" else "LIKE"
    tests = (
        " AND ".join(f"(title {like} :w{n} OR terms {like} :w{n} OR body {like} :w{n})" for n in range(len(words)))
        or "1 = 1"
    )
    values = {f"w{number}": f"%{word}%" for number, word in enumerate(words)}
    connection.execute(text(f"SELECT service_key, title FROM search_document WHERE {tests} LIMIT 5"), values).all()


def plain_full_text(connection: Connection, words: Sequence[str]) -> None:
    """Ask the database's own full text for any of the words and rank all that it finds."""
    if not words:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "SELECT service_key FROM search_text, to_tsquery('english', :match) query WHERE words @@ query"
                " ORDER BY ts_rank(words, query) DESC LIMIT 5"
            ),
            {"match": " | ".join(words)},
        ).all()
    else:
        connection.execute(
            text("SELECT rowid FROM search_text WHERE search_text MATCH :match ORDER BY bm25(search_text) LIMIT 5"),
            {"match": " OR ".join(f'"{word}"' for word in words)},
        ).all()


def _timed(work: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _search(directory: Directory, request: str) -> Found:
    return directory.search(wanted_from_text(request), today=_DAY)


def _ms(work: Callable[[], object]) -> float:
    return _timed(work)[1] * 1000


def _reaches(one: Measured) -> bool:
    target = TARGET_P95_MS.get(one.records)
    quick = target is None or float(np.percentile(one.searches, 95)) < target
    return quick and (one.vectors_s is None or one.vectors_s < TARGET_VECTORS_S)


def _report(measured: Sequence[Measured]) -> str:
    lines = [
        "# How fast the directory is searched",
        "",
        f"Written by `make bench` on {date.today():%d %B %Y}: {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end.",
        f"{len(measured[0].searches)} different requests a store; LIKE, full text alone and the whole search take turns. Times in",
        "milliseconds, half of the requests faster / 95 in 100 faster. The search reads the request, encodes its meaning on one thread, and",
        "tests all conditions; the other two only look for its words. Its processor time is that of this process, without a server's.",
        "",
        "| database | records | search | its processor time | without encoding | LIKE | full text alone |"
        " search to LIKE (p95) | search to full text (p95) | target |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in measured:
        target = TARGET_P95_MS.get(one.records)
        verdict = (
            ""
            if target is None
            else f"p95 under {target:.0f} ms: {'yes' if np.percentile(one.searches, 95) < target else 'no'}"
        )
        lines.append(
            f"| {one.database} | {one.records:,} | {_pair(one.searches)} | {_pair(one.processor)} | {_pair(one.without_encoding)} |"
            f" {_pair(one.like)} | {_pair(one.full_text)} | {_ratio(one.searches, one.like)} | {_ratio(one.searches, one.full_text)} | {verdict} |"
        )
    lines += [
        "",
        "| database | records | import (s) | found by words after (s) | vectors after that (s) | loading into memory (s) | process (MB) |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in measured:
        vectors = "not encoded, see below" if one.vectors_s is None else f"{one.vectors_s:.0f}"
        lines.append(
            f"| {one.database} | {one.records:,} | {one.import_s:.1f} | {one.documents_s:.1f} | {vectors} | {one.load_s:.1f} |"
            f" {one.memory_mb:.0f} |"
        )
    lines += [
        "",
        f"The vectors of the {COUNTRY:,} are those of {_ENCODED:,} real texts, each moved a little at random: encoding all of them takes an hour,",
        "and the time of a search depends on their number only. Made-up records come from `bot/evaluation/speed/made_records.py`.",
        "",
    ]
    return "\n".join(lines)


def _pair(times: np.ndarray) -> str:
    return f"{np.percentile(times, 50):.1f} / {np.percentile(times, 95):.1f}"


def _ratio(one: np.ndarray, other: np.ndarray) -> str:
    return f"{np.percentile(one, 95) / np.percentile(other, 95):.2f}"


if __name__ == "__main__":
    sys.exit(main())
