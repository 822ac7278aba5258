"""Mean ranks, Friedman's test and the critical difference, against Demsar's worked example."""

import pandas as pd
import pytest
from synthetic import many_sets, without

from gansampler.evaluation.statistics.ranks import critical_difference, groups_alike, mean_ranks

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
    assert ranks["critical_difference"].iloc[0] == pytest.approx(1.25, abs=0.01)
    # Friedman's statistic is 9.28 there, without the correction for ties, so p is about 0.026.
    assert 0.01 < ranks["p_friedman"].iloc[0] < 0.026


@pytest.mark.parametrize(("k", "q"), [(2, 1.960), (3, 2.343), (4, 2.569), (8, 3.031), (10, 3.164)])
def test_critical_difference_against_the_published_quantiles(k, q):
    assert critical_difference(k, 12) == pytest.approx(q * (k * (k + 1) / 72) ** 0.5, rel=1e-3)


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


def test_groups_are_the_largest_that_are_alike():
    ranks = pd.Series([1.0, 1.5, 2.2, 3.0, 5.0])
    assert groups_alike(ranks, 1.0) == [(0, 1), (1, 2), (2, 3)]
    assert groups_alike(ranks, 1.6) == [(0, 2), (1, 3)]
    assert groups_alike(ranks, 0.1) == []
    assert groups_alike(ranks, 9.0) == [(0, 4)]
