"""What an attack is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.evaluation.attack.guide.target import Target


@dataclass(frozen=True)
class Outcome:
    """Whether the guide held, and the figures that show it."""

    held: bool
    figures: str


@dataclass(frozen=True)
class Attack:
    """One attack.

    `inside`: it needs the processes or files of the guide, so it cannot be made at one given by its address. `alone`: it
    starts what it needs and leaves the guide in peace.
    """

    subject: str
    name: str
    tries: str
    must: str
    inside: bool
    alone: bool
    run: Callable[[Target], Outcome]


@dataclass(frozen=True)
class Row:
    """An attack with its outcome; `outcome` None: it could not be made at this guide."""

    attack: Attack
    outcome: Outcome | None


ATTACKS: list[Attack] = []


def attack(
    subject: str, name: str, tries: str, must: str, inside: bool = False, alone: bool = False
) -> Callable[[Callable[[Target], Outcome]], Callable[[Target], Outcome]]:
    """Enter a function in the list of attacks. Raises ValueError for a name that is taken."""

    def enter(run: Callable[[Target], Outcome]) -> Callable[[Target], Outcome]:
        if any(each.name == name for each in ATTACKS):
            raise ValueError(f"two attacks are named {name}")
        ATTACKS.append(Attack(subject, name, tries, must, inside, alone, run))
        return run

    return enter
