"""``gansampler generate``: rows of one class, written as their source writes its own."""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from . import CGANOverSampler, JitterOverSampler, LSGANOverSampler, quality_report
from .columns import check_features, describe_columns
from .csv_form import Form, find_form
from .files import PACK, check_writable, endings, write_whole, written_whole
from .naming import check_name
from .readings import readings_in_lines, warn_of_doubts
from .tables import WORKBOOKS, is_csv, parse_table, read_fields, split_target
from .targets import check_classes

# Of trees alone come the rows most like real ones, with a network those of most use: see
# benchmarks/realness.py and benchmarks/quality.md.
SAMPLERS: dict[str, Callable[[], Any]] = {
    "trees": partial(JitterOverSampler, anchor="trees"),
    "lsgan": LSGANOverSampler,
    "cgan": CGANOverSampler,
    "jitter": JitterOverSampler,
}
ROWS_A_CHUNK = 100_000


def generate(
    arguments: argparse.Namespace,
    params: Mapping[str, Any],
    drop: Iterable[str],
    read: Mapping[str, str],
) -> None:
    """Train a sampler with these `params` on a file, and write generated rows of one class."""
    if arguments.n < 1:
        raise ValueError(f"-n {arguments.n}: ask for 1 row or more.")
    source, out = arguments.data, arguments.out
    _check_output(out, Path(source))
    if arguments.report is not None:
        _check_report(arguments.report, Path(source), out)
    how = {"sep": arguments.sep, "encoding": arguments.encoding}
    table = parse_table(source, **how)
    X, y = split_target(table, arguments.target, drop, read)
    check_classes(y)
    warn_of_doubts(X, read)
    header, fields = read_fields(source, table, **how)
    label, text = find_label(arguments.label, y, fields[y.name])
    sampler = _make_sampler(arguments, params)
    page = None if arguments.report is None else _report(sampler, X, y, label)
    _train(sampler, X, y, label)
    kept = [name in X or name == y.name for name in table.columns]
    chunks = (
        as_written(rows, X, fields, {y.name: text})[table.columns[kept]]
        for rows in _draw(sampler, label, arguments.n)
    )
    form = find_form(source, **how) if is_csv(source) else Form()
    if endings(out)[0] == ".tsv":
        form = form._replace(separator="\t")
    _write(chunks, out, form, [name for name, is_kept in zip(header, kept, strict=True) if is_kept])
    print(f"Written: {arguments.n:,} rows of class {text} in {out}")
    if page is not None:
        write_whole(arguments.report, page)
        print(f"Written: a report on such rows in {arguments.report}")


def _check_output(path: Path, source: Path) -> None:
    ending, packing = endings(path)
    if ending in (".parquet", *WORKBOOKS):
        raise ValueError(f"{path}: the rows are written as CSV; choose a name that ends in .csv.")
    if packing not in PACK:
        known = ", ".join(f".csv{each}" for each in PACK)
        raise ValueError(f"{path}: {packing} is not written; choose an ending out of {known}.")
    _check_place(path, source)


def _check_place(path: Path, source: Path) -> None:
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ValueError(f"{path} cannot be written: it is a folder, or its folder does not exist.")
    if source.exists() and path.exists() and path.samefile(source):
        raise ValueError(f"{path} is the input itself: choose another name.")
    check_writable(path)


def _check_report(path: Path, source: Path, out: Path) -> None:
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--report {path}: it is a page; choose a name that ends in .html.")
    _check_place(path, source)
    if path.resolve() == out.resolve():
        raise ValueError(f"--report {path} is where the rows go: choose another name.")


def find_label(wanted: str, y: pd.Series, written: pd.Series) -> tuple[Any, Any]:
    """Find the class that is written like `wanted`, whatever its type, and how it is written.

    First by how the file writes it, then by its value, of which 1.0 is also called 1.
    """
    pairs = dict.fromkeys(zip(y.astype(object), written.astype(object), strict=True))
    # A column of whole numbers with a hole somewhere was kept as floats, and 1 became 1.0.
    by_name = {str(label).removesuffix(".0"): (label, text) for label, text in reversed(pairs)}
    by_name |= {str(label): (label, text) for label, text in reversed(pairs)}
    by_name |= {str(text): (label, text) for label, text in reversed(pairs)}
    if wanted not in by_name:
        check_name(wanted, sorted({str(text) for _, text in pairs}), "class")
    return by_name[wanted]


