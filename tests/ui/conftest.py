"""A browser, a page over a library with the first demo clip, and screenshots of what the tests see."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.browser import chromium, serving
from tests.browser_page import wait_until_idle


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(demo_library: Path) -> Iterator[str]:
    with serving(demo_library) as address:
        yield address


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["screen", "phone"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    width, height = request.param
    return {"width": width, "height": height}


@pytest.fixture
def shot(request: pytest.FixtureRequest, tmp_path: Path):
    """Saves screenshots to the folder of `--screenshots`, else to the test's own folder."""
    chosen = request.config.getoption("--screenshots")
    folder = Path(chosen) if chosen else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Any, name: str) -> None:
        wait_until_idle(page)
        page.screenshot(path=str(folder / f"{name}-{page.viewport_size['width']}.png"))

    return take
