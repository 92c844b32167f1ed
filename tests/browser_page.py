"""What the browser tests share: a page opened in Chromium, and waiting for it."""

from typing import Any

SLOW = 60_000  # milliseconds: a busy machine loads the models for the first question


def open_page(browser: Any, address: str, size: dict[str, int], path: str = "/", **options: Any) -> Any:
    """A page once its main part is drawn; `page.foreign` collects requests to other hosts."""
    page = browser.new_page(viewport=size, **options)
    page.foreign = []
    page.on("request", lambda request: page.foreign.append(request.url) if address not in request.url else None)
    page.goto(address + path)
    main_part(page).wait_for(timeout=SLOW)
    return page


def main_part(page: Any) -> Any:
    """The page without its side bar, which names what was asked before."""
    return page.get_by_test_id("stMainBlockContainer")


def wait_until_idle(page: Any) -> None:
    """Waits until the script has run to its end: a file offered by an earlier run is forgotten then."""
    page.locator("[data-test-script-state='notRunning']").wait_for(timeout=SLOW)
