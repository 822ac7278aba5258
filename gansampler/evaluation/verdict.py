"""The answer in words."""

import pandas as pd

from .metrics import METRICS
from .statistics import CONFIDENCE, paired_differences, signed, strategy_names

# Whom the verdict speaks of (the first that was run), and whom it is held against.
SUBJECTS = ("lsgan", "cgan", "jitter")
RIVALS = {
    "none": "leaving the rows as they are",
    "tuned_threshold": "a tuned threshold without new rows",
    "smote": "SMOTE",
    "jitter": "the control without a network (jitter)",
}
CLEARLY_MEANS = (
    f'"Clearly" means that the {CONFIDENCE:.0%} interval of the mean difference leaves out zero. '
    "The interval allows for folds that share training rows (Nadeau and Bengio's corrected t-test)."
)


def verdict(results: pd.DataFrame) -> list[str]:
    """Say in words whether generated rows help.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    list of str
        Sentences, the answer first. Empty where no strategy with generated rows, or nothing to hold
        it against, was run.
    """
    names = strategy_names(results)
    subject = next((name for name in SUBJECTS if name in names), None)
    rivals = [name for name in RIVALS if name in names and name != subject]
    if subject is None or not rivals:
        return []
    if results.loc[results["strategy"] == subject, "value"].isna().all():
        return [f"{subject} failed on every fold, so there is no answer: see the errors below."]
    sentences = _answer(results, subject) if "none" in rivals else []
    for rival in rivals:
        differences = paired_differences(results, rival)
        sentences.append(
            _sentence(f"Against {RIVALS[rival]}", differences[differences["strategy"] == subject])
        )
    return [sentence for sentence in sentences if sentence]


def _answer(results: pd.DataFrame, subject: str) -> list[str]:
    """Answer by the metrics that no threshold can move."""
    pairs = paired_differences(results, "none")
    pairs = pairs[(pairs["strategy"] == subject) & (pairs["folds"] > 0)]
    pairs = pairs[pairs["metric"].isin(["roc_auc", "average_precision"])]
    if pairs.empty:
        return []
    better, worse = (pairs["clearly"] == "better").any(), (pairs["clearly"] == "worse").any()
    numbers = ", ".join(
        f"{METRICS[metric].title} {signed(difference)}"
        for metric, difference in pairs[["metric", "difference"]].to_numpy()
    )
    if better and not worse:
        return [f"{subject} helps: XGBoost ranks better with its rows than without ({numbers})."]
    if worse and not better:
        return [f"{subject} hurts: XGBoost ranks worse with its rows than without ({numbers})."]
    return [
        f"{subject} makes no clear difference to how well XGBoost ranks the rows ({numbers}).",
        "If its decisions are better, a tuned threshold, which needs no new rows, may do as well.",
    ]


def _sentence(opening: str, pairs: pd.DataFrame) -> str:
    pairs = pairs[pairs["folds"] > 0]
    if pairs.empty:
        return ""
    named = {
        clearly: [
            METRICS[metric].title + (f" ({signed(difference)})" if clearly else "")
            for metric, difference in group[["metric", "difference"]].to_numpy()
        ]
        for clearly, group in pairs.groupby("clearly")
    }
    words = {
        "better": "clearly better in",
        "worse": "clearly worse in",
        "": "no clear difference in",
    }
    if list(named) == [""]:
        return f"{opening}: no clear difference in any metric."
    parts = [f"{words[each]} {', '.join(named[each])}" for each in words if each in named]
    return f"{opening}: {'; '.join(parts)}."
