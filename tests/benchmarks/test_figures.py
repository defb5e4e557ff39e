"""A target is judged as it is written, and small streets are not judged by promises about the whole one."""

import pytest

from benchmarks.figures import Figure, kept, percentile, table


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("no target", 3), ""),
        (Figure("at the bound", 30, at_most=30), "met"),
        (Figure("above", 30.1, at_most=30), "MISSED"),
        (Figure("enough", 60, at_least=60), "met"),
        (Figure("too few", 59.9, at_least=60), "MISSED"),
        (Figure("none lost", 0, exactly=0), "met"),
        (Figure("one lost", 1, exactly=0), "MISSED"),
        (Figure("whole street", 31, at_most=30, full_size=True), "MISSED"),
    ],
)
def test_a_figure_is_judged_by_its_target(figure: Figure, verdict: str) -> None:
    assert figure.verdict(is_full=True) == verdict


def test_a_promise_about_the_whole_street_is_not_judged_on_a_small_one() -> None:
    assert Figure("whole street", 31, at_most=30, full_size=True).verdict(is_full=False) == "(small)"


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (0.9, 9), (0.01, 1), (1.0, 10)])
def test_percentiles_are_measured_values(share: float, value: float) -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == value


def test_tables_align_and_json_keeps_target_and_verdict() -> None:
    figures = [Figure("a", 1, "s", at_most=2), Figure("longer name", 12345.6)]
    _title, first, second = table("import", figures, is_full=True).splitlines()
    assert first.endswith("<= 2  met")
    assert first.index("1 s") == second.index("12,346") + len("12,34")
    assert kept(figures[0], is_full=True) == {
        "what": "a", "value": 1, "unit": "s", "at_most": 2, "verdict": "met"
    }  # fmt: skip
