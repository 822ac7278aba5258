"""
Functions as distributions: curves and surfaces
===============================================

A function is a thin set of points: places at random, and values to match. A GAN that is shown such
points learns the function without being told which number depends on which. The page learns a curve
and a surface, writes the course of training as a CSV table with a line for each epoch, and then
compares losses and learning-rate schedules, and asks whether a generator that knows a simple curve
learns a harder one in fewer steps.

``--full`` takes more steps and more seeds.
"""

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from gansampler import ConditionalGAN
from gansampler.losses import GradientPenalty

size = next((flag for flag in ("--quick", "--full") if flag in sys.argv), "")
settings = {
    "--quick": {"steps": 60, "most_steps": 240, "limit": 0.2, "seeds": 1, "races": 1},
    "": {"steps": 500, "most_steps": 1500, "limit": 0.03, "seeds": 1, "races": 5},
    "--full": {"steps": 3000, "most_steps": 3000, "limit": 0.03, "seeds": 5, "races": 5},
}[size]
ROWS, BATCH = 6400, 128
REAL, GENERATED = "#0072b2", "#d55e00"

# %%
# Curves and a surface
# --------------------


def simple(x):
    return np.sin(2 * x)


def harder(x):
    return np.sin(2 * x) + np.sin(6 * x) / 2


def hills(x, y):
    return np.sin(x) * np.sin(2 * y)


def points(function, n, seed, dim=1):
    places = np.random.default_rng(seed).uniform(-2, 2, (dim, n))
    return np.column_stack([*places, function(*places)])


# %%
# How near two sets of points are
# -------------------------------
# The energy distance: twice the mean distance of a real and a generated point, less the mean
# distances among real and among generated ones. It is 0 on average where both come from the same
# distribution.


def energy(one, other):
    n, m = len(one), len(other)
    within = cdist(one, one).sum() / n / (n - 1) + cdist(other, other).sum() / m / (m - 1)
    return 2 * cdist(one, other).mean() - within


def gan_of(**changes):
    parts = {
        "loss": "relativistic",
        "penalty": GradientPenalty(on_real=0.01, on_fake=0.01),
        "latent_dim": 4,
        "hidden_sizes": (64, 64),
        "activation": "silu",
        "optimizer": "adam",
        "learning_rate": (2e-3, 4e-3),
        "batch_size": BATCH,
        "record_every": ROWS // BATCH,
        "steps": settings["steps"],
        "random_state": 0,
    }
    return ConditionalGAN(**(parts | changes))


# %%
# The table of the epochs
# -----------------------
# A record is written every ``ROWS // BATCH`` steps: an epoch. With a loss that judges rows one by
# one, its parts on real and on generated rows are told apart.

COLUMNS = [
    "step",
    "discriminator_loss_real",
    "discriminator_loss_generated",
    "right_on_real",
    "right_on_generated",
    "diversity",
    "collapsed",
    "generator_learning_rate",
    "convergence",
]
plain = {"loss": "non_saturating", "penalty": GradientPenalty(on_real=0.01)}
shapes = {"curve": (simple, 1), "surface": (hills, 2)}
learnt, folder = {}, Path(tempfile.mkdtemp())
for name, (function, dim) in shapes.items():
    longer = {"steps": 3 * settings["steps"], "ema_decay": 0.98}
    gan = learnt[name] = gan_of(**plain, **longer).fit(points(function, ROWS, 0, dim))
    path = folder / f"{name}.csv"
    pd.DataFrame(gan.history_)[COLUMNS].to_csv(path, index_label="epoch")
    made, fresh = gan.sample(1000), points(function, 1000, 1, dim)
    print(f"{name}: energy distance {energy(fresh, made):.4f}; its epochs are in {path}")
print(path.read_text())

