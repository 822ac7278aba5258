"""What a user names: an entry of a registry, an import path, a file, or an object as it is."""

import ast
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ...naming import check_name


def by_name(
    wanted: Iterable[str] | Mapping[str, Any], known: Mapping[str, Any], kind: str
) -> Mapping[str, Any]:
    """Give what is wanted by its name, be it one name, several, or a mapping from one's own."""
    if isinstance(wanted, str):
        wanted = [wanted]
    if not isinstance(wanted, Mapping):
        wanted = {name: name for name in wanted}
    if not wanted:
        raise ValueError(f"No {kind} was asked for. Known: {', '.join(known)}.")
    return wanted


def find(
    value: Any, known: Mapping[str, Any], kind: str, fits: Callable[[Any], bool] | None = None
) -> Any:
    """Give the entry or object that text names; what is no text is the object.

    Text with a dot is an import path, with arguments or without, such as
    "imblearn.over_sampling.SMOTE(k_neighbors=3)"; or, where one is told what `fits`, a Python file.
    """
    if not isinstance(value, str):
        return value
    if value in known or "." not in value:
        return known[check_name(value, known, kind)]
    if fits is not None and value.endswith(".py"):
        return load_from_file(value, fits, kind)
    return import_object(value, kind)


def import_object(text: str, kind: str) -> Any:
    """Import what "module.Name" or "module.Name(argument=value)" names; a class is made."""
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


def load_from_file(path: str, fits: Callable[[Any], bool], kind: str) -> Any:
    """Run a Python file and give the one object in it that fits, or the class, made.

    A class that the file only imports does not count.
    """
    if not Path(path).is_file():
        raise ValueError(f"There is no file {path!r} with a {kind} (looked in {Path.cwd()}).")
    module = _run_file(path, kind)
    found = {
        name: value
        for name, value in vars(module).items()
        if not (isinstance(value, type) and value.__module__ != module.__name__) and fits(value)
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
