"""The sentences of the pages that hold figures of a study: their words here, their figures there.

Each function writes a block of Markdown, and `SENTENCES` gives it the name by which pages ask for
it. `benchmarks/measured.py` puts them where they stand.
"""

import json
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import defaults
import minority_sizes
import no_effect
import notes_protocol
import pandas as pd
import quality
import realness
from core_sets import of
from held_out import (
    COMMITTEE,
    CONTROL,
    ENLARGED,
    LABELS,
    LEARNERS,
    MOST_CLASSES_TUNED,
    RANKING,
    WORST,
    declared,
    gains_in_probabilities,
    read,
)
from provenance import markdown_table, read_result
from speed import median_seconds
from who_gains import ADVICE, OURS, by_certainty
from why import rank_correlations
from wording import (
    COUNTS,
    IN_WORDS,
    bullets,
    compared,
    figure,
    figures,
    in_brackets,
    interval,
    is_sure,
    listed,
    named,
    paragraph,
    remark,
    span,
    told,
)

from gansampler.evaluation import STRATEGIES
from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.statistics.gains import paired_gains
from gansampler.evaluation.statistics.long_table import dataset_names, in_columns, scores_by_fold

HERE = Path(__file__).parent
FOR_BOTH = "for XGBoost's defaults and a tuned XGBoost"
INTERVAL = "95 % interval "


@cache
def results_of(study: str) -> pd.DataFrame:
    return in_columns(pd.read_parquet(HERE / f"{study}.parquet"))


def settings_of(study: str) -> dict[str, Any]:
    return json.loads((HERE / f"{study}.json").read_text())["settings"]


def rows_of(study: str) -> pd.DataFrame:
    return pd.DataFrame(read_result(HERE / f"{study}.json")[1])


def both(panel: pd.DataFrame, strategy: str, reference: str, metric: str) -> list[Any]:
    """Give what one strategy gains over another behind each of the two learners."""
    pair = panel[panel["strategy"].isin([strategy, reference])]
    gains = paired_gains(pair, reference, strategies=[strategy], metrics=[metric])
    found = {gain.learner: gain for gain in gains.itertuples()}
    return [found[learner] for learner in LEARNERS]


@cache
def ranking(strategy: str, reference: str, metric: str = "roc_auc") -> list[Any]:
    return both(read(results_of("held_out"), "as_is"), strategy, reference, metric)


def declared_gains() -> list[list[Any]]:
    """Give the four that were declared before the run, by metric; p is after Holm's correction."""
    gains = declared(results_of("held_out"))
    gains = gains.assign(p=gains["p_holm"]).set_index("learner", drop=False).loc[LEARNERS]
    return [list(gains[gains["metric"] == metric].itertuples()) for metric in RANKING]


def gains_in_ranking() -> str:
    """What to expect on sets that had no part in any choice."""
    families = declared_gains()
    (default, tuned), precision = families
    intro = (
        f"On {default.n} real sets on which none of our defaults was chosen, this is what is "
        f"gained over no new rows, {FOR_BOTH}:"
    )
    points = bullets(
        f"**Rows of LSGAN** (`Enlarge(3)`): {told([default], INTERVAL + interval(default))} and "
        f"{told([tuned], interval(tuned))} ROC-AUC, and {told(precision)} average precision. What "
        "may be chance is said after a correction for these four, which were declared before the "
        f"run; the results met {COUNTS[len(met(families))]} of the four targets set for them. "
        "Nothing below was declared.",
        f"**The same rows without a network:** {told(ranking(CONTROL, 'none'))} ROC-AUC. "
        f"**SMOTE:** {told(ranking('smote', 'none'))}.",
        f"**The mean of XGBoost and the judge**, without any new row: "
        f"{told(ranking(COMMITTEE, 'none'))}. Take rows where one fast model has to do it alone.",
    )
    return f"{paragraph(intro)}\n\n{points}"


def met(families: list[list[Any]]) -> list[str]:
    """Name the declared targets that were met: a mean so high, and no chance."""
    return [
        f"{METRICS[gain.metric].title} for {IN_WORDS[gain.learner]}"
        for gains in families
        for gain in gains
        if gain.mean >= gain.target and is_sure(gain)
    ]


