"""The report: a result on one page, of HTML for a browser, a phone or paper, and of Markdown."""

import base64
import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ...files import write_whole
from ..axes.strategies import STRATEGIES
from ..statistics.details import rows_by_class
from ..statistics.gains import panel_gains
from ..statistics.long_table import dataset_names, in_columns, panel_words, panels, strategy_names
from . import figures, tables
from .glossary import glossary
from .looks import Look, sections_of_look
from .sections import Details, Draw, MakeSections, Section, Table
from .words import clearly_means, could_have_seen, recommendation, verdict

# What is shown of a panel, in this order.
SECTIONS: list[MakeSections] = [*tables.SECTIONS, *figures.SECTIONS]
# Of more data sets no generated rows are shown, of more none is named on the first screen.
MAX_LOOKS, MAX_NAMED = 6, 15


class Part(NamedTuple):
    """A panel of a result with its heading, its gains over the references, and words on them."""

    heading: str
    panel: pd.DataFrame
    gains: pd.DataFrame
    answer: list[str]
    beside: list[str]
    clearly: str


def _parts(results: pd.DataFrame) -> Iterator[Part]:
    """Cut a result into panels; a single one needs no heading."""
    cut = list(panels(results))
    for key, panel in cut:
        gains = panel_gains(panel)
        answer = list(filter(None, [recommendation(panel, gains), *verdict(panel, gains)]))
        beside = [*could_have_seen(panel, gains), *tables.failures_in_words(panel)]
        heading = panel_words(key) if len(cut) > 1 else ""
        yield Part(heading, panel, gains, answer, beside, clearly_means(panel, answer))


def _sections(part: Part, details: Details) -> list[Section]:
    return [each for make in SECTIONS for each in make(part.panel, part.gains, details)]


def summary(results: pd.DataFrame, details: Details | None = None) -> str:
    """Write tables and words as one page of Markdown.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    details : mapping of str to DataFrame, optional
        What is kept beside the scores, with the keys of `axes.details.DETAILS`: rows of all trials
        with the columns that say where they come from. Of what is missing nothing is said.

    Returns
    -------
    str
        The tables of each learner, readout and protocol, the errors if there are any, and then the
        answer in words.
    """
    return whole_and_brief(results, details)[0]


def whole_and_brief(results: pd.DataFrame, details: Details | None = None) -> tuple[str, str]:
    """Write `summary`, and the same words under the few tables that a terminal has room for."""
    known, parts = _known(details), list(_parts(results))
    made = [(part.heading, each) for part in parts for each in _sections(part, known)]
    errors = Section("Errors", tables=[Table(tables.failures_table(results))], in_brief=True)
    made.append(("", errors))
    words = _in_words(parts, known)
    whole = _tables(pair for pair in made if pair[1].in_summary)
    brief = _tables(pair for pair in made if pair[1].in_brief)
    return "\n\n".join([*whole, *words]) + "\n", "\n\n".join([*brief, *words]) + "\n"


def _tables(made: Iterable[tuple[str, Section]]) -> list[str]:
    """Write the tables of sections, each with the heading of its panel."""
    shown = {
        (f"{heading}: {section.title}" if heading else section.title): table.shown
        for heading, section in made
        for table in section.tables
    }
    return [
        f"## {title}\n\n{tables.to_markdown(table)}"
        for title, table in shown.items()
        if not table.empty
    ]


def _in_words(parts: Iterable[Part], details: Details) -> list[str]:
    words = [
        (f"### {part.heading}\n\n" if part.heading else "")
        + "\n".join(f"- {said}" for said in (*part.answer, *part.beside, part.clearly) if said)
        for part in parts
        if part.answer or part.beside
    ]
    if not words:
        return []
    return ["## In words", *filter(None, [tables.rarest_in_words(_classes(details))]), *words]


