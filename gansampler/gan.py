"""A conditional GAN on plain arrays of floats: what the samplers hold, and of use without them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from math import prod
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, column_or_1d
from torch import nn

from ._torch import resolve_device, seeded_generator, seeded_global_state, single_thread
from ._warnings import warn_user
from .anchors import Anchors
from .callbacks import ProgressBar, follow, held_out_fraction, make_callbacks
from .columns import Codes
from .diagnostics import COLLAPSE, Spread, rows_a_class
from .encoding import Matrix, Span
from .held_out import HeldOut, set_aside, without
from .interface import whole_fit
from .losses import LOSSES, PENALTIES, GradientPenalty, Loss
from .naming import make_part, takes
from .networks import ACTIVATIONS
from .optimizers import OPTIMIZERS, make_optimizer
from .players import build_players, check_size, try_factories
from .saving.writing import write_sampler
from .schedules import SCHEDULES, Schedule
from .seeding import numpy_generator
from .sizes import check_new_rows
from .training import STEPS_A_RECORD, ClassBatches, MovingAverage, train
from .warm_start import check_same, earlier_fit
from .widening import Widening

Factory = Callable[[int, int], nn.Module]
Callback = Callable[[dict[str, Any], Any], Any]
# So many rows go through the generator at a time: of all their layers it holds the numbers.
CHUNK = 16_384
# Weights are float32, and so is what is taken from them.
LARGEST_RATE = float(np.finfo(np.float32).max)

# What a sampler and the estimator below mean by their parameters of the same names.
GAME_CONSTRAINTS: dict[str, list[Any]] = {
    "loss": [StrOptions(set(LOSSES)), Loss],
    "penalty": [StrOptions(set(PENALTIES)), Loss, None],
    "latent_dim": [Interval(Integral, 1, None, closed="left")],
    "hidden_sizes": ["array-like"],
    "activation": [StrOptions(set(ACTIVATIONS))],
    "batch_norm": [StrOptions({"generator", "discriminator", "both"}), None],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "pac": [Interval(Integral, 1, None, closed="left")],
    "optimizer": [StrOptions(set(OPTIMIZERS))],
    "learning_rate": [Interval(Real, 0, None, closed="neither"), "array-like"],
    "learning_rate_schedule": [StrOptions(set(SCHEDULES)), Schedule],
    "discriminator_steps": [Interval(Integral, 1, None, closed="left")],
    "batch_size": [Interval(Integral, 1, None, closed="left")],
    "steps": [Interval(Integral, 1, None, closed="left")],
    "ema_decay": [Interval(Real, 0, 1, closed="left")],
    "generator": [callable, None],
    "discriminator": [callable, None],
    "device": [str, torch.device],
    "warm_start": ["boolean"],
    "callbacks": ["array-like", callable, None],
    "verbose": ["verbose"],
}
# What another fit must have alike to go on: the networks were made by these, for such rows.
FORM = (
    "latent_dim",
    "hidden_sizes",
    "activation",
    "batch_norm",
    "dropout",
    "pac",
    "generator",
    "discriminator",
)


class ConditionalGAN(BaseEstimator):
    r"""Learn to generate rows of floats, of classes or of none.

    A generator :math:`G` makes rows from noise and a class, a discriminator :math:`D` scores rows
    of a class, and both learn from each other [1]_, [2]_. Rows are taken as they are: scale them
    first, to about unit variance. For tables with an imbalance there is
    :class:`~gansampler.LSGANOverSampler`, which holds one of these.

    Parameters
    ----------
    loss : str or Loss, default="non_saturating"
        The adversarial loss: a key of ``gansampler.losses.LOSSES``, or an object.

    penalty : str, Loss or None, default=None
        A gradient penalty beside it: "r1", "r2", "r1_r2", or an object of
        :class:`~gansampler.losses.GradientPenalty`.

    latent_dim : int, default=32
        Size of the normal noise that the generator starts from.

    hidden_sizes : sequence of int, default=(128, 128)
        Widths of the hidden layers of both networks.

    activation : str, default="leaky_relu"
        Activation of the hidden layers: a key of ``gansampler.networks.ACTIVATIONS``.

    batch_norm : {"generator", "discriminator", "both"} or None, default=None
        Which network normalises its hidden layers over the batch.

    dropout : float, default=0.0
        Share of hidden units that are dropped while training, in both networks.

    pac : int, default=1
        How many rows of a class the discriminator judges together.

    optimizer : str, default="rmsprop"
        Optimizer of both networks: a key of ``gansampler.optimizers.OPTIMIZERS``.

    learning_rate : float or pair of float, default=5e-4
        Learning rate of both networks, or of generator and discriminator.

    learning_rate_schedule : {"constant", "cosine", "plateau"} or Schedule, default="cosine"
        How the learning rates change, at each record: not at all, along half a cosine to zero, or
        down whenever the convergence figure stalls; see :mod:`gansampler.schedules`.

    discriminator_steps : int, default=1
        Updates of the discriminator for each update of the generator.

    batch_size : int, default=256
        Rows in a batch, drawn evenly over the classes; a multiple of `pac`.

    steps : int, default=300
        Updates of the generator.

    ema_decay : float, default=0.995
        The rows come from an exponential moving average of the generator's weights with this decay;
        0 takes the last weights.

    generator, discriminator : callable or None, default=None
        A factory of your own network, called as ``generator(in_features, out_features)``, which
        returns a ``torch.nn.Module`` from (batch, in_features) to (batch, out_features). The
        generator gets the noise and the one-hot class, so ``latent_dim + n_classes`` numbers, and
        gives a row; the discriminator gets `pac` times a row and its one-hot class. Without classes
        there are no such columns. Rows of more dimensions come flat.

    warm_start : bool, default=False
        Whether another `fit`, on rows of the same shape and the same classes, goes on from the
        networks that were learnt, with what the optimizers know, and with the history. `steps` more
        steps are taken, the learning rates start from the top again, and `random_state` seeds each
        fit alike: so two fits of 150 steps are not one of 300.

    callbacks : callable, sequence of callable or None, default=None
        Each is called as ``callback(record, gan)`` after each record. `sample` and `score_rows`
        work then, and what they draw changes nothing; one that returns True ends the training.
        Early stopping, checkpoints and more are in :mod:`gansampler.callbacks`.

    record_every : int, default=25
        Steps from one record to the next.

    device : str or torch.device, default="auto"
        Where training runs; ``"auto"`` takes CUDA where it is there. What was learnt comes back to
        the CPU.

    random_state : int, RandomState instance or None, default=None
        Seed of everything random. None takes fresh entropy, not numpy's global state. The same
        seed gives the same rows on one machine with the same versions; a network rounds otherwise
        on another processor, and other rows come out.

    verbose : bool or int, default=False
        Whether training shows a progress bar.

    Attributes
    ----------
    generator_, discriminator_ : Generator, Discriminator
        The trained networks, on the CPU.

    classes_ : ndarray of shape (n_classes,) or None
        The classes; None if there are none.

    history_ : list of dict
        The course of training, one record every `record_every` steps:

        - ``step``: updates of the generator so far;
        - ``generator_loss``, ``discriminator_loss``: with penalties; the latter's parts on real and
          on generated rows, without, are ``discriminator_loss_real`` and
          ``discriminator_loss_generated``, NaN where the loss judges rows by pairs;
        - ``right_on_real``, ``right_on_generated``: share of right verdicts of the discriminator,
          before its update; ``taken_for_real``: share of generated rows that it takes for real
          after it, when the generator learns. A score is a verdict for a real row where it would
          cost less on one or, with a loss whose scores have no level, where it lies beyond the
          middle between the mean scores of real and of generated rows;
        - ``convergence``: the discriminator's advantage, ``right_on_real + right_on_generated - 1``
          from 0 (it guesses) to 1 (it always knows), which the total variation distance between
          both kinds of rows cannot be below, but for what it has learnt by heart [3]_;
        - ``generator_learning_rate``, ``discriminator_learning_rate``;
        - ``generator_gradient_norm``, ``discriminator_gradient_norm``: of the last step;
        - ``diversity``: mean distance of two generated rows of a class over that of two real ones,
          in the class where this is least; 64 rows of each class, fewer if there are many;
        - ``collapsed``: whether that is below 0.1;
        - ``seconds``: since training began;
        - ``two_sample_auc``: how surely a classifier tells generated rows from held-out ones, if a
          callback holds any, see :class:`~gansampler.callbacks.EarlyStopping`.

        All but those of the last step are means over the steps since the record before.

    callbacks_ : list of callable
        The callbacks that were called; those of :mod:`gansampler.callbacks` are copies, which hold
        what they have learnt.

    shape_ : tuple of int
        Shape of a row.

    References
    ----------
    .. [1] I. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS 27.
    .. [2] M. Mirza, S. Osindero (2014). Conditional generative adversarial nets. arXiv:1411.1784.
    .. [3] L. Devroye, L. Gyorfi, G. Lugosi (1996). A probabilistic theory of pattern recognition.
       Springer, section 2.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler import ConditionalGAN
    >>> rng = np.random.default_rng(0)
    >>> rows, classes = rng.normal(size=(200, 3)), np.repeat(["a", "b"], 100)
    >>> gan = ConditionalGAN(steps=50, random_state=0).fit(rows, classes)
    >>> gan.sample(5, "b").shape
    (5, 3)
    >>> [record["step"] for record in gan.history_]
    [25, 50]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **GAME_CONSTRAINTS,
        "record_every": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        loss: str | Loss = "non_saturating",
        penalty: str | Loss | None = None,
        latent_dim: int = 32,
        hidden_sizes: Sequence[int] = (128, 128),
        activation: str = "leaky_relu",
        batch_norm: str | None = None,
        dropout: float = 0.0,
        pac: int = 1,
        optimizer: str = "rmsprop",
        learning_rate: float | tuple[float, float] = 5e-4,
        learning_rate_schedule: str | Schedule = "cosine",
        discriminator_steps: int = 1,
        batch_size: int = 256,
        steps: int = 300,
        ema_decay: float = 0.995,
        generator: Factory | None = None,
        discriminator: Factory | None = None,
        warm_start: bool = False,
        callbacks: Callback | Sequence[Callback] | None = None,
        record_every: int = STEPS_A_RECORD,
        device: str | torch.device = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool | int = False,
    ) -> None:
        self.loss, self.penalty = loss, penalty
        self.latent_dim, self.hidden_sizes, self.activation = latent_dim, hidden_sizes, activation
        self.batch_norm, self.dropout, self.pac = batch_norm, dropout, pac
        self.optimizer, self.learning_rate = optimizer, learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.discriminator_steps, self.batch_size = discriminator_steps, batch_size
        self.steps, self.ema_decay = steps, ema_decay
        self.generator, self.discriminator = generator, discriminator
        self.warm_start, self.callbacks, self.record_every = warm_start, callbacks, record_every
        self.device, self.random_state, self.verbose = device, random_state, verbose

    def fit(self, rows: Any, classes: ArrayLike | None = None) -> ConditionalGAN:
        """Train both networks.

        Parameters
        ----------
        rows : array-like of shape (n, ...)
            Finite numbers: rows, pictures (n, height, width), sequences (n, steps, features).
        classes : array-like of shape (n,) or None, default=None
            Their classes, of any kind that can be sorted; None for rows of no class.

        Returns
        -------
        self : ConditionalGAN

        Raises
        ------
        ValueError
            If rows, classes or a parameter cannot be used; before any training starts.
        TypeError
            If a factory returns no ``torch.nn.Module``, or a callback cannot be called.
        FloatingPointError
            If training diverged.
        """
        earlier = earlier_fit(self)
        with whole_fit(self):
            self._validate_params()
            self.check_settings()
            rows = check_array(rows, dtype=np.float32, order="C", allow_nd=True, copy=True)
            self.classes_, codes = _numbered(classes, len(rows))
            self.shape_ = rows.shape[1:]
            flat = rows.reshape(len(rows), -1)
            n_classes = 0 if self.classes_ is None else len(self.classes_)
            self.go_on_from(earlier, {"shape_": self.shape_, "classes_": self.classes_})
            self.try_networks(flat.shape[1], n_classes)
            self._rng_ = numpy_generator(self.random_state)
            aside = self.set_aside(codes, self._rng_)
            held_out = HeldOut(flat[aside], codes[aside])
            flat, codes = without(aside, flat, codes)
            self.begin(flat, codes, n_classes, self._rng_, held_out=held_out)
            self.play(self)
        self.warn_if_collapsed()
        return self

    def sample(self, n: int, label: Any = None) -> NDArray[np.float32]:
        """Generate rows.

        Parameters
        ----------
        n : int
            How many.
        label : object, default=None
            One of ``classes_``; nothing where there are no classes.

        Returns
        -------
        rows : ndarray of shape (n, ...), float32
            Rows of the shape that was learnt. Every call draws other rows.
        """
        check_is_fitted(self, "generator_")
        if not isinstance(n, Integral) or int(n) < 0:
            raise ValueError(f"n={n!r} must be a whole number of rows, zero or more.")
        check_new_rows(n, prod(self.shape_), "sample", "ask for fewer rows at a time")
        codes = np.full(min(int(n), CHUNK), self._code_of(label))
        random = seeded_generator(self._rng_, _device_of(self.generator_))
        left = [codes[: n - start] for start in range(0, max(int(n), 1), CHUNK)]
        rows = np.concatenate([self.propose(each, None, random) for each in left])
        return rows.reshape(-1, *self.shape_)

    def score_rows(self, rows: Any, classes: ArrayLike | None = None) -> NDArray[np.float32]:
        r"""Score rows by the discriminator, with `pac` of 1.

        Parameters
        ----------
        rows : array-like of shape (n, ...)
            Rows of the shape that was learnt.
        classes : array-like of shape (n,) or None, default=None
            Their classes; None where there are none.

        Returns
        -------
        scores : ndarray of shape (n,), float32
            Higher for rows that look real. With a logistic loss, :math:`1 / (1 + e^{-D(x)})` is the
            probability of a real row, which is :math:`p / (p + p_G)` at best.
        """
        check_is_fitted(self, "discriminator_")
        rows = check_array(rows, dtype=np.float32, order="C", allow_nd=True, copy=True)
        if rows.shape[1:] != self.shape_ or self.pac > 1:
            raise ValueError(
                f"rows of shape {rows.shape} with pac={self.pac} cannot be scored: give rows of "
                f"the shape {self.shape_} that was learnt, to a discriminator of single rows."
            )
        labels = [None] * len(rows) if classes is None else np.asarray(classes).tolist()
        check_consistent_length(rows, labels)
        device = _device_of(self.discriminator_)
        codes = torch.tensor([self._code_of(label) for label in labels], device=device).long()
        condition = self.generator_.one_hot(codes)
        flat = torch.from_numpy(rows.reshape(len(rows), -1)).to(device)
        with torch.no_grad(), _resting(self.discriminator_):
            return self.discriminator_(flat, condition).cpu().numpy()

    def save(self, path: str | Path) -> None:
        """Write what was learnt into a file, from which `gansampler.load` makes it again.

        What is loaded draws the rows that this one would have drawn next, and scores rows alike.
        The file is a ZIP archive of JSON and numbers, nothing in it is pickled. No row is kept in
        it. Of callbacks those of :mod:`gansampler.callbacks` are kept; a warning names all others.

        Parameters
        ----------
        path : str or Path
            Where to. A file that is there is replaced once all is written, and stays as it is where
            that fails.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a part of your own (a network, a loss) has no import path, or a value cannot be kept;
            the message says which.
        ImportError
            If safetensors is not there: ``pip install 'gansampler[save]'``.
        OSError
            If the file cannot be written.
        """
        check_is_fitted(self, "generator_")
        write_sampler(self, path)

    def check_settings(self) -> None:
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
        learning_rate_pair(self.learning_rate)
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
        for side in ("generator", "discriminator"):
            make = getattr(self, side)
            if make is not None and not takes(make, 2):
                raise TypeError(
                    f"{side}={make!r} cannot be called with (in_features, out_features)."
                )
        make_callbacks(self.callbacks)
        resolve_device(self.device)
        self._losses()
        make_part(self.learning_rate_schedule, SCHEDULES)

    def try_networks(self, width: int, n_classes: int, *, anchored: bool = False) -> None:
        """Refuse networks that cannot fit, and try the user's own, before anything is learnt."""
        check_size(self, width, n_classes, anchored)
        with single_thread():
            try_factories(self, width, n_classes, anchored)

    def go_on_from(self, earlier: ConditionalGAN | None, form: dict[str, Any]) -> None:
        """Let the game go on from an earlier fit, if there is one; refuse one of another form."""
        self._earlier_ = earlier
        self._form_ = form | {name: getattr(self, name) for name in FORM}
        if earlier is not None:
            check_same(getattr(earlier, "_form_", {}), self._form_)

    def set_aside(self, codes: Codes, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Tell which rows, of classes (n,) from 0 (-1 plays no part), callbacks want held out."""
        return set_aside(codes, held_out_fraction(make_callbacks(self.callbacks)), rng)

    @single_thread()
    def begin(
        self,
        rows: Matrix,
        codes: Codes,
        n_classes: int,
        rng: np.random.Generator,
        *,
        held_out: HeldOut,
        spans: Sequence[Span] | None = None,
        anchors: Anchors | None = None,
    ) -> None:
        """Set up the game on rows of classes (n,) from 0; without classes all codes are 0.

        Rows are wide (n, width) or, if there are `spans` that tell what they mean, compact.
        """
        device = resolve_device(self.device)
        widening = None if spans is None else Widening.of(spans)
        if self._earlier_ is None:
            spans = spans or [Span(0, rows.shape[1], "number")]
            players = build_players(self, spans, n_classes, anchors is not None, rng)
        else:
            players = copy.deepcopy((self._earlier_.generator_, self._earlier_.discriminator_))
        generator, discriminator = players[0].to(device).train(), players[1].to(device).train()
        averaged = self._put_in_place(generator, discriminator)
        batches = self._batches(rows, codes, rng, device, widening)
        anchors = None if anchors is None else copy.copy(anchors).to(device)
        self._spread_ = _spread(batches, anchors)
        self._records_: Any = train(
            generator,
            discriminator,
            batches,
            anchors=anchors,
            losses=self._losses(),
            optimizers=self._optimizers_,
            schedule=make_part(self.learning_rate_schedule, SCHEDULES),
            discriminator_steps=self.discriminator_steps,
            steps=self.steps,
            record_every=self.record_every,
            averaged=averaged,
            spread=self._spread_,
            held_out=held_out,
        )

    @single_thread()
    def play(self, estimator: Any) -> None:
        """Play the game that has begun; callbacks get the `estimator` that is being fitted."""
        rng, device = estimator._rng_, _device_of(self.generator_)
        # Only a user's own layers, nn.Dropout say, draw from torch's global state.
        own = self.generator or self.discriminator
        callbacks = [*self.callbacks_, *([ProgressBar()] if self.verbose else [])]
        records = _numbered_on(self.__dict__.pop("_records_"), self.history_)
        with seeded_global_state(rng, device) if own else nullcontext():
            follow(records, callbacks, estimator)
        # Callbacks may have brought back other networks than the last record speaks of.
        spread = self.__dict__.pop("_spread_")
        now = spread.measure(self.generator_) if self.callbacks_ else self.history_[-1]
        self._collapsed_ = now["collapsed"]
        self.generator_.cpu()
        self.discriminator_.cpu().eval()
        states = [each.state_dict() for each in self._optimizers_]
        self._optimizers_: Any = {"name": self.optimizer, "states": states}

    def warn_if_collapsed(self) -> None:
        """Say what to change, at the line of the user."""
        if self._collapsed_:
            warn_user(COLLAPSE)

    def _losses(self) -> list[Loss]:
        loss, penalty = make_part(self.loss, LOSSES), make_part(self.penalty, PENALTIES)
        return [loss] if penalty is None else [loss, penalty]

    def _batches(
        self,
        rows: Matrix,
        codes: Codes,
        rng: np.random.Generator,
        device: torch.device,
        widening: Widening | None,
    ) -> ClassBatches:
        return ClassBatches(
            torch.from_numpy(rows).to(device),
            torch.from_numpy(codes).to(device),
            batch_size=self.batch_size,
            pac=self.pac,
            random=seeded_generator(rng, device),
            widening=None if widening is None else widening.to(device),
        )

    def _put_in_place(self, generator: nn.Module, discriminator: nn.Module) -> MovingAverage:
        """Keep what callbacks look at and a later fit goes on from; average the generator."""
        earlier = self.__dict__.pop("_earlier_")
        averaged = MovingAverage(generator, self.ema_decay, begun=earlier is not None)
        self.generator_: Any = averaged.network
        self.discriminator_: Any = discriminator
        self.history_: list[dict[str, Any]] = list(getattr(earlier, "history_", ()))
        self.callbacks_ = make_callbacks(self.callbacks)
        known = getattr(earlier, "_optimizers_", {})
        states = known["states"] if known.get("name") == self.optimizer else (None, None)
        rates = learning_rate_pair(self.learning_rate)
        parts = zip((generator, discriminator), rates, states, strict=True)
        self._optimizers_ = [make_optimizer(self.optimizer, *each) for each in parts]
        return averaged

    def propose(self, codes: Codes, anchors: Anchors | None, random: torch.Generator) -> Matrix:
        """Generate flat rows (n, width) of classes (n,) from 0."""
        # While it trains, the generator may be elsewhere than the anchors of a sampler.
        away = _device_of(self.generator_) != random.device
        generator = copy.deepcopy(self.generator_).to(random.device) if away else self.generator_
        with torch.no_grad():
            inputs = generator.draw_inputs(
                torch.from_numpy(codes).to(random.device), anchors, random
            )
            return generator(*inputs).cpu().numpy()

    def _code_of(self, label: Any) -> int:
        """Give the number of a class, 0 where there are none."""
        if (label is None) is not (self.classes_ is None):
            way_out = "leave it out" if self.classes_ is None else "give one of them"
            raise ValueError(f"label={label!r}, and the classes are {self.classes_}: {way_out}.")
        if label is None:
            return 0
        known = [] if self.classes_ is None else self.classes_.tolist()
        if label not in known:
            raise ValueError(f"label={label!r} is not a class; the classes are {known}.")
        return known.index(label)


def learning_rate_pair(learning_rate: Any) -> tuple[float, float]:
    """Give the learning rates of generator and discriminator."""
    rates = np.atleast_1d(learning_rate).tolist()
    if len(rates) not in (1, 2) or not all(
        isinstance(rate, (int, float)) and 0 < rate <= LARGEST_RATE for rate in rates
    ):
        raise ValueError(
            f"learning_rate={learning_rate!r} must be a number above zero and below "
            f"{LARGEST_RATE:.1g}, or a pair of them for generator and discriminator. Good ones lie "
            "between 1e-5 and 1e-2."
        )
    return rates[0], rates[-1]


def _numbered(classes: ArrayLike | None, n: int) -> tuple[NDArray[Any] | None, Codes]:
    """Give the classes, and the number of each row's (n,)."""
    if classes is None:
        return None, np.zeros(n, dtype=np.intp)
    labels = column_or_1d(classes)
    check_consistent_length(labels, np.empty(n))
    known, codes = np.unique(labels, return_inverse=True)
    return known, codes.astype(np.intp)


def _numbered_on(
    records: Iterator[dict[str, Any]], history: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Let steps and seconds of records go on from those of an earlier fit, if there are any."""
    before = dict(history[-1]) if history else {"step": 0, "seconds": 0.0}
    for record in records:
        yield record | {name: record[name] + before[name] for name in ("step", "seconds")}


def _spread(batches: ClassBatches, anchors: Anchors | None) -> Spread:
    """Measure on real rows what generated ones will be held against.

    By a seed of its own: what is recorded changes nothing in the game.
    """
    random = seeded_generator(np.random.default_rng(0), batches.rows.device)
    rows = batches.draw_evenly(rows_a_class(len(batches.count)), random)
    return Spread(rows, anchors, random)


def _device_of(network: nn.Module) -> torch.device:
    return next(network.parameters()).device


@contextmanager
def _resting(network: nn.Module) -> Iterator[None]:
    """Let a network judge without learning, also in the middle of its training."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)
