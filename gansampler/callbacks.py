"""What watches a training record by record, and may end it.

A callback is anything that can be called as ``callback(record, estimator)``: a plain function will
do. It is called after each record, a dict that goes into ``history_``, with the sampler or
:class:`~gansampler.ConditionalGAN` that is being trained, whose ``sample`` works then; what it
draws there changes nothing in the fit. If it returns True, the training ends with this record. A
class of :class:`Callback` can also keep rows aside, and do something before and after the training.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from math import inf
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.base import BaseEstimator, clone
from sklearn.utils._param_validation import Interval, StrOptions
from tqdm.auto import tqdm

from .held_out import FIGURE
from .naming import takes
from .seeding import undisturbed

# Figures of a record that a training can be stopped by, and which way they get better.
FIGURES = {
    FIGURE: "min",
    "convergence": "min",
    "generator_loss": "min",
    "discriminator_loss": "max",
    "taken_for_real": "max",
    "diversity": "max",
}


class Callback(BaseEstimator):
    """What every callback of a class can do; a new one overrides what it needs.

    A fit works with a copy, as by ``sklearn.base.clone``, which stands in ``callbacks_`` of what
    was trained; what it learns goes into attributes with an underscore at the end. Functions and
    objects of other classes are called themselves, and kept there.

    Examples
    --------
    >>> import numpy as np
    >>> from gansampler import ConditionalGAN
    >>> from gansampler.callbacks import Callback
    >>> class StopAt(Callback):
    ...     def __init__(self, step):
    ...         self.step = step
    ...
    ...     def __call__(self, record, estimator):
    ...         return record["step"] >= self.step
    >>> gan = ConditionalGAN(steps=1000, callbacks=StopAt(50), random_state=0)
    >>> len(gan.fit(np.random.default_rng(0).normal(size=(80, 2))).history_)
    2
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def held_out_fraction(self) -> float:
        """Tell what share of the rows of each class is to be kept from training; 0 is none.

        The largest share that a callback asks for counts. Records then have ``two_sample_auc``.
        """
        return 0.0

    def on_train_begin(self, estimator: Any) -> None:
        """Do something before the first step; networks and earlier history are there."""

    def __call__(self, record: dict[str, Any], estimator: Any) -> bool | None:
        """Look at a record; True ends the training. What is written into it stays there."""
        return None

    def on_train_end(self, estimator: Any) -> None:
        """Do something after the last step, also where an error ended the training."""