def write_report(
    results: pd.DataFrame,
    path: str | Path,
    *,
    looks: Mapping[str, Look] | None = None,
    details: Details | None = None,
    columns: Mapping[str, pd.DataFrame] | None = None,
    settings: Mapping[str, Any] | None = None,
    command: str | None = None,
) -> None:
    """Write the report of a result, at the end of a run or at any moment before.

    It is one page of HTML that loads nothing from elsewhere.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns; all else is beside it.
    path : str or Path
        The HTML file to write.
    looks : mapping of str to mapping, optional
        By data set, what generated rows are to be held against and shown: ``X`` and ``y``, some
        thousand real rows at most, and ``examples`` by strategy, each with generated ``rows``,
        their ``labels`` and the ``history`` of the training, a list of records.
    details : mapping of str to DataFrame, optional
        What is kept beside the scores, as in `summary`.
    columns : mapping of str to DataFrame, optional
        How the columns of each data set were read: a row for each column, whatever there is to say
        of it in the columns.
    settings : mapping, optional
        What was asked for and where it ran, in words, for the list at the end.
    command : str, optional
        The command that gives this report again.

    Raises
    ------
    ValueError
        If there is no row in the result yet.
    """
    page = render_report(
        results, looks=looks, details=details, columns=columns, settings=settings, command=command
    )
    write_whole(path, page)


def render_report(
    results: pd.DataFrame,
    *,
    looks: Mapping[str, Look] | None = None,
    details: Details | None = None,
    columns: Mapping[str, pd.DataFrame] | None = None,
    settings: Mapping[str, Any] | None = None,
    command: str | None = None,
) -> str:
    """Give the page that `write_report` writes."""
    if results.empty:
        raise ValueError("There is nothing to report yet: the result has no rows.")
    results, details = in_columns(results), _known(details)
    parts = [
        {**part._asdict(), "sections": _drawn(_sections(part, details))} for part in _parts(results)
    ]
    curves = _drawn(figures.learning_curves(results))
    shown = [*curves, *(section for part in parts for section in part["sections"])]
    errors = tables.failures_table(results)
    classes = _classes(details)
    return _template().render(
        subject=_subject(results),
        facts=_facts(results, classes),
        parts=parts,
        curves=curves,
        errors=None if errors.empty else Table(errors),
        looks={
            name: _drawn(sections_of_look(look))
            for name, look in islice((looks or {}).items(), MAX_LOOKS)
        },
        tables=_drawn([*tables.rarest_classes(classes), *tables.columns_read(columns or {})]),
        glossary=glossary(term for section in shown for term in section["terms"]),
        strategies={
            name: STRATEGIES[name].description
            for name in strategy_names(results)
            if name in STRATEGIES
        },
        settings=settings or {},
        command=command,
    )


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("gansampler.evaluation.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("report.html")


def _known(details: Details | None) -> Details:
    return {name: in_columns(table) for name, table in (details or {}).items() if len(table)}


def _classes(details: Details) -> pd.DataFrame:
    """Count the held-out rows of each class."""
    return rows_by_class(details["confusion"]) if "confusion" in details else pd.DataFrame()


def _subject(results: pd.DataFrame) -> str:
    names = dataset_names(results)
    return str(names[0]) if len(names) == 1 else f"{len(names)} data sets"


def _facts(results: pd.DataFrame, classes: pd.DataFrame) -> dict[str, str]:
    """Say what was compared, for the first screen."""
    repeats, folds = results.groupby("dataset")[["repeat", "fold"]].nunique().max()
    names = dataset_names(results)
    facts = {
        "Rare class": tables.rarest_in_words(classes),
        "Data sets": ", ".join(map(str, names)) if 1 < len(names) <= MAX_NAMED else "",
        "Learner": ", ".join(map(str, results["learner"].unique())),
        "Folds": f"{folds}, the same for every strategy"
        + (f"; {repeats} repeats" if repeats > 1 else "")
        + ". Only training rows are resampled.",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _drawn(sections: Iterable[Section]) -> list[dict[str, Any]]:
    """Draw the figures of what is on the page, and leave out what is empty."""
    made = [
        {
            **vars(section),
            "tables": [table for table in section.tables if not table.shown.empty],
            "images": {
                alt: source
                for alt, draw in section.images.items()
                if (source := _data_uri(alt, draw))
            },
        }
        for section in sections
        if section.on_page
    ]
    return [each for each in made if each["tables"] or each["images"]]


def _data_uri(alt: str, draw: Draw) -> str:
    """Draw a figure; nothing, with a warning, where that fails: the rest is worth having."""
    try:
        picture = figures.render_svg(draw())
    except Exception as error:
        warnings.warn(
            f"The figure {alt!r} is left out of the report: it could not be drawn "
            f"({type(error).__name__}: {error}).",
            stacklevel=2,
        )
        return ""
    return "data:image/svg+xml;base64," + base64.b64encode(picture).decode("ascii")
