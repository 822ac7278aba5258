"""The command line: ``gansampler benchmark``, ``gansampler report``, ``gansampler generate``."""

import argparse
import ast
import math
import shlex
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
from tqdm.auto import tqdm

from . import __version__
from .columns import check_features, describe_columns
from .datasets import load_winequality_red4
from .files import bare_name, check_folder, endings, write_whole
from .generate import generate
from .naming import check_name
from .readings import readings_in_lines, warn_of_doubts
from .tables import WORKBOOKS, parse_table, split_target
from .targets import check_target
from .texts import READINGS

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
PAGES = ("results.csv", "summary.md", "report.html")
# What ends so behind a list of names is a file, not one of them.
ENDINGS_OF_DATA = (".csv", ".tsv", ".txt", ".parquet", *WORKBOOKS)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``gansampler``; those of the process if None.

    Returns
    -------
    int
        0 if all went well; 1 if a strategy failed, a training diverged or a process was ended from
        outside; 2 for input that cannot be used, with the reason in one line on standard error;
        130 if interrupted.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    try:
        arguments = _parser().parse_args(argv)
        arguments.command = shlex.join(["gansampler", *argv])
        with _warnings_in_one_line():
            return arguments.run(arguments)
    except (FloatingPointError, ChildProcessError) as error:
        return _complain(error, FAILED)
    except (ValueError, OSError, ImportError) as error:
        return _complain(error, BAD_INPUT)
    except KeyboardInterrupt:
        print("gansampler: interrupted, nothing written", file=sys.stderr)
        return INTERRUPTED


