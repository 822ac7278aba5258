"""The answer in words."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..axes.metrics import METRICS
from ..axes.strategies import KINDS, STRATEGIES
from ..statistics.gains import (
    CONTROLS,
    FALLBACK,
    REFERENCES,
    confidence_half_width,
    control_of,
    holm,
    paired_gains,
    scored_to_learnt,
)
from ..statistics.long_table import dataset_names, strategy_names
from ..statistics.signed_rank import CONFIDENCE

# Whom the verdict speaks of, if no sampler of a user's own was run: the first of these, or else
# whatever makes new rows or learns in another way.
SUBJECTS = ("lsgan_x3", "lsgan", "cgan", "guarded_lsgan", *reversed(CONTROLS))
RIVALS = {
    "none": "no resampling",
    "tuned_threshold": "a tuned threshold and no new rows",
    "smote": "SMOTE",
    **{name: f"the control without a network ({name})" for name in CONTROLS},
}
MANY_REPEATS = 10
THRESHOLD = (
    "If its decisions are better, a tuned threshold, which needs no new rows, may do as well."
)
UNCONTROLLED = "; what a network adds is not known, for its control ({control}) was not run"


def verdict(panel: pd.DataFrame, gains: pd.DataFrame) -> list[str]:
    """Say in words whether a strategy helps: that of a user's own, or else the one of a network.

    It helps where ROC-AUC or average precision gets clearly better than without resampling, which
    no threshold could do; whether by more than with the same rows without a network is said beside
    it. All other figures are told and not judged.

    Parameters
    ----------
    panel : DataFrame
        What `gansampler.evaluation.compare` returns, of one learner, one readout and one protocol.
    gains : DataFrame
        What `gansampler.evaluation.paired_gains` says of it over the strategies that others are
        held against.

    Returns
    -------
    list of str
        Sentences, the answer first. Empty where there is nothing to speak of, or nothing to hold it
        against.
    """
    subject = subject_of(panel)
    if subject is None:
        return []
    if panel.loc[panel["strategy"] == subject, "value"].isna().all():
        return [f"{subject} failed on every fold, so there is no answer: see the errors."]
    own = gains[(gains["strategy"] == subject) & (gains["n"] > 0)]
    return [*_answer(own, subject), *_overviews(own)]


def recommendation(panel: pd.DataFrame, gains: pd.DataFrame) -> str:
    """Say what to take: the simplest of what ranks clearly better than no resampling, or nothing.

    Among so many strategies some seem to be better by chance, so all of them are one family here;
    but that of which the verdict speaks was chosen before.
    """
    ranking = _confirming(gains[(gains["reference"] == FALLBACK) & (gains["n"] > 0)])
    if ranking.empty:
        return ""
    jointly = ranking.assign(clearly=_senses(ranking, holm(ranking["p"])))
    declared = ranking[ranking["strategy"] == subject_of(panel)]
    helpers = _helpers(jointly) or _helpers(declared)
    if not helpers:
        return _take_none(ranking.iloc[0], _where(panel))
    means = ranking.groupby("strategy", sort=False)["gain"].mean()
    best = str(means[helpers].idxmax())
    simplest = min(_not_behind(panel, best, helpers), key=_effort)
    return _take(pd.concat([jointly, declared]), simplest, best, _where(panel))


def could_have_seen(panel: pd.DataFrame, gains: pd.DataFrame) -> list[str]:
    """Say how large a difference had to be for this run to tell it from chance."""
    subject = subject_of(panel)
    rows = _confirming(gains[(gains["strategy"] == subject) & (gains["reference"] == FALLBACK)])
    rows = rows[rows["low"].notna()]
    if rows.empty:
        return []
    titles = [METRICS[name].title for name in rows["metric"]]
    halves = list(zip(titles, (rows["high"] - rows["low"]).astype(float) / 2, strict=True))
    seen = " and ".join(f"±{half:.3f} in {title}" for title, half in halves)
    said = f"What {subject} changes by less than {seen} this run could not have told from chance."
    return [said, *_with_more_repeats(panel, halves)]


def _with_more_repeats(panel: pd.DataFrame, halves: list[tuple[str, float]]) -> list[str]:
    """Say what more repeats would buy where folds of one data set are compared."""
    folds, repeats = panel["fold"].nunique(), panel["repeat"].nunique()
    by_time = panel["protocol"].iloc[0].startswith("time=")
    if len(dataset_names(panel)) > 1 or repeats >= MANY_REPEATS or by_time:
        return []
    ratio = scored_to_learnt(panel)
    now, then = (
        confidence_half_width(1.0, folds * times, ratio) for times in (repeats, MANY_REPEATS)
    )
    less = " and ".join(f"±{half * then / now:.3f}" for _, half in halves)
    return [f"With --repeats {MANY_REPEATS} that would be about {less}."]


def subject_of(panel: pd.DataFrame) -> str | None:
    """Choose the strategy that the verdict speaks of."""
    names = strategy_names(panel)
    others = [name for name in names if name not in REFERENCES and name in STRATEGIES]
    active = [name for name in others if STRATEGIES[name].kind in ("network", "rows", "ensemble")]
    own = [name for name in names if name not in STRATEGIES]
    known = [name for name in SUBJECTS if name in names]
    smote = [name for name in names if name == "smote"]
    return next(iter([*own, *known, *active, *smote]), None)


def sentence(row: Any) -> str:
    """Put one row of `paired_gains` into words.

    Who is how much higher or lower than whom; the interval of the gain, of which + is better for
    every metric; and on how many folds or data sets it is better.

    Examples
    --------
    >>> row = {"strategy": "lsgan", "reference": "smote", "metric": "log_loss", "gain": 0.02}
    >>> row |= {"low": 0.01, "high": 0.03, "unit": "fold", "wins": 4, "n": 5}
    >>> for part in sentence(pd.Series(row)).split("; "):
    ...     print(part)
    lsgan's log-loss is 0.020 lower than with SMOTE, which is better
    95 % interval of the gain +0.010 to +0.030
    better on 4 of 5 folds.
    """
    metric = METRICS[row.metric]
    sign = 1 if metric.greater_is_better else -1
    interval = (
        f"{CONFIDENCE * 100:.0f} % interval of the gain {signed(row.low)} to {signed(row.high)}"
        if np.isfinite([row.low, row.high]).all()
        else "too few to give an interval"
    )
    return (
        f"{row.strategy}'s {metric.title} is {_compared(sign * row.gain)} with "
        f"{RIVALS.get(row.reference, row.reference)}{_sense(metric, row.gain)}; {interval}; "
        f"better on {row.wins} of {row.n} {row.unit}{'' if row.n == 1 else 's'}."
    )


def clearly_means(panel: pd.DataFrame, sentences: Iterable[str]) -> str:
    """Explain the word "clearly" and "helps", if a sentence has one of them."""
    if not any(word in said for said in sentences for word in ("clear", "helps", "hurts")):
        return ""
    how = (
        "Wilcoxon's signed-rank test over the data sets"
        if len(dataset_names(panel)) > 1
        else "the t-test that allows for folds that share training rows (Nadeau and Bengio)"
    )
    return (
        f'"Clearly", "helps" and "hurts" lean on ROC-AUC and average precision alone, against no '
        "resampling and against the control, which was chosen before any run. They mean that p of "
        f"{how} is below {1 - CONFIDENCE:.2f} after Holm's correction for these comparisons, four "
        "at most; what is to be taken may also lean on a correction for all strategies that were "
        "run. All else describes this run."
    )


def signed(difference: float) -> str:
    """Write a difference with its sign and three decimals; what rounds to zero gets a plus."""
    return f"{round(difference, 3) + 0.0:+.3f}"


def _answer(own: pd.DataFrame, subject: str) -> list[str]:
    """Answer by the metrics that no threshold can move, against nothing and against the control."""
    ranking, beside = (
        _confirming(own[own["reference"] == name]) for name in (FALLBACK, control_of(subject))
    )
    if ranking.empty:
        return []
    learner = ranking["learner"].iloc[0]
    better, worse = (_titles(ranking, sense) for sense in ("better", "worse"))
    details = [sentence(row) for row in ranking.itertuples()]
    if better and worse:
        mixed = f"ranks better with it than without by {better}, and worse by {worse}"
        return [f"{subject} helps and hurts: {learner} {mixed}.", *details]
    if better:
        more = _beside_control(beside, subject)
        return [f"{subject} helps: {learner} ranks better with it than without{more}.", *details]
    if worse:
        return [f"{subject} hurts: {learner} ranks worse with it than without.", *details]
    answer = f"{subject} makes no clear difference to how well {learner} ranks the rows."
    tuned = ranking["readout"].iloc[0] == "tuned" or "tuned_threshold" in set(own["reference"])
    return [answer, *details] if tuned else [answer, *details, THRESHOLD]


def _beside_control(ranking: pd.DataFrame, subject: str) -> str:
    """Say whether a strategy that helps does so by more than its control."""
    control = control_of(subject)
    if subject == control:
        return ""
    if ranking.empty:
        return UNCONTROLLED.format(control=control)
    better, worse = (_titles(ranking, sense) for sense in ("better", "worse"))
    if better and not worse:
        return f", and better than with {RIVALS[control]} by {better}"
    if worse and not better:
        return f", but worse than with {RIVALS[control]} by {worse}"
    return f", and no more than with {RIVALS[control]}"


def _overviews(own: pd.DataFrame) -> list[str]:
    """Tell all metrics against each reference, those first that are clear."""
    return [
        f"Against {RIVALS[str(name)]}: {_overview(gains)}."
        for name, gains in own.groupby("reference", sort=False)
    ]


def _overview(gains: pd.DataFrame) -> str:
    parts = [
        f"clearly {sense} in {', '.join(map(_named_gain, rows.itertuples()))}"
        for sense in ("better", "worse")
        if len(rows := gains[gains["clearly"] == sense])
    ]
    others = ", ".join(map(_named_gain, gains[gains["clearly"] == ""].itertuples()))
    return "; ".join(filter(None, [*parts, others]))


def _confirming(gains: pd.DataFrame) -> pd.DataFrame:
    return gains[gains["metric"].map(lambda name: METRICS[name].confirms).astype(bool)]


def _senses(gains: pd.DataFrame, p: pd.Series) -> np.ndarray:
    certain = p < 1 - CONFIDENCE
    return np.select(
        [certain & (gains["gain"] > 0), certain & (gains["gain"] < 0)], ["better", "worse"], ""
    )


def _helpers(ranking: pd.DataFrame) -> list[str]:
    """List the strategies that are better in one metric and worse in none."""
    better, worse = (
        ranking.loc[ranking["clearly"] == sense, "strategy"] for sense in ("better", "worse")
    )
    return [name for name in dict.fromkeys(better) if name not in set(worse)]


def _not_behind(panel: pd.DataFrame, best: str, helpers: list[str]) -> list[str]:
    """Leave out what is clearly worse than the best."""
    rest = [name for name in helpers if name != best]
    if not rest:
        return helpers
    behind = _confirming(paired_gains(panel, best, strategies=rest))
    beaten = set(behind.loc[_senses(behind, holm(behind["p"])) == "worse", "strategy"])
    return [name for name in helpers if name not in beaten]


def _take_none(gain: Any, where: str) -> str:
    said = (
        f"Take no resampling {where}: behind {gain['learner']} no strategy ranks the rows clearly "
        "better than none."
    )
    tuned_already = gain["readout"] == "tuned"
    threshold = "" if tuned_already else " To find more of the rare class, tune the threshold."
    return said + threshold


def _take(gains: pd.DataFrame, name: str, best: str, where: str) -> str:
    """Recommend a strategy by its gains over none, with a word on the one of the highest gain."""
    clear = gains[(gains["strategy"] == name) & (gains["clearly"] == "better")]
    clear = clear.drop_duplicates("metric")
    shown = ", ".join(map(_named_gain, clear.itertuples()))
    said = (
        f"Take {name} {where}: behind {clear['learner'].iloc[0]} it ranks the rows clearly better "
        f"than no resampling, by {shown}."
    )
    if best == name:
        return said
    return f"{said} {best} gains more, but not clearly, and is less simple."


def _where(panel: pd.DataFrame) -> str:
    names = dataset_names(panel)
    return f"on {names[0]}" if len(names) == 1 else f"on these {len(names)} data sets"


def _effort(name: str) -> tuple[int, int]:
    """Sort strategies by how much they ask for, those of a user's own last."""
    if name not in STRATEGIES:
        return len(KINDS), 0
    return KINDS.index(STRATEGIES[name].kind), list(STRATEGIES).index(name)


def _titles(gains: pd.DataFrame, sense: str) -> str:
    return ", ".join(
        METRICS[metric].title for metric in gains.loc[gains["clearly"] == sense, "metric"]
    )


def _named_gain(row: Any) -> str:
    return f"{METRICS[row.metric].title} ({signed(row.gain)})"


def _compared(difference: float) -> str:
    if round(difference, 3) == 0:
        return "about the same as"
    return f"{abs(difference):.3f} {'higher' if difference > 0 else 'lower'} than"


def _sense(metric: Any, gain: float) -> str:
    """Say which way is better where it is not the usual one."""
    if metric.greater_is_better or round(gain, 3) == 0:
        return ""
    return ", which is better" if gain > 0 else ", which is worse"
