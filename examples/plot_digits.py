"""
Digits: a GAN, a GAN by class, and how likely real digits are under them
========================================================================

Four GANs learn to draw digits: one of no class, one that draws the class it is asked for, one of
those whose discriminator is made of maxout layers with dropout, and one that learns the digits'
principal components in place of their pixels. We look at what they draw, at the way there, and at
the nearest digits that they learnt from; we save a generator and load it again; and we score all
four by the Parzen-window log-likelihood that the first GANs were scored by.

By default these are the 1,797 small digits that come with scikit-learn. ``--full`` takes MNIST from
``../shared/data/mnist.parquet``, at the size of the published figures.
"""

import sys
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_argmin
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from gansampler import ConditionalGAN
from gansampler.losses import GradientPenalty
from gansampler.metrics import nearest_training_share, parzen_log_likelihood

size = next((flag for flag in ("--quick", "--full") if flag in sys.argv), "")
settings = {
    "--quick": {"n_classes": 2, "components": 20, "steps": 40, "steps_by_components": 40,
                "batch_size": 32, "ema_decay": 0.9, "drawn": 300},
    "": {"n_classes": 10, "components": 30, "steps": 400, "steps_by_components": 800,
         "batch_size": 64, "ema_decay": 0.99, "drawn": 10_000},
    "--full": {"n_classes": 10, "components": 30, "steps": 1000, "steps_by_components": 2500,
               "batch_size": 128, "ema_decay": 0.995, "drawn": 10_000},
}[size]  # fmt: skip
n_classes = settings["n_classes"]
begin = time.perf_counter()

# %%
# The digits
# ----------
# Pixels go from 0 to 1. A part of the training digits is kept for choosing a bandwidth later, and
# the test digits are looked at by nobody before the end.

places = [folder / "shared/data/mnist.parquet" for folder in Path.cwd().resolve().parents[:2]]
mnist = next((place for place in places if place.exists()), None)
on_mnist = size == "--full" and mnist is not None
if size == "--full" and mnist is None:
    print("MNIST is not here (../shared/data/mnist.parquet): on with scikit-learn's digits.")

if on_mnist:
    table = pd.read_parquet(mnist)
    pictures = table.drop(columns="target").to_numpy(np.float32).reshape(-1, 28, 28) / 255
    labels, ends = table["target"].astype(int).to_numpy(), [50_000, 60_000]
