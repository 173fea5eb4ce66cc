"""Pictures of the running guide for the README: `python -m bot.evaluation.pages.screenshots` writes docs/screenshots/."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from bot.evaluation.system import running_guide
from bot.paths import ROOT

FOLDER = ROOT / "docs" / "screenshots"
PHONE = {"width": 390, "height": 844}
PLAIN_QUESTION = "who pays for extra help in school"
RECORDS_QUESTION = "is there a support group near Durham"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's chromium without a window; raise SystemExit saying what to install where it is missing."""
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("There is no chromium: install Debian's package of that name.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def take(browser: Browser, address: str) -> None:
    """Take the three pictures of the guide at `address`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = _opened(browser, address, {"width": 1100, "height": 900})
    _ask(page, PLAIN_QUESTION)
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=FOLDER / "page.png")
    page = _opened(browser, f"{address}/demo", PHONE, scale=2)
    page.get_by_role("button").first.click()
    page.frame_locator("iframe").locator("#question").wait_for()
    page.mouse.move(0, 0)
    page.screenshot(path=FOLDER / "embed-phone.png")
    page = _opened(browser, address, {"width": 800, "height": 900})
    _ask(page, RECORDS_QUESTION)
    page.locator("#new").evaluate("(new_messages) => new_messages.scrollIntoView()")
    page.screenshot(path=FOLDER / "record-cards.png")


def _opened(browser: Browser, address: str, size: dict[str, int], scale: int = 1) -> Page:
    page = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]}, device_scale_factor=scale
    ).new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def _ask(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.click(".send")
    page.locator("#new").wait_for()
    page.evaluate("document.activeElement.blur()")


def main() -> int:
    """Start the guide, take the pictures and return the exit status."""
    with running_guide() as address, chromium() as browser:
        take(browser, address)
    print(f"wrote {', '.join(sorted(file.name for file in FOLDER.glob('*.png')))} in docs/screenshots")
    return 0


if __name__ == "__main__":
    sys.exit(main())
