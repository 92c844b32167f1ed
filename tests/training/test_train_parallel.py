"""The trainings that run beside one another on one GPU."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from training.recipes.train_parallel import from_scratch, lanes, main, run

PLANNED = lanes(Path("start"), Path("out"), 100.0)
SCRATCH = from_scratch(Path("out"), 100.0, "seen")
ALL = [command for lane in [*PLANNED, *(lane for stage in SCRATCH for lane in stage)] for command in lane]


@pytest.mark.parametrize("command", ALL, ids=lambda c: f"{c[2]} {c[4]}")
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


def test_from_scratch_every_recipe_leaves_the_held_out_pairs_out() -> None:
    commands = [command for stage in SCRATCH for lane in stage for command in lane]
    assert [command[2].rpartition(".")[2] for command in commands] == ["instructblip", "tuning", "clip"]
    assert all(command[command.index("--pairs") + 1] == "seen" for command in commands)


def test_held_out_pairs_are_not_unlearnt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["beside", "--start", "a", "--out", "b", "--pairs", "seen"])
    with pytest.raises(SystemExit):
        main()
    assert "--pairs seen needs --scratch" in capsys.readouterr().err


def test_a_lane_ends_where_a_training_fails(tmp_path: Path) -> None:
    log = tmp_path / "log"
    lane = [[sys.executable, "-c", code] for code in ("print('one')", "raise SystemExit(3)", "print('never')")]
    assert run(lane, log) == 3
    assert log.read_text() == "one\n"