figure = plt.figure(figsize=(9, 4), layout="constrained")
left = figure.add_subplot(1, 2, 1)
left.scatter(*points(simple, 500, 1).T, s=12, color=REAL, alpha=0.5, label="real")
left.scatter(*learnt["curve"].sample(500).T, s=12, marker="x", lw=0.7, color=GENERATED)
left.set(title="A curve", xlabel="x", ylabel="y")
right = figure.add_subplot(1, 2, 2, projection="3d")
right.scatter(*points(hills, 500, 1, 2).T, s=8, color=REAL, alpha=0.5)
right.scatter(*learnt["surface"].sample(500).T, s=8, marker="x", lw=0.7, color=GENERATED)
right.set(title="A surface", xlabel="x", ylabel="y", zlabel="z")
figure.legend(["real", "generated"], loc="outside lower center", ncols=2)

# %%
# Other losses, other schedules
# -----------------------------
# Each is one word. The Wasserstein critic has a penalty of its own and wants three updates for one
# of the generator; "plateau" halves the rates whenever the convergence figure stalls, so
# a record comes often.

GAMES = {
    "non-saturating, R1": plain,
    "Wasserstein, gradient penalty": {
        "loss": "wasserstein_gp",
        "penalty": None,
        "discriminator_steps": 3,
        "learning_rate": 1e-3,
    },
    "relativistic, R1 + R2": {},
}
results = []
for game, schedule in [
    *((game, "cosine") for game in GAMES),
    ("relativistic, R1 + R2", "constant"),
    ("relativistic, R1 + R2", "plateau"),
]:
    for seed in range(settings["seeds"]):
        parts = {"learning_rate_schedule": schedule, "record_every": 10, "random_state": seed}
        gan = gan_of(**parts, **GAMES[game])
        made = gan.fit(points(simple, ROWS, seed)).sample(2000)
        results.append(
            {
                "game": game,
                "schedule": schedule,
                "distance": energy(points(simple, 2000, seed + 100), made),
                "last rate": gan.history_[-1]["generator_learning_rate"],
            }
        )
compared = pd.DataFrame(results).groupby(["game", "schedule"], sort=False).mean()
print(compared.round(5).to_string())

# %%
# From a simple curve to a harder one
# -----------------------------------
# A callback measures the distance at each record, and ends the training once it is small enough.
# ``warm_start`` goes on from the networks that know the simple curve. The steps that it took to
# learn that one are not counted: the question is what a generator that is there already saves.


class Until:
    """End the training once generated points are near enough to those of a function."""

    def __init__(self, function, limit):
        self.fresh, self.limit, self.distances = points(function, 500, 1), limit, []

    def __call__(self, record, gan):
        self.distances.append(energy(self.fresh, gan.sample(500)))
        return bool(self.distances[-1] < self.limit)


def steps_to_learn(gan, rows):
    until = Until(harder, settings["limit"])
    gan.set_params(steps=settings["most_steps"], record_every=20, callbacks=[until]).fit(rows)
    return 20 * len(until.distances), until.distances


races = []
for seed in range(settings["races"]):
    rows = points(harder, ROWS, seed)
    parts = {"learning_rate_schedule": "constant", "random_state": seed}
    steps, alone = steps_to_learn(gan_of(**parts), rows)
    knowing = gan_of(**parts, warm_start=True).fit(points(simple, ROWS, seed))
    fewer, after = steps_to_learn(knowing, rows)
    races.append({"seed": seed, "from scratch": steps, "after the simple curve": fewer})
    if seed == 0:
        courses = {"from scratch": alone, "after the simple curve": after}
races = pd.DataFrame(races).set_index("seed")
print(f"Steps to an energy distance below {settings['limit']}, {settings['most_steps']} at most:")
print(races.to_string())

figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for (name, course), style in zip(courses.items(), ("-", "--"), strict=True):
    ax.plot(20 * np.arange(1, len(course) + 1), course, style, label=name)
ax.axhline(settings["limit"], color="0.75", zorder=0)
ax.set(xlabel="step", ylabel="energy distance", yscale="log", title="The harder curve")
ax.legend(fontsize=8)

# %%
# The target
# ----------

won = (races["after the simple curve"] < races["from scratch"]).sum()
ratio = (races["after the simple curve"] / races["from scratch"]).median()
print(
    f"target: transfer needs fewer steps than from scratch | found {won} of {len(races)} seeds, "
    f"median ratio {ratio:.2f} | {'met' if won == len(races) else 'missed'}"
)
