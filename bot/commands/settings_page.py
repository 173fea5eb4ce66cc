"""docs/settings.md: every setting with what it means, its usual value and its bounds, from `bot.settings`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic.fields import FieldInfo

from bot.paths import ROOT, VAR
from bot.setting_problems import bounds_of, variable_of
from bot.settings import Settings

DOCUMENT = ROOT / "docs" / "settings.md"

# Read by `bot.paths` and set-up, before there are settings.
_PLACES = {
    "GUIDE_VAR_DIR": "folder of all that the guide makes and keeps on its disk; `var` beside the code",
    "GUIDE_ENCODER_DIR": "folder of the sentence encoder; `encoder` in that folder",
    "GUIDE_SMALL_ENCODER_DIR": "folder of the directory's smaller encoder; `small-encoder` in that folder",
    "GUIDE_PLACES_FILE": "file of postcodes and places; `places.db` in that folder",
}


def settings_page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Written by `python -m bot reference settings --write` from `bot/settings.py`."
    yield ""
    yield "Each is an environment variable. The guide reads them when it starts. A value that cannot be used, or a misspelt"
    yield "name, is refused in a sentence that says what to write. Names that end in `_S` are in seconds."
    yield ""
    yield "| setting | what it is | usual value | may be |"
    yield "|---|---|---|---|"
    for name, field in Settings.model_fields.items():
        yield f"| `{variable_of(name)}` | {field.description} | {_usual(field)} | {_may_be(field)} |"
    yield ""
    yield "## Where things lie"
    yield ""
    yield "These are read before the settings, and are for machines that keep code and data apart."
    yield ""
    yield "| variable | what it is |"
    yield "|---|---|"
    for variable, words in _PLACES.items():
        yield f"| `{variable}` | {words} |"


def _usual(field: FieldInfo) -> str:
    value: Any = field.default
    if value == "":
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f"`{text.replace(str(VAR), 'var').replace(f'{ROOT}/', '')}`"


def _may_be(field: FieldInfo) -> str:
    if field.annotation is bool:
        return "`true` or `false`"
    choices = [f"`{choice}`" for choice in get_args(field.annotation) if isinstance(choice, str)]
    if choices:
        return ", ".join(choices)
    least, most = bounds_of(field)
    if least is None or most is None:
        return "a text"
    return f"{'' if field.annotation is int else 'any number '}{least:g} to {most:,g}".strip()
