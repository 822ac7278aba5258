"""
What the samplers make of two moons
===================================

Forty rows of a thin moon against four hundred of the other. SMOTE joins neighbours by straight
lines. Jittered anchors are broader, and acceptance keeps them on their side. The textbook GAN draws
from noise alone: with forty rows to go by it needs many steps, and then stays close to them.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from imblearn.over_sampling import SMOTE
from sklearn.datasets import make_moons

from gansampler import JitterOverSampler, LSGANOverSampler

X, y = make_moons((400, 40), noise=0.15, random_state=0)

size = next((flag for flag in ("--quick", "--full") if flag in sys.argv), "")
steps = {"--quick": 300}.get(size, 2000)

samplers = {
    "SMOTE": SMOTE(random_state=0),
    "Jittered anchors, accepted": JitterOverSampler(random_state=0),
    "LSGAN on anchors, accepted": LSGANOverSampler(random_state=0),
    "Textbook LSGAN, from noise alone": LSGANOverSampler(
        anchor=None, acceptance=None, steps=steps, learning_rate=1e-3, random_state=0
    ),
}

figure, axes = plt.subplots(1, 4, figsize=(13, 3.4), sharex=True, sharey=True, layout="constrained")
near = {}
for ax, (name, sampler) in zip(axes, samplers.items(), strict=True):
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    made = X_resampled[len(X) :]
    ax.scatter(*X[y == 0].T, s=6, color="0.75", label="other class")
    ax.scatter(*made.T, s=6, marker="x", linewidths=0.7, color="#d55e00", label="generated")
    ax.scatter(*X[y == 1].T, s=14, color="#0072b2", label="real")
    near[name] = np.mean([np.linalg.norm(X[y == 1] - row, axis=1).min() < 0.2 for row in made])
    ax.set_title(f"{name}\n{near[name]:.0%} near a real row", fontsize=10)
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
print({name: f"{share:.0%} near a real row" for name, share in near.items()})