def _complain(error: Exception, code: int) -> int:
    message = str(error)
    if isinstance(error, OSError) and error.strerror:  # without the number of the error
        where = "" if error.filename is None else f": {error.filename}"
        message = f"{error.strerror}{where}"
    print("gansampler: error: " + " ".join(message.split()), file=sys.stderr)
    return code


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Print warnings for people, above the progress bar, while a command runs."""

    def show(message: Warning | str, *_: Any) -> None:
        tqdm.write(f"gansampler: warning: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.showwarning = show  # type: ignore[assignment]
        yield


class _Parser(argparse.ArgumentParser):
    """A parser whose errors take the same way as all others, and whose help may end late."""

    # What is too slow to find out, or needs extra packages, unless somebody asks for help.
    make_epilog: Callable[[], str] | None = None

    def format_help(self) -> str:
        if self.make_epilog is not None:
            self.epilog = self.make_epilog()
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see {self.prog} --help)")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gansampler", description="Conditional GAN oversampling of imbalanced tables."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_benchmark(commands)
    _add_report(commands)
    _add_generate(commands)
    return parser


def _add_benchmark(commands: Any) -> None:
    parser = commands.add_parser(
        "benchmark",
        help="see whether oversampling helps XGBoost on a table, or on many",
        description="Compare ways to treat imbalanced classes by cross-validation with XGBoost. "
        "Without a file, on a small table of red wines.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.make_epilog = _list_entries
    parser.set_defaults(run=_benchmark)
    parser.add_argument(
        "data",
        nargs="*",
        metavar="FILE[:TARGET]",
        help="CSV (or parquet, or Excel) file with a header, packed or not, and its column of "
        "classes if not --target",
    )
    parser.add_argument("--target", metavar="COLUMN", help="the column of classes")
    _add_reading(parser)
    _add_compared(parser)
    parser.add_argument("--folds", type=int, default=5, metavar="N", help="default: 5")
    parser.add_argument("--repeats", type=int, default=1, metavar="N", help="default: 1")
    _add_protocol(parser)
    _add_store(parser)
    _add_out(parser)
    _add_param(
        parser,
        "a parameter of all learners, such as max_depth=4, or of one, such as "
        "xgboost_tuned__max_depth=4",
    )
    _add_seed(parser)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--drop",
        nargs="+",
        action="extend",
        metavar="COLUMN",
        help="columns to ignore",
    )
    parser.add_argument(
        "--read",
        action="append",
        default=[],
        metavar="COLUMN=HOW",
        help=f"what a column is, if not what it looks like: {', '.join(READINGS)} or drop; "
        "repeatable",
    )
    parser.add_argument(
        "--sep", metavar="MARK", help="the separator of a CSV, if not , or ; or a tab: '|', or tab"
    )
    parser.add_argument(
        "--encoding", metavar="NAME", help="the encoding of a CSV, if not utf-8, such as cp1252"
    )


def _add_compared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--strategies",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="what to compare: names below such as none smote lsgan, import paths such as "
        "'imblearn.over_sampling.SMOTE(k_neighbors=3)', Python files that define a sampler, or all "
        "(default: those marked below)",
    )
    parser.add_argument(
        "--learners",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="what learns from the rows: names below, or import paths of classifiers, such as "
        "sklearn.linear_model.LogisticRegression (default: xgboost)",
    )
    parser.add_argument(
        "--readouts",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="what is made of the probabilities: as_is, tuned, prior_corrected (default: as_is)",
    )


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--group", metavar="COLUMN", help="hold out whole groups of rows, such as patients"
    )
    parser.add_argument("--time", metavar="COLUMN", help="hold out later rows")
    parser.add_argument(
        "--imbalance-ratio",
        type=_ratio,
        metavar="R",
        help="take rows of the smallest class out of the training parts until it has R times the "
        "rows of the largest",
    )
    parser.add_argument(
        "--minority-sizes",
        type=_size,
        nargs="+",
        action="extend",
        metavar="N",
        help="a learning curve: training parts with N rows of the smallest class",
    )


def _size(text: str) -> int | str:
    if _is_data(text):
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = math.nan
    if not 0 < ratio < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number between 0 and 1, such as 0.05")
    return ratio


def _add_report(commands: Any) -> None:
    parser = commands.add_parser(
        "report",
        help="write the report of a run that is kept in a file",
        description="Write results, summary and report of what a store holds, also while its run "
        "goes on.",
    )
    parser.set_defaults(run=_report)
    parser.add_argument("store", metavar="FILE", help="what --store of the benchmark named")
    _add_out(parser)


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="where results.csv, summary.md and report.html go (default: results)",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="write there even if files of these names are no results of gansampler",
    )


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store",
        metavar="FILE",
        help="keep each trial in this file as soon as it is finished; the same command goes on "
        "after an interruption, and more files, strategies or repeats are added",
    )
    parser.add_argument(
        "--n-jobs", type=int, metavar="N", help="trials at the same time; -1: one for each core"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="run the trials on the workers of a Dask scheduler"
    )


def _list_entries() -> str:
    try:
        from .evaluation import LEARNERS, STRATEGIES
        from .evaluation.axes.strategies import PACKAGES
    except ImportError as error:
        return str(error)
    strategies = [
        f"  {'*' if strategy.by_default else ' '} {name:<18} {strategy.description}"
        + (f" [{PACKAGES[strategy.needs]}]" if strategy.needs else "")
        for name, strategy in STRATEGIES.items()
    ]
    learners = [f"    {name:<18} {learner.description}" for name, learner in LEARNERS.items()]
    return "\n".join(
        [
            "strategies (* by default) [and the package that one needs]:",
            *strategies,
            "",
            "learners:",
            *learners,
        ]
    )


def _add_generate(commands: Any) -> None:
    parser = commands.add_parser(
        "generate",
        help="write generated rows of one class",
        description="Train a sampler on a table and write generated rows of one class, each field "
        "as it stands in the file of the table.",
    )
    parser.set_defaults(run=_generate)
    parser.add_argument(
        "data",
        nargs="*",
        metavar="FILE",
        help="CSV (or parquet, or Excel) file with a header, packed or not",
    )
    parser.add_argument("--target", required=True, help="the column of classes")
    _add_reading(parser)
    parser.add_argument("--label", required=True, help="the class to generate")
    parser.add_argument("-n", type=int, required=True, help="how many rows")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the CSV to write, also .csv.gz"
    )
    parser.add_argument(
        "--sampler", default="lsgan", metavar="NAME", help="lsgan (default), cgan or jitter"
    )
    _add_param(parser, "a parameter of the sampler, such as steps=2000")
    _add_seed(parser)


def _add_param(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help=f"{what}; repeatable"
    )


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")


def _parse_params(pairs: Iterable[str]) -> dict[str, Any]:
    """Read ``name=value``, the value as Python reads it, or else as text."""
    params = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not (name and equals):
            raise ValueError(f"--param {pair!r} is not of the form name=value.")
        try:
            params[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            params[name] = text
    return params


def _benchmark(arguments: argparse.Namespace) -> int:
    _check_out(arguments.out, arguments.overwrite)
    _take_files(arguments, "drop", "strategies", "learners", "readouts", "minority_sizes")
    # Not defaults of the parser, to which the names that are given would be added.
    arguments.learners = arguments.learners or ["xgboost"]
    arguments.readouts = arguments.readouts or ["as_is"]
    files = [_take_apart(word, arguments.target) for word in arguments.data]
    if arguments.store is not None:
        return _benchmark_into_store(arguments, files)
    if len(files) > 1 or arguments.n_jobs is not None or arguments.scheduler is not None:
        raise ValueError(
            "Several files, --n-jobs and --scheduler need a file that keeps the results: give "
            "--store run.sqlite as well."
        )
    arguments.data, arguments.target = files[0] if files else (None, arguments.target)
    return _benchmark_one(arguments)


def _take_files(arguments: argparse.Namespace, *lists: str) -> None:
    """Move files of data to the others, out of lists of names that they stand behind."""
    for name in lists:
        words = getattr(arguments, name) or []
        arguments.data = [*arguments.data, *filter(_is_data, words)]
        setattr(arguments, name, [word for word in words if not _is_data(word)] or None)


def _is_data(word: Any) -> bool:
    """Tell a file of data among names of other things."""
    if not isinstance(word, str):
        return False
    path, _ = _take_apart(word, None)
    return endings(path)[0] in ENDINGS_OF_DATA and Path(path).is_file()


def _take_apart(word: str, target: str | None) -> tuple[str, str | None]:
    """Split FILE:TARGET, unless there is a file of that whole name."""
    path, colon, own_target = word.rpartition(":")
    return (path, own_target) if colon and not Path(word).exists() else (word, target)


def _reading(arguments: argparse.Namespace) -> tuple[list[str], dict[str, str]]:
    """Give the columns to leave out, and those to be read in a way that is told."""
    drop, read = list(arguments.drop or []), {}
    for pair in arguments.read:
        name, _, how = pair.rpartition("=")
        if not (name and how):
            raise ValueError(f"--read {pair!r} is not of the form column=number.")
        if check_name(how, [*READINGS, "drop"], "reading of a column") == "drop":
            drop.append(name)
        else:
            read[name] = how
    return drop, read


def _benchmark_into_store(
    arguments: argparse.Namespace, files: Sequence[tuple[str, str | None]]
) -> int:
    # Only this command needs the extra packages behind it.
    from .evaluation.runs import run_tasks
    from .evaluation.tables import Source

    if not files:
        raise ValueError(
            "--store needs a file: gansampler benchmark data.csv --target class --store run.sqlite."
        )
    drop, read = _reading(arguments)
    how = {"drop": tuple(drop), "read": tuple(read.items()), **_form(arguments)}
    sources = [
        Source(_name_of(path), path, _need(arguments, target, path), **how)
        for path, target in files
    ]
    try:
        run_tasks(
            sources,
            arguments.strategies,
            store=arguments.store,
            n_jobs=1 if arguments.n_jobs is None else arguments.n_jobs,
            scheduler=arguments.scheduler,
            random_state=arguments.seed,
            verbose=1,
            **_options(arguments),
        )
    except KeyboardInterrupt:
        print(
            f"gansampler: interrupted; what was finished is in {arguments.store}, and the same "
            "command goes on from there",
            file=sys.stderr,
        )
        return INTERRUPTED
    return _report(arguments)


def _form(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"sep": arguments.sep, "encoding": arguments.encoding}


def _report(arguments: argparse.Namespace) -> int:
    from .evaluation.store import Store

    _check_out(arguments.out, arguments.overwrite)
    with Store(arguments.store) as store:
        return _write_pages(
            arguments.out,
            store.table(),
            details=store.details(),
            columns=store.columns(),
            settings=_stored_settings(store.settings, store.sessions()),
            command=arguments.command,
        )


def _stored_settings(
    settings: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Put the settings of a store into words; versions and machine are those of its last run."""
    named = {**settings, "datasets": list(settings["datasets"])}
    del named["strategies"]  # of which the report has a list of its own
    last = sessions[-1]
    versions = ", ".join(f"{name} {number}" for name, number in last["versions"].items())
    return {
        **{name.replace("_", " "): _in_words(value) for name, value in named.items()},
        "versions": versions,
        "machine": last["machine"],
        "date": f"{sessions[0]['date']} to {last['date']}, {len(sessions)} run(s)",
    }


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        value = [f"{name}={each}" for name, each in value.items()]
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    return "-" if value in (None, "") else str(value)


