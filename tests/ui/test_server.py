import socket

from ui.server import command, free_port


def test_a_taken_port_is_passed_over() -> None:
    first = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        taken.listen()
        assert free_port() > first


def test_the_page_stays_on_loopback_and_sends_nothing_home() -> None:
    words = command(8600)
    assert words[words.index("--server.address") + 1] == "127.0.0.1"
    assert words[words.index("--browser.gatherUsageStats") + 1] == "false"
    assert words[words.index("--server.headless") + 1] == "true"
