import json
import socket

import pytest

from tools.errors import VideoAssistantError
from ui.login import PASSWORD
from ui.server import find_free_port, run, streamlit_command


def test_a_taken_port_is_passed_over() -> None:
    first = find_free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        taken.listen()
        assert find_free_port() > first


def test_the_page_stays_on_loopback_and_sends_nothing_home() -> None:
    words = streamlit_command(8600)
    assert words[words.index("--server.address") + 1] == "127.0.0.1"
    assert words[words.index("--browser.gatherUsageStats") + 1] == "false"
    assert words[words.index("--server.headless") + 1] == "true"


def test_headings_get_smaller_by_level() -> None:
    words = streamlit_command(8600)
    assert words.count("--theme.headingFontSizes") == 1, "of several, Streamlit takes the last for every heading"
    sizes = json.loads(words[words.index("--theme.headingFontSizes") + 1])
    assert len(sizes) == 6
    assert float(sizes[0].removesuffix("rem")) > float(sizes[1].removesuffix("rem")) > 1


def test_nobody_else_gets_in_without_a_password(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(VideoAssistantError, match=PASSWORD):
        run(tmp_path, "pocket", address="0.0.0.0")
    shared = streamlit_command(8600, "0.0.0.0")
    assert shared[shared.index("--server.address") + 1] == "0.0.0.0"
    words = streamlit_command(8600)
    hosts = [words[place + 1] for place, word in enumerate(words) if word == "--server.allowedHosts"]
    assert hosts == ["127.0.0.1", "localhost"]
