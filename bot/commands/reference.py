"""`reference api` and `reference settings`: pages of docs/ that are written from the code, so that they cannot drift from it."""

from __future__ import annotations


def reference(page: str, write: bool) -> int:
    """Print the page "api" or "settings"; with `write`, put it into docs/ as well. Returns 0."""
    if page == "api":
        from bot.commands import api_page

        document, text = api_page.DOCUMENT, api_page.api_page(api_page.described())
    else:
        from bot.commands import settings_page

        document, text = settings_page.DOCUMENT, settings_page.settings_page()
    if write:
        document.write_text(text, encoding="utf-8")
    print(text)
    return 0
