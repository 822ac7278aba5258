"""
A GAN in one dimension, beside the best discriminator there is
==============================================================

With rows of one number everything can be drawn: the data, what the discriminator thinks of every
place, and what it should think. Against a generator of density :math:`p_G` the best discriminator
of all gives a row the probability :math:`p / (p + p_G)` of being real. The page starts from a
discriminator that was trained first, follows the game, and measures how far the learnt surface is
from the best one.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import gaussian_kde, norm

from gansampler import ConditionalGAN
from gansampler.losses import GradientPenalty

size = next((flag for flag in ("--quick", "--full") if flag in sys.argv), "")
settings = {
    "--quick": {"steps": 300, "seeds": 1, "rows": 5000},
    "": {"steps": 1500, "seeds": 1, "rows": 20_000},
    "--full": {"steps": 4000, "seeds": 5, "rows": 100_000},
}[size]
REAL, GENERATED = "#0072b2", "#d55e00"
places = np.linspace(-4, 4, 201)[:, np.newaxis]


def gan_of(seed, **changes):
    return ConditionalGAN(
        penalty=GradientPenalty(on_real=0.1),
        latent_dim=1,
        hidden_sizes=(32, 32),
        activation="silu",
        optimizer="adam",
        warm_start=True,
        random_state=seed,
        **changes,
    )


def probability_of_real(gan):
    return 1 / (1 + np.exp(-gan.score_rows(places)))


def best_probability(gan):
    generated = gaussian_kde(gan.sample(5000).ravel())(places.ravel())
    return norm.pdf(places.ravel()) / (norm.pdf(places.ravel()) + generated)


def difference(gan):
    """Mean absolute difference over real and generated rows, which is where it matters."""
    real = norm.pdf(places.ravel())
    generated = gaussian_kde(gan.sample(5000).ravel())(places.ravel())
    gap = np.abs(probability_of_real(gan) - real / (real + generated))
    return np.average(gap, weights=real + generated)


# %%
# The discriminator goes first
# ----------------------------
# A normal distribution of mean 0 and deviation 1, as rows of unit variance should have. The
# generator's learning rate is next to nothing at first, so that the discriminator learns to tell
# real rows from those of a generator that knows nothing yet (its rows are all but the same: ``fit``
# warns of that). Where the discriminator is undecided (.5) is its first decision boundary.

rows = np.random.default_rng(0).normal(size=(settings["rows"], 1))
gan = gan_of(0, learning_rate=(1e-9, 3e-3), learning_rate_schedule="constant", steps=200).fit(rows)
first, best_at_first = probability_of_real(gan), best_probability(gan)
before = difference(gan)
crossings = places[:-1, 0][np.diff(np.sign(first - 0.5)) != 0]
print("The first decision boundary is at", " and ".join(f"{place:.2f}" for place in crossings))
print(f"Mean absolute difference from the best discriminator: {before:.3f}")

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
left.hist(rows[:5000, 0], bins=60, density=True, color=REAL, alpha=0.6, label="real")
left.hist(
    gan.sample(5000).ravel(),
    bins=60,
    density=True,
    histtype="step",
    color=GENERATED,
    label="generated, nothing learnt",
)
left.set(title="Rows", yscale="log", xlim=(-4, 4))
left.legend(fontsize=8)
right.plot(places, first, color="black", label="learnt")
right.plot(places, best_at_first, color="black", ls="--", label="best, $p/(p+p_G)$")
for place in crossings:
    right.axvline(place, color="0.75", zorder=0)
right.set(title="Probability of a real row", ylim=(0, 1))
right.legend(fontsize=8)

# %%
# The game
# --------
# Now both learn. A callback keeps what the discriminator thinks after each record.

surfaces = []


def keep_surface(record, gan):
    surfaces.append(probability_of_real(gan))


def play(gan, callbacks):
    return gan.set_params(
        learning_rate=1e-3,
        learning_rate_schedule="cosine",
        steps=settings["steps"],
        callbacks=callbacks,
    ).fit(rows)


play(gan, [keep_surface])
history = gan.history_[-len(surfaces) :]  # without what came before
steps = [record["step"] for record in history]

figure, (losses, surface) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
losses.plot(steps, [record["discriminator_loss_real"] for record in history], color=REAL)
losses.plot(
    steps, [record["discriminator_loss_generated"] for record in history], color=GENERATED, ls="--"
)
losses.plot(steps, [record["generator_loss"] for record in history], color="black", ls=":")
losses.legend(["discriminator, real", "discriminator, generated", "generator"], fontsize=8)
losses.axhline(np.log(2), color="0.75", zorder=0)
losses.set(title="Losses; a guess costs log 2", xlabel="step")
mesh = surface.pcolormesh(
    places.ravel(), steps, np.array(surfaces), cmap="cividis", vmin=0, vmax=1, shading="nearest"
)
figure.colorbar(mesh, label="probability of a real row")
surface.set(title="Decision surface through training", xlabel="row", ylabel="step")

# %%
# The end
# -------
# Where the generator is right, the best discriminator is .5 everywhere.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
made = gan.sample(5000).ravel()
left.plot(places, norm.pdf(places), color=REAL, label="$p$")
left.plot(places, gaussian_kde(made)(places.ravel()), color=GENERATED, ls="--", label="$p_G$")
left.set(title="Densities")
left.legend()
right.plot(places, probability_of_real(gan), color="black", label="learnt")
right.plot(places, best_probability(gan), color="black", ls="--", label="best, $p/(p+p_G)$")
right.set(title="Probability of a real row", ylim=(0, 1))
right.legend(fontsize=8)

others = [play(gan_of(seed), None) for seed in range(1, settings["seeds"])]
differences = [difference(each) for each in [gan, *others]]
print(f"Generated rows: mean {made.mean():.3f}, deviation {made.std():.3f}")
inside = np.abs(places.ravel()) < 3
even = np.abs(probability_of_real(gan) - best_probability(gan))[inside].mean()
print(f"Mean absolute difference, every place from -3 to 3 alike: {even:.3f}")
after = max(differences)
print(
    f"target: discriminator within .05 of the best one, over real and generated rows | "
    f"found {after:.3f}, worst of {len(differences)} seeds | {'met' if after < 0.05 else 'missed'}"
)
