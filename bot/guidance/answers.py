"""The answers: one file each, `knowledge/answers/<topic>/<id>.md`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.paths import ANSWERS

AUDIENCES = ("parent", "professional")
_FRONT_MATTER = re.compile(r"\A---\n(?P<matter>.*?)\n---\n(?P<text>.*)\Z", re.S)
_REQUIRED = ("title", "question", "situation", "audience", "sources", "reviewed")
_OPTIONAL = ("links", "related", "professional", "simpler", "more", "checked", "checked_forms")
FORMS = ("simpler", "more")


class BadAnswerFile(ValueError):
    """An answer file cannot be read; the message names the file, the line and what to mend."""


@dataclass(frozen=True)
class Answer:
    """One answer. `name` is `<topic>/<id>`; texts are Markdown of paragraphs and "- " lists.

    `checked` says who compared the text with its sections (`by`, a role) and when (`on`); `checked_forms` the same of
    `simpler` and `more`.
    """

    id: str
    topic: str
    title: str
    question: str
    situation: str
    audience: tuple[str, ...]
    sources: tuple[str, ...]
    text: str
    reviewed: str
    file: Path
    links: tuple[dict[str, str], ...] = ()
    related: tuple[str, ...] = ()
    professional: str | None = None
    simpler: str | None = None
    more: str | None = None
    checked: dict[str, Any] | None = field(default=None, hash=False)
    checked_forms: dict[str, Any] | None = field(default=None, hash=False)

    @property
    def name(self) -> str:
        """The answer's name in the chat API: `<topic>/<id>`."""
        return f"{self.topic}/{self.id}"

    def text_for(self, audience: str) -> str:
        """Return the text meant for `audience`, "parent" or "professional"."""
        return self.professional if audience == "professional" and self.professional else self.text

    def told_as(self, form: str) -> str | None:
        """Return the text in another form, "simpler" or "more" (a longer one), or None where it has none."""
        return {"simpler": self.simpler, "more": self.more}.get(form)


def read_answer(file: Path) -> Answer:
    """Read one answer file; raise BadAnswerFile where it does not have the form that docs/answers.md describes."""
    match = _FRONT_MATTER.match(file.read_text(encoding="utf-8").replace("\r\n", "\n"))
    if not match:
        raise BadAnswerFile(f"{file}:1: begin with front matter between two lines of ---")
    try:
        matter: Any = yaml.safe_load(match["matter"])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadAnswerFile(f"{file}:{mark.line + 2 if mark else 1}: the front matter is not YAML: {error}") from error
    if not isinstance(matter, dict):
        raise BadAnswerFile(f"{file}:1: the front matter must be fields with values")
    missing = [name for name in _REQUIRED if not matter.get(name)]
    unknown = sorted(set(matter) - {*_REQUIRED, *_OPTIONAL})
    if missing or unknown:
        raise BadAnswerFile(f"{file}:1: missing: {', '.join(missing) or '-'}; not known: {', '.join(unknown) or '-'}")
    return Answer(
        id=file.stem,
        topic=file.parent.name,
        title=str(matter["title"]),
        question=str(matter["question"]),
        situation=str(matter["situation"]),
        audience=tuple(matter["audience"]),
        sources=tuple(matter["sources"]),
        text=match["text"].strip(),
        reviewed=str(matter["reviewed"]),
        file=file,
        links=tuple(matter.get("links") or ()),
        related=tuple(matter.get("related") or ()),
        professional=(matter.get("professional") or "").strip() or None,
        simpler=(matter.get("simpler") or "").strip() or None,
        more=(matter.get("more") or "").strip() or None,
        checked=_reading(matter.get("checked")),
        checked_forms=_reading(matter.get("checked_forms")),
    )


def _reading(record: Any) -> dict[str, Any] | None:
    """Return who read a text and when; YAML reads the key `on` as true."""
    if not isinstance(record, dict):
        return None
    return {"on" if key is True else str(key): value for key, value in record.items()}


@lru_cache
def load_answers(folder: Path = ANSWERS) -> dict[str, Answer]:
    """Return every answer below `folder` by id; raise BadAnswerFile if one cannot be read or two share an id."""
    answers: dict[str, Answer] = {}
    for file in sorted(folder.glob("*/*.md")):
        answer = read_answer(file)
        if answer.id in answers:
            raise BadAnswerFile(f"{file}:1: the id {answer.id!r} is also that of {answers[answer.id].file}")
        answers[answer.id] = answer
    return answers
