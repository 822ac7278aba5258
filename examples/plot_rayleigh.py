"""
A Rayleigh variable, learnt iteration by iteration
==================================================

The length of two independent normal numbers has the Rayleigh distribution, skewed and never
negative. A GAN gets two normal numbers as its noise and has to find the way from them to the
length. In the first part batches are tiny, 32 real and 32 generated numbers, and every iteration is
looked at, early, in the middle and late. In the second part the same networks go on with larger
batches until mean and deviation are right.

``--full`` goes on for longer.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import cramervonmises, rayleigh

from gansampler import ConditionalGAN
from gansampler.losses import GradientPenalty

size = next((flag for flag in ("--quick", "--full") if flag in sys.argv), "")
settings = {
    "--quick": {"columns": 10, "steps": 200, "batch": 64, "seeds": 1},
    "": {"columns": 1000, "steps": 1500, "batch": 256, "seeds": 5},
    "--full": {"columns": 1000, "steps": 5000, "batch": 256, "seeds": 5},
}[size]
CHECKPOINTS = (56, 448, 560)
REAL, GENERATED = "#0072b2", "#d55e00"
THEORY = {"mean": rayleigh.mean(), "deviation": rayleigh.std()}

# %%
# The numbers
# -----------
# 3,600 times 1,000 of them, each a row of its own; scaled to unit variance for the networks.


def draw(seed):
    pairs = np.random.default_rng(seed).normal(size=(2, 3600 * settings["columns"]))
    return np.hypot(*pairs)[:, np.newaxis]


def figures(sample):
    """Beside theory: Fréchet distance of normals, and Cramér-von Mises on 2,000 numbers."""
    mean, deviation = sample.mean(), sample.std()
    gaps = mean - THEORY["mean"], deviation - THEORY["deviation"]
    test = cramervonmises(sample[:2000], "rayleigh")
    return {
        "mean": mean,
        "deviation": deviation,
        "frechet": gaps[0] ** 2 + gaps[1] ** 2,
        "cramer_von_mises": test.statistic,
        "p": test.pvalue,
    }


# %%
# Small batches, every iteration
# ------------------------------
# A callback sees the GAN after each record, here each iteration, and keeps a sample at three of
# them. The discriminator learns four times as fast as the generator, so that it is near its best
# whenever the generator asks it.


def first_part(seed, callback):
    return ConditionalGAN(
        penalty=GradientPenalty(on_real=0.1),
        latent_dim=2,
        hidden_sizes=(64, 64),
        activation="silu",
        optimizer="adam",
        learning_rate=(5e-4, 2e-3),
        learning_rate_schedule="constant",
        batch_size=32,
        steps=CHECKPOINTS[-1],
        ema_decay=0.98,
        record_every=1,
        callbacks=[callback],
        random_state=seed,
    )


def go_on(gan):
    """Larger batches, falling rates, a longer average."""
    return gan.set_params(
        warm_start=True,
        batch_size=settings["batch"],
        steps=settings["steps"],
        learning_rate_schedule="cosine",
        ema_decay=0.998,
        record_every=25,
        callbacks=None,
    )


found, samples = [], {}
for seed in range(settings["seeds"]):
    rows = draw(seed)
    centre, scale = rows.mean(), rows.std()

    def sample(gan, centre=centre, scale=scale):
        return gan.sample(100_000).ravel() * scale + centre

    def keep(record, gan, seed=seed, sample=sample):
        if record["step"] in CHECKPOINTS:
            samples[seed, f"iteration {record['step']}"] = sample(gan)

    gan = first_part(seed, keep).fit((rows - centre) / scale)
    if seed == 0:
        history = pd.DataFrame(gan.history_)
    samples[seed, "the end"] = sample(go_on(gan).fit((rows - centre) / scale))

table = pd.DataFrame({key: figures(each) for key, each in samples.items()}).T
table.index.names = ["seed", "at"]
print(f"Theory: mean {THEORY['mean']:.4f}, deviation {THEORY['deviation']:.4f}")
print(f"Real numbers: mean {rows.mean():.4f}, deviation {rows.std():.4f}")
print("The notes: real 1.19 and .58, generated 1.25 and .65. Here, median over seeds:")
medians = table.groupby("at", sort=False).median()
print(medians.round(4).to_string())

# %%
# Losses and verdicts
# -------------------
# One iteration judges 64 numbers, so its verdicts jump; the thick lines are means over 25.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
smooth = history.rolling(25, min_periods=1).mean()
for ax, names in (
    (left, ["discriminator_loss_real", "discriminator_loss_generated", "generator_loss"]),
    (right, ["right_on_real", "right_on_generated"]),
):
    styles = [(REAL, "-"), (GENERATED, "--"), ("black", ":")][: len(names)]
    for name, (colour, style) in zip(names, styles, strict=True):
        ax.plot(history["step"], history[name], color=colour, alpha=0.15)
        label = name.replace("_", " ")
        ax.plot(history["step"], smooth[name], color=colour, ls=style, label=label)
    ax.legend(fontsize=8)
    ax.set(xlabel="iteration")
left.set(title="Losses")
right.set(title="Share of right verdicts", ylim=(0, 1))

# %%
# Histograms against the density
# ------------------------------

places = np.linspace(0, 5, 200)
names = [name for seed, name in samples if seed == 0]
figure, axes = plt.subplots(1, 4, figsize=(11, 2.8), sharey=True, layout="constrained")
for ax, name in zip(axes, names, strict=True):
    ax.hist(samples[0, name], bins=60, range=(-0.5, 5), density=True, color=GENERATED, alpha=0.6)
    ax.plot(places, rayleigh.pdf(places), color=REAL)
    ax.set(title=name)
axes[0].legend(["density", "generated"], fontsize=8)

# %%
# The target
# ----------

at_end = table.xs("the end", level="at")
for name, theory in THEORY.items():
    error = (at_end[name] / theory - 1).abs().median()
    verdict = "met" if error <= 0.01 else "missed"
    print(
        f"target: {name} within 1 % of theory | found {error:.2%}, median of {len(at_end)} "
        f"seeds | {verdict}"
    )
