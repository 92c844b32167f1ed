"""What people do with the page, in a real browser, on a screen and on a phone."""

from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from bench.browser import serving
from tests.browser_page import SLOW, main_part, open_page, wait_until_idle
from training.world.render import draw
from training.world.scene import Actor, Scene

pytestmark = [pytest.mark.slow, pytest.mark.chromium, pytest.mark.timeout(300)]
SETTLED = 600  # milliseconds: a button that was clicked changes its colour slowly, and is hard to read meanwhile


def _ask(page: Any, question: str) -> None:
    box = page.locator("textarea").first
    box.wait_for(timeout=SLOW)
    box.fill(question)
    box.press("Enter")


def _play_buttons(page: Any) -> Any:
    return page.locator("[class*='-play'] button:visible")


def _play_start(page: Any) -> float:
    """Returns the second at which the player began."""
    video = page.locator("video").first
    video.wait_for(timeout=SLOW)
    return float(
        video.evaluate(
            """video => new Promise(done => {
                const look = () => video.readyState >= 2 && video.played.length
                    ? (video.pause(), done(video.played.start(0))) : setTimeout(look, 20);
                look();
            })"""
        )
    )


def _assert_fits(page: Any) -> None:
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing to scroll sideways"
    assert [url for url in page.foreign if not url.startswith(("data:", "blob:"))] == [], "nothing from elsewhere"


def _seconds(clock: str) -> int:
    minutes, seconds = clock.split(":")
    return int(minutes) * 60 + int(seconds)


def test_ask_and_play(browser, address: str, size: dict[str, int], shot) -> None:
    page = open_page(browser, address, size)
    example = main_part(page).get_by_role("button", name="When does a bus appear?")
    example.wait_for(timeout=SLOW)
    shot(page, "first")
    example.click(timeout=SLOW)
    _play_buttons(page).first.wait_for(timeout=SLOW)
    pictures = page.locator("[class*='-card-'] img")
    page.wait_for_function("image => image.naturalWidth > 0", arg=pictures.first.element_handle(), timeout=SLOW)
    assert "Keyframe of morning-street" in pictures.first.get_attribute("alt")
    wanted = _seconds(_play_buttons(page).first.inner_text().split()[-1])
    _play_buttons(page).first.click()
    assert abs(_play_start(page) - wanted) <= 0.5
    page.get_by_role("link", name="Open this moment").first.wait_for(timeout=SLOW)
    shot(page, "play")
    _assert_fits(page)
    page.close()


def test_an_event_sequence_is_found_and_edited(browser, address: str, size: dict[str, int], shot) -> None:
    page = open_page(browser, address, size)
    _ask(page, "first a white dog runs by, then a blue bus stops")
    page.locator("[class*='-event-1-play'] button:visible").wait_for(timeout=SLOW)
    shot(page, "sequence")
    page.locator("[class*='-edit'] button:visible").first.click()
    box = page.locator("textarea").first
    page.wait_for_function("() => document.querySelector('textarea').value.startsWith('first a white dog')")
    box.fill("without the dog")
    box.press("Enter")
    page.locator("[class*='-1-0-event-0-play'] button:visible").wait_for(timeout=SLOW)
    assert page.locator("[class*='-1-0-event-1-play']").count() == 0, "one event is left"
    shot(page, "edited")
    _assert_fits(page)
    page.close()


