"""Ideas by which rows might become more useful, each with a placebo; leads.py measures them.

A placebo does all that its idea does, but what the idea goes by is shuffled.
"""

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier
from torch import Tensor
from torch.nn.functional import cosine_similarity, cross_entropy, one_hot

from gansampler import LSGANOverSampler
from gansampler.acceptance import Acceptance, ClassifierAcceptance
from gansampler.anchors import NeighborAnchors
from gansampler.anchors.base import Anchors
from gansampler.encoding import TableEncoder, widen
from gansampler.losses import Loss
from gansampler.seeding import numpy_generator

# What a fresh critic says makes a row so many times likelier than another to stay, at most.
LARGEST_RATIO = 4.0
SHOWN_TO_CRITIC = 1_000
# Of the largest class, the share that counts as doubtful.
DOUBTFUL = 0.2
GENERATORS = 3
STUDENT_UPDATES = 200


class Idea(LSGANOverSampler):
    """What an idea goes by passes through `told`."""

    placebo: ClassVar[bool] = False

    def told(self, values: Any) -> Any:
        return self._rng_.permutation(values) if self.placebo else values


class FreshCritic(Idea):
    """A network trained on the finished generator; its density ratio joins the acceptance."""

    def _learn(self, X: Any, codes: Any, *parts: Any) -> None:
        super()._learn(X, codes, *parts)
        self._real = self.encoder_.transform(X), codes

    def _draw(self, n: int, code: int) -> Any:
        judge = self.acceptance_
        self.acceptance_ = Both(judge, self._critic(code))
        try:
            return super()._draw(n, code)
        finally:
            self.acceptance_ = judge

    def _critic(self, code: int) -> MLPClassifier:
        rows, codes = self._real
        real = self._rng_.permutation(rows[codes == code])[:SHOWN_TO_CRITIC]
        random = torch.Generator().manual_seed(int(self._rng_.integers(2**31)))
        made = self.encoder_.snap_compact(self._propose(len(real), code, random))
        made = widen(self.encoder_.spans_, made)
        is_real = self.told(np.repeat([1, 0], len(real)))
        network = MLPClassifier((64,), alpha=1.0, max_iter=60, random_state=0)
        return network.fit(np.concatenate([real, made]), is_real)


class Both(Acceptance):
    """A judge of the class and a critic of realness."""

    def __init__(self, judge: Acceptance, critic: Any) -> None:
        self.judge, self.critic = judge, critic

    def weigh(self, Z: Any, code: int) -> Any:
        real = self.critic.predict_proba(Z)[:, 1]
        ratio = np.minimum(real / np.maximum(1 - real, 1e-6), LARGEST_RATIO)
        return self.judge.weigh(Z, code) * ratio / LARGEST_RATIO


class ThreeLabels(Idea):
    """Rows of the largest class that a forest doubts, out of bag, are a class of their own."""

    def _fit_resample(self, X: Any, target: Any) -> Any:
        self._rng_ = numpy_generator(self.random_state)
        codes, other = target.codes, len(target.classes)
        largest = int(np.bincount(codes).argmax())
        doubted = self._doubted(TableEncoder().fit_transform(X), codes, largest)
        labels = codes.copy()
        labels[doubted] = other
        wanted = totals(self.sampling_strategy_, target)
        if largest in wanted:
            wanted[other] = round(wanted[largest] * len(doubted) / (codes == largest).sum())
            wanted[largest] -= wanted[other]
        X_new, new = LSGANOverSampler(wanted, random_state=seed(self)).fit_resample(X, labels)
        return X_new, target.classes[np.where(new == other, largest, new)]

    def _doubted(self, rows: Any, codes: Any, largest: int) -> Any:
        """Give the places of the rows whose class a forest is least sure of."""
        forest = RandomForestClassifier(200, min_samples_leaf=2, oob_score=True, random_state=0)
        sure = forest.fit(rows, codes).oob_decision_function_[:, largest]
        own = np.flatnonzero(codes == largest)
        return own[self.told(np.argsort(sure[own]))[: int(DOUBTFUL * len(own))]]