def _check_out(folder: Path, overwrite: bool) -> None:
    """Refuse a folder that cannot be written, or that holds somebody's own files of our names."""
    check_folder(folder, PAGES)
    found = [name for name in PAGES if (folder / name).exists()]
    if found and not overwrite and not _is_ours(folder / PAGES[0]):
        raise ValueError(
            f"{folder} holds {', '.join(found)}, but no results of gansampler: name another folder "
            "by --out, or give --overwrite."
        )


def _is_ours(results: Path) -> bool:
    """Tell results of this program, of whatever version, by the names of their columns."""
    from .evaluation.trial import COLUMNS

    if not results.exists():
        return False
    with results.open(encoding="utf-8", errors="replace") as file:
        names = file.readline().strip().split(",")
    return names[0] == COLUMNS[0] and set(names) <= {*COLUMNS}


def _write_pages(folder: Path, results: pd.DataFrame, **extras: Any) -> int:
    """Write what was found before anything is drawn, which may fail or be interrupted."""
    from .evaluation import report
    from .evaluation.report.page import summary

    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "results.csv", results.to_csv(index=False))
    page = summary(results, extras.get("details"))
    write_whole(folder / "summary.md", page)
    print(page)
    try:
        drawn = report.render_report(results, **extras)
    except KeyboardInterrupt:
        print(
            f"gansampler: interrupted; results.csv and summary.md are in {folder}", file=sys.stderr
        )
        return INTERRUPTED
    except Exception as error:
        warnings.warn(
            f"The report could not be made ({type(error).__name__}: {error}); results.csv and "
            f"summary.md in {folder} are whole.",
            stacklevel=2,
        )
    else:
        write_whole(folder / "report.html", drawn)
        print(f"Written: results.csv, summary.md and report.html in {folder}")
    return OK if (results["status"] == "ok").all() else FAILED


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "learners": arguments.learners,
        "readouts": arguments.readouts,
        "folds": arguments.folds,
        "repeats": arguments.repeats,
        "protocol": _protocol(arguments),
        "params": _parse_params(arguments.param),
    }


