"""How the values of single columns are spread, in real rows and in generated ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api import types

from ..columns import Floats, kind_of, plain, to_numbers
from ..naming import check_name
from .rows import drawn, label_of, named_frame, of_class, sets_alike
from .style import LIGHT, add_legend, look_of_place, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_CATEGORIES = 8
N_BINS = 20
SECONDS_A_DAY = 86_400


class Spread(NamedTuple):
    """How the values of a column are spread in each set of rows, by the names of the sets.

    ``shares`` are of the values that are present, in each bin between the ``edges`` or of each of
    the ``categories``; ``missing`` are shares of all rows.
    """

    name: str
    edges: Floats | None
    categories: list[str]
    shares: dict[str, Floats]
    missing: dict[str, float]
    is_date: bool = False


class ColumnsDisplay:
    """Real against generated values, column by column.

    Use `from_sampler` or `from_rows`. Numbers and dates are histograms, with 20 bins over all sets;
    of other columns the eight most frequent categories have bars (real) and marks (generated). The
    share of holes is said below a column that has some.

    Parameters
    ----------
    spreads : list of Spread
        One for each column.

    Attributes
    ----------
    axes_ : list of Axes
        One for each column.

    figure_ : Figure
        What they lie in.

    Examples
    --------
    >>> import pandas as pd
    >>> from gansampler.plotting import ColumnsDisplay
    >>> real = pd.DataFrame({"kind": ["a", "a", "b", None]})
    >>> display = ColumnsDisplay.from_rows(real, real.iloc[[1, 2]])
    >>> spread = display.spreads[0]
    >>> spread.categories, spread.shares["generated"].tolist(), spread.missing
    (['a', 'b'], [0.5, 0.5], {'real': 0.25, 'generated': 0.0})
    """

    def __init__(self, *, spreads: Sequence[Spread]) -> None:
        self.spreads = list(spreads)

    @classmethod
    def from_rows(
        cls,
        real: Any,
        generated: Any,
        *,
        columns: Sequence[Any] | None = None,
        max_columns: int = 12,
    ) -> ColumnsDisplay:
        """Count the values of real and of generated rows.

        Parameters
        ----------
        real : dataframe or array-like of shape (n_real, n_features)
            Rows of the class that the generated ones are of.

        generated : dataframe or array-like of shape (n, n_features), or mapping to such
            Generated rows, or several sets of them by name.

        columns : list or None, default=None
            Which columns, by name; those of an array are ``x0``, ``x1``, ... None takes the first.

        max_columns : int, default=12
            How many, where they are not named.

        Returns
        -------
        display : ColumnsDisplay

        Raises
        ------
        ValueError
            If there are no rows, the sets have other columns, or a column of another kind, or a
            column is not there.
        """
        real = named_frame(real, "The real rows")
        chosen = _chosen(real, columns, max_columns)
        sets = sets_alike(real, generated)
        return cls(
            spreads=[
                spread_of(real[name], {key: rows[name] for key, rows in sets.items()})
                for name in chosen
            ]
        )

    @classmethod
    def from_sampler(
        cls,
        sampler: Any,
        X: Any,
        y: Any,
        *,
        label: Any = None,
        columns: Sequence[Any] | None = None,
        max_columns: int = 12,
        n: int = 1000,
    ) -> ColumnsDisplay:
        """Hold rows that a sampler draws of a class against the real ones.

        What the sampler draws next stays the same.

        Parameters
        ----------
        sampler : sampler with ``sample``
            After `fit_resample`.

        X : dataframe or array-like of shape (n_samples, n_features)
            The rows that it was fitted on, or held-out ones.

        y : array-like of shape (n_samples,)
            Their classes.

        label : object, default=None
            The class; None is the one that got rows, if it was one alone.

        columns, max_columns
            As in `from_rows`.

        n : int, default=1000
            How many rows to draw.

        Returns
        -------
        display : ColumnsDisplay

        Raises
        ------
        NotFittedError
            Before `fit_resample`.
        ValueError
            If ``label`` is no class, or left out where it must be said; and as in `from_rows`.
        TypeError
            If the sampler cannot draw rows.
        """
        label = label_of(sampler, label)
        real, _ = of_class(X, y, label)
        _chosen(named_frame(real, "X"), columns, max_columns)
        rows = drawn(sampler, n, label)
        return cls.from_rows(real, rows, columns=columns, max_columns=max_columns)

    def plot(
        self,
        ax: Any = None,
        *,
        looks: Mapping[str, Mapping[str, Any]] | None = None,
        legend: bool = True,
    ) -> ColumnsDisplay:
        """Draw a panel for each column.

        Parameters
        ----------
        ax : Axes, list of Axes or None, default=None
            One for each column, or one that is divided; None makes a figure.

        looks : mapping of str to dict, optional
            By name of a set of generated rows: ``color``, ``linestyle``, ``marker`` and
            ``markersize``.

        legend : bool, default=True
            Whether to say what is what.

        Returns
        -------
        self : ColumnsDisplay
        """
        with styled():
            self.axes_ = panels(ax, len(self.spreads))
            for each, spread in zip(self.axes_, self.spreads, strict=True):
                draw_spread(each, spread, looks or {})
                if ax is None:  # a long label would end beyond the figure
                    each.xaxis.label.set(x=1, ha="right")
            if legend:
                add_legend(self.axes_, outside=ax is None, keys=_keys(self.spreads, looks or {}))
        self.figure_ = self.axes_[0].figure
        return self


def _chosen(real: pd.DataFrame, columns: Sequence[Any] | None, max_columns: int) -> list[Any]:
    if columns is None:
        if max_columns < 1:
            raise ValueError(f"max_columns={max_columns!r} must be one or more.")
        return list(real.columns[:max_columns])
    if isinstance(columns, str) or not len(columns):
        raise ValueError(f"columns={columns!r} must be a list of names, one or more.")
    for name in columns:
        if name not in real.columns:
            check_name(str(name), map(str, real.columns), "column")
            raise ValueError(f"There is no column {name!r}, though one is written like it.")
    return list(columns)


def spread_of(real: pd.Series, generated: Mapping[str, pd.Series]) -> Spread:
    """Count the values of a column in each set of rows.

    In bins where it is a quantity, by categories where it is not, or where its numbers lie too
    close together for bins.
    """
    is_quantity = kind_of(real) not in ("category", "ordered") and _has_room_for_bins(real)
    columns = {"real": real, **generated}
    missing = {name: float(column.isna().mean()) for name, column in columns.items()}
    if is_quantity:
        return _in_bins(columns, missing)
    categories, shares = _by_category(columns)
    return Spread(str(real.name), None, categories, shares, missing)


def _has_room_for_bins(column: pd.Series) -> bool:
    """Tell whether floats are fine enough for a histogram, which they are not for long ids."""
    values = _present_numbers(column)
    if len(values) == 0:
        return True
    spread = np.ptp(values) or 1.0  # a single value stands in the middle of a bin
    return bool(spread / N_BINS > np.spacing(np.abs(values).max()))


def _present_numbers(column: pd.Series) -> Floats:
    present = column.dropna()
    return to_numbers(plain(present)) if len(present) else np.empty(0)


def _in_bins(columns: Mapping[str, pd.Series], missing: dict[str, float]) -> Spread:
    is_date = types.is_datetime64_any_dtype(plain(columns["real"]).dtype)
    unit = SECONDS_A_DAY if is_date else 1
    values = {name: _present_numbers(column) / unit for name, column in columns.items()}
    every = np.concatenate(list(values.values()))
    edges = np.histogram_bin_edges(every, bins=N_BINS) if len(every) else np.empty(0)
    shares = {name: _shares(own, edges) for name, own in values.items()}
    return Spread(str(columns["real"].name), edges, [], shares, missing, is_date)


def _shares(values: Floats, edges: Floats) -> Floats:
    """Give the share of the values in each bin; (0,) where there are no edges."""
    if len(edges) == 0:
        return np.empty(0)
    return np.histogram(values, edges)[0] / max(len(values), 1)


def _by_category(columns: Mapping[str, pd.Series]) -> tuple[list[str], dict[str, Floats]]:
    """Give the most frequent categories of the real rows, and the share of each in every set."""
    shares = pd.DataFrame(
        {
            name: column.dropna().astype(object).map(str).value_counts(normalize=True)
            for name, column in columns.items()
        }
    ).fillna(0)
    shares = shares.sort_values("real", ascending=False).head(MAX_CATEGORIES)
    return [str(value) for value in shares.index], {
        str(name): own.to_numpy(dtype=float) for name, own in shares.items()
    }


def draw_spread(ax: Axes, spread: Spread, looks: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw how the values of a column are spread; sets that have no look of their own get one."""
    looks = _looks_of(spread, looks)
    ax.set_title(spread.name, parse_math=False)
    if spread.edges is None:
        _draw_bars(ax, spread, looks)
    elif len(spread.edges):
        _draw_steps(ax, spread, looks)
    else:  # an empty column stays an empty frame
        ax.set(xticks=[], yticks=[])
    if any(spread.missing.values()):
        shares = ", ".join(f"{name} {share:.0%}" for name, share in spread.missing.items())
        ax.set_xlabel(f"missing: {shares}")


