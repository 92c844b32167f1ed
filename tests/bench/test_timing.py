from bench.speed.timing import alternate, median_ratio, percentile


def test_alternatives_take_turns_after_a_warm_up() -> None:
    calls: list[str] = []
    seconds = alternate({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2)
    assert "".join(calls) == "ababab"
    assert [len(values) for values in seconds.values()] == [2, 2]


def test_ratios_are_taken_pair_by_pair() -> None:
    assert median_ratio([2.0, 30.0, 4.0], [1.0, 10.0, 2.0]) == 2.0


def test_percentile() -> None:
    assert percentile([float(i) for i in range(100)], 0.95) == 95.0
