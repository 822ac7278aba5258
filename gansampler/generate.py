"""``gansampler generate``: rows of one class, written as their source writes its own."""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from . import CGANOverSampler, JitterOverSampler, LSGANOverSampler, quality_report
from .columns import check_features, describe_columns
from .csv_form import Form, find_form
from .files import PACK, check_writable, endings, write_whole, written_whole
from .naming import check_name
from .readings import readings_in_lines, warn_of_doubts
from .saving.loading import read_sampler
from .saving.writing import need_safetensors, write_sampler
from .seeding import numpy_generator
from .spelling import Spelling, find_label, seen_columns, spelled_labels, spelling_from
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
    """Train a sampler with these `params` on a file; write generated rows of one class, keep it."""
    source, out, kept = Path(arguments.data), arguments.out, arguments.save
    _check_wanted(arguments)
    _check_places(arguments, source)
    X, y, spelling = _read(arguments, source, drop, read)
    label, text = None, None
    if arguments.label is not None:
        label, text = find_label(arguments.label, spelling.labels)
    sampler = _make_sampler(arguments, params)
    page = None if arguments.report is None else _report(sampler, X, y, label)
    every = dict.fromkeys(each for each, _ in spelling.labels)
    _train(sampler, X, y, every if arguments.label is None else [label])
    if kept is not None:
        write_sampler(sampler, kept, spelling.to_plain())
        print(f"Written: the sampler in {kept}")
    if out is not None:
        _write_rows(sampler, spelling, label, text, arguments)
    if page is not None:
        write_whole(arguments.report, page)
        print(f"Written: a report on such rows in {arguments.report}")


def _read(
    arguments: argparse.Namespace, source: Path, drop: Iterable[str], read: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.Series, Spelling]:
    """Read features and classes, and how their file writes them."""
    how = {"sep": arguments.sep, "encoding": arguments.encoding}
    table = parse_table(source, **how)
    X, y = split_target(table, arguments.target, drop, read)
    check_classes(y)
    warn_of_doubts(X, read)
    return X, y, _spelling(source, table, X, y, how)


def generate_from_model(arguments: argparse.Namespace) -> None:
    """Write generated rows of one class by a sampler that `generate` has kept."""
    _check_wanted(arguments)
    _check_output(arguments.out, arguments.model)
    sampler, spelling = _read_model(arguments.model)
    label, text = find_label(arguments.label, spelling.labels)
    try:
        sampler._code_of(label)
    except ValueError as error:
        raise ValueError(
            f"{arguments.model} has learnt no class {text}, for it was saved with another --label: "
            "save it without --label, and rows of every class can be drawn."
        ) from error
    if arguments.seed is not None:
        sampler._rng_ = numpy_generator(arguments.seed)
    _write_rows(sampler, spelling, label, text, arguments)


def _read_model(model: Path) -> tuple[Any, Spelling]:
    """Load a sampler, and how the file that it was trained on writes its values."""
    sampler, plain = read_sampler(model)
    if plain is None:
        raise ValueError(
            f"{model} was saved in Python, and does not say how a file writes its values: draw "
            f"from it in Python, by gansampler.load({str(model)!r}).sample(...)."
        )
    try:
        return sampler, spelling_from(plain, sampler.encoder_._like_.dtypes)
    except ValueError as error:
        raise ValueError(f"{model} cannot be loaded: {error}.") from error


def _write_rows(
    sampler: Any, spelling: Spelling, label: Any, text: Any, arguments: argparse.Namespace
) -> None:
    """Draw rows of a class, and write them as the source of the table would."""
    out, form = arguments.out, spelling.form
    if endings(out)[0] == ".tsv":
        form = form._replace(separator="\t")
    drawn = _draw(sampler, label, arguments.n)
    _write((spelling.write(rows, text) for rows in drawn), out, form, spelling.header)
    print(f"Written: {arguments.n:,} rows of class {text} in {out}")


def _spelling(
    source: Path, table: pd.DataFrame, X: pd.DataFrame, y: pd.Series, how: dict[str, Any]
) -> Spelling:
    """Look up how a file writes the values of its table, of which some columns are used."""
    names, fields = read_fields(source, table, **how)
    used = [name in X or name == y.name for name in table.columns]
    return Spelling(
        columns=seen_columns(X, fields),
        target=y.name,
        labels=spelled_labels(y, fields[y.name]),
        order=[name for name, is_used in zip(table.columns, used, strict=True) if is_used],
        header=[name for name, is_used in zip(names, used, strict=True) if is_used],
        form=find_form(source, **how) if is_csv(source) else Form(),
    )