def stands(gains: list[Any]) -> str:
    """Say for which of the two learners gains stand, in what, and by which p."""
    sure = [IN_WORDS[gain.learner] for gain in gains if is_sure(gain) and gain.gain > 0]
    where = {0: "neither", 2: "both"}.get(len(sure)) or f"{sure[0]} alone"
    return f"for {where} in {title(gains)} ({p_values(gains)})"


def title(gains: list[Any]) -> str:
    return METRICS[gains[0].metric].title


def held_out_in_points() -> str:
    """What to rely on of the sets that had no part in any choice."""
    families = declared_gains()
    targets = [f"{figures(gain.target for gain in own)} in {title(own)}" for own in families]
    worst = [f"{figure(-min(gain.worst for gain in own))} in {title(own)}" for own in families]
    over = [ranking(ENLARGED, CONTROL, name) for name in RANKING]
    leads = [changed(gains, wins(gains)) for gains in over]
    reached = f"{COUNTS[len(met(families))]} of the four" + in_brackets(met(families))
    return bullets(
        "Four comparisons were declared before the run: rows of LSGAN with `Enlarge(3)` against "
        f"none, in ROC-AUC and average precision, {FOR_BOTH}. After Holm's correction the gain "
        f"stands {listed(map(stands, families))}.",
        f"Targets were declared, too: a mean gain of {listed(targets)}, and no set that loses more "
        f"than {figure(-WORST, 2)}. The results met {reached}; the worst set loses "
        f"{listed(worst)}.",
        f"Against the same rows drawn without a network, those of LSGAN change, {FOR_BOTH}, "
        f"{listed(leads)}. That was not declared before, and no p of it is corrected.",
        "The ROC-AUC of the mean of XGBoost and the judge, without any row, is, against XGBoost "
        f"with rows of LSGAN, {compared(ranking(COMMITTEE, ENLARGED), 'higher', 'lower')}. "
        "Such rows beside it change that mean by "
        f"{told(ranking(f'{ENLARGED}_{COMMITTEE}', COMMITTEE))}. None of this was declared, and "
        "no p of it is corrected.",
    )


def changed(gains: list[Any], *facts: str) -> str:
    return f"{title(gains)} by {told(gains, *facts)}"


def wins(gains: list[Any]) -> str:
    return f"better on {listed(str(gain.wins) for gain in gains)} of {gains[0].n} sets"


def p_values(gains: list[Any]) -> str:
    return f"p {figures(gain.p for gain in gains)}"


def labels() -> str:
    """What rows do to decisions, both sides with their thresholds tuned."""
    panel = read(results_of("held_out"), "tuned")
    found = [both(panel, ENLARGED, "none", name) for name in LABELS]
    return paragraph(
        f"Over {found[0][0].n} of these sets (those of at most {MOST_CLASSES_TUNED} classes), "
        "with thresholds tuned on both sides for the very score, rows of LSGAN change, "
        f"{FOR_BOTH}, {listed(changed(gains, p_values(gains)) for gains in found)}. None of these "
        "comparisons was declared before, and p is not corrected for their number "
        f"({sum(map(len, found))})."
    )


def probabilities() -> str:
    """What is left of the harm to probabilities after the correction."""
    panel = results_of("held_out")
    gains = pd.concat(gains_in_probabilities(panel[panel["learner"] == name]) for name in LEARNERS)
    gains = gains[gains["metric"] == "log_loss"].set_index(["strategy", "reference"])

    def log_loss(strategy: str, reference: str) -> str:
        return compared(list(gains.loc[[(strategy, reference)]].itertuples()), "lower", "higher")

    return paragraph(
        f"Against no resampling, {FOR_BOTH}, log-loss is {log_loss(ENLARGED, 'none')} with rows of "
        f"LSGAN and the correction, {log_loss('smote', 'none')} with SMOTE and the correction, and "
        f"{log_loss('calibrated', 'none')} with calibration and no new row "
        "(`CalibratedClassifierCV`). Rows of LSGAN and the correction, against calibration: "
        f"{log_loss(ENLARGED, 'calibrated')}. None of this was declared before or corrected for "
        "the number of comparisons."
    )


