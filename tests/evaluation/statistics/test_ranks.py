"""Mean ranks, and which strategies can be told apart, against Demsar's worked example."""

import numpy as np
import pytest
from scipy import stats
from synthetic import many_sets, without

from gansampler.evaluation.statistics.ranks import groups_alike, mean_ranks

# J. Demsar (2006), JMLR 7, table 6: AUC of four variants of C4.5 on 14 data sets, in thousandths.
# On the last but one, "cf" and "m+cf" are printed alike, but ranked one after the other.
DEMSAR = {
    "plain": "763 599 954 628 882 936 661 583 775 1000 940 619 972 957",
    "m": "768 591 971 661 888 931 668 583 838 1000 962 666 981 978",
    "cf": "771 590 968 654 886 916 609 563 866 1000 965 614 975 946",
    "m+cf": "798 569 967 657 898 931 685 625 875 1000 962 669 974.9 970",
}


def demsar(metric="roc_auc", sign=1):
    return many_sets(
        {
            name: {metric: [sign * float(value) / 1000 for value in values.split()]}
            for name, values in DEMSAR.items()
        }
    )


def test_ranks_of_the_worked_example():
    ranks = mean_ranks(demsar()).set_index("strategy")
    assert ranks.index.tolist() == ["m+cf", "m", "cf", "plain"]
    assert ranks["mean_rank"].tolist() == pytest.approx([1.964, 2.0, 2.893, 3.143], abs=1e-3)
    assert set(ranks["sets"]) == {14}
    # There F is 3.69, of 3 and 39 degrees of freedom, without the correction for ties.
    assert 0.01 < ranks["p_friedman"].iloc[0] < stats.f.sf(3.69, 3, 39)


def test_the_lowest_loss_ranks_first():
    ranks = mean_ranks(demsar("log_loss", sign=-1))
    assert ranks["strategy"].tolist() == ["m+cf", "m", "cf", "plain"]


def test_only_data_sets_that_all_have_finished_are_ranked():
    ranks = mean_ranks(without(demsar(), "cf", "set 3"))
    assert set(ranks["sets"]) == {13}


def test_a_strategy_that_finished_nothing_is_not_ranked():
    results = demsar()
    for place in range(14):
        results = without(results, "cf", f"set {place + 1}")
    ranks = mean_ranks(results)
    assert sorted(ranks["strategy"]) == ["m", "m+cf", "plain"]
    assert set(ranks["sets"]) == {14}


def test_equals_everywhere_share_the_middle_rank():
    ranks = mean_ranks(many_sets({name: {"f1": [0.5] * 4} for name in "abc"}))
    assert ranks["mean_rank"].tolist() == [2, 2, 2]
    assert ranks["p_friedman"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(("sets", "strategies"), [(2, 4), (14, 2), (1, 4)])
def test_too_little_to_rank_gives_no_rows(sets, strategies):
    results = demsar()
    few = results["dataset"].isin([f"set {place + 1}" for place in range(sets)])
    few &= results["strategy"].isin(list(DEMSAR)[:strategies])
    assert mean_ranks(results[few]).empty


def test_the_same_ranks_everywhere_leave_nothing_to_chance():
    base = np.linspace(0.3, 0.6, 8)
    results = many_sets({name: {"f1": base + place / 10} for place, name in enumerate("abc")})
    assert set(mean_ranks(results)["p_friedman"]) == {0}


def chain(noise):
    """Build scores of a, b and c, each .03 below the one before."""
    rng = np.random.default_rng(4)
    base = np.linspace(0.3, 0.6, 20)
    shifts = {"a": 0.06, "b": 0.03, "c": 0.0}
    return {name: {"f1": base + shift + rng.normal(0, noise, 20)} for name, shift in shifts.items()}


def test_groups_are_the_largest_neighbours_in_which_no_pair_differs():
    assert groups_alike(many_sets(chain(0.05)), "f1") == [["a", "b"], ["b", "c"]]
    assert groups_alike(many_sets(chain(1e-4)), "f1") == []
    assert groups_alike(many_sets(chain(5.0)), "f1")[0][0] in "abc"
    assert len(groups_alike(many_sets(chain(5.0)), "f1")) == 1


def test_who_else_ran_does_not_join_a_pair_that_differs():
    scores = chain(0.01)
    pair = {name: scores[name] for name in "ab"}
    rng = np.random.default_rng(1)
    crowd = {
        f"other {place}": {"f1": np.linspace(0.3, 0.6, 20) - 0.2 + rng.normal(0, 0.1, 20)}
        for place in range(7)
    }
    for others in ({"c": scores["c"]}, crowd):
        groups = groups_alike(many_sets({**pair, **others}), "f1")
        assert not any({"a", "b"} <= set(group) for group in groups)


def test_no_groups_where_nothing_can_be_ranked():
    assert groups_alike(many_sets({"a": {"f1": [0.5] * 9}, "b": {"f1": [0.6] * 9}}), "f1") == []