def _check_wanted(arguments: argparse.Namespace) -> None:
    """Refuse what is asked for by halves."""
    given = {
        "--label": arguments.label,
        "-n": arguments.n,
        "--out": arguments.out,
    }
    missing = [name for name, value in given.items() if value is None]
    asks_for_rows = arguments.n is not None or arguments.out is not None
    if missing and (asks_for_rows or arguments.save is None):
        raise ValueError(
            f"Missing: {', '.join(missing)}. Name the class, how many rows of it, and the file to "
            "write, such as --label 1 -n 1000 --out new.csv; or keep the sampler alone, by --save "
            "model.gan."
        )
    if arguments.n is not None and arguments.n < 1:
        raise ValueError(f"-n {arguments.n}: ask for 1 row or more.")
    if arguments.report is not None and arguments.label is None:
        raise ValueError("--report is on rows of one class: name it by --label.")


def _check_places(arguments: argparse.Namespace, source: Path) -> None:
    """Refuse files that could not be written, before any work."""
    out, report, kept = arguments.out, arguments.report, arguments.save
    if out is not None:
        _check_output(out, source)
    if report is not None:
        _check_report(report, source, out)
    if kept is not None:
        need_safetensors()
        _check_place(kept, source)
        for other in (out, report):
            if other is not None and kept.resolve() == other.resolve():
                raise ValueError(f"--save {kept} is where {other} goes: choose another name.")


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


def _check_report(path: Path, source: Path, out: Path | None) -> None:
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--report {path}: it is a page; choose a name that ends in .html.")
    _check_place(path, source)
    if out is not None and path.resolve() == out.resolve():
        raise ValueError(f"--report {path} is where the rows go: choose another name.")


def _make_sampler(arguments: argparse.Namespace, params: Mapping[str, Any]) -> Any:
    name = arguments.sampler or _fitting_sampler(arguments.useful, params)
    sampler = SAMPLERS[check_name(name, SAMPLERS, "sampler")]()
    known = sampler.get_params()
    for name in params:
        check_name(name, known, f"parameter of {type(sampler).__name__}")
    progress = {"verbose": 1} if "verbose" in known else {}
    # Acceptance makes rows of more use and less like real ones: see benchmarks/quality.md.
    faithful = {} if arguments.useful else {"acceptance": None}
    seed = arguments.seed or 0
    return sampler.set_params(**{"random_state": seed, **faithful, **progress, **params})


def _fitting_sampler(useful: bool, params: Mapping[str, Any]) -> str:
    """Name the sampler where none is asked for: the network by what only it has."""
    of_trees = SAMPLERS["trees"]().get_params()
    return "lsgan" if useful or params.keys() - of_trees.keys() else "trees"


def _report(sampler: Any, X: pd.DataFrame, y: pd.Series, label: Any) -> str:
    """Write a page on the rows of a class that a copy of a sampler generates, which sees half."""
    return quality_report(sampler, _with_text_names(X), y, label=label).to_html()


def _with_text_names(X: pd.DataFrame) -> pd.DataFrame:
    return X.set_axis(check_features(X).columns, axis=1)


def _train(sampler: Any, X: pd.DataFrame, y: pd.Series, labels: Iterable[Any]) -> None:
    """Fit a sampler so that it can draw rows of some classes, the largest or not."""
    tqdm.write(readings_in_lines(describe_columns(check_features(X))), file=sys.stderr)
    # One row more than there are, so that the class takes part in training.
    sampler.set_params(sampling_strategy={each: int((y == each).sum()) + 1 for each in labels})
    sampler.fit_resample(_with_text_names(X), y)


def _draw(sampler: Any, label: Any, n: int) -> Iterator[pd.DataFrame]:
    """Draw rows in chunks, so that memory does not grow with their number."""
    for done in range(0, n, ROWS_A_CHUNK):
        yield sampler.sample(min(ROWS_A_CHUNK, n - done), label)


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
