"""The figures of generated rows."""

import io
import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from gansampler.evaluation.report import figures, looks


def test_rows_beyond_the_real_ones_are_drawn_at_the_edge(mixed):
    X, _ = mixed
    project = looks.Projection(X)
    far = X.iloc[:2].assign(float=1e9)
    (ax,) = looks.plot_rows(project, X, far, "far", figures.look("cgan")).axes
    points = ax.lines[-1].get_xydata()
    for axis, ends in enumerate((ax.get_xlim(), ax.get_ylim())):
        assert (points[:, axis] >= ends[0]).all()
        assert (points[:, axis] <= ends[1]).all()


def test_projection_puts_equal_rows_in_one_place(mixed):
    X, _ = mixed
    project = looks.Projection(X)
    places = project(pd.concat([X, X.iloc[:3]], ignore_index=True))
    assert places.shape == (len(X) + 3, 2)
    np.testing.assert_allclose(places[-3:], places[:3], atol=1e-5)
    np.testing.assert_allclose(places[: len(X)].mean(axis=0), 0, atol=1e-4)
    assert (places.std(axis=0) > 0.1).all()


def test_projection_of_one_column_has_two_dimensions():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
    assert looks.Projection(X)(X).shape == (4, 2)


def test_projection_of_rows_all_alike_is_one_place_without_a_warning():
    X = pd.DataFrame({"a": [1.0] * 30, "b": [2.0] * 30, "c": ["x"] * 30})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        places = looks.Projection(X)(X)
    np.testing.assert_array_equal(places, np.zeros((30, 2)))


def test_column_plot_of_every_kind_of_column(mixed):
    X, _ = mixed
    for name in X:
        figure = looks.plot_column(X[name], {"one": X[name].iloc[:50], "two": X[name].iloc[50:]})
        assert isinstance(figure, Figure)
        assert figure.axes[0].get_title(loc="left") == name
        figure.savefig(io.BytesIO(), format="svg")


def test_column_plot_of_categories_that_are_dates_says_nothing_of_pandas():
    days = pd.Series(pd.Categorical(pd.to_datetime(["2020-01-30", "2021-01-31", "2020-01-30"])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (ax,) = looks.plot_column(days, {"lsgan": days}).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        "2020-01-30 00:00:00",
        "2021-01-31 00:00:00",
    ]


@pytest.mark.parametrize("values", [[2**62, 2**62 + 1], [0.0, 5e-324], [7, 7]])
def test_column_plot_of_numbers_that_lie_as_close_as_numbers_can(values):
    column = pd.Series(values)
    (ax,) = looks.plot_column(column, {"lsgan": column}).axes
    assert ax.has_data()


def test_column_plot_shows_shares_and_missing_values():
    real = pd.Series(["u", "u", "v", None], name="kind")
    (ax,) = looks.plot_column(real, {"lsgan": pd.Series(["v", "v"])}).axes
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([2 / 3, 1 / 3])
    assert ax.lines[0].get_xdata().tolist() == [0, 1]
    assert ax.get_xlabel() == "missing: real 25%, lsgan 0%"


def look_of_mixed(mixed, copies):
    """A look in which one strategy copies real rows of the rare class, and one has two rows."""
    X, y = mixed
    own = X[y == "few"].reset_index(drop=True)
    labels = pd.Series(["few"] * len(own))
    examples = {
        "random": {"rows": own, "labels": labels, "history": []},
        "scant": {"rows": own.iloc[:2], "labels": labels[:2], "history": []},
    }
    few = y.where(y != "rare", "many")
    return {"X": X, "y": few, "examples": examples if copies else {}}


def test_rows_of_every_kind_of_column_have_figures_beside_their_pictures(mixed):
    first = next(looks.sections_of_look(look_of_mixed(mixed, copies=True)))
    assert first.title == "How like real rows of class 'few' the generated ones are"
    (table,) = first.tables
    assert table.shown.index.tolist() == ["random"], "two rows have no figures"
    figures_of_copies = table.shown.loc["random"]
    assert figures_of_copies["distance ratio"] == "0.000"
    assert figures_of_copies["coverage"] == "1.000"
    assert figures_of_copies["diversity"] == "1.000"
    for title in table.shown:
        assert f"{title}: " in first.about


def test_without_generated_rows_there_is_nothing_to_judge(mixed):
    titles = [each.title for each in looks.sections_of_look(look_of_mixed(mixed, copies=False))]
    assert not any("How like" in title for title in titles)
