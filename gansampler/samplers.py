"""The samplers: each its loss, its defaults, its docstring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from textwrap import wrap
from typing import Any, ClassVar

import numpy as np
import torch
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import Substitution
from sklearn.utils._param_validation import Interval, StrOptions

from .acceptance import ACCEPTANCES, Acceptance
from .anchors import ANCHORS, Anchors
from .base import BaseGANOverSampler
from .gan import GAME_CONSTRAINTS, Callback, ConditionalGAN
from .losses import LOSSES, PENALTIES, LeastSquares, Loss, RelativisticLeastSquares
from .networks import ACTIVATIONS
from .optimizers import OPTIMIZERS
from .schedules import SCHEDULES, Schedule

_TABLE_CONSTRAINTS: dict[str, list[Any]] = {
    **BaseOverSampler._parameter_constraints,
    "anchor": [StrOptions(set(ANCHORS)), Anchors, None],
    "acceptance": [StrOptions(set(ACCEPTANCES)), Acceptance, None],
    "candidates": [Interval(Integral, 1, None, closed="left")],
    "categorical_features": [StrOptions({"auto"}), "array-like", None],
}


def _names(registry: dict[str, Any]) -> str:
    """List the keys of a registry for a docstring, so that a new entry is written once."""
    names = ", ".join(f'"{name}"' for name in registry)
    return "{" + f"\n{' ' * 8}".join(wrap(names, 80)) + "}"


_ANCHOR = """Where a candidate starts. ``"neighbors"`` is a point between a row of the class and
        one of its neighbours, see :class:`~gansampler.anchors.NeighborAnchors`; ``"trees"`` a row
        whose columns are drawn anew, less told from real rows, see
        :class:`~gansampler.anchors.TreeAnchors`"""

_TABLE_PARAMETERS = f"""acceptance : {_names(ACCEPTANCES)}, Acceptance or None, default="classifier"
        Which candidates stay. ``"classifier"`` keeps them in proportion to the square of the
        probability that a classifier trained on the original rows gives their class, see
        :class:`~gansampler.acceptance.ClassifierAcceptance`: these rows teach a classifier most.
        None keeps them all: they are more like real rows.

    candidates : int, default=8
        How many candidates are drawn for each row that is kept, at most, on average.

    categorical_features : "auto", array-like or None, default="auto"
        The nominal columns: names, indices or a boolean mask. ``"auto"`` takes text, booleans,
        categories (unless ordered) and objects, unless they all are numbers, dates or durations.
        None takes those only that cannot be numbers. All other columns are ordered: numbers, dates,
        durations, ordered categories."""

_RANDOM_STATE = """random_state : int, RandomState instance or None, default=None
        Seed of everything random. None takes fresh entropy, not numpy's global state. The same
        seed gives the same rows on one machine with the same versions; a network rounds otherwise
        on another processor, and other rows come out."""

_GAN_PARAMETERS = f"""penalty : {_names(PENALTIES)}, Loss or None, default=None
        A zero-centred gradient penalty beside the loss, see
        :class:`~gansampler.losses.GradientPenalty`.

    latent_dim : int, default=32
        Size of the noise that the generator starts from.

    hidden_sizes : sequence of int, default=(128, 128)
        Widths of the hidden layers of both networks.

    activation : {_names(ACTIVATIONS)}, default="leaky_relu"
        Activation of the hidden layers.

    batch_norm : {{"generator", "discriminator", "both"}} or None, default=None
        Which network normalises its hidden layers over the batch.

    dropout : float, default=0.0
        Share of hidden units that are dropped while training, in both networks.

    pac : int, default=1
        How many rows of a class the discriminator judges together; more than one works against mode
        collapse.

    optimizer : {_names(OPTIMIZERS)}, default="rmsprop"
        Optimizer of both networks.

    learning_rate : float or pair of float, default=5e-4
        Learning rate of both networks, or of generator and discriminator.

    discriminator_steps : int, default=1
        Updates of the discriminator for each update of the generator.

    batch_size : int, default=256
        Rows in a batch, drawn evenly over the classes; a multiple of `pac`.

    steps : int, default=300
        Updates of the generator. Training costs the same however many rows there are.

    learning_rate_schedule : {_names(SCHEDULES)} or Schedule, default="cosine"
        How the learning rates change, every 25 steps: not at all, along half a cosine to zero, or
        down whenever the convergence figure stalls; see :mod:`gansampler.schedules`.

    ema_decay : float, default=0.995
        The rows come from an exponential moving average of the generator's weights with this decay;
        0 takes the last weights.

    train_on : {{"all", "minority"}}, default="all"
        Whether the rows of all classes take part in the game, or only of those that get new rows.

    anchor : {_names(ANCHORS)}, Anchors or None, default="neighbors"
        {_ANCHOR}; None starts from noise
        alone.

    moved : float, default=0.5
        Share of the candidates that the generator moves away from their anchors, from 0 to 1. The
        others stay there: where it has grown narrow, they keep the breadth that a classifier learns
        from. 1 moves all, as a look at what it has learnt asks for. Without anchors all candidates
        are the generator's.

    {_TABLE_PARAMETERS}

    generator, discriminator : callable or None, default=None
        A factory of your own network, called as ``generator(in_features, out_features)``, which
        returns a ``torch.nn.Module`` from (batch, in_features) to (batch, out_features). Of
        `hidden_sizes`, `activation`, `batch_norm` and `dropout` it sees nothing. Torch's global
        state is seeded for it while it is made and trained, and put back: such fits wait for each
        other, and another thread that draws from that state meanwhile does not draw its own.

    warm_start : bool, default=False
        Whether another `fit_resample` goes on from what was learnt: the networks, what their
        optimizers know, the encoder and the history. It asks for the same columns, dtypes, classes
        and networks, and for no category or hole that a column did not have; else a ValueError says
        what differs, and all stays as it was. Anchors and judge are fitted anew, new rows hold
        values of the first table; a fit that finds no class to be learnt forgets. `steps` more
        steps are taken, the learning rates start from the top again, and `random_state` seeds each
        fit alike: so two fits of 150 steps are not one of 300.

    callbacks : callable, sequence of callable or None, default=None
        Each is called as ``callback(record, sampler)`` after each record of the history. ``sample``
        works then, and what it draws changes nothing; one that returns True ends the training.
        Early stopping, checkpoints and more are in :mod:`gansampler.callbacks`.

    device : str or torch.device, default="auto"
        Where training runs; ``"auto"`` takes CUDA where it is there. What was learnt comes back to
        the CPU.

    {_RANDOM_STATE}

    verbose : bool or int, default=False
        Whether training shows a progress bar."""


_ATTRIBUTES = """sampling_strategy_ : dict
        How many rows are generated for each class.

    classes_ : ndarray of shape (n_classes,)
        The classes.

    encoder_ : TableEncoder
        The way from rows to rank space and back.

    anchor_ : Anchors or None
        Where candidates start; None if so asked, and where no class had to be learnt.

    acceptance_ : Acceptance or None
        Which candidates stay; None if so asked, and where no class had to be learnt.

    gan_ : ConditionalGAN or None
        The game of the two networks; None where there are none, and where no class had to be
        learnt.

    generator_, discriminator_ : Generator, Discriminator or None
        The trained networks, on the CPU; None where there are none, and where no class had to be
        learnt.

    history_ : list of dict
        The course of training, a record every 25 steps: losses, verdicts of the discriminator,
        learning rates, norms of gradients, diversity, convergence, whether it collapsed; see
        :class:`ConditionalGAN`. Empty where there is no training.

    callbacks_ : list of callable
        The callbacks that were called; those of :mod:`gansampler.callbacks` are copies, which hold
        what they have learnt. Empty where there is no training.

    synthetic_mask_ : ndarray of shape (n_samples_new,), bool
        Which of the returned rows were generated.

    sample_weight_ : ndarray of shape (n_samples_new,), float
        How sure each returned row is of its class: the given rows are (1); of a generated one it is
        the probability that the judge gives its class, 1 where there is no judge or rows were
        duplicated. Weights for a learner that is to trust doubtful new rows less:
        ``learner.fit(X_resampled, y_resampled, sample_weight=sampler.sample_weight_)``.

    n_features_in_ : int
        Number of columns.

    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where they are all strings."""

_NOTES = """A class with fewer than three different rows cannot be learnt: its rows are duplicated,
    and a warning says so. Every generated value was seen in its column; missing values come back as
    missing values. Of classes with more than 20,000 rows, so many serve as anchors."""

_GAN_NOTES = f"""{_NOTES}

    ``anchor=None, acceptance=None`` is the textbook conditional GAN. From noise alone the networks
    have more to learn than the defaults give them time for: ``steps=2000, learning_rate=1e-3`` is a
    start."""

_SAMPLING_STRATEGY = f"""{BaseOverSampler._sampling_strategy_docstring.rstrip()}
          :class:`Enlarge` is one, for more rows than balance asks for."""

_document_gan = Substitution(
    sampling_strategy=_SAMPLING_STRATEGY,
    losses=_names(LOSSES),
    parameters=_GAN_PARAMETERS,
    attributes=_ATTRIBUTES,
    notes=_GAN_NOTES,
)


@_document_gan
class CGANOverSampler(BaseGANOverSampler):
    """Over-sample with a conditional generative adversarial network.

    One generator learns the rows of all classes from their classes [1]_, [2]_; each generated row
    starts from an anchor near real rows, and stays if a classifier finds its class likely.

    Parameters
    ----------
    {sampling_strategy}

    loss : {losses} or Loss, default="non_saturating"
        The adversarial loss, by name or as an object of :mod:`gansampler.losses`.

    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSGANOverSampler : The same with least squares.
    JitterOverSampler : The same without a network.

    Notes
    -----
    {notes}

    References
    ----------
    .. [1] I. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS 27.
    .. [2] M. Mirza, S. Osindero (2014). Conditional generative adversarial nets. arXiv:1411.1784.

    Examples
    --------
    >>> from collections import Counter
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import CGANOverSampler
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> sampler = CGANOverSampler(steps=50, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> sorted(Counter(y_resampled.tolist()).items())
    [(0, 269), (1, 269)]
    >>> sampler.sample(5, label=1).shape
    (5, 20)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **_TABLE_CONSTRAINTS,
        **GAME_CONSTRAINTS,
        "train_on": [StrOptions({"all", "minority"})],
        "moved": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
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
        train_on: str = "all",
        anchor: str | Anchors | None = "neighbors",
        moved: float = 0.5,
        acceptance: str | Acceptance | None = "classifier",
        candidates: int = 8,
        categorical_features: Any = "auto",
        generator: Callable[[int, int], torch.nn.Module] | None = None,
        discriminator: Callable[[int, int], torch.nn.Module] | None = None,
        warm_start: bool = False,
        callbacks: Callback | Sequence[Callback] | None = None,
        device: str | torch.device = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool | int = False,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.loss, self.penalty = loss, penalty
        self.latent_dim, self.hidden_sizes, self.activation = latent_dim, hidden_sizes, activation
        self.batch_norm, self.dropout, self.pac = batch_norm, dropout, pac
        self.optimizer, self.learning_rate = optimizer, learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.discriminator_steps, self.batch_size = discriminator_steps, batch_size
        self.steps, self.ema_decay = steps, ema_decay
        self.train_on, self.anchor, self.moved = train_on, anchor, moved
        self.acceptance, self.candidates = acceptance, candidates
        self.categorical_features = categorical_features
        self.generator, self.discriminator = generator, discriminator
        self.warm_start, self.callbacks = warm_start, callbacks
        self.device, self.random_state, self.verbose = device, random_state, verbose

    def _make_gan(self) -> ConditionalGAN:
        """Hand on all parameters that speak of the game."""
        names = set(ConditionalGAN._get_param_names()) & set(self._get_param_names())
        return ConditionalGAN(**{name: getattr(self, name) for name in names - {"random_state"}})


@_document_gan
class LSGANOverSampler(CGANOverSampler):
    """Over-sample with a conditional least squares generative adversarial network.

    The discriminator's scores, without a sigmoid, are drawn towards codes by least squares [1]_,
    which keeps pulling rows that it takes for real but that lie far from real ones. Each generated
    row starts from an anchor near real rows, and stays if a classifier finds its class likely.

    Parameters
    ----------
    {sampling_strategy}

    loss : str, LeastSquares or RelativisticLeastSquares, default="least_squares"
        "least_squares", "relativistic_least_squares", or ``LeastSquares(a, b, c)`` with codes of
        your own for fake rows, for real ones, and for what the generator strives for.

    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CGANOverSampler : The same with any other loss.
    JitterOverSampler : The same without a network.

    Notes
    -----
    {notes}

    References
    ----------
    .. [1] X. Mao et al. (2017). Least squares generative adversarial networks. ICCV.

    Examples
    --------
    >>> from collections import Counter
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import LSGANOverSampler
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> sampler = LSGANOverSampler(steps=50, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> sorted(Counter(y_resampled.tolist()).items())
    [(0, 269), (1, 269)]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **CGANOverSampler._parameter_constraints,
        "loss": [
            StrOptions({"least_squares", "relativistic_least_squares"}),
            LeastSquares,
            RelativisticLeastSquares,
        ],
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
        *,
        loss: str | Loss = "least_squares",
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
        train_on: str = "all",
        anchor: str | Anchors | None = "neighbors",
        moved: float = 0.5,
        acceptance: str | Acceptance | None = "classifier",
        candidates: int = 8,
        categorical_features: Any = "auto",
        generator: Callable[[int, int], torch.nn.Module] | None = None,
        discriminator: Callable[[int, int], torch.nn.Module] | None = None,
        warm_start: bool = False,
        callbacks: Callback | Sequence[Callback] | None = None,
        device: str | torch.device = "auto",
        random_state: int | np.random.RandomState | None = None,
        verbose: bool | int = False,
    ) -> None:
        given = locals()
        super().__init__(**{name: given[name] for name in LSGANOverSampler._get_param_names()})


@Substitution(
    sampling_strategy=_SAMPLING_STRATEGY,
    anchors=_names(ANCHORS),
    anchor=_ANCHOR,
    parameters=_TABLE_PARAMETERS,
    random_state=_RANDOM_STATE,
    attributes=_ATTRIBUTES,
    notes=_NOTES,
)
class JitterOverSampler(BaseGANOverSampler):
    """Over-sample with jittered anchors alone: the control that a network has to beat.

    Candidates are the anchors of the GAN samplers themselves, and the same acceptance judges them;
    there is nothing to train. What a GAN sampler gains over this one is owed to its networks.

    Parameters
    ----------
    {sampling_strategy}

    anchor : {anchors} or Anchors, default="neighbors"
        {anchor}.

    {parameters}

    {random_state}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSGANOverSampler : The same with a network.

    Notes
    -----
    {notes}

    Examples
    --------
    >>> from collections import Counter
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import JitterOverSampler
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> X_resampled, y_resampled = JitterOverSampler(random_state=0).fit_resample(X, y)
    >>> sorted(Counter(y_resampled.tolist()).items())
    [(0, 269), (1, 269)]
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **_TABLE_CONSTRAINTS,
        "anchor": [StrOptions(set(ANCHORS)), Anchors],
    }

    def __init__(
        self,
        sampling_strategy: Any = "auto",
        *,
        anchor: str | Anchors = "neighbors",
        acceptance: str | Acceptance | None = "classifier",
        candidates: int = 8,
        categorical_features: Any = "auto",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.anchor, self.acceptance, self.candidates = anchor, acceptance, candidates
        self.categorical_features, self.random_state = categorical_features, random_state
