"""The page in a real browser, on a screen and on a phone."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.server import command

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def address(demo_library: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "VIDEO_ASSISTANT_LIBRARY": str(demo_library),
        "VIDEO_ASSISTANT_ONLINE_VOICE": "false",
    }
    server = subprocess.Popen(command(port), env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/_stcore/health")
                break
            except urllib.error.URLError:
                assert server.poll() is None, "the page's process ended"
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)
        yield opened
        opened.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_an_example_leads_to_a_player_at_its_moment(browser, address: str, width: int, height: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    foreign = []
    page.on("request", lambda request: foreign.append(request.url) if "127.0.0.1" not in request.url else None)
    page.goto(address)
    main = page.get_by_test_id("stMainBlockContainer")
    main.get_by_role("button", name="When does a bus appear?").click(timeout=90_000)
    cards = main.locator("[class*='-card-'] button")
    cards.first.wait_for(timeout=120_000)
    assert main.locator("img").first.evaluate("image => image.complete && image.naturalWidth > 0")
    label = cards.first.inner_text().split()[-1]
    minutes, seconds = label.split(":")
    wanted = int(minutes) * 60 + int(seconds)
    cards.first.click()
    video = main.locator("video")
    video.wait_for(timeout=60_000)
    # It plays at once: the first time it reports is where it began.
    started = video.evaluate(
        """video => new Promise(done => {
            const look = () => video.readyState >= 2 ? (video.pause(), done(video.currentTime)) : setTimeout(look, 20);
            look();
        })"""
    )
    played = video.evaluate("video => video.played.length ? video.played.start(0) : video.currentTime")
    assert abs(played - wanted) <= 0.5, (played, started, wanted)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing to scroll sideways"
    assert [url for url in foreign if not url.startswith(("data:", "blob:"))] == []
    page.close()
