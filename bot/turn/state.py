"""What one conversation is about now, kept with it and erased with it: the only memory of a conversation there is.

It is written as JSON with the number of its version. One of a version that is not known any more is dropped: the next
message is then read as a first one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

VERSION = 1
REMEMBERED_TURNS = 3
FAILURES = frozenset({"fallback", "clarify"})
NOTHING_SAID = frozenset({"smalltalk", "error"})
OFFERED = "offer"


@dataclass(frozen=True)
class Given:
    """An answer that was given: its id without the topic, and the form it was told in (None: the usual one)."""

    answer: str
    form: str | None = None


@dataclass(frozen=True)
class Service:
    """A service that was shown, by its record's id; `miles` from the place that was asked for, where there was one."""

    id: str
    name: str
    miles: float | None = None


@dataclass(frozen=True)
class Services:
    """The search that was made last, as JSON, and what it showed from `offset` on.

    `turns`: how many turns ago; `about`: the id of the one that was spoken about last.
    """

    search: str | None = None
    offset: int = 0
    shown: tuple[Service, ...] = ()
    turns: int = 0
    about: str | None = None

    def names(self) -> list[str]:
        """Return the names of the services shown, in their order."""
        return [service.name for service in self.shown]


@dataclass(frozen=True)
class State:
    """The thread of a conversation.

    `asked` is the last message (redacted) that was about something, `answer` the id of what it was given; both are None
    after a turn about somebody's safety and within a handover, of which nothing is told on. `kinds` and `given` are those of the
    last turn that said something, `open_step` the step of a handover that waits for a reply, `failures` how many turns in a
    row ended without an answer. `asked_back`: the last turn asked which of several readings is meant.
    """

    asked: str | None = None
    answer: str | None = None
    kinds: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    open_step: str | None = None
    failures: int = 0
    asked_back: bool = False
    services: Services | None = None

    def previous(self) -> dict[str, str] | None:
        """Return what a message may follow on, as Rasa is told it, or None."""
        if self.asked is None:
            return None
        return {"message": self.asked, **({"answer": self.answer} if self.answer else {})}

    def as_json(self) -> dict[str, Any]:
        """Return what `state_from_json` reads."""
        return {"version": VERSION, **asdict(self)}

    def after(self, asked: str, customs: Sequence[Mapping[str, Any]], told: Told) -> State:
        """Return the state after a turn: what was asked (redacted), the `custom` parts of the replies, and what came with them."""
        if told.starts_again:
            return State()
        kinds = tuple(str(custom.get("kind")) for custom in customs)
        given = tuple(
            Given(_ident(str(custom["answer"])), custom.get("form"))
            for custom in customs
            if custom.get("kind") == "answer" and custom.get("answer")
        )
        said = set(kinds)
        state = replace(self, asked_back=told.asked_back, services=self._services_after(customs, told))
        if said != {"error"}:
            state = replace(state, open_step=_last_step(customs))
        if said != {"smalltalk"}:
            state = replace(state, failures=self.failures + 1 if said <= FAILURES else 0)
        if "safeguarding" in said or _is_in_handover(customs):
            state = replace(state, asked=None, answer=None)
        elif not said <= NOTHING_SAID:
            state = replace(state, asked=asked, answer=given[-1].answer if given else None)
        if not said <= NOTHING_SAID:
            state = replace(state, kinds=kinds, given=given)
        return state

    def _services_after(self, customs: Sequence[Mapping[str, Any]], told: Told) -> Services | None:
        """A search is remembered for three turns, so that asking and searching may mix."""
        before = self.services
        about = next((custom for custom in reversed(customs) if custom.get("kind") in ("records", "no_records")), None)
        if about is None:
            if before is None or before.turns + 1 >= REMEMBERED_TURNS:
                return None
            return replace(before, turns=before.turns + 1)
        records = [
            Service(str(record["id"]), str(record["name"]), record.get("distance_miles"))
            for record in about.get("records") or []
            if record.get("id") and record.get("name")  # else nothing more can be told of it
        ]
        if told.search is not None:
            return Services(told.search, told.offset, tuple(records))
        if before is None or len(records) > 1:
            return Services(shown=tuple(records))
        # Without a new search: one of those shown was spoken about, or there are no more of them.
        return replace(before, turns=0, about=records[0].id if len(records) == 1 else before.about)


@dataclass(frozen=True)
class Told:
    """What replies tell the state beside what they say.

    The search behind the services shown, and from which of them on; that they ask which of several readings is meant; and
    that everything starts again.
    """

    search: str | None = None
    offset: int = 0
    asked_back: bool = False
    starts_again: bool = False


_STATE = TypeAdapter(State)


def state_from_json(kept: Mapping[str, Any] | None) -> State:
    """Return a state that was kept; an empty one where none was, or it is of a version that is not known."""
    if not kept or kept.get("version") != VERSION:
        return State()
    try:
        return _STATE.validate_python({name: value for name, value in kept.items() if name != "version"})
    except ValidationError:
        return State()


def _ident(name: str) -> str:
    return name.partition("/")[2]


def _last_step(customs: Sequence[Mapping[str, Any]]) -> str | None:
    return next((str(custom["step"]) for custom in reversed(customs) if custom.get("step")), None)


def _is_in_handover(customs: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a handover was begun, went on or ended here; its offer is none."""
    return any(custom.get("kind") == "handoff" and custom.get("step") != OFFERED for custom in customs)
