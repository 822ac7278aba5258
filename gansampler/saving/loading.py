"""A fitted sampler out of a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from numbers import Integral, Real
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np

from .._torch import CPU, seeded_generator, single_thread
from ..acceptance import Acceptance, Selection, checked_weights
from ..anchors import Anchors
from ..encoding import TableEncoder
from ..gan import ConditionalGAN
from ..samplers import CGANOverSampler, JitterOverSampler, LSGANOverSampler
from .archive import read_archive
from .named import named_in
from .nodes import Node, Unpacker, check, check_places, whole
from .parts import check_compact
from .writing import FORMS, GAN, INSIDE_GAN, PARTS_OF_SAMPLER, VERSION, need_safetensors

KINDS: list[Any] = [Anchors, Acceptance, ConditionalGAN]
SAMPLERS = {kind.__name__: kind for kind in (CGANOverSampler, JitterOverSampler, LSGANOverSampler)}
KINDS_OF_PARTS: Any = (TableEncoder, *((kind, NoneType) for kind in KINDS))
OLDEST_VERSION = 2
# So many rows of each class are drawn, and thrown away, before a file is deemed whole.
ROWS_TO_TRY = 3


def load(path: str | Path, *, trusted: Iterable[str] = ()) -> Any:
    """Load a sampler, or a :class:`ConditionalGAN`, that was saved.

    It draws the rows that the saved one would have drawn next, in the container and the dtypes of
    the table. No code out of the file is run: it holds values, weights and trees as numbers, and
    all are checked.

    Parameters
    ----------
    path : str or Path
        What ``sampler.save(path)`` has written.
    trusted : iterable of str, default=()
        Import paths, such as ``"my_package.networks.Residual"``, of networks, losses, judges,
        anchors and acceptance rules that are not of this package and that the file may name.
        They are imported, and run. Judges that are not of this package come by way of skops, whose
        own list of what to trust counts too: with them, trust the file as you would trust code.

    Returns
    -------
    sampler : LSGANOverSampler, CGANOverSampler, JitterOverSampler or ConditionalGAN
        Fitted.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is none of a sampler, damaged, changed, of a newer or a much older version, or names
        what is not trusted; whatever is in it.
    ImportError
        If safetensors is not there or, for a judge of your own, skops.

    Notes
    -----
    With other versions of scikit-learn, numpy or torch than those that it was saved with, the rows
    may be others, as they would be from the same seed.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import gansampler
    >>> from sklearn.datasets import make_classification
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> sampler = gansampler.JitterOverSampler(random_state=0)
    >>> _ = sampler.fit_resample(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sampler.save(Path(folder) / "rare.gan")
    ...     again = gansampler.load(Path(folder) / "rare.gan")
    >>> bool((again.sample(5) == sampler.sample(5)).all())
    True
    """
    sampler, _ = read_sampler(path, trusted)
    return sampler


def read_sampler(path: str | Path, trusted: Iterable[str] = ()) -> tuple[Any, Any]:
    """Give the sampler of a file, and what was written beside it."""
    if isinstance(trusted, str):
        raise TypeError(f"trusted={trusted!r} must be a list of import paths: [{trusted!r}].")
    need_safetensors()
    from safetensors.numpy import load as from_bytes

    trusted = frozenset(trusted)
    with _refusing(path, OSError):
        members = read_archive(path)
        header = _header(members)
        named = sorted(set(named_in(header)))
    _check_version(path, header)
    _check_trust(path, named, trusted)
    with _refusing(path, ImportError, f" It was written by {_written_by(header)}."):
        unpacker = Unpacker(FORMS, from_bytes(members["arrays.safetensors"]), members, trusted)
        unpacker.context["game"] = ConditionalGAN
        unpack, attempt = (_unpack_gan, _try_gan) if is_gan(header) else (_unpack_sampler, _try)
        sampler = unpack(header, unpacker)
        if not named:  # what is the user's own may not like to be tried
            attempt(sampler)
        return sampler, unpacker.unpack(header["more"])


@contextmanager
def _refusing(path: Any, passing: type[Exception], more: str = "") -> Iterator[None]:
    """Refuse a file whatever goes wrong, but for one kind of error, which is not of its making.

    Of what a file may hold that nobody has written, numpy, pandas and torch say anything.
    """
    try:
        yield
    except passing:
        raise
    except Exception as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        words = what.rstrip(".")[:500] or type(error).__name__
        raise ValueError(f"{path} cannot be loaded: {words}.{more}") from error


def _header(members: Mapping[str, bytes]) -> dict[str, Any]:
    check({"sampler.json", "arrays.safetensors"} <= members.keys(), "it is not whole")
    header = json.loads(members["sampler.json"], parse_constant=_refuse_constant)
    check(isinstance(header, dict), "it does not say what it is")
    return header


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} stands where a number should")


def _check_version(path: Any, header: Mapping[str, Any]) -> None:
    """Refuse what an unknown version has written, in words that say what to do."""
    found = header.get("version")
    if type(found) is not int:
        raise ValueError(f"{path} cannot be loaded: it says no version of its own.")
    if found > VERSION:
        raise ValueError(
            f"{path} is of version {found} of such files, and this gansampler reads those up to "
            f"version {VERSION}: upgrade it. The file was written by {_written_by(header)}."
        )
    if found < OLDEST_VERSION:
        raise ValueError(
            f"{path} is of version {found} of such files, and this gansampler reads them from "
            f"version {OLDEST_VERSION} on. Load it with the one that wrote it, "
            f"{_written_by(header)}, or fit the sampler anew and save it."
        )


def _written_by(header: Mapping[str, Any]) -> str:
    versions = header.get("written_by")
    if not isinstance(versions, dict):
        return "an unknown version"
    return ", ".join(f"{str(name)[:40]} {str(number)[:40]}" for name, number in versions.items())


def _check_trust(path: Any, named: list[str], trusted: frozenset[str]) -> None:
    """Refuse names that are not trusted, all at once, before anything is imported."""
    unknown = [each for each in named if each not in trusted]
    if unknown:
        words = ", ".join(f'"{each}"' for each in unknown)[:2000]
        raise ValueError(
            f"{path} names what is not of gansampler, which loading would import and run. If you "
            f"trust all of it, and know who wrote the file: load(path, trusted=[{words}])."
        )


def is_gan(header: Mapping[str, Node]) -> bool:
    """Whether a file holds a game alone, and no sampler around it."""
    return header["sampler"] == GAN


def _unpack_gan(header: Mapping[str, Node], unpacker: Unpacker) -> ConditionalGAN:
    gan = unpacker.of_type(header["parts"]["gan_"], ConditionalGAN)
    classes = gan.classes_
    is_list = isinstance(classes, np.ndarray) and classes.ndim == 1 and len(classes) > 0
    check(classes is None or is_list, "the classes are no list")
    check(isinstance(gan._rng_, np.random.Generator), "the random state is missing")
    return gan


def _unpack_sampler(header: Mapping[str, Node], unpacker: Unpacker) -> Any:
    kind: Any = SAMPLERS[header["sampler"]]
    sampler = kind(**{name: unpacker.unpack(node) for name, node in header["params"].items()})
    sampler._validate_params()
    for name, node in header["learnt"].items():
        check(name.endswith("_") and not hasattr(kind, name), f"{name!r} is nothing learnt")
        setattr(sampler, name, unpacker.unpack(node))
    _check_classes(sampler)
    _fill_parts(sampler, header["parts"], unpacker)
    _check_rows(sampler)
    return sampler


def _check_classes(sampler: Any) -> None:
    classes, condition = sampler.classes_, sampler._condition_
    check(isinstance(classes, np.ndarray) and classes.ndim == 1, "the classes are no list")
    check(isinstance(condition, np.ndarray) and condition.dtype.kind == "i", "no class was learnt")
    check(condition.shape == classes.shape, "classes and conditions are not as many")
    playing = np.sort(condition[condition >= 0])
    check((playing == np.arange(len(playing))).all(), "a class was learnt twice")
    check_places(condition + 1, len(classes) + 1, "conditions")
    check(isinstance(sampler._rng_, np.random.Generator), "the random state is missing")


def _fill_parts(sampler: Any, nodes: Mapping[str, Node], unpacker: Unpacker) -> None:
    context = unpacker.context
    context["n_playing"] = int((sampler._condition_ >= 0).sum())
    for name, kind in zip(PARTS_OF_SAMPLER, KINDS_OF_PARTS, strict=True):
        setattr(sampler, name, unpacker.of_type(nodes[name], kind))
        context["anchored"] = getattr(sampler, "anchor_", None) is not None
    for name in INSIDE_GAN if sampler.gan_ is not None else ():
        setattr(sampler, name, getattr(sampler.gan_, name))
    can_propose = sampler.gan_ is not None or sampler.anchor_ is not None
    check(can_propose or not context["n_playing"], "what was learnt is missing")


def _check_rows(sampler: Any) -> None:
    """Check what was kept of rows, and how many were added."""
    encoder, n = sampler.encoder_, len(sampler.classes_)
    check(sampler.n_features_in_ == encoder.n_features_in_, "there are other columns")
    check(isinstance(sampler._duplicated_, dict), "duplicated rows are missing")
    check(isinstance(sampler._added_, dict), "nobody knows how many rows were added")
    check(isinstance(sampler.sampling_strategy_, dict), "nobody knows how many were asked for")
    for label, wanted in sampler.sampling_strategy_.items():
        check(sampler._place(label) >= 0 and whole(wanted) >= 0, "a class is not there")
    for code in (*sampler._duplicated_, *sampler._added_):
        check(type(code) is int and 0 <= code < n, "a class is not there")
    for rows in sampler._duplicated_.values():
        check_compact(rows, encoder.spans_)
    for growth, selection in sampler._added_.values():
        check(isinstance(selection, Selection), "how rows were chosen is missing")
        figures = (growth, *selection)
        numbers = all(isinstance(figure, (Integral, Real)) for figure in figures)
        check(numbers and all(0 < float(f) < np.inf for f in figures), "a share is no number")


@single_thread()
def _try_gan(gan: ConditionalGAN) -> None:
    """Draw a few rows from another stream, and score them."""
    random = seeded_generator(np.random.default_rng(0), CPU)
    codes = np.zeros(ROWS_TO_TRY, dtype=np.intp)
    rows = gan.propose(codes, None, random).reshape(-1, *gan.shape_)
    if gan.pac == 1:
        gan.score_rows(rows, None if gan.classes_ is None else gan.classes_[codes])


@single_thread()
def _try(sampler: Any) -> None:
    """Draw a few rows of a class, and forget them: what does not fit together fails now."""
    sampler.enrichment(np.full((1, len(sampler.classes_)), 0.5))
    rng, encoder = np.random.default_rng(0), sampler.encoder_
    codes = np.flatnonzero(sampler._condition_ >= 0)
    if not len(codes):
        return
    random = seeded_generator(rng, CPU)
    C = encoder.snap_compact(sampler._propose(ROWS_TO_TRY, int(codes[0]), random))
    sampler._in_container(encoder.restore(C, rng))
    if sampler.acceptance_ is not None:
        last = len(sampler.classes_) - 1
        weights = sampler.acceptance_.weigh_compact(C, last, encoder)
        checked_weights(weights, sampler.acceptance_, len(C))