def _benchmark_one(arguments: argparse.Namespace) -> int:
    from .evaluation import run_trials
    from .evaluation.axes.details import DETAILS
    from .evaluation.trial import COLUMNS

    X, y = _load(arguments)
    X = check_features(X)
    y = check_target(y, n_rows=len(X), folds=arguments.folds)  # labels as the trials name them
    columns = describe_columns(X)
    name = _dataset_name(arguments)
    trials = run_trials(
        X,
        y,
        arguments.strategies,
        dataset=name,
        random_state=arguments.seed,
        verbose=1,
        **_options(arguments),
    )
    tqdm.write(readings_in_lines(columns), file=sys.stderr)
    rows: list[dict[str, Any]] = []
    details: dict[str, list[dict[str, Any]]] = {kind: [] for kind in DETAILS}
    examples: dict[str, dict[str, Any]] = {}
    for trial in trials:  # one trial of each strategy is kept to be shown, of the others the scores
        rows += trial.rows
        for kind, found in trial.details.items():
            details[kind] += found
        if trial.new_rows is not None:
            example = {"rows": trial.new_rows, "labels": trial.new_labels, "history": trial.history}
            examples.setdefault(trial.rows[0]["strategy"], example)
    held_out_by = [column for column in (arguments.group, arguments.time) if column is not None]
    return _write_pages(
        arguments.out,
        pd.DataFrame(rows, columns=COLUMNS),
        looks={name: {"X": X.drop(columns=held_out_by), "y": y, "examples": examples}},
        details={kind: pd.DataFrame(found) for kind, found in details.items()},
        columns={name: columns},
        settings=_settings(arguments, X, y),
        command=arguments.command,
    )


