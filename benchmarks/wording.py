"""How figures stand in a sentence, and what they must be for a word to be said.

What chance may explain is never told without saying so: that is left to no author.
"""

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

LEVEL = 0.05
WIDTH = 110
COUNTS = ["none", "one", "two", "three", "all"]
ORDINALS = ["first", "second", "third", "fourth", "fifth"]
IN_WORDS = {
    "logistic": "a logistic regression",
    "forest": "a random forest",
    "hist_boosting": "scikit-learn's HistGradientBoosting",
    "mlp": "a small neural network",
    "xgboost_default": "XGBoost's defaults",
    "xgboost_tuned": "a tuned XGBoost",
    "xgboost_stopped": "an early-stopped XGBoost",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
}


def figure(value: float, digits: int = 3) -> str:
    """Write a figure without the zero before its point; what rounds to zero has no sign."""
    return re.sub(r"^(-?)0\.", r"\1.", f"{round(value, digits) + 0.0:.{digits}f}")


def listed(words: Iterable[str]) -> str:
    """Join words by commas, the last by "and"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def figures(values: Iterable[float], digits: int = 3) -> str:
    return listed(figure(value, digits) for value in values)


def span(values: Sequence[float], digits: int = 3) -> str:
    """Write the least and the greatest of some figures."""
    return f"{figure(min(values), digits)} to {figure(max(values), digits)}"


def interval(gain: Any) -> str:
    return f"{figure(gain.low)} to {figure(gain.high)}"


def is_sure(gain: Any) -> bool:
    """Say whether chance is ruled out; it is not where p is not known."""
    return bool(gain.p < LEVEL)


def remark(gains: Sequence[Any], *facts: str) -> str:
    """Write facts about gains that were just told in brackets, and which of them may be chance."""
    unsure = [ORDINALS[place] for place, gain in enumerate(gains) if not is_sure(gain)]
    if unsure:
        every = {1: "", 2: "both "}.get(len(gains), "all ")
        which = every if len(unsure) == len(gains) else f"the {listed(unsure)} "
        facts = (*facts, f"{which}may be chance")
    return in_brackets(facts)


def in_brackets(facts: Sequence[str]) -> str:
    return f" ({'; '.join(facts)})" if facts else ""


def told(gains: Sequence[Any], *facts: str) -> str:
    """Write gains, facts about them, and which of them may be chance."""
    return figures(gain.gain for gain in gains) + remark(gains, *facts)


def compared(gains: Sequence[Any], above: str, below: str) -> str:
    """Write gains by a word for each sign, once if it is the same, and which may be chance."""
    words = [above if gain.gain >= 0 else below for gain in gains]
    sizes = [figure(abs(gain.gain)) for gain in gains]
    if len(set(words)) == 1:
        return f"{listed(sizes)} {words[0]}{remark(gains)}"
    return listed(map(" ".join, zip(sizes, words, strict=True))) + remark(gains)


def named(gains: Any) -> str:
    """Name the learners of a table of gains with these, the largest first."""
    ordered = gains.sort_values("gain", ascending=False)
    return listed(
        f"{IN_WORDS[gain.learner]} ({figure(gain.gain)})" for gain in ordered.itertuples()
    )


def paragraph(*sentences: str) -> str:
    return wrapped(" ".join(sentences))


def bullets(*items: str) -> str:
    return "\n".join(wrapped(f"- {item}", "  ") for item in items)


def wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