class EarlyStopping(Callback):
    """End the training where a figure gets no better, and bring back the best networks.

    By default the figure is taken on real rows that are kept aside: the area under the ROC curve of
    a classifier (20 boosted trees of up to 8 leaves) that tells them from as many generated ones,
    averaged over the classes, see :func:`gansampler.metrics.two_sample_auc`. It stands in the
    history as ``two_sample_auc``, .5 at best. The generator gets the same noise at every record.
    A sampler's rows are judged as the generator makes them, before any are accepted.

    Parameters
    ----------
    monitor : {"two_sample_auc", "convergence", "generator_loss", "discriminator_loss", \
            "taken_for_real", "diversity"} or callable, default="two_sample_auc"
        The figure: of held-out rows, or of the training itself, see `ConditionalGAN`. A callable
        gives one of your own, ``monitor(record, estimator)``.

    patience : int, default=5
        Records in a row that are no better than the best before the training ends. There is a
        record every 25 steps, or every ``record_every`` of :class:`~gansampler.ConditionalGAN`.

    min_delta : float, default=0.0
        By how much a figure must be better to count as better.

    mode : {"auto", "min", "max"}, default="auto"
        Whether less or more is better. ``"auto"`` knows it of each name ("max" of the last three),
        and takes "min" for a callable.

    restore_best : bool, default=True
        Whether both networks come back from the best record. Otherwise they stay as they were last.

    validation_fraction : float, default=0.2
        Share of the rows of each class, 1,000 at most, that are kept aside for "two_sample_auc".
        With any other monitor none are.

    Attributes
    ----------
    best_score_ : float
        The best figure; NaN if there was none.

    best_step_ : int
        The step of the record it stood in, 0 if there was none.

    stopped_ : bool
        Whether this callback asked for the end.

    Raises
    ------
    ValueError
        If ``monitor`` is no such figure, or no class has 12 rows to keep aside; before any training
        starts.

    Notes
    -----
    Rows kept aside are seen by neither network, nor do candidates start from them; the judge that
    accepts candidates is fitted on all rows, and so are the ranks that columns are encoded by. A
    class that had fewer than 12 rows to give, 60 rows with the default, keeps them all, and does
    not count in the figure. With the same `random_state` the same rows are kept aside again, as
    ``warm_start`` wants it.

    With the default ``learning_rate_schedule="cosine"`` the rates fall to zero at the end of all
    `steps`, so a training that ends early has had high ones only: "constant" or "plateau" fit
    better. A NaN is never better.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import LSGANOverSampler
    >>> from gansampler.callbacks import EarlyStopping
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> stop = EarlyStopping("convergence", patience=2, min_delta=1)
    >>> sampler = LSGANOverSampler(steps=1000, callbacks=[stop], random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [record["step"] for record in sampler.history_]
    [25, 50, 75]
    >>> sampler.callbacks_[0].best_step_
    25
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "monitor": [StrOptions(set(FIGURES)), callable],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "min_delta": [Interval(Real, 0, None, closed="left")],
        "mode": [StrOptions({"auto", "min", "max"})],
        "restore_best": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(
        self,
        monitor: str | Callable[[dict[str, Any], Any], float] = FIGURE,
        *,
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str = "auto",
        restore_best: bool = True,
        validation_fraction: float = 0.2,
    ) -> None:
        self.monitor, self.patience, self.min_delta = monitor, patience, min_delta
        self.mode, self.restore_best = mode, restore_best
        self.validation_fraction = validation_fraction

    def held_out_fraction(self) -> float:
        """Ask for rows where the figure is taken on some; see `Callback.held_out_fraction`."""
        return self.validation_fraction if self.monitor == FIGURE else 0.0

    def on_train_begin(self, estimator: Any) -> None:
        """Start anew; see `Callback.on_train_begin`."""
        self.best_score_, self.best_step_, self.stopped_ = np.nan, 0, False
        self._lowest, self._waited = inf, 0
        self._best: list[dict[str, torch.Tensor]] = []

    def __call__(self, record: dict[str, Any], estimator: Any) -> bool:
        """Compare the figure with the best one; see `Callback`."""
        score = float(
            self.monitor(record, estimator) if callable(self.monitor) else record[self.monitor]
        )
        cost = -score if self._more_is_better() else score
        if cost < self._lowest - self.min_delta:
            self._lowest, self._waited = cost, 0
            self.best_score_, self.best_step_ = score, record["step"]
            self._best = _weights(estimator) if self.restore_best else []
        else:
            self._waited += 1
        self.stopped_ = self._waited >= self.patience
        return self.stopped_

    def on_train_end(self, estimator: Any) -> None:
        """Bring back the best networks; see `Callback.on_train_end`."""
        for side, weights in zip(_sides(estimator), self._best, strict=False):
            side.load_state_dict(weights)
        del self._lowest, self._waited, self._best

    def _more_is_better(self) -> bool:
        known = "min" if callable(self.monitor) else FIGURES[self.monitor]
        return (known if self.mode == "auto" else self.mode) == "max"


class Checkpoint(Callback):
    """Keep the generator as it was at different steps.

    Parameters
    ----------
    every : int, default=100
        Steps from one stage to the next. Each is kept at the first record that has so many.

    Attributes
    ----------
    stages_ : dict of int to dict
        From a step to the generator's weights then, on the CPU: what
        ``generator_.load_state_dict`` takes.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import LSGANOverSampler
    >>> from gansampler.callbacks import Checkpoint
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> kept = Checkpoint(every=50)
    >>> sampler = LSGANOverSampler(steps=100, callbacks=[kept], random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> checkpoint = sampler.callbacks_[0]
    >>> list(checkpoint.stages_)
    [50, 100]
    >>> checkpoint.at(50, sampler).sample(3, label=1).shape
    (3, 20)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "every": [Interval(Integral, 1, None, closed="left")]
    }

    def __init__(self, every: int = 100) -> None:
        self.every = every

    def on_train_begin(self, estimator: Any) -> None:
        """Start anew; see `Callback.on_train_begin`."""
        self.stages_: dict[int, dict[str, torch.Tensor]] = {}
        self._due = _steps_done(estimator) // self.every + 1

    def __call__(self, record: dict[str, Any], estimator: Any) -> None:
        """Keep the generator where it is time; see `Callback`."""
        if record["step"] >= self._due * self.every:
            self._due = record["step"] // self.every + 1
            weights = estimator.generator_.state_dict()
            self.stages_[record["step"]] = {
                name: weight.to("cpu", copy=True) for name, weight in weights.items()
            }

    def at(self, step: int, estimator: Any) -> Any:
        """Give what was trained with its generator of a stage, to draw from.

        Parameters
        ----------
        step : int
            A key of ``stages_``.
        estimator : sampler or ConditionalGAN
            What was trained with this callback. It stays as it is.

        Returns
        -------
        estimator : sampler or ConditionalGAN
            Its like, whose ``sample`` draws from that generator. All else is shared: the
            discriminator, the anchors and the judge are those of the end. With `moved` below 1
            some candidates stay at their anchors at every stage.

        Raises
        ------
        ValueError
            If nothing was kept at this step.
        """
        if step not in self.stages_:
            raise ValueError(f"step={step!r} has no stage; the stages are {list(self.stages_)}.")
        twin = undisturbed(estimator)
        twin.generator_ = copy.deepcopy(estimator.generator_)
        twin.generator_.load_state_dict(self.stages_[step])
        if hasattr(twin, "gan_"):
            twin.gan_.generator_ = twin.generator_
        return twin


