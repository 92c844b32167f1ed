"""The trainings that run beside one another on one GPU."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from training.beside import lanes, run

PLANNED = lanes(Path("start"), Path("out"), 100.0)


@pytest.mark.parametrize("command", [command for lane in PLANNED for command in lane], ids=lambda c: c[4])
def test_a_recipe_takes_what_it_is_given(command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module(command[2])
    taken = []
    monkeypatch.setattr(module, "launch", lambda _worker, _processes, options: taken.append(options))
    monkeypatch.setattr(sys, "argv", command[2:])
    module.main()
    assert taken[0].out == Path(command[4])
    assert taken[0].seconds <= 100


def test_no_lane_takes_longer_than_the_longest_training() -> None:
    for lane in PLANNED:
        assert sum(float(command[command.index("--seconds") + 1]) for command in lane) <= 100


def test_a_lane_ends_where_a_training_fails(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lane = [[sys.executable, "-c", code] for code in ("print('one')", "raise SystemExit(3)", "print('never')")]
    assert run(lane, log) == 3
    assert log.read_text() == "one\n"
