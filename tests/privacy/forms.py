"""The sentences that measure redaction: read from a file, and compared with what is left of them.

`python -m tests.privacy.forms` prints the figures of both files; with the name of a file also what was missed there.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bot.privacy.names import redact_names
from bot.privacy.redaction import redact

HERE = Path(__file__).parent
FILES = {"mended against": HERE / "forms_mended.txt", "held back": HERE / "forms_held.txt"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|n)")
_MARKED = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDER = re.compile(r"\[[^\]]* removed\]")
# What is left of "the third of May" may be "the".
_LITTLE_WORDS = {"the"}
# Single digits count too: they may be typed apart.
_PIECE = re.compile(r"\d|[^\W\d]+")


@dataclass(frozen=True)
class Sentence:
    """A sentence with the personal details that must go; none where `kind` is "harmless"."""

    kind: str
    text: str
    details: tuple[str, ...]
    rest: str


@dataclass
class Measured:
    """How many details were found, of how many; and what was left, lost beside them, or spoilt without any."""

    found: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)
    harmless: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
    too_much: list[tuple[str, str]] = field(default_factory=list)
    spoilt: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of details of which nothing is left."""
        return self.found.total() / self.marked.total()

    @property
    def false(self) -> float:
        """The share of harmless sentences that lost something."""
        return len(self.spoilt) / self.harmless


def sentences(file: Path) -> list[Sentence]:
    """Read "kind | text with {details} marked", one a line; `\\u200b` and `\\n` stand for the characters."""
    read = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        kind, marked = line.split(" | ", 1)
        marked = _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else "\n", marked)
        details = tuple(_MARKED.findall(marked))
        read.append(Sentence(kind, marked.replace("{", "").replace("}", ""), details, _MARKED.sub(" ", marked)))
    return read


def measure(file: Path, as_staff_read: bool = False) -> Measured:
    """Redact every sentence and compare. Names go only from what staff read, as `as_staff_read` measures it."""
    result = Measured()
    for sentence in sentences(file):
        names_too = as_staff_read or sentence.kind == "name"
        text = redact(sentence.text).text
        text = redact_names(text).text if names_too else text
        if sentence.kind == "harmless":
            result.harmless += 1
            if text != sentence.text:
                result.spoilt.append((sentence.text, text))
            continue
        kept, outside = _pieces(_PLACEHOLDER.sub(" ", text)), _pieces(sentence.rest)
        more = kept - outside
        for detail in sentence.details:
            result.marked[sentence.kind] += 1
            if (more & _pieces(detail)).keys() - _LITTLE_WORDS:
                result.left.append((sentence.text, text))
            else:
                result.found[sentence.kind] += 1
        if (outside - kept).keys() - _LITTLE_WORDS:
            result.too_much.append((sentence.text, text))
    return result


def _pieces(text: str) -> Counter[str]:
    return Counter(_PIECE.findall(text.lower()))


def main() -> None:
    """Print the figures, and the sentences of the file named."""
    for name, file in FILES.items():
        chat, staff = measure(file), measure(file, as_staff_read=True)
        print(f"{name}: {chat.found.total()} of {chat.marked.total()} details ({chat.recall:.1%}) are taken out;")
        print("  " + ", ".join(f"{kind} {chat.found[kind]} of {number}" for kind, number in chat.marked.items()))
        print(f"  beside {len(chat.too_much)} sentences lose a word more than the detail")
        for where, result in (("the chat", chat), ("what staff read", staff)):
            print(f"  of {result.harmless} harmless sentences {len(result.spoilt)} lose something in {where}")
        if file.name in sys.argv[1:]:
            for title in ("left", "too_much", "spoilt"):
                print(title, *(f"\n  {before!r} -> {after!r}" for before, after in getattr(chat, title)))


if __name__ == "__main__":
    main()
