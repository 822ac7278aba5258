"""The table that is shipped with the package."""

from gansampler.datasets import load_winequality_red4


def test_winequality_is_whole():
    X, y = load_winequality_red4()
    assert X.shape == (1599, 11)
    assert y.value_counts().to_dict() == {"negative": 1546, "positive": 53}
    assert "target" not in X
    assert not X.isna().any().any()
    # Means that the source states for red wines of all qualities.
    assert X["Alcohol"].mean().round(2) == 10.42
    assert X["FixedAcidity"].mean().round(2) == 8.32
