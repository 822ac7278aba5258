"""The command line: ``gansampler benchmark``, ``gansampler report``, ``gansampler generate``."""

import argparse
import ast
import math
import shlex
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from tqdm.auto import tqdm

from . import __version__
from .datasets import load_winequality_red4
from .files import bare_name, check_folder, endings, write_whole
from .generate import generate, generate_from_model
from .naming import check_name
from .tables import WORKBOOKS, parse_table
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
    parser.add_argument(
        "--repeats",
        type=int,
        metavar="N",
        help="default: 3 for one table of up to 5,000 rows that is not held out by time, else 1",
    )
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
        "sklearn.linear_model.LogisticRegression (default: xgboost_tuned)",
    )
    parser.add_argument(
        "--readouts",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="what is made of the probabilities: names below (default: as_is)",
    )
    parser.add_argument(
        "--metrics",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="the scores: names below (default: those marked below)",
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
        "--n-jobs",
        type=int,
        default=1,
        metavar="N",
        help="trials at the same time; -1: one for each core (default: 1)",
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="run the trials on the workers of a Dask scheduler"
    )


def _list_entries() -> str:
    try:
        from .evaluation import LEARNERS, METRICS, READOUTS, STRATEGIES
        from .evaluation.axes.strategies import PACKAGES
    except ImportError as error:
        return str(error)
    strategies = [
        f"  {'*' if strategy.by_default else ' '} {name:<18} {strategy.description}"
        + (f" [{PACKAGES[strategy.needs]}]" if strategy.needs else "")
        for name, strategy in STRATEGIES.items()
    ]
    learners = [f"    {name:<18} {learner.description}" for name, learner in LEARNERS.items()]
    readouts = [
        f"    {name:<18} {(readout.__doc__ or '').partition('.')[0]}"
        for name, readout in READOUTS.items()
    ]
    metrics = [
        f"  {'*' if metric.by_default else ' '} {name:<18} {metric.title}"
        for name, metric in METRICS.items()
    ]
    return "\n".join(
        [
            "strategies (* by default) [and the package that one needs]:",
            *strategies,
            "",
            "learners:",
            *learners,
            "",
            "readouts:",
            *readouts,
            "",
            "metrics (* by default):",
            *metrics,
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
    parser.add_argument("--target", metavar="COLUMN", help="the column of classes")
    _add_reading(parser)
    _add_rows(parser)
    _add_sampler(parser)


def _add_rows(parser: argparse.ArgumentParser) -> None:
    """Add what says which rows are written, and where."""
    parser.add_argument("--label", help="the class to generate")
    parser.add_argument("-n", type=int, help="how many rows")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the CSV to write, also .csv.gz")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="also train a copy of the sampler on one half of the rows, and write a page (.html) "
        "on how its rows compare with the other half, beside those of duplicates and SMOTE",
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="default: 0; with --model, to draw other rows than those that it draws first",
    )


def _add_sampler(parser: argparse.ArgumentParser) -> None:
    """Add what says which sampler generates them, and whether it is kept."""
    parser.add_argument(
        "--sampler",
        metavar="NAME",
        help="trees (default: columns drawn anew by trees, no network), lsgan (default with "
        "--useful, and where a --param is one of the network), cgan or jitter",
    )
    parser.add_argument(
        "--useful",
        action="store_true",
        help="keep those rows alone that teach a classifier most, as fit_resample does; without it "
        "all are kept, which are more like real ones",
    )
    _add_param(parser, "a parameter of the sampler, such as steps=2000")
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE",
        help="keep the trained sampler, which holds rows and values of the table; without --label "
        "it learns every class, and no rows are written",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="take a sampler that was kept, instead of a table to train one on",
    )


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
    # Only this command needs the extra packages behind it.
    from .evaluation import Store, compare

    _check_out(arguments.out, arguments.overwrite)
    lists = ("drop", "strategies", "learners", "readouts", "metrics", "minority_sizes")
    _take_files(arguments, *lists)
    kept: Any = arguments.store or Store(":memory:", {})
    try:
        compare(
            _data_sets(arguments),
            strategies=arguments.strategies,
            # Not defaults of the parser, to which the names that are given would be added.
            learners=arguments.learners or ["xgboost_tuned"],
            readouts=arguments.readouts or ["as_is"],
            folds=arguments.folds,
            repeats=arguments.repeats,
            protocol=_protocol(arguments),
            metrics=arguments.metrics,
            params=_parse_params(arguments.param),
            random_state=arguments.seed,
            store=kept,
            n_jobs=arguments.n_jobs,
            scheduler=arguments.scheduler,
            verbose=1,
        )
    except KeyboardInterrupt:
        if not arguments.store:
            raise
        print(
            f"gansampler: interrupted; what was finished is in {arguments.store}, and the same "
            "command goes on from there",
            file=sys.stderr,
        )
        return INTERRUPTED
    return _report(arguments) if arguments.store else _write_pages(arguments, kept)


