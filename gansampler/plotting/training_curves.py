"""How a training went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .rows import check_learnt
from .style import BLUE, DARK, GREY, RED, draw_grid, legend_below, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What the lines of a panel are called, by the key of the history.
LOSSES = {
    "generator_loss": "generator",
    "discriminator_loss": "discriminator",
    "discriminator_loss_real": "its part on real rows",
    "discriminator_loss_generated": "its part on generated rows",
}
VERDICTS = {
    "right_on_real": "right on real",
    "right_on_generated": "right on generated",
    "taken_for_real": "generated, taken for real",
}
# Earlier versions recorded the generator's rate alone.
RATES = {
    "generator_learning_rate": "generator",
    "discriminator_learning_rate": "discriminator",
    "learning_rate": "generator",
}
STYLES = ((BLUE, "-"), (RED, "--"), (DARK, ":"), ("#7A7A7A", "-."))


class TrainingCurvesDisplay:
    """The course of a training: losses, verdicts, diversity and learning rates.

    Use `from_sampler` or `from_history`. A panel is drawn where the history has its keys: those of
    earlier versions hold losses and the learning rate alone.

    Parameters
    ----------
    records : DataFrame
        A row a record, with ``step`` and any of the keys of ``history_``.

    Attributes
    ----------
    axes_ : list of Axes
        One for each panel.

    figure_ : Figure
        What they lie in.

    Examples
    --------
    >>> from gansampler.plotting import TrainingCurvesDisplay
    >>> history = [{"step": s, "generator_loss": 1 / s} for s in (1, 2, 3)]
    >>> display = TrainingCurvesDisplay.from_history(history)
    >>> display.panels
    ['Losses']
    """

    def __init__(self, *, records: pd.DataFrame) -> None:
        self.records = records

    @classmethod
    def from_history(cls, history: Sequence[Mapping[str, Any]]) -> TrainingCurvesDisplay:
        """Take the records of a training.

        Parameters
        ----------
        history : list of dict, or DataFrame
            ``history_`` of a sampler or a GAN.

        Returns
        -------
        display : TrainingCurvesDisplay

        Raises
        ------
        ValueError
            If there is no record, none with a ``step``, or none with anything to draw.
        """
        display = cls(records=_checked(history))
        if not display.panels:
            known = [*LOSSES, *VERDICTS, "diversity", *RATES]
            raise ValueError(
                f"Nothing in the history can be drawn: it has {list(display.records.columns)}, "
                f"and none of {known}."
            )
        return display

    @classmethod
    def from_sampler(cls, sampler: Any) -> TrainingCurvesDisplay:
        """Take the history of a fitted sampler or GAN.

        Parameters
        ----------
        sampler : object with ``history_``
            After `fit_resample`, or `fit` of a GAN.

        Returns
        -------
        display : TrainingCurvesDisplay

        Raises
        ------
        NotFittedError
            If it has no ``history_`` yet.
        ValueError
            If nothing was trained.
        """
        check_learnt(sampler, "history_")
        return cls.from_history(sampler.history_)

    @property
    def panels(self) -> list[str]:
        """Titles of the panels that there is something to draw in."""
        return [title for title, (keys, _) in PANELS.items() if set(keys) & _known(self.records)]

    def plot(self, ax: Any = None) -> TrainingCurvesDisplay:
        """Draw the panels.

        Parameters
        ----------
        ax : Axes, list of Axes or None, default=None
            One for each panel, or one that is divided; None makes a figure.

        Returns
        -------
        self : TrainingCurvesDisplay
        """
        with styled():
            self.axes_ = panels(ax, len(self.panels), n_columns=2, size=(4.6, 3.2))
            for each, title in zip(self.axes_, self.panels, strict=True):
                PANELS[title][1](each, self)
                each.set_title(title)
                each.set_xlabel("training step")
                draw_grid(each, "y")
                legend_below(each, ncols=2 if ax is None else 1)
        self.figure_ = self.axes_[0].figure
        return self


def _checked(history: Any) -> pd.DataFrame:
    if isinstance(history, (str, Mapping)):
        raise TypeError("A history is a list of records, each a dict with a `step`.")
    records = pd.DataFrame(history)
    if records.empty:
        raise ValueError(
            "The history is empty: no network was trained. JitterOverSampler has none, and a "
            "sampler has none where no class wanted rows or all had too few to learn from."
        )
    if "step" not in records:
        raise ValueError(f"Records need a `step`; these have {list(records.columns)}.")
    return records


def _known(records: pd.DataFrame) -> set[str]:
    """Name the keys with any figure: a loss that judges rows by pairs has no part on real ones."""
    return set(records.columns[records.notna().any()])


def draw_losses(ax: Axes, records: pd.DataFrame) -> None:
    """Draw all losses that there are by the training step."""
    draw_lines(ax, records, LOSSES)
    ax.set(xlabel="training step", ylabel="loss")


def draw_lines(ax: Axes, records: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Draw the keys of records that are there under their names."""
    present = [key for key in names if key in _known(records)]
    for key, (color, line) in zip(present, STYLES, strict=False):
        ax.plot(records["step"], records[key], line, color=color, label=names[key])


def _draw_losses(ax: Axes, display: TrainingCurvesDisplay) -> None:
    draw_losses(ax, display.records)


def _draw_verdicts(ax: Axes, display: TrainingCurvesDisplay) -> None:
    ax.axhline(0.5, color=GREY, linewidth=0.8, label="cannot tell")
    draw_lines(ax, display.records, VERDICTS)
    ax.set(ylim=(-0.03, 1.03), ylabel="share of verdicts")


def _draw_diversity(ax: Axes, display: TrainingCurvesDisplay) -> None:
    from ..diagnostics import COLLAPSED_BELOW  # which needs torch

    records = display.records
    ax.axhline(1, color=GREY, linewidth=0.8, label="real rows")
    draw_lines(ax, records, {"diversity": "generated, worst class"})
    ax.axhline(COLLAPSED_BELOW, color=RED, linestyle=":", label="limit of collapse")
    collapsed = records.get("collapsed", pd.Series(False, records.index)).eq(True)
    if collapsed.any():
        at = records[collapsed]
        ax.plot(at["step"], at["diversity"], "X", color=RED, markersize=7, label="collapsed")
    ax.set_ylim(0, 1.1 * max(1, records["diversity"].max()))
    ax.set_ylabel("share of real diversity")


def _draw_rates(ax: Axes, display: TrainingCurvesDisplay) -> None:
    earlier = "generator_learning_rate" not in display.records
    names = {key: name for key, name in RATES.items() if earlier or key != "learning_rate"}
    draw_lines(ax, display.records, names)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set_ylim(0, None)
    ax.set_ylabel("learning rate")


# By title: the keys of which one must be there, and what draws it.
PANELS: dict[str, tuple[Sequence[str], Callable[[Axes, TrainingCurvesDisplay], None]]] = {
    "Losses": (tuple(LOSSES), _draw_losses),
    "Verdicts": (tuple(VERDICTS), _draw_verdicts),
    "Diversity": (("diversity",), _draw_diversity),
    "Learning rates": (tuple(RATES), _draw_rates),
}
