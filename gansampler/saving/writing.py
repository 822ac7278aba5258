"""A fitted sampler into a file."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .._warnings import warn_user
from . import columns, estimators, networks, parts, tables, values
from .archive import write_archive
from .named import NAMED, OBJECT
from .nodes import Form, Node, Packer

# Raised whenever a reader of the one before could not read what is written.
VERSION = 2
PACKAGES = ("numpy", "pandas", "scikit-learn", "torch")
# An object is kept by the first form that fits.
FORMS: list[Form] = [
    *values.FORMS,
    *columns.FORMS,
    *tables.FORMS,
    *parts.FORMS,
    *networks.FORMS,
    *estimators.FORMS,
    estimators.FOREIGN,
    NAMED,
    OBJECT,
]
# Found again in other parts, in this order, for each needs those before it.
PARTS_OF_SAMPLER = ("encoder_", "anchor_", "acceptance_", "gan_")
INSIDE_GAN = ("generator_", "discriminator_", "history_", "callbacks_")
SAMPLERS = ("CGANOverSampler", "JitterOverSampler", "LSGANOverSampler")
GAN = "ConditionalGAN"


def write_sampler(sampler: Any, path: str | Path, more: Any = None) -> None:
    """Write a fitted sampler, or a ConditionalGAN, and `more` of plain values beside it.

    Where that fails, what is at `path` stays.
    """
    need_safetensors()
    _check_kind(type(sampler))
    from safetensors.numpy import save as to_bytes

    packer = Packer(FORMS)
    header = {
        "version": VERSION,
        "written_by": _versions(),
        "sampler": type(sampler).__name__,
        **(_pack_gan if type(sampler).__name__ == GAN else _pack_sampler)(sampler, packer),
        "more": packer.pack(more),
    }
    members = {
        "sampler.json": json.dumps(header, allow_nan=False).encode(),
        "arrays.safetensors": to_bytes(packer.arrays),
        **packer.judges,
    }
    write_archive(path, members)
    _warn_of_callbacks(sampler, path)


def _check_kind(kind: type) -> None:
    """Refuse what `load` knows nothing of: a class that a user has derived, say."""
    names = (*SAMPLERS, GAN)
    if kind.__name__ not in names or not kind.__module__.startswith("gansampler."):
        raise ValueError(
            f"A {kind.__name__} cannot be saved, for a file knows {', '.join(names)} alone. Make "
            "one of these with the same parameters; what is your own can be a network, a loss, an "
            "anchor, a judge or an acceptance rule."
        )


def _warn_of_callbacks(estimator: Any, path: str | Path) -> None:
    given = parts.listed(getattr(estimator, "callbacks", None))
    kept = parts.callbacks_of_ours(given)
    left = ", ".join(str(each)[:60] for each in given if not any(each is own for own in kept))
    if left:
        warn_user(
            f"{path} holds all but these callbacks: {left}. Nothing that is drawn needs them. To "
            "train further after loading, give them again: set_params(callbacks=...)."
        )


def need_safetensors() -> None:
    """Refuse to go on where safetensors is not there."""
    try:
        import safetensors.numpy  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "Saved samplers need safetensors, which is not here: pip install 'gansampler[save]'."
        ) from error


def _versions() -> dict[str, str]:
    # Not imported by name: this package imports the samplers, and they this module.
    own = sys.modules["gansampler"].__version__
    return {
        "gansampler": own,
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def _pack_gan(gan: Any, packer: Packer) -> dict[str, Node]:
    return {"params": {}, "parts": _pack_named({"gan_": gan}, packer, ""), "learnt": {}}


def _pack_sampler(sampler: Any, packer: Packer) -> dict[str, Node]:
    packer.context["anchored"] = sampler.anchor_ is not None
    learnt = {name: value for name, value in vars(sampler).items() if name.endswith("_")}
    kept = {name: learnt.pop(name) for name in PARTS_OF_SAMPLER}
    inside = INSIDE_GAN if sampler.gan_ is not None else ()
    params = sampler.get_params(deep=False)
    if "callbacks" in params:
        params["callbacks"] = parts.callbacks_of_ours(params["callbacks"]) or None
    return {
        "params": _pack_named(params, packer, "the parameter "),
        "parts": _pack_named(kept, packer, ""),
        "learnt": _pack_named(
            {name: value for name, value in learnt.items() if name not in inside}, packer, ""
        ),
    }


def _pack_named(things: Mapping[str, Any], packer: Packer, what: str) -> dict[str, Node]:
    nodes = {}
    for name, value in things.items():
        try:
            nodes[name] = packer.pack(value)
        except ValueError as error:
            raise ValueError(f"This cannot be saved, for {what}{name} cannot: {error}.") from error
    return nodes