def _data_sets(arguments: argparse.Namespace) -> list[Any]:
    from .evaluation import DataSet

    drop, read = _reading(arguments)
    how: Any = {"drop": tuple(drop), "read": tuple(read.items())}
    files = [_take_apart(word, arguments.target) for word in arguments.data]
    if files:
        form = _form(arguments)
        return [
            DataSet(bare_name(path), path, _need(arguments, target, path), **how, **form)
            for path, target in files
        ]
    if arguments.store:
        raise ValueError(
            "--store needs a file: gansampler benchmark data.csv --target class --store run.sqlite."
        )
    if arguments.target is not None:
        raise ValueError("--target needs a file: gansampler benchmark data.csv --target class.")
    X, y = load_winequality_red4()
    return [DataSet("winequality_red4", X.assign(target=y), "target", **how)]


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


def _form(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"sep": arguments.sep, "encoding": arguments.encoding}


def _report(arguments: argparse.Namespace) -> int:
    from .evaluation import Store

    _check_out(arguments.out, arguments.overwrite)
    with Store(arguments.store) as store:
        return _write_pages(arguments, store)


def _settings(store: Any) -> dict[str, str]:
    """Put the settings of a store into words; versions and machine are those of its last run."""
    settings, sessions = dict(store.settings), store.sessions()
    del settings["strategies"]  # of which the report has a list of its own
    names = settings["datasets"] = list(settings["datasets"])
    settings["protocol"] = [_protocol_in_words(*each) for each in settings.pop("protocols")]
    last = sessions[-1]
    said = {
        **settings,
        **(store.facts("tables").get(names[0], {}) if len(names) == 1 else {}),
        **store.facts("learners"),
        "versions": ", ".join(f"{name} {number}" for name, number in last["versions"].items()),
        "machine": last["machine"],
        "date": f"{sessions[0]['date']} to {last['date']}, {len(sessions)} run(s)",
    }
    return {name.replace("_", " "): _in_words(value) for name, value in said.items()}


def _protocol_in_words(words: str, size: int | None) -> str:
    kept = f"minority_sizes={size}" if size else ""
    return ", ".join(filter(None, [words, kept])) or "stratified"


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
    from .evaluation.statistics.long_table import COLUMNS

    if not results.exists():
        return False
    with results.open(encoding="utf-8", errors="replace") as file:
        names = file.readline().strip().split(",")
    return names[0] == COLUMNS[0] and set(names) <= {*COLUMNS}


def _write_pages(arguments: argparse.Namespace, store: Any) -> int:
    """Write what was found before anything is drawn, which may fail or be interrupted."""
    from .evaluation import report
    from .evaluation.report.page import whole_and_brief

    folder, results, details = arguments.out, store.frame(), store.details()
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "results.csv", results.to_csv(index=False))
    whole, brief = whole_and_brief(results, details)
    write_whole(folder / "summary.md", whole)
    print(brief)
    try:
        drawn = report.render_report(
            results,
            looks=store.looks(),
            details=details,
            columns=store.columns(),
            settings=_settings(store),
            command=arguments.command,
        )
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
        print(f"Written: results.csv, summary.md (all tables) and report.html in {folder}")
    return OK if (results["status"] == "ok").all() else FAILED


def _need(arguments: argparse.Namespace, target: str | None, path: str) -> str:
    if target is None:
        columns = ", ".join(map(str, parse_table(path, **_form(arguments)).columns))
        raise ValueError(f"--target is missing: name the column of classes, one of {columns}.")
    return target


def _protocol(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("group", "time", "imbalance_ratio", "minority_sizes")
    given = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


def _generate(arguments: argparse.Namespace) -> int:
    _take_files(arguments, "drop")
    if arguments.model is not None:
        _refuse_beside_model(arguments)
        generate_from_model(arguments)
        return OK
    if len(arguments.data) != 1:
        raise ValueError("generate needs one file: gansampler generate data.csv --target class ...")
    (arguments.data,) = arguments.data
    arguments.target = _need(arguments, arguments.target, arguments.data)
    drop, read = _reading(arguments)
    generate(arguments, _parse_params(arguments.param), drop, read)
    return OK


def _refuse_beside_model(arguments: argparse.Namespace) -> None:
    """Refuse words about a training, where a sampler is trained already."""
    of_training = (
        ("a table", "data"),
        ("--target", "target"),
        ("--drop", "drop"),
        ("--read", "read"),
        ("--sep", "sep"),
        ("--encoding", "encoding"),
        ("--sampler", "sampler"),
        ("--report", "report"),
        ("--useful", "useful"),
        ("--param", "param"),
        ("--save", "save"),
    )
    found = [word for word, name in of_training if getattr(arguments, name)]
    if found:
        raise ValueError(
            f"--model is a trained sampler, beside which {', '.join(found)} would mean nothing: "
            "leave that out."
        )
