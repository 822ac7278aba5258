"""What tells a setting from all others, as data that a file can keep and people can read."""

import hashlib
import inspect
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from textwrap import dedent
from types import CodeType, FunctionType
from typing import Any

import joblib
import numpy as np

# Of what stands in these packages the name is enough: a store keeps their versions.
WELL_KNOWN = ("gansampler", "imblearn", "sklearn", "xgboost")


def plain(value: Any) -> Any:
    """Turn settings into data that JSON can hold and that is the same in every run.

    Numbers, text and None stay; mappings and lists are walked; all else is put into words as its
    ``repr`` would, but with nothing left out: estimators with the parameters that are not at their
    defaults, functions with a hash of their source, other objects with one of their content.
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
    return _in_words(value)


def file_identity(path: str) -> dict[str, str]:
    """Tell a Python file from any other of its name, wherever it lies."""
    return {"sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}


def _in_words(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, complex, str)):
        return repr(value)
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
        return f"{_name(value)}#{_digest(_listed(_behaviour(value)))}"
    if isinstance(value, CodeType):
        return f"code#{_digest(_listed([value.co_code.hex(), *value.co_consts, *value.co_names]))}"
    if hasattr(value, "get_params"):
        return _estimator_in_words(value)
    if is_dataclass(value):
        said = [f"{each.name}={_in_words(getattr(value, each.name))}" for each in fields(value)]
        return f"{_name(type(value))}({', '.join(said)})"
    return _object_in_words(value)


def _behaviour(function: FunctionType) -> tuple[Any, ...]:
    """List what a function of one name can differ in: its text, its defaults, what it closes on."""
    closed = [cell.cell_contents for cell in function.__closure__ or ()]
    return _source(function), function.__defaults__, function.__kwdefaults__, closed


def _source(function: FunctionType) -> Any:
    """Give the text of a function, or its bytes where there is no text of it alone."""
    if function.__code__.co_filename == "<string>":
        return function.__code__  # Python 3.13 takes the text of ``python -c`` for that of `eval`.
    try:
        text = dedent(inspect.getsource(function)).strip()
    except (OSError, TypeError):
        return function.__code__
    return function.__code__ if text.count("lambda") > 1 else text


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
    """Hash what a pickle would hold; of what cannot be pickled there is only its ``repr``."""
    try:
        return f"{_name(type(value))}#{joblib.hash(value)}"
    except Exception:
        return re.sub(r" at 0x[0-9a-f]+", "", repr(value))


def _name(thing: Any) -> str:
    path = f"{thing.__module__}.{thing.__qualname__}"
    return thing.__qualname__ if path.partition(".")[0] in WELL_KNOWN else path


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(map(_in_words, values))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
