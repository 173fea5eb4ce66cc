"""A feed's records in a file of the system's temporary folder: a large feed takes disk, not memory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any

from bot.directory.feeds.importing import StillThere

_RECORD, _STILL_THERE = b"r", b"s"


class Spool:
    """Records in the order in which they were added: any JSON value, or StillThere. Read it through once at a time.

    The file has no name and is gone with the object.
    """

    def __init__(self) -> None:
        """Begin without records."""
        self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - it lives as long as this object
        self._count = 0
        self.has_still_there = False

    def add(self, records: Iterable[Any]) -> None:
        """Add records; raise RecursionError for one that is nested too deeply."""
        for record in records:
            if isinstance(record, StillThere):
                self.has_still_there = True
                line = _STILL_THERE + json.dumps([record.published_id, record.reason]).encode()
            else:
                line = _RECORD + json.dumps(record).encode()
            self._file.write(line + b"\n")
            self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        for line in self._file:
            value = json.loads(line[1:])
            yield StillThere(*value) if line[:1] == _STILL_THERE else value