class Bootstraps(Idea):
    """Several generators, each on a bootstrap, with a judge of the rows out of its bag."""

    def _fit_resample(self, X: Any, target: Any) -> Any:
        self._rng_ = numpy_generator(self.random_state)
        rows, labels = [X], [target.codes]
        for k in range(GENERATORS):
            X_new, new = self._generate(X, target, k)
            rows.append(X_new)
            labels.append(new)
        return pd.concat(rows, ignore_index=True), target.classes[np.concatenate(labels)]

    def _generate(self, X: Any, target: Any, k: int) -> Any:
        codes, counts = target.codes, np.bincount(target.codes)
        bag, out = bootstrap(codes, self._rng_)
        judge: Any = "classifier"
        if self.placebo:
            bag = np.arange(len(codes))
        else:
            judge = OutOfBag(X.iloc[out], codes[out])
        missing = {c: n - counts[c] for c, n in totals(self.sampling_strategy_, target).items()}
        shares = {c: n * (k + 1) // GENERATORS - n * k // GENERATORS for c, n in missing.items()}
        wanted = {c: int(counts[c] + n) for c, n in shares.items()}  # a bag has as many of each
        sampler = LSGANOverSampler(wanted, acceptance=judge, random_state=seed(self))
        X_new, new = sampler.fit_resample(X.iloc[bag], codes[bag])
        return X_new.iloc[len(bag) :], new[len(bag) :]


class OutOfBag(ClassifierAcceptance):
    """The judge learns from other rows than the generator."""

    def __init__(self, rows: Any, codes: Any) -> None:
        super().__init__()
        self.rows, self.codes = rows, codes

    def fit(self, Z: Any, codes: Any, encoder: Any, rng: Any) -> Acceptance:
        return super().fit(encoder.transform(self.rows), self.codes, encoder, rng)


class StudentsGradient(Idea):
    """Generated rows are to push a student where held-out rows would push it."""

    def _play(self, gan: Any, Z: Any, condition: Any, n_classes: int, *rest: Any) -> None:
        rows, codes = torch.from_numpy(Z), torch.from_numpy(condition)
        order = torch.from_numpy(self._rng_.permutation(len(Z)))
        learns, held_out = order[::2], order[1::2]
        random = torch.Generator().manual_seed(int(self._rng_.integers(2**31)))
        student = Student(rows.shape[1], n_classes, random)
        student.learn(rows[learns], codes[learns], random)
        told = torch.from_numpy(self.told(condition[held_out]))
        gan.penalty = Alignment(student, student.push(rows[held_out], told))
        super()._play(gan, Z, condition, n_classes, *rest)


class Student:
    """A network of one hidden layer, by its own weights alone."""

    def __init__(self, width: int, n_classes: int, random: torch.Generator) -> None:
        self.n_classes = n_classes
        self.hidden = torch.randn(width, 64, generator=random) / width**0.5
        self.head = torch.zeros(64, n_classes)
        self.hidden.requires_grad_(), self.head.requires_grad_()

    def learn(self, rows: Tensor, codes: Tensor, random: torch.Generator) -> None:
        weights = [self.hidden, self.head]
        optimizer = torch.optim.Adam(weights, lr=1e-2)
        share = 1 / torch.bincount(codes, minlength=self.n_classes).clamp(min=1)[codes]
        for _ in range(STUDENT_UPDATES):
            batch = torch.multinomial(share, 128, replacement=True, generator=random)
            optimizer.zero_grad()
            cross_entropy(self.features(rows[batch]) @ self.head, codes[batch]).backward()
            optimizer.step()
        for weight in weights:
            weight.requires_grad_(False)

    def features(self, rows: Tensor) -> Tensor:
        return torch.relu(rows @ self.hidden)

    def push(self, rows: Tensor, codes: Tensor) -> Tensor:
        """Give the gradient of the loss by the head, all classes counting alike."""
        features = self.features(rows)
        wrong = (features @ self.head).softmax(dim=1) - one_hot(codes, self.n_classes)
        counts = torch.bincount(codes, minlength=self.n_classes).clamp(min=1)
        return (features.T @ (wrong / counts[codes, None])).flatten()


class Alignment(Loss):
    """How far rows push the student from where it is to go: one less the cosine."""

    def __init__(self, student: Student, towards: Tensor) -> None:
        self.student, self.towards = student, towards

    def discriminator_loss(self, critic: Any, real: Tensor, fake: Tensor) -> Tensor:
        return fake.new_zeros(())

    def generator_loss(self, critic: Any, real: Tensor, fake: Tensor) -> Tensor:
        codes = critic.condition.argmax(dim=1)
        return 1 - cosine_similarity(self.student.push(fake, codes), self.towards, dim=0)


class NearBorder(ClassifierAcceptance):
    """Rows stay where the judge is in doubt, in both classes."""

    placebo: ClassVar[bool] = False

    def fit(self, Z: Any, codes: Any, encoder: Any, rng: Any) -> Acceptance:
        self._rng = rng
        return super().fit(Z, codes, encoder, rng)

    def weigh(self, Z: Any, code: int) -> Any:
        weights = super().weigh(Z, code)
        doubt = 1 - np.sqrt(weights)
        return weights * (self._rng.permutation(doubt) if self.placebo else doubt)


class BothBreadths(Anchors):
    """Half of the anchors are broad, half of them narrow."""

    def fit(self, Z: Any, codes: Any, spans: Any, rng: Any) -> Anchors:
        self.broad_ = NeighborAnchors().fit(Z, codes, spans, rng)
        self.narrow_ = NeighborAnchors(2, jitter=0.1).fit(Z, codes, spans, rng)
        return self

    def draw(self, codes: Tensor, random: torch.Generator) -> Tensor:
        narrow = torch.rand(len(codes), 1, generator=random) < 0.5
        drawn = (anchors.draw(codes, random) for anchors in (self.narrow_, self.broad_))
        return torch.where(narrow, *drawn)


def totals(wanted: dict[Any, int], target: Any) -> dict[int, int]:
    """How many rows each class is to have in the end, by its number."""
    place = {label: code for code, label in enumerate(target.classes.tolist())}
    counts = np.bincount(target.codes)
    return {place[label]: int(counts[place[label]] + n) for label, n in wanted.items()}


def bootstrap(codes: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Draw each class with replacement; what was not drawn, or all where that would be none."""
    bag, out = [], []
    for code in np.unique(codes):
        own = np.flatnonzero(codes == code)
        bag.append(rng.choice(own, len(own)))
        left = np.setdiff1d(own, bag[-1])
        out.append(left if len(left) else own)
    return np.concatenate(bag), np.concatenate(out)


def seed(idea: Idea) -> int:
    return int(idea._rng_.integers(2**31))


class FreshCriticPlacebo(FreshCritic):
    placebo = True


class ThreeLabelsPlacebo(ThreeLabels):
    placebo = True


class BootstrapsPlacebo(Bootstraps):
    placebo = True


class StudentsGradientPlacebo(StudentsGradient):
    placebo = True


class NearBorderPlacebo(NearBorder):
    placebo = True