def _load(arguments: argparse.Namespace) -> tuple[pd.DataFrame, pd.Series]:
    drop, read = _reading(arguments)
    if arguments.data is None:
        if arguments.target is not None:
            raise ValueError("--target needs a file: gansampler benchmark data.csv --target class.")
        X, y = load_winequality_red4()
        return split_target(X.assign(target=y), "target", drop, read)
    target = _need(arguments, arguments.target, arguments.data)
    X, y = split_target(parse_table(arguments.data, **_form(arguments)), target, drop, read)
    warn_of_doubts(X, {*read, arguments.group, arguments.time})
    return X, y


def _need(arguments: argparse.Namespace, target: str | None, path: str) -> str:
    if target is None:
        columns = ", ".join(map(str, parse_table(path, **_form(arguments)).columns))
        raise ValueError(f"--target is missing: name the column of classes, one of {columns}.")
    return target


def _dataset_name(arguments: argparse.Namespace) -> str:
    return "winequality_red4" if arguments.data is None else _name_of(arguments.data)


def _name_of(path: str) -> str:
    """Give the name of a file without its endings, and without the @ that sets off a protocol."""
    return bare_name(path).replace("@", "_")


def _protocol(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("group", "time", "imbalance_ratio", "minority_sizes")
    given = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def _settings(arguments: argparse.Namespace, X: pd.DataFrame, y: pd.Series) -> dict[str, str]:
    from .evaluation.axes.learners import pick_learners
    from .evaluation.store import surroundings

    where = surroundings()
    counts = y.value_counts()
    learners = pick_learners(arguments.learners, _parse_params(arguments.param))
    return {
        "data": arguments.data or "winequality_red4 (shipped with the package)",
        "rows and columns": f"{len(X):,} rows, {X.shape[1]} columns beside the target {y.name!r}",
        "classes": ", ".join(f"{label} ({count:,})" for label, count in counts.items()),
        "folds": f"{arguments.folds}; {arguments.repeats} repeat(s)",
        "protocol": ", ".join(f"{name}={value}" for name, value in _protocol(arguments).items())
        or "stratified",
        **{
            name: ", ".join(f"{param}={value}" for param, value in learner.params.items()) or "-"
            for name, learner in learners.items()
        },
        "readouts": ", ".join(arguments.readouts),
        "seed": str(arguments.seed),
        "versions": ", ".join(f"{name} {number}" for name, number in where["versions"].items()),
        "machine": where["machine"],
        "date": date.today().isoformat(),
    }


def _generate(arguments: argparse.Namespace) -> int:
    _take_files(arguments, "drop")
    if len(arguments.data) != 1:
        raise ValueError("generate needs one file: gansampler generate data.csv --target class ...")
    (arguments.data,) = arguments.data
    drop, read = _reading(arguments)
    generate(arguments, _parse_params(arguments.param), drop, read)
    return OK
