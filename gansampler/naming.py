"""One error text for every name that is not among the known ones."""

from collections.abc import Iterable
from difflib import get_close_matches


def check_name(name: str, known: Iterable[str], kind: str) -> str:
    """Return `name` if it is known; otherwise an error names the nearest of its kind, and all."""
    known = [str(each) for each in known]
    if name in known:
        return name
    nearest = get_close_matches(str(name), known, n=1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    shown = ", ".join(known[:30]) + (f" and {len(known) - 30} more" if len(known) > 30 else "")
    raise ValueError(f"There is no {kind} {name!r}.{hint} Known: {shown}.")
