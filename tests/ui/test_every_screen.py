"""Every screen in a real browser, in both languages, all of it unfolded: none shows an exception."""

from pathlib import Path
from typing import Any, get_args

import pytest

from assistant.session import open_session
from bench.browser import serving
from tests.browser_page import SLOW, main_part, open_page, wait_until_idle
from ui.texts import TEXTS, Language, text

pytestmark = pytest.mark.slow

SCREENS = [key.removeprefix("page_") for key in TEXTS if key.startswith("page_")]
HEADINGS = {"chat": "steps", "search": "search"}
"""Texts by which a screen is recognised, where its heading is not its name."""
FOLDED = "[data-testid='stExpander'] details:not([open]) > summary:visible"
POPOVERS = "[data-testid='stPopoverButton']:visible"


@pytest.mark.chromium
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("screen", SCREENS)
def test_no_screen_shows_an_exception(
    browser: Any, address: str, demo_library: Path, screen: str, language: Language, shot: Any
) -> None:
    locale = {"en": "en-GB", "vi": "vi-VN"}[language]
    page = open_page(browser, address, {"width": 1280, "height": 900}, _path(screen, demo_library), locale=locale)
    wait_until_idle(page)
    if screen == "chat":
        _answer(page, language)
    _unfold(page)
    shot(page, f"all-of-{screen}-{language}")
    assert page.get_by_test_id("stException").all_inner_texts() == []
    heading = "morning-street" if screen == "moment" else text(HEADINGS.get(screen, f"page_{screen}"), language)
    assert heading in main_part(page).inner_text()
    page.close()


def _path(screen: str, library: Path) -> str:
    where = "" if screen == "chat" else screen
    return f"/{where}" + {"search": "?q=a+red+car", "moment": f"?video={_video_id(library)}&at=25"}.get(screen, "")


def _video_id(library: Path) -> str:
    session = open_session(library)
    (video,) = session.library.videos()
    session.close()
    return video.video_id


def _answer(page: Any, language: Language) -> None:
    """Asks something, so that there is a reply to unfold."""
    box = page.locator("textarea").first
    box.fill("When does a bus appear?" if language == "en" else "Khi nào xe buýt xuất hiện?")
    box.press("Enter")
    page.locator("[class*='-0-speak'] button:visible").wait_for(timeout=SLOW)
    wait_until_idle(page)


def _unfold(page: Any) -> None:
    """Opens every expander and stays with them open; opens every popover in turn."""
    while page.locator(FOLDED).count():
        page.locator(FOLDED).first.click()
        wait_until_idle(page)
    for number in range(page.locator(POPOVERS).count()):
        page.locator(POPOVERS).nth(number).click()
        wait_until_idle(page)
        assert page.get_by_test_id("stException").all_inner_texts() == []
        page.keyboard.press("Escape")


@pytest.mark.chromium
def test_an_exception_of_the_page_is_logged(browser: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(tmp_path / "library", {"VIDEO_ASSISTANT_PROFILE": "unheard-of"}) as address:
        page = open_page(browser, address, {"width": 1280, "height": 900})
        page.get_by_test_id("stException").first.wait_for(timeout=SLOW)
        assert "unheard-of" not in main_part(page).inner_text(), "the page itself shows nobody the details"
        page.close()
    logged = capfd.readouterr().err
    assert "Traceback" in logged
    assert "unheard-of" in logged
