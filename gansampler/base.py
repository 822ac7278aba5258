"""The whole way of a row: check, encode, train, draw candidates, accept, decode, stack."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from math import inf
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
import torch
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import NDArray
from sklearn.base import clone
from torch import nn
from tqdm.auto import tqdm

from ._torch import CPU, resolve_device, seeded_generator, seeded_global_state, single_thread
from ._warnings import warn_user
from .acceptance import (
    ACCEPTANCES,
    EVERYTHING,
    MIN_WEIGHT,
    Selection,
    checked_weights,
    draw_accepted,
    keep_rates,
)
from .anchors import ANCHORS
from .columns import Codes, Floats
from .encoding import Matrix, TableEncoder, missing_mask
from .interface import TableSampler
from .losses import LOSSES, PENALTIES, GradientPenalty
from .networks import MLP, Discriminator, Generator
from .seeding import numpy_generator
from .targets import Target
from .training import STEPS_A_RECORD, ClassBatches, MovingAverage, train

# Fewer different rows than this say nothing of how a class varies.
MIN_DIFFERENT_ROWS = 3

# The parts that a sampler takes by name, each under the parameter that names it.
PARTS: dict[str, Mapping[str, Callable[[], Any]]] = {
    "anchor": ANCHORS,
    "acceptance": ACCEPTANCES,
    "loss": LOSSES,
    "penalty": PENALTIES,
}


class BaseGANOverSampler(TableSampler, BaseOverSampler):
    """The way of a row that all samplers share; use the derived classes instead."""

    def sample(self, n: int, label: Any = None) -> Any:
        """Draw more rows of one class.

        Parameters
        ----------
        n : int
            How many.
        label : object, default=None
            One of ``classes_`` that took part in training; for a one-hot target the name or the
            number of its column. None is the class that got rows in `fit_resample`, if it was one
            alone.

        Returns
        -------
        X : dataframe or ndarray of shape (n, n_features)
            New rows in the container, columns and dtypes of the rows that were fitted. Every call
            draws other rows.

        Raises
        ------
        NotFittedError
            Before `fit_resample`.
        ValueError
            If ``n`` is no number of rows, ``label`` no class that took part in training, or left
            out where it must be said.
        """
        self._check_resampled("encoder_")
        if not isinstance(n, Integral) or int(n) < 0:
            raise ValueError(f"n={n!r} must be a whole number of rows, zero or more.")
        Z, _ = self._draw(int(n), self._only_code() if label is None else self._code_of(label))
        return self.encoder_.inverse_transform(Z, self._rng_)

    def enrichment(self, probabilities: Floats) -> Floats:
        r"""How many times denser each class became at rows where it has some probability.

        .. math:: R_c = 1 + \frac{m_c}{n_c} \frac{P(\text{accept} \mid p_c)}{P(\text{accept})}

        where :math:`m_c` new rows were added to :math:`n_c`. It takes the candidates to be
        distributed as their class is. Where the acceptance rule does not go by the probability of
        the class, the fraction on the right is 1.

        Parameters
        ----------
        probabilities : ndarray of shape (n, classes)
            :math:`p_c`, of the classes in ``classes_``, before resampling.

        Returns
        -------
        ndarray of shape (n, classes)
            :math:`R_c`, 1 or more.
        """
        self._check_resampled("encoder_")
        ratios = np.ones_like(probabilities)
        for code, (growth, selection) in self._added_.items():
            weights = None
            if self.acceptance_ is not None and code not in self._duplicated_:
                weights = self.acceptance_.weigh_probability(probabilities[:, code])
            lift = 1.0 if weights is None else selection.lift(weights + MIN_WEIGHT)
            ratios[:, code] += growth * lift
        return ratios

    def _fit_resample(self, X: Any, target: Target) -> tuple[Any, NDArray[Any]]:
        for name in PARTS:
            self._part(name)
        self._check_settings()
        self._rng_ = numpy_generator(self.random_state)
        self.classes_, codes = target.classes, target.codes
        self.encoder_ = TableEncoder(self.categorical_features).fit(X)
        wanted = {self._place(label): n for label, n in self.sampling_strategy_.items() if n > 0}
        self._learn(X, codes, list(wanted))
        drawn, self._added_ = [], {}
        for code, n in wanted.items():
            Z, selection = self._draw(n, code)
            self._added_[code] = n / (codes == code).sum(), selection
            drawn.append(self.encoder_.inverse_transform(Z, self._rng_))
        new = np.repeat(np.array(list(wanted), dtype=np.intp), list(wanted.values()))
        self.synthetic_mask_ = np.repeat([False, True], [len(codes), len(new)])
        return _stack([X, *drawn]), self.classes_[np.concatenate([codes, new])]

    def _learn(self, X: Any, codes: Codes, targets: list[int]) -> None:
        """Fit all that drawing needs; nothing where no class wants rows."""
        self.history_: list[dict[str, Any]] = []
        self.generator_: Any = None
        self.discriminator_: Any = None
        self.anchor_: Any = None
        self.acceptance_: Any = None
        self._duplicated_: dict[int, Matrix] = {}
        self._condition_ = np.full(len(self.classes_), -1)
        if not targets:
            return
        Z = self.encoder_.transform(X)
        self._duplicated_ = {c: Z[codes == c] for c in targets if _is_poor(Z[codes == c])}
        self._warn_of_duplicates()
        learnt = [code for code in targets if code not in self._duplicated_]
        if not learnt:
            return
        plays_all = getattr(self, "train_on", "minority") == "all"
        playing = range(len(self.classes_)) if plays_all else learnt
        self._condition_[list(playing)] = np.arange(len(playing))
        condition = self._condition_[codes]
        self._try_networks(Z.shape[1], len(playing))
        spans, rng = self.encoder_.spans_, self._rng_
        if self.anchor is not None:
            self.anchor_ = self._part("anchor").fit(Z, condition, spans, rng)
        if self.acceptance is not None:
            self.acceptance_ = self._part("acceptance").fit(Z, codes, spans, rng)
        self._train(Z[condition >= 0], condition[condition >= 0])

    @single_thread()
    def _train(self, Z: Matrix, condition: Codes) -> None:
        """Play the game on encoded rows whose classes are numbered from 0."""
        device = resolve_device(self.device)
        generator, discriminator = self._build_networks(Z.shape[1], int(condition.max()) + 1)
        averaged = MovingAverage(generator.to(device), self.ema_decay)
        batches = ClassBatches(
            torch.from_numpy(Z).to(device),
            torch.from_numpy(condition).to(device),
            batch_size=self.batch_size,
            pac=self.pac,
            random=seeded_generator(self._rng_, device),
        )
        records = train(
            generator,
            discriminator.to(device),
            batches,
            anchors=None if self.anchor_ is None else copy.copy(self.anchor_).to(device),
            losses=[self._part(name) for name in ("loss", "penalty") if getattr(self, name)],
            optimizer=self.optimizer,
            learning_rates=_pair(self.learning_rate),
            discriminator_steps=self.discriminator_steps,
            steps=self.steps,
            cosine_decay=self.cosine_decay,
            averaged=averaged,
        )
        if self.verbose:
            total = -(-self.steps // STEPS_A_RECORD)
            records = tqdm(records, desc=type(self).__name__, total=total)
        # Only a user's own layers, nn.Dropout say, draw from torch's global state.
        own = self.generator or self.discriminator
        with seeded_global_state(self._rng_, device) if own else nullcontext():
            self.history_ = list(records)
        self.generator_ = averaged.network.cpu().eval()
        self.discriminator_ = discriminator.cpu().eval()

    def _build_networks(self, width: int, n_classes: int) -> tuple[Generator, Discriminator]:
        widths = self._network_widths(width, n_classes)
        inner, judge = (self._network(side, *widths[side], self._rng_) for side in widths)
        sizes = {"latent_dim": self.latent_dim, "n_classes": n_classes}
        return Generator(inner, self.encoder_.spans_, **sizes), Discriminator(judge, self.pac)

    def _network_widths(self, width: int, n_classes: int) -> dict[str, tuple[int, int]]:
        """Tell how many numbers go into each network, and how many come out."""
        start = 0 if self.anchor is None else width
        return {
            "generator": (self.latent_dim + n_classes + start, width),
            "discriminator": (self.pac * (width + n_classes), 1),
        }

    @single_thread()
    def _try_networks(self, width: int, n_classes: int) -> None:
        """Try the user's own networks, from a seed of no other use; the trained ones come later."""
        for side, widths in self._network_widths(width, n_classes).items():
            if getattr(self, side) is not None:
                network = self._network(side, *widths, np.random.default_rng(0))
                with seeded_global_state(np.random.default_rng(0)):
                    _check_network(network, side, *widths)

    def _network(
        self, side: str, in_features: int, out_features: int, rng: np.random.Generator
    ) -> nn.Module:
        own = getattr(self, side)
        if own is not None:
            with seeded_global_state(rng):
                return own(in_features, out_features)
        return MLP(
            in_features,
            out_features,
            hidden_sizes=self.hidden_sizes,
            activation=self.activation,
            batch_norm=self.batch_norm in (side, "both"),
            dropout=self.dropout,
            random=seeded_generator(rng, CPU),
        )

    def _part(self, name: str) -> Any:
        """Make the part that a parameter names, or copy the user's own; None stays None."""
        choice = getattr(self, name, None)
        if choice is None:
            return None
        part = PARTS[name][choice]() if isinstance(choice, str) else clone(choice)
        part._validate_params()
        return part

    def _propose(self, n: int, code: int, random: torch.Generator) -> Matrix:
        """Generate encoded candidates (n, width) of a class."""
        codes = torch.full((n,), int(self._condition_[code]))
        with torch.no_grad():
            rows = self.generator_(*self.generator_.draw_inputs(codes, self.anchor_, random))
        return rows.numpy()

    @single_thread()
    def _draw(self, n: int, code: int) -> tuple[Matrix, Selection]:
        """Draw encoded rows (n, width) of a class: propose, snap, accept."""
        if code in self._duplicated_:
            own = self._duplicated_[code]
            return own[self._rng_.integers(len(own), size=n)], EVERYTHING
        random = seeded_generator(self._rng_, CPU)

        def propose(m: int) -> Matrix:
            return self.encoder_.snap(self._propose(m, code, random))

        def weigh(Z: Matrix) -> Floats:
            if self.acceptance_ is None:
                return np.ones(len(Z))
            weights = self.acceptance_.weigh(Z, code)
            weights = checked_weights(weights, self.acceptance_, len(Z))
            return keep_rates(weights + MIN_WEIGHT, missing_mask(self.encoder_.spans_, Z))

        return draw_accepted(propose, weigh, n, self.candidates, self._rng_)

    def _place(self, label: Any) -> int:
        """Index of a label in ``classes_``."""
        try:
            return {known: code for code, known in enumerate(self.classes_.tolist())}[label]
        except (KeyError, TypeError):  # a list, say, cannot be looked up
            raise ValueError(
                f"label={label!r} is not a class; the classes are {self.classes_.tolist()}."
            ) from None

    def _code_of(self, label: Any) -> int:
        """Index of a label in ``classes_`` that rows can be drawn of."""
        code = self._place(label)
        if self._condition_[code] < 0 and code not in self._duplicated_:
            widen = ", or set train_on='all'" if self.history_ else ""
            raise ValueError(
                f"Class {label!r} took no part in training, so no rows of it can be drawn. Ask for "
                f"rows of it in `sampling_strategy`{widen}."
            )
        return code

    def _only_code(self) -> int:
        """Index of the one class that got rows."""
        if len(self._added_) != 1:
            got = [self.classes_.tolist()[code] for code in self._added_]
            raise ValueError(
                f"The classes that got rows in fit_resample are {got}: say by `label` which of "
                f"{self.classes_.tolist()} to draw, and call sample once for each."
            )
        return next(iter(self._added_))

    def _warn_of_duplicates(self) -> None:
        if self._duplicated_:
            names = ", ".join(repr(self.classes_.tolist()[code]) for code in self._duplicated_)
            warn_user(
                f"Classes with fewer than {MIN_DIFFERENT_ROWS} different rows cannot be learnt; "
                f"their rows are duplicated instead: {names}."
            )

    def _check_settings(self) -> None:
        """Check what no single parameter's declaration can say."""
        if self.batch_size % self.pac:
            raise ValueError(
                f"batch_size={self.batch_size} must be a multiple of pac={self.pac}: the "
                "discriminator judges packs of so many rows."
            )
        if self.batch_norm is not None and self.batch_size < 2 * self.pac:
            raise ValueError(
                f"batch_size={self.batch_size} with pac={self.pac} is too small for batch_norm="
                f"{self.batch_norm!r}, which needs at least two packs. Raise `batch_size`."
            )
        _pair(self.learning_rate)
        if isinstance(self.loss, GradientPenalty):
            raise ValueError(
                f"loss={self.loss!r} teaches the generator nothing: give it as `penalty`, beside a "
                "loss."
            )
        for size in self.hidden_sizes:
            if not isinstance(size, Integral) or isinstance(size, bool) or int(size) <= 0:
                raise ValueError(
                    f"hidden_sizes={self.hidden_sizes!r} must hold whole numbers above zero."
                )
        resolve_device(self.device)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _pair(learning_rate: Any) -> tuple[float, float]:
    """Give the learning rates of generator and discriminator."""
    rates = np.atleast_1d(learning_rate).tolist()
    if len(rates) not in (1, 2) or not all(
        isinstance(rate, (int, float)) and 0 < rate < inf for rate in rates
    ):
        raise ValueError(
            f"learning_rate={learning_rate!r} must be a number above zero, or a pair of them for "
            "generator and discriminator."
        )
    return rates[0], rates[-1]