def _film(path: Path) -> Path:
    """Writes four seconds of a street with a red car, in a container that browsers do not play."""
    scene = Scene("street", "day", "clear", None, (Actor("red", "car", 190, "mid", "right"),), 3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        frame = av.VideoFrame.from_image(draw(scene, width=640))
        for _ in range(40):
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_upload_index_ask(browser, tmp_path: Path, size: dict[str, int], shot) -> None:
    source = _film(tmp_path / "Xe đỏ.mkv")
    with serving(tmp_path / "library") as address:
        page = open_page(browser, address, size, "/library")
        page.locator("input[type=file]").set_input_files(str(source), timeout=SLOW)
        page.get_by_text("Xe đỏ.mkv: ready").wait_for(timeout=SLOW)
        shot(page, "library")
        _assert_fits(page)
        page.locator("[class*='st-key-ask-xe-do'] button:visible").click(timeout=SLOW)
        _ask(page, "When does a car appear?")
        _play_buttons(page).first.click(timeout=SLOW)
        page.get_by_text("a clip converted for this browser").wait_for(timeout=SLOW)
        page.locator("video").first.wait_for(timeout=SLOW)
        shot(page, "uploaded")
        page.close()


def test_a_question_with_two_readings_and_pins(browser, address: str, size: dict[str, int], shot) -> None:
    page = open_page(browser, address, size)
    _ask(page, "What colour is the car?")
    choices = page.locator("[class*='-choice-'] button:visible")
    choices.first.wait_for(timeout=SLOW)
    assert page.get_by_text("Which one do you mean?").count() == 1
    shot(page, "choices")
    page.locator("[class*='-card-0-pin'] button:visible").first.click()
    page.locator("[class*='st-key-pinned-']").first.wait_for(timeout=SLOW)
    page.locator("[class*='-card-1-more'] button:visible").first.click()
    page.get_by_role("button", name="Not this").click()
    page.locator("[class*='st-key-rejected-']").first.wait_for(timeout=SLOW)
    shot(page, "pins")
    page.keyboard.press("Escape")
    asked = choices.first.inner_text().split("\n")[-1]
    choices.first.click()
    page.get_by_test_id("stChatMessage").nth(3).wait_for(timeout=SLOW)
    assert asked in page.get_by_test_id("stChatMessage").nth(2).inner_text()
    _assert_fits(page)
    page.close()


def test_vietnamese_from_start_to_end_with_voice(browser, address: str, size: dict[str, int], shot) -> None:
    page = open_page(browser, address, size, locale="vi-VN")
    page.get_by_role("heading", name="Hỏi về video của bạn").wait_for(timeout=SLOW)
    main_part(page).get_by_role("button", name="Khi nào xe buýt xuất hiện?").click(timeout=SLOW)
    _play_buttons(page).first.wait_for(timeout=SLOW)
    assert page.get_by_text("Thấy lúc").count() >= 1
    page.get_by_role("button", name="Đọc to", exact=True).first.click()
    spoken = page.locator("video").first
    spoken.wait_for(timeout=SLOW)
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3", timeout=SLOW)
    page.get_by_text("Lời đọc").first.wait_for()
    shot(page, "tieng-viet")
    _assert_fits(page)
    page.close()


def test_a_moment_is_walked_by_keys_and_taken_along(browser, address: str, size: dict[str, int], shot) -> None:
    page = open_page(browser, address, size)
    _ask(page, "When does a bus appear?")
    _play_buttons(page).first.click(timeout=SLOW)
    where = page.get_by_role("link", name="Open this moment").first
    where.wait_for(timeout=SLOW)
    page.goto(where.evaluate("link => link.href"))
    heading = page.get_by_role("heading", name="morning-street").first
    heading.wait_for(timeout=SLOW)
    start = _seconds(heading.inner_text().split()[-1])
    for key, way in (("l", 1), ("l", 1), ("j", -1)):
        # Keys are heard once their buttons are drawn and the page has come to rest.
        page.locator("[class*='st-key-frame_after'] button:visible").wait_for(timeout=SLOW)
        wait_until_idle(page)
        before = heading.inner_text()
        page.locator("body").press(key)
        page.wait_for_function(
            "([h, was]) => h.innerText !== was", arg=[heading.element_handle(), before], timeout=SLOW
        )
        assert (_seconds(heading.inner_text().split()[-1]) - _seconds(before.split()[-1])) * way > 0
    assert _seconds(heading.inner_text().split()[-1]) > start
    wait_until_idle(page)
    page.get_by_role("button", name="Share and save").click()
    shot(page, "take-along")
    with page.expect_download(timeout=SLOW) as cut:
        page.get_by_role("button", name="Clip,").click()
    with av.open(str(cut.value.path())) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert 10 <= float(film.duration / av.time_base) <= 14, "two seconds before and ten after"
    with page.expect_download(timeout=SLOW) as picture:
        page.get_by_role("button", name="Picture (PNG)").click()
    with Image.open(picture.value.path()) as image:
        assert (image.format, image.size) == ("PNG", (640, 360))
    _assert_fits(page)
    page.close()


def test_two_browsers_do_not_mix_their_conversations(browser, address: str, size: dict[str, int]) -> None:
    # Each has its own cookies and storage.
    first, second = open_page(browser, address, size), open_page(browser, address, size)
    _ask(first, "When does a bus appear?")
    _ask(second, "Is it raining?")
    asked = ((first, "When does a bus", "Is it raining"), (second, "Is it raining", "When does a bus"))
    for page, question, other in asked:
        page.locator("[class*='-0-speak'] button:visible").wait_for(timeout=SLOW)
        messages = page.get_by_test_id("stChatMessage").all_inner_texts()
        assert len(messages) == 2
        assert question in messages[0]
        assert other not in " ".join(messages)
    assert first.url != second.url
    first.close()
    second.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(browser, address: str, size: dict[str, int], scheme: str, shot) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(browser, address, size, color_scheme=scheme)
    _ask(page, "When does a bus appear?")
    _play_buttons(page).first.click(timeout=SLOW)
    page.locator("video").first.wait_for(timeout=SLOW)
    wait_until_idle(page)
    page.wait_for_timeout(SETTLED)
    faults = _faults(Axe(), page)
    for path, sign in (
        ("/search?q=a+red+car", "[class*='-play'] button:visible"),
        ("/library", "[class*='st-key-poster-'] img"),
        ("/settings", "h1"),
        ("/guide", "[class*='st-key-guide-'] button"),
    ):
        page.goto(address + path)
        page.locator(sign).first.wait_for(timeout=SLOW)
        page.wait_for_timeout(SETTLED)
        shot(page, f"{path.split('?')[0].strip('/')}-{scheme}")
        faults += _faults(Axe(), page)
    assert faults == []
    page.close()


def _faults(axe: Any, page: Any) -> list[str]:
    """Returns the serious violations that axe reports for a page, each with elements that show it."""
    violations = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url}: {violation['id']}: {[node['html'][:200] for node in violation['nodes'][:3]]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ]
