"""The windows and thresholds of verification are checked once, where they are made."""

import pytest

from tools.events.options import VerificationOptions


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("search_window_seconds", 0.0, "above 0 and at most inf"),
        ("chat_search_windows", -1, "above 0 and at most inf"),
        ("min_verified_probability", 1.5, "above 0 and at most 1"),
    ],
)
def test_a_value_out_of_its_range_is_named_with_what_is_allowed(name: str, value: float, allowed: str) -> None:
    with pytest.raises(ValueError, match=rf"{name} is {value:g}; it must be {allowed}"):
        VerificationOptions(**{name: value})


def test_the_chat_sees_fewer_windows_than_a_search() -> None:
    options = VerificationOptions()
    assert options.chat_search_windows < options.search_windows
    assert options.chat_step_seconds > options.search_step_seconds
    assert options.ongoing_near_seconds == options.search_window_seconds / 2
