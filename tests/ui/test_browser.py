"""The page in a real browser, on a screen and on a phone."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import pytest

from training.world.render import draw
from training.world.scene import Actor, Scene
from ui.server import command

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(300)]


@contextmanager
def _serve(library: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "VIDEO_ASSISTANT_LIBRARY": str(library),
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
def address(demo_library: Path) -> Iterator[str]:
    with _serve(demo_library) as address:
        yield address


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


def test_an_uploaded_file_is_indexed_and_played_as_a_cut(browser, tmp_path: Path) -> None:
    source = tmp_path / "Xe đỏ.mkv"  # browsers do not play it
    scene = Scene("street", "day", "clear", None, (Actor("red", "car", 190, "mid", "right"),), 3)
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        frame = av.VideoFrame.from_image(draw(scene, width=640))
        for _ in range(40):
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    with _serve(tmp_path / "library") as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        page.get_by_text("Add videos", exact=True).click(timeout=90_000)
        page.locator("input[type=file]").set_input_files(str(source))
        page.get_by_text("Xe đỏ.mkv: ready").wait_for(timeout=180_000)
        page.get_by_text("xe-do", exact=False).first.wait_for(timeout=30_000)
        page.locator("textarea").first.fill("When does a car appear?")
        page.keyboard.press("Enter")
        main = page.get_by_test_id("stMainBlockContainer")
        main.locator("[class*='-card-'] button").first.click(timeout=120_000)
        main.locator("video").wait_for(timeout=60_000)
        page.get_by_text("a cut made for this browser").wait_for(timeout=30_000)
        page.close()
