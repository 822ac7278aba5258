"""Names: one error text for those that are not known, and what stands behind those that are."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from sklearn.base import clone


def check_name(name: str, known: Iterable[str], kind: str) -> str:
    """Return `name` if it is known; otherwise an error names the nearest of its kind, and all."""
    known = [str(each) for each in known]
    if name in known:
        return name
    nearest = get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    shown = ", ".join(known[:30]) + (f" and {len(known) - 30} more" if len(known) > 30 else "")
    raise ValueError(f"There is no {kind} {name!r}.{hint} Known: {shown}.")


def takes(thing: Any, n: int) -> bool:
    """Tell whether a thing can be called with n arguments, as far as it says what it takes."""
    try:
        inspect.signature(thing).bind(*range(n))
    except TypeError:  # it cannot be called at all, or not so
        return False
    except ValueError:
        return True
    return True


def make_part(choice: Any, known: Mapping[str, Callable[[], Any]]) -> Any:
    """Make the part that a name stands for, or copy a user's own; None stays None."""
    if choice is None:
        return None
    part = known[choice]() if isinstance(choice, str) else clone(choice)
    part._validate_params()
    return part
