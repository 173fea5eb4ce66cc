"""The council's name, logo and colours (`knowledge/theme.yml`), checked for contrast before any page is served."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
TEXT_RATIO = 4.5
SHAPE_RATIO = 3.0
LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


class ThemeRefused(ValueError):
    """The theme cannot be used; the message says what to change."""


class Palette(BaseModel):
    """The colours of one scheme; knowledge/theme.yml says what each is for."""

    model_config = ConfigDict(extra="forbid")

    page: Colour
    soft: Colour
    own: Colour
    field: Colour
    text: Colour
    quiet_text: Colour
    line: Colour
    faint_line: Colour
    brand: Colour
    on_brand: Colour
    link: Colour
    link_hover: Colour
    link_visited: Colour
    focus: Colour
    on_focus: Colour
    error: Colour
    danger: Colour
    on_danger: Colour
    success: Colour
    on_success: Colour
    warning: Colour
    on_warning: Colour
    warning_line: Colour


class Theme(BaseModel):
    """How the pages look, as knowledge/theme.yml says."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    logo: str | None = None
    logo_text: str = ""
    light: Palette
    dark: Palette


# What is written or drawn upon what: (above, below, the ratio it needs).
_PAIRS: list[tuple[str, str, float]] = [
    *(("text", below, TEXT_RATIO) for below in ("page", "soft", "own", "field")),
    *(
        (above, below, TEXT_RATIO)
        for above in ("quiet_text", "link", "link_hover", "error")
        for below in ("page", "soft")
    ),
    ("link_visited", "page", TEXT_RATIO),
    ("link_visited", "soft", TEXT_RATIO),
    ("on_brand", "brand", TEXT_RATIO),
    ("on_focus", "focus", TEXT_RATIO),
    ("on_danger", "danger", TEXT_RATIO),
    ("on_success", "success", TEXT_RATIO),
    ("on_warning", "warning", TEXT_RATIO),
    ("line", "page", SHAPE_RATIO),
    ("line", "soft", SHAPE_RATIO),
    ("line", "field", SHAPE_RATIO),
    ("warning_line", "page", SHAPE_RATIO),
]

# Each colour under the names that govuk-frontend and our own stylesheets use.
_PROPERTIES: dict[str, tuple[str, ...]] = {
    "page": ("govuk-body-background",),
    "soft": ("govuk-surface-background", "govuk-template-background"),
    "own": ("guide-own",),
    "field": ("guide-field",),
    "text": ("govuk-text", "govuk-surface-text", "govuk-input-border", "govuk-link-active"),
    "quiet_text": ("govuk-secondary-text",),
    "line": ("guide-line",),
    "faint_line": ("govuk-border", "govuk-hover", "govuk-surface-border"),
    "brand": ("govuk-brand",),
    "on_brand": ("guide-on-brand",),
    "link": ("govuk-link",),
    "link_hover": ("govuk-link-hover",),
    "link_visited": ("govuk-link-visited",),
    "focus": ("govuk-focus",),
    "on_focus": ("govuk-focus-text",),
    "error": ("govuk-error",),
    "danger": ("guide-danger-back",),
    "on_danger": ("guide-on-danger",),
    "success": ("govuk-success",),
    "on_success": ("guide-on-success",),
    "warning": ("guide-warning-back",),
    "on_warning": ("guide-warning-text",),
    "warning_line": ("guide-warning-line",),
}


def load_theme(file: Path) -> Theme:
    """Read a theme; raise ThemeRefused naming what is wrong: a field, the logo, or a pair of colours and its ratio."""
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        theme = Theme.model_validate(content)
    except OSError as error:
        raise ThemeRefused(f"{file}: cannot be read ({type(error).__name__})") from error
    except yaml.YAMLError as error:
        raise ThemeRefused(f"{file}: is not YAML: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors())
        raise ThemeRefused(f"{file}: {wrong}") from error
    if theme.logo and not (
        re.fullmatch(r"[\w.-]+", theme.logo)
        and Path(theme.logo).suffix in LOGO_TYPES
        and file.with_name(theme.logo).is_file()
    ):
        raise ThemeRefused(f"{file}: logo: {theme.logo!r} is no SVG or PNG file beside the theme")
    problems = contrast_problems(theme)
    if problems:
        raise ThemeRefused("\n".join(f"{file}: {problem}" for problem in problems))
    return theme


def contrast_problems(theme: Theme) -> list[str]:
    """Return a sentence for each pair of colours that is too close, naming the pair, its ratio and the one it needs."""
    problems = []
    for scheme in ("light", "dark"):
        palette: Palette = getattr(theme, scheme)
        for above, below, needed in _PAIRS:
            ratio = contrast(getattr(palette, above), getattr(palette, below))
            if ratio < needed:
                problems.append(f"{scheme}: {above} on {below} has a contrast of {ratio:.2f}; it needs {needed:.1f}")
        # A focused control is yellow with a dark edge: one of both must stand out from the page.
        seen = max(contrast(palette.focus, palette.page), contrast(palette.on_focus, palette.page))
        if seen < SHAPE_RATIO:
            problems.append(
                f"{scheme}: focus or on_focus on page has a contrast of {seen:.2f}; it needs {SHAPE_RATIO:.1f}"
            )
    return problems


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours ("#rrggbb"), from 1 to 21, as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def theme_css(theme: Theme) -> str:
    """Return the stylesheet that sets the theme's colours: light, dark where the device asks for it, light on paper."""
    return (
        f":root{{color-scheme:light dark;{_declarations(theme.light)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_declarations(theme.dark)}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{_declarations(theme.light)}--govuk-text-colour:#000;}}}}\n"
    )


def _declarations(palette: Palette) -> str:
    return "".join(
        f"--{name}-colour:{getattr(palette, colour).lower()};"
        for colour, names in _PROPERTIES.items()
        for name in names
    )


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
