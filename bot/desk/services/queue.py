"""The content queue: groups of questions, their state, and their export."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.accounts import audit
from bot.desk.services.grouping import STATES
from bot.desk.services.models import Question, QuestionGroup

MOST_SHOWN = 100
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class UnknownItem(LookupError):
    """There is no such group, or no such state."""


@dataclass(frozen=True)
class Item:
    """A group of questions. `number` is None for a question that was not compared with others yet."""

    number: int | None
    state: str
    assigned_to: str | None
    questions: tuple[Question, ...]

    @property
    def text(self) -> str:
        """The latest question."""
        return self.questions[0].text

    @property
    def last_at(self) -> datetime:
        """When it was asked last."""
        return self.questions[0].at

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        """How the questions failed, the commonest first."""
        return Counter(question.outcome for question in self.questions).most_common()

    @property
    def near(self) -> list[tuple[str, float | None]]:
        """The nearest answers over all questions, each with its best score (None: it was given and did not help)."""
        best: dict[str, float | None] = {}
        for question in self.questions:
            for entry in question.near:
                name, score = str(entry.get("answer")), entry.get("confidence")
                known = best.get(name)
                if name not in best or score is None or (known is not None and score > known):
                    best[name] = score
        return sorted(best.items(), key=lambda pair: -(pair[1] if pair[1] is not None else 2.0))[:5]


class ContentQueue:
    """The queue. Every method is one transaction and may raise SQLAlchemyError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def items(self, state: str, most: int = MOST_SHOWN) -> list[Item]:
        """Return the items in a state, those asked most often and lately first; raise UnknownItem for no state of ours.

        Questions that were not grouped yet come first among the new ones.
        """
        if state not in STATES:
            raise UnknownItem(state)
        with Session(self._engine, expire_on_commit=False) as session:
            found = []
            if state == "new":
                waiting = select(Question).where(Question.group_id.is_(None)).order_by(Question.id.desc()).limit(most)
                found = [Item(None, "new", None, (question,)) for question in session.scalars(waiting)]
            size, last = func.count(Question.id), func.max(Question.id)
            rows = session.execute(
                select(QuestionGroup)
                .join(Question, Question.group_id == QuestionGroup.id)
                .where(QuestionGroup.state == state)
                .group_by(QuestionGroup.id)
                .order_by(size.desc(), last.desc())
                .limit(most)
            ).scalars()
            groups = {group.id: group for group in rows}
            members: dict[int, list[Question]] = {ident: [] for ident in groups}
            for question in session.scalars(
                select(Question).where(Question.group_id.in_(groups)).order_by(Question.id.desc())
            ):
                members[int(question.group_id or 0)].append(question)
            return found + [_item(group, members[ident]) for ident, group in groups.items() if members[ident]]

    def item(self, number: int) -> Item:
        """Return one item with all its questions; raise UnknownItem where there is none."""
        with Session(self._engine, expire_on_commit=False) as session:
            group = session.get(QuestionGroup, number)
            members = session.scalars(
                select(Question).where(Question.group_id == number).order_by(Question.id.desc())
            ).all()
            if group is None or not members:
                raise UnknownItem(number)
            return _item(group, members)

    def counts(self) -> dict[str, int]:
        """Return how many items there are in each state."""
        with Session(self._engine) as session:
            rows = session.execute(select(QuestionGroup.state, func.count()).group_by(QuestionGroup.state)).all()
            waiting = session.scalar(select(func.count()).where(Question.group_id.is_(None)).select_from(Question))
        found = dict.fromkeys(STATES, 0) | {str(state): int(number) for state, number in rows}
        found["new"] += waiting or 0
        return found

    def set_state(self, number: int, state: str, by: str) -> None:
        """Move an item to another state; "assigned" is to the person who does it. Raises UnknownItem."""
        if state not in STATES:
            raise UnknownItem(state)
        with Session(self._engine) as session, session.begin():
            group = session.get(QuestionGroup, number, with_for_update=True)
            if group is None:
                raise UnknownItem(number)
            before, group.state = group.state, state
            group.assigned_to = by if state == "assigned" else (group.assigned_to if state == "done" else None)
            group.changed_at = datetime.now(UTC)
            audit.record(session, by, "queue.state", f"group {number}", before=before, after=state)

    def export(self, by: str) -> str:
        """Return every question with its group's state as CSV, and note the export in the audit trail."""
        with Session(self._engine) as session, session.begin():
            rows = session.execute(
                select(Question, QuestionGroup)
                .outerjoin(QuestionGroup, QuestionGroup.id == Question.group_id)
                .order_by(Question.group_id, Question.id)
            ).all()
            lines = [
                [
                    question.at.isoformat(timespec="seconds"),
                    group.id if group else "",
                    group.state if group else "new",
                    (group.assigned_to if group else None) or "",
                    question.audience,
                    question.outcome,
                    question.detail,
                    question.text,
                    "; ".join(_near_in_words(question.near)),
                ]
                for question, group in rows
            ]
            audit.record(session, by, "queue.exported", "content queue", lines=len(lines))
        return as_csv(
            ["asked", "group", "state", "assigned to", "audience", "outcome", "detail", "question", "nearest answers"],
            lines,
        )


def as_csv(headings: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV that a spreadsheet takes for text: no cell of it can be a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return out.getvalue()


def _harmless(cell: object) -> str:
    """Return a cell as text, with an apostrophe before what a spreadsheet would calculate."""
    text = str(cell)
    return (
        f"'{text}"
        if text.lstrip(" \u00a0\u2060\ufeff").startswith(_STARTS_A_FORMULA) or text[:1] in _STARTS_A_FORMULA
        else text
    )


def _near_in_words(near: list[dict[str, Any]]) -> list[str]:
    return [
        f"{entry['answer']} {entry['confidence']:.2f}" if entry.get("confidence") is not None else str(entry["answer"])
        for entry in near
    ]


def _item(group: QuestionGroup, members: Sequence[Question]) -> Item:
    return Item(group.id, group.state, group.assigned_to, tuple(members))