def network() -> str:
    """How much of the gain is the network's, and what it costs."""
    arms = (CONTROL, ENLARGED)
    ranked, precision = ([ranking(arm, "none", name) for arm in arms] for name in RANKING)
    most = all(part.gain > whole.gain / 2 for part, whole in zip(*ranked, strict=True))
    seconds = median_seconds(read_result(HERE / "speed.json")[1])
    share = (100 * seconds["jitter"] / seconds["lsgan"]).tolist()
    return bullets(
        f"{'Most' if most else 'Not most'} of what the samplers gain in ROC-AUC comes from anchors "
        f"and acceptance, not from the network: over {ranked[0][0].n} sets, {FOR_BOTH}, "
        f"{side_by_side(*ranked)}. In average precision {side_by_side(*precision)}. None of "
        "these p is corrected. `JitterOverSampler` takes "
        f"{span(share, 0)} % of the seconds of "
        "`LSGANOverSampler`, and part of what it gains is a forest's knowledge handed on: see "
        '"the judge as the learner" on [the page of the 44 sets](../studies/core_sets.md), and '
        "[the study behind the defaults](../studies/defaults.md)."
    )


def side_by_side(without: list[Any], with_it: list[Any]) -> str:
    return f"rows without a network gain {told(without)}, and rows of LSGAN {told(with_it)}"


@cache
def unseen() -> pd.DataFrame:
    """Results behind many learners, of the sets that had no part in any choice."""
    results = results_of("who_gains")
    return results[results["dataset"].isin(settings_of("who_gains")["held_out"])]


def parted(what: str, better: str, worse: str, unsure: str) -> str:
    """Name the learners for which a piece of advice is sure, either way, and count the others."""
    *sure, others = groups_of(what)
    told_so = zip((better, worse), sure, strict=True)
    said = [f"{words} {named(own)}" for words, own in told_so if len(own)]
    if len(others):
        said.append(f"{unsure} the {len(others)} others ({span(others['gain'])})")
    return "; ".join(said)


@cache
def groups_of(what: str) -> tuple[pd.DataFrame, ...]:
    return by_certainty(unseen(), *next(entry[2:] for entry in ADVICE if entry[0] == what))


def who_ranks_better() -> str:
    return parted(
        "Take rows",
        better="rows of LSGAN raise the ROC-AUC of",
        worse="they lower that of",
        unsure="the change may be chance for",
    )


def by_learner() -> str:
    """Who gains, in a few lines."""
    two, protocol = unseen()[unseen()["learner"].isin(LEARNERS)], settings_of("who_gains")
    threshold = both(two, "tuned_threshold", "none", "f1")
    rows = both(two, OURS, "tuned_threshold", "f1")
    return bullets(
        f"**For other learners**, on the {len(dataset_names(two))} of these sets that have two "
        f"classes, with at most {protocol['rows']:,} rows of each and {protocol['folds']} folds, "
        f"{who_ranks_better()}. That is after a correction for all of them.",
        "**Where only labels matter**, a threshold tuned for F1, without any new row, adds "
        f"{told(threshold)} F1 {FOR_BOTH}; rows of LSGAN at one half have "
        f"{compared(rows, 'more than that', 'less than that')}.",
    )


def what_to_take() -> str:
    """Rows, a threshold or the judge, by learner."""
    threshold, judge = (
        parted(what, f"{score} for", f"{other} for", "the difference may be chance for")
        for what, score, other in [
            ("Take a threshold", "its F1 is higher", "its F1 is lower"),
            ("Take the judge along", "it ranks better", "it ranks worse"),
        ]
    )
    return bullets(
        f"**Take rows** where your learner ranks better with them: {who_ranks_better()}.",
        "**Ask a threshold first** where labels are all that matters: it needs no new row. Tuned "
        f"for F1, and held against rows of LSGAN at one half, {threshold}.",
        "**Take the judge along**, as a mean with your learner and without any row, where two "
        f"models may be deployed. Held against rows of LSGAN, {judge}.",
        "In these sentences p is corrected for the learners, by Holm; in the table it is not.",
    )


def rarer_classes() -> str:
    """What rows add by how many rows the rare class has."""
    results = results_of("minority_sizes")
    tuned = results[results["learner"] == "xgboost_tuned"]
    by_size = {
        size: next(paired_gains(p, "none", strategies=["lsgan"], metrics=["roc_auc"]).itertuples())
        for size, p in minority_sizes.by_size(tuned).items()
    }
    # The study corrects p for the few comparisons of a size that were chosen before any run.
    gains = [gain._replace(p=gain.p_holm) for gain in by_size.values()]
    falls = all(a.gain > b.gain for a, b in pairwise(gains))
    order = "the fewer rows, the more there is to gain" if falls else "in no clear order"
    return paragraph(
        f"On {gains[0].n} sets, of which the training parts keep {listed(by_size)} rows of the "
        f"rare class, rows of LSGAN add {told(gains)} to ROC-AUC behind the tuned XGBoost: {order}."
    )


