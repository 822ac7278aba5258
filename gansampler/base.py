"""The whole way of a row: check, encode, train, draw candidates, accept, decode, stack."""

from __future__ import annotations

from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import NDArray

from ._torch import CPU, seeded_generator, single_thread
from ._warnings import warn_user
from .acceptance import (
    ACCEPTANCES,
    EVERYTHING,
    MIN_WEIGHT,
    Acceptance,
    Selection,
    checked_weights,
    draw_accepted,
    keep_rates,
)
from .anchors import ANCHORS, Anchors
from .columns import Codes, Floats
from .encoding import Matrix, TableEncoder, matrix_columns, missing_mask, widen
from .gan import ConditionalGAN
from .held_out import HeldOut, without
from .interface import TableSampler
from .naming import make_part
from .saving.writing import write_sampler
from .seeding import numpy_generator
from .sizes import check_new_rows
from .targets import Target
from .warm_start import check_same, check_table, earlier_fit

# Fewer different rows than this say nothing of how a class varies.
MIN_DIFFERENT_ROWS = 3


class BaseGANOverSampler(TableSampler, BaseOverSampler):
    """The way of a row that all samplers share; use the derived classes instead."""

    # What a sampler without networks has no parameter for: it anchors the classes that get rows.
    train_on = "minority"

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
            If ``n`` is no number of rows, or more than there is memory for; if ``label`` is no
            class that took part in training, or left out where it must be said.
        """
        self._check_resampled("encoder_")
        if not isinstance(n, Integral) or int(n) < 0:
            raise ValueError(f"n={n!r} must be a whole number of rows, zero or more.")
        check_new_rows(n, self.n_features_in_, "sample", "ask for fewer rows at a time")
        C, _, _ = self._draw(int(n), self._only_code() if label is None else self._code_of(label))
        return self._in_container(self.encoder_.restore(C, self._rng_))

    def save(self, path: str | Path) -> None:
        """Write what was learnt into a file, from which `gansampler.load` makes it again.

        The loaded sampler draws the rows that this one would have drawn next. The file is a ZIP
        archive of JSON and numbers, nothing in it is pickled. It holds data of the table: anchors
        are rows of it (up to 20,000 of each class), every value that a column had is there, and so
        are the rows of classes that are duplicated. Whoever has the file has these. Of callbacks
        those of :mod:`gansampler.callbacks` are kept, unless they hold a function of your own; a
        warning names all others, which have watched a training that is over.

        Parameters
        ----------
        path : str or Path
            Where to. A file that is there is replaced once all is written, and stays as it is where
            that fails.

        Raises
        ------
        NotFittedError
            Before `fit_resample`.
        ValueError
            If a part of your own (a network, loss, judge, anchor, acceptance rule) has no import
            path, or a value cannot be kept; the message says which.
        ImportError
            If safetensors is not there or, for a judge of your own, skops: both come with
            ``pip install 'gansampler[save]'``.
        OSError
            If the file cannot be written.
        """
        self._check_resampled("encoder_")
        write_sampler(self, path)

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
        anchor = make_part(self.anchor, ANCHORS)
        acceptance = make_part(self.acceptance, ACCEPTANCES)
        gan, earlier = self._make_gan(), earlier_fit(self)
        if gan is not None:
            gan.check_settings()
        self._rng_ = numpy_generator(self.random_state)
        self.classes_, codes = target.classes, target.codes
        self.encoder_ = TableEncoder(self.categorical_features).fit(X)
        if earlier is not None:
            check_same({"classes_": earlier.classes_}, {"classes_": self.classes_})
            check_table(earlier.encoder_, self.encoder_)
            self.encoder_ = earlier.encoder_
        self._added_: dict[int, tuple[float, Selection]] = {}
        wanted = {self._place(label): n for label, n in self.sampling_strategy_.items() if n > 0}
        before = None if earlier is None else earlier.gan_
        self._learn(X, codes, list(wanted), anchor, acceptance, gan, before)
        drawn, sure = [], [np.ones(len(codes))]
        for code, n in wanted.items():
            C, confidence, selection = self._draw(n, code)
            sure.append(confidence)
            self._added_[code] = n / (codes == code).sum(), selection
            drawn.append(self.encoder_.restore(C, self._rng_))
        new = np.repeat(np.array(list(wanted), dtype=np.intp), list(wanted.values()))
        self.synthetic_mask_ = np.repeat([False, True], [len(codes), len(new)])
        self.sample_weight_ = np.concatenate(sure)
        return _stack([X, *drawn]), self.classes_[np.concatenate([codes, new])]

    def _make_gan(self) -> ConditionalGAN | None:
        """Make the networks' game out of the sampler's parameters; None has no networks."""
        return None

    def _begin_with_nothing(self) -> None:
        """Set what stays so where no class has to be learnt."""
        self.history_: list[dict[str, Any]] = []
        self.callbacks_: list[Any] = []
        self.gan_: Any = None
        self.generator_: Any = None
        self.discriminator_: Any = None
        self.anchor_: Any = None
        self.acceptance_: Any = None
        self._duplicated_: dict[int, Matrix] = {}
        self._condition_: Codes = np.full(len(self.classes_), -1)

    def _learn(
        self,
        X: Any,
        codes: Codes,
        targets: list[int],
        anchor: Anchors | None,
        acceptance: Acceptance | None,
        gan: ConditionalGAN | None,
        earlier: ConditionalGAN | None,
    ) -> None:
        """Fit all that drawing needs; nothing where no class wants rows."""
        self._begin_with_nothing()
        if not targets:
            return
        C = self.encoder_.compact(X)
        self._duplicated_ = {c: C[codes == c] for c in targets if _is_poor(C[codes == c])}
        self._warn_of_duplicates()
        learnt = [code for code in targets if code not in self._duplicated_]
        if not learnt:
            return
        playing = range(len(self.classes_)) if self.train_on == "all" else learnt
        self._condition_[list(playing)] = np.arange(len(playing))
        condition = self._condition_[codes]
        spans, rng = self.encoder_.spans_, self._rng_
        aside = np.zeros(len(C), dtype=bool)
        if gan is not None:
            self._check_game(gan, earlier, len(playing))
            aside = gan.set_aside(condition, rng)
        shown, shown_condition = without(aside, C, condition)
        if anchor is not None:
            self.anchor_ = anchor.fit_compact(shown, shown_condition, spans, rng)
        if acceptance is not None:
            self.acceptance_ = acceptance.fit_compact(C, codes, self.encoder_, rng)
        if gan is not None:
            held_out = HeldOut(widen(spans, C[aside]), condition[aside], self.encoder_.snap)
            self._play(gan, shown, shown_condition, len(playing), held_out)

    def _check_game(
        self, gan: ConditionalGAN, earlier: ConditionalGAN | None, n_classes: int
    ) -> None:
        """Refuse networks that do not fit rows or an earlier fit, before anything is learnt."""
        playing = self.classes_[self._condition_.argsort()[-n_classes:]]
        anchored = self.anchor is not None
        form = {"a start from anchors": anchored, "classes in training": playing}
        gan.go_on_from(earlier, form)
        gan.try_networks(self.encoder_.width_, n_classes, anchored=anchored)

    def _play(
        self, gan: ConditionalGAN, C: Matrix, condition: Codes, n_classes: int, held_out: HeldOut
    ) -> None:
        """Train the networks on compact rows (n, spans) of those classes (n,) that are not -1."""
        plays = condition >= 0
        how = {"spans": self.encoder_.spans_, "anchors": self.anchor_, "held_out": held_out}
        gan.begin(C[plays], condition[plays], n_classes, self._rng_, **how)
        # They are there from the first step: callbacks draw rows.
        self.gan_, self.history_, self.callbacks_ = gan, gan.history_, gan.callbacks_
        self.generator_, self.discriminator_ = gan.generator_, gan.discriminator_
        gan.play(self)
        gan.warn_if_collapsed()

    def _propose(self, n: int, code: int, random: torch.Generator) -> Matrix:
        """Give compact candidates (n, spans) of a class: anchors, moved on if there is a GAN."""
        codes, spans = np.full(n, self._condition_[code]), self.encoder_.spans_
        if self.gan_ is None:
            return self.anchor_.draw_compact(torch.from_numpy(codes), spans, random)
        if self.anchor_ is None:
            return matrix_columns(spans, self.gan_.propose(codes, None, random))
        moves = torch.rand(n, generator=random).numpy() < self.moved
        C = np.empty((n, len(spans)), dtype=np.float32)
        C[moves] = matrix_columns(spans, self.gan_.propose(codes[moves], self.anchor_, random))
        C[~moves] = self.anchor_.draw_compact(torch.from_numpy(codes[~moves]), spans, random)
        return C

    @single_thread()
    def _draw(self, n: int, code: int) -> tuple[Matrix, Floats, Selection]:
        """Draw compact rows (n, spans) of a class, and how sure they are (n,): propose, accept."""
        if code in self._duplicated_:
            own = self._duplicated_[code]
            return own[self._rng_.integers(len(own), size=n)], np.ones(n), EVERYTHING
        random, encoder, rule = seeded_generator(self._rng_, CPU), self.encoder_, self.acceptance_

        def propose(m: int) -> Matrix:
            return encoder.snap_compact(self._propose(m, code, random))

        def weigh(C: Matrix) -> Floats:
            if rule is None:
                return np.ones(len(C))
            return checked_weights(rule.weigh_compact(C, code, encoder), rule, len(C))

        def even_out(weights: Floats, C: Matrix) -> Floats:
            if rule is None:
                return weights
            return keep_rates(weights + MIN_WEIGHT, missing_mask(encoder.spans_, C))

        how: dict[str, Any] = {"even_out": even_out, "width": encoder.width_}
        C, weights, selection = draw_accepted(propose, weigh, n, self.candidates, self._rng_, **how)
        return C, weights if rule is None else rule.confidence(weights), selection

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
        """Index of the one class that gets rows, while they are learnt and afterwards."""
        wanted = [self._place(label) for label, n in self.sampling_strategy_.items() if n > 0]
        if len(wanted) != 1:
            names = [self.classes_.tolist()[code] for code in wanted]
            raise ValueError(
                f"The classes that get rows in fit_resample are {names}: say by `label` which of "
                f"{self.classes_.tolist()} to draw, and call sample once for each."
            )
        return wanted[0]

    def _warn_of_duplicates(self) -> None:
        if self._duplicated_:
            names = ", ".join(repr(self.classes_.tolist()[code]) for code in self._duplicated_)
            warn_user(
                f"Classes with fewer than {MIN_DIFFERENT_ROWS} different rows cannot be learnt; "
                f"their rows are duplicated instead: {names}."
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _is_poor(C: Matrix) -> bool:
    """Whether fewer rows differ than a class needs to be learnt."""
    for _ in range(MIN_DIFFERENT_ROWS):
        if len(C) == 0:
            return True
        C = C[(C[0] != C).any(axis=1)]
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
