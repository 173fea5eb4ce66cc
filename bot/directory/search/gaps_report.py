"""The report of gaps as text for a terminal and as CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io

from bot.directory.records.taxonomy import our_taxonomy
from bot.directory.search.gaps import Line, Report
from bot.guidance.dates import day_in_words
from bot.guidance.wording import wording

VIEWS = ("by_need", "by_age_band", "by_place", "together")


def as_text(report: Report) -> str:
    """Return the report as lines of text, each view under its heading."""
    first, last = day_in_words(report.first_week), day_in_words(report.last_week)
    parts = [
        wording("services.gaps.heading", first=first, last=last),
        wording("services.gaps.rule", least=report.least),
    ]
    if report.total is None:
        return "\n\n".join([*parts, wording("services.gaps.too_few", least=report.least)])
    parts.append(wording("services.gaps.total", searches=report.total))
    for view in VIEWS:
        lines: tuple[Line, ...] = getattr(report, view)
        rows = [f"{line.searches:>7}  {', '.join(conditions(line))}" for line in lines] or [
            wording("services.gaps.none_large_enough")
        ]
        parts.append("\n".join([wording(f"services.gaps.{view}"), *rows]))
    return "\n\n".join(parts)


def as_csv(report: Report) -> str:
    """Return the report as CSV: view, need, age band, place, searches; a condition that a view does not ask for is empty."""
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(["first_day", "last_day", "least_group", "view", "need", "age_band", "place", "searches"])
    span = [report.first_week.isoformat(), report.last_week.isoformat(), report.least]
    if report.total is not None:
        writer.writerow([*span, "total", "", "", "", report.total])
    for view in VIEWS:
        for line in getattr(report, view):
            need = None if line.need is None else _need(line.need)
            writer.writerow([*span, view, need, _said(line.age_band), _said(line.place), line.searches])
    return content.getvalue()


def conditions(line: Line) -> list[str]:
    """Return what the searches of a line asked for, in words: of need, age and place those that its view looks at."""
    need = None if line.need is None else _need(line.need)
    band = line.age_band and wording("services.gaps.age", band=line.age_band)
    return [part for part in (need, _said(band), _said(line.place)) if part is not None]


def _need(need: str) -> str:
    term = our_taxonomy().term("need", need)
    return term.name if term else need or wording("services.gaps.not_said")


def _said(text: str | None) -> str | None:
    return wording("services.gaps.not_said") if text == "" else text