def false_alarms() -> str:
    """How often the report sees an effect where there is none."""
    rows = rows_of("no_effect")
    helps, takes = (100 * rows[name] / rows["runs"] for name in ("helps", "takes"))
    by_default = sum(strategy.by_default for strategy in STRATEGIES.values())
    return paragraph(
        'Where nothing helps, a report says "lsgan helps" in '
        f'{helps.min():.1f} to {helps.max():.1f} % of runs, and "Take ..." in '
        f"{takes.min():.1f} to {takes.max():.1f} %. Those runs compared "
        f"{len(no_effect.STRATEGIES)} strategies; {by_default} are compared by default now."
    )


def notes() -> str:
    """The accuracies of the notes, beside ours."""
    results, published = results_of("notes_protocol"), notes_protocol.PUBLISHED
    accuracy = scores_by_fold(results, "accuracy").mean(axis=1)
    theirs, ours = (
        [f"{accuracies[name]:.4f} {words}" for name, words in ARMS_OF_THE_NOTES.items()]
        for accuracies in (published, accuracy)
    )
    gains = paired_gains(results, "none", strategies=["smote", "lsgan"], metrics=RANKING)
    gains = gains.assign(p=gains["p_holm"])
    ranked = [changed(list(gains[gains["metric"] == name].itertuples())) for name in RANKING]
    alone = settings_of("notes_protocol")["largest_class"]
    return paragraph(
        "This project began with notes that measured the accuracy of XGBoost on 320,000 rows: "
        f"{listed(theirs)}. On our set of that size, with {notes_protocol.TREES} trees, it is "
        f"{listed(ours)}, where the larger class alone gives {alone:.4f}: accuracy says little. "
        f"SMOTE and LSGAN change {listed(ranked)}. The notes' table was another one, so only "
        "differences compare."
    )


ARMS_OF_THE_NOTES = {
    "none": "without resampling",
    "smote": "with SMOTE",
    "lsgan": "with rows of an LSGAN",
}


def means_over_sets(study: str, figures_of: list[str]) -> tuple[pd.DataFrame, int]:
    """Means of each way over the sets, and how many these are."""
    table = rows_of(study)
    by_set = table.groupby(["way", "dataset"], sort=False)[figures_of].mean()
    return by_set.groupby("way").mean(), len(by_set.loc["smote"])


def like_real_rows() -> str:
    """How like real rows the samplers' are."""
    mean, n = means_over_sets("quality", list(quality.FIGURES))
    ours, smote = mean.loc["lsgan, sharpness 2"], mean.loc["smote"]
    easier = "easier" if ours["two_sample_auc"] > smote["two_sample_auc"] else "harder"
    less = "less" if ours["nearest_training_share"] < smote["nearest_training_share"] else "more"
    intro = (
        f"On a class of each of {n} real sets: the share of real rows, kept back, that generated "
        "rows cover; the share of generated rows that lie nearer to a row that was learnt from "
        "than to one that was not (half is no copying); and the area under the ROC curve of a "
        "classifier that tells them from real rows (.50 is perfect)."
    )
    outro = (
        "What the judge keeps is meant to teach a classifier: it is "
        f"{easier} to tell from real rows than SMOTE's, and copies {less}."
    )
    table = likeness(mean, "two_sample_auc", LIKENESS_OF)
    return f"{paragraph(intro)}\n\n{table}\n\n{paragraph(outro)}"


LIKENESS_OF = {
    "lsgan, sharpness 2": "LSGAN, as `fit_resample` keeps them",
    "lsgan, all kept": "LSGAN, all kept",
    "jitter, sharpness 2": "without a network, as `fit_resample` keeps them",
    "smote": "SMOTE",
    "duplicates": "duplicates",
    "textbook lsgan": "a textbook LSGAN",
}