class ProgressBar(Callback):
    """Show how many steps are done; ``verbose=True`` shows this one.

    Examples
    --------
    >>> from gansampler import LSGANOverSampler
    >>> from gansampler.callbacks import ProgressBar
    >>> sampler = LSGANOverSampler(callbacks=[ProgressBar()])
    """

    def on_train_begin(self, estimator: Any) -> None:
        """Open the bar; see `Callback.on_train_begin`."""
        self._before = _steps_done(estimator)
        self._bar = tqdm(desc=type(estimator).__name__, total=estimator.steps)

    def __call__(self, record: dict[str, Any], estimator: Any) -> None:
        """Move on; see `Callback`."""
        self._bar.update(record["step"] - self._before - self._bar.n)

    def on_train_end(self, estimator: Any) -> None:
        """Close the bar; see `Callback.on_train_end`."""
        self._bar.close()
        del self._bar, self._before


def make_callbacks(callbacks: Any) -> list[Any]:
    """Give the callbacks of a parameter: copies of what can be cloned, all else as it is."""
    if callbacks is None:
        return []
    listed = [callbacks] if callable(callbacks) else list(callbacks)
    for each in listed:
        if isinstance(each, type) or not takes(each, 2):
            hint = f" Give an object: {each.__name__}()." if isinstance(each, type) else ""
            raise TypeError(
                f"The callback {each!r} cannot be called with (record, estimator).{hint}"
            )
    made = [clone(each) if isinstance(each, Callback) else each for each in listed]
    for each in made:
        if isinstance(each, Callback):
            each._validate_params()
    return made


def held_out_fraction(callbacks: Iterable[Any]) -> float:
    """Give the largest share of rows that a callback asks to be kept from training."""
    asked = [each.held_out_fraction() for each in callbacks if isinstance(each, Callback)]
    return max(asked, default=0.0)


def follow(records: Iterable[dict[str, Any]], callbacks: list[Any], estimator: Any) -> None:
    """Put the records into the history, and ask those who may end the training after each."""
    with ExitStack() as ends, _stream_of_its_own(estimator):
        for each in callbacks:
            if isinstance(each, Callback):
                each.on_train_begin(estimator)
                ends.callback(each.on_train_end, estimator)
        for record in records:
            estimator.history_.append(record)
            if any([_ends(each(record, estimator)) for each in callbacks]):
                break


def _ends(answer: Any) -> bool:
    """Whether a callback said True; a comparison of numpy's is no bool."""
    return isinstance(answer, (bool, np.bool_)) and bool(answer)


@contextmanager
def _stream_of_its_own(estimator: Any) -> Iterator[None]:
    """Let callbacks draw rows from a copy of the stream, so that the fit goes on undisturbed."""
    rng = estimator._rng_
    estimator._rng_ = copy.deepcopy(rng)
    try:
        yield
    finally:
        estimator._rng_ = rng


def _steps_done(estimator: Any) -> int:
    return estimator.history_[-1]["step"] if estimator.history_ else 0


def _sides(estimator: Any) -> tuple[Any, Any]:
    return estimator.generator_, estimator.discriminator_


def _weights(estimator: Any) -> list[dict[str, torch.Tensor]]:
    return [copy.deepcopy(side.state_dict()) for side in _sides(estimator)]
