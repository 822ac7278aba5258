"""What a report is made of: sections of words, tables and figures."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure

Draw = Callable[[], Figure]


@dataclass(frozen=True)
class Table:
    """Text in rows and columns.

    Parameters
    ----------
    shown : DataFrame
        Its index becomes the first column.
    kinds : DataFrame of str, optional
        Laid out alike: "best", "better" or "worse" marks a cell on the page.
    """

    shown: pd.DataFrame
    kinds: pd.DataFrame | None = None

    @property
    def header(self) -> list[str]:
        """Titles of the columns."""
        return [str(name) for name in self.shown.reset_index().columns]

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """Cells with their kinds."""
        texts = self.shown.reset_index().astype(str).to_numpy().tolist()
        marks = pd.DataFrame("", self.shown.index, self.shown.columns)
        kinds = (marks if self.kinds is None else self.kinds).to_numpy().tolist()
        return [
            list(zip(cells, ["", *of_cells], strict=True))
            for cells, of_cells in zip(texts, kinds, strict=True)
        ]


@dataclass(frozen=True)
class Section:
    """One heading of a report, with all that stands below it.

    Parameters
    ----------
    title : str
        The heading.
    about : str, default=""
        What a reader of the page has to know.
    tables : sequence of Table, default=()
        What the page and summary.md show; a section without tables and images is left out.
    images : mapping of str to callable, optional
        By the words that stand for a figure: what draws it.
    terms : collection of str, default=()
        Words that the glossary explains: keys of `TERMS` and `METRICS`.
    folded : bool, default=False
        Whether it is closed at first.
    beside : bool, default=False
        Whether its figure goes beside its table.
    wide : bool, default=False
        Whether its figures need more room.
    on_page, in_summary : bool, default=True
        Where it is shown.
    in_brief : bool, default=False
        Whether it is also among the few tables that a terminal shows.
    """

    title: str
    about: str = ""
    tables: Sequence[Table] = ()
    images: Mapping[str, Draw] = field(default_factory=dict)
    terms: Collection[str] = ()
    folded: bool = False
    beside: bool = False
    wide: bool = False
    on_page: bool = True
    in_summary: bool = True
    in_brief: bool = False


Details = Mapping[str, pd.DataFrame]
# From a panel, its gains over the references and what is kept beside the scores, any number of
# sections; `SECTIONS` of `tables` and of `figures` list them.
MakeSections = Callable[[pd.DataFrame, pd.DataFrame, Details], Iterable[Section]]
