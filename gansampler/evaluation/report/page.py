"""The report: one HTML file with everything in it, for a browser, a phone or paper; and its words
and tables as Markdown."""

import base64
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from ...files import write_whole
from ..axes.strategies import STRATEGIES
from ..statistics.details import rows_by_class
from ..statistics.gains import panel_gains
from ..statistics.long_table import dataset_names, in_columns, panel_words, panels, strategy_names
from . import figures, tables
from .glossary import glossary
from .looks import Look, looks
from .sections import Details, Draw, Section, Table
from .words import clearly_means, could_have_seen, recommendation, verdict

# What is shown of a panel, in this order: from a panel, its gains over the references and what is
# kept beside the scores, a function makes any number of sections.
SECTIONS: list[Callable[[pd.DataFrame, pd.DataFrame, Details], Iterable[Section]]] = [
    tables.notes,
    tables.means,
    tables.gains_over_references,
    figures.confusion,
    figures.curves,
    figures.reliability,
    figures.scores_on_folds,
    figures.gains_on_datasets,
    figures.ranks,
    figures.effort,
    figures.time_against_quality,
    tables.by_dataset,
]
# Of more data sets no generated rows are shown, of more none is named on the first screen.
MAX_LOOKS, MAX_NAMED = 6, 15


@dataclass(frozen=True)
class Part:
    """A panel of a result with its heading, its gains, and what the words say of it."""

    heading: str
    panel: pd.DataFrame
    gains: pd.DataFrame
    details: Details

    @property
    def answer(self) -> list[str]:
        """What to take, and whether the strategy in question helps."""
        said = [recommendation(self.panel, self.gains), *verdict(self.panel, self.gains)]
        return [sentence for sentence in said if sentence]

    @property
    def beside(self) -> list[str]:
        """What a run of this size could see, and what failed."""
        return [
            *could_have_seen(self.panel, self.gains),
            *tables.failures_in_words(self.panel),
        ]

    @property
    def clearly(self) -> str:
        """What "clearly" means, where it is said."""
        return clearly_means(self.panel, self.answer)

    @property
    def sections(self) -> Iterator[Section]:
        """All that there is to show."""
        for make in SECTIONS:
            yield from make(self.panel, self.gains, self.details)


def _parts(results: pd.DataFrame, details: Details) -> list[Part]:
    """Cut a result into panels; a single one needs no heading."""
    cut = list(panels(results))
    return [
        Part(panel_words(key) if len(cut) > 1 else "", panel, panel_gains(panel), details)
        for key, panel in cut
    ]
