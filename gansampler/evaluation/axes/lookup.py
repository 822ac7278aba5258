"""A user's own objects: found by import path or in a file, and copied with a seed."""

import ast
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ...naming import check_name


def import_object(text: str, kind: str) -> Any:
    """Import what an import path names, and make an instance of it if it is a class.

    Parameters
    ----------
    text : str
        Module and name, with dots between, and arguments if there are any, such as
        "sklearn.linear_model.LogisticRegression" or "imblearn.over_sampling.SMOTE(k_neighbors=3)".
    kind : str
        What it is to be, for the message: "learner", "strategy".

    Returns
    -------
    object
        An instance, or the object itself if it is no class.

    Raises
    ------
    ValueError
        If there is no such module or name, or no instance can be made.
    """
    path, arguments = _parse(text, kind)
    module, _, name = path.rpartition(".")
    try:
        found = import_module(module)
    except ImportError as error:
        raise ValueError(f"The {kind} {path!r} cannot be imported: {error}.") from error
    public = [each for each in dir(found) if not each.startswith("_")]
    found = getattr(found, check_name(name, public, f"{module} name"))
    if not isinstance(found, type):
        return found
    try:
        return found(**arguments)
    except TypeError as error:
        raise ValueError(f"The {kind} {text!r} cannot be made: {error}.") from error


def _parse(text: str, kind: str) -> tuple[str, dict[str, Any]]:
    """Read "path" or "path(name=value, ...)", with values that are plain Python."""
    path, opened, _ = text.partition("(")
    if not opened:
        return path, {}
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            raise ValueError("arguments are given by their names")
        return path, {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError) as error:
        raise ValueError(
            f"The {kind} {text!r} cannot be read ({error}): write path.to.Name(name=value, ...)."
        ) from error


def load_from_file(path: str, wanted: Callable[[Any], bool], kind: str) -> Any:
    """Run a Python file and find the one object in it that is wanted.

    Parameters
    ----------
    path : str
        The file.
    wanted : callable
        Tells whether an object is what is looked for. Classes that the file defines are made
        without arguments; what it only imports does not count.
    kind : str
        What it is to be, for the message.

    Returns
    -------
    object

    Raises
    ------
    ValueError
        If there is no such file, it fails, or does not hold exactly one such object.
    """
    if not Path(path).is_file():
        raise ValueError(f"There is no file {path!r} with a {kind} (looked in {Path.cwd()}).")
    module = _run_file(path, kind)
    found = {
        name: value
        for name, value in vars(module).items()
        if not (isinstance(value, type) and value.__module__ != module.__name__) and wanted(value)
    }
    if len(found) != 1:
        names = ", ".join(found) or "none"
        raise ValueError(f"{path} must define one {kind}, but of such objects it has: {names}.")
    (value,) = found.values()
    try:
        return value() if isinstance(value, type) else value
    except TypeError as error:
        raise ValueError(f"The {kind} in {path} cannot be made: {error}.") from error


def _run_file(path: str, kind: str) -> ModuleType:
    # By its path it is taken for no other module, and is sent to other processes as a whole.
    spec = spec_from_file_location(path, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} is no Python file with a {kind}.")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path} fails: {type(error).__name__}: {error}") from error
    return module