def _make_sampler(arguments: argparse.Namespace, params: Mapping[str, Any]) -> Any:
    name = arguments.sampler or _fitting_sampler(arguments.useful, params)
    sampler = SAMPLERS[check_name(name, SAMPLERS, "sampler")]()
    known = sampler.get_params()
    for name in params:
        check_name(name, known, f"parameter of {type(sampler).__name__}")
    progress = {"verbose": 1} if "verbose" in known else {}
    # Acceptance makes rows of more use and less like real ones: see benchmarks/quality.md.
    faithful = {} if arguments.useful else {"acceptance": None}
    return sampler.set_params(**{"random_state": arguments.seed, **faithful, **progress, **params})


def _fitting_sampler(useful: bool, params: Mapping[str, Any]) -> str:
    """Name the sampler where none is asked for: the network by what only it has."""
    of_trees = SAMPLERS["trees"]().get_params()
    return "lsgan" if useful or params.keys() - of_trees.keys() else "trees"


def _report(sampler: Any, X: pd.DataFrame, y: pd.Series, label: Any) -> str:
    """Write a page on the rows of a class that a copy of a sampler generates, which sees half."""
    return quality_report(sampler, _with_text_names(X), y, label=label).to_html()


def _with_text_names(X: pd.DataFrame) -> pd.DataFrame:
    return X.set_axis(check_features(X).columns, axis=1)


def _train(sampler: Any, X: pd.DataFrame, y: pd.Series, label: Any) -> None:
    """Fit a sampler so that it can draw rows of a class, the largest or not."""
    tqdm.write(readings_in_lines(describe_columns(check_features(X))), file=sys.stderr)
    # One row more than there are, so that the class takes part in training.
    sampler.set_params(sampling_strategy={label: int((y == label).sum()) + 1})
    sampler.fit_resample(_with_text_names(X), y)


def _draw(sampler: Any, label: Any, n: int) -> Iterator[pd.DataFrame]:
    """Draw rows in chunks, so that memory does not grow with their number."""
    for done in range(0, n, ROWS_A_CHUNK):
        yield sampler.sample(min(ROWS_A_CHUNK, n - done), label)


def as_written(
    rows: pd.DataFrame, X: pd.DataFrame, fields: pd.DataFrame, constant: Mapping[Any, Any]
) -> pd.DataFrame:
    """Put in place of each value of generated rows the field in which it stands in the source.

    The columns of `rows` are those of `X`, by place; `fields` has the rows of `X`. Columns of one
    value are added.
    """
    written = {
        name: fields[name].iloc[_first_places(rows.iloc[:, place], X[name])].array
        for place, name in enumerate(X.columns)
    }
    return pd.DataFrame({**written, **constant}, index=range(len(rows)))


def _first_places(values: pd.Series, seen: pd.Series) -> np.ndarray:
    """Find for each value (n,) the first row of `seen`, a column of one dtype with it, that has it.

    Whatever a sampler generates was seen, holes among it.
    """
    holes = seen.isna().to_numpy()
    first = np.flatnonzero(~seen.duplicated().to_numpy() & ~holes)
    known = pd.Index(seen.iloc[first], dtype=seen.dtype)
    places = known.get_indexer(pd.Index(values, dtype=seen.dtype))  # of a hole -1, so the last
    return np.append(first, holes.argmax())[places]


def _write(chunks: Iterable[pd.DataFrame], path: Path, form: Form, header: list[Any]) -> None:
    """Write all chunks or, if something goes wrong on the way, no file at all."""
    with (
        written_whole(path) as raw,
        PACK[endings(path)[1]](raw) as packed,
        io.TextIOWrapper(packed, form.encoding, newline="") as file,
    ):
        for place, chunk in enumerate(chunks):
            chunk.to_csv(
                file,
                header=False if place else header,
                index=False,
                sep=form.separator,
                lineterminator=form.line_end,
                quoting=csv.QUOTE_ALL if _has_lone_returns(chunk) else csv.QUOTE_MINIMAL,
            )


def _has_lone_returns(chunk: pd.DataFrame) -> bool:
    """Tell whether a text has a line end in it that Python's writer does not quote by itself."""
    values = (value for _, column in chunk.items() for value in column.unique())
    return any("\r" in value for value in values if isinstance(value, str))