def likeness(mean: pd.DataFrame, told_apart: str, ways: dict[str, str]) -> str:
    """Lay out how like real rows those of some ways are."""
    lines = [
        [words, figure(own["coverage"], 2), nearer(own), figure(own[told_apart], 2)]
        for words, own in ((words, mean.loc[way]) for way, words in ways.items())
    ]
    return markdown_table(["rows of", "covered", "nearer to training", "told apart"], lines)


def rows_for_reading() -> str:
    """How like real rows those of the trees are."""
    mean, n = means_over_sets("realness", list(realness.FIGURES))
    intro = (
        "What `gansampler generate` draws unless told otherwise (every column anew, by trees, "
        f"without network or judge), on {n} of the sets on which no default was chosen, told apart "
        "by two classifiers, in the mean:"
    )
    ways = {realness.OURS: "`gansampler generate`", "smote": "SMOTE"}
    return f"{paragraph(intro)}\n\n{likeness(mean, 'told_apart', ways)}"


def nearer(way: pd.Series) -> str:
    return f"{100 * way['nearest_training_share']:.0f} %"


def steps() -> str:
    """What two steps of the sampler are good for."""
    results = of(defaults.finished(results_of("defaults")), LEARNERS[0], "as_is")
    base = defaults.BASE
    names = ["acceptance: none", "anchors: none", "anchors: none, acceptance: none"]
    ways = [base, *names]
    added = paired_gains(results, "none", strategies=ways, metrics=["roc_auc"])
    found = added.set_index("strategy").loc[ways]
    whole, judge, anchors, neither = (figure(mean) for mean in found["mean"])
    lost = list(paired_gains(results, base, strategies=names, metrics=["roc_auc"]).itertuples())
    return paragraph(
        f"Rows of LSGAN add {whole} to the ROC-AUC of XGBoost's defaults, in the mean over "
        f"{found['n'].iloc[0]} sets; without this step {judge}, without the third {anchors}, and "
        f"without both {neither}{remark(lost)}. These are the sets that the defaults were chosen "
        "on, at balance, with a forest as the judge, and p is not corrected "
        "([study](../studies/defaults.md))."
    )


def which_sets_gain() -> str:
    """Which sets gain most."""
    rows = rows_of("why")
    gains = rows[rows["part"] == "gain"]
    found = rank_correlations(gains)
    classes, middle = found.loc["classes"], found.loc["middle"]
    doubtful = [not is_sure(each) for each in pd.concat([classes, middle]).itertuples()]
    losing = (gains.groupby("dataset")["gain"].mean() < 0).sum()
    return bullets(
        f"Over {gains['dataset'].nunique()} sets new rows gain {tendency(classes['rho'])} where "
        f"there are more classes (rank correlation {span(classes['rho'], 2)}), and "
        f"{tendency(middle['rho'])} where a learner ranks better already "
        f"({span(middle['rho'], 2)}){', some of which may be chance' if any(doubtful) else ''}; on "
        f"{losing} of them they lose, in the mean of two scores and two learners. That was at "
        "balance, with a forest as the judge, and correlations say nothing of causes "
        "([why](../studies/why.md))."
    )


def tendency(rho: pd.Series) -> str:
    return "less" if rho.max() < 0 else "more" if rho.min() > 0 else "neither more nor less"


def more_than_balance() -> str:
    """What more rows than balance add on the largest tables that were measured."""
    results = results_of("enlargement")
    size = results["size"].max()
    gains = both(results[results["size"] == size], "x3", "jitter", "roc_auc")
    means = figures(gain.mean for gain in gains)
    beside = remark(gains, "without a network", "[by size](../studies/enlargement.md)")
    return bullets(
        f"More rows than balance are not always better. On {gains[0].n} sets of {size:,} rows, the "
        "largest that were measured, three times the rows of the largest class add, in the mean, "
        f"{means} ROC-AUC to balance, {FOR_BOTH}{beside}. On the wines that come with the package "
        "balance hands on more of the judge's lead ([page](../gallery/plot_teacher.rst))."
    )


SENTENCES: dict[str, Callable[[], str]] = {
    make.__name__: make
    for make in (
        gains_in_ranking,
        held_out_in_points,
        labels,
        probabilities,
        network,
        by_learner,
        what_to_take,
        rarer_classes,
        false_alarms,
        notes,
        like_real_rows,
        rows_for_reading,
        steps,
        which_sets_gain,
        more_than_balance,
    )
}
