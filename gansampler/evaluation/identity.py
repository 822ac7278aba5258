"""What tells a setting from all others, as data that a file can keep and people can read."""

import hashlib
import inspect
import math
import re
from collections.abc import Iterable, Mapping
from pickle import PicklingError
from types import CodeType, FunctionType
from typing import Any

import numpy as np

# Of what stands in these packages the name is enough: a store keeps their versions.
WELL_KNOWN = ("gansampler", "imblearn", "sklearn", "xgboost")


def plain(value: Any) -> Any:
    """Turn settings into data that JSON can hold and that is the same in every run.

    Parameters
    ----------
    value : object
        Numbers, text and None stay; mappings and iterables are walked; all else is put into words
        as its ``repr`` would, but with nothing left out: estimators with the parameters that are
        not at their defaults, functions with a hash of their code, arrays with a hash of their
        bytes, other objects with all that a pickle of them would hold.

    Returns
    -------
    object
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return "nan"  # which would not be equal to itself
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    try:
        return _in_words(value)
    except RecursionError:  # it holds itself
        return _repr(value)


def file_identity(path: str) -> dict[str, str]:
    """Tell a Python file from any other of its name, wherever it lies.

    Parameters
    ----------
    path : str

    Returns
    -------
    dict
        The ``sha256`` of what is in it.
    """
    with open(path, "rb") as file:
        return {"sha256": hashlib.sha256(file.read()).hexdigest()}


def _in_words(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return repr(value)
    if isinstance(value, bytes):
        return f"bytes#{_digest(value)}"
    if isinstance(value, Mapping):
        pairs = [f"{_in_words(key)}: {_in_words(each)}" for key, each in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        opening, closing = "[]" if isinstance(value, list) else "()"
        return opening + _listed(value) + closing
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(_in_words, value))) + "}"
    if isinstance(value, type):
        return _name(value)
    if isinstance(value, FunctionType):
        return f"{_name(value)}#{_digest(_in_words(_behaviour(value)).encode())}"
    if isinstance(value, CodeType):
        return _in_words((value.co_code, value.co_consts, value.co_names))
    if isinstance(value, np.ndarray):
        return _array_in_words(value)
    if hasattr(value, "get_params"):
        return _estimator_in_words(value)
    return _object_in_words(value)


def _behaviour(function: FunctionType) -> tuple[Any, ...]:
    """List what a function of one name can differ in: its code, its defaults, what it closes on."""
    closed = [cell.cell_contents for cell in function.__closure__ or ()]
    return function.__code__, function.__defaults__, function.__kwdefaults__, closed


def _array_in_words(array: np.ndarray) -> str:
    # The bytes of an array of objects are addresses.
    content = _listed(array.ravel()).encode() if array.dtype.hasobject else array.tobytes()
    return f"array({array.dtype}, {array.shape}, #{_digest(content)})"


def _estimator_in_words(estimator: Any) -> str:
    """Write what scikit-learn's ``repr`` writes, at any length."""
    defaults = inspect.signature(type(estimator)).parameters
    said = {name: _in_words(each) for name, each in estimator.get_params(deep=False).items()}
    changed = [
        f"{name}={words}"
        for name, words in said.items()
        if name not in defaults or words != _in_words(defaults[name].default)
    ]
    return f"{_name(type(estimator))}({', '.join(changed)})"


def _object_in_words(value: Any) -> str:
    try:
        kept = value.__reduce_ex__(2)
    except (TypeError, PicklingError):
        return _repr(value)
    return repr(kept) if isinstance(kept, str) else f"{_name(type(value))}({_listed(kept[1:3])})"


def _name(thing: Any) -> str:
    path = f"{thing.__module__}.{thing.__qualname__}"
    return thing.__qualname__ if path.partition(".")[0] in WELL_KNOWN else path


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(map(_in_words, values))


def _repr(value: Any) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
