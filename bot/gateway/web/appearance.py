"""What the pages look like and load: the static files, the theme's stylesheet and logo, and the embed script with its words."""

from __future__ import annotations

import json
from pathlib import Path

from bot.gateway.web.assets import Assets
from bot.gateway.web.theme import LOGO_TYPES, Theme, load_theme, theme_css
from bot.guidance.wording import wordings

_STATIC = Path(__file__).parents[1] / "static"
_PLACE_OF_DEFAULTS = b"/* defaults */ {}"


def published(theme_file: Path) -> tuple[Theme, Assets]:
    """Return the theme and everything that pages load beside themselves; raise ThemeRefused for a theme that fails."""
    theme = load_theme(theme_file)
    assets = Assets(_STATIC)
    assets.publish("/theme.css", theme_css(theme).encode(), "text/css")
    if theme.logo:
        logo = theme_file.with_name(theme.logo)
        assets.publish("/theme-logo", logo.read_bytes(), LOGO_TYPES[logo.suffix])
    defaults = json.dumps({**wordings("embed"), "colour": theme.light.brand})
    script = (_STATIC / "embed.js").read_bytes().replace(_PLACE_OF_DEFAULTS, defaults.encode())
    assets.publish("/embed.js", script, "text/javascript")
    return theme, assets