def _check_network(network: Any, side: str, in_features: int, out_features: int) -> None:
    if not isinstance(network, nn.Module):
        raise TypeError(f"`{side}` must return a torch.nn.Module, got {type(network).__name__}.")
    if not any(weight.requires_grad for weight in network.parameters()):
        raise ValueError(f"The network that `{side}` returns has no weights that could be trained.")
    was_training = network.training
    with torch.no_grad():
        shape = tuple(network.eval()(torch.zeros(2, in_features)).shape)
    network.train(was_training)
    if shape != (2, out_features):
        raise ValueError(
            f"The network that `{side}` returns must map (batch, {in_features}) to (batch, "
            f"{out_features}); two rows gave the shape {shape}."
        )


def _is_poor(Z: Matrix) -> bool:
    """Whether fewer rows differ than a class needs to be learnt."""
    for _ in range(MIN_DIFFERENT_ROWS):
        if len(Z) == 0:
            return True
        Z = Z[(Z[0] != Z).any(axis=1)]
    return False


def _stack(parts: list[Any]) -> Any:
    """Put tables of one kind below each other."""
    if not isinstance(parts[0], pd.DataFrame):
        return np.concatenate(parts)
    stacked = pd.concat(parts, ignore_index=True)
    for i, dtype in enumerate(stacked.dtypes):
        if pd.api.types.is_object_dtype(dtype):  # where a part is all None, concat would make NaN
            values = np.concatenate([part.iloc[:, i].to_numpy() for part in parts])
            stacked.isetitem(i, pd.Series(values, dtype=object))
    return stacked