def _looks_of(
    spread: Spread, looks: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    generated = [name for name in spread.shares if name != "real"]
    return {name: looks.get(name, look_of_place(i)) for i, name in enumerate(generated)}


def _keys(spreads: Sequence[Spread], looks: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give what stands for each set in a legend: a line, a mark, or both, as they are drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    kinds = {spread.edges is None for spread in spreads}
    unused = {} if len(kinds) > 1 else {"linestyle": ""} if True in kinds else {"marker": ""}
    own = _looks_of(spreads[0], looks)
    lines = {name: Line2D([], [], **{**look, **unused}) for name, look in own.items()}
    return {"real": Patch(color=LIGHT), **lines}


def _draw_steps(ax: Axes, spread: Spread, looks: Mapping[str, Mapping[str, Any]]) -> None:
    if spread.is_date:
        _mark_dates(ax)
    edges = spread.edges
    ax.stairs(spread.shares["real"], edges, fill=True, color=LIGHT, label="real")
    for name, look in looks.items():
        line = {key: look[key] for key in ("color", "linestyle")}
        ax.stairs(spread.shares[name], edges, label=name, linewidth=1.6, baseline=None, **line)
    ax.set_ylabel("share of rows")


def _mark_dates(ax: Axes) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    ax.xaxis_date()
    few = AutoDateLocator(minticks=2, maxticks=6)  # with 3, some spans have no step that fits
    ax.xaxis.set_major_locator(few)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(few))


def _draw_bars(ax: Axes, spread: Spread, looks: Mapping[str, Mapping[str, Any]]) -> None:
    places = np.arange(len(spread.categories))
    ax.barh(places, spread.shares["real"], color=LIGHT, label="real")
    for name, look in looks.items():
        ax.plot(spread.shares[name], places, label=name, **{**look, "linestyle": ""})
    ax.set_yticks(places, [name[:24] for name in spread.categories], parse_math=False)
    ax.invert_yaxis()
    ax.set_xlim(0, None)
