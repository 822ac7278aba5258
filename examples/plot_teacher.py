"""
A committee as the teacher of one fast model
============================================

Oversampling moves the decision of a strong learner and seldom more. What new rows can carry beyond
that is knowledge: a slow committee of classifiers, or any model that nobody would deploy, decides
which rows stay, and one XGBoost learns from them. Here every class is filled up to so many times
the rows of the largest, and the question is what part of the teacher's lead arrives.

``--full`` asks on eight tables of the project's data, where that lies beside the project. CatBoost
teaches, too, where it is installed: it reads the columns of the table as they are. Every other
classifier of scikit-learn's kind can stand in its place.
"""

import sys
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from xgboost import XGBClassifier

from gansampler import Enlarge, JitterOverSampler
from gansampler.acceptance import ClassifierAcceptance
from gansampler.encoding import TableEncoder, matrix_columns

size = next((flag for flag in ("--quick", "--full") if flag in sys.argv), "")
times = {"--quick": [3]}.get(size, [1, 3, 8])
folds, seeds = {"--quick": (2, 1)}.get(size, (5, 3))
SETS = ["credit_data", "flchain", "magic", "nwtco", "phoneme", "satimage", "spambase", "yeast_me2"]

# %%
# Tables and teachers
# -------------------
# A rule of acceptance holds the teacher. The default is a committee: a random forest, extremely
# randomised trees and a logistic regression.

if size == "--full":
    (data,) = (
        p / "shared/data" for p in Path.cwd().resolve().parents if (p / "shared/data").exists()
    )
    tables = {name: pd.read_parquet(data / f"{name}.parquet") for name in SETS}
else:
    tables = {"wines": pd.read_csv(files("gansampler.datasets") / "winequality_red4.csv")}
teachers = {"committee": ClassifierAcceptance()}
if find_spec("catboost"):
    from catboost import CatBoostClassifier

    quiet = {"verbose": 0, "thread_count": 1, "allow_writing_files": False}
    trees = {"iterations": 30 if size == "--quick" else 500}
    teachers["CatBoost"] = ClassifierAcceptance(CatBoostClassifier(**trees, **quiet), on_table=True)

# %%
# Lessons
# -------
# The control without a network draws the rows, so that the teacher alone makes the difference. The
# teacher's own score is that of its weights: they rise with its probability of the rare class.


def scores(truth, values):
    """How well the rare class is ranked."""
    kinds = {"ROC-AUC": roc_auc_score, "average precision": average_precision_score}
    return {name: kind(truth, values) for name, kind in kinds.items()}


def taught(X, y, sampler):
    """XGBoost's probabilities of the rare class from the rows that a sampler makes; None as is."""
    rows, labels = (X, y) if sampler is None else sampler.fit_resample(X, y)
    encoder = TableEncoder().fit(X)

    def columns(part):
        return matrix_columns(encoder.spans_, encoder.transform(part))

    model = XGBClassifier(n_jobs=1).fit(columns(rows), labels)
    return lambda part: model.predict_proba(columns(part))[:, 1]


def lesson(X, y, X_test, y_test, seed):
    """Scores of XGBoost alone, of each teacher, and of XGBoost as its pupil."""
    yield "XGBoost alone", 0, scores(y_test, taught(X, y, None)(X_test))
    for name, rule in teachers.items():
        for m in times:
            sampler = JitterOverSampler(Enlarge(m), acceptance=rule, random_state=seed)
            yield name, m, scores(y_test, taught(X, y, sampler)(X_test))
        weights = sampler.acceptance_.weigh(sampler.encoder_.transform(X_test), 1)
        yield name, 0, scores(y_test, weights)


found = []
for table, seed in ((name, seed) for name in tables for seed in range(seeds)):
    X = tables[table].drop(columns="target").iloc[:4_000]
    labels = tables[table]["target"].iloc[:4_000]
    y = (labels == labels.value_counts().index[-1]).astype(int).to_numpy()
    for training, test in StratifiedKFold(folds, shuffle=True, random_state=seed).split(X, y):
        parts = X.iloc[training], y[training], X.iloc[test], y[test]
        for who, m, score in lesson(*parts, seed):
            found.append({"table": table, "seed": seed, "who": who, "m": m, **score})

# %%
# What part of the lead arrives
# -----------------------------
# Nothing is 0 and all of it is 1; above that the pupil is better than its teacher.

means = pd.DataFrame(found).groupby(["who", "m"])[["ROC-AUC", "average precision"]].mean()
alone = means.loc["XGBoost alone", 0]
print(means.round(4))
arrived = {}
for who in teachers:
    lead = means.loc[who, 0] - alone
    arrived[who] = pd.DataFrame({m: (means.loc[who, m] - alone) / lead for m in times}).T
    print(f"{who}: a lead of {lead.round(4).to_dict()} over XGBoost, of which arrive, by m:")
    print(arrived[who].round(2))

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
for ax, metric in zip(axes, means, strict=True):
    ax.axhline(alone[metric], color="0.5", linestyle=":", label="XGBoost alone")
    for who, color in zip(teachers, ("#0072b2", "#d55e00"), strict=False):
        ax.axhline(means.loc[who, 0][metric], color=color, linestyle="--", label=f"{who} itself")
        pupils = [means.loc[who, m][metric] for m in times]
        ax.plot(times, pupils, "o-", color=color, label=f"XGBoost taught by {who}")
    ax.set_xticks(times)
    ax.set_xlabel("rows of every class, in times of the largest")
    ax.set_title(metric)
axes[0].legend(frameon=False, fontsize=8)
