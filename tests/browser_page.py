"""Opens the page in Chromium and waits for it; shared by all browser tests."""

from typing import Any

SLOW = 60_000  # milliseconds: a busy machine loads the models for the first question


def open_page(browser: Any, address: str, size: dict[str, int], path: str = "/", **options: Any) -> Any:
    """Returns the page when its main part is there; `page.foreign` collects the addresses asked of other hosts."""
    page = browser.new_page(viewport=size, **options)
    page.foreign = []
    page.on("request", lambda request: page.foreign.append(request.url) if address not in request.url else None)
    page.goto(address + path)
    main_part(page).wait_for(timeout=SLOW)
    return page


def main_part(page: Any) -> Any:
    """Returns the page without its side bar, whose list of conversations repeats the questions."""
    return page.get_by_test_id("stMainBlockContainer")


def wait_until_idle(page: Any) -> None:
    """Waits until the page's script has ended; only then are the files of its last run offered for download."""
    page.locator("[data-test-script-state='notRunning']").wait_for(timeout=SLOW)
