"""What counts mean: against published values, and with runs of a scripted model."""

import pytest

from promptkit.errors import PromptkitError
from promptkit.evaluation.records.record import read_record
from promptkit.evaluation.statistics import ablation, compare, groups, runs_for, upper_bound
from tests.evals import run_scripted
from tests.evaluation.runs import Obedient


# Clopper and Pearson's interval, two-sided 95 %, as tables give it: 0 of 10 up to 30.85 %, 1 of 10 up to 44.50 %.
@pytest.mark.parametrize(
    ("failures", "runs", "bound"), [(0, 10, 0.3085), (1, 10, 0.4450), (10, 10, 1.0), (0, 1, 0.975)]
)
def test_the_bound_is_exact(failures, runs, bound):
    assert upper_bound(failures, runs) == pytest.approx(bound, abs=5e-5)


@pytest.mark.parametrize("rate", [0.5, 0.1, 0.01, 0.001])
def test_a_claim_needs_the_fewest_runs_that_show_it(rate):
    runs = runs_for(rate)
    assert upper_bound(0, runs) <= rate < upper_bound(0, runs - 1)


def recorded(library, folder, unless, **setup):
    run_scripted(library, folder, lambda: Obedient(unless), **setup)
    return read_record(folder)


@pytest.fixture(scope="module")
def good(library, server, tmp_path_factory):
    return recorded(library, tmp_path_factory.mktemp("good"), "RO-9", server=server)


@pytest.fixture(scope="module")
def ablated(library, tmp_path_factory):
    """A run with each rule left out in turn, of a model that heeds one."""
    return recorded(library, tmp_path_factory.mktemp("ablated"), "- RO-9 ", ablate=True)


def test_repeats_are_counted_with_their_bound(library, server, tmp_path):
    (group,) = groups(recorded(library, tmp_path, "RO-9", repeats=2, server=server))
    assert (group.subject, group.scenarios, group.runs, group.failures, group.pass_all) == ("authority", 11, 22, 0, 1)
    assert group.upper_bound == upper_bound(0, 22)


def test_a_model_that_got_worse_is_a_regression_and_the_same_one_is_not(library, server, tmp_path, good):
    bad = recorded(library, tmp_path, "no such rule", server=server)
    assert {change.subject for change in compare(good, bad) if change.is_regression} == {"all", "authority"}
    assert not any(change.is_regression for change in [*compare(good, good), *compare(bad, good)])


def test_runs_of_different_populations_are_not_compared(good, ablated):
    with pytest.raises(PromptkitError, match="ablate are False and True"):
        compare(good, ablated)


def test_leaving_a_rule_out_shows_which_one_carries_the_effect(ablated):
    changes = ablation(ablated)
    assert [change.subject for change in changes if change.is_regression] == ["RO-9"]
    assert len(changes) > 10
