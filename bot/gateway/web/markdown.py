"""Answers' Markdown (paragraphs and lists) as safe HTML."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_TAGS = {"p", "ul", "ol", "li", "br", "strong"}
_renderer = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable("list")


# A page without JavaScript shows the whole conversation again at each turn, and most of its texts are reviewed ones.
@lru_cache(maxsize=1024)
def to_html(text: str) -> Markup:
    """Return `text` as HTML of paragraphs, lists and strong words alone; anything else is shown as the characters it is."""
    return Markup(nh3.clean(_renderer.render(text), tags=_TAGS, attributes={}))