else:
    pictures, labels = load_digits(n_class=n_classes, return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    pictures, labels = pictures[order].astype(np.float32).reshape(-1, 8, 8) / 16, labels[order]
    ends = [2 * len(labels) // 3, 5 * len(labels) // 6]
train, validation, test = np.split(pictures, ends)
train_labels, _, test_labels = np.split(labels, ends)
print(f"{len(train)} training digits, {len(validation)} for validation, {len(test)} for the test")

# %%
# The networks
# ------------
# A network of your own is a function of how many numbers come in and how many go out. These are
# those of the notes: 256, 512 and 1,024 units that draw, 512 and 256 that judge, and batch
# normalisation whose averages keep .8 of themselves (torch counts the rest, .2).


def generator(in_features, out_features):
    layers = []
    for width, wider in [(in_features, 256), (256, 512), (512, 1024)]:
        layers += [nn.Linear(width, wider), nn.BatchNorm1d(wider, momentum=0.2), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Linear(1024, out_features), nn.Sigmoid())


def discriminator(in_features, out_features):
    return nn.Sequential(
        nn.Linear(in_features, 512),
        nn.LeakyReLU(0.2),
        nn.Linear(512, 256),
        nn.LeakyReLU(0.2),
        nn.Linear(256, out_features),
    )


class Maxout(nn.Module):
    """The largest of five linear units, for each number that comes out."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features * 5)

    def forward(self, rows):
        return self.linear(rows).unflatten(1, (-1, 5)).amax(dim=2)


def maxout_discriminator(in_features, out_features):
    return nn.Sequential(
        nn.Dropout(0.2),
        Maxout(in_features, 240),
        nn.Dropout(0.5),
        Maxout(240, 240),
        nn.Dropout(0.5),
        nn.Linear(240, out_features),
    )


# %%
# Training
# --------
# A callback keeps what the generator by class draws from the same noise, a digit of each class, at
# every record. The network that the factory made is ``generator_.network``; it takes the noise
# and the one-hot class side by side.

latent_dim = 64
noise = torch.randn(n_classes, latent_dim, generator=torch.Generator().manual_seed(0))
asked_for = torch.cat([noise, torch.eye(n_classes)], dim=1)
way = {}


def keep_pictures(record, gan):
    if gan.classes_ is not None and gan.discriminator is discriminator:
        with torch.no_grad():
            way[record["step"]] = gan.generator_.network(asked_for).numpy()


recipe = {
    "generator": generator,
    "latent_dim": latent_dim,
    "loss": "relativistic",
    "penalty": "r1_r2",
    "optimizer": "adam",
    "ema_decay": settings["ema_decay"],
    "batch_size": settings["batch_size"],
    "steps": settings["steps"],
    "record_every": settings["steps"] // 20,
    "callbacks": [keep_pictures],
    "learning_rate": 2e-3 if size == "--quick" else 5e-4,
    "random_state": 0,
}

# %%
# A digit is also a sum of its principal components, and a GAN may learn how much of each there is.
# Pixels lie between 0 and 1, such shares anywhere: that generator goes without the last layer.

flat = {"train": train.reshape(len(train), -1), "test": test.reshape(len(test), -1)}
components = PCA(settings["components"], svd_solver="covariance_eigh").fit(flat["train"])


def shares_generator(in_features, out_features):
    return generator(in_features, out_features)[:-1]


def to_pictures(rows):
    if rows.ndim > 2:
        return rows
    return components.inverse_transform(rows).clip(0, 1).reshape(-1, *train.shape[1:])


by_components = {
    **recipe,
    "generator": shares_generator,
    "steps": settings["steps_by_components"],
    "callbacks": None,
}
if size != "--quick":
    by_components |= {"penalty": GradientPenalty(10, 10), "learning_rate": (5e-4, 1e-3)}
gans = {
    "GAN": ConditionalGAN(discriminator=discriminator, **recipe).fit(train),
    "by class": ConditionalGAN(discriminator=discriminator, **recipe).fit(train, train_labels),
    "by class, maxout": ConditionalGAN(discriminator=maxout_discriminator, **recipe).fit(
        train, train_labels
    ),
    "by class, components": ConditionalGAN(discriminator=discriminator, **by_components).fit(
        components.transform(flat["train"]), train_labels
    ),
}
for name, gan in gans.items():
    last = gan.history_[-1]
    print(f"{name}: {last['seconds']:.0f} s, diversity {last['diversity']:.2f} in the worst class")

# %%
# What they draw
# --------------
# The first row is drawn by the GAN of no class, ten digits as they come. Below, each column is a
# class that the GAN by class was asked for.

by_class = gans["by class"]
per_class = settings["drawn"] // n_classes
of_class = {digit: by_class.sample(per_class, digit) for digit in range(n_classes)}


def show_grid(rows, names, title):
    """Show rows of pictures, a name beside each row."""
    height, width = rows[0][0].shape
    _, ax = plt.subplots(figsize=(7, 0.65 * len(rows) + 0.5), layout="constrained")
    ax.imshow(np.vstack([np.hstack(list(row)) for row in rows]), cmap="gray_r", vmin=0, vmax=1)
    ax.set_yticks((np.arange(len(rows)) + 0.5) * height - 0.5, names)
    ax.set(xticks=[], title=title)
    ax.hlines(
        np.arange(1, len(rows)) * height - 0.5, -0.5, len(rows[0]) * width - 0.5, color="0.75"
    )


rows = [[drawn[i] for drawn in of_class.values()] for i in range(5)]
as_they_come = gans["GAN"].sample(n_classes)
show_grid([as_they_come, *rows], ["no class", *["by class"] * 5], "Generated digits")

# %%
# The way there
# -------------
# The same noise at some records of the training: one digit of each class.

shown = [list(way)[i] for i in (0, 1, 3, 9, -1)]
rows = [way[step].reshape(-1, *train.shape[1:]) for step in shown]
show_grid(rows, [f"step {step}" for step in shown], "The same noise through training")

# %%
# Saved and loaded
# ----------------
# The weights alone go into a file, and ``weights_only=True`` reads nothing but numbers, so that a
# file of a stranger cannot run code. The network around them comes from the factory.

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "generator.pt"
    torch.save(by_class.generator_.network.state_dict(), path)
    loaded = generator(latent_dim + n_classes, train[0].size)
    loaded.load_state_dict(torch.load(path, weights_only=True))
    print(f"The file holds {path.stat().st_size / 2**20:.1f} MiB.")
with torch.no_grad():
    again = loaded.eval()(asked_for).numpy()
loaded_alike = np.array_equal(again, way[settings["steps"]])
print(f"The loaded generator draws the same from the same noise: {loaded_alike}")

# %%
# Learnt, or learnt by heart?
# ---------------------------
# Below each generated digit stands the nearest one that it was trained on. A generator that copies
# would draw nearer to those than to digits that it never saw; of as many of each kind, about half
# of the generated digits should lie nearer to one of the training. A nearest-neighbour
# classifier of real digits tells how many of the digits show the class that was asked for.

made = np.concatenate(list(of_class.values()))
flat["made"] = made.reshape(len(made), -1)
probe = np.random.default_rng(0).permutation(len(made))[:1000]
nearer_to_training = nearest_training_share(
    train[:5000], made[probe], test[:5000], encoder=None, random_state=0
).share
print(f"Nearer to a training digit than to a test digit: {nearer_to_training:.1%} (half: no copy)")

reader = KNeighborsClassifier(3).fit(flat["train"][:10_000], train_labels[:10_000])
read = reader.predict(flat["made"][probe])
read_right = np.mean(read == probe // per_class)
right_on_test = reader.score(flat["test"][:1000], test_labels[:1000])
print(f"Read as the class asked for: {read_right:.1%} (real digits: {right_on_test:.1%})")

nearest = pairwise_distances_argmin(flat["made"][::per_class], flat["train"])
show_grid([made[::per_class], train[nearest]], ["generated", "nearest"], "Nearest training digits")

# %%
# Parzen-window log-likelihood
# ----------------------------
# Gaussian kernels stand around 10,000 generated digits; their bandwidth is the one that makes the
# validation digits likeliest; the figure is the mean log-density of the test digits, with its
# standard error. The same protocol scores real training digits, for a scale. It is no true
# likelihood: it favours whatever lies near to real digits, and so what is a little blurred. Real
# training digits score higher once they are cut down to their first components.


def parzen(drawn):
    return parzen_log_likelihood(
        test, drawn, validation[:1000], bandwidth=np.linspace(0.1, 0.3, 11), encoder=None
    )


def draw(gan):
    if gan.classes_ is None:
        return gan.sample(settings["drawn"])
    return to_pictures(np.concatenate([gan.sample(per_class, digit) for digit in range(n_classes)]))


scores = {name: parzen(draw(gan)) for name, gan in gans.items()}
real = train[: settings["drawn"]]
scores["real training digits"] = parzen(real)
through_components = to_pictures(components.transform(flat["train"][: settings["drawn"]]))
scores["the same, by components"] = parzen(through_components)
scores["noise"] = parzen(np.random.default_rng(0).random((settings["drawn"], *train.shape[1:])))
for name, (mean, error, bandwidth) in scores.items():
    print(f"{name:<24} {mean:7.1f} ± {error:.1f} (bandwidth {bandwidth:.2f})")

# %%
# On MNIST there are published figures, by the same protocol: Goodfellow et al. (2014), table 1.

best = max(scores[name][0] for name in gans)
if on_mnist:
    published = {"DBN": "138 ± 2", "stacked CAE": "121 ± 1.6", "deep GSN": "214 ± 1.1"}
    for name, figure in {**published, "adversarial nets": "225 ± 2"}.items():
        print(f"{name:<24} {figure} (published)")
    verdict = "met" if best >= 225 else "missed"
    print(f"target: Parzen log-likelihood on MNIST of at least 225 | found {best:.1f} | {verdict}")
else:
    print(f"The published figures are for MNIST: see --full. Here the best GAN has {best:.1f}.")
print(f"{time.perf_counter() - begin:.0f} s")
